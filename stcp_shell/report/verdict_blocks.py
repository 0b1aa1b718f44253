"""Verdicts as blocks: evidence and remedies, the causes, this host's counters, and the attempts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..model.diagnosis import Verdict
from .blocks import Block, Cell, Heading, Table, VerdictBlock
from .lookup import look_for, questions
from .text.attempts import HEADINGS as ATTEMPTS
from .text.attempts import attempt_cells
from .text.diagnosis import aside, effort
from .text.words import role_of, role_of_severity

MOST_ROWS = 60  # rows of a table
CAUSES = ("Cause", "Where", "Device", "Certainty", "Because")
READINGS = ("Name", "Before", "After")
_OUTCOME = ATTEMPTS.index("Outcome")


def verdicts(found: Sequence[Verdict]) -> Iterator[Block]:
    """Yield the section of the verdicts."""
    if found:
        yield Heading("Verdict" if len(found) == 1 else "Verdicts")
    for verdict in found:
        points = (
            ("Evidence", tuple(line for line in verdict.evidence if not line.startswith(_IN_TABLE))),
            ("Remedies", verdict.remedies),
            ("In captures and logs", tuple(look_for(verdict))),
            ("Questions to the owners of devices", tuple(questions(verdict))),
            ("Not judged", tuple(aside(verdict))),
            ("Effort", (effort(verdict),) if verdict.most_syns else ()),
        )
        target = verdict.destination.spoken
        yield VerdictBlock(verdict.kind, role_of_severity(verdict.severity), target, verdict.summary, points)
        yield from _causes(verdict)
        yield from _attempts(verdict)


# What the table of causes holds, stands in the evidence as lines for the screen.
_IN_TABLE = ("proven: ", "likely: ", "possible: ", "excluded: ")


def _causes(verdict: Verdict) -> Iterator[Block]:
    rows = [[each.cause, each.where, each.box or "-", each.certainty, each.because] for each in verdict.causes] + [
        [each.cause, "-", "-", "excluded", each.because] for each in verdict.excluded
    ]
    if rows:
        yield Heading("Causes", 3)
        yield Table(CAUSES, [[Cell(text) for text in row] for row in rows])
    if verdict.readings:
        yield Heading("Counters and settings of this host", 3)
        figures = [
            [each.name, str(each.before), "-" if each.after is None else str(each.after)] for each in verdict.readings
        ]
        yield Table(READINGS, [[Cell(text) for text in row] for row in figures])


def _attempts(verdict: Verdict) -> Iterator[Block]:
    rows = [attempt_cells(each) for each in verdict.attempts]
    if rows:
        more = len(rows) - MOST_ROWS
        yield Heading("Attempts", 3)
        yield Table(
            ATTEMPTS,
            [
                [Cell(text, role_of(text) if place == _OUTCOME else "") for place, text in enumerate(row)]
                for row in rows[:MOST_ROWS]
            ],
            f"{more} more attempts are in the log: the formats csv and jsonl hold all" if more > 0 else "",
        )
