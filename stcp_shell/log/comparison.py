"""Compares two session logs, or the start and the end of one.

Connections are matched by source, destination, port and protocol, and compared by their last result. Nothing is
reported about what a log does not contain: a route is gone only if the later log has the whole table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..model.comparison import Change, Comparison, Side, Unchanged
from ..model.entry import Entry
from .state import Result, State, Table, Target

MOST_CHANGES = 1000  # further changes are only counted


def repeated(entries: Iterable[Entry]) -> Comparison:
    """Compare the first and the last value in one log, of everything that occurs more than once."""
    first, last = State.both(entries)
    for early, late in ((first.results, last.results), (first.choices, last.choices), (first.verdicts, last.verdicts)):
        for key in [key for key in late if key not in late.again]:
            del early[key], late[key]
        late.mixed.clear()  # the changes themselves show this
        early.mixed.clear()
    found = compared(("first in this session", first), ("last in this session", last))
    if last.results or last.choices or last.verdicts:
        return found
    return found._replace(remarks=(*found.remarks, "no test was repeated in this session: repeat one, or name a log"))


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
    """Yield each kind of change with its changes; None stands for an object that is unchanged."""
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
            rerouted = None not in (before.next_hop, after.next_hop) and before.next_hop != after.next_hop
            same = not rerouted and (before.outcome, before.said) == (after.outcome, after.said)
            yield None if same else Change("", str(pair), _text(before, rerouted), _text(after, rerouted))
        else:
            yield Change("", str(pair), before and _text(before, True), after and _text(after, True))


def _text(result: Result, with_hop: bool) -> str:
    words = (result.outcome, result.said, result.next_hop if with_hop else None)
    return ", ".join(filter(None, words))


def _both(old: Mapping[Target, str], new: Mapping[Target, str]) -> Iterator[Change | None]:
    """Compare what both sides have: what only one side has was not tried on the other."""
    for target in old:
        if target in new:
            same = old[target] == new[target]
            yield None if same else Change("", str(target), old[target], new[target])


def _judged(change: Change, new: State) -> Change:
    kind = (change.after or "").partition(",")[0]
    return change._replace(severity=new.severities.get(kind, "bad"))


def _table(old: Table, new: Table) -> Iterator[Change | None]:
    """Compare rows; a row that one side does not have is reported only if that side has the whole table."""
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
        yield f"the logs are from different hosts: {before.host} and {after.host}"
    for name, state in (old, new):
        if not state.records:
            yield f"{name}: the log has no records"
            continue
        missing = [
            what for what, table in (("interfaces", state.addresses), ("routes", state.routes)) if not table.known
        ]
        if missing:
            yield f"{name}: it does not hold the {' and '.join(missing)}"
        if cut := [what for what, table in (("interfaces", state.addresses), ("routes", state.routes)) if table.cut]:
            yield f"{name}: only the first rows of long tables ({' and '.join(cut)}) are in the log and compared"
        yield from (f"{name}: {lack}" for lack in state.lacks)
        if state.not_understood:
            yield f"{name}: {state.not_understood} records are not understood"
        if forgotten := state.results.forgotten:
            yield f"{name}: {forgotten} results are left out: the log has too many pairs of source and destination"
        if mixed := len(state.results.mixed.intersection(state.results)):
            yield f"{name}: {mixed} of the pairs of source and destination had different results; the last is compared"
