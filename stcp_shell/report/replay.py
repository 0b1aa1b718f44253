"""The commands of a session log as a script that replays them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..app.options import UsageError, parse
from ..language.syntax import as_word, is_name
from .text.escape import visible

Record = dict[str, Any]
# They are about the session that was, and change nothing on the network.
_LEFT_OUT = frozenset(("record", "log", "copy", "help", "quit"))
_TYPED = "typed"


def replay_lines(records: Iterable[Record]) -> Iterator[str]:
    """The lines of the script, made as the records are read.

    What a sourced script did is the `source` line, unless a line of it failed: it would end the replay there, so its
    lines stand in place of it. What failed is a comment.
    """
    replay = _Replay()
    for record in records:
        yield from replay.take(record)
    yield from replay.rest()


class _Line:
    def __init__(self, text: str) -> None:
        self.text = text
        self.why = ""  # it failed

    def __str__(self) -> str:
        # Tab is white space. What else is hidden is no part of a command, or would hide what a command does.
        if self.why or visible(self.text.replace("\t", " ")) != self.text.replace("\t", " "):
            return f"# failed: {visible(self.text)}  ({visible(self.why or 'it has hidden characters')})"
        return self.text


class _Replay:
    """The line under way with those that it sourced, until the next one begins: failures are recorded after them."""

    def __init__(self) -> None:
        self._lines: dict[Any, _Line] = {}  # by the number of the record, the outermost first
        self._outer = ""  # where that one is from
        self._sourced = ""  # what the last line that was not sourced itself may have sourced
        self._given: Sequence[str] = ()

    def take(self, record: Record) -> Iterator[str]:
        """The next record; answers the lines that are complete."""
        kind, text = record.get("type"), record.get("text")
        if kind == "session":
            yield from self.rest()
            self._outer = self._sourced = ""
            arguments = [word for word in record.get("arguments") or () if isinstance(word, str)]
            self._given = _files(arguments)
            yield from _head(record, arguments)
        elif kind == "command" and isinstance(text, str):
            source = str(record.get("from")).rpartition(":")[0] or _TYPED
            if not self._nested(source):
                yield from self.rest()
                self._outer = source
                self._sourced = text.removeprefix("source").strip().strip("'") if text.startswith("source") else ""
            self._lines[record.get("seq")] = _Line(text)
        elif kind == "result" and record.get("error") and (line := self._lines.get(record.get("command"))):
            line.why = str(record["error"])

    def rest(self) -> Iterator[str]:
        """The line under way."""
        outer, *nested = self._lines.values() or [_Line("")]
        self._lines.clear()
        if any(line.why for line in nested):
            yield f"# {visible(outer.text)}, of which a line failed:"
            yield from (str(line) for line in nested if line.why or not _is(line, {"source"} | _LEFT_OUT))
        elif outer.text and not _is(outer, _LEFT_OUT):
            yield str(outer)

    def _nested(self, source: str) -> bool:
        """Whether a line from there was sourced by the one under way."""
        if not self._sourced or source == self._outer:
            return False
        return source == self._sourced or source not in self._given


def _is(line: _Line, names: Iterable[str]) -> bool:
    return line.text.split(None, 1)[:1] in ([name] for name in names)


def _files(arguments: Sequence[str]) -> list[str]:
    try:
        files = parse(arguments).files
    except UsageError:  # of another version
        files = []
    return [_TYPED, "-c", "<stdin>", *files]


def _head(record: Record, arguments: Sequence[str]) -> Iterator[str]:
    """Where it comes from, and the variables that the command line gave."""
    host, system = (visible(str(record.get(name, "an unknown one"))) for name in ("host", "system"))
    version, time = (visible(str(record.get(name, "?"))) for name in ("version", "time"))
    yield f"# Recorded by stcp-shell {version} on {host} ({system}), {time[:19].replace('T', ' ')} UTC"
    yield f"# Run as: {visible(' '.join(['stcp-shell', *arguments]))}"
    try:
        found = parse(arguments)
    except UsageError:
        return
    values = {"timeout": f"{found.timeout:g}"} if found.timeout else {}
    for name, value in (values | dict(found.definitions)).items():
        if is_name(name):
            usable = visible(value) == value
            yield f"set -default {name} {as_word(value)}" if usable else f"# -D {name}={visible(value)}: in no script"
