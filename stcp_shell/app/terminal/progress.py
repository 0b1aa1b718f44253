"""The live line: what a command waits for, the elapsed time and the time left. It is erased before the result.

Script runs on a terminal show it as well, so this module does not import prompt_toolkit.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

from ...commands.session import Waiting
from ...report.text.escape import visible

_ERASE = "\r\x1b[K"  # ECMA-48, EL


class LiveLine:
    """One line of a terminal, redrawn in place. Call `erase` before anything else is written there."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn = False

    def show(self, waiting: Waiting) -> None:
        """Draw or redraw the line."""
        self._drawn = True
        self._write(_ERASE + describe(waiting, _columns(self._stream) - 1))

    def erase(self) -> None:
        """Erase the line, if there is one."""
        if self._drawn:
            self._drawn = False
            self._write(_ERASE)

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
