"""What a log adds up to: how often each source address met each outcome at each destination, and when; its commands."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .replay import replay_lines
from .text.events import MALFORMED, known

Record = dict[str, Any]
MOST_ROWS = 500  # different ones; a scan of all ports must not take all of the memory
MOST_COMMANDS = 500  # that are replayed


class Row(NamedTuple):
    """Connections that are alike. The address is empty where the name had none."""

    source: str  # `-`: none was chosen
    chosen_by: str
    name: str
    address: str
    port: str
    outcome: str
    connections: int
    first: str  # times
    last: str
    sample: Record  # the newest of them

    @property
    def destination(self) -> str:
        host = self.address or self.name
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


class Summary:
    """Counts while records pass through."""

    def __init__(self) -> None:
        self.records = 0
        self.connections = 0
        self.commands = 0
        self.beyond: Counter[str] = Counter()  # outcomes of connections that have no row
        self.unknown: Counter[str] = Counter()  # records of types that this version does not know
        self._rows: dict[tuple[Any, ...], list[Any]] = {}
        self._malformed = 0
        self._script: list[Record] = []

    def watch(self, records: Iterable[Record]) -> Iterator[Record]:
        """Hand the records on, counted. What is malformed is handed on all the same."""
        for record in records:
            kind = record["type"]
            self.records += 1
            if kind == "connection":
                try:
                    self._add(record)
                except MALFORMED:
                    self._malformed += 1
            elif kind == "command":
                self.commands += 1
                # What a script did is in the log line by line, so who replays it needs no file.
                if self.commands <= MOST_COMMANDS and str(record.get("text"))[:7] != "source ":
                    self._script.append(record)
            elif self.commands <= MOST_COMMANDS and (kind == "session" or (kind == "result" and record.get("error"))):
                self._script.append(record)
            elif not known(kind):
                self.unknown[kind if len(self.unknown) < MOST_ROWS else "others"] += 1
            yield record

    def _add(self, record: Record) -> None:
        source, destination, outcome = record.get("source"), record["destination"], record["outcome"]
        time = str(record["time"])
        key = (
            source["address"] if source else "-",
            record["chosen_by"],
            destination["name"],
            destination["address"],
            destination["port"],
            outcome,
        )
        row = self._rows.get(key)
        if row:
            row[0] += 1
            row[2], row[3] = time, record
        elif len(self._rows) < MOST_ROWS:
            self._rows[key] = [1, time, time, record]
        else:
            self.beyond[outcome] += 1
        self.connections += 1

    def rows(self) -> list[Row]:
        """The rows, in the order in which they came up."""
        return [
            Row(str(source), str(chosen_by), str(name), str(address or ""), str(port), str(outcome), count, *rest)
            for (source, chosen_by, name, address, port, outcome), (count, *rest) in self._rows.items()
        ]

    def replay(self) -> list[str]:
        """The lines of a script that does it again; none where nothing was done."""
        try:
            lines = list(replay_lines(self._script))
        except MALFORMED:
            return []
        if all(line.startswith("#") for line in lines):
            return []
        more = self.commands - MOST_COMMANDS
        return [*lines, f"# {more} more commands are left out"] if more > 0 else lines

    def remarks(self) -> list[str]:
        """What the rows do not say."""
        said = []
        if self.beyond:
            outcomes = ", ".join(f"{count} {outcome}" for outcome, count in self.beyond.most_common(12))
            more = f"{sum(self.beyond.values())} more connections, of other kinds"
            said.append(f"{more}, have no row in the table by source address: {outcomes}")
        if self._malformed:
            records = "record is" if self._malformed == 1 else "records are"
            said.append(f"{self._malformed} connection {records} not understood by this version")
        if self.unknown:
            kinds = ", ".join(f"{kind[:40]} ({count})" for kind, count in self.unknown.most_common(8))
            said.append(f"records of types that this version does not know: {kinds}")
        if not self.records:
            said.append("the log is empty: it has no record")
        return said
