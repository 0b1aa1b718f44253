"""`ip route`: a kind, a prefix and pairs of words; `ip route get` answers in the same words."""

from __future__ import annotations

import re

from ...model.connection import INET, INET6
from ..facts import BITS, WRITTEN, Answer, Hop, Row, Way
from ..states import IDLE, PARTLY, ROW
from ..table import Context, Reader
from ..words import NUMBER, bare, family_of, is_masked, number4, number6
from .route_words import MARKS, PAIRS, values_of

KINDS = frozenset(
    ["unicast", "local", "broadcast", "multicast", "anycast", "unreachable", "prohibit", "blackhole", "throw", "nat"]
)
_PREFIX = re.compile(r"[0-9A-Fa-f:.]+(?:/\d{1,3})?\Z").match
_LACKS_HOP = "one of its next hops is unreadable"
_TABLE = re.compile(r"[\w.-]+\Z", re.ASCII).match
_TABLES = {"255": "local", "254": "main", "253": "default"}


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line is a route of iproute2."""
    first = words[1] if words[0] in KINDS and len(words) > 1 else words[0]
    if context.command[:1] == ("ip",) and (first == "default" or family_of(first.partition("/")[0])):
        after = words[words.index(first) + 1 :]
        if not after or after[0] in PAIRS or after[0] in MARKS:
            return Routes(context)  # it may be a multipath route, whose next hops stand below it
    if len(words) < 2 or not (first in ("default", "0.0.0.0/0") or _PREFIX(first)):
        return None
    after = words[2 if words[0] in KINDS else 1 :]
    if words[0] in KINDS or (
        after and after[0] in ("dev", "via", "nhid", "proto", "src", "scope", "metric", "table", "tos")
    ):
        return Routes(context)
    return Routes(context) if after and after[0] == "from" and "src" in after else None


class Routes(Reader):
    """Rows of one table or of all; the command may name the table."""

    systems = frozenset({"linux"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.ways: dict[str, Way | str] = {}  # by the words after the destination; a text says why there is none
        words = context.command
        self.table = words[words.index("table") + 1] if "table" in words[:-1] else "main"
        self.table = "main" if self.table == "all" else self.table
        selected = [word for word in words if word in ("via", "dev", "proto", "scope", "src", "metric")]
        if not _TABLE(self.table) or (len(selected) > 1 and "get" not in words):
            context.host.gaps.setdefault("a row may be joined to the command line above it", context.first)
        # The scope that is not shown is global, unless the command selects one.
        self.scope = words[words.index("scope") + 1] if "scope" in words[:-1] else "global"
        self.all = "all" in words or "0" in words[-1:]
        self.six = "-6" in words
        self.answer = "get" in words
        self.before = (0, "")  # the line above
        self.hops = (0, 0)  # the line of a route, and the number of next hops below it
        self.lacking = False  # whether its last word lacks a value

    def read(self, line: int, text: str) -> int | None:
        destination, _, rest = text.partition(" ")
        before, self.before = self.before, (line, text)
        way = None if self.lacking else self.ways.get(rest)
        if way.__class__ is not Way or not destination:
            return self._slowly(line, text, before)
        address, slash, tail = destination.partition("/")
        number = number4(address) if way.family == INET else number6(address)
        length = int(tail) if NUMBER(tail) else -1 if slash else BITS[way.family]
        if number is None or not 0 <= length <= BITS[way.family]:
            return self._slowly(line, text, before)
        self.context.host.rows.append(Row(line, number, length, WRITTEN, way))
        return ROW

    def _slowly(self, line: int, text: str, before: tuple[int, str] = (0, "")) -> int | None:
        words = text.split()
        if not words:
            return IDLE
        if before[0] and (self.lacking or words[0] in PAIRS or words[0] in MARKS or words[0] == "via"):
            return self._continued(line, text, *before)
        if words[0] == "nexthop":
            return self._nexthop(line, words[1:])
        if words[0] == "cache":
            return (
                IDLE
                if all(word in MARKS or word in PAIRS or NUMBER(word.removesuffix("sec")) for word in words)
                else None
            )
        kind, destination, rest = "unicast", words[0], " ".join(words[1:])
        if kind_given := words[0] in KINDS and len(words) > 1:
            kind, destination, rest = words[0], words[1], " ".join(words[2:])
        if not (destination == "default" or _PREFIX(destination) or is_masked(destination)):
            return None
        if is_masked(destination):
            return self.context.partly(line, "the destination is masked")
        key = f"{kind} {rest}" if kind_given else text.partition(" ")[2]
        way = self._way(destination, kind, rest.split())
        if isinstance(way, str):
            self.lacking = way.endswith("has no value")
            return self.context.partly(line, way) if way else None
        if destination != "default" and not way.partly and not kind_given and text.startswith(destination):
            self.ways[key] = way
        return self._add(line, destination, way, rest)

    def _add(self, line: int, destination: str, way: Way, rest: str) -> int | None:
        address, slash, tail = destination.partition("/")
        host = self.context.host
        number: int | None = 0
        length = 0
        if address != "default":
            number = number4(address) if way.family == INET else number6(address)
            length = int(tail) if slash else BITS[way.family]
        if number is None or length > BITS[way.family]:
            return None
        if self.answer or (rest.split()[:1] == ["from"] and "from" not in way.flags.split()):
            words = rest.split()
            asked = words[words.index("from") + 1] if "from" in words else None
            host.answers.append(Answer(line, address, way.gateway, way.interface, way.source, asked))
            return ROW
        host.rows.append(Row(line, number, length, WRITTEN, way))
        if way.table == "main":
            host.shown.setdefault(f"routes {way.family}", line)
        host.shown.setdefault(f"table {way.table} {way.family}", line)
        if self.all or " table " in f" {rest} ":
            host.shown.setdefault(f"all tables {way.family}", line)
        if way.partly:
            return self.context.partly(line, f"the gateway is masked: {way.written}")
        if not way.interface and not way.hops and way.kind in ("unicast", "local", "broadcast", "multicast"):
            return self.context.partly(line, "the interface is missing (next hops on further lines complete it)")
        return ROW

    def _continued(self, line: int, text: str, first: int, above: str) -> int | None:
        """Read a line that mail has wrapped: it begins with a word of a row, or with the value that lacks above."""
        rows = self.context.host.rows
        if rows and rows[-1].line == first:
            rows.pop()
        elif rows and above.lstrip().startswith("nexthop") and first - self.context.first not in self.context.reasons:
            rows[-1] = rows[-1]._replace(way=rows[-1].way._replace(hops=rows[-1].way.hops[:-1]))
        whole = f"{above.rstrip()} {text.strip()}"
        self.before, self.lacking = (first, whole), False
        self._slowly(first, whole)
        self.context.amend(first, PARTLY, "it goes on in the next line")
        return self.context.partly(line, "joined with the line above")

    def _nexthop(self, line: int, words: list[str]) -> int | None:
        """Add a next hop to the row above."""
        rows = self.context.host.rows
        if not rows or rows[-1].line < self.context.first:
            return None
        last = rows[-1]
        values = values_of(words)
        if isinstance(values, str):
            self.lacking = values.endswith("has no value")
            return self._lacks(line, last, values)
        if last.way.interface and not last.way.hops:
            return None
        if "dev" not in values or ((gateway := values.get("via")) and family_of(bare(gateway)) is None):
            return self._lacks(line, last, "the next hop lacks its interface, or its gateway is unreadable")
        hop = Hop(bare(gateway) if gateway else None, values["dev"])
        if "dead" not in words:
            rows[-1] = last._replace(way=last.way._replace(hops=(*last.way.hops, hop)))
        self.context.completes = (line, last.line)
        self.hops = (last.line, self.hops[1] + 1 if self.hops[0] == last.line else 1)
        if self.hops[1] == 1:
            self.context.amend(last.line, PARTLY, "a multipath route has more than one next hop")
        elif self.context.reasons.get(last.line - self.context.first) != _LACKS_HOP:
            self.context.amend(last.line, ROW)
        return ROW

    def _lacks(self, line: int, last: Row, why: str) -> int:
        self.context.amend(last.line, PARTLY, _LACKS_HOP)
        return self.context.partly(line, why)

    def _way(self, destination: str, kind: str, words: list[str]) -> Way | str:
        """Return the way of a row; a text says what is wrong with it, an empty one that it is no row."""
        hops: list[Hop] = []
        if "nexthop" in words:
            at = words.index("nexthop")
            for part in " ".join(words[at:]).split("nexthop")[1:]:
                values = values_of(part.split())
                if isinstance(values, str) or "dev" not in values:
                    return values if isinstance(values, str) else "a next hop lacks its interface"
                hops.append(Hop(bare(values["via"]) if "via" in values else None, values["dev"]))
            words = words[:at]
        values = values_of(words)
        if isinstance(values, str):
            return values
        family = self._family(destination, values)
        via = values.get("via")
        numeric = bare(via) if via and family_of(bare(via)) else None
        if via and numeric is None and not is_masked(via):
            return f"the gateway is unreadable: {via[:40]}"
        source = values.get("src")
        if source and family_of(bare(source)) is None:
            return f"the source address is unreadable: {source[:40]}"
        return Way(
            family=family,
            written=via or "",
            gateway=numeric,
            interface=values.get("dev", ""),
            kind=kind,
            flags=_flags(words),
            source=bare(source) if source else None,
            metric=int(values["metric"]) if "metric" in values else None,
            table=_TABLES.get(values.get("table", self.table), values.get("table", self.table)),
            scope=values.get("scope", self.scope),
            hops=tuple(hops),
            partly=bool(via) and numeric is None,
        )

    def _family(self, destination: str, values: dict[str, str]) -> str:
        known = family_of(destination.partition("/")[0])
        via = values.get("via") or values.get("src")
        via_family = family_of(bare(via)) if via and "inet6" not in values else None
        if known:
            return known
        if via_family:
            return via_family
        return INET6 if self.six or "pref" in values or values.get("metric") == "1024" else INET


def _flags(words: list[str]) -> str:
    """Return the words that stand alone, and those that select packets: `tos`, and `from` with a prefix."""
    return " ".join(
        word
        for word, value in zip(words, [*words[1:], ""])
        if word in MARKS or word in ("tos", "dsfield") or (word == "from" and "/" in value)
    )
