"""The rules of the kinds of verdict: each returns its conclusion from a case, or None if it does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from ..model.connection import INET6, family_of
from ..model.diagnosis import HOST_UNREACHABLE, Case, Observation, named

Conclusion = tuple[str, Optional[str]]  # summary, and the address of the device that rejects


def no_route(case: Case) -> Conclusion | None:
    """The kernel has no route for its own choice of source."""
    if not case.observations or case.observations[0].outcome != "no-route":
        return None
    bound = f" except from {named(case.passing)}" if case.passing else ""
    return f"this host has no route to {case.destination.address}{bound}", None


def local_firewall(case: Case) -> Conclusion | None:
    """Dropped before it left (TCP_INFO), rejected by this host (ICMP from its own address), or denied (EPERM)."""
    held = [
        seen
        for seen in case.failing
        if seen.syn_fate == "dropped-here"
        or (seen.outcome == "prohibited" and (case.local(seen.icmp) or seen.icmp is None))
        or (
            seen.outcome == "refused" and case.local(seen.icmp) and case.destination.address not in case.local_addresses
        )
        or seen.outcome == "denied"
    ]
    if not held:
        return None
    return f"this host itself blocks connects from {named(held)}", None


def next_hop_silent(case: Case) -> Conclusion | None:
    """No SYN ever left this host: the next hop does not reply to ARP (RFC 826) or ND (RFC 4861)."""
    held = [
        seen
        for seen in case.failing
        if seen.syn_fate == "unresolved" or (seen.outcome == "unreachable" and case.local(seen.icmp))
    ]
    if not held or case.passing:
        return None
    route = held[0].route
    hop = (route and route.gateway) or case.destination.address
    what = "nothing" if len(held) == len(case.failing) else f"no SYN from {named(held)}"
    return f"the next hop {hop} does not reply to {_resolution(hop)}: {what} left this host", None


def local_rp_filter(case: Case) -> Conclusion | None:
    """All three are needed: no answer, a strict filter on the interface at which answers arrive, and a risen counter.

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
    return f"this host's strict rp_filter drops the answers to {named(held)}", None


def unsettled(case: Case) -> Conclusion | None:
    """Attempts that ended differently, or that Ctrl-C ended, allow no conclusion."""
    differ = [seen for seen in case.observations if seen.outcome == "inconsistent"]
    if differ:
        return f"the attempts from {named(differ)} ended differently", None
    ended = [seen for seen in case.observations if seen.outcome == "cancelled"]
    return (f"interrupted before the attempts from {named(ended)} ended", None) if ended else None


def healthy(case: Case) -> Conclusion | None:
    """Every source connects."""
    if case.failing or not case.observations:
        return None
    return f"every source address connects ({named(case.observations)})", None


def source_dependent(case: Case) -> Conclusion | None:
    """Some sources reach the destination and some do not, among the latter the kernel's choice."""
    found = _parted(case)
    if found is None or case.default in (case.passing or case.reaching):
        return None
    works, fails, how = found
    summary = f"{named(works)} {how}, {named(fails)} {_does(fails)} not"
    return f"the source address decides: {summary}", _blamed(fails, case)


def bound_source_fails(case: Case) -> Conclusion | None:
    """The kernel's choice reaches the destination, and a source that was bound does not."""
    found = _parted(case)
    if found is None or case.default not in (case.passing or case.reaching):
        return None
    _, fails, how = found
    return f"the default source address {how}, {named(fails)} {_does(fails)} not", _blamed(fails, case)


def _parted(case: Case) -> tuple[list[Observation], list[Observation], str] | None:
    """Return the sources that reach the destination, those that do not, and how the former do, in words.

    A RST from the host itself shows that its source reaches the destination.
    """
    works = case.passing or case.reaching
    fails = [seen for seen in case.observations if seen not in works]
    if not works or not fails or not (case.passing or all(s.silent or s.outcome == "prohibited" for s in fails)):
        return None
    one = _does(works) == "does"
    how = ("connects" if one else "connect") if case.passing else ("gets" if one else "get") + " a RST from the host"
    return works, fails, how


