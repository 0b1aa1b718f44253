"""A long log in few records: its beginning, its end, and what is telling in between. Memory does not grow with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

Record = dict[str, Any]
# Kept wherever they stand. A thousand connects are a matter of course; what was found, noted or missed is not.
TELLING = frozenset(
    (
        *("session", "end", "note", "verdict", "trace", "route", "comparison", "expectation"),
        *("interfaces", "routes"),
    )
)
MOST_TELLING = 500
_LARGE = ("interfaces", "routes")
MOST_LARGE = 20  # of those with whole tables in them


class Gap(NamedTuple):
    """Records that were left out, and how many of them were connections."""

    records: int
    connections: int


def condensed(records: Iterable[Record], first: int, last: int) -> Iterator[Record | Gap]:
    """The `first` and the `last` records, those that are telling in between, and gaps for what is left out."""
    source = iter(records)
    large = 0
    for _, record in zip(range(first), source):
        yield record
    window: deque[Record] = deque()
    filter_ = _Filter()
    for record in source:
        window.append(record)
        if record["type"] in _LARGE:
            large += 1
        if len(window) > last or large > MOST_LARGE:
            leaving = window.popleft()
            large -= leaving["type"] in _LARGE
            yield from filter_.take(leaving)
    yield from filter_.gap()
    yield from window


class _Filter:
    """What becomes of the records in the middle. A command that failed is kept together with its failure."""

    def __init__(self) -> None:
        self._records = self._connections = 0
        self._kept = self._large = 0
        self._command: Record | None = None

    def take(self, record: Record) -> Iterator[Record | Gap]:
        kind = record["type"]
        if kind == "command":
            self._leave_out_command()
            self._command = record
            return
        telling = kind in TELLING if kind != "result" else bool(record.get("error"))
        self._large += kind in _LARGE
        if not telling or self._kept >= MOST_TELLING or (kind in _LARGE and self._large > MOST_LARGE):
            self._records += 1
            self._connections += kind == "connection"
            return
        self._kept += 1
        command, self._command = self._command, None
        if command and command.get("seq") != record.get("command"):
            self._records += 1
            command = None
        yield from self.gap()
        if command:
            yield command
        yield record

    def gap(self) -> Iterator[Gap]:
        """What was left out since the last one."""
        self._leave_out_command()
        if self._records:
            yield Gap(self._records, self._connections)
        self._records = self._connections = 0

    def _leave_out_command(self) -> None:
        self._records += self._command is not None
        self._command = None
