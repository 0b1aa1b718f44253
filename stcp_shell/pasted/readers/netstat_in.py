"""`netstat -i` and `netstat -in`: interfaces with their addresses; networks stand in a short form."""

from __future__ import annotations

from ..facts import UNKNOWN, WRITTEN, Card, Own
from ..states import HEAD, IDLE, ROW
from ..table import Context, Reader
from ..words import HARDWARE, INTERFACE, NUMBER, bare, family_of

_NAMES = ["name", "mtu", "network", "address"]


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line is the heading `Name Mtu Network Address`."""
    return Interfaces(context) if [word.lower() for word in words[:4]] == _NAMES else None


class Interfaces(Reader):
    """Rows of links and of addresses."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.heading: list[str] = []

    def read(self, line: int, text: str) -> int | None:
        words = text.split()
        if not words:
            return IDLE
        if [word.lower() for word in words[:4]] == _NAMES:
            self.heading = words
            self.context.host.shown.setdefault("addresses", line)
            return HEAD
        if len(words) < 4 or not INTERFACE(words[0]) or not (NUMBER(words[1]) or words[1] == "-"):
            return None
        return self._row(line, words)

    def _row(self, line: int, words: list[str]) -> int | None:
        counts = len(self.heading) - 4
        numbers = words[len(words) - counts :]
        middle = words[2 : len(words) - counts]
        if not all(NUMBER(word) or word == "-" for word in numbers) or not 1 <= len(middle) <= 2:
            return None
        name = words[0].rstrip("*")
        cards = self.context.host.cards
        up = None if name in cards else not words[0].endswith("*")
        card = cards.setdefault(name, Card(name, line, (), [], {}, up))
        if middle[0].strip("<>").lower().startswith("link#") or middle[0] in ("none", "None"):
            return ROW
        address = bare(middle[-1])
        family = family_of(address)
        if family is None or HARDWARE(middle[-1]) or "/" in middle[-1]:
            return self.context.partly(line, "the address is missing or unreadable")
        length, origin = self._length(middle[0]) if len(middle) == 2 else (None, UNKNOWN)
        card.addresses.append(Own(line, address, family, length, origin))
        if len(middle) == 1 and not NUMBER(middle[0].partition("%")[2]):  # AIX shows no network for IPv6
            return self.context.partly(line, "the network is missing")
        return ROW

    @staticmethod
    def _length(network: str) -> tuple[int | None, str]:
        _, slash, tail = network.partition("/")
        if slash:
            return (int(tail), WRITTEN) if NUMBER(tail) else (None, UNKNOWN)
        return None, UNKNOWN  # `10.32.77` can be longer than 24 bits
