"""Why the kernel chooses a source address: its own rules, applied to the routes and addresses that it reports.

IPv4 as `fib_result_prefsrc` and `inet_select_addr` do it (Linux, net/ipv4), IPv6 as RFC 6724, section 5, in the order
of `ipv6_get_saddr_eval` (net/ipv6/addrconf.c). Facts in, reason out. A computed reason is a claim only if the kernel
chose the same address: `explained` checks that.
"""

from __future__ import annotations

from collections.abc import Sequence
from socket import AF_INET6, inet_aton, inet_pton
from typing import NamedTuple

from ..model.connection import INET, INET6, family_of
from ..model.tables import Address, Interface, Label, NextHop, Route, SourcePolicy

_SCOPES = {"global": 0, "site": 200, "link": 253, "host": 254, "nowhere": 255}  # RT_SCOPE_*
_LINK_SCOPE, _GLOBAL_SCOPE = 2, 14  # RFC 4007, section 4; those of ipv6_addr_type(3), loopback as link-local
_ORCHID = (inet_pton(AF_INET6, "2001:10::"), 28)
# The rules of RFC 6724, section 5, as the kernel tries them. The kernel adds one to them, for ORCHIDs.
RULES6 = (
    ("same-address", "rule 1, prefer the destination's own address"),
    ("scope", "rule 2, prefer the appropriate scope"),
    ("deprecated", "rule 3, avoid deprecated addresses"),
    ("home", "rule 4, prefer home addresses"),
    ("outgoing-interface", "rule 5, prefer the outgoing interface"),
    ("label", "rule 6, prefer the matching label"),
    ("temporary", "rule 7, prefer temporary addresses, or public ones, as the interface is set to"),
    ("orchid", "ORCHID to ORCHID"),
    ("longest-prefix", "rule 8, use the longest matching prefix"),
)


class Choice(NamedTuple):
    """A source address and the rule that selects it."""

    address: str | None  # None: no rule selects one
    rule: str  # prefsrc, own-address, gateway-subnet, first-primary, borrowed, RULES6, only-candidate, ...
    reason: str


def by_route(destination: str, row: Route) -> Choice | None:
    """Return the address that the route itself names (RTA_PREFSRC), which takes precedence over all other rules."""
    if row.source is None:
        return None
    if row.kind == "local":
        reason = f"{destination} is an address of this host, and the kernel's route to it names {row.source}"
        return Choice(row.source, "own-address", reason)
    return Choice(row.source, "prefsrc", f"the route {prefix(row)} names it (src)")


def choose4(row: Route, hop: NextHop, interfaces: Sequence[Interface]) -> Choice:
    """Return the IPv4 address for a route that names none. `interfaces`: all, or just the one of the next hop.

    A secondary address is never chosen.
    """
    reach = _SCOPES.get(row.scope, 0)
    own = next((interface for interface in interfaces if interface.name == hop.interface), None)
    primary = [a for a in (own.addresses if own else ()) if _primary4(a) and min(_scope4(a), 254) <= reach]
    if hop.gateway and family_of(hop.gateway) == INET:
        for address in primary:
            if _holds(address, hop.gateway):
                where = f"the first primary address on {hop.interface} whose subnet contains the gateway {hop.gateway}"
                return Choice(address.address, "gateway-subnet", where)
    if primary:
        why = "the destination is on the link"
        if hop.gateway:
            why = f"the gateway {hop.gateway} is in none of its subnets"
        return Choice(primary[0].address, "first-primary", f"the first primary address on {hop.interface}; {why}")
    for interface in interfaces:
        for address in interface.addresses:
            if _primary4(address) and _scope4(address) <= reach and address.scope != "link":
                reason = f"{hop.interface} has no address of sufficient scope: the first of {interface.name} is used"
                return Choice(address.address, "borrowed", reason)
    return Choice(None, "none", "no interface has an IPv4 address of sufficient scope")


def _primary4(address: Address) -> bool:
    return address.family == INET and "secondary" not in address.flags


def _scope4(address: Address) -> int:
    return _SCOPES.get(address.scope) or int(address.scope if address.scope.isdecimal() else 0)


def _holds(address: Address, other: str) -> bool:
    """`inet_ifa_match`, which compares the far end of a point-to-point address."""
    return _common(inet_aton(address.peer or address.address), inet_aton(other)) >= address.prefix_length


