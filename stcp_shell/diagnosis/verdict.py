"""The rules from a case to its verdict, in the order in which they are tried: what is proven here comes first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Optional

from ..facts import INET6, family_of
from .case import HOST_UNREACHABLE, Case, Observation, Verdict, named
from .evidence import lines
from .remedies import remedies

Finding = tuple[str, str, Optional[str]]  # kind, summary, who is to blame
Rule = Callable[[Case], Optional[Finding]]


def judge(case: Case) -> Verdict:
    """The verdict on a case; `unclear` where no rule holds."""
    kind, summary, blames = next(found for rule in _RULES if (found := rule(case)))
    return Verdict(
        kind=kind,
        destination=case.destination,
        name=case.name,
        summary=summary,
        sources=case.observations,
        blames=blames,
        evidence=tuple(lines(case, kind)),
        remedies=tuple(remedies(case, kind, blames)),
    )


def _no_route(case: Case) -> Finding | None:
    if not case.observations or case.observations[0].outcome != "no-route":
        return None
    bound = f" but from {named(case.passing)}" if case.passing else ""
    return "no-route", f"this host has no route to {case.destination.address}{bound}", None


def _local_firewall(case: Case) -> Finding | None:
    """Dropped before it left (TCP_INFO), rejected by ourselves (ICMP from our own address), or forbidden (EPERM)."""
    held = [
        seen
        for seen in case.failing
        if seen.syn == "dropped-here"
        or (seen.outcome == "prohibited" and (case.local(seen.icmp) or seen.icmp is None))
        or (seen.outcome == "refused" and case.local(seen.icmp) and case.destination.address not in case.own)
        or seen.outcome == "denied"
    ]
    if not held:
        return None
    return "local-firewall", f"this host itself does not let {named(held)} out", None


def _next_hop_silent(case: Case) -> Finding | None:
    """Nothing ever left: the next hop does not answer ARP (RFC 826) or ND (RFC 4861)."""
    held = [
        seen
        for seen in case.failing
        if seen.syn == "unresolved" or (seen.outcome == "unreachable" and case.local(seen.icmp))
    ]
    if not held or case.passing:
        return None
    way = held[0].route
    hop = (way and way.gateway) or case.destination.address
    what = "nothing" if len(held) == len(case.failing) else f"no SYN from {named(held)}"
    return "next-hop-silent", f"the next hop {hop} does not answer {_resolution(hop)}: {what} left this host", None


def _local_rp_filter(case: Case) -> Finding | None:
    """Only with all three: silence, a strict filter on the interface that the answer comes in by, and a counter.

    IPv6 has no such filter.
    """
    filtering = case.reverse_path
    if not filtering or not filtering.dropped or family_of(case.destination.address) == INET6:
        return None
    held = [
        seen
        for seen in case.failing
        if seen.silent
        and seen.interface in filtering.strict
        and seen.route
        and seen.route.interface != seen.interface
        and filtering.dropped >= seen.attempts  # each attempt had an answer to drop
    ]
    if not held:
        return None
    return "local-rp-filter", f"this host's strict rp_filter drops the answers to {named(held)}", None


def _unsteady(case: Case) -> Finding | None:
    held = [seen for seen in case.observations if seen.outcome == "unsteady"]
    return ("unclear", f"the attempts from {named(held)} ended differently", None) if held else None


def _interrupted(case: Case) -> Finding | None:
    held = [seen for seen in case.observations if seen.outcome == "cancelled"]
    return ("unclear", f"interrupted before it was known how {named(held)} would end", None) if held else None


def _healthy(case: Case) -> Finding | None:
    if case.failing or not case.observations:
        return None
    return "healthy", f"every source address connects ({named(case.observations)})", None


def _source_dependent(case: Case) -> Finding | None:
    """Some get there and some do not. A RST of the host itself is an answer of its own: that source gets there."""
    works = case.passing or case.reaching
    fails = [seen for seen in case.observations if seen not in works]
    if not works or not fails or not (case.passing or all(s.silent or s.outcome == "prohibited" for s in fails)):
        return None
    blames = _blamed(fails, case)
    one = _does(works) == "does"
    how = ("connects" if one else "connect") if case.passing else ("gets" if one else "get") + " a RST of the host"
    if case.default in works:
        return "bound-source-fails", f"the default source address {how}, {named(fails)} {_does(fails)} not", blames
    summary = f"{named(works)} {how}, {named(fails)} {_does(fails)} not"
    return "source-dependent", f"the source address decides: {summary}", blames


def _single_source(case: Case) -> Finding | None:
    addresses = {seen.address for seen in case.observations}
    if len(addresses) != 1:
        return None
    address = addresses.pop()
    if address is None:
        return "single-source", f"this host has no source address for {case.destination.address}", None
    return "single-source", f"there is only one source address, {address}: nothing to compare it with", None


def _no_listener(case: Case) -> Finding | None:
    """A RST for everybody; where the distance is known, from as far away as the destination."""
    target = case.destination.address
    by_host = [seen for seen in case.observations if seen.rst or (seen.icmp and seen.icmp.sender == target)]
    if not by_host or len(by_host) < len(case.observations) or any(seen.outcome != "refused" for seen in by_host):
        return None
    if any(case.next_hop_answered(seen) for seen in by_host):
        return "filtered", "no router passes the SYNs on: the next hop itself, or this host, refuses them", None
    if any(seen.answerer and seen.answerer.nearer for seen in by_host):
        return "filtered", "a box nearer than the destination refuses every source address", None
    return (
        "no-listener",
        f"{target} refuses every source address: nothing listens on port {case.destination.port}",
        None,
    )


def _unreachable(case: Case) -> Finding | None:
    """Told by a router, which looks at the destination alone: where others meet silence it held its errors back."""
    seen = [s for s in case.observations if s.outcome == "unreachable"]
    if not seen or not all(s in seen or s.silent for s in case.observations):
        return None
    blames = _blamed(seen, case)
    if all(s.expired for s in seen):
        where = f"at {blames}" if blames else "on the way"
        return "unreachable", f"the TTL of the SYNs runs out {where}: a routing fault, no filter", blames
    who = blames or "a router"
    if all(s.icmp and (s.icmp.type, s.icmp.code) in HOST_UNREACHABLE for s in seen):
        what = f"{who} says that the host cannot be reached: it is down, or not on that link; no filter says so"
        return "unreachable", what, blames
    return "unreachable", f"{who} says that it has no way there: a routing fault, no filter", blames


def _filtered(case: Case) -> Finding | None:
    """A box says that it forbids it, or nobody says anything. A RST beside silence says nothing."""
    if not all(s.silent or (s.icmp and s.outcome in ("prohibited", "refused")) for s in case.observations):
        return None
    blames = _blamed(case.observations, case)
    if blames:
        return "filtered", f"{blames} forbids it to every source address", blames
    if case.observations and all(seen.silent for seen in case.observations):
        return (
            "filtered",
            "no source address gets any answer: dropped on the way, there or back, or the host is down",
            None,
        )
    return None


def _unclear(case: Case) -> Finding:
    outcomes = ", ".join(sorted({seen.outcome for seen in case.observations})) or "nothing was tried"
    return "unclear", f"what was seen ({outcomes}) allows no conclusion", None


_RULES: tuple[Rule, ...] = (
    _no_route,
    _unsteady,
    _interrupted,
    _local_firewall,
    _next_hop_silent,
    _local_rp_filter,
    _healthy,
    _source_dependent,
    _no_listener,
    _unreachable,
    _single_source,
    _filtered,
    _unclear,
)


def _blamed(seen: Sequence[Observation], case: Case) -> str | None:
    """The one box that said no, if exactly one did. Silence and a RST name nobody."""
    senders = {s.icmp.sender for s in seen if s.icmp and not case.local(s.icmp)}
    return senders.pop() if len(senders) == 1 else None


def _does(seen: Sequence[Observation]) -> str:
    return "does" if len({s.address for s in seen}) == 1 else "do"


def _resolution(address: str) -> str:
    return "ND" if family_of(address) == INET6 else "ARP"
