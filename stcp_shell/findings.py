"""What the commands answer that look at tables, paths and whole tests, as plain tuples.

Apart from `results`, which every start of the program imports.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Optional

from .facts import Endpoint, Trace, Way
from .kernel import Counters, Interface, Neighbour, Route, Rule

if TYPE_CHECKING:
    from .diagnosis.case import Verdict
    from .net.tables.routes import Rows


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
    ways: list[Optional[Way]]
    others: tuple[str, ...] = ()  # further addresses of the name
    cancelled: bool = False  # ended by Ctrl-C: what was known by then


class SecondLook(NamedTuple):
    """Where IPv4's connect(2) finds another way when it looks again, with the source address that it chose."""

    way: Way
    errno: Optional[str]  # in place of a way
    prefix: Optional[str]
    rules: tuple[Rule, ...]


class RouteFound(NamedTuple):
    """The way to one destination, the source address, and why that one. `route get`."""

    name: str  # as typed
    destination: Endpoint  # port 0: none was asked for
    asked: Optional[str]  # the source address that a socket would be bound to; None: the kernel chooses
    source: Optional[str]  # None: none is chosen
    reason: str  # the rule for the source in a word: prefsrc, gateway-subnet, longest-prefix, ..., refused, unknown
    why: str  # the same as a sentence
    way: Optional[Way] = None  # None: the tables can't be read
    errno: Optional[str] = None  # the kernel's answer in place of a way
    prefix: Optional[str] = None  # of the row of the table that decides: `10.0.0.0/8`, default
    rules: tuple[Rule, ...] = ()  # the policy rule that decides; several: one of them, it is not known which
    kernel: Optional[str] = None  # the source address in the kernel's answer
    connect: Optional[str] = None  # what getsockname(2) says after connect(2) of a UDP socket
    connect_errno: Optional[str] = None
    agrees: Optional[bool] = None  # whether the reason leads to what the kernel says; None: it was not checked
    second: Optional[SecondLook] = None
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
    name_of: Optional[Callable[[str], str]] = None  # host names, where they were asked for


class InterfaceTable(NamedTuple):
    """`netstat -i`."""

    rows: list[tuple[Interface, Optional[Counters]]]
    host: str


class BsdSocket(NamedTuple):
    protocol: str  # tcp4, tcp6, udp4, udp6
    received: Optional[int]  # bytes that wait to be read; None: the kernel has no figure
    unsent: Optional[int]  # bytes that are not acknowledged yet
    local: Endpoint
    peer: Optional[Endpoint]
    state: str  # in netstat's words; empty for udp


class BsdSockets(NamedTuple):
    """`netstat -a`: the sockets of this shell."""

    rows: list[BsdSocket]
    name_of: Optional[Callable[[str], str]] = None


class Side(NamedTuple):
    """One of the two that are compared."""

    name: str  # of the file, or in words
    host: Optional[str]
    time: Optional[str]  # of its first record
    connections: int  # results of connects that it holds


class Change(NamedTuple):
    """Something that is not the same."""

    what: str  # connection, choice, verdict, interface, address, route, rule
    subject: str  # which one: `192.168.77.50 -> 10.1.1.1:2121 tcp`, `enetA`, `default`
    before: Optional[str]  # None: it is new
    after: Optional[str]  # None: it is gone


class Unchanged(NamedTuple):
    """How many of a kind are the same."""

    what: str
    number: int


class Comparison(NamedTuple):
    """The changes, and what they are changes from."""

    old: Side
    new: Side
    changes: tuple[Change, ...]
    left_out: int  # changes that were too many
    unchanged: tuple[Unchanged, ...]
    remarks: tuple[str, ...]
