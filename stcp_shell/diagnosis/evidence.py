"""The evidence of a verdict, line by line: what was observed, and what it does not prove."""

from collections.abc import Callable, Iterator

from ..model.diagnosis import Case, Observation
from ..model.trace import Trace

Caveat = Callable[[Case], Iterator[str]]


def none(case: Case) -> Iterator[str]:
    """Return no caveat."""
    return iter(())


def always(text: str) -> Caveat:
    """Return a caveat that holds in every case."""
    return lambda case: iter((text,))


def unless_signed(text: str) -> Caveat:
    """Return a caveat that holds unless ICMP errors ended the connects of every failing source that left this host."""
    return lambda case: iter((text,) if any(seen.icmp is None and seen.left_host for seen in case.failing) else ())


def reverse_path(case: Case) -> Iterator[str]:
    """Yield what is known of this host's reverse path filter."""
    filtering = case.reverse_path
    if filtering:
        yield (
            f"rp_filter is strict on {', '.join(sorted(filtering.strict))}, and the counter IPReversePathFilter "
            f"rose by {filtering.dropped} during the test"
        )


def lines(case: Case) -> Iterator[str]:
    """Yield what was seen from each source, then what was measured of its path."""
    for seen in case.observations:
        ending = f"{_ending(seen, case)}{_count(seen)}{_route(seen)}"
        yield f"from {seen.address or 'no address'} ({_chosen(seen)}): {ending}"
    for seen in case.observations:
        if seen.answerer is not None:
            yield _distance(seen, case)
        if seen.trace is not None:
            yield reach(seen.trace)


def reach(trace: Trace) -> str:
    """Return how far the SYNs from one source address get."""
    answered = [hop for hop in trace.hops if hop.address]
    start = f"SYNs from {trace.source}"
    if not answered:
        return f"{start}: no hop replies, not even the first"
    last = answered[-1]
    if trace.outcome == "timeout":
        return f"{start} get as far as hop {last.ttl} ({last.address}); no hop after it replies"
    return f"{start} end at hop {trace.end} ({last.address}): {trace.outcome}"


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
        "unresolved": "nothing left this host: the next hop did not reply to ARP or ND",
        "lost": "the SYNs left this host, and no answer came",
    }.get(seen.syn_fate or "", f"{seen.outcome}{errno}")


def _count(seen: Observation) -> str:
    if seen.attempts == 1:
        return ", 1 attempt"
    if seen.silent or seen.answered == seen.attempts:
        return f", {seen.attempts} of {seen.attempts} attempts"
    return f", {seen.answered} of {seen.attempts} attempts; the others got no answer"


def _route(seen: Observation) -> str:
    route = seen.route
    if route is None or not route.interface:
        return ""
    return f"; sent {f'via {route.gateway} ' if route.gateway else ''}on {route.interface}"


def _distance(seen: Observation, case: Case) -> str:
    found = seen.answerer
    assert found is not None
    what = "RST" if seen.rst else "answer"
    text = f"the {what} for {seen.address} arrived with TTL {found.ttl}: {_routers(found.hops_back)} on its path"
    if found.nearer is None:
        return text
    there = f"{found.hops_forward} on the path of the SYN"
    if case.next_hop_answered(seen):
        return f"{text}, {there}: the next hop or this host sent it"
    if found.nearer:
        return f"{text}, {there}: a device nearer than the destination sent it, or the return path is shorter"
    return f"{text}, {there}: no sign of a nearer device"


def _routers(number: int) -> str:
    return f"{number} router{'' if number == 1 else 's'}"
