"""What makes a host use another source address, in its own commands; and commands that show what it does."""

from __future__ import annotations

from ..model.connection import INET, INET6
from ..model.prediction import Prediction
from ..pasted.addresses import holds, known
from ..pasted.facts import BITS, Own
from ..pasted.host import Host
from ..pasted.prefixes import Prefixes
from .prediction import predict, with_route

_ADD = {
    "linux": "ip route replace {to}/{bits} via {router} src {used}",
    "freebsd": "route add -host {to} {router}",
    "netbsd": "route add -host {to} {router} -ifa {used}",
    "openbsd": "route add -host {to} {router}",
    "dragonfly": "route add -host {to} {router}",
    "macos": "route -n add -host {to} {router}",
    "bsd": "route add -host {to} {router}",
    "windows": "route -p add {to} mask 255.255.255.255 {router}",
    "windows-xp": "route add {to} mask 255.255.255.255 {router}",
    "solaris": "route -p add {to} {router} -setsrc {used}",
    "aix": "route add -host {to} {router}",
    "hpux": "route add host {to} {router} 1",
    "stcp": "route add {to} {router}",
    "ios": "ip route {to} 255.255.255.255 {router}",
}


# Not tried here: what a prediction does with it is not published (selection by `-ifa`, `sourceaddr`, `-setsrc`).
_NAMED = {
    "freebsd": "route add -host {to} {router} -ifa {used}",
    "netbsd": "route add -host {to} {router} -ifa {used}",
    "openbsd": "route sourceaddr {used} (for all routes by a gateway)",
    "solaris": "route -p add {to} {router} -setsrc {used}",
    "ios": "ip ftp source-interface INTERFACE, that of {used}",
}


def add_route(system: str, destination: str, router: str, used: str) -> str | None:
    """Return the command that adds a host route through a router; None: it is not known for that system."""
    if system not in _ADD or (":" in destination and system != "linux"):
        return None
    return _ADD[system].format(to=destination, bits=128 if ":" in destination else 32, router=router, used=used)


def remedies(host: Host, prefixes: Prefixes, found: Prediction) -> tuple[str, ...]:
    """Return what makes the source the address that the client used; a route is named only if it was tried here."""
    used, to = found.client_used, found.destination.address or ""
    if not found.differs or used is None or found.asked:
        return ()
    family = INET6 if ":" in to else INET
    own = next((each.own for each in known(prefixes, family) if each.own.address == used), None)
    if own is None:
        return (f"{used} is no address of the host that is shown: check -client-used",)
    result = ["if it is the data connection of FTP: passive mode, in which the client connects, needs no change"]
    if not any(each.own.address == to for each in known(prefixes, family)):
        result += [_route(host, prefixes, found, own, family)] if own.length != BITS[family] else []
        result += _named(host, prefixes, found, used)
    bound = predict(host, prefixes, to, asked=used)
    way = f"via {bound.next_hop} " if bound.next_hop else ""
    leaves = f" (it then leaves {way}by {bound.interface})" if bound.interface else ""
    if bound.outcome:
        leaves = f" (but then {bound.why})"
    result.append(f"bind the socket to {used}, if the application can{leaves}")
    sources = " or ".join(dict.fromkeys((found.source,) if found.source else found.candidates))
    result.append(f"let firewalls and access lists permit {sources} as well")
    return tuple(result)


def _named(host: Host, prefixes: Prefixes, found: Prediction, used: str) -> list[str]:
    """Return how the route or the table can name the address as its source."""
    to, router, system = found.destination.address or "", found.next_hop, host.system
    if system == "linux" and router and found.interface:
        row = with_route(prefixes, to, router, found.interface)
        row = row._replace(way=row.way._replace(source=used))
        if predict(host, prefixes, to, None, used, row).source == used:
            command = f"ip route replace {to}/{128 if ':' in to else 32} via {router} dev {found.interface} src {used}"
            return [f"name {used} as the source of the route: {command}"]
    cards = {each.own.address: each.interface for each in known(prefixes, INET6 if ":" in to else INET)}
    same_card = found.source is not None and cards.get(found.source) == cards.get(used)
    if system == "windows" and same_card:
        return [f"Set-NetIPAddress -IPAddress {found.source} -SkipAsSource $true, as both are of one interface"]
    if system in _NAMED and router and ":" not in to:
        return [f"name {used} as the source: {_NAMED[system].format(to=to, router=router, used=used)}"]
    return []


def _route(host: Host, prefixes: Prefixes, found: Prediction, own: Own, family: str) -> str:
    """Return the route by a router in the network of the address, or what to look for."""
    used, to = own.address, found.destination.address or ""
    routers = dict.fromkeys(
        way.gateway
        for way in prefixes.ways
        if way.gateway and way.family == family and holds(own, way.gateway) and way.gateway != used
    )
    for router in routers:
        if found.added and router in found.added.split():
            continue
        tried = predict(host, prefixes, to, None, used, with_route(prefixes, to, router))
        command = add_route(host.system, to, router, used)
        if tried.source == used and command:
            return f"a route by {router}, a router in the network of {used}: {command}"
    network = f"{used}/{own.length}" if own.length is not None else used
    if routers:
        others = " or ".join(routers)
        return f"a route to {to} by {others}, in the network of {network}, was tried here: it does not lead to {used}"
    return f"a route to {to} by a router in the network of {network}: no row names one; try it with -with 'via ROUTER'"
