"""What commands answer, as plain tuples. `report.text` renders them, `journal.records` logs some."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from .facts import Connection, Endpoint, Interface, Route, Rule, Trace, Way

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
    rows: "Rows"
    others: "Rows"  # of the tables but the main one
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


class Variables(NamedTuple):
    values: dict[str, str]


class Noted(NamedTuple):
    text: str


class Saved(NamedTuple):
    path: str
    bytes: int


class Sourced(NamedTuple):
    path: str


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
    | Variables
    | Noted
    | Saved
    | Sourced
    | Text
    | Connection
)
