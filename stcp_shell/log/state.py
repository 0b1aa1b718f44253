"""How things stand in a session log: the result of each source and destination, the verdicts, addresses and routes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar, cast

MOST_PAIRS = 50_000
Record = dict[str, Any]
_T = TypeVar("_T")
_NOT_UNDERSTOOD = (KeyError, TypeError, ValueError, AttributeError, IndexError)
_LOCAL = (253, 255)  # the tables default and local: the first is empty, the second follows from the addresses


class Target(NamedTuple):
    """A port of a host."""

    address: str
    port: int
    protocol: str = "tcp"

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port} {self.protocol}"


class Pair(NamedTuple):
    """From where to where."""

    source: str | None  # None: no source address was chosen
    target: Target

    def __str__(self) -> str:
        return f"{self.source or 'no address'} -> {self.target}"


class Result(NamedTuple):
    """How a connect ended, as far as it can be compared."""

    outcome: str
    said: str  # who said so; empty: nobody
    way: str | None  # None: not known


class Table:
    """Rows by what names them. `known`: the log has it; `whole`: with all its rows; `cut`: with the first rows."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}
        self.known = self.whole = self.cut = False

    def take(self, rows: dict[str, str], whole: bool, cut: bool = False) -> None:
        """A later look at the table, at all of it or at a part."""
        self.rows = rows if whole or cut else {**self.rows, **rows}
        self.known, self.cut = True, cut
        self.whole = whole or (self.whole and not cut)


class Seen(dict[Any, Any]):
    """The first or the last sight of each. `again`: those that were seen more than once, `mixed`: not as the same."""

    def __init__(self, first: bool) -> None:
        self.again: set[Any] = set()
        self.mixed: set[Any] = set()
        self.forgotten = 0  # what memory has no room for
        self._first = first

    def put(self, key: Any, value: Any) -> None:
        """The next sight of one."""
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
    """What the records say that have been taken. Memory is for so many pairs, however long the log."""

    def __init__(self, first: bool = False) -> None:
        self.host: str | None = None
        self.time: str | None = None
        self.records = self.odd = self.count = 0
        self.lacks: list[str] = []  # what the log lacks
        self.results, self.choices, self.verdicts = Seen(first), Seen(first), Seen(first)
        self.interfaces, self.addresses, self.routes, self.rules = Table(), Table(), Table(), Table()
        self._first = first  # the first of everything counts, not the last
        self._known: dict[Any, Any] = {}

    @classmethod
    def last(cls, records: Iterable[Record]) -> State:
        """How things stood at the end."""
        state = cls()
        for record in records:
            state.take(record)
        return state

    @classmethod
    def both(cls, records: Iterable[Record]) -> tuple[State, State]:
        """How things were found at first, and how they stood at the end."""
        first, last = cls(first=True), cls()
        for record in records:
            first.take(record)
            last.take(record)
        return first, last

    def take(self, record: Record) -> None:
        """The next record."""
        self.records += 1
        take = _TAKE.get(record["type"])
        if take:
            try:
                take(self, record)
            except _NOT_UNDERSTOOD:
                self.odd += 1

    def session(self, record: Record) -> None:
        self.host = self.host or str(record["host"])
        self.time = self.time or str(record["time"])

    def connection(self, record: Record) -> None:
        destination, source = record["destination"], record.get("source")
        if record["outcome"] == "cancelled":
            return
        target = self._target(destination, record["protocol"])
        self._result(source and source["address"], target, record)
        if source and record["chosen_by"] == "kernel":
            self.choices.put(target, self._one(source["address"]))

    def verdict(self, record: Record) -> None:
        target = self._target(record["destination"], "tcp")
        for tried in record["sources"]:
            if tried["outcome"] != "cancelled":
                self._result(tried["address"], target, tried)
            if tried["chosen_by"] == "kernel" and tried["address"]:
                self.choices.put(target, self._one(tried["address"]))
        blames = f", said by {record['blames']}" if record.get("blames") else ""
        self.verdicts.put(target, self._one(f"{record['kind']}{blames}"))

    def look_at_interfaces(self, record: Record) -> None:
        if self._first and self.addresses.whole:
            return
        found = record["interfaces"]
        cut = bool(record.get("more"))
        # One interface alone is what was asked for by name.
        whole = not cut and (bool(record.get("automatic")) or "counters" in record or len(found) > 1)
        up = [link for link in found if "UP" in link["flags"]]
        self.interfaces.take({link["name"]: "up" for link in up}, whole, cut)
        addresses = {
            f"{link['name']} {each['address']}/{each['prefix_length']}": "there"
            for link in up
            for each in link["addresses"]
        }
        self.addresses.take(addresses, whole, cut)

    def look_at_routes(self, record: Record) -> None:
        if self._first and self.routes.known:
            return
        netstat = "neighbours" in record
        tables = {rule["table"] for rule in record["rules"]}
        others = [] if netstat else [row for row in record["others"] if row["table"] in tables.difference(_LOCAL)]
        cut = record["count"] > len(record["routes"]) or bool(record.get("more"))
        rows: dict[str, str] = {}
        for row in [*record["routes"], *others]:
            name, text = _route(row)
            rows[name] = f"{rows[name]}; {text}" if name in rows else text
        self.routes.take(rows, not cut, cut)
        if record["rules"]:
            rules = {f"{rule['family']} {rule['priority']}: {_rule(rule)}": "there" for rule in record["rules"]}
            self.rules.take(rules, True)

    def _target(self, destination: Record, protocol: str) -> Target:
        name = str(destination["address"] or destination["name"])
        return self._one(Target(name, int(destination["port"]), self._one(str(protocol))))

    def _result(self, source: str | None, target: Target, seen: Record) -> None:
        result = Result(str(seen["outcome"]), _said(seen), _way(seen.get("route")))
        self.count += 1
        self.results.put(Pair(source and self._one(str(source)), target), self._one(result))

    def _one(self, value: _T) -> _T:
        """The value, of which there is one however often it occurs."""
        if len(self._known) >= MOST_PAIRS:
            self._known.clear()
        return cast("_T", self._known.setdefault(value, value))


