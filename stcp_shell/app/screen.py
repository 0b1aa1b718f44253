"""Standard output and standard error as lines: results, echoes, failures, and colour if it is wanted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import chain, islice
from typing import Any, TextIO

from ..environment import Environment
from ..errors import OutputClosed, OutputFull
from ..model.results import Clip
from ..model.secrets import masked
from ..report.formats import shown
from ..report.text.escape import visible
from ..report.text.words import WIDTH, View, plain
from .paper import columns, folded, paged, size

_BLOCK = 256  # lines
_CODES = {"good": "32", "bad": "31", "warn": "33", "dim": "2"}


def paint(role: str, text: str) -> str:
    """Return text in the colour of its role (ECMA-48, SGR)."""
    return f"\x1b[{_CODES[role]}m{text}\x1b[0m"


class Screen:
    """Shows results and failures. `color` applies to standard output, `error_color` to standard error.

    `before` is called before anything is written, to erase a live line. `quiet`: nothing is shown besides results,
    failures and remarks. A terminal shows text at once; elsewhere text is written when the buffer is full, before the
    program waits for anything (`flush`), and at the end.
    """

    def __init__(
        self,
        environment: Environment,
        color: bool,
        error_color: bool,
        before: Callable[[], None] = lambda: None,
        quiet: bool = False,
    ) -> None:
        self.color = color
        self.may_page: Callable[[], bool] = lambda: False  # whether a pager may show what is long
        self.quiet = quiet  # no lines but results, failures and remarks
        self._environment = environment
        self._before = before
        self._out = environment.stdout
        self._err = environment.stderr
        self._paint = paint if color else plain
        self._error_paint = paint if error_color else plain
        self._closed: OutputClosed | None = None

    @property
    def on_terminal(self) -> bool:
        """Whether a person sees standard output and standard error at once."""
        return self._out.isatty() and self._err.isatty()

    def show(self, result: Any) -> None:
        """Show a command's result. Raises OutputClosed if its reader has closed the pipe (EPIPE)."""
        self._before()
        if type(result) is Clip and self._out.isatty():
            self._put(result.sequence)
        texts = shown(result, View(self._paint, self._environment.local_time(), self.columns()))
        if self._out.isatty():
            texts = self._fitted(texts)
        if isinstance(texts, list):
            self._put("\n".join(texts) + "\n")
        else:
            self._write(texts)

    def echo(self, text: str) -> None:
        """Show a line of a script or a pipe after the prompt, so that the transcript reads well."""
        self._before()
        if not self.quiet:
            self._put(f"stcp: {visible(masked(text))}".rstrip() + "\n")

    def line(self, text: str) -> None:
        """Show a line of text that needs no escaping."""
        self._before()
        self._put("\n".join([*self._parts(text, self._out), ""]))

    def ask(self, prompt: str) -> None:
        """Show a prompt. Raises OutputClosed if standard output cannot be written."""
        self._before()
        self._put(prompt)
        self.settle()

    def flush(self) -> None:
        """Flush; the next write raises the error, so that the current action is not cut short."""
        try:
            self._out.flush()
        except OSError as error:
            self._closed = closed(error)

    def settle(self) -> None:
        """Flush. Raises OutputClosed if standard output cannot be written."""
        self.flush()
        self._put("")

    def warn(self, text: str) -> None:
        """Show a remark that is no result on standard error."""
        self.fail(text, "warn")

    def fail(self, text: str, role: str = "bad") -> None:
        """Show a failure or a warning: one line on standard error."""
        try:
            self._before()
            self._out.flush()  # both may be the same terminal: keep the order
            lines = (self._error_paint(role, part) for part in self._parts(visible(text), self._err))
            self._err.write("\n".join([*lines, ""]))
            self._err.flush()
        except (OSError, ValueError):
            return  # standard error cannot be written, for example EPIPE: the reader of the pipe has closed it

    def columns(self) -> int:
        """Return in how many columns texts are folded."""
        return columns(self._out) if self._out.isatty() else WIDTH

    def _parts(self, text: str, stream: TextIO) -> Iterable[str]:
        """Return a line in parts that fit on the stream, if that is a terminal."""
        return folded(text, columns(stream)) if stream.isatty() else [text]

    def _fitted(self, texts: Iterable[str]) -> Iterable[str]:
        """Return lines that fit on the terminal, after those that the pager has shown."""
        height = size(self._out)[1]
        width = columns(self._out)
        lines = chain.from_iterable(folded(text, width) for text in texts)
        if not self.may_page():
            return list(lines) if isinstance(texts, list) else lines
        self.settle()
        return paged(lines, height, self._environment.variables)

    def _write(self, texts: Iterable[str]) -> None:
        """Write lines as they are produced: the first at once, the rest in blocks."""
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
        """Read a result to its end: only then is a table complete for its record."""
        for _ in shown(result):
            pass
        self._put("")  # raises OutputClosed if the reader of the pipe has closed it (EPIPE)

    def echo(self, text: str) -> None:
        """Show nothing: the command's record has the line."""

    def line(self, text: str) -> None:
        """Show nothing."""

    def record(self, line: str) -> None:
        """Write a complete record and flush it; after an error the next command raises it."""
        if self._closed:
            return
        try:
            self._out.write(line)
            self._out.flush()
        except OSError as error:
            self._closed = closed(error)


def closed(error: OSError) -> OutputClosed:
    """Return the exception for an error of a write to standard output."""
    if isinstance(error, BrokenPipeError):
        return OutputClosed("standard output was closed")
    return OutputFull(f"standard output cannot be written: {error.strerror}")


def wants_color(when: str, stream: TextIO, variables: dict[str, str] | Any) -> bool:
    """Return whether to use colours, by `--color WHEN`.

    For auto: a terminal that is not dumb, and no NO_COLOR (https://no-color.org).
    """
    if when != "auto":
        return when == "always"
    return bool(stream.isatty() and variables.get("TERM") != "dumb" and not variables.get("NO_COLOR"))


def discard(stream: TextIO) -> None:
    """Point a stream whose reader has closed the pipe (EPIPE) at the null device: then the exit raises no error."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    except (OSError, ValueError):
        return
