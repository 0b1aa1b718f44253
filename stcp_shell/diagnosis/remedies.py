"""What would fix the fault, as sentences and ready commands for Linux, BSD and STCP.

Remedies are only for what a verdict says. For an unknown name or address there is a placeholder in capitals, with an
explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Optional

from ..model.connection import INET6, family_of
from ..model.diagnosis import HOST_UNREACHABLE, Case, Observation

Remedies = Callable[[Case, Optional[str]], Iterator[str]]  # a case and the device that rejects, if one is known


def advice(write: Remedies, case: Case, blames: str | None) -> Iterator[str]:
    """Yield the remedies of a verdict, and a remark about their commands."""
    lines = list(write(case, blames))
    yield from lines
    if any(line.startswith("  Linux:") for line in lines):
        yield "these commands are not permanent: once one helps, add it to the network configuration"


def none(case: Case, blames: str | None) -> Iterator[str]:
    """Return no remedy: the evidence does not show what to change, or nothing is wrong."""
    return iter(())


def source_dependent(case: Case, blames: str | None) -> Iterator[str]:
    works = (case.passing or case.reaching)[0]
    fails = next(seen for seen in case.observations if seen not in (case.passing or case.reaching))
    if fails.left_host:
        box = f"on {blames}" if blames else "on the firewall or router that filters by source address"
        yield f"permit {fails.address or 'the default source'} to {_target(case)} {box}"
    else:
        yield from _not_sent(case, fails)
    yield from _by_source(case, works)
    yield from _by_router(case, works)
    if not case.passing:
        yield from no_listener(case, blames)
    yield f"in the program that connects: bind(2) to {works.address} before connect(2)"


def _by_source(case: Case, works: Observation) -> Iterator[str]:
    """Yield commands for a bound source that works by the same route: the route names it as its preferred source."""
    route = works.route
    if works.chosen_by != "bind" or not route or not route.interface:
        return
    via = f"via {route.gateway} " if route.gateway else ""
    yield f"or send from {works.address} by default, by the same route:"
    yield f"  Linux: {_ip(case)} route replace {_host(case)} {via}dev {route.interface} src {works.address}"


def _by_router(case: Case, works: Observation) -> Iterator[str]:
    """Yield a route via the router on the working address's network: then every system chooses that address."""
    if not works.interface or (works.route and works.route.interface == works.interface):
        return
    router = next((g for interface, g in case.gateways if interface == works.interface), "ROUTER")
    where = f" (ROUTER: the router on the network of {works.address})" if router == "ROUTER" else ""
    target = case.destination.address
    yield f"or route to {target} via the router on {works.interface}{where}:"
    yield f"  Linux: {_ip(case)} route replace {_host(case)} via {router} dev {works.interface}"
    six = family_of(target) == INET6
    yield f"  BSD: route add {'-inet6 ' if six else ''}-host {target} {router}"
    if not six:
        yield f"  STCP: route add {target} {router}"


def bound_source_fails(case: Case, blames: str | None) -> Iterator[str]:
    fails = case.failing[0]
    if not fails.left_host:
        yield from _not_sent(case, fails)
        return
    box = blames or "the first router"
    yield f"accept {fails.address} on {box}: relax uRPF there (loose instead of strict), or permit it"
    yield f"or add a return route to the network of {fails.address} at the far end"
    yield from _by_own_interface(case, fails)


def _by_own_interface(case: Case, seen: Observation) -> Iterator[str]:
    """Yield policy routing: packets from an address leave via the router of that address's network."""
    if not seen.interface or (seen.route and seen.route.interface == seen.interface):
        return
    router = next((g for interface, g in case.gateways if interface == seen.interface), "ROUTER")
    where = f" (ROUTER: the router on the network of {seen.address})" if router == "ROUTER" else ""
    yield f"or send packets from {seen.address} by its own interface{where}:"
    yield f"  Linux: {_ip(case)} route add default via {router} dev {seen.interface} table 100"
    yield f"  Linux: {_ip(case)} rule add from {seen.address} lookup 100"
    yield f"  Linux: {_ip(case)} rule add from {seen.address} lookup main suppress_prefixlength 0"


