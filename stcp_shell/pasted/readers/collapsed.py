"""Rows of a table whose lines were joined: a web page or a mail has put them, and their heading, on one line."""

from __future__ import annotations

import re

from ..words import INTERFACE
from .headings import Heading
from .route_rows import Fields

_FLAGS = re.compile(r"U[A-Za-z0-9!+*]*\Z").match
_NUMBER = re.compile(r"\d+\Z").match
_MARK = "=>"


def rows_of(heading: Heading, words: list[str]) -> tuple[list[Fields], list[str]]:
    """Return the rows, and the words from the first one that does not fit.

    A row is a destination, a gateway, flags, and as many numbers as the heading has counts; an interface, a lifetime
    and `=>` may follow. An interface's name can also be the next destination: what follows decides.
    """
    counts = heading.columns.count("count")
    rows: list[Fields] = []
    position = 0
    while position < len(words):
        if not _begins(words, position, counts):
            return rows, words[position:]
        destination, gateway, flags = words[position : position + 3]
        position += 3 + counts
        interface = ""
        if position < len(words) and INTERFACE(words[position]) and not _begins(words, position, counts):
            interface = words[position]
            position += 1
        if interface and position < len(words) and _NUMBER(words[position]) and not _begins(words, position, counts):
            position += 1
        if position < len(words) and words[position] == _MARK:
            position += 1
        rows.append(Fields(destination, gateway, flags=flags, interface=interface))
    return rows, []


def _begins(words: list[str], position: int, counts: int) -> bool:
    """Return whether a row begins at that word."""
    flags = position + 2
    return (
        flags + counts < len(words)
        and bool(_FLAGS(words[flags]))
        and all(_NUMBER(word) for word in words[flags + 1 : flags + 1 + counts])
    )
