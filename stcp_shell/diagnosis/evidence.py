"""The evidence of a verdict, line by line: what was observed, and what it does not prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby

from ..model.attempt import Control
from ..model.diagnosis import Cause, Observation, Reading, named
from ..model.trace import Trace
from .case import Burst, Case, ways
from .causes import CAUSES, explain
from .rules import Conclusion
from .statistics import lost_in_a_crowd


def lines(case: Case, found: Conclusion) -> Iterator[str]:
    """Yield what was seen from each source, then what was measured beside it, then the causes."""
    for seen in case.observations:
        ending = f"{_ending(seen, case)}{_count(seen)}{_route(seen)}"
        yield f"from {seen.address or 'no address'} ({_chosen(seen)}): {ending}"
    if len({seen.address for seen in case.observations}) == 1 and not case.here:
        yield "there is only one source address: nothing to compare it with"
    yield from _alike("connections from {} were held: {}", case, handshake)
    yield from _alike("TLS from {}: {}", case, lambda seen: str(seen.tls) if seen.tls else "")
    if len({seen.tls.fingerprint for seen in case.observations if seen.tls and seen.tls.fingerprint}) > 1:
        yield "the certificates differ between the source addresses: not the same program answers all of them"
    yield from _alike("path MTU from {}: {}", case, lambda seen: str(seen.mtu) if seen.mtu else "")
    yield from _alike("the first bytes to {}: {}", case, lambda seen: seen.banner or "")
    for seen in case.observations:
        yield from _more(case, seen)
    yield from _crowded(case)
    if not case.passing:
        yield from _controls(case)
    if changes := [*case.host.rerouted, *case.host.changes]:
        yield f"this host changed during the test: {'; '.join(changes)}"
    yield from _surroundings(case)
    for (certainty, because), same in groupby(found.causes, key=lambda cause: (cause.certainty, cause.because)):
        words = [f"{cause.cause}{f' at {cause.box}' if cause.box else ''} ({cause.where})" for cause in same]
        yield f"{certainty}: {' or '.join(words)}: {because}"
    yield from _to_tell(found)
    for each in found.excluded:
        yield f"excluded: {each.cause}: {each.because}"


def _to_tell(found: Conclusion) -> Iterator[str]:
    """Yield what would tell the causes apart that are only possible."""
    undecided = [cause.cause for cause in found.causes if cause.certainty == "possible"]
    proofs = dict.fromkeys(CAUSES[name].proof for name in undecided if CAUSES[name].proof)
    if len(found.causes) > 1 and proofs:
        yield f"to tell them apart: {'; '.join(proofs)}"


def _alike(form: str, case: Case, tell: Callable[[Observation], str]) -> Iterator[str]:
    """Yield what is told of the sources, those of which the same is told together."""
    said: dict[str, list[Observation]] = {}
    for seen in case.observations:
        if text := tell(seen):
            said.setdefault(text, []).append(seen)
    for text, sources in said.items():
        yield form.format(named(sources), text)


def _more(case: Case, seen: Observation) -> Iterator[str]:
    if seen.lost and seen.accepted:
        yield f"from {seen.address} {seen.lost} SYN{'s' * (seen.lost > 1)} got no answer before a retransmission did"
    if seen.hold and seen.hold.seen_as:
        yield _translation(seen.address or "", seen.hold.seen_as.address)
    if seen.answered_at is not None:
        how = "accepted" if seen.accepted else "answered"
        own = "" if case.nearer(seen) or case.host.far_end else ": the next hop has that address, or answers for it"
        yield f"a SYN from {seen.address} with TTL {seen.answered_at} was {how}{own}"
    if seen.answerer is not None:
        yield _distance(seen)
    if seen.trace is not None and seen.left_host:
        yield reach(seen.trace)


def _crowded(case: Case) -> Iterator[str]:
    """Yield how many SYNs got no answer while many were sent at once, which has two explanations."""
    lost, crowd = lost_in_a_crowd(case.trials)
    if lost:
        yield (
            f"{lost} of {crowd} connects that began together needed a retransmission: the accept queue of the service "
            "was full, or packets were lost; diagnose -from a few addresses shows which"
        )


def _translation(here: str, there: str) -> str:
    """Return what the far end says that it saw."""
    if here.partition("%")[0] == there:
        return f"the far end saw {there}, too: no translation of addresses on the way"
    return f"the far end saw {there}, not {here}: a device on the way translates addresses"


def handshake(seen: Observation) -> str:
    """Return what the held connection of a source shows; empty: none was held."""
    hold = seen.hold
    if hold is None:
        return ""
    if hold.received:
        return f"{hold.received} bytes arrived, so the handshake is finished"
    if hold.end == "fin":
        return f"the far side closed it after {hold.seconds:.2f} s (FIN), so the handshake was finished"
    if hold.end == "rst":
        return f"it was reset after {hold.seconds:.2f} s (RST): by the service, or by a device on the way"
    if hold.finished is None:
        return "whether the handshake is finished is not known"
    if hold.finished:
        return f"no SYN-ACK was repeated within {hold.seconds:.1f} s, so the handshake is finished"
    came = f"{hold.segments_in} SYN-ACKs arrived within {hold.seconds:.1f} s and nothing else"
    return f"{came}: the handshake is not finished"


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


def _controls(case: Case) -> Iterator[str]:
    for control in case.controls:
        yield control_text(control, case.destination.address)


def control_text(control: Control, host: str) -> str:
    """Return what a control shows."""
    source = control.source or "the default source"
    if control.method == "ping":
        return f"{host} answers a ping from {source}: it is alive"
    if control.method == "tcp":
        return f"{host} answers a connect from {source} to port {control.port}: it is alive"
    if control.alive:
        return f"{host} sent port unreachable for a datagram from {source}: it is alive"
    if control.icmp:
        icmp = control.icmp
        return f"a datagram from {source} got ICMP {icmp.type}/{icmp.code} {icmp.meaning} from {icmp.sender}"
    far = f"; they get as far as {control.last} (TTL {control.beyond})" if control.last else ""
    return f"datagrams from {source} to closed ports of {host} got no answer from it{far}"


def _surroundings(case: Case) -> Iterator[str]:
    """Yield facts about this host that matter for the routes."""
    used = {interface for _, interface in ways(case.observations) if interface}
    for name in sorted(used & case.host.no_carrier):
        yield f"{name} has no carrier: the link is down"
    for seen in case.failing:
        if seen.interface in case.host.no_carrier - used:
            yield f"{seen.interface}, which has {seen.address}, has no carrier: no answer can come back by it"
    for seen in case.observations:
        if seen.route and seen.route.redirected:
            yield f"this host has learned a redirect: {case.destination.address} goes to {seen.route.gateway}"
            break
    if case.failing and case.host.second_defaults:
        yield f"there are further default routes: {'; '.join(case.host.second_defaults)}"
    for burst in case.bursts:
        if burst.undelivered_after or burst.resets_after:
            moved = f"{burst.undelivered_after or 0} packets not delivered, {burst.resets_after} RSTs sent"
            yield f"this host's counters rise without these SYNs, too ({moved}): they are weak evidence here"
    for address, rule in case.host.rule_of.items():
        yield f"the policy rule {rule} applies to {address}"
    holder = next((n for n in sorted(case.host.bridges) if case.host.on_subnet(n, case.destination.address)), None)
    if holder:
        yield f"the destination is in the subnet of {holder}, a bridge of this host without an uplink"
    if case.here:
        yield "the destination is an address of this host: nothing leaves it"
    if case.quick:
        yield "quick: the handshake, the distance and the host's other ports were not checked"


def host_causes(case: Case, found: Conclusion) -> tuple[Cause, ...]:
    """Return causes on this host that the settings suggest, whatever the verdict."""
    causes = []
    for route in [seen.route for seen in case.failing if seen.route and seen.route.redirected and seen.left_host][:1]:
        because = f"this host follows an ICMP redirect to {route.gateway} that it has learned"
        causes.append(explain("learned-redirect", "likely", because))
    for burst in [burst for seen in case.failing if (burst := _reset_here(case, seen))][:1]:
        because = (
            f"this host sent {burst.resets} RSTs while {burst.syns} SYNs were sent, and none after: the answers come "
            "from another address or port than the one asked"
        )
        causes.append(explain("answers-from-elsewhere", "likely", because))
    for seen in [seen for seen in case.passing if seen.stalls][:1]:
        lost = seen.mtu is not None and seen.mtu.outcome == "black-hole"
        certainty = "likely" if lost or (seen.tls and seen.tls.segments_missing) else "possible"
        causes.append(explain("black-hole", certainty, f"from {seen.address}: {seen.mtu if lost else seen.tls}"))
    return tuple(causes)


def _reset_here(case: Case, seen: Observation) -> Burst | None:
    """Return the SYNs whose answers this host reset; None: there is no sign of that.

    The RSTs of a destination on this host itself are counted, too; a source that got a RST was answered as asked.
    """
    burst = case.burst(seen)
    if burst is None or not burst.reset_here() or not seen.silent or case.here or case.host.far_end:
        return None
    return None if seen.route and seen.route.interface == "lo" else burst


def readings(case: Case) -> Iterator[Reading]:
    """Yield the counters that rose, and the settings that matter here."""
    for name, (before, after) in case.host.counters.items():
        if before != after and (("Ip6" in name) == case.six or "Tcp" in name):
            yield Reading(name, before, after)
    if case.six:
        return
    for interface in sorted({seen.interface for seen in case.observations if seen.interface}):
        strict = 1 if interface in case.host.strict else 0
        yield from (
            Reading(f"net.ipv4.conf.{interface}.{name}", value)
            for name, value in {"rp_filter": strict, **case.host.arp.get(interface, {})}.items()
            if value
        )


def _chosen(seen: Observation) -> str:
    return "chosen by the kernel" if seen.chosen_by == "kernel" else "bound"


def _ending(seen: Observation, case: Case) -> str:
    if seen.outcome == "inconsistent":
        endings = Counter(attempt.outcome for attempt in case.of([seen]))
        return "the attempts ended differently (" + ", ".join(f"{n} {each}" for each, n in endings.most_common()) + ")"
    if seen.accepted:
        return {"closed": "connected, then closed by the far side", "reset": "connected, then reset"}.get(
            seen.outcome, "connected"
        )
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
    if seen.silent or seen.answered == seen.attempts or seen.outcome == "inconsistent":
        return f", {seen.attempts} of {seen.attempts} attempts"
    return f", {seen.answered} of {seen.attempts} attempts; the others got no answer"


def _route(seen: Observation) -> str:
    route = seen.route
    if route is None or not route.interface:
        return ""
    return f"; sent {f'via {route.gateway} ' if route.gateway else ''}on {route.interface}"


def _distance(seen: Observation) -> str:
    found = seen.answerer
    assert found is not None
    text = f"the RST for {seen.address} arrived with TTL {found.ttl}"
    if found.nearer:
        return f"{text} or more, the host's own ICMP errors with less: it comes from nearer"
    return f"{text}, as the host's own ICMP errors do"
