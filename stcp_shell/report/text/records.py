"""Any record of a session log as lines of text in a report: 80 columns, no escape codes, whatever a record holds.

Records without a writer here are shown as on the screen, folded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ...model.checks import CommandFailed, Expectation
from ...model.comparison import Comparison
from ...model.connection import Connection
from ...model.diagnosis import Verdict
from ...model.entry import Entry
from ...model.route_get import RouteFound
from ...model.session import CommandGiven, Note, SessionBegun, SessionEnd
from ...model.tables import Counted, Interfaces, Routes
from ...model.trace import Traces
from ..lookup import questions
from ..moments import ended, left, written
from . import brief_tables, netstat, route_get, traceroute
from .attempts import attempt_lines
from .comparison import comparison_lines
from .connection import details, headline
from .diagnosis import effort, points, reading
from .escape import visible, visible_lines
from .lines import lines
from .stcp_tables import ifconfig_lines, route_lines
from .words import PLAIN, WIDTH, View, fold

MOST_BRIEFLY = 20  # lines for interfaces or routes that were read automatically
_INDENT = " " * 10


def record_lines(entry: Entry) -> list[str]:
    """Return the lines of a record; none if its type is unknown."""
    if entry.problem:
        return visible_lines(list(fold(visible(not_understood(entry)), f"{entry.clock}  ", _INDENT)))
    if entry.record is None:
        return []
    write = WRITERS.get(type(entry.record), _as_on_the_screen)
    return visible_lines(list(write(entry.record, entry)))


def not_understood(entry: Entry) -> str:
    """Return the remark on a malformed record."""
    return f"({entry.type} record not understood: {entry.problem})"


def is_typed(record: CommandGiven) -> bool:
    """Return whether a command was typed, here or after -c: then its origin need not be shown."""
    return record.origin == "typed" or record.origin.startswith("-c:")


def _as_on_the_screen(record: Any, entry: Entry) -> Iterator[str]:
    for line in lines(record, View(width=WIDTH - len(_INDENT))):
        yield from fold(line.strip(), _INDENT + " " * (len(line) - len(line.lstrip())), _INDENT + "  ")


def _labelled(head: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from fold(visible(head), _INDENT, _INDENT + "  ")
    for label, text in rows:
        yield from fold(visible(text), f"{_INDENT}  {label:<12} ", _INDENT + " " * 15)


def _session(record: SessionBegun, entry: Entry) -> Iterator[str]:
    yield f"Session log of stcp-shell {visible(record.version)}"
    yield ""
    yield f"{'host':<10}{visible(record.host)} ({visible(record.system)})"
    yield f"{'started':<10}{visible(entry.second)} UTC"
    yield from fold(visible(" ".join(["stcp-shell", *record.arguments])), f"{'run as':<10}", _INDENT)
    yield ""


def _command(record: CommandGiven, entry: Entry) -> Iterator[str]:
    origin = "" if is_typed(record) else f"  ({visible(record.origin)})"
    yield from fold(visible(record.text) + origin, f"{entry.clock}  ", _INDENT)


def _connection(record: Connection, entry: Entry) -> Iterator[str]:
    rows = details(record)
    if rows:
        rows.append(("time", f"sent {written(left(entry, record))}, ended {ended(entry, record)[11:23]} UTC"))
    yield from _labelled(f"socket {record.socket}: {headline(record)}", rows)


def _failed(record: CommandFailed, entry: Entry) -> Iterator[str]:
    yield from fold(f"failed: {visible(record.error)}", _INDENT, _INDENT + "  ")


def _traces(record: Traces, entry: Entry) -> Iterator[str]:
    yield from fold(visible(traceroute.headline(record)), _INDENT, _INDENT + "  ")
    yield from (_INDENT + line for line in traceroute.table(record, WIDTH - len(_INDENT)))
    for _, text in traceroute.remarks(record):
        yield from fold(visible(text), _INDENT + "  ", _INDENT + "    ")


def _interfaces(record: Interfaces, entry: Entry) -> Iterator[str]:
    if record.automatic:
        yield from _briefly("interfaces", brief_tables.interface_lines(record), record.more)
        return
    yield ""
    yield from ifconfig_lines(record.interfaces, record.host, entry.clock)
    yield ""


def _route_found(record: RouteFound, entry: Entry) -> Iterator[str]:
    yield from _labelled(f"{record.destination.name}: {route_get.headline(record)}", route_get.details(record))


def _routes(record: Routes, entry: Entry) -> Iterator[str]:
    if record.automatic:
        yield from _briefly("routes", brief_tables.route_lines(record), record.more)
        return
    yield ""
    if record.neighbours is None:
        yield from route_lines(record.defaults, record.routes, entry.clock, record.others, record.rules)
    else:
        yield from netstat.recorded_route_lines(record)
    yield from _left_out("routes", record.total - len(record.routes))
    yield from _left_out("routes", record.others_total - len(record.others))
    yield from _left_out("neighbours", record.neighbours_total - len(record.neighbours or ()))
    if record.more:
        yield "(these are the first rows of longer tables)"
    yield ""


def _counted(record: Counted, entry: Entry) -> Iterator[str]:
    for what, number in (("routes", record.routes + record.others), ("neighbours", record.neighbours)):
        for line in _left_out(what, number):
            yield _INDENT + line


def _briefly(what: str, texts: Iterable[str], more: bool) -> Iterator[str]:
    """Yield what the session read automatically, in fewer lines than the command itself shows."""
    yield f"{_INDENT}{what} at that time:"
    for number, line in enumerate(texts):
        if number == MOST_BRIEFLY:
            more = True
            break
        yield from fold(visible(line), _INDENT + "  ", _INDENT + "    ")
    if more:
        yield f"{_INDENT}  (and more)"


def _left_out(what: str, number: int) -> Iterator[str]:
    """Yield a remark on the rows of a long table that are not in the log."""
    if number > 0:
        yield f"({number} more {what} are not in the log)"


def _verdict(record: Verdict, entry: Entry) -> Iterator[str]:
    head = f"verdict for {visible(record.destination.spoken)}: {record.kind}: {visible(record.summary)}"
    yield from fold(head, _INDENT, _INDENT + "  ")
    asked = ("questions", questions(record))
    tried = ("attempts", attempt_lines(record))
    figures = ("counters and settings of this host", map(reading, record.readings))
    yield from points(record, _INDENT + "  ", (figures, asked, tried))
    if record.most_syns:
        yield from fold(effort(record), _INDENT + "  ")


def _comparison(record: Comparison, entry: Entry) -> Iterator[str]:
    yield from comparison_lines(record, PLAIN, _INDENT)


def _expectation(record: Expectation, entry: Entry) -> Iterator[str]:
    if record.met:
        yield from fold(f"as expected: {visible(record.expected)}", _INDENT, _INDENT + "  ")
        return
    miss = f"MISS: expected {visible(record.expected)}; seen {visible(record.seen)}"
    yield from fold(miss, _INDENT, _INDENT + "  ")


def _note(record: Note, entry: Entry) -> Iterator[str]:
    yield from fold(visible(record.text), f"{entry.clock}  note: ", _INDENT + "  ")


def _end(record: SessionEnd, entry: Entry) -> Iterator[str]:
    yield f"{entry.clock}  end: {visible(record.reason)}"


WRITERS: dict[type, Callable[[Any, Entry], Iterator[str]]] = {
    SessionBegun: _session,
    CommandGiven: _command,
    CommandFailed: _failed,
    Connection: _connection,
    Interfaces: _interfaces,
    Routes: _routes,
    Counted: _counted,
    RouteFound: _route_found,
    Expectation: _expectation,
    Note: _note,
    Verdict: _verdict,
    Traces: _traces,
    Comparison: _comparison,
    SessionEnd: _end,
}
