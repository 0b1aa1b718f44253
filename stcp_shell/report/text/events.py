"""Records of a session log as lines of text: 80 columns, no escape codes, whatever a record holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ...log.reader import fact
from .. import recall
from . import brief_tables
from .connection import details, headline
from .escape import visible, visible_lines
from .results import RENDERERS
from .stcp_tables import ifconfig_lines, route_lines
from .words import WIDTH, fold, plain

MOST_BRIEFLY = 20  # lines for interfaces or routes that nobody asked for
_INDENT = " " * 10
Record = dict[str, Any]
# What a record that another program made, or somebody by hand, can raise in who reads it.
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RuntimeError)


def event_lines(record: Record) -> list[str]:
    """The lines of a record; none of one of an unknown type. Raises one of MALFORMED."""
    write = _WRITERS.get(record["type"])
    return visible_lines(list(write(record))) if write else []


def known(kind: str) -> bool:
    """Whether this version knows records of that type."""
    return kind in _WRITERS


def clock(record: Record) -> str:
    """The time of day of a record."""
    return str(record.get("time", ""))[11:19] or "--:--:--"


def _session(record: Record) -> Iterator[str]:
    yield f"Session log of stcp-shell {visible(str(record['version']))}"
    yield ""
    yield f"{'host':<10}{visible(record['host'])} ({visible(record['system'])})"
    yield f"{'started':<10}{visible(str(record['time'])[:19].replace('T', ' '))} UTC"
    arguments = " ".join(["stcp-shell", *record["arguments"]])
    yield from fold(visible(arguments), f"{'run as':<10}", _INDENT)
    yield ""


def _command(record: Record) -> Iterator[str]:
    typed = record["from"] == "typed" or record["from"].startswith("-c:")
    origin = "" if typed else f"  ({visible(record['from'])})"
    yield from fold(visible(record["text"]) + origin, f"{clock(record)}  ", _INDENT)


def _connection(record: Record) -> Iterator[str]:
    found = recall.connection(record)
    yield from fold(f"socket {found.socket}: {visible(headline(found))}", _INDENT, _INDENT + "  ")
    for label, text in details(found):
        yield from fold(visible(text), f"{_INDENT}  {label:<12} ", _INDENT + " " * 15)


def _result(record: Record) -> Iterator[str]:
    if record.get("error"):
        yield from fold(f"failed: {visible(record['error'])}", _INDENT, _INDENT + "  ")
        return
    kind = next(k for k in RENDERERS if k.__name__.lower() == record["result"])
    for line in RENDERERS[kind](fact(kind, record["value"]), plain):
        yield from fold(line.strip(), _INDENT + " " * (len(line) - len(line.lstrip())), _INDENT + "  ")


def _trace(record: Record) -> Iterator[str]:
    from .traceroute import headline as target  # late: it takes `fold` from here
    from .traceroute import remarks, table

    found = recall.traces(record)
    yield from fold(visible(target(found)), _INDENT, _INDENT + "  ")
    yield from (_INDENT + line for line in table(found, WIDTH - len(_INDENT)))
    for _, text in remarks(found):
        yield from fold(visible(text), _INDENT + "  ", _INDENT + "    ")


def _interfaces(record: Record) -> Iterator[str]:
    if record.get("automatic"):
        yield from _briefly("interfaces", brief_tables.interface_lines(record), bool(record["more"]))
        return
    yield ""
    yield from ifconfig_lines(recall.interfaces(record), record["host"], clock(record))
    yield ""


def _route_found(record: Record) -> Iterator[str]:
    from ...log.lookups import route_from  # late: few logs have one
    from .route_get import details as found_details
    from .route_get import headline as found_headline

    found = route_from(record)
    yield from fold(visible(f"{found.name}: {found_headline(found)}"), _INDENT, _INDENT + "  ")
    for label, text in found_details(found):
        yield from fold(visible(text), f"{_INDENT}  {label:<12} ", _INDENT + " " * 15)


def _routes(record: Record) -> Iterator[str]:
    if "neighbours" in record:  # it was netstat's view
        yield from _bsd_routes(record)
        return
    if record.get("automatic"):
        yield from _briefly("routes", brief_tables.route_lines(record), bool(record["more"]))
        return
    lines = route_lines(
        recall.routes(record["defaults"]),
        recall.routes(record["routes"]),
        clock(record),
        recall.routes(record["others"]),
        recall.rules(record["rules"]),
    )
    yield ""
    yield from lines
    yield from _left_out(record, routes="count", others="others_count")
    yield ""


def _bsd_routes(record: Record) -> Iterator[str]:
    from ...log.lookups import blocks_from, links_from
    from .netstat import route_lines as bsd_lines

    yield ""
    yield from bsd_lines(blocks_from(record), links_from(record))
    yield from _left_out(record, routes="count", others="others_count", neighbours="neighbours_count")
    yield ""


def _briefly(what: str, lines: Iterable[str], more: bool) -> Iterator[str]:
    """What the session has looked at by itself, in fewer lines than who asks for it gets."""
    yield f"{_INDENT}{what} at that time:"
    for number, line in enumerate(lines):
        if number == MOST_BRIEFLY:
            more = True
            break
        yield from fold(visible(line), _INDENT + "  ", _INDENT + "    ")
    if more:
        yield f"{_INDENT}  (and more)"


def _left_out(record: Record, **counts: str) -> Iterator[str]:
    """What the log does not have of long tables."""
    for rows, count in counts.items():
        if record[count] > len(record[rows]):
            what = "neighbours" if rows == "neighbours" else "routes"
            yield f"({record[count] - len(record[rows])} more {what} are not in the log)"


def _verdict(record: Record) -> Iterator[str]:
    target = record["destination"]
    head = (
        f"verdict for {visible(target['name'])} port {target['port']}: {record['kind']}: {visible(record['summary'])}"
    )
    yield from fold(head, _INDENT, _INDENT + "  ")
    yield from points(record["evidence"], record["remedies"], _INDENT + "  ")


def points(evidence: Iterable[str], remedies: Iterable[str], indent: str) -> Iterator[str]:
    """Evidence and remedies of a verdict; a command to copy (it begins with spaces) stays on one line."""
    for title, texts in (("evidence", list(evidence)), ("remedies", list(remedies))):
        if texts:
            yield f"{indent}{title}:"
        for text in texts:
            safe = visible(text)
            if safe.startswith("  "):
                yield f"{indent}  {safe}"
            else:
                yield from fold(safe, f"{indent}- ", f"{indent}  ")


def _comparison(record: Record) -> Iterator[str]:
    from ...log.table_entries import comparison_from  # late: few logs have one
    from .comparison import comparison_lines

    yield from comparison_lines(comparison_from(record), plain, _INDENT)


def _expectation(record: Record) -> Iterator[str]:
    if record["met"]:
        yield from fold(f"as expected: {visible(record['expected'])}", _INDENT, _INDENT + "  ")
        return
    miss = f"MISS: expected {visible(record['expected'])}; seen {visible(record['seen'])}"
    yield from fold(miss, _INDENT, _INDENT + "  ")


def _note(record: Record) -> Iterator[str]:
    yield from fold(visible(record["text"]), f"{clock(record)}  note: ", _INDENT + "  ")


def _end(record: Record) -> Iterator[str]:
    yield f"{clock(record)}  end: {visible(record['reason'])}"


_WRITERS: dict[str, Callable[[Record], Iterator[str]]] = {
    "session": _session,
    "command": _command,
    "connection": _connection,
    "result": _result,
    "interfaces": _interfaces,
    "routes": _routes,
    "route": _route_found,
    "expectation": _expectation,
    "note": _note,
    "verdict": _verdict,
    "trace": _trace,
    "comparison": _comparison,
    "end": _end,
}
