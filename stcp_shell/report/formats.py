"""The screen and the formats of reports: the list of them, and their late imports.

A writer takes the entries of a log and yields the lines of the report while it reads.

The lines come without line ends; lines of CSV end in a carriage return, to which the line feed is added (RFC 4180).
"""

from collections.abc import Callable, Iterable, Iterator
from os.path import splitext
from typing import TYPE_CHECKING, Any, NamedTuple

from ..model.connection import Connection
from .text import results
from .text.connection import connection_lines
from .text.words import PLAIN, View

if TYPE_CHECKING:
    from ..log.reader import ReadProblems
    from ..model.entry import Entry


# What a session needs at its start. `text.lines` has the renderers of all results.
_AT_HAND = {**results.RENDERERS, Connection: connection_lines}


def shown(result: Any, view: View = PLAIN) -> Iterable[str]:
    """Any result as lines on the screen, without their ends; they may be made while they are read."""
    render = _AT_HAND.get(type(result))
    if render is None:
        from .text import tables  # late: most scripts only connect, and never show a table

        render = tables.RENDERERS.get(type(result))
    if render is None:
        from .text.lines import RENDERERS

        render = RENDERERS[type(result)]
    return render(result, view)


class Format(NamedTuple):
    """A format. `remarks`: the report states what the log lacks; otherwise the caller has to state it."""

    write: Callable[["Iterable[Entry]", "ReadProblems"], Iterator[str]]
    help: str
    remarks: bool = True


def _text(entries: "Iterable[Entry]", problems: "ReadProblems") -> Iterator[str]:
    from .transcript import transcript  # late import, like the others: a session needs none of them, a report needs one

    return transcript(entries, problems)


def _markdown(entries: "Iterable[Entry]", problems: "ReadProblems") -> Iterator[str]:
    from .markdown import markdown

    return markdown(entries, problems)


def _html(entries: "Iterable[Entry]", problems: "ReadProblems") -> Iterator[str]:
    from .html import page

    return page(entries, problems)


def _csv(entries: "Iterable[Entry]", problems: "ReadProblems") -> Iterator[str]:
    from .csv import csv_lines

    return csv_lines(entries, problems)


def _jsonl(entries: "Iterable[Entry]", problems: "ReadProblems") -> Iterator[str]:
    """Yield the records unchanged, without the lines that are not records."""
    from ..log.reader import one_line

    return map(one_line, entries)


def _svg(entries: "Iterable[Entry]", problems: "ReadProblems") -> Iterator[str]:
    from .picture.svg import picture

    return picture(entries, problems)


_SUFFIXES = {"txt": "text", "log": "text", "md": "markdown", "htm": "html", "html": "html"}


def format_of(path: str) -> str:
    """Return the format that a file name's suffix stands for; text without a suffix. Raises ValueError."""
    suffix = splitext(path)[1].removeprefix(".").lower()
    form = _SUFFIXES.get(suffix, suffix) or "text"
    if form not in FORMATS:
        known = ", ".join((*_SUFFIXES, *(each for each in FORMATS if each not in _SUFFIXES.values())))
        raise ValueError(f".{suffix[:20]} is the suffix of no format: write one of {known}")
    return form


FORMATS: dict[str, Format] = {
    "text": Format(_text, "what happened, in order, for a ticket"),
    "markdown": Format(_markdown, "a ticket for GitHub, GitLab or Jira"),
    "html": Format(_html, "a page with a picture of the paths"),
    "csv": Format(_csv, "a row for each connection", remarks=False),
    "jsonl": Format(_jsonl, "the records as they are", remarks=False),
    "svg": Format(_svg, "the picture of the paths alone", remarks=False),
}
