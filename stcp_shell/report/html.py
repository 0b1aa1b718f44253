"""A ticket as one HTML file: no script, nothing from elsewhere, for a phone, a screen and paper, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Any

from ..log.reader import Losses
from . import document
from .document import Cell
from .excerpt import Gap
from .overview import Digest
from .picture import svg
from .picture.scene import Scene
from .style import STYLE
from .text import brief_tables
from .text.escape import visible
from .text.events import MALFORMED, clock
from .text.words import role_of_verdict

Record = dict[str, Any]
_BROAD = 3  # columns of a picture that a phone need not squeeze
# Whatever a text brings along, a browser that keeps this runs and loads nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(records: Iterable[Record], losses: Losses) -> Iterator[str]:
    """The lines of the page."""
    digest = Digest(records, losses)
    facts = list(document.facts(digest))
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>{safe(f'stcp-shell: {facts[0][1]}, {digest.times[0][:10]}')}</title>"
    yield f"<style>\n{STYLE}\n{svg.STYLE}\n</style>"
    yield "</head>"
    yield "<body>"
    yield "<header>"
    yield "<h1>Session log of stcp-shell</h1>"
    yield "<dl>"
    yield from (f"<dt>{safe(name)}</dt><dd>{safe(text)}</dd>" for name, text in facts)
    yield "</dl>"
    yield "</header>"
    yield "<main>"
    yield from _body(digest)
    yield "</main>"
    yield "</body>"
    yield "</html>"


def safe(text: str) -> str:
    """Text that is no markup, in an element or in an attribute, with hidden characters shown."""
    return escape(visible(text))


def _body(digest: Digest) -> Iterator[str]:
    verdicts = digest.of("verdict")
    if verdicts:
        yield _heading("Verdict" if len(verdicts) == 1 else "Verdicts")
    for verdict in verdicts:
        yield from _verdict(verdict)
    yield from _picture(digest)
    yield from _connections(digest)
    traces = list(document.traces(digest))
    if traces:
        yield _heading("Paths")
    for time, lines in traces:
        yield f"<h3>{safe(time)}</h3>"
        yield from _pre(lines, "wide")
    yield from _remarks("Notes", [f"{clock(note)} {note.get('text', '')}" for note in digest.of("note")])
    yield from _remarks("Commands that failed", [f"{clock(record)} {record['error']}" for record in digest.failed])
    yield from _host(digest)
    yield from _course(digest)
    if script := digest.summary.replay():
        yield _heading("To run it again")
        yield "<p>Save this as <code>session.stcp</code> and run <code>stcp-shell session.stcp</code>:</p>"
        yield from _pre(script)
    yield from _remarks("What this report leaves out", document.remarks(digest))


def _heading(text: str) -> str:
    return f"<h2>{safe(text)}</h2>"


def _pre(lines: Sequence[str], style: str = "") -> Iterator[str]:
    kind = f' class="{style}" tabindex="0"' if style == "wide" else f' class="{style}"' if style else ""
    yield f"<pre{kind}>" + "\n".join(map(safe, lines)) + "</pre>"


def _remarks(title: str, texts: Sequence[str]) -> Iterator[str]:
    if texts:
        yield _heading(title)
        yield "<ul>"
        yield from (f"<li>{safe(text)}</li>" for text in texts)
        yield "</ul>"


def _verdict(record: Record) -> Iterator[str]:
    try:
        target, kind, summary = record["destination"], str(record["kind"]), str(record["summary"])
        where = f"{target['name']} port {target['port']}"
        points = {title: list(map(str, record[title.lower()])) for title in ("Evidence", "Remedies")}
    except MALFORMED:
        return
    yield '<section class="verdict">'
    yield f'<h3><span class="tag {role_of_verdict(kind)}">{safe(kind)}</span> {safe(where)}</h3>'
    yield f"<p><strong>{safe(summary)}</strong></p>"
    for title, texts in points.items():
        if not texts:
            continue
        yield f"<h4>{title}</h4>"
        for is_command, group in groupby(texts, key=lambda text: text.startswith("  ")):
            if is_command:
                yield from _pre([text.strip() for text in group])
            else:
                yield "<ul>"
                yield from (f"<li>{safe(text)}</li>" for text in group)
                yield "</ul>"
    yield "</section>"


def _picture(digest: Digest) -> Iterator[str]:
    scene = Scene(digest)
    if not scene.targets:
        return
    broad = max(len(target.lanes) for target in scene.targets) >= _BROAD
    yield _heading("Picture of the paths")
    yield f'<figure{" class=broad" if broad else ""} tabindex="0">'
    yield from svg.drawing(scene)
    yield "<figcaption>Drawn from the log alone: a box that is not there was not seen.</figcaption>"
    yield "</figure>"


def _connections(digest: Digest) -> Iterator[str]:
    if not digest.counts["connection"]:
        return
    yield _heading("Connections by source address")
    yield from _table(document.SUMMARY, document.summary_rows(digest))
    yield _heading("Connections")
    rows = list(document.connection_rows(digest))
    caption = ""
    for row in rows:
        if isinstance(row, Gap):
            caption = (
                f"{row.connections} of {digest.counts['connection']} are not shown: the formats csv and jsonl hold all."
            )
    yield from _table(document.CONNECTIONS, rows, caption)


def _table(headings: Sequence[str], rows: Iterable[Sequence[Cell] | Gap], caption: str = "") -> Iterator[str]:
    """On a phone each row is a card: then roles say what the elements no longer do."""
    yield '<div class="table"><table role="table">'
    if caption:
        yield f"<caption>{safe(caption)}</caption>"
    heads = "".join(f'<th scope="col" role="columnheader">{safe(heading)}</th>' for heading in headings)
    yield f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
    yield '<tbody role="rowgroup">'
    for row in rows:
        if isinstance(row, Gap):
            text = f"{row.connections} connections are left out here"
            yield f'<tr role="row" class="gap"><td role="cell" colspan="{len(headings)}">{text}</td></tr>'
        else:
            assert len(row) == len(headings)
            cells = "".join(_cell(cell, heading) for cell, heading in zip(row, headings))
            yield f'<tr role="row">{cells}</tr>'
    yield "</tbody>"
    yield "</table></div>"


def _cell(cell: Cell, label: str) -> str:
    text = safe(cell.text)
    if text.count(":") > 4:  # an IPv6 address may be broken, where it is best
        text = text.replace(":", ":<wbr>")
    inner = f'<span class="tag {cell.role}">{text}</span>' if cell.role else f"<span>{text}</span>"
    return f'<td role="cell" data-label="{safe(label)}"{"" if text else " class=empty"}>{inner}</td>'


def _host(digest: Digest) -> Iterator[str]:
    for kind, headings in (("interfaces", brief_tables.INTERFACE_HEADINGS), ("routes", brief_tables.ROUTE_HEADINGS)):
        for time, rows, left_out in document.looks(digest, kind):
            yield _heading(f"{kind.capitalize()} at {time}")
            yield from _table(headings, ([Cell(text) for text in row] for row in rows), left_out)
    if rules := document.rules(digest):
        yield _heading("Policy rules")
        yield from _pre(rules)


def _course(digest: Digest) -> Iterator[str]:
    yield _heading("Course of the session")
    yield '<ol class="course">'
    for event in document.events(digest):
        if event.time:
            text = f"<code>{safe(event.command)}</code>" if event.command else ""
            besides = f' <span class="soft">{safe(" ".join(event.lines))}</span>' if event.lines else ""
            yield f"<li><time>{safe(event.time)}</time><span>{text}{besides}</span></li>"
        else:
            lines = "\n".join(map(safe, event.lines))
            yield f"<li><pre{' class=failed' if event.failed else ''}>{lines}</pre></li>"
    yield "</ol>"
