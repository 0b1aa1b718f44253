"""What the small commands find. What is not declared as a record is shown and not logged."""

from collections.abc import Iterable
from typing import Annotated, NamedTuple, Optional

from .connection import Endpoint
from .record import HostName, InterfaceName, Word, record, unlogged


@unlogged
class Opened(NamedTuple):
    """`socket`."""

    socket: int
    kind: str  # stream, dgram
    family: str


@unlogged
class Current(NamedTuple):
    """`use`."""

    socket: int
    state: str


@unlogged
class Closed(NamedTuple):
    """`close`."""

    socket: int


class SocketRow(NamedTuple):
    """One of `sockets`."""

    number: int
    current: bool
    protocol: str
    state: str
    bound: Optional[Endpoint]
    local: Optional[Endpoint]
    peer: Optional[Endpoint]


@unlogged
class SocketTable(NamedTuple):
    """`sockets`."""

    rows: tuple[SocketRow, ...]


@record("result", "bound")
class Bound(NamedTuple):
    """What a socket was bound to (bind)."""

    socket: Annotated[int, "its number"]
    address: Annotated[HostName, "as it was asked for"]
    port: Annotated[int, "0: the kernel chooses when the socket connects or listens"]
    local: Annotated[str, "what getsockname(2) says: address and port"]
    interface: Annotated[Optional[InterfaceName], "whose address it is, if it was asked for by interface"] = None
    device: Annotated[Optional[InterfaceName], "SO_BINDTODEVICE"] = None


@record("result", "listening")
class Listening(NamedTuple):
    """A socket waits for connections (listen)."""

    socket: Annotated[int, "its number"]
    local: Annotated[str, "address and port"]
    backlog: Annotated[int, "how many may wait to be accepted"]


@record("result", "accepted")
class Accepted(NamedTuple):
    """A connection that came in (accept)."""

    socket: Annotated[int, "its number"]
    listener: Annotated[int, "the number of the listening socket"]
    local: Annotated[str, "the address that the client used, and the port"]
    peer: Annotated[str, "address and port of the client"]


@record("result", "nothingcame")
class WaitTimedOut(NamedTuple):
    """A wait ended without what it waited for (accept, recv)."""

    socket: Annotated[int, "its number"]
    what: Annotated[Word, "no connection came, nothing was received"]
    seconds: Annotated[float, "how long it waited"]


@record("result", "sent")
class Sent(NamedTuple):
    """Data went out (send)."""

    socket: Annotated[int, "its number"]
    bytes: Annotated[int, "that the kernel took"]
    of: Annotated[int, "bytes that there were"]


@record("result", "received")
class Received(NamedTuple):
    """Data came in (recv)."""

    socket: Annotated[int, "its number"]
    bytes: Annotated[int, "0: the peer closed its side"]
    data: Annotated[str, "as UTF-8; other bytes as \\xNN"]
    peer: Annotated[Optional[str], "the sender of a datagram; null: a stream"] = None


@record("result", "shutdown")
class ShutDown(NamedTuple):
    """A direction of a connection was closed (shutdown)."""

    socket: Annotated[int, "its number"]
    how: Annotated[Word, "read, write or both"]


@record("result", "name")
class SocketName(NamedTuple):
    """One end of a socket (getsockname, getpeername)."""

    socket: Annotated[int, "its number"]
    which: Annotated[Word, "local or peer"]
    endpoint: Annotated[str, "address and port"]


@record("result", "optionvalue")
class OptionValue(NamedTuple):
    """A socket option (getsockopt, setsockopt)."""

    socket: Annotated[int, "its number"]
    option: Annotated[Word, "its name"]
    value: Annotated[int, "as the kernel has it"]
    asked: Annotated[Optional[int], "as it was asked for; null: it was only read"] = None


@unlogged
class Variables(NamedTuple):
    """`set`."""

    values: dict[str, str]


@unlogged
class Saved(NamedTuple):
    """A file was written."""

    path: str
    bytes: int


@unlogged
class Sourced(NamedTuple):
    """`source`."""

    path: str


@unlogged
class Clip(NamedTuple):
    """A text for the clipboard of the terminal (`copy`)."""

    sequence: str  # what the terminal has to get
    bytes: int
    condition: str  # what has to be set for it; empty: nothing that is known


@unlogged
class Text(NamedTuple):
    """Lines that are text already: help, the log as a ticket. They may be made while they are shown."""

    lines: Iterable[str]
