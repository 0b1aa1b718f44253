"""The evidence of a verdict, line by line: what was observed, and what it does not prove."""

from collections.abc import Iterator

from ..facts import Trace
from .case import Case, Observation

_CAVEATS = {
    "source-dependent": "a different treatment by source address is not yet proof of an ACL: "
    "NAT, policy routing, uRPF or a missing return route do the same",
    "bound-source-fails": "uRPF on the first router and a missing return route look the same from here",
    "no-listener": "a filter that resets everybody looks the same, if it is as far away as the host",
    "filtered": "silence names nobody: a filter, a dead host and a lost return path look the same",
    "healthy": "a middlebox that answers for the host would look the same",
}


def lines(case: Case, kind: str) -> Iterator[str]:
    """What was seen from each source, then what was read on this host, then the limits of the conclusion."""
    for seen in case.observations:
        yield f"from {seen.address or 'no address'} ({_chosen(seen)}): {_ending(seen, case)}{_count(seen)}{_way(seen)}"
    for seen in case.observations:
        if seen.answerer is not None:
            yield _distance(seen, case)
        if seen.trace is not None:
            yield reach(seen.trace)
    filtering = case.reverse_path
    if kind == "local-rp-filter" and filtering:
        yield (
            f"rp_filter is strict on {', '.join(sorted(filtering.strict))}, and the counter IPReversePathFilter "
            f"rose by {filtering.dropped} meanwhile"
        )
    caveat = _CAVEATS.get(kind)
    if caveat and _applies(case, kind):
        yield caveat


def reach(trace: Trace) -> str:
    """How far the SYNs of one source address get."""
    answered = [hop for hop in trace.hops if hop.address]
    start = f"SYNs from {trace.source}"
    if not answered:
        return f"{start}: no hop answers, not even the first"
    last = answered[-1]
    if trace.outcome == "timeout":
        return f"{start} get as far as hop {last.ttl} ({last.address}); beyond it there is silence"
    return f"{start} end at hop {hop_number(trace)} ({last.address}): {trace.outcome}"


def hop_number(trace: Trace) -> str:
    """The number of a path's last hop. A router that limits its errors may have been silent to smaller TTLs."""
    last = trace.hops[-1]
    known = last.icmp is None or last.ttl == 1 or trace.hops[-2].address is not None
    return f"{last.ttl}{'' if known else ' or before'}"


def _applies(case: Case, kind: str) -> bool:
    """A prohibition that a router signs itself needs no caveat, and an answer is no silence."""
    if kind in ("source-dependent", "bound-source-fails", "filtered"):
        return any(seen.icmp is None and seen.left_host for seen in case.failing)
    return True


def _chosen(seen: Observation) -> str:
    return "chosen by the kernel" if seen.chosen_by == "kernel" else "bound"


def _ending(seen: Observation, case: Case) -> str:
    if seen.outcome == "connected":
        return "connected"
    errno = f" ({seen.errno})" if seen.errno else ""
    if seen.icmp:
        by = "this host itself, " if case.local(seen.icmp) else ""
        icmp = seen.icmp
        return f"{seen.outcome}{errno}, ICMP {icmp.type}/{icmp.code} {icmp.meaning} from {by}{icmp.sender}"
    if seen.rst:
        return f"refused{errno} by a RST"
    return {
        "dropped-here": "nothing left this host: TCP_INFO shows that its own OUTPUT rules dropped the SYNs",
        "unresolved": "nothing left this host: the next hop did not answer for its hardware address",
        "lost": "the SYNs left this host, and no answer came",
    }.get(seen.syn or "", f"{seen.outcome}{errno}")


def _count(seen: Observation) -> str:
    if seen.attempts == 1:
        return ", 1 attempt"
    if seen.silent or seen.answered == seen.attempts:
        return f", {seen.attempts} of {seen.attempts} attempts"
    return f", {seen.answered} of {seen.attempts} attempts; the others got no answer"


def _way(seen: Observation) -> str:
    way = seen.route
    if way is None or not way.interface:
        return ""
    return f"; sent {f'via {way.gateway} ' if way.gateway else ''}on {way.interface}"


def _distance(seen: Observation, case: Case) -> str:
    found = seen.answerer
    assert found is not None
    what = "RST" if seen.rst else "answer"
    text = f"the {what} for {seen.address} arrived with TTL {found.ttl}: {_routers(found.hops_back)} on its way"
    if found.nearer is None:
        return text
    there = f"{found.hops_forward} on the SYN's"
    if case.next_hop_answered(seen):
        return f"{text}, {there}: the next hop or this host sent it"
    if found.nearer:
        return f"{text}, {there}: a box nearer than the destination sent it, or the way back is shorter"
    return f"{text}, {there}: no nearer box shows"


def _routers(number: int) -> str:
    return f"{number} router{'' if number == 1 else 's'}"
