"""A support ticket as Markdown: headings, tables, fenced blocks. It works in the dialects of GitHub, GitLab and Jira.

A text never becomes markup, whatever it holds: in a table or a list it is escaped; in a block the fence is longer than
any run of backticks in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from ..log.reader import ReadProblems
from ..model.entry import Entry
from . import document
from .blocks import Course, Heading, Instruction, Items, Table, Verbatim, VerdictBlock
from .excerpt import Gap
from .overview import Overview
from .text.escape import visible

# Characters that begin emphasis, code, a link, a cell, HTML, a Jira macro, a mention or a footnote anywhere in a line.
_ACTIVE = re.compile(r"[\\`*_{}\[\]|~#!^$]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"})
_LIST = re.compile(r"^\s*(?:\d*[-+=.)](?=\s|$))")  # begins a list in a list, or underlines a heading


def markdown(entries: Iterable[Entry], problems: ReadProblems) -> Iterator[str]:
    """Yield the lines of the ticket."""
    overview = Overview(entries, problems)
    yield "# Session log of stcp-shell"
    yield ""
    yield from (f"- **{escaped(name)}:** {escaped(text)}" for name, text in document.facts(overview))
    blank = False
    for block in document.sections(overview):
        write = _WRITERS.get(type(block))
        for line in write(block) if write else ():  # Markdown has no picture
            if line or not blank:
                yield line
            blank = not line


def escaped(text: str) -> str:
    """Return text escaped for a line or a cell."""
    safe = _ACTIVE.sub(r"\\\g<0>", visible(text)).translate(_ENTITIES)
    return safe.replace("://", ":&#47;/").replace("www.", "www&#46;").replace("@", "&#64;")  # no automatic links


def item(text: str) -> str:
    """Return text as an item of a list, in which it does not begin another list."""
    safe = escaped(text)
    begin = _LIST.match(safe)
    return f"- {safe[: begin.end() - 1]}\\{safe[begin.end() - 1 :]}" if begin else f"- {safe}"


def fenced(lines: Sequence[str], language: str = "text") -> Iterator[str]:
    """Yield the lines unchanged, in a fence that none of them closes."""
    safe = [visible(line) for line in lines]
    longest = max((len(run) for line in safe for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{language}"
    yield from safe
    yield fence


def _heading(block: Heading) -> Iterator[str]:
    yield ""
    yield f"{'#' * block.level} {escaped(block.text)}"
    yield ""


def _verdict(block: VerdictBlock) -> Iterator[str]:
    yield from _heading(Heading(f"{block.target}: {block.kind}", 3))
    yield f"**{escaped(block.summary)}**"
    for name, texts in block.points:
        if texts:
            yield ""
            yield f"{name}:"
            yield ""
        for is_command, group in groupby(texts, key=lambda text: text.startswith("  ")):
            if is_command:
                yield ""
                yield from (f"  {line}" for line in fenced([text.strip() for text in group]))
                yield ""
            else:
                yield from map(item, group)


def _table(block: Table) -> Iterator[str]:
    yield f"| {' | '.join(map(escaped, block.headings))} |"
    yield f"|{' --- |' * len(block.headings)}"
    for row in block.rows:
        if isinstance(row, Gap):
            cells = ["…", f"{row.connections} connections are left out here", *[""] * (len(block.headings) - 2)]
        else:
            cells = [cell.text for cell in row]
        yield f"| {' | '.join(escaped(cell) or ' ' for cell in cells)} |"
    if block.left_out:
        yield ""
        yield escaped(block.left_out)


def _items(block: Items) -> Iterator[str]:
    return map(item, block.texts)


def _verbatim(block: Verbatim) -> Iterator[str]:
    return fenced(block.lines, block.language)


def _course(block: Course) -> Iterator[str]:
    lines = []
    for event in block.events:
        if event.time:
            lines.append("  ".join(filter(None, [event.time, event.command, *event.lines])))
        else:
            lines += [f"          {line}" for line in event.lines]
    return fenced(lines)


def _instruction(block: Instruction) -> Iterator[str]:
    yield f"Save this as {block.file} and run: {block.command}"
    yield ""


_WRITERS: dict[type, Callable[[Any], Iterator[str]]] = {
    Heading: _heading,
    VerdictBlock: _verdict,
    Table: _table,
    Items: _items,
    Verbatim: _verbatim,
    Course: _course,
    Instruction: _instruction,
}
