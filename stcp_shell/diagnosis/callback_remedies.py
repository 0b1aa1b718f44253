"""What helps if a program's new connection leaves from another address than its client uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from ..model.callback import Observed
from ..model.connection import INET6, family_of
from ..model.route_get import RouteFound

# What programs offer, by the name of their process. Measured, or from their manuals: bacula-fd(8), LOCLADDR of IBM MQ.
SETTINGS = {
    "vsftpd": "vsftpd binds to the address of the control connection by itself, whatever listen_address says",
    "proftpd": "ProFTPD binds to the address of the control connection by itself",
    "pure-ftpd": "Pure-FTPd binds to the address of the control connection by itself",
    "twistd": "the FTP server of Twisted binds to no address, and has no setting for it: passive mode helps",
    "ndmjob": "Amanda's NDMP agent binds to no address, and has no setting for it",
    "bacula-fd": "in the Bacula File Daemon, FDSourceAddress sets the source address",
    "amqrmppa": "in IBM MQ, LOCLADDR of the channel sets the source address",
}


def lines(kind: str, about: Sequence[Observed], used: tuple[str, ...], routes: dict[str, RouteFound]) -> Iterator[str]:
    """Yield remedies and the next command; a line that begins with spaces is a command to copy."""
    if kind == "callback-other-source":
        yield from _other_source(about, used, routes)
    if kind == "no-callback":
        yield "check that the client has asked for one (FTP: in active mode), and that this is the server"
    if kind in ("callback-other-source", "callback-failed", "ambiguous"):
        yield from _diagnose(about, used)


def _other_source(about: Sequence[Observed], used: tuple[str, ...], routes: dict[str, RouteFound]) -> Iterator[str]:
    sources = tuple(dict.fromkeys(each.source.address for each in about))
    peers = tuple(dict.fromkeys(each.peer.address for each in about))
    yield "if it is FTP: passive mode, in which the client opens the data connection, needs no change here"
    for program in dict.fromkeys(each.owner.command or "" for each in about):
        if program in SETTINGS:
            yield SETTINGS[program]
    yield f"in the program that connects: bind(2) to {_listed(used)} before connect(2), or its setting for that"
    for peer in peers[:4]:
        yield from _route(peer, sources, used, routes.get(peer))
    yield f"or permit {_listed(sources)} to {_listed(peers)}, besides {_listed(used)}, on the devices on the way"


def _route(peer: str, sources: tuple[str, ...], used: tuple[str, ...], route: RouteFound | None) -> Iterator[str]:
    """Yield a route by the same way with the client's address as its source: for a program that does not bind."""
    if route is None or route.source not in sources or route.kind != "unicast" or not route.interface or len(used) != 1:
        return
    six = family_of(peer) == INET6
    via = ""
    if route.gateway:
        inet6 = "inet6 " if family_of(route.gateway) == INET6 and not six else ""
        via = f"via {inet6}{route.gateway.partition('%')[0]} "
    table = f" table {route.table}" if route.table not in (None, 254) else ""
    yield f"or have this host send from {used[0]} to {peer} by default (not tried; diagnose shows whether it passes):"
    host = f"{peer.partition('%')[0]}/{128 if six else 32}"
    yield f"  Linux: ip {'-6 ' if six else ''}route replace {host} {via}dev {route.interface} src {used[0]}{table}"


def _diagnose(about: Sequence[Observed], used: tuple[str, ...]) -> Iterator[str]:
    """Yield the command that tests the peer's port from the very addresses."""
    each = next((each for each in about if each.peer.port), None)
    if each is None:
        yield "the port is not known: the kernel has wiped it; watch again while the connection waits for an answer"
        return
    sources = dict.fromkeys([each.source.address, *(a for a in used if family_of(a) == family_of(each.source.address))])
    yield "to find out which device treats them differently, while the client still listens:"
    yield f"  diagnose -name {each.peer.address} -port {each.peer.port} -from {','.join(sources)}"


def _listed(addresses: Sequence[str]) -> str:
    return " and ".join(sorted(addresses, key=lambda text: ip_address(text.partition("%")[0]).packed))
