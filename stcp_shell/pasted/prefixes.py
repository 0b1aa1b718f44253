"""Longest-prefix match over the rows of a host: a dict for each prefix length. And rows that say more than a route."""

from __future__ import annotations

from collections.abc import Iterator

from .facts import BITS, Row, Way
from .host import Host

_NO_ROUTES = frozenset({"persistent", "gateway", "scoped"})  # not looked up for an unbound socket


class Prefixes:
    """The rows of a host by table, length and network, in the order of the text."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.unplaced: list[Row] = []  # the length is not known, or the destination is a name
        self.idle: list[Row] = []  # of the kinds in _NO_ROUTES
        self.hints: list[Row] = []  # rows that show an own address, or may
        self.networks: list[Row] = []  # rows without a gateway
        self.ways: list[Way] = []  # each once
        self._lengths: dict[tuple[str, str], dict[int, dict[int, Row | list[Row]]]] = {}
        self._known: dict[int, bool] = {}  # by the identity of a way: whether its rows are among the hints
        self._seen = 0
        self.add()

    def add(self) -> None:
        """Take up the rows that were read since the last call."""
        for row in self.host.rows[self._seen :] if self._seen else self.host.rows:
            way = row.way
            hint = self._known.get(id(way))
            if hint is None:
                hint = self._new(way)
            if hint:
                self.hints.append(row)
            if row.length is None or way.kind in _NO_ROUTES:
                (self.unplaced if way.kind not in _NO_ROUTES else self.idle).append(row)
                continue
            if way.gateway is None:
                self.networks.append(row)
            self._place(row)
        self._seen = len(self.host.rows)

    def _new(self, way: Way) -> bool:
        self.ways.append(way)
        hint = bool(way.local or way.source or way.interface.startswith("lo"))
        self._known[id(way)] = hint
        return hint

    def _place(self, row: Row) -> None:
        way, length = row.way, row.length or 0
        by_length = self._lengths.get((way.family, way.table))
        if by_length is None:
            by_length = self._lengths[way.family, way.table] = {}
        networks = by_length.get(length)
        if networks is None:
            networks = by_length[length] = {}
        key = row.network >> (BITS[way.family] - length)
        old = networks.setdefault(key, row)
        if old is not row:
            if isinstance(old, list):
                old.append(row)
            else:
                networks[key] = [old, row]

    def matches(self, number: int, family: str, table: str) -> Iterator[list[Row]]:
        """Yield the rows whose networks hold an address, the longest prefix first; equal ones together."""
        by_length = self._lengths.get((family, table), {})
        for length in sorted(by_length, reverse=True):
            found = by_length[length].get(number >> (BITS[family] - length))
            if found is not None:
                yield [found] if isinstance(found, Row) else found
