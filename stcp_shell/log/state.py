"""The state that a session log shows: the result of each source and destination, the verdicts, addresses and routes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar, cast

from ..model.connection import INET6, Connection, Destination, ResolvedRoute, endpoint_text
from ..model.diagnosis import Observation, Verdict
from ..model.entry import Entry
from ..model.session import SessionBegun
from ..model.tables import Interfaces, NextHop, Route, Routes

MOST_PAIRS = 50_000
_T = TypeVar("_T")
_LOCAL = (253, 255)  # the tables default and local: the first is empty, the second follows from the addresses


class Target(NamedTuple):
    """A port of a host."""

    address: str
    port: int
    protocol: str = "tcp"

    def __str__(self) -> str:
        return f"{endpoint_text(self.address, self.port)} {self.protocol}"


class Pair(NamedTuple):
    """A source address and a target."""

    source: str | None  # None: no source address was chosen
    target: Target

    def __str__(self) -> str:
        return f"{self.source or 'no address'} -> {self.target}"


class Result(NamedTuple):
    """How a connect ended, reduced to what can be compared."""

    outcome: str
    said: str  # the evidence: an ICMP error, a RST, the fate of the SYNs; empty: none
    next_hop: str | None  # with its interface; None: not known


class Table:
    """Rows by their keys. `known`: the log has the table; `whole`: with all rows; `cut`: with the first rows only."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}
        self.known = self.whole = self.cut = False

    def take(self, rows: dict[str, str], whole: bool, cut: bool = False) -> None:
        """Take a later state of the table, or of a part of it."""
        self.rows = rows if whole or cut else {**self.rows, **rows}
        self.known, self.cut = True, cut
        self.whole = whole or (self.whole and not cut)


class Seen(dict[Any, Any]):
    """The first or the last value of each key. `again`: keys seen more than once; `mixed`: with different values."""

    def __init__(self, first: bool) -> None:
        self.again: set[Any] = set()
        self.mixed: set[Any] = set()
        self.forgotten = 0  # values whose key is beyond MOST_PAIRS
        self._first = first

    def put(self, key: Any, value: Any) -> None:
        """Take the next value of a key."""
        if key in self:
            self.again.add(key)
            if self[key] != value:
                self.mixed.add(key)
        elif len(self) >= MOST_PAIRS:
            self.forgotten += 1
            return
        if not (self._first and key in self):
            self[key] = value


