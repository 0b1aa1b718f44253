"""What commands answer, as plain tuples. `report.text` renders them, `journal.records` logs some."""

from collections.abc import Iterable
from typing import NamedTuple, Optional, Union

from .facts import Endpoint


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
    bound: Optional[Endpoint]
    local: Optional[Endpoint]
    peer: Optional[Endpoint]


class SocketTable(NamedTuple):
    rows: list[SocketRow]


class Bound(NamedTuple):
    socket: int
    address: str  # as it was asked for
    port: int  # 0: the kernel chooses when the socket connects or listens
    local: str  # what getsockname(2) says
    interface: Optional[str] = None
    device: Optional[str] = None  # SO_BINDTODEVICE


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
    peer: Optional[str] = None  # a datagram's sender; None: a stream


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
    value: Union[int, str]
    asked: Union[int, str, None] = None  # setsockopt: the value that was asked for; the kernel may have taken another


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
