"""The kinds of verdict: a table with the meaning, the rule, the severity, the remedies and the caveat of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Optional

from ..model.connection import Destination
from ..model.diagnosis import Case, Verdict
from . import evidence, remedies, rules


class VerdictKind(NamedTuple):
    """A kind of verdict. `rule` returns its conclusion, or None if it does not hold; `severity`: good, warn or bad."""

    name: str
    meaning: str  # for the README
    rule: Callable[[Case], Optional[rules.Conclusion]]
    severity: str
    remedies: remedies.Remedies = remedies.none
    caveat: evidence.Caveat = evidence.none


def judge(case: Case) -> Verdict:
    """Return the verdict on a case: the first kind whose rule holds."""
    unclear = (_UNCLEAR, rules.no_conclusion(case))
    kind, (summary, blames) = next(((kind, found) for kind in KINDS if (found := kind.rule(case))), unclear)
    return Verdict(
        kind=kind.name,
        severity=kind.severity,
        destination=Destination(case.name, case.destination.address, case.destination.port),
        summary=summary,
        sources=case.observations,
        blames=blames,
        evidence=(*evidence.lines(case), *kind.caveat(case)),
        remedies=tuple(remedies.advice(kind.remedies, case, blames)),
    )


_UNCLEAR = VerdictKind(
    "unclear",
    "What was seen allows no conclusion.",
    rules.unsettled,
    "warn",
)
# In the order in which they are tried: causes that are proven on this host come first.
KINDS = (
    VerdictKind("no-route", "This host has no route to the destination.", rules.no_route, "bad", remedies.no_route),
    _UNCLEAR,
    VerdictKind(
        "local-firewall",
        "This host's own OUTPUT rules block: TCP_INFO shows it, or an ICMP error from one of its own addresses.",
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
        "local-rp-filter",
        "This host's own reverse path filter drops the answers: its setting and its counter show it.",
        rules.local_rp_filter,
        "bad",
        remedies.local_rp_filter,
        evidence.reverse_path,
    ),
    VerdictKind(
        "healthy",
        "Every source address connects.",
        rules.healthy,
        "good",
        caveat=evidence.always("a middlebox that answers for the host would look the same"),
    ),
    VerdictKind(
        "source-dependent",
        "Some source addresses pass, and the default one or others do not.",
        rules.source_dependent,
        "bad",
        remedies.source_dependent,
        evidence.unless_signed(
            "different treatment by source address is not proof of an ACL: NAT, policy routing, uRPF or a missing "
            "return route have the same effect"
        ),
    ),
    VerdictKind(
        "bound-source-fails",
        "The default source address passes, a bound one does not: uRPF on the first router, or no return route to it.",
        rules.bound_source_fails,
        "bad",
        remedies.bound_source_fails,
        evidence.unless_signed("uRPF on the first router and a missing return route look the same from here"),
    ),
    VerdictKind(
        "no-listener",
        "The host itself refuses.",
        rules.no_listener,
        "bad",
        remedies.no_listener,
        evidence.always("a filter that sends every source a RST looks the same, if it is as far away as the host"),
    ),
    VerdictKind(
        "unreachable",
        "A router reports that it cannot reach the destination: a routing fault, not a filter.",
        rules.unreachable,
        "bad",
        remedies.unreachable,
    ),
    VerdictKind(
        "filtered",
        "No source passes: a device rejects them all, none gets an answer, or a nearer device answers for the host.",
        rules.filtered,
        "bad",
        remedies.filtered,
        evidence.unless_signed(
            "a timeout identifies no device: a filter, a dead host and a lost return path look the same"
        ),
    ),
    VerdictKind(
        "single-source",
        "There is only one source address, so nothing to compare it with.",
        rules.single_source,
        "warn",
        remedies.single_source,
    ),
)
VERDICTS = tuple(kind.name for kind in KINDS)
