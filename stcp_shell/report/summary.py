"""The summary of a log: how often and when each source address had each outcome at each destination; the commands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..model.arrival import Arrival
from ..model.checks import CommandFailed
from ..model.connection import Connection, endpoint_text
from ..model.diagnosis import Verdict
from ..model.entry import Entry
from ..model.record import KINDS
from ..model.session import CommandGiven, SessionBegun
from .both_ends import BothEnds
from .moments import left
from .replay import replay_lines

MOST_ROWS = 500  # different rows; a scan of all ports must not fill the memory
MOST_COMMANDS = 500  # commands that are replayed


class Row(NamedTuple):
    """Connections that are alike. The address is empty if the name had none."""

    source: str  # `-`: none was chosen
    chosen_by: str
    name: str
    address: str
    port: int
    outcome: str
    connections: int
    first: str  # time of the first and of the last
    last: str
    sample: Connection  # the newest of them

    @property
    def destination(self) -> str:
        return endpoint_text(self.address or self.name, self.port)


class Summary:
    """Counts records while they pass through."""

    def __init__(self) -> None:
        self.records = 0
        self.ends = BothEnds()
        self.commands = 0
        self.begun: SessionBegun | None = None  # the first session
        self.beyond: Counter[str] = Counter()  # outcomes of connections that have no row
        self.unknown: Counter[str] = Counter()  # records of types that this version does not know
        self._rows: dict[tuple[Any, ...], list[Any]] = {}
        self._not_understood = 0  # connections
        self._script: list[Entry] = []

    def watch(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Yield the records unchanged, and count them."""
        for entry in entries:
            self.records += 1
            kind = entry.record.__class__
            if kind is Connection:
                self._add(entry, entry.record)
                self.ends.take(entry)
            elif kind in (Verdict, Arrival):
                self.ends.take(entry)
            elif kind is CommandGiven:
                self.commands += 1
                # The log has the commands of a script one by one, so the replay needs no script file.
                if self.commands <= MOST_COMMANDS and entry.record.text[:7] != "source ":
                    self._script.append(entry)
            elif kind in (SessionBegun, CommandFailed):
                self.begun = self.begun or (entry.record if kind is SessionBegun else None)
                if self.commands <= MOST_COMMANDS:
                    self._script.append(entry)
            elif entry.record is None:
                self._miss(entry)
            yield entry

    def _add(self, entry: Entry, found: Connection) -> None:
        key = (found.source.address if found.source else "-", found.chosen_by, found.destination, found.outcome)
        row = self._rows.get(key)
        if row:
            row[0] += 1
            row[2], row[3] = left(entry, found), found
        elif len(self._rows) < MOST_ROWS:
            self._rows[key] = [1, left(entry, found), left(entry, found), found]
        else:
            self.beyond[found.outcome] += 1

    def _miss(self, entry: Entry) -> None:
        if not entry.problem:
            self.unknown[entry.type if len(self.unknown) < MOST_ROWS else "others"] += 1
        elif entry.type == KINDS[Connection].type:
            self._not_understood += 1

    def rows(self) -> list[Row]:
        """Return the rows, in the order of their first connection."""
        return [
            Row(source, chosen_by, to.name, to.address or "", to.port, outcome, *counted)
            for (source, chosen_by, to, outcome), counted in self._rows.items()
        ]

    def replay(self) -> list[str]:
        """Return the lines of a script that repeats the session; none if there is nothing to repeat."""
        lines = list(replay_lines(self._script))
        if all(line.startswith("#") for line in lines):
            return []
        more = self.commands - MOST_COMMANDS
        return [*lines, f"# {more} more commands are left out"] if more > 0 else lines

    def remarks(self) -> list[str]:
        """Return remarks on what the rows do not show."""
        said = []
        if self.beyond:
            outcomes = ", ".join(f"{count} {outcome}" for outcome, count in self.beyond.most_common(12))
            more = f"{sum(self.beyond.values())} more connections, of other kinds"
            said.append(f"{more}, have no row in the table by source address: {outcomes}")
        if self._not_understood:
            records = "record is" if self._not_understood == 1 else "records are"
            said.append(f"{self._not_understood} connection {records} not understood by this version")
        if self.unknown:
            kinds = ", ".join(f"{kind[:40]} ({count})" for kind, count in self.unknown.most_common(8))
            said.append(f"records of types that this version does not know: {kinds}")
        if not self.records:
            said.append("the log is empty: it has no record")
        return said
