"""One attempt as both ends saw it: the log of the host that connected, and the log of `serve` at the far end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Optional

from ..model.arrival import Arrival
from ..model.attempt import Attempt
from ..model.connection import Connection, Endpoint
from ..model.diagnosis import Verdict
from ..model.entry import Entry
from ..model.hold import Hold

MOST = 5000  # attempts, and arrivals, that are compared
HEADINGS = ("Time", "Source here", "Seen there as", "Destination", "Here", "There", "So")


class Try(NamedTuple):
    """A connect from this end."""

    time: str
    source: Endpoint
    destination: Endpoint
    outcome: str
    hold: Optional[Hold]


class BothEnds:
    """Collects what both ends have logged, while the records pass through."""

    def __init__(self) -> None:
        self._tries: list[Try] = []
        self._arrivals: list[tuple[str, Arrival]] = []

    def take(self, entry: Entry) -> None:
        """Add a record, if it is a connect or an arrival."""
        record = entry.record
        if type(record) is Connection:
            if len(self._tries) < MOST and record.source and record.destination.address:
                end = record.destination.endpoint
                self._tries.append(Try(entry.time, record.source, end, record.outcome, record.hold))
        elif isinstance(record, Verdict):
            for attempt in record.attempts:
                self._attempt(attempt)
        elif isinstance(record, Arrival) and len(self._arrivals) < MOST:
            self._arrivals.append((entry.time, record))

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the cells of a row for each connect to a destination that some arrival has; none without arrivals."""
        there = {arrival.destination for _, arrival in self._arrivals}
        left = list(self._arrivals)
        for each in self._tries:
            if each.destination not in there:
                continue
            found = _match(each, left)
            if found:
                left.remove(found)
            yield _cells(each, found[1] if found else None)
        for time, arrival in left:
            yield (
                time[11:19],
                "-",
                str(arrival.source),
                str(arrival.destination),
                "-",
                arrival.state,
                "not in the log of the other end",
            )

    def _attempt(self, attempt: Attempt) -> None:
        if attempt.sent and attempt.source:
            self._add(Try(attempt.sent, attempt.source, attempt.destination, attempt.outcome, attempt.hold))

    def _add(self, found: Try) -> None:
        if len(self._tries) < MOST:
            self._tries.append(found)


def _match(each: Try, arrivals: list[tuple[str, Arrival]]) -> tuple[str, Arrival] | None:
    """Return the arrival of a connect: the one that greeted it, else one from the same source port."""
    here = [pair for pair in arrivals if pair[1].destination == each.destination]
    if each.hold and each.hold.seen_as:
        return next((pair for pair in here if pair[1].source == each.hold.seen_as), None)
    ports = [pair for pair in here if pair[1].source.port == each.source.port]
    exact = [pair for pair in ports if pair[1].source == each.source]
    return next(iter(exact or ports), None)


def _cells(each: Try, arrival: Arrival | None) -> tuple[str, ...]:
    seen = str(arrival.source) if arrival else "-"
    state = arrival.state if arrival else "-"
    return each.time[11:19], str(each.source), seen, str(each.destination), each.outcome, state, _so(each, arrival)


def _so(each: Try, arrival: Arrival | None) -> str:
    """Return what the two views mean together."""
    if arrival is None:
        if each.outcome == "timeout":
            return "no SYN was seen there: lost on the way there, or not while it served"
        if each.outcome == "connected" and each.hold is None:
            return "ended here at once, before a program sees it there"
        return "not seen there: something else answered, or not while it served"
    parts = []
    if arrival.source.address != each.source.address.partition("%")[0]:
        parts.append("its address is translated on the way")
    if arrival.state == "half-open":
        parts.append("the SYN arrived; the SYN-ACK, or the ACK, is lost")
    elif each.outcome == "timeout":
        parts.append("it was accepted there; the answer is lost on the way back")
    return "; ".join(parts) or "both agree"
