"""A log read once, for reports that tell the important things first: bounded, however long the log is."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from ..log.reader import ReadProblems
from ..model.checks import CommandFailed
from ..model.entry import Entry
from .excerpt import Gap, excerpt
from .summary import Summary

FIRST, LAST = 150, 150  # records of the course of events
ENDS = 100  # the first connections, and as many of the last
MOST = 100  # verdicts, traces, notes, ... of each kind
_KEPT = ("session", "end", "verdict", "trace", "note", "interfaces", "routes")
_R = TypeVar("_R")


class Overview:
    """What a report is made of."""

    def __init__(self, entries: Iterable[Entry], problems: ReadProblems) -> None:
        self.summary = Summary()
        self.problems = problems
        self.counts: Counter[str] = Counter()
        self.failed: list[Entry] = []  # commands
        self.first_connections: list[Entry] = []
        self.last_connections: deque[Entry] = deque(maxlen=ENDS)
        self.first: Entry | None = None
        self.last: Entry | None = None
        self._of: dict[str, list[Entry]] = {kind: [] for kind in _KEPT}
        self.course: list[Entry | Gap] = list(excerpt(self._watch(self.summary.watch(entries)), FIRST, LAST))

    def entries(self, kind: str) -> list[Entry]:
        """The first records of a type that are understood, at most MOST of them; `counts` has how many there are."""
        return [entry for entry in self._of[kind] if entry.record]

    def records(self, kind: type[_R], name: str) -> list[_R]:
        """The same without their times."""
        return [entry.record for entry in self._of[name] if isinstance(entry.record, kind)]

    def connections(self) -> Iterator[Entry | Gap]:
        """The first and the last ones, and what is left out between them."""
        yield from self.first_connections
        shown = len(self.first_connections) + len(self.last_connections)
        if left_out := self.counts["connection"] - shown:
            yield Gap(left_out, left_out)
        yield from self.last_connections

    def left_out(self, kind: str) -> int:
        """How many records of a type the report does not have."""
        return self.counts[kind] - len(self._of[kind])

    def _watch(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        for entry in entries:
            kind = entry.type
            self.counts[kind] += 1
            if kind == "connection":
                shown: Any = self.first_connections if len(self.first_connections) < ENDS else self.last_connections
                shown.append(entry)
            elif kind in self._of:
                if len(self._of[kind]) < MOST:
                    self._of[kind].append(entry)
            elif type(entry.record) is CommandFailed and len(self.failed) < MOST:
                self.failed.append(entry)
            self.last = entry
            self.first = self.first or entry
            yield entry
