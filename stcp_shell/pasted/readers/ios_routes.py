"""`show ip route` of IOS and `show route` of ASA: a code, a prefix, and how it is reached.

The length stands in the row, in the heading above it (`is subnetted`), or as a mask (ASA). A row can be wrapped after
its prefix; further next hops stand on lines of their own.
"""

from __future__ import annotations

import re

from ...model.connection import INET
from ..facts import HEADING, MASK, WRITTEN, Hop, Row, Way
from ..states import HEAD, IDLE, PARTLY, ROW
from ..table import Context, Reader
from ..words import length_of_mask, number4

_LEGEND = re.compile(r"(?:Codes: |\s+)(?:\S{1,2} - [^,]+,? ?)+$")
_LAST_RESORT = re.compile(r"Gateway of last resort is (?:not set|[\d.]+ to network [\d.]+)$")
_SUBNETTED = re.compile(
    r"(?P<network>[\d.]+)(?:/(?P<length>\d+))? is (?P<variably>variably )?subnetted, \d+ subnets?(?:, \d+ masks?)?$"
)
_ROW = re.compile(
    r"(?P<code>[A-Za-z]\*?(?: ?(?:EX|IA|N1|N2|E1|E2|L1|L2|ia|su|SI))?\*?[ +%p&]*?)\s+(?P<network>\d[\d.]*)"
    r"(?:/(?P<length>\d+)| (?P<mask>255\.[\d.]+|0\.0\.0\.0))?(?P<rest>(?:,? .*)?)$"
)
_VIA = re.compile(
    r"\s*\[\d+/\d+\] via (?P<gateway>[\d.]+)(?:, (?:\d[\w:.]*|never))?(?:, (?P<interface>[A-Za-z][\w/.:-]*))?$"
)
_CONNECTED = re.compile(r"\s*is directly connected, (?P<interface>[A-Za-z][\w/.:-]*)$")
_DISCARD = re.compile(r"\s*(?:is a summary, [\w:.]+, |\[\d+/\d+\], [\w:.]+, )(?P<interface>Null0)$")


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line begins a table of IOS: its legend, its gateway of last resort, or a row."""
    text = line.strip()
    if text.startswith("Codes: ") or _LAST_RESORT.match(text) or _SUBNETTED.match(text):
        return Routes(context)
    found = _ROW.match(text)
    rest = found["rest"] if found else ""
    return Routes(context) if any(each.match(rest.strip(" ,")) for each in (_VIA, _CONNECTED, _DISCARD)) else None


class Routes(Reader):
    """Routes of one table."""

    systems = frozenset({"ios", "asa"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.length: int | None = None  # of the heading
        self.network: int | None = None  # of the heading: its rows are within it
        self.pending: tuple[int, Row] | None = None  # a row whose next hop stands on the next line
        self.last: Row | None = None  # the row that further next hops belong to
        self.legend = False

    def read(self, line: int, text: str) -> int | None:
        stripped = text.strip()
        if not stripped:
            return IDLE
        if stripped.startswith("Codes: ") or (self.legend and _LEGEND.match(text)):
            self.legend = True
            return HEAD
        self.legend = False
        if _LAST_RESORT.match(stripped):
            self.context.host.shown.setdefault(f"routes {INET}", line)
            return HEAD
        subnetted = _SUBNETTED.match(stripped)
        if subnetted:
            self._forget()
            self.network = number4(subnetted["network"])
            self.length = None if subnetted["variably"] else int(subnetted["length"] or 0) or None
            return HEAD
        if "subnetted" in stripped:
            self._forget()
            self.length = None
            return self.context.partly(line, "the heading of the rows below is unreadable")
        via = _VIA.match(stripped)
        if via:
            return self._further(line, via)
        found = _ROW.match(text)
        state = self._row(line, found) if found else None
        if state is None:
            if stripped.startswith("["):
                self._lacks(line)
                return self.context.partly(line, "the next hop is unreadable")
            self._forget()
            self.length = None  # the line may have been the heading of the rows below
        return state

    def _forget(self) -> None:
        self.pending = self.last = None

    def _lacks(self, line: int) -> None:
        """Note that a next hop of the row above is not known."""
        if self.last:
            self.context.amend(self.last.line, PARTLY, "one of its next hops is unreadable")
        self._forget()

    def _row(self, line: int, found: re.Match[str]) -> int | None:
        number = number4(found["network"])
        self._forget()
        if number is None:
            return None
        length, origin = self._length(found, number)
        rest = found["rest"].lstrip(" ,")
        code = " ".join(found["code"].split())
        if length is None or length > 32:
            return self.context.partly(line, "the prefix length is missing or unreadable")
        self.context.host.shown.setdefault(f"routes {INET}", line)
        row = Row(line, number, length, origin, Way(INET, flags=code))
        if not rest:
            self.pending = (line, row)
            return self.context.partly(line, "the next hop of this prefix is missing")
        via, connected, discard = _VIA.match(rest), _CONNECTED.match(rest), _DISCARD.match(rest)
        if via and number4(via["gateway"]) is not None:
            way = Way(INET, via["gateway"], via["gateway"], via["interface"] or "", flags=code)
        elif connected or discard:
            interface = (connected or discard)["interface"]  # type: ignore[index]
            kind = "blackhole" if interface == "Null0" else "unicast"
            way = Way(INET, interface=interface, kind=kind, flags=code, local=found["network"] if code == "L" else None)
        else:
            return self.context.partly(line, f"not readable: {rest[:40]}")
        self.last = row._replace(way=way)
        self.context.host.rows.append(self.last)
        return ROW

    def _length(self, found: re.Match[str], number: int) -> tuple[int | None, str]:
        systems = self.context.host.systems & {"asa" if found["mask"] else "ios"}
        self.context.host.systems = systems or self.context.host.systems
        if found["length"]:
            return int(found["length"]), WRITTEN
        if found["mask"]:
            return length_of_mask(found["mask"]), MASK
        return self.length, HEADING

    def _further(self, line: int, via: re.Match[str]) -> int:
        """Add a next hop: the first one of a wrapped row, or a further one."""
        hop = Hop(via["gateway"], via["interface"] or "")
        if number4(via["gateway"]) is None:
            self._lacks(line)
            return self.context.partly(line, "the next hop is unreadable")
        rows = self.context.host.rows
        if self.pending:
            first, row = self.pending
            way = row.way._replace(written=via["gateway"], gateway=hop.gateway, interface=hop.interface)
            self.last = row._replace(way=way)
            self.pending = None
            rows.append(self.last)
            self.context.amend(first, ROW)
            return ROW
        if self.last is None or self.last.way.gateway is None:
            return self.context.partly(line, "the prefix of this next hop is missing")
        way = self.last.way
        hops = way.hops or (Hop(way.gateway, way.interface),)
        self.last = rows[-1] = self.last._replace(way=way._replace(hops=(*hops, hop)))
        self.context.completes = (line, self.last.line)
        return ROW
