"""Shortens a long log to its start, its end, and the important records in between. The size is bounded."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from ..model.checks import CommandFailed
from ..model.connection import Connection
from ..model.entry import Entry
from ..model.record import KINDS
from ..model.session import CommandGiven
from ..model.tables import Interfaces, Routes

MOST_IMPORTANT = 500
MOST_LARGE = 20  # records with whole tables in them
_LARGE = {KINDS[kind].type for kind in (Interfaces, Routes)}
# A log can have thousands of these. Verdicts, notes and failed expectations are few, and kept.
_COMMAND, _CONNECTION, _RESULT = (KINDS[kind].type for kind in (CommandGiven, Connection, CommandFailed))
_ORDINARY = {_COMMAND, _CONNECTION, _RESULT}


class Gap(NamedTuple):
    """The number of records that were left out, and how many of them were connections."""

    records: int
    connections: int


def important(entry: Entry) -> bool:
    """Return whether a record is kept, wherever it is in the log."""
    if entry.type in _ORDINARY:
        return type(entry.record) is CommandFailed
    return any(kind.type == entry.type for kind in KINDS.values())


def excerpt(entries: Iterable[Entry], first: int, last: int) -> Iterator[Entry | Gap]:
    """Yield the `first` and the `last` records, the important ones in between, and gaps for what is left out."""
    source = iter(entries)
    large = 0
    yield from islice(source, first)
    window: deque[Entry] = deque()
    middle = _Middle()
    for entry in source:
        window.append(entry)
        large += entry.type in _LARGE
        if len(window) > last or large > MOST_LARGE:
            leaving = window.popleft()
            large -= leaving.type in _LARGE
            yield from middle.take(leaving)
    yield from middle.gap()
    yield from window


class _Middle:
    """Selects the records in the middle. A command that failed is kept together with its error."""

    def __init__(self) -> None:
        self._records = self._connections = 0
        self._kept = self._large = 0
        self._command: Entry | None = None

    def take(self, entry: Entry) -> Sequence[Entry | Gap]:
        """Take the next record; return what can be shown by now."""
        kind = entry.type
        if kind == _CONNECTION:  # never important, and most of what there is
            self._records += 1
            self._connections += 1
            return ()
        if kind == _COMMAND:
            self._leave_out_command()
            self._command = entry
            return ()
        self._large += kind in _LARGE
        if not self._worth(entry):
            self._records += 1
            return ()
        self._kept += 1
        command, self._command = self._command, None
        if command and command.seq != entry.command:
            self._records += 1
            command = None
        return [*self.gap(), *([command] if command else []), entry]

    def gap(self) -> Sequence[Gap]:
        """Return a Gap for what was left out since the last one, if anything was."""
        self._leave_out_command()
        records, connections = self._records, self._connections
        self._records = self._connections = 0
        return [Gap(records, connections)] if records else ()

    def _worth(self, entry: Entry) -> bool:
        """Return whether a record is important and there is room for it."""
        if not important(entry) or self._kept >= MOST_IMPORTANT:
            return False
        return entry.type not in _LARGE or self._large <= MOST_LARGE

    def _leave_out_command(self) -> None:
        self._records += self._command is not None
        self._command = None
