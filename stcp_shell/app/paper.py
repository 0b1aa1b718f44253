"""How lines fit on a terminal: its size, lines folded to it, and a pager for what is longer than it."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain, islice
from typing import TextIO

from ..report.text.words import fold

NARROWEST, WIDEST = 60, 200  # columns that text is folded to
_CODE = r"\x1b\[[0-9;]*m"  # ECMA-48, SGR
_MOST_INDENT = 24


def size(stream: TextIO) -> tuple[int, int]:
    """Return the columns and lines of a terminal; 80 and 24 for anything else."""
    try:
        found = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return 80, 24
    return found.columns or 80, found.lines or 24


def columns(stream: TextIO) -> int:
    """Return the columns that text is folded to."""
    return min(WIDEST, max(NARROWEST, size(stream)[0]))


def folded(line: str, width: int) -> Iterator[str]:
    """Yield a line in parts of at most `width` columns, cut at spaces; all but the first are indented two more.

    A longer word, such as a path, stays whole: the terminal breaks it, and it can be copied from there.
    """
    if len(line) <= width:
        yield line
        return
    start = len(line) - len(line.lstrip(" "))
    yield from fold(line[start:], " " * start, " " * min(start + 2, _MOST_INDENT), width, _columns_of)


def _columns_of(text: str) -> int:
    return len(re.sub(_CODE, "", text))


def paged(lines: Iterable[str], height: int, variables: Mapping[str, str]) -> Iterable[str]:
    """Show lines in the pager if there are `height` or more, and return none; else return them.

    The pager is $PAGER, or less; an empty $PAGER means none.
    """
    from shutil import which  # late: few results are that long

    waiting = iter(lines)
    first = list(islice(waiting, height))
    words = variables.get("PAGER", "less").split()
    if len(first) < height or not words or not which(words[0]):
        return chain(first, waiting)
    with suppress(OSError):
        _page(words, chain(first, waiting), variables)
        return ()
    return chain(first, waiting)


def _page(words: list[str], lines: Iterable[str], variables: Mapping[str, str]) -> None:
    """Write lines to the pager until it ends. Ctrl-C is for the pager. Raises OSError if it cannot be started."""
    import subprocess

    surroundings = {"LESS": "FRX", **variables}
    previous = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        pager = subprocess.Popen(words, stdin=subprocess.PIPE, env=surroundings, encoding="utf-8", errors="replace")
        assert pager.stdin is not None
        with suppress(OSError):  # it has ended before it has read everything
            for line in lines:
                pager.stdin.write(f"{line}\n")
            pager.stdin.close()
        pager.wait()
    finally:
        signal.signal(signal.SIGINT, previous)
