"""A ticket as Markdown: headings, tables, fenced blocks. It survives the dialects of GitHub, GitLab and Jira.

Whatever a text holds, it stays text: in a table or a list it is escaped, in a block the fence is longer than any run
of backticks in it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from ..log.reader import Losses
from . import document
from .excerpt import Gap
from .overview import Digest
from .text import brief_tables
from .text.escape import visible
from .text.events import MALFORMED, clock

Record = dict[str, Any]
# What begins an emphasis, code, a link, a cell, HTML, a Jira macro, a mention or a footnote anywhere in a line.
_ACTIVE = re.compile(r"[\\`*_{}\[\]|~#!^$]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"})
_LIST = re.compile(r"^\s*(?:\d*[-+=.)](?=\s|$))")  # what begins a list in a list, or underlines a heading


def markdown(records: Iterable[Record], losses: Losses) -> Iterator[str]:
    """The lines of the ticket."""
    digest = Digest(records, losses)
    yield "# Session log of stcp-shell"
    yield ""
    yield from (f"- **{escaped(name)}:** {escaped(text)}" for name, text in document.facts(digest))
    for verdict in digest.of("verdict"):
        yield from _verdict(verdict)
    yield from _connections(digest)
    for time, lines in document.traces(digest):
        yield from _heading(f"Paths at {time}")
        yield from block(lines)
    yield from _notes(digest)
    yield from _host(digest)
    yield from _course(digest)
    yield from _replay(digest)
    if remarks := document.remarks(digest):
        yield from _heading("What this report leaves out")
        yield from map(item, remarks)


def escaped(text: str) -> str:
    """Text that means nothing but itself, in a line or in a cell."""
    safe = _ACTIVE.sub(r"\\\g<0>", visible(text)).translate(_ENTITIES)
    return safe.replace("://", ":&#47;/").replace("www.", "www&#46;")  # no links to anywhere


def item(text: str) -> str:
    """Text as an item of a list, in which it does not begin another one."""
    safe = escaped(text)
    begin = _LIST.match(safe)
    return f"- {safe[: begin.end() - 1]}\\{safe[begin.end() - 1 :]}" if begin else f"- {safe}"


def block(lines: Sequence[str], kind: str = "text") -> Iterator[str]:
    """Lines as they are, in a fence that none of them closes."""
    safe = [visible(line) for line in lines]
    longest = max((len(run) for line in safe for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{kind}"
    yield from safe
    yield fence


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield f"## {escaped(text)}"
    yield ""


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(map(escaped, headings))} |"
    yield f"|{' --- |' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(escaped(cell) or ' ' for cell in row)} |"


def _verdict(record: Record) -> Iterator[str]:
    try:
        target = record["destination"]
        title = f"Verdict for {target['name']} port {target['port']}: {record['kind']}"
        evidence, remedies = [list(map(str, record[field])) for field in ("evidence", "remedies")]
        summary = str(record["summary"])
    except MALFORMED:
        return
    yield from _heading(title)
    yield f"**{escaped(summary)}**"
    for name, texts in (("Evidence", evidence), ("Remedies", remedies)):
        if texts:
            yield ""
            yield f"{name}:"
            yield ""
        for is_command, group in groupby(texts, key=lambda text: text.startswith("  ")):
            if is_command:
                yield ""
                yield from (f"  {line}" for line in block([text.strip() for text in group]))
                yield ""
            else:
                yield from map(item, group)


def _connections(digest: Digest) -> Iterator[str]:
    if not digest.counts["connection"]:
        return
    yield from _heading("Connections by source address")
    yield from _table(document.SUMMARY, ([cell.text for cell in row] for row in document.summary_rows(digest)))
    yield from _heading("Connections")
    rows: list[list[str]] = []
    gap = 0
    for row in document.connection_rows(digest):
        if isinstance(row, Gap):
            gap = row.connections
            rows.append(["…", f"{gap} connections are left out here", *[""] * (len(document.CONNECTIONS) - 2)])
        else:
            rows.append([cell.text for cell in row])
    yield from _table(document.CONNECTIONS, rows)
    if gap:
        yield ""
        yield f"{gap} of {digest.counts['connection']} connections are not shown: the formats csv and jsonl hold all."


def _notes(digest: Digest) -> Iterator[str]:
    notes = digest.of("note")
    if notes:
        yield from _heading("Notes")
        yield from (item(f"{clock(note)} {note.get('text', '')}") for note in notes)
    if digest.failed:
        yield from _heading("Commands that failed")
    for record in digest.failed:
        yield item(f"{clock(record)} {record['error']}")


def _host(digest: Digest) -> Iterator[str]:
    for kind, headings in (("interfaces", brief_tables.INTERFACE_HEADINGS), ("routes", brief_tables.ROUTE_HEADINGS)):
        for time, rows, left_out in document.looks(digest, kind):
            yield from _heading(f"{kind.capitalize()} at {time}")
            yield from _table(headings, rows)
            if left_out:
                yield ""
                yield escaped(f"({left_out})")
    if rules := document.rules(digest):
        yield from _heading("Policy rules")
        yield from block(rules)


def _course(digest: Digest) -> Iterator[str]:
    lines = []
    for event in document.events(digest):
        if event.time:
            lines.append("  ".join(filter(None, [event.time, event.command, *event.lines])))
        else:
            lines += [f"          {line}" for line in event.lines]
    if lines:
        yield from _heading("Course of the session")
        yield from block(lines)


def _replay(digest: Digest) -> Iterator[str]:
    if lines := digest.summary.replay():
        yield from _heading("To run it again")
        yield "Save this as session.stcp and run: stcp-shell session.stcp"
        yield ""
        yield from block(lines, "stcp")
