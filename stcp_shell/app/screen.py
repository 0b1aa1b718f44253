"""Standard output and standard error as lines: results, echoes, failures, and colour where it is wanted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, TextIO

from ..environment import Environment
from ..errors import OutputClosed, OutputFull
from ..model.results import Clip
from ..report.formats import shown
from ..report.text.escape import visible
from ..report.text.words import View, plain

_BLOCK = 256  # lines
_CODES = {"good": "32", "bad": "31", "warn": "33", "dim": "2"}


def paint(role: str, text: str) -> str:
    """Text in the colour of its role (ECMA-48, SGR)."""
    return f"\x1b[{_CODES[role]}m{text}\x1b[0m"


class Screen:
    """Where results and failures are shown. `color` applies to standard output, `error_color` to standard error.

    `before` is called before anything is written: a live line has to go first. What a terminal shows it shows at once;
    elsewhere text leaves when there is enough of it, before the program waits for anything (`flush`), and at the end.
    """

    def __init__(
        self,
        environment: Environment,
        color: bool,
        error_color: bool,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self.color = color
        self._environment = environment
        self._before = before
        self._out = environment.stdout
        self._err = environment.stderr
        self._paint = paint if color else plain
        self._error_paint = paint if error_color else plain
        self._closed: OutputClosed | None = None

    def show(self, result: Any) -> None:
        """A command's result. Raises OutputClosed where nobody reads it."""
        self._before()
        if type(result) is Clip and self._out.isatty():
            self._put(result.sequence)
        texts = shown(result, View(self._paint, self._environment.local_time()))
        if isinstance(texts, list):
            self._put("\n".join(texts) + "\n")
        else:
            self._write(texts)

    def echo(self, text: str) -> None:
        """A line that was read from a script or a pipe, behind the prompt, so that the transcript reads well."""
        self._before()
        self._put(f"stcp: {visible(text)}".rstrip() + "\n")

    def line(self, text: str) -> None:
        """A line of text that is safe already."""
        self._before()
        self._put(f"{text}\n")

    def flush(self) -> None:
        """Let everything out. Where nobody takes it the next one to write is told: what was begun is not cut short."""
        try:
            self._out.flush()
        except OSError as error:
            self._closed = closed(error)

    def settle(self) -> None:
        """Let everything out. Raises OutputClosed where nobody takes it."""
        self.flush()
        self._put("")

    def fail(self, text: str) -> None:
        """A failure, a warning: one line on standard error."""
        try:
            self._before()
            self._out.flush()  # both may be the same terminal: keep the order
            self._err.write(self._error_paint("bad", visible(text)) + "\n")
            self._err.flush()
        except (OSError, ValueError):
            return  # nobody is left to be told

    def _write(self, texts: Iterable[str]) -> None:
        """Write lines as they are made: the first leaves at once, the rest in blocks."""
        waiting, size = iter(texts), 1
        while block := list(islice(waiting, size)):
            block.append("")
            self._put("\n".join(block))
            self.settle()
            size = _BLOCK

    def _put(self, text: str) -> None:
        if self._closed:
            raise self._closed
        try:
            self._out.write(text)
        except OSError as error:
            raise closed(error) from None


class JsonlScreen(Screen):
    """Standard output for another program (`--format jsonl`): the records, and nothing else.

    Failures and warnings still go to standard error.
    """

    def show(self, result: Any) -> None:
        """Take a result to its end: a table is complete, for the record of it, when it has been read."""
        for _ in shown(result):
            pass
        self._put("")  # raises OutputClosed where nobody reads the records

    def echo(self, text: str) -> None:
        """Nothing: the command's record has it."""

    def line(self, text: str) -> None:
        """Nothing."""

    def record(self, line: str) -> None:
        """A record that is complete; it leaves at once. Where nobody takes it the next command is told."""
        if self._closed:
            return
        try:
            self._out.write(line)
            self._out.flush()
        except OSError as error:
            self._closed = closed(error)


def closed(error: OSError) -> OutputClosed:
    """What it means that standard output could not be written."""
    if isinstance(error, BrokenPipeError):
        return OutputClosed("standard output was closed")
    return OutputFull(f"standard output takes no more: {error.strerror}")


def wants_color(when: str, stream: TextIO, variables: dict[str, str] | Any) -> bool:
    """`--color WHEN`; for auto: a terminal that is not dumb, and no NO_COLOR (https://no-color.org)."""
    if when != "auto":
        return when == "always"
    return bool(stream.isatty() and variables.get("TERM") != "dumb" and not variables.get("NO_COLOR"))


def discard(stream: TextIO) -> None:
    """Point a stream that nobody reads at the null device, so that nothing complains when the process ends."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    except (OSError, ValueError):
        return
