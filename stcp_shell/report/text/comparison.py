"""Lines of text for the comparison of two logs."""

from collections.abc import Iterator
from itertools import groupby

from ...model.comparison import Change, Comparison, Side
from .escape import visible
from .words import PLAIN, View, fold, role_of, role_of_severity

_TITLES = {
    "connection": "connections",
    "choice": "source addresses that the kernel chooses",
    "verdict": "verdicts",
    "interface": "interfaces",
    "address": "addresses",
    "route": "routes",
    "rule": "policy rules",
}


def comparison_lines(value: Comparison, view: View = PLAIN, indent: str = "") -> Iterator[str]:
    """Yield what is compared, what has changed, and how much has not."""
    hanging = f"{indent}  "
    yield from fold(visible(_side(value.old)), f"{indent}before  ", f"{hanging}      ")
    yield from fold(visible(_side(value.new)), f"{indent}after   ", f"{hanging}      ")
    for what, changes in groupby(value.changes, lambda change: change.what):
        yield f"{indent}{_TITLES.get(what, visible(what))}:"
        for change in changes:
            yield from _change(change, view, hanging)
    if value.left_out:
        yield f"{indent}and {value.left_out} more changes"
    if not value.changes:
        yield f"{indent}no change was found"
    if same := [f"{_TITLES.get(each.what, each.what)} {each.number}" for each in value.unchanged]:
        yield from fold(visible(f"unchanged: {', '.join(same)}"), indent, hanging)
    for remark in value.remarks:
        yield from fold(visible(f"({remark})"), indent, hanging)


def _side(side: Side) -> str:
    where = [side.host] if side.host else []
    if not side.time:  # the tables of a loaded host
        return ", ".join([side.name, *where])
    when = side.time[:19].replace("T", " ") + " UTC"
    return ", ".join([side.name, *where, when, f"connections tried: {side.connections}"])


def _change(change: Change, view: View, indent: str) -> Iterator[str]:
    if change.before is None:
        tail = f"new, {change.after}" if change.after != "there" else "new"
    elif change.after is None:
        gone = "not tried again" if change.what == "connection" else "gone"
        tail = f"{gone} (was {change.before})" if change.before != "there" else gone
    else:
        tail = f"{change.before} => {change.after}"
    outcome = (change.after or "").partition(",")[0]
    role = role_of(outcome) if change.what == "connection" else role_of_severity(change.severity)
    for line in fold(visible(f"{change.subject}: {tail}"), indent, f"{indent}  "):
        yield view.paint(role, line) if change.after is not None else line
