"""The commands of a session log as a script that replays them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..lab import SCENARIOS
from ..language.syntax import as_word, is_name
from ..model.checks import CommandFailed
from ..model.entry import Entry
from ..model.session import CommandGiven, SessionBegun
from .text.escape import visible

# They concern the recorded session, and change nothing on the network.
_LEFT_OUT = frozenset(("record", "log", "copy", "help", "quit"))
_TYPED = "typed"
_NOT_SOURCED = (_TYPED, "-c", "<stdin>")


def replay_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the lines of the script while the records are read.

    For a sourced script this is its `source` line, unless a line of it failed: that would end the replay, so the lines
    of the script are written instead. A command that failed becomes a comment.
    """
    replay = _Replay()
    for entry in entries:
        yield from replay.take(entry)
    yield from replay.rest()


def command_line(begun: SessionBegun | None, file: str) -> str:
    """Return the command that replays the script in a file: in the lab, if the session was in it."""
    words = begun.arguments if begun else ()
    scenarios = {f"--lab={name}" for name in SCENARIOS} | {"--lab"}
    joined = [f"{one}={two}" for one, two in zip(words, words[1:]) if one == "--lab"]
    lab = next((word for word in (*joined, *words) if word in scenarios), "")
    return " ".join(["stcp-shell", *([lab] if lab else []), file])


class _Line:
    def __init__(self, text: str) -> None:
        self.text = text
        self.why = ""  # why it failed; empty: it did not

    def __str__(self) -> str:
        # Tab is white space. Other hidden characters are not part of a command, or would hide what a command does.
        if self.why or visible(self.text.replace("\t", " ")) != self.text.replace("\t", " "):
            return f"# failed: {visible(self.text)}  ({visible(self.why or 'it has hidden characters')})"
        return self.text


class _Replay:
    """The current line and the lines that it sourced. Failures come after them, so they wait for the next line."""

    def __init__(self) -> None:
        self._lines: dict[int, _Line] = {}  # by the `seq` of the record, the outermost first
        self._outer = ""  # the source of the outermost line
        self._sourced = ""  # the file that the outermost line may have sourced
        self._scripts: tuple[str, ...] = ()  # of the command line

    def take(self, entry: Entry) -> Iterator[str]:
        """Take the next record; yield the lines that are complete."""
        record = entry.record
        if isinstance(record, SessionBegun):
            yield from self.rest()
            self._outer = self._sourced = ""
            self._scripts = record.scripts
            yield from _head(record, entry)
        elif isinstance(record, CommandGiven):
            text, source = record.text, record.origin.rpartition(":")[0] or _TYPED
            if not self._nested(source):
                yield from self.rest()
                self._outer = source
                self._sourced = text.removeprefix("source").strip().strip("'") if text.startswith("source") else ""
            self._lines[entry.seq] = _Line(text)
        elif isinstance(record, CommandFailed) and (line := self._lines.get(entry.command)):
            line.why = record.error

    def rest(self) -> Iterator[str]:
        """Yield the current line."""
        outer, *nested = self._lines.values() or [_Line("")]
        self._lines.clear()
        if any(line.why for line in nested):
            yield f"# {visible(outer.text)}: a line in it failed; its lines follow"
            yield from (str(line) for line in nested if line.why or not _is(line, {"source"} | _LEFT_OUT))
        elif outer.text and not _is(outer, _LEFT_OUT):
            yield str(outer)

    def _nested(self, source: str) -> bool:
        """Return whether a line from that source was sourced by the current line."""
        if not self._sourced or source == self._outer:
            return False
        return source == self._sourced or source not in (*_NOT_SOURCED, *self._scripts)


def _is(line: _Line, names: Iterable[str]) -> bool:
    return line.text.split(None, 1)[:1] in ([name] for name in names)


def _head(record: SessionBegun, entry: Entry) -> Iterator[str]:
    """Yield the origin of the script, and the variables that the command line set."""
    host, system, version = map(visible, (record.host, record.system, record.version))
    yield f"# Recorded by stcp-shell {version} on {host} ({system}), {visible(entry.second or '?')} UTC"
    yield f"# Run as: {visible(' '.join(['stcp-shell', *record.arguments]))}"
    for definition in record.variables:
        name, _, value = definition.partition("=")
        if is_name(name):
            usable = visible(value) == value
            yield (
                f"set -default {name} {as_word(value)}"
                if usable
                else f"# -D {name}={visible(value)}: not replayed, it has hidden characters"
            )
