"""What is different between two session logs, or between the beginning and the end of one.

Connections are compared by source, destination, port and protocol, and by their last result. Of what a log does not
tell nothing is said: a route is gone where the later log has the whole table, and not where it has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..model.comparison import Change, Comparison, Side, Unchanged
from ..model.entry import Entry
from .state import Result, State, Table, Target

MOST_CHANGES = 1000  # the rest is counted


def repeated(entries: Iterable[Entry]) -> Comparison:
    """Compare what was seen first and what was seen last in one log, of what was seen more than once."""
    first, last = State.both(entries)
    for early, late in ((first.results, last.results), (first.choices, last.choices), (first.verdicts, last.verdicts)):
        for key in [key for key in late if key not in late.again]:
            del early[key], late[key]
        late.mixed.clear()  # that is what the changes are
        early.mixed.clear()
    return compared(("first in this session", first), ("last in this session", last))


def compared(old: tuple[str, State], new: tuple[str, State]) -> Comparison:
    """Compare two states, each given with the name of its log."""
    (old_name, before), (new_name, after) = old, new
    changes: list[Change] = []
    unchanged: list[Unchanged] = []
    left_out = 0
    for what, found in _kinds(before, after):
        same = 0
        for change in found:
            if change is None:
                same += 1
            elif len(changes) < MOST_CHANGES:
                changes.append(change._replace(what=what))
            else:
                left_out += 1
        if same:
            unchanged.append(Unchanged(what, same))
    return Comparison(
        Side(old_name, before.host, before.time, before.count),
        Side(new_name, after.host, after.time, after.count),
        tuple(changes),
        left_out,
        tuple(unchanged),
        tuple(_remarks(old, new)),
    )


def _kinds(old: State, new: State) -> Iterator[tuple[str, Iterator[Change | None]]]:
    """Each kind of change with what there is of it; None for what is the same."""
    yield "connection", _connections(old, new)
    yield "choice", _both(old.choices, new.choices)
    yield "verdict", (change and _judged(change, new) for change in _both(old.verdicts, new.verdicts))
    yield "interface", _table(old.interfaces, new.interfaces)
    yield "address", _table(old.addresses, new.addresses)
    yield "route", _table(old.routes, new.routes)
    yield "rule", _table(old.rules, new.rules)


def _connections(old: State, new: State) -> Iterator[Change | None]:
    for pair in _order(old.results, new.results):
        before, after = old.results.get(pair), new.results.get(pair)
        if before and after:
            ways = None not in (before.way, after.way) and before.way != after.way
            same = not ways and (before.outcome, before.said) == (after.outcome, after.said)
            yield None if same else Change("", str(pair), _text(before, ways), _text(after, ways))
        else:
            yield Change("", str(pair), before and _text(before, True), after and _text(after, True))


def _text(result: Result, way: bool) -> str:
    words = [result.outcome, *([result.said] if result.said else []), *([result.way] if way and result.way else [])]
    return ", ".join(words)


def _both(old: Mapping[Target, str], new: Mapping[Target, str]) -> Iterator[Change | None]:
    """What only one side has was not tried on the other."""
    for target in old:
        if target in new:
            same = old[target] == new[target]
            yield None if same else Change("", str(target), old[target], new[target])


def _judged(change: Change, new: State) -> Change:
    kind = (change.after or "").partition(",")[0]
    return change._replace(severity=new.severities.get(kind, "bad"))


def _table(old: Table, new: Table) -> Iterator[Change | None]:
    """Rows that differ; one that a side does not have is missed where that side has the whole table."""
    for key in _order(old.rows, new.rows):
        before, after = old.rows.get(key), new.rows.get(key)
        if before == after:
            yield None
        elif (before is not None or old.whole) and (after is not None or new.whole):
            yield Change("", key, before, after)


def _order(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Iterator[Any]:
    yield from old
    yield from (key for key in new if key not in old)


def _remarks(old: tuple[str, State], new: tuple[str, State]) -> Iterator[str]:
    (_, before), (_, after) = old, new
    if before.host and after.host and before.host != after.host:
        yield f"they are of two hosts, {before.host} and {after.host}"
    for name, state in (old, new):
        if not state.records:
            yield f"{name}: it holds no record"
            continue
        missing = [
            what for what, table in (("interfaces", state.addresses), ("routes", state.routes)) if not table.known
        ]
        if missing:
            yield f"{name}: it does not tell the {' and '.join(missing)}"
        if cut := [what for what, table in (("interfaces", state.addresses), ("routes", state.routes)) if table.cut]:
            yield f"{name}: of long tables it has the first rows ({' and '.join(cut)}): what is behind is not compared"
        yield from (f"{name}: {lack}" for lack in state.lacks)
        if state.not_understood:
            yield f"{name}: {state.not_understood} records are not understood"
        if forgotten := state.results.forgotten:
            yield f"{name}: {forgotten} results are left out, for they are of more pairs than are kept"
        if mixed := len(state.results.mixed.intersection(state.results)):
            yield f"{name}: {mixed} of the pairs had more than one kind of result; the last is compared"