def single_source(case: Case) -> Conclusion | None:
    """There is one source address at most, so nothing to compare it with."""
    addresses = {seen.address for seen in case.observations}
    if len(addresses) != 1:
        return None
    address = addresses.pop()
    if address is None:
        return f"this host has no source address for {case.destination.address}", None
    return f"there is only one source address, {address}: nothing to compare it with", None


def no_listener(case: Case) -> Conclusion | None:
    """Every source gets a RST; if its distance is known, from as far away as the destination."""
    if not _refused_by_host(case) or _refused_nearer(case):
        return None
    target = case.destination
    return f"{target.address} refuses every source address: nothing listens on port {target.port}", None


def _refused_by_host(case: Case) -> bool:
    """Return whether every source is refused by a RST, or by the destination's own ICMP error."""
    return bool(case.observations) and all(
        seen.outcome == "refused" and (seen.rst or (seen.icmp and seen.icmp.sender == case.destination.address))
        for seen in case.observations
    )


def _refused_nearer(case: Case) -> Conclusion | None:
    """Every source gets a RST, and it comes from nearer than the destination."""
    if not _refused_by_host(case):
        return None
    if any(case.next_hop_answered(seen) for seen in case.observations):
        return "no router forwards the SYNs: the next hop itself, or this host, refuses them", None
    if any(seen.answerer and seen.answerer.nearer for seen in case.observations):
        return "a device nearer than the destination refuses every source address", None
    return None


def unreachable(case: Case) -> Conclusion | None:
    """Reported by a router, which decides by the destination alone: sources without an answer met its rate limit."""
    seen = [s for s in case.observations if s.outcome == "unreachable"]
    if not seen or not all(s in seen or s.silent for s in case.observations):
        return None
    blames = _blamed(seen, case)
    if all(s.expired for s in seen):
        where = f"at {blames}" if blames else "on the path"
        return f"the TTL of the SYNs runs out {where}: a routing fault, not a filter", blames
    who = blames or "a router"
    if all(s.icmp and (s.icmp.type, s.icmp.code) in HOST_UNREACHABLE for s in seen):
        what = "the host cannot be reached: it is down, or not on that link; a filter does not report this"
        return f"{who} reports that {what}", blames
    return f"{who} reports that it cannot reach the destination: a routing fault, not a filter", blames


def filtered(case: Case) -> Conclusion | None:
    """A device reports that it rejects, or no source gets an answer. A RST next to timeouts allows no conclusion."""
    if nearer := _refused_nearer(case):
        return nearer
    if len({seen.address for seen in case.observations}) == 1:
        return None  # nothing to compare it with
    if not all(s.silent or (s.icmp and s.outcome in ("prohibited", "refused")) for s in case.observations):
        return None
    if blames := _blamed(case.observations, case):
        return f"{blames} rejects every source address", blames
    if case.observations and all(seen.silent for seen in case.observations):
        return "no source address gets an answer: dropped on the path there or back, or the host is down", None
    return None


def no_conclusion(case: Case) -> Conclusion:
    """No other rule holds."""
    outcomes = ", ".join(sorted({seen.outcome for seen in case.observations})) or "nothing was tried"
    return f"what was seen ({outcomes}) allows no conclusion", None


def _blamed(seen: Sequence[Observation], case: Case) -> str | None:
    """Return the one device that sent the ICMP error, if exactly one did. A timeout or a RST identifies no device."""
    senders = {s.icmp.sender for s in seen if s.icmp and not case.local(s.icmp)}
    return senders.pop() if len(senders) == 1 else None


def _does(seen: Sequence[Observation]) -> str:
    return "does" if len({s.address for s in seen}) == 1 else "do"


def _resolution(address: str) -> str:
    return "ND" if family_of(address) == INET6 else "ARP"
