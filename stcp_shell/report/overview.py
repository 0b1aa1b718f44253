"""A log read once, for reports that tell the important things first: bounded, however long the log is."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Any

from ..log.reader import Losses
from .excerpt import Gap, condensed
from .summary import Summary

FIRST, LAST = 150, 150  # records of the course of events
ENDS = 100  # the first connections, and as many of the last
MOST = 100  # verdicts, traces, notes, ... of each kind
Record = dict[str, Any]
_KEPT = ("session", "end", "verdict", "trace", "note", "interfaces", "routes", "expectation")


class Digest:
    """What a report is made of. Every record in it may be malformed still."""

    def __init__(self, records: Iterable[Record], losses: Losses) -> None:
        self.summary = Summary()
        self.losses = losses
        self.counts: Counter[str] = Counter()
        self.failed: list[Record] = []  # results
        self.first_connections: list[Record] = []
        self.last_connections: deque[Record] = deque(maxlen=ENDS)
        self.times = ("", "")
        self._of: dict[str, list[Record]] = {kind: [] for kind in _KEPT}
        self.events: list[Record | Gap] = list(condensed(self._watch(self.summary.watch(records)), FIRST, LAST))

    def of(self, kind: str) -> list[Record]:
        """The first records of a type, at most MOST of them; `counts` has how many there are."""
        return self._of[kind]

    def connections(self) -> Iterator[Record | Gap]:
        """The first and the last ones, and what is left out between them."""
        yield from self.first_connections
        shown = len(self.first_connections) + len(self.last_connections)
        if left_out := self.counts["connection"] - shown:
            yield Gap(left_out, left_out)
        yield from self.last_connections

    def left_out(self, kind: str) -> int:
        """How many records of a type the report does not have."""
        return self.counts[kind] - len(self._of[kind])

    def _watch(self, records: Iterable[Record]) -> Iterator[Record]:
        first = last = None
        for record in records:
            kind = record["type"]
            self.counts[kind] += 1
            if kind == "connection":
                shown = self.first_connections if len(self.first_connections) < ENDS else self.last_connections
                shown.append(record)
            elif kind in self._of:
                if len(self._of[kind]) < MOST:
                    self._of[kind].append(record)
            elif kind == "result" and record.get("error") and len(self.failed) < MOST:
                self.failed.append(record)
            last = record
            first = first or record
            yield record
        if first and last:
            self.times = (str(first.get("time", "")), str(last.get("time", "")))
