"""From the trials of a source address to its observation: what they agree on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..model.diagnosis import Observation
from ..net.probes.trial import SourceTest, Trial

_ACCEPTED = ("connected", "closed", "reset")


def observe(test: SourceTest, places: Mapping[str, str]) -> Observation:
    """Return the result that the trials of a test agree on; `places`: the interface of each address of this host."""
    trials = test.of("sources")
    outcomes = [trial.outcome for trial in trials]
    outcome = _agreed(outcomes)
    best = _telling(trials, outcomes, outcome)
    source = test.address
    held = _held(trials)
    accepted = outcome in _ACCEPTED
    return Observation(
        address=source,
        chosen_by="kernel" if test.source is None else "bind",
        outcome=outcome,
        attempts=len(outcomes),
        answered=sum(each not in ("timeout", "cancelled") for each in outcomes),
        errno=best.probe.errno,
        icmp=best.probe.icmp,
        rst=best.probe.rst,
        syn_fate=best.probe.syn_fate,
        route=test.route,
        interface=places.get(source or ""),
        rtt=best.probe.info.rtt if best.probe.info and accepted else None,
        elapsed=(max if outcome == "timeout" else min)(trial.probe.elapsed() for trial in trials),
        hold=held.held if held and accepted else None,
        lost=sum(_lost(trial) for trial in trials),
    )


def _agreed(outcomes: Sequence[str]) -> str:
    """Return the outcome: an answer outweighs timeouts, but a success does not outweigh failures, nor they it."""
    answers = [each for each in outcomes if each not in ("timeout", "cancelled")]
    if not answers:
        return outcomes[0]
    accepted = [each for each in answers if each in _ACCEPTED]
    if not accepted:
        return answers[0] if len(set(answers)) == 1 else "inconsistent"
    if len(accepted) < len(outcomes):
        return "inconsistent"
    # Only a connection that was held shows how the far side ends it.
    ends = {each for each in accepted if each != "connected"}
    return ends.pop() if len(ends) == 1 else "connected"


def _telling(trials: Sequence[Trial], outcomes: Sequence[str], outcome: str) -> Trial:
    """Return the trial with most evidence: with the outcome and, if possible, an ICMP error or the fate of SYNs."""
    same = [trial for trial, each in zip(trials, outcomes) if each == outcome] or list(trials)
    return next((trial for trial in same if trial.probe.icmp or trial.probe.syn_fate), same[0])


def _held(trials: Sequence[Trial]) -> Trial | None:
    """Return the held trial that shows most: an unfinished handshake if every one was unfinished."""
    held = [trial for trial in trials if trial.held]
    finished = [trial for trial in held if trial.held and trial.held.finished]
    return next(iter(finished or held), None)


def _lost(trial: Trial) -> int:
    """Return how many of its SYNs got no answer."""
    probe = trial.probe
    if trial.bind_failed or probe.source is None or probe.cancelled:
        return 0
    retransmits = probe.info.total_retransmits if probe.info else 0
    return retransmits + (probe.code == -1)


def merged(observations: Sequence[Observation]) -> list[Observation]:
    """Merge the default source and its bound twin: one test, made twice as often. An answer outweighs a timeout."""
    twin = next((seen for seen in observations[1:] if seen.address == observations[0].address), None)
    if twin is None or not _mergeable(observations[0], twin):
        return list(observations)
    default = observations[0]
    best = twin if default.silent else default
    outcome = best.outcome if default.accepted == twin.accepted else "inconsistent"
    one = best._replace(
        chosen_by=default.chosen_by,
        outcome=outcome,
        attempts=default.attempts + twin.attempts,
        answered=default.answered + twin.answered,
        lost=default.lost + twin.lost,
        elapsed=min(default.elapsed, twin.elapsed) if default.outcome == twin.outcome else best.elapsed,
        hold=default.hold or twin.hold,
        trace=default.trace or twin.trace,
    )
    return [one, *(seen for seen in observations[1:] if seen is not twin)]


def _mergeable(default: Observation, twin: Observation) -> bool:
    """Whether they took the same way, and nothing contradicts."""
    if default.route and twin.route and default.route[:2] != twin.route[:2]:
        return False
    return (
        default.silent
        or twin.silent
        or default.accepted == twin.accepted
        or "inconsistent" in (default.outcome, twin.outcome)
    )
