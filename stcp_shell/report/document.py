"""A log as sections of blocks, the most important first: the content of Markdown and HTML, written once for both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..language.transcript import AGAIN
from ..model.callback import Observed
from ..model.connection import Connection
from ..model.diagnosis import Verdict
from ..model.entry import Entry
from ..model.session import CommandGiven, Note, SessionBegun, SessionEnd
from ..model.tables import Interfaces, Routes
from ..model.trace import Traces
from .blocks import (
    Block,
    Cell,
    Course,
    Event,
    Heading,
    Instruction,
    Items,
    Picture,
    Table,
    Verbatim,
)
from .both_ends import HEADINGS as BOTH_ENDS
from .excerpt import Gap
from .moments import ended, left, written
from .overview import Overview
from .picture.scene import Scene
from .replay import command_line
from .text import brief_tables
from .text.callback import HEADINGS as WATCHED
from .text.callback import cells
from .text.connection import evidence_lines, headline, role, route_text
from .text.records import is_typed, not_understood, record_lines
from .text.words import duration, role_of
from .verdict_blocks import MOST_ROWS, verdicts

MOST_LOOKS = 4  # interface or route tables from different times
SUMMARY = ("Source address", "Chosen by", "Destination", "Outcome", "Count", "First SYN (UTC)", "Last SYN (UTC)")
CONNECTIONS = ("SYN sent (UTC)", "Outcome", "Source", "Bound to", "Next hop", "Destination", "Took, ended", "Evidence")
_ELSEWHERE = {
    Interfaces: "interfaces: see their table",
    Routes: "routes: see their table",
    Traces: "paths: see the section Paths",
}


def facts(overview: Overview) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each fact about the log: host, program, times, arguments."""
    begun = overview.begun
    first, last = (entry.second if entry else "" for entry in (overview.first, overview.last))
    yield "Host", begun.host if begun else "not known: the log does not begin with a session"
    yield "System", begun.system if begun else "not known"
    yield "Program", f"stcp-shell {begun.version if begun else 'of an unknown version'}"
    yield "From", f"{first} UTC" if first else "not known"
    ended = overview.records(SessionEnd)
    how = f" ({ended[-1].reason})" if ended else " (no end: killed, or still running)"
    if overview.problems.live:
        how = " (the session was still running)"
    yield "Until" if overview.problems.live else "To", f"{last} UTC{how}" if last else "not known"
    if begun:
        yield "Run as", " ".join(["stcp-shell", *begun.arguments])
    if (sessions := overview.count(SessionBegun)) > 1:
        yield "Sessions", f"{sessions} in this log; the host and the arguments are those of the first"


def sections(overview: Overview) -> Iterator[Block]:
    """Yield the sections, one block after the other."""
    yield from verdicts(overview.records(Verdict))
    scene = Scene(overview)
    if scene.targets:
        yield Picture(scene)
    yield from _watched(overview)
    yield from _both_ends(overview)
    yield from _connections(overview)
    yield from _paths(overview)
    yield from _remarks("Notes", [f"{entry.clock} {entry.record.text}" for entry in overview.entries(Note)])
    failed = [f"{entry.clock} {entry.record.error}" for entry in overview.failed]
    yield from _remarks("Commands that failed", failed)
    yield from _host(overview)
    yield Heading("Course of the session")
    yield Course(_events(overview))
    if script := overview.summary.replay():
        yield Heading(AGAIN)
        yield Instruction("session.stcp", command_line(overview.begun, "session.stcp"))
        yield Verbatim(script, language="stcp")
    yield from _remarks("What this report leaves out", _left_out(overview))


def _remarks(title: str, texts: Sequence[str]) -> Iterator[Block]:
    if texts:
        yield Heading(title)
        yield Items(texts)


def _both_ends(overview: Overview) -> Iterator[Block]:
    rows = list(overview.summary.ends.rows())
    if rows:
        more = len(rows) - MOST_ROWS
        yield Heading("As both ends saw it")
        yield Table(
            BOTH_ENDS,
            [[Cell(text) for text in row] for row in rows[:MOST_ROWS]],
            f"{more} more rows are left out" if more > 0 else "",
        )


def _watched(overview: Overview) -> Iterator[Block]:
    found = overview.records(Observed)
    if found:
        yield Heading("Connections of the client (A) and back to it (B)")
        rows = [[Cell(text) for text in cells(each)] for each in found[:MOST_ROWS]]
        more = overview.count(Observed) - len(rows)
        yield Table(WATCHED, rows, f"{more} more are in the log: the formats csv and jsonl hold all" if more else "")


def _connections(overview: Overview) -> Iterator[Block]:
    total = overview.count(Connection)
    if not total:
        return
    yield Heading("Connections by source address")
    yield Table(SUMMARY, _summary_rows(overview))
    yield Heading("Connections")
    rows = list(_connection_rows(overview))
    gap = sum(row.connections for row in rows if isinstance(row, Gap))
    left_out = f"{gap} of {total} connections are not shown: the formats csv and jsonl hold all." if gap else ""
    yield Table(CONNECTIONS, rows, left_out)


