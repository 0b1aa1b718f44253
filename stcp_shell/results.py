"""What commands answer, as plain tuples. `report.text` renders them, `journal.records` logs some."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from .facts import Connection, Counters, Endpoint, Interface, Neighbour, Route, Rule, Trace, Way

if TYPE_CHECKING:
    from .diagnosis.case import Verdict
    from .net.routes import Rows


class Opened(NamedTuple):
    socket: int
    kind: str  # stream, dgram
    family: str


class Current(NamedTuple):
    socket: int
    state: str


class Closed(NamedTuple):
    socket: int


class SocketRow(NamedTuple):
    number: int
    current: bool
    protocol: str
    state: str
    bound: Endpoint | None
    local: Endpoint | None
    peer: Endpoint | None


class SocketTable(NamedTuple):
    rows: list[SocketRow]


class Bound(NamedTuple):
    socket: int
    address: str  # as it was asked for
    port: int  # 0: the kernel chooses when the socket connects or listens
    local: str  # what getsockname(2) says
    interface: str | None = None
    device: str | None = None  # SO_BINDTODEVICE


class Listening(NamedTuple):
    socket: int
    local: str
    backlog: int


class Accepted(NamedTuple):
    socket: int
    listener: int
    local: str  # the address that the client used
    peer: str


class NothingCame(NamedTuple):
    """A wait that ended without what it waited for."""

    socket: int
    what: str
    seconds: float


class Sent(NamedTuple):
    socket: int
    bytes: int
    of: int


class Received(NamedTuple):
    socket: int
    bytes: int  # 0: the peer closed the connection
    data: str  # UTF-8; what is not, as \\xNN
    peer: str | None = None  # a datagram's sender


class ShutDown(NamedTuple):
    socket: int
    how: str


class Name(NamedTuple):
    socket: int
    which: str  # local, peer
    endpoint: str


class OptionValue(NamedTuple):
    socket: int
    option: str
    value: int | str
    asked: int | str | None = None  # setsockopt: the value that was asked for; the kernel may have taken another


class Interfaces(NamedTuple):
    interfaces: list[Interface]
    host: str
    ready: str  # HH:MM:SS


class Routes(NamedTuple):
    """Routing tables that are read while they are shown; `rows` remembers the first ones and counts them all."""

    defaults: list[Route]  # both families
    rows: "Rows[Route]"
    others: "Rows[Route]"  # of the tables but the main one
    rules: list[Rule]
    ready: str  # HH:MM:SS


class Diagnosed(NamedTuple):
    """A verdict for each port."""

    verdicts: "list[Verdict]"
    cancelled: bool  # ended by Ctrl-C: what was known by then
    left_out: int  # source addresses that were too many


class Traces(NamedTuple):
    """The paths to a destination from several source addresses, and what the kernel's routes say of each."""

    name: str  # as typed
    destination: Endpoint
    most_hops: int
    traces: list[Trace]
    ways: list[Way | None]
    others: tuple[str, ...] = ()  # further addresses of the name
    cancelled: bool = False  # ended by Ctrl-C: what was known by then


class SecondLook(NamedTuple):
    """Where IPv4's connect(2) finds another way when it looks again, with the source address that it chose."""

    way: Way
    errno: str | None  # in place of a way
    prefix: str | None
    rules: tuple[Rule, ...]


class RouteFound(NamedTuple):
    """The way to one destination, the source address, and why that one. `route get`."""

    name: str  # as typed
    destination: Endpoint  # port 0: none was asked for
    asked: str | None  # the source address that a socket would be bound to; None: the kernel chooses
    source: str | None  # None: none is chosen
    reason: str  # the rule for the source in a word: prefsrc, gateway-subnet, longest-prefix, ..., refused, unknown
    why: str  # the same as a sentence
    way: Way | None = None  # None: the tables can't be read
    errno: str | None = None  # the kernel's answer in place of a way
    prefix: str | None = None  # of the row of the table that decides: `10.0.0.0/8`, default
    rules: tuple[Rule, ...] = ()  # the policy rule that decides; several: one of them, it is not known which
    kernel: str | None = None  # the source address in the kernel's answer
    connect: str | None = None  # what getsockname(2) says after connect(2) of a UDP socket
    connect_errno: str | None = None
    agrees: bool | None = None  # whether the reason leads to what the kernel says; None: it was not checked
    second: SecondLook | None = None
    notes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()  # further addresses of the name


class BsdBlock(NamedTuple):
    """The routes and neighbours of one family, read while they are shown."""

    family: str
    main: "Rows[Route]"
    local: "Rows[Route]"  # the kernel's own: local, broadcast and anycast addresses
    neighbours: "Rows[Neighbour]"


class BsdRoutes(NamedTuple):
    """`netstat -r`."""

    blocks: list[BsdBlock]
    links: dict[str, int]  # interface indexes by name
    defaults: list[Route]  # both families
    legend: bool
    name_of: Callable[[str], str] | None = None  # host names, where they were asked for


class InterfaceTable(NamedTuple):
    """`netstat -i`."""

    rows: list[tuple[Interface, Counters | None]]
    host: str


class BsdSocket(NamedTuple):
    protocol: str  # tcp4, tcp6, udp4, udp6
    received: int | None  # bytes that wait to be read; None: the kernel has no figure
    unsent: int | None  # bytes that are not acknowledged yet
    local: Endpoint
    peer: Endpoint | None
    state: str  # in netstat's words; empty for udp


class BsdSockets(NamedTuple):
    """`netstat -a`: the sockets of this shell."""

    rows: list[BsdSocket]
    name_of: Callable[[str], str] | None = None


class Expectation(NamedTuple):
    """Whether the last connection or diagnosis was what a script expects."""

    met: bool
    expected: str
    seen: str
    evidence: tuple[str, ...]
    where: str = ""  # FILE:LINE; empty for a typed line


class Check(NamedTuple):
    """What an `expect` found, and where it stands."""

    source: str
    line: int
    text: str
    result: Expectation


class Failed(NamedTuple):
    """A command that could not be carried out, and why."""

    source: str
    line: int
    text: str
    why: str


class Variables(NamedTuple):
    values: dict[str, str]


class Noted(NamedTuple):
    text: str


class Saved(NamedTuple):
    path: str
    bytes: int


class Sourced(NamedTuple):
    path: str


class Clip(NamedTuple):
    """A text for the terminal's clipboard."""

    sequence: str  # what the terminal has to get
    bytes: int
    condition: str  # what has to be set for it; empty: nothing that is known


class Text(NamedTuple):
    """Lines that are text already: help, the log as a ticket. They may be made while they are shown."""

    lines: Iterable[str]


Result = (
    Opened
    | Current
    | Closed
    | SocketTable
    | Bound
    | Listening
    | Accepted
    | NothingCame
    | Sent
    | Received
    | ShutDown
    | Name
    | OptionValue
    | Diagnosed
    | Traces
    | Interfaces
    | Routes
    | RouteFound
    | BsdRoutes
    | InterfaceTable
    | BsdSockets
    | Variables
    | Noted
    | Saved
    | Sourced
    | Clip
    | Text
    | Connection
)
