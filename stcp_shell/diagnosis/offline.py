"""A prediction in progress: what is asked of a loaded host, what the answer rests on, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..model.prediction import LEVELS, CitedRow
from ..pasted.addresses import Known, known, number_of
from ..pasted.facts import Hop, Row
from ..pasted.host import Host
from ..pasted.prefixes import Prefixes

CERTAIN, DOCUMENTED, CONDITIONAL, UNKNOWN = LEVELS


class Undecided(Exception):
    """The tables do not show what decides. The message says what is missing."""

    def __init__(self, missing: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(missing)
        self.missing, self.candidates = missing, candidates


class Refused(Exception):
    """The host itself refuses the connection: `outcome` is unreachable, prohibited or no-route."""

    def __init__(self, outcome: str, why: str) -> None:
        super().__init__(why)
        self.outcome, self.why = outcome, why


class Chosen(NamedTuple):
    """A source address and the rule that selects it."""

    address: str
    why: str
    line: int  # that shows the address
    others: tuple[str, ...] = ()  # further candidates


class Path(NamedTuple):
    """A row that is used, and its next hop."""

    row: Row
    hop: Hop
    chosen: Chosen | None = None  # the source address, if the row was looked up with it


class Inquiry:
    """A destination, the host's tables, and the notes of the prediction."""

    def __init__(self, host: Host, prefixes: Prefixes, destination: str, family: str, extra: Row | None) -> None:
        self.extra = extra  # a row that is tried
        self.host, self.prefixes = host, prefixes
        self.destination, self.family = destination, family
        self.number = number_of(destination)
        self.level = CERTAIN
        self.missing: dict[str, None] = {}
        self.cited: dict[int, str] = {}
        self.paths: list[Path] = []
        self.own: list[Known] = known(prefixes, family)

    def lower(self, level: str, missing: str = "") -> None:
        """Make the prediction at most as sure as `level`."""
        self.level = LEVELS[max(LEVELS.index(self.level), LEVELS.index(level))]
        if missing:
            self.missing.setdefault(missing)

    def cite(self, line: int, why: str) -> None:
        """Rest the prediction on a line."""
        if line:
            self.cited.setdefault(line, why)

    def rows(self) -> tuple[CitedRow, ...]:
        """Return the lines that it rests on."""
        return tuple(CitedRow(*self.host.place(line), why) for line, why in self.cited.items())

    def matches(self, table: str) -> Iterator[list[Row]]:
        """Yield the rows whose networks hold the destination, the longest prefix first; the one that is tried wins."""
        if self.extra and table == "main":
            yield [self.extra]
        yield from self.prefixes.matches(self.number, self.family, table)

    def on(self, interface: str) -> list[Known]:
        """Return the own addresses of an interface, whose index Windows shows in place of its name."""
        found = [each for each in self.own if each.interface == interface]
        if found or not interface.isdecimal():
            return found
        cards = {card.name for card in self.host.cards.values() if card.settings.get("index") == interface}
        return [each for each in self.own if each.interface in cards]
