"""Rows that differ from an earlier one in their destination and their counters only: long tables consist of them.

A million rows take 2 s that way and 14 s without it.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

from ...model.connection import INET
from ..facts import HOST, MASK, WRITTEN, Row, Way
from ..words import number4
from .headings import Heading
from .route_rows import Fields

_OPTIONAL = {"interface", "expire", "mark", "label", "size"}


class Similar:
    """What the words after the destination mean, for IPv4 rows that were read in full before."""

    def __init__(self, heading: Heading) -> None:
        self._columns = heading.columns
        last = max((at for at, column in enumerate(self._columns) if column == "count"), default=0)
        self._usable = not _OPTIONAL.intersection(self._columns[:last])
        self._parts: dict[int, tuple[Callable[[list[str]], object], list[int]]] = {}
        # By those words: the length and its origin; None: it is written after the destination.
        self._known: dict[object, tuple[Way, int | None, str]] = {}

    def learn(self, words: list[str], row: Row, fields: Fields) -> None:
        """Remember a row."""
        written = "/" in fields.destination and row.origin == WRITTEN
        masked = bool(fields.mask) and row.origin == MASK
        host = "/" not in fields.destination and row.origin == HOST
        plain = row.way.family == INET and not row.name and (written or masked or host)
        if not self._usable or not plain or len(words) > len(self._columns) or words[0] != fields.destination:
            return
        if len(words) not in self._parts:
            counts = [at for at in range(1, len(words)) if self._columns[at] == "count"]
            others = [at for at in range(1, len(words)) if at not in counts]
            self._parts[len(words)] = itemgetter(*others), counts
        length = None if written else row.length
        self._known[len(words), self._parts[len(words)][0](words)] = row.way, length, row.origin

    def read(self, line: int, words: list[str], rows: list[Row]) -> bool:
        """Add the row, and return whether such a one is known."""
        parts = self._parts.get(len(words))
        if parts is None:
            return False
        found = self._known.get((len(words), parts[0](words)))
        if found is None:
            return False
        for at in parts[1]:
            if not words[at].isdecimal():
                return False
        way, length, origin = found
        address = words[0]
        if length is None:
            address, _, tail = address.partition("/")
            if not tail.isdecimal() or len(tail) > 2:
                return False
            length = int(tail)
        number = number4(address)
        if number is None or length > 32 or number & ((1 << (32 - length)) - 1):
            return False
        rows.append(Row(line, number, length, origin, way))
        return True
