"""The kinds of verdict: a table with the meaning, the rule, the severity and the remedies of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Optional

from ..model.connection import Destination
from ..model.diagnosis import CERTAINTIES, Cause, Verdict
from . import agreement, comparison, evidence, patterns, remedies, rules
from .callbacks import CALLBACKS
from .case import Case
from .rules import Conclusion


class VerdictKind(NamedTuple):
    """A kind of verdict. `rule` returns its conclusion, or None if it does not hold; `severity`: good, warn or bad."""

    name: str
    meaning: str  # for `help`
    rule: Callable[[Case], Optional[Conclusion]]
    severity: str
    remedies: remedies.Remedies = remedies.none


def judge(case: Case, systems: tuple[str, ...] = ()) -> Verdict:
    """Return the verdict on a case: the first kind whose rule holds. `systems`: others to yield commands for."""
    unclear = (_UNCLEAR, patterns.no_conclusion(case))
    kind, found = next(((kind, found) for kind in KINDS if (found := kind.rule(case))), unclear)
    if kind.severity != "good":
        found = found._replace(causes=_sorted((*evidence.host_causes(case, found), *found.causes)))
    return Verdict(
        kind=kind.name,
        severity=kind.severity,
        certainty=found.certainty,
        destination=Destination(case.name, case.destination.address, case.destination.port),
        summary=found.summary,
        sources=case.observations,
        blames=case.blames(),
        causes=found.causes,
        excluded=found.excluded,
        evidence=tuple(evidence.lines(case, found)),
        remedies=(*remedies.advice(kind.remedies, case, found), *remedies.elsewhere(case, found, systems)),
        attempts=case.attempts,
        readings=tuple(evidence.readings(case)),
        context=case.context,
        syns=case.syns,
        most_syns=case.most_syns,
        seconds=case.seconds,
    )


def _sorted(causes: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """Return the causes, the most certain first, else in their order; each once."""
    unique = {(cause.cause, cause.box): cause for cause in reversed(causes)}
    kept = [cause for cause in causes if unique[cause.cause, cause.box] is cause]
    return tuple(sorted(kept, key=lambda cause: CERTAINTIES.index(cause.certainty)))


_UNCLEAR = VerdictKind(
    "unclear",
    "What was seen allows no conclusion; the causes say what is possible.",
    rules.unsettled,
    "warn",
)
# In the order in which they are tried: causes that are proven on this host come first.
KINDS = (
    _UNCLEAR,
    VerdictKind("no-route", "This host has no route to the destination.", rules.no_route, "bad", remedies.no_route),
    VerdictKind(
        "local-ports",
        "This host has no ephemeral port left: nothing leaves.",
        rules.local_ports,
        "bad",
        remedies.local_ports,
    ),
    VerdictKind(
        "local-rp-filter",
        "This host's own reverse path filter drops the answers: its setting and its counter show it.",
        rules.local_rp_filter,
        "bad",
        remedies.local_rp_filter,
    ),
    VerdictKind(
        "local-firewall",
        "This host's own rules block: OUTPUT (TCP_INFO, or an ICMP error from one of its own addresses), or INPUT "
        "(answers arrive and are not delivered).",
        rules.local_firewall,
        "bad",
        remedies.local_firewall,
    ),
    VerdictKind(
        "next-hop-silent",
        "The next hop does not reply to ARP or ND, and no SYN left this host.",
        rules.next_hop_silent,
        "bad",
        remedies.next_hop_silent,
    ),
    VerdictKind(
        "local-rewrite",
        "This host's own address translation, redirect or mark decides where the connects go.",
        rules.local_rewrite,
        "bad",
        remedies.local_rewrite,
    ),
    VerdictKind(
        "intercepted",
        "Something before the host completes the handshake: a SYN that cannot reach the host is accepted.",
        rules.intercepted,
        "bad",
        remedies.intercepted,
    ),
    VerdictKind(
        "half-open",
        "It connects, and the handshake never finishes at the far side.",
        rules.half_open,
        "bad",
        remedies.half_open,
    ),
    VerdictKind("healthy", "Every source address connects, and the handshakes finish.", rules.healthy, "good"),
    VerdictKind(
        "limited",
        "The port takes so many connections and then no more, whatever the source address.",
        patterns.limited,
        "bad",
        remedies.limited,
    ),
    VerdictKind(
        "flow-dependent",
        "The source port decides: some flows pass and some do not, from every source address.",
        patterns.flow_dependent,
        "bad",
        remedies.flow_dependent,
    ),
    VerdictKind(
        "lossy",
        "Packets are lost: connects succeed by retransmissions.",
        patterns.lossy,
        "warn",
        remedies.lossy,
    ),
    VerdictKind(
        "path-dependent",
        "Sources that leave by different next hops fare differently: the path, or what changes with it, decides.",
        comparison.path_dependent,
        "bad",
        remedies.path_dependent,
    ),
    VerdictKind(
        "source-dependent",
        "Some source addresses pass, and the default one or others do not: access lists, uRPF, NAT, return routes.",
        comparison.source_dependent,
        "bad",
        remedies.by_source,
    ),
    VerdictKind(
        "bound-source-fails",
        "The default source address passes, a bound one does not.",
        comparison.bound_source_fails,
        "bad",
        remedies.by_source,
    ),
    VerdictKind(
        "no-listener",
        "The host refuses with a RST.",
        agreement.no_listener,
        "bad",
        remedies.no_listener,
    ),
    VerdictKind(
        "unreachable",
        "A router reports that it cannot reach the destination.",
        agreement.unreachable,
        "bad",
        remedies.unreachable,
    ),
    VerdictKind(
        "filtered",
        "No source passes: devices reject them all, or the port gives no answer though the host is alive.",
        agreement.filtered,
        "bad",
        remedies.filtered,
    ),
    VerdictKind(
        "silent",
        "No sign of the host: no answer from the port, nor from the host itself.",
        agreement.silent,
        "bad",
        remedies.silent,
    ),
)
VERDICTS = (*(kind.name for kind in KINDS), *(kind.name for kind in CALLBACKS))  # of diagnose and of watch
