"""A session log as text to paste into a support ticket: 80 columns, aligned, no escape codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..language.transcript import AGAIN
from ..log.reader import ReadProblems
from ..model.entry import Entry
from .excerpt import Gap, excerpt
from .replay import command_line
from .summary import Summary
from .text.escape import visible
from .text.records import record_lines
from .text.words import columns, fold

FIRST, LAST = 3000, 3000  # records that are shown; between them only the important ones


def transcript(entries: Iterable[Entry], problems: ReadProblems) -> Iterator[str]:
    """Yield the lines of the text while the records are read; a summary by source address comes last."""
    summary = Summary()
    for entry in excerpt(summary.watch(entries), FIRST, LAST):
        yield from _gap(entry) if isinstance(entry, Gap) else record_lines(entry)
    yield from _script(summary)
    yield from _table(summary)
    yield from _ends(summary)
    for remark in [*summary.remarks(), *problems.remarks()]:
        yield from fold(visible(f"({remark})"), "")


def _script(summary: Summary) -> Iterator[str]:
    """Yield the commands after the prompt, whole: a shell that gets the text runs these lines."""
    lines = [line for line in summary.replay() if not line.startswith("#")]
    if lines:
        yield ""
        yield f"{AGAIN}, with this text in a FILE: {command_line(summary.begun, 'FILE')}"
        yield from (visible(f"stcp: {line.expandtabs(1)}".rstrip()) for line in lines)


def _ends(summary: Summary) -> Iterator[str]:
    rows = list(summary.ends.rows())
    if rows:
        yield ""
        yield "As both ends saw it:"
        for time, source, seen, destination, here, there, so in rows:
            text = f"{time} {source} -> {destination}: {here}; there {there} from {seen}: {so}"
            yield from fold(visible(text), "  ", "    ")


def _gap(gap: Gap) -> Iterator[str]:
    connections = f", {gap.connections} connections among them" if gap.connections else ""
    yield ""
    yield from fold(f"({gap.records} records are left out here{connections}; the formats csv and jsonl hold all)", "")
    yield ""


def _table(summary: Summary) -> Iterator[str]:
    rows = summary.rows()
    if not rows:
        return
    cells = [["Source address", "Chosen by", "Destination", "Outcome", "Count"]]
    cells += [
        [*map(visible, (row.source, row.chosen_by, row.destination, row.outcome)), str(row.connections)] for row in rows
    ]
    yield ""
    yield from columns(cells)
