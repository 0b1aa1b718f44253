"""Routing tables with a heading `Destination Gateway Flags ...`: BSD, macOS, AIX, Tru64, HP-UX, Solaris, Linux, RTEMS.

Columns are read by their names, and values by their kind: positions are lost in mail, and long values overrun them.
"""

from __future__ import annotations

import re

from ...model.connection import INET, INET6
from ..facts import UNKNOWN, Row, Way
from ..states import HEAD, IDLE, PARTLY, ROW, UNREAD
from ..table import Context, Reader
from ..words import INTERFACE, is_masked, number4
from .collapsed import rows_of
from .headings import COLUMNS, Heading, heading
from .route_rows import Fields, doubt, row_of, split
from .similar_rows import Similar

_BANNERS = (
    (re.compile(r"(?:Internet|Encap|IPX|AppleTalk|ISO|Hmm)6?:$"), None),
    (re.compile(r"Route [Tt]ree for Protocol Family \d+(?: \(.*\))?:?$"), None),
    (re.compile(r"Arborescence de la route pour la famille de protocoles.*$"), None),
    (re.compile(r"(?:Routing|IRE) Table: IPv[46].*$"), None),
    (re.compile(r"Kernel IP(?:v6)? routing (?:table|cache)$"), frozenset({"linux"})),
    (re.compile(r"Table de routage IP(?:v6)? du noyau$"), frozenset({"linux"})),
    (re.compile(r"Kernel-IP(?:v6)?-Routentabelle$"), frozenset({"linux"})),
    (re.compile(r"\(Internet(?: v6)?\):$"), frozenset({"aix"})),
    (re.compile(r"Only the root user can specify the Z flag$"), frozenset({"aix"})),
    (re.compile(r"(?:FIB|Fib): ?(?P<fib>\d+).*$"), frozenset({"freebsd"})),
    (re.compile(r"Routing tables?(?: \(fib: (?P<fib2>\d+)\))?$"), None),
)
_SIX = re.compile(r"Internet6|IPv6|Internet v6|Family (?:24|28|30|26)\b|protocoles 24")
_RULER = re.compile(r"[- ]+$")


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line is a banner or a heading of a routing table."""
    text = line.strip()
    found = heading(words, line)
    if found:
        return Netstat(context, found[0].systems)
    for banner, systems in _BANNERS:
        if banner.match(text):
            return Netstat(context, systems or frozenset())
    return None


_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*\.?\Z").match
_WORD = re.compile(r"[\w.:%#/()*+-]*\Z", re.ASCII).match  # also link#1, hardware addresses, fe80::1%em0, (12), *


def _is_damaged(word: str) -> bool:
    """Return whether a word has characters of no address and no name, or four parts of which one is no number."""
    quads = word.count(".") == 3 and number4(word.partition("/")[0].partition("%")[0]) is None
    return not _WORD(word) or (quads and not _NAME(word))


class Netstat(Reader):
    """A routing table, or several of them below each other."""

    def __init__(self, context: Context, systems: frozenset[str]) -> None:
        super().__init__(context)
        self.systems = systems
        self.heading: Heading | None = None
        self.family: str | None = None
        self.announced = False  # a banner was read, and no row since
        self.table = "main"
        self.pending: tuple[int, str] | None = None  # a destination whose columns stand on the next line
        self.short = False  # the last row lacks its interface: it may stand on the next line
        self.ways: dict[tuple[object, ...], Way] = {}
        self.similar: Similar | None = None

    def read(self, line: int, text: str) -> int | None:
        words = text.split()
        if not words:
            self.end()
            return IDLE
        if self.heading and not self.pending and len(words) > 2:
            if self.similar and self.similar.read(line, words, self.context.host.rows):
                self.short = False
                return ROW
            state = self._row(line, words, text)
            if state is not None:
                return state
        state = self._other(line, words, text)
        if state is None:
            self.family = None  # the line may have been a banner
        return state

    def _other(self, line: int, words: list[str], text: str) -> int | None:
        found = heading(words, text)
        if found:
            return self._heading(line, *found)
        stripped = text.strip()
        for banner, _ in _BANNERS:
            match = banner.match(stripped)
            if match:
                return self._banner(stripped, match)
        if not self.heading:
            return None
        if _RULER.match(stripped):
            return HEAD
        if len(words) == 1:
            return self._lone(line, words[0])
        if self.pending:
            first, destination = self.pending
            self.pending = None
            if self._row(line, [destination, *words], "") == ROW:
                self.context.amend(first, ROW)
                return ROW
            return self.context.partly(line, "it is no continuation of the line above")
        return self._row(line, words, text)

    def _heading(self, line: int, found: Heading, rest: list[str]) -> int | None:
        host = self.context.host
        if not found.systems & host.systems and not host.given and host.has_facts:
            return None  # of another system: another host begins
        self.end()
        self.heading = found
        self.family = self.family if self.announced else None
        self.similar = Similar(found)
        if found.systems & host.systems:
            host.systems &= found.systems
        if found.names[0] == "destination/mask" or "next_hop" in found:
            self.family = INET6
        self.context.host.shown.setdefault(f"routes {self.family or INET}", line)
        if not rest:
            return HEAD
        rows, left = rows_of(found, rest)
        for row in rows:
            self._add(line, row)
        if left or not rows:
            return self.context.partly(line, f"after the heading: {' '.join(left)[:60]}")
        return self.context.partly(line, "its rows were joined, and are parted by their values")

    def _banner(self, text: str, match: re.Match[str]) -> int:
        self.end()
        self.announced = True
        found = match.groupdict()
        fib = found.get("fib") or found.get("fib2")
        if fib:
            self.table = "main" if fib == "0" else f"fib {fib}"
        if _SIX.search(text):
            # Tru64 numbers IPv6 otherwise (26), and shows that banner even if it has no such routes.
            self.family = INET6
        elif "outing tables" not in text:
            self.family = INET
        self._shown()
        return HEAD

    def _shown(self) -> None:
        if self.heading and self.family:
            self.context.host.shown.setdefault(f"routes {self.family}", self.context.first)

    def _lone(self, line: int, word: str) -> int | None:
        """Read a word that stands alone: mail and terminals wrap lines, and HP-UX puts long destinations there."""
        assert self.heading
        host = self.context.host
        if self.short and host.rows and INTERFACE(word) and word.lower() not in COLUMNS:
            last = host.rows[-1]
            host.rows[-1] = last._replace(way=last.way._replace(interface=word))
            # A lone word can be something else: the fact stays, and both lines say that they were joined.
            self.context.amend(last.line, PARTLY, "its interface stands on the next line")
            self.short = False
            return self.context.partly(line, "joined with the line above")
        if word.lower() in COLUMNS:
            self.heading = Heading([*self.heading.names, word.lower()], "")
            return HEAD
        fields = Fields(destination=word)
        if row_of(fields, self.family or INET, self.heading) is not None and (
            "/" in word or "." in word or ":" in word
        ):
            self.end()
            self.pending = (line, word)
            return self.context.partly(line, "the columns of this destination are missing")
        return None

    def _row(self, line: int, words: list[str], text: str) -> int | None:
        assert self.heading
        family = self.family
        if words[0] in ("ipv4", "ipv6"):
            family = INET6 if words[0] == "ipv6" else INET
            words = words[1:]
        fields = split(self.heading, words)
        if fields is None:
            return None
        fields = fields._replace(family=family or "")
        row = self._add(line, fields)
        if row and not fields.problem:
            fields = fields._replace(problem=doubt(row, fields, family, self.heading))
        if row and fields.interface and not fields.problem and self.similar and not row.way.partly:
            self.similar.learn(words, row, fields)
        self.short = not fields.interface and "interface" in self.heading.columns
        if row is None:
            masked = is_masked(fields.destination)
            return self.context.partly(line, "the destination is masked" if masked else "the destination is unreadable")
        if fields.problem:
            return self.context.partly(line, fields.problem)
        if is_masked(fields.gateway):
            return self.context.partly(line, "the gateway is masked")
        if _is_damaged(fields.gateway):
            return self.context.partly(line, "the gateway is neither an address nor a name")
        if row.name and _is_damaged(row.name):
            return self.context.partly(line, "the destination is neither an address nor a name")
        width = self.heading.width
        if (
            row.way.family == INET6
            and width
            and len(fields.destination) == width
            and not row.name
            and (text.startswith(fields.destination))
        ):
            return self.context.partly(line, "the destination fills its column and may be cut (netstat -W shows it)")
        return ROW if row.length is not None or row.name or row.origin == UNKNOWN else UNREAD

    def _add(self, line: int, fields: Fields) -> Row | None:
        """Add a row to the host. Rows with equal columns share their way."""
        assert self.heading
        row = row_of(fields, fields.family or self.family or "", self.heading)
        if row is None:
            return None
        way = row.way._replace(table=self.table)
        way = self.ways.setdefault(way, way)
        row = row._replace(line=line, way=way)
        if way.kind == "scoped":
            host = self.context.host
            host.systems = host.systems & {"macos"} or host.systems
        self.announced = False
        self.context.host.rows.append(row)
        self.context.host.shown.setdefault(f"routes {way.family}", line)
        return row

    def end(self) -> None:
        self.pending = None
        self.short = False
