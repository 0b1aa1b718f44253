"""Paths as text: a table with a column for each source address, how each path ends, and where they diverge."""

from collections.abc import Iterator, Sequence
from itertools import count

from ...model.trace import Hop, Trace, Traces
from .connection import icmp_text, route_text
from .escape import visible
from .words import WORDING, View, columns, duration, fold, role_of

WIDTH = 79


def path_lines(value: Traces, view: View) -> Iterator[str]:
    """Yield the lines of a result of `traceroute`."""
    yield visible(headline(value))
    yield from table(value, WIDTH)
    for role, text in remarks(value):
        yield from (view.paint(role, line) if role else line for line in fold(visible(text), "  ", "    ", view.width))


def headline(value: Traces) -> str:
    """Return the destination and the maximum number of hops."""
    to = value.destination
    name = f" ({to.name})" if to.name != to.address else ""
    others = f"; not tried: {', '.join(value.others)}" if value.others else ""
    return f"{to}{name}, at most {value.most_hops} hops{others}"


def table(value: Traces, width: int) -> Iterator[str]:
    """Yield the paths side by side, or one below the other if that is wider than `width` columns."""
    if not value.traces:  # it was cancelled early
        return
    together = list(columns(_rows(value, value.traces)))
    if max(map(len, together)) <= width:
        yield from map(visible, together)
        return
    for trace in value.traces:
        yield from map(visible, columns(_rows(value, [trace])))


def remarks(value: Traces) -> Iterator[tuple[str, str]]:
    """Yield what the table means: the colour role, or an empty text, and a sentence."""
    for trace in value.traces:
        yield role_of(trace.outcome), f"{trace.source or 'no source'}: {ending(trace, value)}"
    if len(value.traces) > 1:
        yield "", parting(value.traces)
    silent = any(trace.outcome == "timeout" or not all(hop.rtt for hop in trace.hops) for trace in value.traces)
    if silent and not value.cancelled:
        yield "dim", "*: no answer to a SYN, nor to a second one a while later"


def ending(trace: Trace, value: Traces) -> str:
    """Return how far the path is known and what ended it."""
    if trace.outcome == "cancelled":
        known = len(trace.hops)
        return f"ended by Ctrl-C; {known} hop{' is' if known == 1 else 's are'} known" if known else "ended by Ctrl-C"
    if trace.outcome == "timeout":
        return _silence(trace, value.most_hops)
    last = trace.hops[-1] if trace.hops else None
    how = WORDING.get(trace.outcome, trace.outcome)
    if last is None:
        return f"no SYN left this host: {how}"
    if last.outcome != trace.outcome:
        return f"nothing is known after hop {last.ttl}: no further SYN left this host, {how}"
    route = trace.route
    if route and route.kind == "local":
        return f"{trace.outcome} by this host itself: there is no hop in between"
    if last.icmp:
        own = ", this host itself" if last.icmp.sender == trace.source else ""
        return f"{trace.outcome} at hop {trace.end}: {icmp_text(last.icmp)}{own}"
    answer = {"connected": "a SYN-ACK", "refused": "a RST"}.get(trace.outcome, "an error")
    if last.ttl == 1 and route and route.gateway not in (None, last.address):
        # A SYN that this host's own NAT redirects to itself is answered at hop 1, too.
        who = f"the next hop, {route.gateway}, or from this host (its own NAT or redirect)"
        return f"{trace.outcome} at hop 1: {answer} from {who}, for {last.address}"
    return f"{trace.outcome} at hop {last.ttl}: {answer} from {last.address}, or from a device that answers for it"


def parting(traces: Sequence[Trace]) -> str:
    """Return where the paths of several sources diverge, if it is known: a RST or SYN-ACK identifies no device."""
    shared: list[int] = []
    for ttl in count(1):
        answers = [(trace, trace.hops[ttl - 1]) for trace in traces if len(trace.hops) >= ttl]
        if len(answers) < 2:
            break
        named = [(trace, hop) for trace, hop in answers if hop.address not in (None, trace.source)]
        if len({hop.address for _, hop in named}) > 1:
            before = f" or before (hop {ttl - 1} is not known for all)" if ttl > 1 and ttl - 1 not in shared else ""
            there = ", ".join(f"{hop.address} from {trace.source}" for trace, hop in named)
            return f"the paths diverge at hop {ttl}{before}: {there}"
        if len(named) == len(traces) and any(hop.icmp for _, hop in named):
            shared.append(ttl)
    if not shared:
        return "no router answered on all paths: it is not known whether they diverge"
    return _common(traces, shared[-1])


def _common(traces: Sequence[Trace], last: int) -> str:
    """Return how the paths go on after the last hop that they have in common."""
    going = [trace for trace in traces if len(trace.hops) > last]
    ended = [trace.source or "no source" for trace in traces if len(trace.hops) == last]
    known = f"the paths are the same up to hop {last}, {traces[0].hops[last - 1].address}"
    if not going:
        return f"{known}, where they end"
    if not ended:
        return f"{known}; after it no router answered on all of them"
    there = ", ".join(f"{trace.source} continues to {trace.hops[-1].address}" for trace in going)
    return f"{known}: from there {there}, and {', '.join(ended)} shows no further hop"


def _silence(trace: Trace, most_hops: int) -> str:
    known = len(trace.hops)
    seen = [hop.address for hop in trace.hops if hop.address]
    if known >= most_hops:
        again = next((address for place, address in enumerate(seen) if address in seen[place + 2 :]), None)
        loop = f"; {again} answered {seen.count(again)} times: the SYNs are in a routing loop" if again else ""
        return f"hop {most_hops} is not yet the destination{loop}"
    if not known:
        return f"no answer from the first hop on: no hop of {most_hops} answered"
    last = trace.hops[-1]
    who = last.address or "address not reported"
    return f"no answer after hop {known}, {who}: none of hops {known + 1} to {most_hops} answered"


def _rows(value: Traces, traces: Sequence[Trace]) -> list[list[str]]:
    # one more row for the first hop without an answer
    length = max(len(trace.hops) + (trace.outcome == "timeout") for trace in traces)
    return [
        ["  hop", *(trace.source or "no source" for trace in traces)],
        ["", *("as bound" if trace.chosen_by == "bind" else "chosen by the kernel" for trace in traces)],
        ["", *(route_text(trace.route) for trace in traces)],
        *[
            [f"{ttl:>5}", *(_cell(trace, ttl) for trace in traces)]
            for ttl in range(1, min(length, value.most_hops) + 1)
        ],
    ]


def _cell(trace: Trace, ttl: int) -> str:
    if ttl > len(trace.hops):
        return "*" if trace.outcome == "timeout" else ""
    return hop_text(trace.hops[ttl - 1])


def hop_text(hop: Hop) -> str:
    """Return which device answered, after what time, and how, if that ended the path."""
    if hop.rtt is None:
        return "*"
    # From 1 s on the SYN was retransmitted (RFC 6298): which one was answered is not known, so it is no round trip.
    took = duration(hop.rtt) if hop.rtt < 1 else f"after {duration(hop.rtt)}"
    # without the error queue the kernel reports that an ICMP error came, but not its sender
    return "  ".join([hop.address or "not reported", took, *([hop.outcome] if hop.outcome else [])])
