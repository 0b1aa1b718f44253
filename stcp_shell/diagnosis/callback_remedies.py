"""What helps if a program's new connection leaves from another address than its client uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address

from ..model.connection import INET6, family_of
from ..model.route_get import RouteFound
from .belonging import Call

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


def lines(kind: str, about: Sequence[Call], routes: dict[str, RouteFound]) -> Iterator[str]:
    """Yield remedies and the next command; a line that begins with spaces is a command to copy."""
    if kind == "callback-other-source":
        yield from _other_source(about, routes)
    if kind == "no-callback":
        yield "check that the client has asked for one (FTP: in active mode), and that this is the server"
    if kind in ("callback-other-source", "callback-failed", "ambiguous"):
        yield from _diagnose(about)


def _other_source(about: Sequence[Call], routes: dict[str, RouteFound]) -> Iterator[str]:
    yield "if it is FTP: passive mode, in which the client opens the data connection, needs no change here"
    for program in dict.fromkeys(each.record.owner.command or "" for each in about):
        if program in SETTINGS:
            yield SETTINGS[program]
    yield f"in the program that connects: bind(2) to {_used(about)} before connect(2), or its setting for that"
    for peer in list(dict.fromkeys(each.record.peer.address for each in about))[:4]:
        yield from _route(peer, [each for each in about if each.record.peer.address == peer], routes.get(peer))
    for calls in _by_family(about):
        sources, peers = (_listed(getattr(each.record, end).address for each in calls) for end in ("source", "peer"))
        yield f"or permit {sources} to {peers}, besides {_used(calls)}, on the devices on the way"


def _route(peer: str, calls: Sequence[Call], route: RouteFound | None) -> Iterator[str]:
    """Yield a route by the same way with the client's address as its source: for a program that does not bind."""
    used = list(dict.fromkeys(address for each in calls for address in each.used))
    sources = [each.record.source.address for each in calls]
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


def _diagnose(about: Sequence[Call]) -> Iterator[str]:
    """Yield the command that tests the peer's port from the very addresses, for each family."""
    known = [each for each in about if each.record.peer.port]
    if not known:
        yield "the port is not known: the kernel has wiped it; watch again while the connection waits for an answer"
        return
    yield "to find out whether a device treats them differently, while the client still listens:"
    for calls in _by_family(known):
        best = next((each for each in reversed(calls) if each.record.ended is None), calls[-1])
        peer, own = best.record.peer, best.record.source.address
        sources = dict.fromkeys([own, *(each for each in best.used if family_of(each) == family_of(own))])
        yield f"  diagnose -name {peer.address} -port {peer.port} -from {','.join(sources)}"


def _by_family(calls: Sequence[Call]) -> Iterator[list[Call]]:
    """Yield the calls of each address family."""
    for family in dict.fromkeys(family_of(each.record.peer.address) for each in calls):
        yield [each for each in calls if family_of(each.record.peer.address) == family]


def _used(calls: Sequence[Call]) -> str:
    return _listed(address for each in calls for address in each.used)


def _listed(addresses: Iterable[str]) -> str:
    ordered = sorted(set(addresses), key=lambda text: ip_address(text.partition("%")[0]).packed)
    return " and ".join(ordered)
