"""`show ip interface brief` of IOS: addresses without masks, and no secondary ones."""

from __future__ import annotations

from ...model.connection import INET
from ..facts import UNKNOWN, Card, Own
from ..states import HEAD, IDLE, ROW
from ..table import Context, Reader
from ..words import INTERFACE, number4

_HEADING = ["Interface", "IP-Address", "OK?", "Method", "Status", "Protocol"]
_STATES = {"up", "down", "deleted", "administratively down"}


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line is the heading."""
    return Brief(context) if words == _HEADING else None


class Brief(Reader):
    """A row for each interface."""

    systems = frozenset({"ios"})

    def read(self, line: int, text: str) -> int | None:
        words = text.split()
        if not words:
            return IDLE
        if words == _HEADING:
            self.context.host.shown.setdefault("addresses", line)
            return HEAD
        if len(words) < 6 or not INTERFACE(words[0]) or words[2] not in ("YES", "NO"):
            return None
        status, protocol = " ".join(words[4:-1]), words[-1]
        if status not in _STATES or protocol not in ("up", "down"):
            return self.context.partly(line, "the status is missing or unreadable")
        card = Card(words[0], line, (), [], {}, status == "up" and protocol == "up")
        self.context.host.cards.setdefault(card.name, card)
        if words[1] == "unassigned":
            return ROW
        if number4(words[1]) is None:
            return self.context.partly(line, "the address is masked or unreadable")
        self.context.host.cards[card.name].addresses.append(Own(line, words[1], INET, None, UNKNOWN))
        return ROW
