"""Watched connections as text: a line for each, the table of all, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...model.callback import Callback, Observed, Watched
from .diagnosis import verdict_lines
from .escape import visible
from .words import View, columns, fold

HEADINGS = ("Time", "", "Source", "Destination", "State", "Program")
_ROLES = {"refused": "bad", "no-answer": "warn", "rejected-or-given-up": "bad", "failed": "bad", "reset": "bad"}
_WORDS = {
    "refused": "refused (RST)",
    "no-answer": "no answer",
    "rejected-or-given-up": "ICMP error, or given up",
    "failed": "failed (wiped by the kernel)",
    "closed-here": "closed by this host",
    "closed-by-peer": "closed by the peer",
    "closed": "closed",
    "reset": "connected, then reset",
    "gone": "not there any more",
}


def state(record: Observed) -> str:
    """Return the state, or how it ended, and how many SYNs it took."""
    text = _WORDS.get(record.ended or "", record.ended or "") or record.state
    repeated = record.syns if record.syns and (record.syns > 1 or record.failed or not record.ended) else None
    return text + (f", {record.syns} SYN{'s' if record.syns != 1 else ''}" if repeated and record.role == "B" else "")


def table(records: Sequence[Observed]) -> Iterator[str]:
    """Yield a row for each connection below a heading."""
    rows = [list(HEADINGS), *map(cells, records)]
    yield from (visible(f"  {line}") for line in columns(rows))


def cells(record: Observed) -> list[str]:
    """Return the cells of a row."""
    time = record.since[11:21] if record.since else "before"
    source = f"{record.source}{' (inferred)' if record.inferred else ''}"
    return [time, record.role, source, str(record.destination), state(record), str(record.owner)]


def observed_lines(record: Observed, view: View) -> Iterator[str]:
    """Yield a line for a connection that has ended, or that was open at the end of the watch."""
    time = f"{record.since[11:21]} " if record.since else ""
    source = f"{record.source}{' (inferred)' if record.inferred else ''}"
    line = f"{time}{record.role}: {source} -> {record.destination}: {state(record)}"
    owner = str(record.owner)
    line += "" if owner == "unknown" else f"; {owner}"
    for part in fold(visible(line), "", "  ", view.width):
        yield view.paint(_ROLES.get(record.ended or "", "good"), part)


def callback_lines(record: Callback, view: View) -> Iterator[str]:
    """Yield what is to be known about a connection B at once."""
    inferred = " (inferred: the kernel has wiped it)" if record.inferred else ""
    head = f"B: {record.source} -> {record.destination}: left from {record.source.address}{inferred}"
    if record.same:
        text, role = f"{head}, as the client uses (connection A)", "good"
    elif record.same is False:
        text, role = f"{head}, but the client uses {' and '.join(record.used)} (connection A)", "bad"
    elif record.used:
        text, role = f"{head}; the client uses several addresses: {', '.join(record.used)}", "warn"
    else:
        text, role = f"{head}; no connection of the client is there to compare with", "warn"
    for part in fold(visible(text), "", "  ", view.width):
        yield view.paint(role, part)
    if record.route and record.route.source:
        why = f"the kernel's choice for it: {record.route.source}: {record.route.why}"
        yield from fold(visible(why), "  ", "    ", view.width)


def watched_lines(value: Watched, view: View) -> Iterator[str]:
    """Yield the table of all connections, and the verdict."""
    if value.connections:
        yield from table(value.connections)
    yield from verdict_lines(value.verdict, view)
