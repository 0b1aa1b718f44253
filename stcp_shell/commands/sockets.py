"""Sockets by number, and the source address that bind(2) gives them."""

from __future__ import annotations

import errno
import os
import socket as sockets_api
from contextlib import suppress
from typing import TYPE_CHECKING

from ..errors import Failure, reason
from ..language.declaration import Argument, Option, command
from ..language.kinds import FLAG, INTERFACE, LOCAL, PORT, SOCKET, choice
from ..model.connection import INET, INET6, Endpoint, family_of
from ..model.results import Bound, Closed, Current, Opened, SocketRow, SocketTable
from ..net import resolver
from ..net.sockaddr import ANY, FAMILIES, pack, unpack
from .session import Session, Socket

if TYPE_CHECKING:
    pass

_MOST_LISTED = 12  # addresses in a message
_IN_USE = ("bound", "connected", "listening")  # states in which a socket can still be used
_TYPES = {"stream": sockets_api.SOCK_STREAM, "dgram": sockets_api.SOCK_DGRAM}


@command(
    "socket",
    Option("type", choice("stream", "dgram"), "stream is TCP (the default), dgram is UDP"),
    Option("family", choice(INET, INET6), "inet is IPv4 (the default), inet6 is IPv6"),
    examples=["socket", "socket -family inet6", "socket -type dgram"],
)
def socket(session: Session, type: str = "stream", family: str = INET) -> Opened:
    """Open a numbered socket; it becomes the current one.

    The commands that follow (bind, connect, send, ...) use the current socket.
    """
    try:
        sock = sockets_api.socket(FAMILIES[family], _TYPES[type])
        sock.setblocking(False)  # the program does every wait itself, so that it can end it and show its progress
    except OSError as error:
        raise Failure(reason(error)) from None
    return Opened(session.add(family, type, sock).number, type, family)


@command("sockets")
def sockets(session: Session) -> SocketTable:
    """List the sockets: state, bound, local and peer address.

    The current socket is marked with *.
    """
    return SocketTable(tuple(_row(session, entry) for entry in session.sockets.values()))


@command("use", Argument("number", SOCKET, "the socket's number"), examples=["use 1"])
def use(session: Session, number: int) -> Current:
    """Make another socket the current one."""
    session.current = session.socket(number)
    return Current(number, session.current.state)


@command(
    "close",
    Argument("number", SOCKET, "the socket's number; without it the current one", required=False),
    examples=["close", "close 1"],
)
def close(session: Session, number: int | None = None) -> Closed:
    """Close the current socket, or the one with this number."""
    entry = session.socket(number)
    session.close(entry)
    return Closed(entry.number)


@command(
    "bind",
    Option("name", LOCAL, "the local address, or a name for it", bare=True),
    Option("interface", INTERFACE, "bind to this interface's address instead"),
    Option("port", PORT, "the local port; 0, the default: the kernel chooses it", bare=True),
    Option("device", FLAG, "with -interface: also SO_BINDTODEVICE, which changes the route"),
    examples=["bind -name 172.16.1.50 -port 0", "bind 172.16.1.50", "bind -interface enetA", "bind -port 2121"],
    excludes=[("name", "interface")],
    needs=[("device", "interface")],
)
def bind(
    session: Session,
    name: str | None = None,
    interface: str | None = None,
    port: int | str = 0,
    device: bool = False,
) -> Bound:
    """Give the current socket its source address and port: bind(2), and nothing else.

    The kernel still chooses the route, as it does for a server that binds its callback. -device also binds to the
    interface (SO_BINDTODEVICE): that is a different test, of a different route.
    """
    entry = session.socket()
    if entry.state not in ("open", "bind failed"):
        state = f"is already {entry.state}" if entry.state in _IN_USE else f"cannot be reused ({entry.state})"
        raise Failure(f"socket {entry.number} {state}: open a new one with socket")
    entry.state = "bind failed"  # until it succeeds: after any error, a connect would test the default source
    wanted = Endpoint(_local_address(entry, session, name, interface), resolver.port_number(port, entry.protocol))
    try:
        if device:
            entry.sock.setsockopt(sockets_api.SOL_SOCKET, sockets_api.SO_BINDTODEVICE, os.fsencode(interface or ""))
        entry.sock.bind(pack(wanted))
    except OSError as error:
        if device:
            _leave_device(entry)
        raise Failure(_bind_failure(error, wanted)) from None
    entry.state, entry.bound, entry.local = "bound", wanted, unpack(entry.sock.getsockname())
    return Bound(entry.number, wanted.address, wanted.port, str(entry.local), interface, interface if device else None)


def _row(session: Session, entry: Socket) -> SocketRow:
    current = entry is session.current
    return SocketRow(entry.number, current, entry.protocol, entry.state, entry.bound, entry.local, entry.peer)


def _local_address(entry: Socket, session: Session, name: str | None, interface: str | None) -> str:
    """Return the address to bind to: the given one, the interface's first of the socket's family, or the wildcard."""
    if interface:
        from ..net.tables.interfaces import address_on

        return address_on(interface, entry.family)
    if name:
        return resolver.addresses(name, entry.family, session.timeout)[0]
    return ANY[entry.family]


def _leave_device(entry: Socket) -> None:
    """Undo SO_BINDTODEVICE: a bind after the failed one must not bind to the device too."""
    with suppress(OSError):
        entry.sock.setsockopt(sockets_api.SOL_SOCKET, sockets_api.SO_BINDTODEVICE, b"")


def _own(family: str) -> str:
    """Return the first of this host's addresses as the end of a sentence; empty if they cannot be read."""
    from ..net.tables.interfaces import local_addresses

    try:
        mine = sorted(local_addresses(family))
    except OSError:
        return ""
    more = f" and {len(mine) - _MOST_LISTED} more (ifconfig lists them)" if len(mine) > _MOST_LISTED else ""
    return f"; its addresses are {', '.join(mine[:_MOST_LISTED])}{more}"


def _bind_failure(error: OSError, wanted: Endpoint) -> str:
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{wanted.address} is not an address of this host (EADDRNOTAVAIL){_own(family_of(wanted.address))}"
    if error.errno == errno.EADDRINUSE and not wanted.port:
        from ..net.tables.settings import port_range

        ports = port_range()
        some = f" ({ports[0]} to {ports[1]})" if ports else ""
        return (
            f"{wanted.address} has no ephemeral port left{some} (EADDRINUSE): close connections, wait for those in "
            "TIME_WAIT, or widen net.ipv4.ip_local_port_range"
        )
    if error.errno == errno.EADDRINUSE:
        return (
            f"{wanted} is in use (EADDRINUSE): choose another port (or, if only closed connections are left "
            "on it, setsockopt reuseaddr 1 before the bind)"
        )
    if error.errno == errno.EACCES:
        return f"port {wanted.port} needs the privilege to bind ports below 1024 (EACCES): choose a higher port"
    return f"{wanted}: {reason(error)}"