def _summary_rows(overview: Overview) -> Iterator[list[Cell]]:
    """Yield a row for each group of equal connections."""
    for row in overview.summary.rows():
        yield [
            Cell(row.source),
            Cell(row.chosen_by),
            Cell(row.destination),
            Cell(row.outcome, role_of(row.outcome)),
            Cell(str(row.connections)),
            Cell(written(row.first)[:19]),
            Cell(written(row.last)[:19]),
        ]


def _connection_rows(overview: Overview) -> Iterator[list[Cell] | Gap]:
    """Yield the first and the last connections."""
    for entry in overview.connections():
        if isinstance(entry, Gap):
            yield entry
        elif entry.record is None:
            first = [Cell(entry.second), Cell("not understood by this version")]
            yield [*first, *[Cell("")] * (len(CONNECTIONS) - len(first))]
        else:
            yield _connection(entry, entry.record)


def _connection(entry: Entry, found: Connection) -> list[Cell]:
    to = found.destination
    name = f" ({to.name})" if to.address and to.name != to.address else ""
    evidence = [*([found.errno] if found.errno else []), *evidence_lines(found)]
    chosen = "as bound" if found.chosen_by == "bind" else "by the kernel"
    return [
        Cell(written(left(entry, found))),
        Cell(found.outcome, role(found)),
        Cell(f"{found.source}, {chosen}" if found.source else "-"),
        Cell(str(found.bound or "-")),
        Cell(route_text(found.route)),
        Cell(f"{to}{name}"),
        Cell(f"{duration(found.elapsed)}, {ended(entry, found)[11:23]}"),
        Cell("; ".join(evidence) or "-"),
    ]


def _paths(overview: Overview) -> Iterator[Block]:
    found = overview.entries(Traces)
    if found:
        yield Heading("Paths")
    for entry in found:
        yield Heading(entry.clock, 3)
        yield Verbatim(_flush_left(record_lines(entry)), wide=True)


def _host(overview: Overview) -> Iterator[Block]:
    looks = [entry for entry in overview.entries(Interfaces) if entry.record.counters is None]
    for entry in looks[-MOST_LOOKS:]:
        rows = list(brief_tables.interface_rows(entry.record))
        yield from _look(f"Interfaces at {entry.clock}", brief_tables.INTERFACE_HEADINGS, rows, entry.record.more)
    tables = overview.entries(Routes)
    for entry in [entry for entry in tables if entry.record.neighbours is None][-MOST_LOOKS:]:
        rows = list(brief_tables.route_rows(entry.record))
        more = entry.record.more or entry.record.total > len(entry.record.routes)
        yield from _look(f"Routes at {entry.clock}", brief_tables.ROUTE_HEADINGS, rows, more)
    rules = list(brief_tables.rule_rows(tables[-1].record))[:MOST_ROWS] if tables else []
    if rules:
        yield Heading("Policy rules")
        yield Verbatim(rules)


def _look(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], more: bool) -> Iterator[Block]:
    """Yield a table of interfaces or routes, with a remark on what is left out."""
    beyond = len(rows) - MOST_ROWS
    left_out = [f"{beyond} more rows are in the log"] if beyond > 0 else []
    left_out += ["there were more rows than the log has"] if more else []
    yield Heading(title)
    yield Table(headings, [[Cell(text) for text in row] for row in rows[:MOST_ROWS]], "; ".join(left_out))


def _events(overview: Overview) -> Iterator[Event]:
    """Yield the course of the session. Records with a section of their own are only mentioned here."""
    for entry in overview.course:
        if isinstance(entry, Gap):
            connections = f", {entry.connections} connections among them" if entry.connections else ""
            yield Event("…", "", [f"({entry.records} records are left out here{connections})"])
            continue
        event = Event(entry.clock, "", [not_understood(entry)]) if entry.problem else _event(entry)
        if event.command or event.lines:
            yield event


def _event(entry: Entry) -> Event:
    record = entry.record
    if isinstance(record, CommandGiven):
        return Event(entry.clock, record.text, [] if is_typed(record) else [f"({record.origin})"])
    if isinstance(record, SessionBegun):
        return Event(entry.clock, "", [f"(a session on {record.host} begins)"])
    if isinstance(record, SessionEnd):
        return Event(entry.clock, "", [f"(end: {record.reason})"])
    if isinstance(record, Connection):
        return Event("", "", [f"socket {record.socket}: {headline(record)}"])
    if isinstance(record, Verdict):
        return Event("", "", [f"verdict: {record.kind}: {record.summary}"])
    elsewhere = _ELSEWHERE.get(type(record))
    failed = bool(getattr(record, "error", "")) or not getattr(record, "met", True)
    return Event("", "", [elsewhere] if elsewhere else _flush_left(record_lines(entry)), failed)


def _flush_left(lines: list[str]) -> list[str]:
    """Return the lines without the indentation and the time that a transcript has."""
    indented = [line for line in lines if line]
    if all(line[:10].strip("0123456789:- ") == "" for line in indented):
        return [line[10:] for line in indented]
    return indented


def _left_out(overview: Overview) -> list[str]:
    """Return remarks on what the log lacks, and on what the report leaves out."""
    said = [*overview.summary.remarks(), *overview.problems.remarks()]
    for kind, name in ((Verdict, "verdicts"), (Traces, "traces"), (Note, "notes")):
        if left_out := overview.left_out(kind):
            said.append(f"{left_out} more {name} are in the log, but not in this report")
    return said
