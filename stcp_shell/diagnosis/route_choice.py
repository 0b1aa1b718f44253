"""The result of `route get`: the kernel's replies, the rule that led to them, and the reason for the source address."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ..errors import Failure
from ..model.connection import INET, INET6, Destination, Endpoint, ResolvedRoute, family_of
from ..model.route_get import ConnectCheck, RouteFound, SecondLook
from ..model.tables import NextHop, Route, Rule, table_name
from ..net.tables.route_lookup import Chosen, Lookup, Tables, chosen, interface_of, name_of
from . import policy_rules, source_selection

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_REFUSALS = {"EACCES": "prohibit", "EHOSTUNREACH": "unreachable", "EINVAL": "blackhole"}


def look_up(tables: Tables, name: str, destination: Endpoint, asked: str | None) -> RouteFound:
    """Return all facts about the route to a numeric destination. `asked`: the source address to bind to."""
    address = destination.address
    if asked and not tables.is_own(asked):
        own = (a.address for i in tables.everything() for a in i.addresses if a.family == family_of(asked))
        raise Failure(
            f"-from {asked}: not an address of this host, and the kernel sends from no other; "
            f"this host has {_listed(own)}"
        )
    first = tables.lookup(address, asked, destination.port)
    rules = list(tables.rules(family_of(address)))
    flow = _flow(destination, asked)
    notes = _notes(first, rules, flow)
    seen = None if policy_rules.by_protocol(rules, flow) else chosen(destination, asked)
    if first.row is None:
        return _refused(name, destination, asked, first, rules, seen, notes)
    second = None
    if asked is None and family_of(address) == INET and first.route.kind == "unicast":
        second = _second_look(tables, destination, first, rules)
    choice, agrees, more = _source(tables, destination, asked, first, seen, second)
    return RouteFound(
        destination=Destination(name, address, destination.port),
        asked=asked,
        source=choice.address,
        reason=choice.rule,
        why=choice.reason,
        **_route_fields(first.route),
        prefix=source_selection.prefix(first.row),
        rules=tuple(policy_rules.deciding(rules, flow, first.row.table, first.row.prefix_length)),
        kernel=first.route.source,
        connect=_check(seen),
        agrees=agrees,
        second=second,
        notes=(*notes, *more),
    )


def without_tables(name: str, destination: Endpoint, asked: str | None, why: str) -> RouteFound:
    """Return what is known without netlink: the source address that connect(2) chooses."""
    seen = chosen(destination, asked)
    if seen.errno == "EADDRNOTAVAIL" and asked:
        raise Failure(f"-from {asked}: not an address of this host (EADDRNOTAVAIL)")
    reason = f"not known: {why}" if seen.address else f"connect(2) of a UDP socket fails with {seen.errno}"
    named = Destination(name, destination.address, destination.port)
    return RouteFound(named, asked, seen.address, "unknown", reason, connect=_check(seen))


def _route_fields(route: ResolvedRoute) -> dict[str, Any]:
    return {"gateway": route.gateway, "interface": route.interface, "kind": route.kind, "table": route.table}


def _check(seen: Chosen | None) -> ConnectCheck:
    return ConnectCheck(seen.address, seen.errno) if seen else ConnectCheck()


def _listed(addresses: Iterable[str]) -> str:
    every = sorted(addresses)
    return ", ".join(every if len(every) < 9 else [*every[:8], "..."]) or "none of that family"


def _flow(destination: Endpoint, source: str | None) -> policy_rules.Flow:
    address, _, zone = destination.address.partition("%")
    return policy_rules.Flow(
        family=family_of(address),
        destination=address,
        source=source,
        protocol="tcp" if destination.port else None,
        port=destination.port,
        uid=os.getuid(),
        zone=interface_of(zone) if zone else None,
        loopback=name_of(1) or "lo",
    )


def _notes(first: Lookup, rules: Sequence[Rule], flow: policy_rules.Flow) -> list[str]:
    notes = []
    if first.route.kind in ("broadcast", "multicast") or flow.destination.startswith("ff"):
        notes.append("a broadcast or multicast address: a UDP socket can send there, TCP connects to one host")
    for rule in policy_rules.unasked(rules, flow):
        hint = "a source port, which is not chosen yet" if flow.port else "a protocol or port: give -port"
        notes.append(f"rule {rule.priority} matches on {hint}")
    for rule in policy_rules.by_protocol(rules, flow):
        notes.append(f"not checked with connect(2) of a UDP socket: rule {rule.priority} is not for all protocols")
    return notes


def _second_look(tables: Tables, destination: Endpoint, first: Lookup, rules: Sequence[Rule]) -> SecondLook | None:
    """IPv4's connect(2) looks the route up again with the source that it chose (`ip_route_connect`).

    Rules for that source then decide the route of the packets. None: the route is the same.
    """
    if not any(rule.source for rule in rules):
        return None
    found = tables.lookup(destination.address, first.route.source, destination.port)
    if found.row == first.row:  # among several paths the kernel chooses anew each time
        return None
    flow = _flow(destination, first.route.source)
    if found.row is None:
        refusing = tuple(policy_rules.refusing(rules, flow, found.errno or ""))
        return SecondLook(None, None, "none", None, None, found.errno, refusing)
    decided = policy_rules.deciding(rules, flow, found.row.table, found.row.prefix_length)
    return SecondLook(
        **_route_fields(found.route), prefix=source_selection.prefix(found.row), errno=None, rules=tuple(decided)
    )


def _source(
    tables: Tables,
    destination: Endpoint,
    asked: str | None,
    first: Lookup,
    seen: Chosen | None,
    second: SecondLook | None,
) -> tuple[source_selection.Choice, bool | None, list[str]]:
    """The source address with its reason, whether all replies of the kernel agree with it, and notes."""
    assert first.row is not None
    kernel = first.route.source
    if seen and seen.errno:
        if second and second.errno == seen.errno:
            reason = f"{kernel} is chosen, and a second lookup with it fails ({seen.errno})"
            return source_selection.Choice(None, "refused", reason), True, []
        zone = ": a link-local address needs its zone, %INTERFACE" if _lacks_zone(destination.address) else ""
        reason = f"connect(2) of a UDP socket fails with {seen.errno}{zone}"
        return source_selection.Choice(None, "refused", reason), False, []
    if asked:
        choice = source_selection.Choice(asked, "asked", "given by -from")
    else:
        hop = NextHop(first.route.gateway, first.route.interface)
        choice = source_selection.explained(_choice(tables, destination, first.row, hop), kernel)
    if choice.rule == "unknown":
        return choice, False, []
    # getsockname(2) gives a link-local address no zone if the destination has none.
    if seen is None or seen.address in (kernel, kernel and kernel.partition("%")[0]):
        return choice, True, []
    others = [_choice(tables, destination, first.row, hop).address for hop in first.row.hops]
    if len(others) > 1 and seen.address in others:
        return (
            choice,
            True,
            [f"the route has {len(others)} paths: a UDP socket got one that gives {seen.address}"],
        )
    reason = f"the kernel chose differently for a UDP socket, and the reason is not known; RTM_GETROUTE gives {kernel}"
    return source_selection.Choice(seen.address, "unknown", reason), False, []


def _choice(tables: Tables, destination: Endpoint, row: Route, hop: NextHop) -> source_selection.Choice:
    address = destination.address
    named = source_selection.by_route(address, row)
    if named:
        return named
    if family_of(address) == INET6:
        # The kernel sends to this host's addresses by the loopback interface, but chooses as for the address's own one.
        outgoing = hop.interface if len(row.hops) > 1 else row.hops[0].interface
        found = tables.everything()
        return source_selection.choose6(address, outgoing, found, tables.source_policy(outgoing, found))
    choice = source_selection.choose4(row, hop, tables.around(hop.interface))
    return choice if choice.address else source_selection.choose4(row, hop, tables.everything())


def _lacks_zone(address: str) -> bool:
    """Whether an address lacks the zone without which it is ambiguous (`__ipv6_addr_needs_scope_id`)."""
    link_local = address[:3] in ("fe8", "fe9", "fea", "feb")
    multicast = address.startswith("ff") and address[3:4] in ("1", "2")  # interface- or link-local scope
    return (link_local or multicast) and "%" not in address


def _refused(
    name: str,
    destination: Endpoint,
    asked: str | None,
    first: Lookup,
    rules: Sequence[Rule],
    seen: Chosen | None,
    notes: list[str],
) -> RouteFound:
    code = first.errno or ""
    flow = _flow(destination, asked)
    by_rules = policy_rules.refusing(rules, flow, code)
    kind, why = _REFUSALS.get(code, "none"), "no route: no table that the rules lead to has one"
    if code == "ENODEV":
        why = "there is no such interface"
    elif asked and asked.startswith("127.") and code == "EINVAL":
        kind, by_rules, why = (
            "none",
            [],
            f"{asked} cannot leave this host: the kernel rejects it on another interface",
        )
    elif by_rules:
        kind, why = by_rules[0].action, f"rule {by_rules[0].priority} rejects it"
        earlier = [table_name(table) for table in policy_rules.before(rules, flow, by_rules[0])]
        if earlier and code != "ENETUNREACH":  # an errno that no route gives
            why += f", unless {_a(kind)} route in a table looked up earlier does: {', '.join(earlier)}"
    elif kind != "none":
        why = f"{_a(kind)} route rejects it; the kernel does not report in which table"
    return RouteFound(
        destination=Destination(name, destination.address, destination.port),
        asked=asked,
        source=None,
        reason="refused",
        why=why,
        kind=kind,
        errno=code,
        rules=tuple(by_rules),
        connect=_check(seen),
        agrees=None if seen is None else seen.errno == code,
        notes=tuple(notes),
    )


def _a(kind: str) -> str:
    return f"{'an' if kind.startswith('u') else 'a'} {kind}"