_TAKE = {
    "session": State.session,
    "connection": State.connection,
    "verdict": State.verdict,
    "interfaces": State.look_at_interfaces,
    "routes": State.look_at_routes,
}


def _said(seen: Record) -> str:
    if icmp := seen.get("icmp"):
        return f"ICMP {icmp['type']}/{icmp['code']} from {icmp['from']}"
    if seen.get("rst"):
        return "a RST"
    syn = seen.get("syn")
    return str(syn) if syn and syn != "lost" else ""


def _way(route: Record | None) -> str | None:
    if not route or not route.get("interface"):
        return None
    return (
        f"via {route['gateway']} on {route['interface']}"
        if route.get("gateway")
        else f"on the link {route['interface']}"
    )


def _route(row: Record) -> tuple[str, str]:
    """What names a row, and where it leads."""
    six = " (IPv6)" if ":" in row["destination"] else ""
    name = f"{row['destination']}/{row['prefix_length']}" if row["prefix_length"] else f"default{six}"
    table = f" table {row['table']}" if row["table"] != 254 else ""
    metric = f" metric {row['metric']}" if row["metric"] else ""
    hops = [_way(hop) or "nowhere" for hop in row["hops"]] or [row["kind"]]
    source = f", source {row['source']}" if row["source"] else ""
    return f"{name}{table}{metric}", f"{' and '.join(hops)}{source}"


def _rule(rule: Record) -> str:
    source = f"from {rule['source'] or 'all'}"
    to = f" to {rule['destination']}" if rule["destination"] else ""
    table = f" {rule['table']}" if rule["table"] is not None else ""
    return " ".join([source + to, *rule["selectors"], rule["action"] + table])
