"""`routeShow` of VxWorks: masks and flags as hexadecimal numbers."""

from __future__ import annotations

import re

from ...model.connection import INET
from ..facts import MASK, WRITTEN, Row, Way
from ..states import HEAD, IDLE, ROW
from ..table import Context, Reader
from ..words import INTERFACE, NUMBER, number4

_HEADING = ["Destination", "Mask", "TOS", "Gateway", "Flags", "RefCnt", "Use", "Interface", "Proto"]
_BANNER = re.compile(r"(?:ROUTE (?:NET|HOST) TABLE|-+)$")
_HEX = re.compile(r"[0-9a-f]{1,8}\Z").match
_GATEWAY, _HOST, _REJECT = 0x2, 0x4, 0x8  # RTF_*, route.h


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line is the heading of routeShow."""
    return RouteShow(context) if words == _HEADING else None


class RouteShow(Reader):
    """Rows of networks and hosts."""

    systems = frozenset({"vxworks"})

    def read(self, line: int, text: str) -> int | None:
        words = text.split()
        if not words:
            return IDLE
        if words == _HEADING or _BANNER.match(text.strip()):
            self.context.host.shown.setdefault(f"routes {INET}", line)
            return HEAD
        number = number4(words[0])
        if number is None:
            return None
        return self._row(line, number, words)

    def _row(self, line: int, number: int, words: list[str]) -> int:
        if len(words) != len(_HEADING) or not (_HEX(words[1]) and _HEX(words[4]) and INTERFACE(words[7])):
            return self.context.partly(line, "a column is missing or unreadable")
        if number4(words[3]) is None or not all(NUMBER(words[at]) for at in (2, 5, 6, 8)):
            return self.context.partly(line, "a column is missing or unreadable")
        mask, flags = int(words[1], 16), int(words[4], 16)
        length = 32 if flags & _HOST else bin(mask).count("1")
        if mask and mask != (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF:
            return self.context.partly(line, "the mask is unreadable")
        gateway = words[3] if flags & _GATEWAY else None
        kind = "unreachable" if flags & _REJECT else "unicast"
        way = Way(INET, words[3], gateway, words[7], kind, words[4], local=None if gateway else words[3])
        self.context.host.rows.append(Row(line, number, length, WRITTEN if flags & _HOST else MASK, way))
        return ROW
