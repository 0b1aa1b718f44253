"""The live line: what a command waits for, how long already and how much longer. One line, gone before the result.

Script runs on a terminal have it as well, so prompt_toolkit stays out of here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

from ...commands.session import Waiting
from ...report.text.escape import visible

_ERASE = "\r\x1b[K"  # ECMA-48, EL


class LiveLine:
    """Draws over itself on a terminal. `erase` has to come before anything else is written there."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn = False

    def show(self, waiting: Waiting) -> None:
        """Draw the line, or draw it anew."""
        self._drawn = True
        self._write(_ERASE + describe(waiting, _columns(self._stream) - 1))

    def erase(self) -> None:
        """Take the line away, if there is one."""
        if self._drawn:
            self._drawn = False
            self._write(_ERASE)

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            return  # the result comes to the same stream, and what happens to that is reported


def live_line(stream: TextIO, variables: Mapping[str, str]) -> LiveLine | None:
    """A live line where there can be one: on a terminal that can erase."""
    return LiveLine(stream) if stream.isatty() and variables.get("TERM", "dumb") != "dumb" else None


def describe(waiting: Waiting, width: int) -> str:
    """The text of the line, cut to `width` columns. The figures are what changes: the rest gives way to them."""
    figures = [f"{waiting.elapsed:.1f} s"]
    if waiting.syns is not None:
        figures.append(f"{waiting.syns} SYN{'s' if waiting.syns != 1 else ''} sent")
    figures.append(f"{max(0.0, waiting.left):.1f} s left")
    tail = ", ".join(figures)
    head = visible(waiting.what)
    room = width - len(tail) - len(": ")
    if len(head) > room:
        head = f"{head[: room - 1]}…" if room > 1 else ""
    return (f"{head}: {tail}" if head else tail)[: max(0, width)]


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
