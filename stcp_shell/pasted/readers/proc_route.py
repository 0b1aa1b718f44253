"""/proc/net/route: addresses as hexadecimal numbers in the byte order of the host."""

from __future__ import annotations

import re

from ...model.connection import INET
from ..facts import MASK, Row, Way, text_of
from ..states import HEAD, ROW
from ..table import Context, Reader

_HEX = re.compile(r"[0-9A-F]{8}\Z").match
_GATEWAY, _REJECT = 0x2, 0x200  # RTF_*, route.h


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line is the heading of the file."""
    return ProcRoute(context) if words[:4] == ["Iface", "Destination", "Gateway", "Flags"] else None


class ProcRoute(Reader):
    """Rows of the main table. The mask tells the byte order: its bits are contiguous one way round."""

    systems = frozenset({"linux"})

    def read(self, line: int, text: str) -> int | None:
        words = text.split()
        if words and words[0] == "Iface":
            self.context.host.shown.setdefault(f"routes {INET}", line)
            return HEAD
        if len(words) != 11 or not all(map(_HEX, (words[1], words[2], words[7]))):
            return None
        if not all(re.fullmatch(r"-?\d+", word) for word in (*words[4:7], *words[8:])):
            return None
        if not re.fullmatch(r"[0-9A-Fa-f]{1,8}", words[3]):
            return self.context.partly(line, "the flags are unreadable")
        length = _length(_swapped(words[7]))
        number, gateway = _swapped(words[1]), _swapped(words[2])
        flags = int(words[3], 16)
        if length is None:
            length = _length(int(words[7], 16))
            number, gateway = int(words[1], 16), int(words[2], 16)
        if length is None:
            return self.context.partly(line, "the mask is unreadable")
        via = text_of(gateway, INET) if flags & _GATEWAY else None
        kind = "unreachable" if flags & _REJECT else "unicast"
        if number & ((1 << (32 - length)) - 1) or bool(gateway) != bool(flags & _GATEWAY):
            return self.context.partly(line, "its columns do not agree with each other")
        way = Way(INET, via or "", via, words[0], kind, words[3], metric=int(words[6]))
        self.context.host.rows.append(Row(line, number, length, MASK, way))
        return ROW


def _swapped(word: str) -> int:
    return int.from_bytes(bytes.fromhex(word), "little")


def _length(mask: int) -> int | None:
    length = 32 - (~mask & 0xFFFFFFFF).bit_length()
    return length if mask == (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF else None
