"""Reads a log once, for reports with the most important first. Memory is bounded, however long the log is."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from ..log.reader import ReadProblems
from ..model.callback import Callback, Observed
from ..model.checks import CommandFailed
from ..model.connection import Connection
from ..model.diagnosis import Verdict
from ..model.entry import Entry
from ..model.prediction import Prediction
from ..model.record import KINDS
from ..model.session import Note, SessionBegun, SessionEnd
from ..model.tables import Interfaces, Routes
from ..model.trace import Traces
from .excerpt import Gap, excerpt
from .summary import Summary

FIRST, LAST = 150, 150  # records in the course of the session
ENDS = 100  # number of first connections, and of last connections
MOST = 100  # verdicts, traces, notes, ... of each kind
_KEPT = (SessionBegun, SessionEnd, Verdict, Traces, Note, Interfaces, Routes, Observed, Callback, Prediction)
_CONNECTION = KINDS[Connection].type
_R = TypeVar("_R")


class Overview:
    """The content of a report."""

    def __init__(self, entries: Iterable[Entry], problems: ReadProblems) -> None:
        self.summary = Summary()
        self.problems = problems
        self._counts: Counter[str] = Counter()
        self.failed: list[Entry] = []  # commands that failed
        self.first_connections: list[Entry] = []
        self.last_connections: deque[Entry] = deque(maxlen=ENDS)
        self.first: Entry | None = None
        self.last: Entry | None = None
        self._of: dict[str, list[Entry]] = {KINDS[kind].type: [] for kind in _KEPT}
        self.course: list[Entry | Gap] = list(excerpt(self._watch(self.summary.watch(entries)), FIRST, LAST))

    def count(self, kind: type) -> int:
        """Return how many records of a kind the log has, also of those that are not understood."""
        return self._counts[KINDS[kind].type]

    def entries(self, kind: type) -> list[Entry]:
        """Return the first records of a kind, at most MOST, if they are understood."""
        return [entry for entry in self._of[KINDS[kind].type] if entry.record]

    def records(self, kind: type[_R]) -> list[_R]:
        """Return the same records without their times."""
        return [entry.record for entry in self._of[KINDS[kind].type] if isinstance(entry.record, kind)]

    @property
    def begun(self) -> SessionBegun | None:
        """The start of the first session; None: the log lacks it."""
        return next(iter(self.records(SessionBegun)), None)

    def connections(self) -> Iterator[Entry | Gap]:
        """Yield the first and the last connections, and a Gap for those that are left out."""
        yield from self.first_connections
        shown = len(self.first_connections) + len(self.last_connections)
        if left_out := self.count(Connection) - shown:
            yield Gap(left_out, left_out)
        yield from self.last_connections

    def left_out(self, kind: type) -> int:
        """Return how many records of a kind the report leaves out."""
        return self.count(kind) - len(self._of[KINDS[kind].type])

    def _watch(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        for entry in entries:
            kind = entry.type
            self._counts[kind] += 1
            if kind == _CONNECTION:
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
