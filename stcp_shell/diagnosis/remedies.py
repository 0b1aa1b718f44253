"""What would fix the fault: sentences, and ready commands of which the experiments have shown that they work.

Remedies are only for what a verdict says. A ready command repeats a way and a source address that were tried and
worked; what was not tried is a sentence that says so. For an unknown name or address there is a placeholder in
capitals, with an explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..model.connection import INET6, family_of
from ..model.diagnosis import Observation, named
from .case import Case
from .rules import Conclusion

SYSTEMS = ("linux", "bsd", "openvos", "windows")
MAIN = 254  # the main routing table
Remedies = Callable[[Case, Conclusion], Iterator[str]]


def advice(write: Remedies, case: Case, found: Conclusion) -> Iterator[str]:
    """Yield the remedies of a verdict, and a remark about their commands."""
    lines = list(dict.fromkeys(write(case, found)))
    yield from lines
    if any(line.startswith("  ") for line in lines):
        yield "these commands are not permanent: once one helps, add it to the network configuration"


def none(case: Case, found: Conclusion) -> Iterator[str]:
    """Return no remedy: the evidence does not show what to change, or nothing is wrong."""
    return iter(())


def by_source(case: Case, found: Conclusion) -> Iterator[str]:
    """Permits first, then what this host can change by itself."""
    kinds = {cause.cause for cause in found.causes}
    if "own-arp" in kinds:
        yield from _own_arp(case, found)
        return
    if "service-access-list" in kinds:
        yield f"permit {named(found.fails)} in the access list of the service at {_target(case)}"
    elif all(seen.left_host for seen in found.fails):
        yield from _permits(case, found)
    for seen in found.fails:
        if not seen.left_host:
            yield from _not_sent(case, seen)
    works = next((seen for seen in case.observations if seen not in found.fails), None)
    if works is None:
        return
    if case.default is not works:
        yield "if it is the data connection of FTP: passive mode, in which the client connects, needs no change here"
        yield from _tested_route(case, works)
        yield from _by_router(case, works)
        yield f"in the program that connects: bind(2) to {works.address} before connect(2)"
    elif all(seen.silent for seen in found.fails):
        yield f"or add a return route to the network of {named(found.fails)} at the far end"
    if not case.passing:
        yield from no_listener(case, found)


def _permits(case: Case, found: Conclusion) -> Iterator[str]:
    boxes = [cause for cause in found.causes if cause.box]
    if not boxes:
        yield f"permit {named(found.fails)} to {_target(case)} on the device that treats it differently"
    for blame in case.blames():
        yield f"permit {', '.join(blame.sources)} to {_target(case)} on {blame.box}"


def _tested_route(case: Case, works: Observation) -> Iterator[str]:
    """Yield a route by the way and with the source address that were tried and work."""
    route, default = works.route, case.default
    if not route or not route.interface or route.kind != "unicast":
        return
    via = _via(case, route.gateway)
    table = default.route.table if default and default.route and default.route.table not in (None, MAIN) else None
    rule = case.host.rule_of.get((default and default.address) or "")
    if table and rule:
        yield f"the policy rule {rule} decides the route of the default source: hence its table in the command"
    yield f"or send from {works.address} by default (this way was tried, and works):"
    line = f"{_ip(case)} route replace {_host(case)} {via}dev {route.interface} src {works.address}"
    yield f"  Linux: {line}" + (f" table {table}" if table else "")
    if works.interface and works.interface != route.interface:
        yield (
            f"(its answers may come back by {works.interface}: a strict rp_filter there, or a stateful firewall on one "
            "of the two ways, would drop them)"
        )


def _via(case: Case, gateway: str | None) -> str:
    if not gateway:
        return ""
    other = family_of(gateway) != family_of(case.destination.address)
    return f"via {'inet6 ' if other and family_of(gateway) == INET6 else ''}{gateway.partition('%')[0]} "


def _by_router(case: Case, works: Observation) -> Iterator[str]:
    """Say that a route by the router on the working address's network may help; it was not tried."""
    if not works.interface or (works.route and works.route.interface == works.interface):
        return
    router = _router(case, works)
    yield (
        f"or route to {case.destination.address} by {router or 'a router'} on the network of {works.interface}, with "
        f"{works.address} as its source (not tried: no SYN has gone by it)"
    )


