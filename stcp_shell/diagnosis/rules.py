"""The rules of the kinds of verdict: each returns its conclusion from a case, or None if it does not hold.

This module has those that look at the sources one by one: this host, its next hop, what answers, the handshake.
"""

from __future__ import annotations

from typing import NamedTuple

from ..model.connection import INET6, family_of
from ..model.diagnosis import Cause, Excluded, Observation, named
from ..model.hold import Hold
from .case import Case
from .causes import explain
from .statistics import recovered


class Conclusion(NamedTuple):
    """A verdict's summary, how certain it is, and the causes that explain it or do not."""

    summary: str
    certainty: str = "proven"
    causes: tuple[Cause, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    fails: tuple[Observation, ...] = ()  # the sources that it is about


def unsettled(case: Case) -> Conclusion | None:
    """Attempts that Ctrl-C ended, and failures while this host's routes changed, allow no conclusion."""
    ended = [seen for seen in case.observations if seen.outcome == "cancelled"]
    if ended:
        return Conclusion(f"interrupted before the attempts from {named(ended)} ended", "possible")
    if case.host.rerouted and case.failing:
        return Conclusion("this host's routes changed during the test: run it again when they are settled", "possible")
    return None


def no_route(case: Case) -> Conclusion | None:
    """The kernel has no route for its own choice of source."""
    if not case.observations or case.observations[0].outcome != "no-route":
        return None
    bound = f" except from {named(case.passing)}" if case.passing else ""
    seen = case.observations[0]
    because = f"connect(2) failed at once ({seen.errno or seen.outcome}), before a SYN left"
    cause = explain("no-route", "proven", because)
    return Conclusion(f"this host has no route to {case.destination.address}{bound}", causes=(cause,), fails=(seen,))


def local_ports(case: Case) -> Conclusion | None:
    """connect(2) found no port for a source address that exists, or bind(2) found none."""
    held = [
        seen
        for seen in case.failing
        if seen.outcome == "address-in-use"
        or (seen.outcome == "address-unavailable" and seen.chosen_by == "kernel" and seen.route and seen.route.source)
    ]
    if not held:
        return None
    ports = case.host.ports
    some = f" ({ports[0]} to {ports[1]})" if ports else ""
    because = f"connect(2) or bind(2) to port 0 failed with {held[0].errno}, and nothing left this host"
    cause = explain("ports-used-up", "proven", because)
    who = named([seen for seen in held if seen.address] or held)
    summary = f"this host has no ephemeral port left{some} for connects from {who}: no SYN left"
    return Conclusion(summary, causes=(cause,), fails=tuple(held))


def local_firewall(case: Case) -> Conclusion | None:
    """Dropped before it left (TCP_INFO), rejected by this host (ICMP from its own address), denied (EPERM), or
    answers arrived and were not delivered.
    """
    held = [seen for seen in case.failing if _blocked_here(seen, case)]
    if held:
        because = _how_blocked(held[0])
        cause = explain("own-output-rules", "proven", because)
        return Conclusion(f"this host itself blocks connects from {named(held)}", causes=(cause,), fails=tuple(held))
    return _input_drops(case) or _rejects_here(case)


def _blocked_here(seen: Observation, case: Case) -> bool:
    own = case.local(seen.icmp)
    return (
        seen.syn_fate == "dropped-here"
        or seen.outcome == "denied"
        or (seen.outcome == "prohibited" and (own or seen.icmp is None))
        or (seen.outcome == "refused" and own and not case.here)
    )


def _how_blocked(seen: Observation) -> str:
    if seen.syn_fate == "dropped-here":
        return "TCP_INFO: no retransmission left the transmit queue"
    if seen.icmp:
        return f"the ICMP error {seen.icmp.type}/{seen.icmp.code} comes from this host's own address {seen.icmp.sender}"
    return f"connect(2) failed with {seen.errno}"


def _input_drops(case: Case) -> Conclusion | None:
    """While SYNs were sent at once as many packets arrived and were not delivered, and then no more."""
    held = [seen for seen in case.failing if seen.silent and (burst := case.burst(seen)) and burst.dropped_here()]
    if not held:
        return None
    burst = case.burst(held[0])
    assert burst is not None
    because = (
        f"while {burst.syns} SYNs were sent, {burst.undelivered} packets arrived that this host did not deliver, and "
        f"{burst.undelivered_after} in as long a time without"
    )
    cause = explain("own-input-rules", "likely", because)
    summary = f"answers to {named(held)} arrive, and this host drops them before they reach the socket"
    return Conclusion(summary, "likely", (cause,), fails=tuple(held))


def _rejects_here(case: Case) -> Conclusion | None:
    """A RST for SYNs of which none left by their interface, whose counter counts at once."""
    held = [
        seen
        for seen in case.failing
        if seen.rst and seen.answered_at == 1 and (burst := case.burst(seen)) and burst.left_by(_out(seen)) is not None
    ]
    if not held:
        return None
    because = f"a SYN with TTL 1 got a RST, and {_out(held[0])} sent no packet while some were made"
    cause = explain("own-output-rules", "likely", because)
    return Conclusion(f"this host itself resets connects from {named(held)}", "likely", (cause,), fails=tuple(held))


def _out(seen: Observation) -> str | None:
    return seen.route.interface if seen.route else None


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
    protocol = "ND" if family_of(hop) == INET6 else "ARP"
    why = "TCP_INFO: no SYN was sent" if held[0].syn_fate == "unresolved" else "this host's own ICMP error says so"
    cause = explain("next-hop-silent", "proven", f"{why}: {hop} does not reply to {protocol}")
    summary = f"the next hop {hop} does not reply to {protocol}: {what} left this host"
    return Conclusion(summary, causes=(cause,), fails=tuple(held))


def local_rp_filter(case: Case) -> Conclusion | None:
    """All three are needed: no answer, a strict filter on the interface at which answers arrive, and a risen counter.

    IPv6 has no such filter.
    """
    dropped = case.host.rise("TcpExt.IPReversePathFilter")
    if not dropped or case.six:
        return None
    held = [
        seen
        for seen in case.failing
        if seen.silent
        and seen.interface in case.host.strict
        and seen.route
        and seen.route.interface != seen.interface
        and dropped >= seen.attempts  # each attempt had an answer to drop
    ]
    if not held:
        return None
    because = f"rp_filter is strict on {held[0].interface}, and IPReversePathFilter rose by {dropped} during the test"
    certainty = "proven" if dropped <= 2 * sum(seen.lost for seen in held) + 3 else "likely"
    cause = explain("own-rp-filter", certainty, because)
    summary = f"this host's strict rp_filter drops the answers to {named(held)}"
    return Conclusion(summary, certainty, (cause,), fails=tuple(held))


def local_rewrite(case: Case) -> Conclusion | None:
    """This host's own address translation is the far end, or its own marks lead the SYNs out by another interface."""
    if case.here:
        return None
    if case.host.far_end:
        held = [seen for seen in case.passing if seen.answered_at is not None]
        because = "a socket of this host is the far end of the connection, and a SYN with TTL 1 was accepted"
        cause = explain("own-redirect", "proven", because)
        where = case.destination.address
        summary = f"this host's own rules redirect connects to {where} to a program on this host: none reaches it"
        return Conclusion(summary, causes=(cause,), fails=tuple(held))
    for seen in case.failing:
        burst = case.burst(seen)
        other = burst.left_by(_out(seen)) if burst and seen.silent else None
        if burst and other and other != "lo":
            because = f"{burst.syns} SYNs left by {other}, and none by {_out(seen)}, where the routing tables lead"
            cause = explain("own-mark", "likely", f"{because}: a mark or another rule of this host")
            summary = f"this host sends the SYNs from {seen.address} by {other}, against its routing tables"
            return Conclusion(summary, "likely", (cause,), fails=(seen,))
    return None


def intercepted(case: Case) -> Conclusion | None:
    """A SYN that cannot reach the host was accepted: something before it completes the handshake."""
    held = [seen for seen in case.passing if case.nearer(seen)]
    if not held:
        return None
    first = min(held, key=lambda seen: seen.answered_at or 1)
    ttl = first.answered_at or 1
    at = "the next hop or this host itself" if ttl == 1 else f"a device at most {ttl} hops away"
    because = f"a SYN with TTL {ttl} was accepted, and {farther(case, first)}"
    where = "next-hop" if ttl == 1 else "network"
    cause = explain("intercepted", "proven" if ttl == 1 else "likely", because, where=where)
    summary = f"{at} accepts the connects from {named(held)} in place of {case.destination.address}"
    return Conclusion(summary, cause.certainty, (cause,), fails=tuple(held))


def farther(case: Case, seen: Observation) -> str:
    """Return what shows that the host is farther away than what answers a source (see `Case.nearer`)."""
    known = case.nearer(seen)
    return f"a datagram with TTL {known.beyond} ran out at {known.last} on the way there" if known else ""


def half_open(case: Case) -> Conclusion | None:
    """connect(2) succeeded, and the far side went on repeating its SYN-ACK."""
    held = [seen for seen in case.passing if seen.hold and seen.hold.finished is False]
    if not held or any(len(_unfinished(case, seen)) < 3 for seen in held) or recovered(case.trials):
        return None
    other = [seen for seen in case.observations if seen not in held]
    times = len(_unfinished(case, held[0]))
    because = f"the SYN-ACK was repeated in {times} of {times} connections that were held, and nothing else arrived"
    causes: tuple[Cause, ...] = (
        explain("ack-lost", "possible", because),
        explain("accept-queue-full", "possible", because),
    )
    excluded: tuple[Excluded, ...] = ()
    if any(seen.hold and seen.hold.finished for seen in other):
        causes = (causes[0]._replace(certainty="likely"),)
        excluded = (Excluded("accept-queue-full", f"the handshake from {named(other)} was finished meanwhile"),)
    summary = f"connects from {named(held)} succeed here, but the handshake never finishes at the far side"
    return Conclusion(summary, "proven", causes, excluded, tuple(held))


def _unfinished(case: Case, seen: Observation) -> list[Hold]:
    """Return the unfinished handshakes of a source; none if one has finished."""
    holds = [attempt.hold for attempt in case.of([seen]) if attempt.hold]
    return [] if any(hold.finished for hold in holds) else [hold for hold in holds if hold.finished is False]


def healthy(case: Case) -> Conclusion | None:
    """Every connect of every source was accepted, nothing was lost, and the handshake is finished."""
    if case.failing or not case.observations or not alike(case):
        return None
    if {attempt.outcome for attempt in case.trials if not attempt.accepted}:
        return None
    if any(seen.hold and seen.hold.finished is False for seen in case.passing):
        return None
    if sum(seen.lost for seen in case.passing) > 1 or any(seen.stalls for seen in case.passing):
        return None
    if len({seen.address for seen in case.observations}) == 1:
        what = f"the only source address, {named(case.observations)}, connects"
    else:
        what = f"every source address connects ({named(case.observations)})"
    # What accepts a SYN with TTL 1 is the host itself, or stands in for it: there is no telling which.
    checked = all(seen.hold and seen.hold.finished is not None and not seen.answered_at for seen in case.passing)
    return Conclusion(what + _habit(case), "proven" if checked else "likely", fails=())


def alike(case: Case) -> bool:
    """Return whether the far side ends the connections of all sources in the same way."""
    return len({seen.outcome for seen in case.passing}) < 2


def _habit(case: Case) -> str:
    ends = {seen.outcome for seen in case.passing}
    if ends == {"closed"}:
        return "; the service closes each connection at once (FIN)"
    if ends == {"reset"}:
        return "; each connection is then reset (RST): by the service, or by a device on the way"
    return ""