def local_rp_filter(case: Case, blames: str | None) -> Iterator[str]:
    strict = case.reverse_path.strict if case.reverse_path else frozenset()
    held = {seen.interface for seen in case.failing if seen.silent and seen.interface}
    for interface in sorted(held & strict):
        yield "set the reverse path filter of this host to loose:"
        name = interface.replace(".", "/")  # sysctl(8) writes a dot in a name (enetA.100, a VLAN) as a slash
        yield f"  Linux: sysctl -w net.ipv4.conf.{name}.rp_filter=2"
    for seen in case.failing[:1]:
        yield from _by_own_interface(case, seen)


def no_listener(case: Case, blames: str | None) -> Iterator[str]:
    target = case.destination
    yield f"start the program that listens on port {target.port} of {target.address}, or correct the port"


def filtered(case: Case, blames: str | None) -> Iterator[str]:
    if blames:
        yield f"permit {_sources(case)} to {_target(case)} on {blames}"
    else:
        yield f"check for a filter on the path to {_target(case)} and back, and that the host is up"


def unreachable(case: Case, blames: str | None) -> Iterator[str]:
    target = case.destination.address
    router = blames or "the router that sends the ICMP error"
    if all(seen.expired for seen in case.observations):
        yield f"find with traceroute the routers between which the packets loop, and fix their routes to {target}"
    elif all(seen.icmp and (seen.icmp.type, seen.icmp.code) in HOST_UNREACHABLE for seen in case.observations):
        yield f"check that {target} is up and on the link of {router}, or fix the routing there"
    else:
        yield f"fix the routing at {router}: it cannot reach {target}"


def no_route(case: Case, blames: str | None) -> Iterator[str]:
    address = case.destination.address
    if address == "::1" or address.startswith("127."):
        yield "bring the loopback interface up:"
        yield "  Linux: ip link set lo up"
        return
    six = "-inet6 " if family_of(address) == INET6 else ""
    yield f"add a route to {address} (ROUTER: the next hop):"
    yield f"  Linux: {_ip(case)} route add {_host(case)} via ROUTER"
    yield f"  BSD: route add {six}-host {address} ROUTER"
    if not six:
        yield f"  STCP: route add {address} ROUTER"
    for works in case.passing[:1]:
        yield from _by_source(case, works)


def _not_sent(case: Case, seen: Observation) -> Iterator[str]:
    """Yield the remedies for a source whose SYNs never left this host's links."""
    yield from no_route(case, None) if seen.outcome == "no-route" else _silent_hop(case, seen)


def next_hop_silent(case: Case, blames: str | None) -> Iterator[str]:
    yield from _silent_hop(case, next(seen for seen in case.failing if not seen.left_host))


def _silent_hop(case: Case, seen: Observation) -> Iterator[str]:
    route = seen.route
    hop = (route and route.gateway) or case.destination.address
    link = (route and route.interface) or "the interface"
    yield f"check that {hop} is up and on the same link as {link}, or route via another next hop"


def local_firewall(case: Case, blames: str | None) -> Iterator[str]:
    if any(seen.outcome == "prohibited" and seen.icmp is None for seen in case.failing):
        yield f"remove the prohibit route or rule for {case.destination.address}: see route get, route print -all"
        return
    yield "permit it in this host's OUTPUT rules, which only root can read: nft list ruleset, or iptables -S OUTPUT"


def single_source(case: Case, blames: str | None) -> Iterator[str]:
    if case.observations[0].address is None:
        target = case.destination.address
        yield f"check with ifconfig that an interface is up and has an address that can reach {target}"
    else:
        yield "repeat the test on a host, or with an interface, that has a second address"


def _target(case: Case) -> str:
    return f"{case.destination.address} port {case.destination.port}"


def _sources(case: Case) -> str:
    return ", ".join(dict.fromkeys(seen.address for seen in case.failing if seen.address)) or "this host"


def _host(case: Case) -> str:
    address = case.destination.address
    return f"{address.partition('%')[0]}/{128 if family_of(address) == INET6 else 32}"


def _ip(case: Case) -> str:
    return "ip -6" if family_of(case.destination.address) == INET6 else "ip"