class State:
    """The state after the records taken so far. Its memory is bounded (MOST_PAIRS), however long the log is."""

    def __init__(self, first: bool = False) -> None:
        self.host: str | None = None
        self.time: str | None = None
        self.records = self.not_understood = self.count = 0
        self.lacks: list[str] = []  # remarks on what the log lacks
        self.results, self.choices, self.verdicts = Seen(first), Seen(first), Seen(first)
        self.severities: dict[str, str] = {}  # by kind of verdict
        self.interfaces, self.addresses, self.routes, self.rules = Table(), Table(), Table(), Table()
        self._first = first  # the first value of everything is kept, not the last
        self._known: dict[Any, Any] = {}

    @classmethod
    def last(cls, entries: Iterable[Entry]) -> State:
        """Return the state at the end of the log."""
        state = cls()
        for entry in entries:
            state.take(entry)
        return state

    @classmethod
    def both(cls, entries: Iterable[Entry]) -> tuple[State, State]:
        """Return the state as first seen, and the state at the end of the log."""
        first, last = cls(first=True), cls()
        for entry in entries:
            first.take(entry)
            last.take(entry)
        return first, last

    def take(self, entry: Entry) -> None:
        """Take the next record."""
        self.records += 1
        self.not_understood += bool(entry.problem)
        take = _TAKE.get(type(entry.record))
        if take:
            take(self, entry.record, entry)

    def session(self, record: SessionBegun, entry: Entry) -> None:
        self.host = self.host or record.host
        self.time = self.time or entry.time

    def connection(self, record: Connection, entry: Entry) -> None:
        if record.outcome == "cancelled":
            return
        target = self._target(record.destination, record.protocol)
        self._result(record.source and record.source.address, target, record)
        if record.source and record.chosen_by == "kernel":
            self.choices.put(target, self._one(record.source.address))

    def verdict(self, record: Verdict, entry: Entry) -> None:
        target = self._target(record.destination, "tcp")
        for tried in record.sources:
            if tried.outcome != "cancelled":
                self._result(tried.address, target, tried)
            if tried.chosen_by == "kernel" and tried.address:
                self.choices.put(target, self._one(tried.address))
        boxes = ", ".join(blame.box for blame in record.blames)
        blames = f", ICMP error from {boxes}" if boxes else ""
        self.severities[record.kind] = record.severity
        self.verdicts.put(target, self._one(f"{record.kind}{blames}"))

    def look_at_interfaces(self, record: Interfaces, entry: Entry) -> None:
        if self._first and self.addresses.whole:
            return
        found = record.interfaces
        cut = record.more
        # A single interface was requested by name.
        whole = not cut and (record.automatic or record.counters is not None or len(found) > 1)
        up = [link for link in found if "UP" in link.flags]
        self.interfaces.take({link.name: "up" for link in up}, whole, cut)
        addresses = {
            f"{link.name} {each.address}/{each.prefix_length}": "there" for link in up for each in link.addresses
        }
        self.addresses.take(addresses, whole, cut)

    def look_at_routes(self, record: Routes, entry: Entry) -> None:
        if self._first and self.routes.known:
            return
        tables = {rule.table for rule in record.rules}
        others = [row for row in record.others if row.table in tables.difference(_LOCAL)]
        cut = record.total > len(record.routes) or record.more
        rows: dict[str, str] = {}
        for row in [*record.routes, *([] if record.neighbours is not None else others)]:
            name, text = _route(row)
            rows[name] = f"{rows[name]}; {text}" if name in rows else text
        self.routes.take(rows, not cut, cut)
        if record.rules:
            rules = {f"{rule.family} {rule.priority}: {rule}": "there" for rule in record.rules}
            self.rules.take(rules, True)

    def _target(self, destination: Destination, protocol: str) -> Target:
        name = destination.address or destination.name
        return self._one(Target(name, destination.port, self._one(protocol)))

    def _result(self, source: str | None, target: Target, seen: Connection | Observation) -> None:
        result = Result(seen.outcome, _said(seen), _next_hop(seen.route))
        self.count += 1
        self.results.put(Pair(source and self._one(source), target), self._one(result))

    def _one(self, value: _T) -> _T:
        """Return one shared object for equal values: it saves memory."""
        if len(self._known) >= MOST_PAIRS:
            self._known.clear()
        return cast("_T", self._known.setdefault(value, value))


_TAKE: dict[type, Callable[[State, Any, Entry], None]] = {
    SessionBegun: State.session,
    Connection: State.connection,
    Verdict: State.verdict,
    Interfaces: State.look_at_interfaces,
    Routes: State.look_at_routes,
}


def _said(seen: Connection | Observation) -> str:
    if icmp := seen.icmp:
        return f"ICMP {icmp.type}/{icmp.code} from {icmp.sender}"
    if seen.rst:
        return "a RST"
    if isinstance(seen, Connection) and seen.hold and seen.hold.finished is False:
        return seen.hold.word
    return seen.syn_fate if seen.syn_fate and seen.syn_fate != "lost" else ""


def _next_hop(route: ResolvedRoute | NextHop | None) -> str | None:
    if not route or not route.interface:
        return None
    return f"via {route.gateway} on {route.interface}" if route.gateway else f"on the link {route.interface}"


def _route(row: Route) -> tuple[str, str]:
    """Return the key of a row, and its next hops and source as text."""
    six = " (IPv6)" if row.family == INET6 else ""
    name = f"{row.destination}/{row.prefix_length}" if row.prefix_length else f"default{six}"
    table = f" table {row.table}" if row.table != 254 else ""
    metric = f" metric {row.metric}" if row.metric else ""
    hops = [_next_hop(hop) or "no interface" for hop in row.hops] or [row.kind]
    source = f", source {row.source}" if row.source else ""
    return f"{name}{table}{metric}", f"{' and '.join(hops)}{source}"
