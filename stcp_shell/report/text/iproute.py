"""Tables of the kernel in the words of iproute2: `ip address`, `ip rule`, `ip route show table all`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...model.connection import INET
from ...model.tables import Address, Interface, NextHop, Route, Rule, table_name


def address_lines(interfaces: Iterable[Interface]) -> Iterator[str]:
    """Yield what `ip address` prints; addresses that are tentative or deprecated have those words."""
    for each in interfaces:
        yield f"{each.ifindex}: {each.name}: <{','.join(each.flags)}>" + (f" mtu {each.mtu}" if each.mtu else "")
        for address in each.addresses:
            yield f"    {_address(address, each.name)}"


def _address(address: Address, interface: str) -> str:
    plain = address.address.partition("%")[0]
    words = [address.family, plain if address.peer else f"{plain}/{address.prefix_length}"]
    words += ["peer", f"{address.peer}/{address.prefix_length}"] if address.peer else []
    words += ["brd", address.broadcast] if address.broadcast else []
    return " ".join([*words, "scope", address.scope, *address.flags, address.label or interface])


def rule_lines(rules: Iterable[Rule]) -> Iterator[str]:
    """Yield what `ip rule` prints."""
    return (f"{each.priority}:\t{each}" for each in rules)


def route_lines(routes: Iterable[Route]) -> Iterator[str]:
    """Yield what `ip route show table all` prints, with the scope of every route."""
    for route in routes:
        words = [] if route.kind == "unicast" else [route.kind]
        full = 32 if route.family == INET else 128
        length = "" if route.prefix_length == full else f"/{route.prefix_length}"
        words.append(f"{route.destination}{length}" if route.prefix_length else "default")
        words += _hop(route.hops[0], route.family) if len(route.hops) == 1 else []
        words += ["table", table_name(route.table)] if route.table != 254 else []
        words += ["proto", route.protocol, "scope", route.scope]
        words += ["src", route.source] if route.source else []
        words += ["metric", str(route.metric)] if route.metric else []
        yield " ".join(words)
        if len(route.hops) > 1:
            for hop in route.hops:
                yield " ".join(["\tnexthop", *_hop(hop, route.family), "weight", str(hop.weight)])


def _hop(hop: NextHop, family: str) -> list[str]:
    words = ["dev", hop.interface] if hop.interface else []
    if not hop.gateway:
        return words
    of_other_family = ["inet6"] if family == INET and ":" in hop.gateway else []
    return ["via", *of_other_family, hop.gateway.partition("%")[0], *words]
