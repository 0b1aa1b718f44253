"""A session log as text that pastes well into a support ticket: 80 columns, aligned, no escape codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..log.reader import Losses
from .excerpt import Gap, condensed
from .summary import Summary
from .text.escape import visible
from .text.events import MALFORMED, clock, event_lines
from .text.words import WIDTH, columns, fold

__all__ = ["WIDTH", "ticket"]
FIRST, LAST = 3000, 3000  # records that are shown; of what is between them only the telling ones
Record = dict[str, Any]


def ticket(records: Iterable[Record], losses: Losses | None = None) -> Iterator[str]:
    """The lines of a log's text, made as the records are read; a summary by source address comes last."""
    summary = Summary()
    for record in condensed(summary.watch(records), FIRST, LAST):
        if isinstance(record, Gap):
            yield from _gap(record)
            continue
        try:
            yield from event_lines(record)
        except MALFORMED:
            kind = visible(record["type"])
            yield visible(f"{clock(record)}  (a {kind} record that this version does not understand)")
    yield from _table(summary)
    remarks = [*summary.remarks(), *(losses.remarks() if losses else ())]
    for remark in remarks:
        yield from fold(visible(f"({remark})"), "")


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
