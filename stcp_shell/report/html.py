"""A support ticket as one HTML file: no scripts, no external resources; for phone, screen and paper, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Any

from ..log.reader import ReadProblems
from ..model.entry import Entry
from . import document
from .blocks import Cell, Course, Heading, Instruction, Items, Picture, Table, Verbatim, VerdictBlock
from .excerpt import Gap
from .overview import Overview
from .picture import svg
from .style import STYLE
from .text.escape import visible

_BROAD = 3  # with so many columns, a picture scrolls instead of shrinking
# A browser that enforces this policy runs and loads nothing, whatever a text contains.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(entries: Iterable[Entry], problems: ReadProblems) -> Iterator[str]:
    """Yield the lines of the page."""
    overview = Overview(entries, problems)
    facts = list(document.facts(overview))
    day = overview.first.time[:10] if overview.first else ""
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>{safe(f'stcp-shell: {facts[0][1]}, {day}')}</title>"
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
    for block in document.sections(overview):
        yield from _WRITERS[type(block)](block)
    yield "</main>"
    yield "</body>"
    yield "</html>"


def safe(text: str) -> str:
    """Return text escaped for an element or an attribute, with hidden characters shown."""
    return escape(visible(text))


def _heading(block: Heading) -> Iterator[str]:
    yield f"<h{block.level}>{safe(block.text)}</h{block.level}>"


def _verbatim(block: Verbatim) -> Iterator[str]:
    kind = ' class="wide" tabindex="0"' if block.wide else ' class="stcp"' if block.language == "stcp" else ""
    yield f"<pre{kind}>" + "\n".join(map(safe, block.lines)) + "</pre>"


def _items(block: Items) -> Iterator[str]:
    yield "<ul>"
    yield from (f"<li>{safe(text)}</li>" for text in block.texts)
    yield "</ul>"


def _verdict(block: VerdictBlock) -> Iterator[str]:
    yield '<section class="verdict">'
    yield f'<h3><span class="tag {block.role}">{safe(block.kind)}</span> {safe(block.target)}</h3>'
    yield f"<p><strong>{safe(block.summary)}</strong></p>"
    for title, texts in block.points:
        if not texts:
            continue
        yield f"<h4>{title}</h4>"
        for is_command, group in groupby(texts, key=lambda text: text.startswith("  ")):
            if is_command:
                yield from _verbatim(Verbatim([text.strip() for text in group]))
            else:
                yield from _items(Items(list(group)))
    yield "</section>"


def _picture(block: Picture) -> Iterator[str]:
    broad = max(len(target.paths) for target in block.scene.targets) >= _BROAD
    yield from _heading(Heading("Picture of the paths"))
    yield f'<figure{" class=broad" if broad else ""} tabindex="0">'
    yield from svg.drawing(block.scene)
    yield "<figcaption>Drawn from the log alone: a device that is not shown was not seen.</figcaption>"
    yield "</figure>"


def _table(block: Table) -> Iterator[str]:
    """Yield a table. On a phone each row is a card: then the roles say what the elements no longer say."""
    yield '<div class="table"><table role="table">'
    if block.left_out:
        yield f"<caption>{safe(block.left_out)}</caption>"
    heads = "".join(f'<th scope="col" role="columnheader">{safe(heading)}</th>' for heading in block.headings)
    yield f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
    yield '<tbody role="rowgroup">'
    yield from (_row(row, block.headings) for row in block.rows)
    yield "</tbody>"
    yield "</table></div>"


def _row(row: Sequence[Cell] | Gap, headings: Sequence[str]) -> str:
    if isinstance(row, Gap):
        text = f"{row.connections} connections are left out here"
        return f'<tr role="row" class="gap"><td role="cell" colspan="{len(headings)}">{text}</td></tr>'
    cells = "".join(_cell(cell, heading) for cell, heading in zip(row, headings))
    return f'<tr role="row">{cells}</tr>'


def _cell(cell: Cell, label: str) -> str:
    text = safe(cell.text)
    if text.count(":") > 4:  # an IPv6 address may be wrapped at its colons
        text = text.replace(":", ":<wbr>")
    inner = f'<span class="tag {cell.role}">{text}</span>' if cell.role else f"<span>{text}</span>"
    return f'<td role="cell" data-label="{safe(label)}"{"" if text else " class=empty"}>{inner}</td>'


def _course(block: Course) -> Iterator[str]:
    yield '<ol class="course">'
    for event in block.events:
        if event.time:
            text = f"<code>{safe(event.command)}</code>" if event.command else ""
            besides = f' <span class="soft">{safe(" ".join(event.lines))}</span>' if event.lines else ""
            yield f"<li><time>{safe(event.time)}</time><span>{text}{besides}</span></li>"
        else:
            lines = "\n".join(map(safe, event.lines))
            yield f"<li><pre{' class=failed' if event.failed else ''}>{lines}</pre></li>"
    yield "</ol>"


def _instruction(block: Instruction) -> Iterator[str]:
    file, command = f"<code>{safe(block.file)}</code>", f"<code>{safe(block.command)}</code>"
    yield f"<p>Save this as {file} and run {command}:</p>"


_WRITERS: dict[type, Callable[[Any], Iterator[str]]] = {
    Heading: _heading,
    VerdictBlock: _verdict,
    Picture: _picture,
    Table: _table,
    Items: _items,
    Verbatim: _verbatim,
    Course: _course,
    Instruction: _instruction,
}
