"""The live line: what a command waits for, the elapsed time and the time left, and a table above it if it has one.

It is erased before the result.

Script runs on a terminal show it as well, so this module does not import prompt_toolkit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from ...commands.session import Waiting
from ...report.text.escape import visible
from ..paper import size

_ERASE, _UP, _BELOW = "\r\x1b[K", "\x1b[A", "\r\x1b[J"  # ECMA-48: EL, CUU, ED
_ROOM = 2  # lines of the terminal that a table leaves free: for the prompt and the line itself


class LiveLine:
    """One line of a terminal, redrawn in place. Call `erase` before anything else is written there."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn = 0  # lines

    def show(self, waiting: Waiting) -> None:
        """Draw or redraw the line, and the table above it as far as it fits: its end counts."""
        width, height = size(self._stream)
        table = waiting.table
        if len(table) > (most := max(1, height - _ROOM)):
            table = (table[0], *table[len(table) - most + 1 :])
        lines = [*(visible(line)[: width - 1] for line in table), describe(waiting, width - 1)]
        start = self._erasing()
        self._drawn = len(lines)
        self._write(start + "\r\n".join(lines))

    def erase(self) -> None:
        """Erase the line, if there is one."""
        if self._drawn:
            start, self._drawn = self._erasing(), 0
            self._write(start)

    def _erasing(self) -> str:
        return _UP * (self._drawn - 1) + _BELOW if self._drawn > 1 else _ERASE

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            return  # the result goes to the same stream, and an error there is reported


def live_line(stream: TextIO, variables: Mapping[str, str]) -> LiveLine | None:
    """Return a live line if the stream is a terminal that can erase, else None."""
    return LiveLine(stream) if stream.isatty() and variables.get("TERM", "dumb") != "dumb" else None


def describe(waiting: Waiting, width: int) -> str:
    """Return the text of the line, cut to `width` columns. The figures change, so the rest is cut first."""
    figures = [f"{waiting.elapsed:.1f} s"]
    if waiting.syns is not None:
        figures.append(f"{waiting.syns} SYN{'s' if waiting.syns != 1 else ''} sent")
    figures.append("Ctrl-C ends it" if waiting.left is None else f"{max(0.0, waiting.left):.1f} s left")
    tail = ", ".join(figures)
    head = visible(waiting.what)
    room = width - len(tail) - len(": ")
    if len(head) > room:
        head = f"{head[: room - 1]}…" if room > 1 else ""
    return (f"{head}: {tail}" if head else tail)[: max(0, width)]
