"""The attempts of a verdict as text: in short for the text report, and as cells of a table."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.attempt import Attempt
from ...model.diagnosis import Verdict
from ..moments import shifted, written
from .words import duration

MOST_LINES = 20
HEADINGS = ("SYN sent (UTC)", "Experiment", "Source", "Next hop", "Outcome", "Retransmits", "Took, ended", "Evidence")


def attempt_lines(verdict: Verdict) -> Iterator[str]:
    """Yield a line for each of the first attempts."""
    for attempt in verdict.attempts[:MOST_LINES]:
        when, what, source, hop, outcome, retransmits, _, evidence = attempt_cells(attempt)
        again = f", {retransmits} retransmits" if retransmits not in ("0", "-") else ""
        more = f"; {evidence}" if evidence != "-" else ""
        yield f"{when} {source} by {hop}, {what}: {outcome} after {duration(attempt.elapsed)}{again}{more}"
    if (left := len(verdict.attempts) - MOST_LINES) > 0:
        yield f"and {left} more are in the log"


def attempt_cells(attempt: Attempt) -> list[str]:
    """Return the cells below HEADINGS."""
    return [
        written(attempt.sent) if attempt.sent else "not sent",
        attempt.experiment,
        str(attempt.source or "-"),
        attempt.gateway or attempt.interface or "-",
        attempt.outcome,
        "-" if attempt.syn_retransmits is None else str(attempt.syn_retransmits),
        _took(attempt),
        "; ".join(_evidence(attempt)) or "-",
    ]


def _took(attempt: Attempt) -> str:
    """Return how long it took, and when it ended."""
    took = duration(attempt.elapsed)
    return f"{took}, {shifted(attempt.sent, attempt.elapsed)[11:23]}" if attempt.sent else took


def _evidence(attempt: Attempt) -> Iterator[str]:
    if attempt.errno:
        yield attempt.errno
    if attempt.icmp:
        yield f"ICMP {attempt.icmp.type}/{attempt.icmp.code} from {attempt.icmp.sender}"
    if attempt.rst:
        yield "a RST"
    if attempt.syn_fate and attempt.syn_fate != "lost":
        yield attempt.syn_fate
    if attempt.hold:
        yield f"held {duration(attempt.hold.seconds)}: {attempt.hold.word}"
    if attempt.resets:
        yield f"{attempt.resets} RSTs sent meanwhile"
