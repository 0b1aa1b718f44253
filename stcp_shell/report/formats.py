"""The formats of a report: name -> writer. A writer takes a log's records and makes the report's lines while it reads.

A line has no end of its own; one of CSV has a carriage return, to which the line feed is added (RFC 4180).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..log.reader import Losses

Record = dict[str, Any]
Writer = Callable[[Iterable[Record], Losses], Iterator[str]]


def _text(records: Iterable[Record], losses: Losses) -> Iterator[str]:
    from .transcript import ticket  # late, like the others: a session needs none of them, a report one

    return ticket(records, losses)


def _markdown(records: Iterable[Record], losses: Losses) -> Iterator[str]:
    from .markdown import markdown

    return markdown(records, losses)


def _html(records: Iterable[Record], losses: Losses) -> Iterator[str]:
    from .html import page

    return page(records, losses)


def _csv(records: Iterable[Record], losses: Losses) -> Iterator[str]:
    from .csv import sheet

    return sheet(records)


def _jsonl(records: Iterable[Record], losses: Losses) -> Iterator[str]:
    """The records as they are, without the lines that are none."""
    from json import JSONEncoder

    return map(JSONEncoder().encode, records)


def _svg(records: Iterable[Record], losses: Losses) -> Iterator[str]:
    from .picture.svg import picture

    return picture(records, losses)


FORMATS: dict[str, Writer] = {
    "text": _text,
    "markdown": _markdown,
    "html": _html,
    "csv": _csv,
    "jsonl": _jsonl,
    "svg": _svg,
}
WITHOUT_REMARKS = ("csv", "jsonl", "svg")  # they have no place for what the log lacks: it has to be told elsewhere