def _router(case: Case, seen: Observation) -> str | None:
    return next((gateway for interface, gateway in case.host.gateways if interface == seen.interface), None)


def elsewhere(case: Case, found: Conclusion, systems: tuple[str, ...]) -> Iterator[str]:
    """Yield commands for a host of another system with the same addresses. They have no `src`: the router decides."""
    works = next((seen for seen in case.observations if seen not in found.fails), None)
    systems = tuple(system for system in systems if system != "linux")
    if not systems or works is None or not works.interface or not found.fails or case.default is works:
        return
    router = _router(case, works) or "ROUTER"
    first = next(
        (
            address
            for name, address, _ in case.host.subnets
            if name == works.interface and family_of(address) == family_of(case.destination.address)
        ),
        None,
    )
    if first != works.address:
        yield f"on other systems a route by {router} would choose {first}, not {works.address}: no command helps there"
        return
    where = f" (ROUTER: the router on the network of {works.address})" if router == "ROUTER" else ""
    yield f"on a host of that system, by the router on {works.interface}{where}; not tried:"
    target, six = case.destination.address.partition("%")[0], case.six
    commands = {
        "bsd": f"  BSD: route add {'-inet6 ' if six else ''}-host {target} {router}",
        "openvos": "" if six else f"  STCP: route add {target} {router}",
        "windows": f"  Windows: route add {target}{'/128' if six else ' mask 255.255.255.255'} {router}",
    }
    yield from (commands[system] for system in systems if commands.get(system))


def path_dependent(case: Case, found: Conclusion) -> Iterator[str]:
    yield f"check the path by {_hops(found)}: what is behind it, and what it does with {_target(case)}"
    if case.blames():
        yield from _permits(case, found)
    works = next((seen for seen in case.observations if seen not in found.fails), None)
    if works and case.default is not works:
        yield from _tested_route(case, works)


def _hops(found: Conclusion) -> str:
    hops = {(seen.route.gateway or seen.route.interface or "") for seen in found.fails if seen.route}
    return " and ".join(sorted(hops)) or "the next hop"


def _own_arp(case: Case, found: Conclusion) -> Iterator[str]:
    names = sorted({seen.interface for seen in found.fails if seen.interface})
    yield f"check that this host replies to ARP requests for {named(found.fails)}: on the router, its neighbour table"
    for name in names:
        yield f"if it does not: give {name} its own route and policy rule, or loosen rp_filter and arp_ignore there"


def local_rp_filter(case: Case, found: Conclusion) -> Iterator[str]:
    held = {seen.interface for seen in found.fails if seen.interface}
    for interface in sorted(held & case.host.strict):
        yield "set the reverse path filter of this host to loose:"
        name = interface.replace(".", "/")  # sysctl(8) writes a dot in a name (enetA.100, a VLAN) as a slash
        yield f"  Linux: sysctl -w net.ipv4.conf.{name}.rp_filter=2"


def no_listener(case: Case, found: Conclusion) -> Iterator[str]:
    target = case.destination
    yield f"start the program that listens on port {target.port} of {target.address}, or correct the port"


def filtered(case: Case, found: Conclusion) -> Iterator[str]:
    if case.blames():
        yield from _permits(case, found)
    else:
        yield f"check for a filter on the path to {_target(case)} and back, and on the host itself"


def silent(case: Case, found: Conclusion) -> Iterator[str]:
    redirected = next((seen.route for seen in case.failing if seen.route and seen.route.redirected), None)
    if redirected:
        yield f"check the learned redirect to {redirected.gateway}, and have this host forget it:"
        yield f"  Linux: {_ip(case)} route flush cache"
        return
    yield f"check that {case.destination.address} is up, and for a filter on the path there and back"


