"""`netstat`, after BSD's: the routing table, the interfaces, and the sockets of this shell."""

import socket as sockets_api
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..errors import Failure
from ..facts import INET, INET6
from ..language.declaration import Option, command
from ..language.kinds import FLAG
from ..results import BsdBlock, BsdRoutes, BsdSocket, BsdSockets, InterfaceTable
from ..session import Session, Socket

if TYPE_CHECKING:
    from ..net.rtnetlink import Rtnetlink

_RESOLVING = 5.0  # seconds that one host name may take
_TCP_INFO = 11
_STATES = (
    *("", "ESTABLISHED", "SYN_SENT", "SYN_RCVD", "FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT", "CLOSED", "CLOSE_WAIT"),
    *("LAST_ACK", "LISTEN", "CLOSING"),
)
_SIOCINQ, _SIOCOUTQ = 0x541B, 0x5411  # tcp(7), udp(7)


@command(
    "netstat",
    Option("r", FLAG, "the routing table, with the neighbours (ARP, ND) in it"),
    Option("i", FLAG, "the interfaces, with their addresses and counters"),
    Option("a", FLAG, "the sockets of this shell; so it is without an option"),
    Option("n", FLAG, "numbers, not names: so it is anyway"),
    Option("names", FLAG, "with -r or -a: names of hosts instead of numbers; asks the resolver"),
    Option("legend", FLAG, "with -r: explain the flags that occur"),
    examples=["netstat -r -n", "netstat -r -legend", "netstat -i", "netstat -a"],
)
def netstat(
    session: Session,
    r: bool = False,
    i: bool = False,
    a: bool = False,
    n: bool = False,
    names: bool = False,
    legend: bool = False,
) -> BsdRoutes | InterfaceTable | BsdSockets:
    """Show routes, interfaces or this shell's sockets in the columns of BSD's netstat.

    The routing table is the kernel's tables main and local; `route print -all` has the others. Where Linux has no
    figure there is a `-`. Names are looked up only for -names.
    """
    if r + i + a > 1:
        raise Failure("-r, -i and -a exclude each other")
    if n and names:
        raise Failure("-n and -names exclude each other")
    if names and i:
        raise Failure("-names goes with -r or -a")
    if legend and not r:
        raise Failure("-legend goes with -r")
    name_of = _host_names(session) if names else None
    if r:
        return _routes(name_of, legend)
    return _interfaces(session) if i else BsdSockets(list(_sockets(session)), name_of)


def _host_names(session: Session) -> Callable[[str], str]:
    from ..net.hostnames import HostNames

    return HostNames(min(_RESOLVING, session.timeout))


def _routes(name_of: Callable[[str], str] | None, legend: bool) -> BsdRoutes:
    from ..net.routes import default_gateways
    from ..net.rtnetlink import Rtnetlink

    families = (INET, INET6)
    # Each dump opens a socket of its own when it is read; this one only finds out whether netlink is there.
    with Rtnetlink() as tables:
        links = {interface.name: interface.ifindex for interface in tables.links()}
        blocks = [_block(tables, family) for family in families]
    defaults = [route for family in families for route in default_gateways(family)]
    return BsdRoutes(blocks, links, defaults, legend, name_of)


def _block(tables: "Rtnetlink", family: str) -> BsdBlock:
    from ..net.routes import Rows
    from ..net.rtnetlink import LOCAL, MAIN

    main = Rows(tables.routes(family, MAIN), tables=tables)
    return BsdBlock(family, main, Rows(tables.routes(family, LOCAL)), Rows(tables.neighbours(family)))


def _interfaces(session: Session) -> InterfaceTable:
    from ..net import interfaces
    from ..net.counters import counters

    figures = counters()
    rows = [(interface, figures.get(interface.ifindex)) for interface in interfaces.interfaces()]
    return InterfaceTable(rows, session.environment.host)


def _sockets(session: Session) -> Iterator[BsdSocket]:
    """The sockets that are open: what a connect that failed used up is left out."""
    from ..net.sockaddr import unpack

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
    """How many bytes wait in a queue; None where the kernel does not say."""
    from fcntl import ioctl

    try:
        return int.from_bytes(ioctl(entry.sock, request, bytes(4)), sys.byteorder)
    except OSError:
        return None


def _state(entry: Socket) -> str:
    """The state of a TCP connection as the kernel has it now."""
    if entry.kind != "stream":
        return ""
    try:
        number = entry.sock.getsockopt(sockets_api.IPPROTO_TCP, _TCP_INFO, 1)[0]
    except OSError:
        return ""
    return _STATES[number] if number < len(_STATES) else str(number)
