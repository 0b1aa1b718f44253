"""Results of the small commands. Results that are not declared as records are shown and not logged."""

from collections.abc import Iterable
from typing import Annotated, NamedTuple, Optional

from .connection import Endpoint
from .record import HostName, InterfaceName, Word, record, unlogged


@unlogged
class Opened(NamedTuple):
    """The result of `socket`."""

    socket: int
    kind: str  # stream, dgram
    family: str


@unlogged
class Current(NamedTuple):
    """The result of `use`."""

    socket: int
    state: str


@unlogged
class Closed(NamedTuple):
    """The result of `close`."""

    socket: int


class SocketRow(NamedTuple):
    """A row of `sockets`."""

    number: int
    current: bool
    protocol: str
    state: str
    bound: Optional[Endpoint]
    local: Optional[Endpoint]
    peer: Optional[Endpoint]


@unlogged
class SocketTable(NamedTuple):
    """The result of `sockets`."""

    rows: tuple[SocketRow, ...]


@record("result", "bound")
class Bound(NamedTuple):
    """What a socket was bound to (bind)."""

    socket: Annotated[int, "number of the socket"]
    address: Annotated[HostName, "as requested"]
    port: Annotated[int, "0: the kernel chooses when the socket connects or listens"]
    local: Annotated[str, "what getsockname(2) returns: address and port"]
    interface: Annotated[Optional[InterfaceName], "the interface with the address, if bind named an interface"] = None
    device: Annotated[Optional[InterfaceName], "the interface of SO_BINDTODEVICE; null: not set"] = None


@record("result", "listening")
class Listening(NamedTuple):
    """A socket waits for connections (listen)."""

    socket: Annotated[int, "number of the socket"]
    local: Annotated[str, "address and port"]
    backlog: Annotated[int, "how many connections can wait to be accepted"]


@record("result", "accepted")
class Accepted(NamedTuple):
    """An incoming connection (accept)."""

    socket: Annotated[int, "number of the socket"]
    listener: Annotated[int, "the number of the listening socket"]
    local: Annotated[str, "the address that the client used, and the port"]
    peer: Annotated[str, "address and port of the client"]
    expected: Annotated[tuple[str, ...], "addresses that this session's sockets are connected to"] = ()
    same: Annotated[Optional[bool], "whether the client is one of them; null: there is none"] = None


@record("result", "nothingcame")
class WaitTimedOut(NamedTuple):
    """A wait timed out (accept, recv)."""

    socket: Annotated[int, "number of the socket"]
    what: Annotated[Word, "the result: no connection came, nothing was received"]
    seconds: Annotated[float, "how long it waited"]


@record("result", "sent")
class Sent(NamedTuple):
    """Data was sent (send)."""

    socket: Annotated[int, "number of the socket"]
    bytes: Annotated[int, "bytes that the kernel accepted"]
    of: Annotated[int, "bytes that were to be sent"]
    unacknowledged: Annotated[
        Optional[int],
        "bytes of the connection that its peer had not acknowledged 0.3 s later (0: it acknowledges all that is sent); "
        "null: not known, or udp",
    ] = None
    interrupted: Annotated[bool, "whether Ctrl-C ended the wait for the acknowledgement"] = False

    @property
    def cancelled(self) -> bool:
        """Whether Ctrl-C was pressed: it ends the line or the script, too."""
        return self.interrupted


@record("result", "received")
class Received(NamedTuple):
    """Data was received (recv)."""

    socket: Annotated[int, "number of the socket"]
    bytes: Annotated[int, "number of bytes; 0: the peer closed its side, or an empty datagram"]
    data: Annotated[str, "text in UTF-8; other bytes as \\xNN"]
    peer: Annotated[Optional[str], "the sender of a datagram; null: a stream"] = None


@record("result", "shutdown")
class ShutDown(NamedTuple):
    """One direction of a connection was closed, or both (shutdown)."""

    socket: Annotated[int, "number of the socket"]
    how: Annotated[Word, "the direction: read, write or both"]


@record("result", "name")
class SocketName(NamedTuple):
    """The local or the peer address of a socket (getsockname, getpeername)."""

    socket: Annotated[int, "number of the socket"]
    which: Annotated[Word, "local or peer"]
    endpoint: Annotated[str, "address and port"]


@record("result", "optionvalue")
class OptionValue(NamedTuple):
    """A socket option (getsockopt, setsockopt)."""

    socket: Annotated[int, "number of the socket"]
    option: Annotated[Word, "name of the option"]
    value: Annotated[int, "the value in the kernel"]
    asked: Annotated[Optional[int], "the requested value; null: the option was only read"] = None


@unlogged
class Variables(NamedTuple):
    """The result of `set`."""

    values: dict[str, str]


@unlogged
class Saved(NamedTuple):
    """A file was written."""

    path: str
    bytes: int


@unlogged
class Sourced(NamedTuple):
    """The result of `source`."""

    path: str


@unlogged
class Clip(NamedTuple):
    """A text for the clipboard of the terminal (`copy`)."""

    sequence: str  # the escape sequence for the terminal
    bytes: int
    condition: str  # the setting that the terminal needs; empty: none is known


@unlogged
class Text(NamedTuple):
    """Lines of text: help, the log as a support ticket. They can be produced while they are shown."""

    lines: Iterable[str]
