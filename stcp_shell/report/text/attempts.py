"""The attempts of a verdict as text: in short for the text report, and as cells of a table."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.attempt import Attempt
from ...model.diagnosis import Verdict
from .words import duration

MOST_LINES = 20
HEADINGS = ("SYN sent", "Experiment", "Source", "Next hop", "Outcome", "Retransmits", "After", "Evidence")


def attempt_lines(verdict: Verdict) -> Iterator[str]:
    """Yield a line for each of the first attempts."""
    for attempt in verdict.attempts[:MOST_LINES]:
        when, what, source, hop, outcome, retransmits, after, evidence = attempt_cells(attempt)
        again = f", {retransmits} retransmits" if retransmits not in ("0", "-") else ""
        more = f"; {evidence}" if evidence != "-" else ""
        yield f"{when} {source} by {hop}, {what}: {outcome} after {after}{again}{more}"
    if (left := len(verdict.attempts) - MOST_LINES) > 0:
        yield f"and {left} more are in the log"


def attempt_cells(attempt: Attempt) -> list[str]:
    """Return the cells below HEADINGS."""
    return [
        attempt.sent[11:23] if attempt.sent else "not sent",
        attempt.experiment,
        str(attempt.source or "-"),
        attempt.gateway or attempt.interface or "-",
        attempt.outcome,
        "-" if attempt.syn_retransmits is None else str(attempt.syn_retransmits),
        duration(attempt.elapsed),
        "; ".join(_evidence(attempt)) or "-",
    ]


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
