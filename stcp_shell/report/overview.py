"""Reads a log once, for reports with the most important first. Memory is bounded, however long the log is."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from ..log.reader import ReadProblems
from ..model.checks import CommandFailed
from ..model.entry import Entry
from .excerpt import Gap, excerpt
from .summary import Summary

FIRST, LAST = 150, 150  # records in the course of the session
ENDS = 100  # number of first connections, and of last connections
MOST = 100  # verdicts, traces, notes, ... of each kind
_KEPT = ("session", "end", "verdict", "trace", "note", "interfaces", "routes")
_R = TypeVar("_R")


class Overview:
    """The content of a report."""

    def __init__(self, entries: Iterable[Entry], problems: ReadProblems) -> None:
        self.summary = Summary()
        self.problems = problems
        self.counts: Counter[str] = Counter()
        self.failed: list[Entry] = []  # commands that failed
        self.first_connections: list[Entry] = []
        self.last_connections: deque[Entry] = deque(maxlen=ENDS)
        self.first: Entry | None = None
        self.last: Entry | None = None
        self._of: dict[str, list[Entry]] = {kind: [] for kind in _KEPT}
        self.course: list[Entry | Gap] = list(excerpt(self._watch(self.summary.watch(entries)), FIRST, LAST))

    def entries(self, kind: str) -> list[Entry]:
        """Return the first records of a type, at most MOST, if they are understood; `counts` has their total number."""
        return [entry for entry in self._of[kind] if entry.record]

    def records(self, kind: type[_R], name: str) -> list[_R]:
        """Return the same records without their times."""
        return [entry.record for entry in self._of[name] if isinstance(entry.record, kind)]

    def connections(self) -> Iterator[Entry | Gap]:
        """Yield the first and the last connections, and a Gap for those that are left out."""
        yield from self.first_connections
        shown = len(self.first_connections) + len(self.last_connections)
        if left_out := self.counts["connection"] - shown:
            yield Gap(left_out, left_out)
        yield from self.last_connections

    def left_out(self, kind: str) -> int:
        """Return how many records of a type the report leaves out."""
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
