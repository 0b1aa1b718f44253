"""The parts of a ticket that tells the important things first: the same rows, whatever they look like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .excerpt import Gap
from .overview import Digest
from .recall import connection
from .text import brief_tables
from .text.connection import evidence_lines, headline, way_text
from .text.events import MALFORMED, clock, event_lines
from .text.words import duration, role_of

Record = dict[str, Any]
MOST_ROWS = 60  # of a table of interfaces or routes
MOST_LOOKS = 4  # tables at different times
ELSEWHERE = {
    "interfaces": "interfaces: see their table",
    "routes": "routes: see their table",
    "trace": "paths: see there",
}
SUMMARY = ("Source address", "Chosen by", "Destination", "Outcome", "Count", "First", "Last")
CONNECTIONS = ("Time", "Outcome", "Source", "Bound to", "Next hop", "Destination", "Took", "Evidence")


class Cell(NamedTuple):
    """A cell with the colour role of what it says, if it has one."""

    text: str
    role: str = ""


class Event(NamedTuple):
    """Something that happened. Without a time and a command it came of the command before."""

    time: str
    command: str
    lines: list[str]
    failed: bool = False


def facts(digest: Digest) -> Iterator[tuple[str, str]]:
    """Who and when."""
    session = (digest.of("session") or [{}])[0]
    first, last = (time[:19].replace("T", " ") for time in digest.times)
    yield "Host", str(session.get("host", "not known: the log does not begin with a session"))
    yield "System", str(session.get("system", "not known"))
    yield "Program", f"stcp-shell {session.get('version', 'of an unknown version')}"
    yield "From", f"{first} UTC" if first else "not known"
    ended = digest.of("end")
    how = f" ({ended[-1].get('reason', 'ended')})" if ended else " (no end: killed, or running still)"
    yield "To", f"{last} UTC{how}" if last else "not known"
    arguments = session.get("arguments")
    if isinstance(arguments, list):
        yield "Run as", " ".join(["stcp-shell", *map(str, arguments)])
    if digest.counts["session"] > 1:
        yield "Sessions", f"{digest.counts['session']} in this log; the host and the arguments are those of the first"


def summary_rows(digest: Digest) -> Iterator[list[Cell]]:
    """What the connections add up to."""
    for row in digest.summary.rows():
        yield [
            Cell(row.source),
            Cell(row.chosen_by),
            Cell(row.destination),
            Cell(row.outcome, role_of(row.outcome)),
            Cell(str(row.connections)),
            Cell(row.first[11:19]),
            Cell(row.last[11:19]),
        ]


def connection_rows(digest: Digest) -> Iterator[list[Cell] | Gap]:
    """The first and the last connections, one that is malformed with as much as can be had."""
    for record in digest.connections():
        if isinstance(record, Gap):
            yield record
            continue
        try:
            yield _connection(record)
        except MALFORMED:
            yield [Cell(clock(record)), Cell("not understood by this version"), *[Cell("")] * (len(CONNECTIONS) - 2)]


def _connection(record: Record) -> list[Cell]:
    found = connection(record)
    others = f" ({found.name})" if found.name != found.destination.address else ""
    evidence = [*([found.errno] if found.errno else []), *evidence_lines(found)]
    who = "as bound" if found.chosen_by == "bind" else "by the kernel"
    texts = [
        clock(record),
        found.outcome,
        f"{found.source}, {who}" if found.source else "-",
        found.bound or "-",
        way_text(found.route),
        f"{found.destination}{others}" if found.destination.address else f"{found.name}:{found.destination.port}",
        duration(found.elapsed),
        "; ".join(evidence) or "-",
    ]
    return [Cell(str(text), role_of(found.outcome) if text is found.outcome else "") for text in texts]


def events(digest: Digest) -> Iterator[Event]:
    """The course of the session. What has a section of its own is named here, with its time."""
    for record in digest.events:
        if isinstance(record, Gap):
            connections = f", {record.connections} connections among them" if record.connections else ""
            yield Event("…", "", [f"({record.records} records are left out here{connections})"])
            continue
        try:
            event = _event(record)
        except MALFORMED:
            event = Event(clock(record), "", [f"(a {record['type']} record that this version does not understand)"])
        if event.command or event.lines:
            yield event


def _event(record: Record) -> Event:
    kind, time = record["type"], clock(record)
    if kind == "command":
        origin = str(record["from"])
        shown = origin == "typed" or origin.startswith("-c:")
        return Event(time, str(record["text"]), [] if shown else [f"({origin})"])
    if kind == "session":
        return Event(time, "", [f"(a session on {record['host']} begins)"])
    if kind == "end":
        return Event(time, "", [f"(end: {record['reason']})"])
    if kind == "connection":
        found = connection(record)
        return Event("", "", [f"socket {found.socket}: {headline(found)}"])
    if kind == "verdict":
        return Event("", "", [f"verdict: {record['kind']}: {record['summary']}"])
    lines = [ELSEWHERE[kind]] if kind in ELSEWHERE else _flush_left(event_lines(record))
    return Event("", "", lines, failed=bool(record.get("error")) or record.get("met") is False)


def _flush_left(lines: list[str]) -> list[str]:
    """Without the indentation and the time that a transcript has."""
    indented = [line for line in lines if line]
    if all(line[:10].strip("0123456789:- ") == "" for line in indented):
        return [line[10:] for line in indented]
    return indented


def looks(digest: Digest, kind: str) -> Iterator[tuple[str, Sequence[Sequence[str]], str]]:
    """Interfaces or routes as they were: the time, the rows, and what is left out."""
    rows_of = brief_tables.interface_rows if kind == "interfaces" else brief_tables.route_rows
    found = [record for record in digest.of(kind) if "counters" not in record and "neighbours" not in record]
    for record in found[-MOST_LOOKS:]:
        try:
            rows = list(rows_of(record))
            more = len(rows) - MOST_ROWS
            beyond = bool(record.get("more")) or record.get("count", 0) > len(record.get("routes", ()))
        except MALFORMED:
            continue
        left_out = [f"{more} more rows are in the log"] if more > 0 else []
        left_out += ["there were more rows than the log has"] if beyond else []
        yield clock(record), rows[:MOST_ROWS], "; ".join(left_out)


def traces(digest: Digest) -> Iterator[tuple[str, list[str]]]:
    """The time and the lines of each trace."""
    for record in digest.of("trace"):
        try:
            yield clock(record), _flush_left(event_lines(record))
        except MALFORMED:
            continue


def rules(digest: Digest) -> list[str]:
    """The policy rules of the last look, but for the usual ones."""
    for record in reversed(digest.of("routes")):
        try:
            return list(brief_tables.rule_rows(record))[:MOST_ROWS]
        except MALFORMED:
            continue
    return []


def remarks(digest: Digest) -> list[str]:
    """What the report lacks, and what of the log is not in it."""
    said = [*digest.summary.remarks(), *digest.losses.remarks()]
    for kind in ("verdict", "trace", "note"):
        if left_out := digest.left_out(kind):
            said.append(f"{left_out} more {kind}s are in the log and not in this report")
    return said
