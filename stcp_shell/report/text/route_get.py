"""`route get` as text: the way, the source address and why that one, and whether the kernel says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ...facts import Way
from ...findings import RouteFound
from ...kernel import Rule
from .connection import way_text
from .escape import visible
from .stcp_tables import TABLES, rule_text


def lookup_lines(found: RouteFound, paint: Callable[[str, str], str]) -> Iterator[str]:
    """The lines of a result: a head, and what is known below it."""
    role = "good" if found.source else "bad"
    yield f"{visible(found.name)}: {paint(role, visible(headline(found)))}"
    for label, text in details(found):
        yield visible(f"  {label:<12} {text}")


def details(found: RouteFound) -> list[tuple[str, str]]:
    """Label and text of each line below the head."""
    rows = [("destination", _destination(found))] if _destination(found) else []
    rows += [("source", _source(found)), ("why", found.why)]
    if found.way is not None and found.errno is None:
        rows.append(("route", _route(found.way, found.prefix)))
    if found.rules or (found.way is not None and found.errno is None):
        rows.append(("rule", _rule(found.rules)))
    rows.append(("check", _check(found)))
    if found.second:
        second = found.second
        way = f"refused ({second.errno})" if second.errno else _route(second.way, second.prefix)
        rows.append(("packets", f"{way}: connect(2) looks again with the source that it chose"))
        rows.append(("their rule", _rule(second.rules)))
    return rows + [("note", note) for note in found.notes]


def headline(found: RouteFound) -> str:
    """The source and the way in one line."""
    if found.source is None:
        return f"no source address{f' ({code})' if (code := found.errno or found.connect_errno) else ''}"
    way = found.second.way if found.second else found.way
    return f"from {found.source}{f', {way_text(way)}' if way else ''}"


def _destination(found: RouteFound) -> str:
    port = f" port {found.destination.port}" if found.destination.port else ""
    others = f"; not looked at: {', '.join(found.others)}" if found.others else ""
    if found.name == found.destination.address and not port and not others:
        return ""
    return f"{found.destination.address}{port}{others}"


def _source(found: RouteFound) -> str:
    if found.source is None:
        return "none"
    return f"{found.source}, {'as asked for' if found.asked else 'chosen by the kernel'}"


def _route(way: Way, prefix: str | None) -> str:
    if prefix is None:
        return way_text(way)
    kind = f"{way.kind} " if way.kind not in ("unicast", "local") else ""
    return f"{kind}{prefix} {way_text(way._replace(kind='local' if way.kind == 'local' else 'unicast'))}{_table(way)}"


def _table(way: Way) -> str:
    return f", table {TABLES.get(way.table, way.table)}" if way.table else ""


def _rule(rules: Sequence[Rule]) -> str:
    """The rule that decides, or those of which one does."""
    if not rules:
        return "not known"
    words = [f"{rule.priority}: {rule_text(rule)}" for rule in rules]
    return words[0] if len(words) == 1 else f"one of these, it is not known which: {'; '.join(words)}"


def _check(found: RouteFound) -> str:
    """How far the kernel bears it out."""
    answers = []
    if found.way is not None and (found.errno or not found.asked):
        answers.append(f"RTM_GETROUTE {found.errno or found.kernel or 'names no source'}")
    if found.connect or found.connect_errno:
        answers.append(f"connect(2) of a UDP socket {found.connect or found.connect_errno}")
    agrees = {True: "the kernel agrees: ", False: "the kernel does not agree: ", None: ""}[found.agrees]
    return f"{agrees}{', '.join(answers)}" if answers else "none, see the note"
