"""`route get` as text: the route, the source address and its reason, and whether the kernel agrees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...model.connection import ResolvedRoute
from ...model.route_get import RouteFound
from ...model.tables import Rule, table_name
from .connection import route_text
from .escape import visible
from .words import View


def route_get_lines(found: RouteFound, view: View) -> Iterator[str]:
    """Yield the lines of a result: a headline, and the details below it."""
    role = "good" if found.source else "bad"
    yield f"{visible(found.destination.name)}: {view.paint(role, visible(headline(found)))}"
    for label, text in details(found):
        yield visible(f"  {label:<12} {text}")


def details(found: RouteFound) -> list[tuple[str, str]]:
    """Return the label and the text of each line below the headline."""
    rows = [("destination", _destination(found))] if _destination(found) else []
    rows += [("source", _source(found)), ("why", found.why)]
    if found.route is not None and found.errno is None:
        rows.append(("route", _route(found.route, found.prefix)))
    if found.rules or (found.route is not None and found.errno is None):
        rows.append(("rule", _rule(found.rules)))
    rows.append(("check", _check(found)))
    if found.second:
        second = found.second
        route = f"rejected ({second.errno})" if second.errno else _route(second.route, second.prefix)
        rows.append(("packets", f"{route}: connect(2) looks up the route again, with the source address that it chose"))
        rows.append(("packet rule", _rule(second.rules)))
    return rows + [("note", note) for note in found.notes]


def headline(found: RouteFound) -> str:
    """Return the source and the route in one line."""
    if found.source is None:
        return f"no source address{f' ({code})' if (code := found.errno or found.connect.errno) else ''}"
    route = found.second.route if found.second else found.route
    return f"from {found.source}{f', {route_text(route)}' if route else ''}"


def _destination(found: RouteFound) -> str:
    to = found.destination
    port = f" port {to.port}" if to.port else ""
    others = f"; not looked at: {', '.join(found.others)}" if found.others else ""
    if to.name == to.address and not port and not others:
        return ""
    return f"{to.address}{port}{others}"


def _source(found: RouteFound) -> str:
    if found.source is None:
        return "none"
    return f"{found.source}, {'as asked for' if found.asked else 'chosen by the kernel'}"


def _route(route: ResolvedRoute, prefix: str | None) -> str:
    if prefix is None:
        return route_text(route)
    kind = f"{route.kind} " if route.kind not in ("unicast", "local") else ""
    hop = route._replace(kind="local" if route.kind == "local" else "unicast")
    return f"{kind}{prefix} {route_text(hop)}{_table(route)}"


def _table(route: ResolvedRoute) -> str:
    return f", table {table_name(route.table)}" if route.table else ""


def _rule(rules: Sequence[Rule]) -> str:
    """Return the rule that decides, or those of which one decides."""
    if not rules:
        return "not known"
    words = [f"{rule.priority}: {rule}" for rule in rules]
    return words[0] if len(words) == 1 else f"one of these (not known which): {'; '.join(words)}"


def _check(found: RouteFound) -> str:
    """Return the kernel's answers, and whether they agree."""
    answers = []
    if found.route is not None and (found.errno or not found.asked):
        answers.append(f"RTM_GETROUTE {found.errno or found.kernel or 'reports no source'}")
    if found.connect.source or found.connect.errno:
        answers.append(f"connect(2) of a UDP socket {found.connect.source or found.connect.errno}")
    agrees = {True: "the kernel agrees: ", False: "the kernel does not agree: ", None: ""}[found.agrees]
    return f"{agrees}{', '.join(answers)}" if answers else "none, see the note"
