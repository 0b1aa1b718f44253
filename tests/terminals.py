"""A real terminal for tests: the shell on a pty, and what stands on its screen."""

from __future__ import annotations

import os
import re
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import pexpect
import pyte
from child import ROOT

PATIENCE = 20.0  # seconds, until a test that waits for something fails
_OURS = re.compile(r"PYTHON|XDG_|PROMPT_TOOLKIT|NO_COLOR|TERM\Z|COLORTERM")


class _Screen(pyte.Screen):
    """A screen that answers, where the cursor is."""

    def __init__(self, columns: int, lines: int, answer: Callable[[str], None]) -> None:
        super().__init__(columns, lines)
        self._answer = answer

    def write_process_input(self, data: str) -> None:
        self._answer(data)


class Terminal:
    """Runs the shell and looks at its screen. All waiting is for something that is to be seen."""

    def __init__(
        self,
        state: Path,
        *words: str,
        term: str = "xterm-256color",
        size: tuple[int, int] = (40, 100),
        command: Sequence[str] = (sys.executable, "-m", "stcp_shell"),
        **variables: str,
    ) -> None:
        inherited = {name: value for name, value in os.environ.items() if not _OURS.match(name)}
        environment = inherited | {
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "XDG_STATE_HOME": str(state),
            "XDG_CONFIG_HOME": str(state),
            "PAGER": "",
            "TERM": term,
        }
        first, *others = [*command, *words]
        self.child = pexpect.spawn(first, others, env=environment | variables, dimensions=size, timeout=PATIENCE)
        self.child.delaybeforesend = None
        self.log = b""
        self._screen = _Screen(size[1], size[0], self.send)
        self._stream = pyte.ByteStream(self._screen)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.child.close(force=True)

    @property
    def lines(self) -> list[str]:
        """The screen's lines, without trailing blanks."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The screen without its empty lines."""
        return "\n".join(line for line in self.lines if line)

    @property
    def edited(self) -> str:
        """The line that the cursor is in."""
        return self.lines[self._screen.cursor.y]

    @property
    def colors(self) -> set[str]:
        """The colours of the letters in the cursor's line."""
        row = self._screen.buffer[self._screen.cursor.y]
        return {row[x].fg for x in range(self._screen.columns) if row[x].data.strip()}

    def send(self, text: str) -> None:
        """Keys, as they are typed; Enter is a carriage return."""
        self.child.send(text)

    def paste(self, text: str) -> None:
        """A bracketed paste."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def wait(self, what: str | Callable[[], Any]) -> None:
        """Until a text stands on the screen, or something holds. Fails with all that there is to see."""
        until = time.monotonic() + PATIENCE
        while not (what in self.text if isinstance(what, str) else what()):
            try:
                self._feed(self.child.read_nonblocking(65536, timeout=max(0.0, until - time.monotonic())))
            except (pexpect.TIMEOUT, pexpect.EOF) as why:
                raise AssertionError(self._report(what, type(why).__name__)) from None

    def prompt(self) -> None:
        """Until there is an empty prompt."""
        self.wait(lambda: self.edited == "stcp:")

    def run(self, line: str) -> None:
        """Type a line at the prompt and wait for the next prompt."""
        self.send(line)
        self.wait(lambda: self.edited == f"stcp: {line}")
        self.send("\r")
        self.prompt()

    def end(self) -> int:
        """Wait for the shell to end; answers its exit status, or minus the signal that killed it."""
        while True:
            try:
                self._feed(self.child.read_nonblocking(65536, timeout=PATIENCE))
            except pexpect.EOF:
                break
            except pexpect.TIMEOUT:
                raise AssertionError(self._report("the end", "TIMEOUT")) from None
        mode = termios.tcgetattr(self.child.child_fd)[3]
        assert mode & termios.ECHO, "the terminal's mode was not restored"
        assert mode & termios.ICANON, "the terminal's mode was not restored"
        self.child.close()
        return -int(self.child.signalstatus) if self.child.signalstatus else int(self.child.exitstatus)

    def _feed(self, data: bytes) -> None:
        self.log += data
        self._stream.feed(data)

    def _report(self, what: str | Callable[[], Any], why: str) -> str:
        return f"{why}\n--- expected\n{what}\n--- screen\n{self.text}\n--- log\n{self.log!r}"


@contextmanager
def shell(state: Path, *words: str, **options: Any) -> Iterator[Terminal]:
    """A shell that stands at its first prompt."""
    with Terminal(state, *words, **options) as terminal:
        terminal.prompt()
        yield terminal


def history(state: Path) -> list[str]:
    """The entries of the history file."""
    lines = (state / "stcp-shell" / "history").read_text().splitlines()
    return [line[1:] for line in lines if line.startswith("+")]
