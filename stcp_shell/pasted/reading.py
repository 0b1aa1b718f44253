"""Reads a pasted text: gives each line to the reader of its table, and counts what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from .commands import typed
from .host import Host, Paste
from .readers import OPENERS
from .states import FRAME, IDLE, PARTLY, ROW, UNREAD
from .table import Context, Reader
from .text import LONGEST, Text

_ELISION = re.compile(
    r"\W*(?:\.{3,}|\u2026|:|\[?\.{3}\]?|\[?(?:snip|cut|omitted|continues?|truncated)\]?)\W*(?:(?:snip|"
    r"cut|omitted|continues?|truncated|:)\W*)*$",
    re.IGNORECASE,
)
# C0 but for tab, soft hyphen, format characters (Unicode Cf), full-width forms. C1 may be a letter of a code page.
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffd\uff01-\uff5e]"
)
Opener = Callable[[str, "list[str]", Context], "Reader | None"]
_CUT = "the text ends without a newline: this line may be cut"


def read(text: Text, file: str, host: Host) -> list[Host]:
    """Add the facts of a text to the host. Return the hosts that it shows: more than one if their systems differ."""
    return _Reading(text, file, host).hosts()


def is_table(text: Text) -> bool:
    """Return whether a text is mostly a table of a host, and not lines of commands."""
    host = Host("")
    _Reading(text, "", host).hosts()
    counts = host.counts()
    rows = counts["row"] + counts["partly"]
    return rows > 1 and rows + counts["head"] > counts["not understood"]


class _Reading:
    """The state of the reading between two lines."""

    def __init__(self, text: Text, file: str, host: Host) -> None:
        self.text, self.file = text, file
        self.states = bytearray(len(text.lines))
        self.reader: Reader | None = None
        self.found = [host]
        self.prompt = ""
        self.context = self._context(host)

    def _context(self, host: Host) -> Context:
        last = host.pastes[-1] if host.pastes else None
        context = Context(host, last.first + len(last.lines) if last else 1, self.states)
        self.reasons = context.reasons
        host.pastes.append(
            Paste(self.file, context.first, self.text.lines, self.states, context.reasons, self.text.remarks)
        )
        return context

    def hosts(self) -> list[Host]:
        """Read all lines."""
        states, first = self.states, self.context.first
        odd = _ODD if any(map(_ODD.search, self.text.lines)) else None
        for number, line in enumerate(self.text.lines):
            reader = self.reader
            state = reader.read(number + first, line) if reader else None
            if state is None:
                state = self._other(number, line)
                first = self.context.first
            if odd and state == ROW and odd.search(line):
                state = self.context.partly(number + first, "it has control or invisible characters, or wide digits")
            states[number] = state
        if self.reader:
            self.reader.end()
        last = first + len(states) - 1
        if not self.text.ends and self.states[-1] in (ROW, PARTLY):
            self.context.amend(last, PARTLY, _CUT)
            if self.context.completes[0] == last:
                self.context.amend(self.context.completes[1], PARTLY, _CUT)
        if not self.text.ends:
            self.context.host.gaps.setdefault("the text ends without a newline: it may be cut", last)
        return self.found

    def _other(self, number: int, line: str) -> int:
        """Return the state of a line that the open table does not have."""
        stripped = line.strip()
        if not stripped:
            return IDLE
        at = number + self.context.first
        if len(line) > LONGEST:
            self.reasons[number] = f"longer than {LONGEST} characters"
            return UNREAD
        command = typed(line)
        if command:
            return self._command(command)
        words = stripped.split()
        for opener in OPENERS:
            table = opener(line, words, self.context)
            if table:
                return self._opened(table, opener, number, line, words)
        if _ELISION.match(stripped):
            self.context.host.gaps.setdefault("lines were left out of it", at)
        return UNREAD

    def _opened(self, table: Reader, opener: Opener, number: int, line: str, words: list[str]) -> int:
        if self.reader:
            self.reader.end()
        host = self.context.host
        if table.systems and not table.systems & host.systems and not host.given:
            self._another()
            table = opener(line, words, self.context) or table
            host = self.context.host
        if table.systems:
            host.systems &= table.systems or host.systems
        self.reader = table
        state = table.read(number + self.context.first, line)
        return UNREAD if state is None else state

    def _command(self, command: tuple[str, tuple[str, ...]]) -> int:
        prompt, words = command
        if prompt and self.prompt and prompt != self.prompt:
            self._another()
        self.prompt = prompt or self.prompt
        if words:
            if self.reader:
                self.reader.end()
            self.reader = None
            self.context.command = words
        return FRAME

    def _another(self) -> None:
        """Begin another host."""
        if not self.context.host.has_facts:
            return
        if self.reader:
            self.reader.end()
        self.reader = None
        host = Host(f"{self.found[0].name}-{len(self.found) + 1}")
        self.found.append(host)
        self.context = self._context(host)
