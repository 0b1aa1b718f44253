"""The rules that look at the order and the chance of results: limits, flows, loss, and what remains unclear."""

from __future__ import annotations

from ..model.diagnosis import Cause, Excluded, Observation, named
from .case import Case
from .causes import explain
from .rules import Conclusion
from .statistics import CERTAIN, lost_in_a_crowd, recovered, sticks_to_flow, uncrowded


def limited(case: Case) -> Conclusion | None:
    """What was accepted came first, and nothing was accepted later, not even from the same source."""
    trials = sorted((each for each in case.trials if each.sent), key=lambda each: each.sent or "")
    accepted = [each.accepted for each in trials]
    number = sum(accepted)
    if not number or all(accepted) or accepted != sorted(accepted, reverse=True) or recovered(trials):
        return None
    again = [
        each
        for each in trials[number:]
        if any(
            each.source and first.source and each.source.address == first.source.address for first in trials[:number]
        )
    ]
    if len(again) < 2 or len(trials) - number < 4:
        return None
    rejected = any(each.rst for each in trials[number:])
    how = "are refused by a RST" if rejected else "get no answer"
    because = (
        f"{number} of {len(trials)} connects were accepted, the first; the later ones {how}, whatever their source"
    )
    certainty = "likely" if rejected else "possible"
    causes = (
        explain(
            "one-at-a-time",
            "possible",
            f"{because}: a service that takes one connection or session at a time, or whose accept queue is full",
        ),
        explain("rate-limit", "possible", because),
    )
    summary = f"the port takes {number} connection{'s' * (number > 1)} and then no more, whatever the source address"
    excluded = (
        Excluded("access-list", f"{trials[0].source and trials[0].source.address} was accepted and then was not"),
    )
    return Conclusion(summary, certainty, causes, excluded, tuple(case.observations))


def flow_dependent(case: Case) -> Conclusion | None:
    """Some flows pass and some do not, and later SYNs of a flow fare like its first one."""
    if not _varies(case):
        return None
    chance = sticks_to_flow([each for each in case.attempts if each.experiment in ("sources", "same-port")])
    if chance >= CERTAIN:
        return None
    mixed = [seen for seen in case.observations if seen.address and _mixed(case, seen)]
    about = case.of(mixed)
    passed = sum(each.accepted for each in about)
    because = (
        f"{passed} of {len(about)} connects from {named(mixed)} were accepted, and later SYNs from the same port fare "
        f"like the first one ({odds(chance)} by chance)"
    )
    causes: tuple[Cause, ...] = (
        explain("one-of-several-paths", "possible", because),
        explain(
            "one-of-several-backends",
            "possible",
            f"{because}: one of several hosts behind a load balancer does not answer",
        ),
    )
    excluded: tuple[Excluded, ...] = (Excluded("packet-loss", f"loss does not stick to a port ({odds(chance)})"),)
    sources = {seen.address for seen in case.observations}
    if len(mixed) == len(sources):
        excluded += (Excluded("access-list", "each source address has connects that pass and connects that do not"),)
    else:  # the sources without a failure may have been lucky, or treated differently
        causes += (explain("access-list", "possible", f"only connects from {named(mixed)} failed"),)
    who = "not the source address" if len(mixed) == len(sources) > 1 else f"for connects from {named(mixed)}"
    summary = f"the source port decides, {who}: some flows pass and others get no answer"
    return Conclusion(summary, "likely", causes, excluded, tuple(mixed))


def _varies(case: Case) -> bool:
    """Return whether connects of one source end differently."""
    return any(_mixed(case, seen) for seen in case.observations if seen.address)


def _mixed(case: Case, seen: Observation) -> bool:
    return len({each.accepted for each in case.of([seen])}) > 1


def lossy(case: Case) -> Conclusion | None:
    """SYNs got no answer, and the same SYN sent again was accepted; no crowd of connects filled the accept queue."""
    alone = uncrowded([each for each in case.attempts if each.experiment in ("sources", "same-port")])
    mended = recovered(alone)
    if mended < 2 or case.here:
        return None
    trials = [each for each in alone if each.experiment == "sources"]
    lost = sum((each.syn_retransmits or 0) + (each.outcome == "timeout") for each in trials)
    sent = lost + sum(each.accepted for each in trials)
    because = f"{lost} of {sent} SYNs got no answer, and {mended} connects succeeded by a retransmission"
    cause = explain("packet-loss", "likely", because)
    summary = f"packets are lost on the way there or back: {lost} of {sent} SYNs got no answer"
    return Conclusion(summary, "likely", (cause,), fails=tuple(case.observations))


def odds(chance: float) -> str:
    """Return a probability as `1 in 1716`."""
    return f"1 in {round(1 / chance)}" if chance > 1e-9 else "less than 1 in a billion"


def no_conclusion(case: Case) -> Conclusion:
    """No other rule holds."""
    differ = [seen for seen in case.observations if seen.outcome == "inconsistent"]
    if differ:
        return Conclusion(f"the attempts from {named(differ)} ended differently", "possible", _open_causes(case))
    if stalled := [seen for seen in case.passing if seen.stalls]:
        what = "every source address connects, and what is sent then does not get through from"
        return Conclusion(f"{what} {named(stalled)}", "likely")
    lost, crowd = lost_in_a_crowd(case.trials)
    if lost and all(seen.accepted for seen in case.observations):
        text = (
            f"every source address connects, but {lost} of {crowd} connects that began together needed a retransmission"
        )
        because = "SYNs were lost when many were sent at once"
        causes = (explain(cause, "possible", because) for cause in ("accept-queue-full", "packet-loss"))
        return Conclusion(text, "possible", tuple(causes))
    if case.port_answers and all(seen.silent for seen in case.observations):
        text = "no source address got an answer when they were compared, and other connects to the port did"
        return Conclusion(text, "possible", _possible(text))
    outcomes = ", ".join(sorted({seen.outcome for seen in case.observations})) or "nothing was tried"
    return Conclusion(f"what was seen ({outcomes}) allows no conclusion", "possible", _open_causes(case))


def _open_causes(case: Case) -> tuple[Cause, ...]:
    """Return the causes between which the experiments did not decide."""
    if not case.passing and not _varies(case):
        return ()
    return _possible("connects of the same kind ended differently")


def _possible(because: str) -> tuple[Cause, ...]:
    return (
        explain("packet-loss", "possible", because),
        explain("one-of-several-paths", "possible", because),
        explain("one-of-several-backends", "possible", because),
        explain("rate-limit", "possible", because),
    )