def choose6(destination: str, outgoing: str | None, interfaces: Sequence[Interface], policy: SourcePolicy) -> Choice:
    """Return the IPv6 address for a route that names none, and the rule that rules out its last rival."""
    target = _packed6(destination)
    near = target[0] == 0xFF or _scope6(target) <= _LINK_SCOPE or policy.outgoing_only
    candidates = [
        (_score(target, address, interface, outgoing, policy, interfaces), address, interface)
        for interface in interfaces
        if interface.name == outgoing or not near
        for address in interface.addresses
        if address.family == INET6 and ("tentative" not in address.flags or "optimistic" in address.flags)
    ]
    if not candidates:
        return Choice(None, "none", "no interface has a usable IPv6 address")
    score, winner, _ = best = max(candidates, key=lambda candidate: candidate[0])  # the first of equals
    rivals = [rival for rival in candidates if rival is not best]
    if not rivals:
        return Choice(winner.address, "only-candidate", "there is no other candidate (RFC 6724, section 4)")
    # The rival that stays equal the longest gives the rule.
    last, rival, there = max(rivals, key=lambda candidate: _parting(score, candidate[0]))
    depth = _parting(score, last)
    if depth == len(RULES6):
        reason = f"RFC 6724 leaves {rival.address} equal; the kernel keeps the first in its own order"
        return Choice(winner.address, "first-of-equals", reason)
    rule, words = RULES6[depth]
    bits = f": {score[depth]} bits in common with the destination, not {last[depth]}"
    detail = bits if rule == "longest-prefix" else ""
    return Choice(winner.address, rule, f"RFC 6724 {words}; it rules out {rival.address} on {there.name}{detail}")


def _score(
    target: bytes,
    address: Address,
    interface: Interface,
    outgoing: str | None,
    policy: SourcePolicy,
    interfaces: Sequence[Interface],
) -> tuple[int, ...]:
    """Return the scores of `ipv6_get_saddr_eval`, rule by rule; more is better."""
    packed = _packed6(address.address)
    scope, wanted = _scope6(packed), _scope6(target)
    out = next((other.ifindex for other in interfaces if other.name == outgoing), 0)
    return (
        int(packed == target),
        -scope if scope >= wanted else scope - 128,
        int(not {"deprecated", "optimistic"}.intersection(address.flags)),
        int("home" in address.flags),
        int(outgoing is None or interface.name == outgoing),
        int(_label(packed, interface.ifindex, policy.labels) == _label(target, out, policy.labels)),
        int(("temporary" in address.flags) == (interface.name in policy.prefers_temporary)),
        int((_common(packed, _ORCHID[0]) >= _ORCHID[1]) == (_common(target, _ORCHID[0]) >= _ORCHID[1])),
        min(_common(packed, target), address.prefix_length),
    )


def _parting(best: tuple[int, ...], other: tuple[int, ...]) -> int:
    """Return the index of the first rule in which two scores differ; past the last one if none does."""
    return next((rule for rule, (one, two) in enumerate(zip(best, other)) if one != two), len(best))


def _packed6(address: str) -> bytes:
    return inet_pton(AF_INET6, address.partition("%")[0])


def _scope6(packed: bytes) -> int:
    """`__ipv6_addr_src_scope`: 2 link-local and loopback, 5 site-local, 14 global; multicast as the address says."""
    if packed[0] == 0xFF:
        return packed[1] & 15
    if packed == bytes(15) + b"\1" or (packed[0] == 0xFE and packed[1] & 0xC0 == 0x80):
        return _LINK_SCOPE
    return 5 if packed[0] == 0xFE and packed[1] & 0xC0 == 0xC0 else _GLOBAL_SCOPE


def _label(packed: bytes, ifindex: int, labels: Sequence[Label]) -> int:
    """Return the label of the longest prefix that contains the address (RFC 6724, section 2.1)."""
    holding = [
        row
        for row in labels
        if row.ifindex in (0, ifindex) and _common(packed, _packed6(row.prefix)) >= row.prefix_length
    ]
    return max(holding, key=lambda row: row.prefix_length).label if holding else -1


def _common(one: bytes, two: bytes) -> int:
    """Return how many leading bits two addresses have in common."""
    different = int.from_bytes(one, "big") ^ int.from_bytes(two, "big")
    return len(one) * 8 - different.bit_length()


def explained(choice: Choice, kernel: str | None) -> Choice:
    """Return the computed choice if the kernel chose the same; else the kernel's choice, without a known reason."""
    if choice.address == kernel:
        return choice
    expected = f"; the rules known here give {choice.address}" if choice.address else ""
    return Choice(kernel, "unknown", f"the kernel chose differently, and the reason is not known{expected}")


def prefix(row: Route) -> str:
    """Return a route's destination as `10.0.0.0/8`, or `default`."""
    return f"{row.destination}/{row.prefix_length}" if row.prefix_length else "default"
