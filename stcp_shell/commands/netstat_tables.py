"""The tables of `netstat`: this host's routes and interfaces and this shell's sockets, as BSD shows them."""

from __future__ import annotations

import socket as sockets_api
import sys
from collections.abc import Callable, Iterator
from fcntl import ioctl

from ..model.connection import INET, INET6
from ..model.rows import BsdBlock, BsdRoutes, BsdSocket, BsdSockets, Rows
from ..model.tables import Interfaces
from ..net.resolver import HostNames
from ..net.sockaddr import unpack
from ..net.tables import interfaces
from ..net.tables.counters import counters
from ..net.tables.routes import default_gateways
from ..net.tables.rtnetlink import LOCAL, MAIN, Rtnetlink
from .session import Session, Socket

_RESOLVING = 5.0  # seconds that one host name may take
_TCP_INFO = 11
_STATES = (
    *("", "ESTABLISHED", "SYN_SENT", "SYN_RCVD", "FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT", "CLOSED", "CLOSE_WAIT"),
    *("LAST_ACK", "LISTEN", "CLOSING"),
)
_SIOCINQ, _SIOCOUTQ = 0x541B, 0x5411  # tcp(7), udp(7)


def host_names(session: Session) -> Callable[[str], str]:
    """Return a function from addresses to host names; if the resolver is silent it returns the addresses."""
    return HostNames(min(_RESOLVING, session.timeout))


def routes(name_of: Callable[[str], str] | None, legend: bool) -> BsdRoutes:
    """Return the table of `netstat -r`. Raises TablesUnavailable if netlink is denied."""
    families = (INET, INET6)
    # Each dump opens its own socket when it is read; this one only checks whether netlink is available.
    with Rtnetlink() as tables:
        links = {interface.name: interface.ifindex for interface in tables.links()}
        blocks = tuple(_block(tables, family) for family in families)
    defaults = tuple(route for family in families for route in default_gateways(family))
    return BsdRoutes(blocks, links, defaults, legend, name_of)


def _block(tables: Rtnetlink, family: str) -> BsdBlock:
    main = Rows(tables.routes(family, MAIN), interrupted=lambda: tables.interrupted)
    return BsdBlock(family, main, Rows(tables.routes(family, LOCAL)), Rows(tables.neighbours(family)))


def interface_table(session: Session) -> Interfaces:
    """Return the table of `netstat -i`."""
    figures = counters()
    found = tuple(interfaces.interfaces())
    counted = tuple(figures[interface.ifindex] for interface in found if interface.ifindex in figures)
    return Interfaces(session.environment.host, found, counted)


def sockets(session: Session, name_of: Callable[[str], str] | None) -> BsdSockets:
    """Return the table of `netstat -a`."""
    return BsdSockets(tuple(_sockets(session)), name_of)


def _sockets(session: Session) -> Iterator[BsdSocket]:
    """Yield the open sockets; a socket whose connect failed is closed and left out."""
    for entry in session.sockets.values():
        if entry.sock.fileno() < 0:
            continue
        suffix = "4" if entry.family == INET else "6"
        listening = entry.state == "listening"
        yield BsdSocket(
            protocol=entry.protocol + suffix,
            received=None if listening else _queue(entry, _SIOCINQ),
            unsent=None if listening else _queue(entry, _SIOCOUTQ),
            local=unpack(entry.sock.getsockname()),
            peer=entry.peer,
            state=_state(entry),
        )


def _queue(entry: Socket, request: int) -> int | None:
    """Return how many bytes wait in a queue; None if the kernel does not report it."""
    try:
        return int.from_bytes(ioctl(entry.sock, request, bytes(4)), sys.byteorder)
    except OSError:
        return None


def _state(entry: Socket) -> str:
    """Return the current state of a TCP connection in the kernel."""
    if entry.kind != "stream":
        return ""
    try:
        number = entry.sock.getsockopt(sockets_api.IPPROTO_TCP, _TCP_INFO, 1)[0]
    except OSError:
        return ""
    return _STATES[number] if number < len(_STATES) else str(number)