def unreachable(case: Case, found: Conclusion) -> Iterator[str]:
    target = case.destination.address
    if any(cause.cause == "address-translation" for cause in found.causes):
        yield f"check where the translation rules of the devices on the way lead {_target(case)}"
        yield "and those of this host, which only root can read: nft list ruleset, or iptables -t nat -S"
        return
    routers = " and ".join(cause.box for cause in found.causes if cause.box) or "the router that sends the ICMP error"
    if all(seen.expired for seen in found.fails):
        yield f"find with traceroute the routers between which the packets loop, and fix their routes to {target}"
        return
    yield f"check at {routers} whether it has a route to {target}, whether {target} is up, and for a rule that rejects"


def half_open(case: Case, found: Conclusion) -> Iterator[str]:
    yield f"check that connects from {named(found.fails)} and their answers pass the same stateful firewalls"
    works = next((seen for seen in case.observations if seen not in found.fails), None)
    if works and case.default is not works:
        yield from _tested_route(case, works)


def intercepted(case: Case, found: Conclusion) -> Iterator[str]:
    yield f"find the proxy, load balancer or firewall that accepts connects to {_target(case)}; see traceroute"


def local_rewrite(case: Case, found: Conclusion) -> Iterator[str]:
    yield "check this host's own translation rules, which only root can read: nft list ruleset, or iptables -t nat -S"


def local_ports(case: Case, found: Conclusion) -> Iterator[str]:
    yield "close connections, or find the program that holds so many: netstat -a, or ss -tan"
    yield "or widen net.ipv4.ip_local_port_range, if other ports are free"


def limited(case: Case, found: Conclusion) -> Iterator[str]:
    yield f"wait until the other connections to {_target(case)} have ended, and connect once: connect -name ... -hold"
    yield "check the limits there: number of sessions, the backlog of listen(2), new connections a second"


def flow_dependent(case: Case, found: Conclusion) -> Iterator[str]:
    yield f"check the paths (ECMP, LAG) and the hosts behind a load balancer of {_target(case)}: one of several drops"


def lossy(case: Case, found: Conclusion) -> Iterator[str]:
    yield "look for the lossy link: error counters of the interfaces (netstat -i), duplex, a full line"


def no_route(case: Case, found: Conclusion) -> Iterator[str]:
    address = case.destination.address
    if address == "::1" or address.startswith("127."):
        yield "bring the loopback interface up:"
        yield "  Linux: ip link set lo up"
        return
    for works in case.passing[:1]:
        yield from _tested_route(case, works)
    if not case.passing:
        yield f"add a route to {address} by a router that leads there: ip route add {_host(case)} via ROUTER"


def _not_sent(case: Case, seen: Observation) -> Iterator[str]:
    """Yield the remedies for a source whose SYNs never left this host's links."""
    if seen.outcome == "no-route":
        yield f"add a route to {case.destination.address} for {seen.address}"
    else:
        yield from _silent_hop(case, seen)


def next_hop_silent(case: Case, found: Conclusion) -> Iterator[str]:
    yield from _silent_hop(case, found.fails[0])


def _silent_hop(case: Case, seen: Observation) -> Iterator[str]:
    route = seen.route
    hop = (route and route.gateway) or case.destination.address
    link = (route and route.interface) or "the interface"
    yield f"check that {hop} is up and on the same link as {link}, or route via another next hop"


def local_firewall(case: Case, found: Conclusion) -> Iterator[str]:
    if any(seen.outcome == "prohibited" and seen.icmp is None for seen in found.fails):
        rule = case.host.rule_of.get(found.fails[0].address or "")
        yield f"remove the prohibit route or rule for {case.destination.address}" + (
            f": rule {rule}" if rule else ": see route get, route print -all"
        )
        return
    chain = "INPUT" if any(cause.cause == "own-input-rules" for cause in found.causes) else "OUTPUT"
    yield f"permit it in this host's {chain} rules, which only root can read: nft list ruleset, or iptables -S {chain}"


def _target(case: Case) -> str:
    return f"{case.destination.address} port {case.destination.port}"


def _host(case: Case) -> str:
    address = case.destination.address
    return f"{address.partition('%')[0]}/{128 if case.six else 32}"


def _ip(case: Case) -> str:
    return "ip -6" if case.six else "ip"
