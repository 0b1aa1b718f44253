"""A host as pasted texts show it: facts, and where each line of them came from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from .facts import Answer, Card, Own, PolicyRule, Row
from .states import NAMES, PARTLY, UNREAD

SYSTEMS = {
    "stcp": "OpenVOS STCP",
    "freebsd": "FreeBSD",
    "netbsd": "NetBSD",
    "openbsd": "OpenBSD",
    "dragonfly": "DragonFly BSD",
    "macos": "macOS",
    "linux": "Linux",
    "windows": "Windows Vista or later",
    "windows-xp": "Windows XP or 2003",
    "solaris": "Solaris or illumos",
    "aix": "AIX",
    "hpux": "HP-UX",
    "tru64": "Tru64 UNIX",
    "ios": "Cisco IOS",
    "nxos": "Cisco NX-OS",
    "asa": "Cisco ASA",
    "vxworks": "VxWorks",
    "rtems": "RTEMS",
}
BSD = frozenset({"freebsd", "netbsd", "openbsd", "dragonfly", "macos"})


_UNREAD = re.compile(b"[%c%c]" % (PARTLY, UNREAD))


class Paste(NamedTuple):
    """One text of a host."""

    file: str
    first: int  # the host's number of its first line
    lines: list[str]
    states: bytearray  # of each line
    reasons: dict[int, str]  # of lines (from 0) that are partly or not understood
    remarks: tuple[str, ...]

    def unread(self) -> Iterator[int]:
        """Yield the numbers (from 0) of the lines that are partly or not understood."""
        return (found.start() for found in _UNREAD.finditer(self.states))


class Place(NamedTuple):
    """Where a fact stands."""

    file: str
    line: int
    text: str


class Host:
    """What is known of a host. Readers add to it; everything else only reads it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.systems: frozenset[str] = frozenset(SYSTEMS)  # that all of its tables can come from
        self.given = ""  # the system that the user named
        self.pastes: list[Paste] = []
        self.cards: dict[str, Card] = {}
        self.rows: list[Row] = []
        self.rules: list[PolicyRule] = []
        self.answers: list[Answer] = []
        self.shown: dict[str, int] = {}  # tables that were pasted, `routes inet`, `addresses`, `rules inet`: first line
        self.gaps: dict[str, int] = {}  # why the tables are incomplete, with the line that shows it
        self.conflicts: dict[str, int] = {}  # why they contradict each other
        self.findings: dict[str, int] = {}  # odd, but no reason to doubt the rest

    @property
    def system(self) -> str:
        """The system's name in SYSTEMS; `bsd`: one of the BSDs; empty: not known."""
        if self.given:
            return self.given
        if len(self.systems) == 1:
            return next(iter(self.systems))
        return "bsd" if self.systems and self.systems <= BSD else ""

    @property
    def system_name(self) -> str:
        """The system's name for people."""
        return {"bsd": "a BSD", "": "unknown"}.get(self.system) or SYSTEMS[self.system]

    @property
    def has_facts(self) -> bool:
        """Whether any line of its texts was understood."""
        return bool(self.cards or self.rows or self.rules or self.answers)

    def place(self, line: int) -> Place:
        """Return file, line and text of the host's line."""
        paste = self.pastes[bisect_right([paste.first for paste in self.pastes], line) - 1]
        return Place(paste.file, line - paste.first + 1, paste.lines[line - paste.first])

    def addresses(self) -> Iterator[Own]:
        """Yield the addresses of all interfaces."""
        return (own for card in self.cards.values() for own in card.addresses)

    def own(self, family: str) -> Iterator[tuple[Card, Own]]:
        """Yield the addresses of a family with their interfaces, in the order of the text."""
        for card in self.cards.values():
            for address in card.addresses:
                if address.family == family:
                    yield card, address

    def counts(self) -> dict[str, int]:
        """Return how many lines are in each state."""
        return {name: sum(paste.states.count(state) for paste in self.pastes) for state, name in enumerate(NAMES)}

    def unread(self) -> Iterator[tuple[Place, str]]:
        """Yield the lines that are partly or not understood, and why."""
        for paste in self.pastes:
            for number in paste.unread():
                yield Place(paste.file, number + 1, paste.lines[number]), paste.reasons.get(number, "")

    def doubtful(self, line: int) -> bool:
        """Return whether the line is only partly understood."""
        paste = self.pastes[bisect_right([paste.first for paste in self.pastes], line) - 1]
        return paste.states[line - paste.first] in (PARTLY, UNREAD)
