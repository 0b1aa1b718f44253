"""`ifconfig` of old net-tools: `eth0      Link encap:Ethernet`, in several languages."""

from __future__ import annotations

import re

from ...model.connection import INET, INET6
from ..facts import MASK, UNKNOWN, WRITTEN, Card, Own
from ..states import IDLE, PARTLY, ROW
from ..table import Context, Reader
from ..words import bare, family_of, length_of_mask, number4

_HEAD = re.compile(r"(?P<name>[\w.-]+(?::\w+)?)\s+Link encap:(?P<rest>\S.*)$")
_PAIR = re.compile(r"(?P<key>[A-Za-z-]+):\s?(?P<value>\S+)")
_FOUR = re.compile(r"inet (?:addr|adr|Adresse|end\.?|indirizzo|direcci\S+):\s*(?P<address>\S+)(?P<rest>.*)$")
_SIX = re.compile(r"(?:inet6 \S+?:|\S+ inet6:|inet6-\S+:)\s*(?P<address>[0-9A-Fa-f:.]+)/(?P<length>\d+)\s*\S+:\S+\s*$")
_FLAGS = re.compile(r"(?P<flags>(?:[A-Z-]+ )+) ?MTU:\d+\s+\S+:\d+\s*$")
_LOST = "the head of its interface is missing or not understood"
_IDLE = re.compile(r"(?:RX|TX|collisions|Interrupt|Memory|Base|UP |\S+:\d+).*$")


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line is a head with `Link encap:`."""
    return LinkEncap(context) if _HEAD.match(line.strip()) else None


class LinkEncap(Reader):
    """Interfaces: a head, addresses, then the flags."""

    systems = frozenset({"linux"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.card: Card | None = None
        self.mine: list[Own] = []  # the addresses below the head
        self.lost = False  # a head is missing: whose the lines are is not known

    def read(self, line: int, text: str) -> int | None:
        stripped = text.strip()
        if not stripped:
            self.lost = True  # it parts interfaces
            return IDLE
        head = _HEAD.match(stripped)
        if head:
            return self._head(line, head["name"])
        if self.card is None:
            return None
        state = self._below(line, stripped)
        self.lost = self.lost or state is None or "Link encap" in stripped
        return self.context.partly(line, "two lines are joined in it") if "Link encap" in stripped else state

    def _head(self, line: int, name: str) -> int:
        host = self.context.host
        self.card, self.mine, self.lost = Card(name, line, (), [], {}), [], False
        host.cards.setdefault(name, self.card)
        host.shown.setdefault("addresses", line)
        host.shown.setdefault("ifconfig", line)
        return ROW

    def _below(self, line: int, text: str) -> int | None:
        assert self.card
        flags = _FLAGS.match(text)
        if flags:
            return self._flags(line, tuple(flags["flags"].split()))
        if "inet" in text.split(":", maxsplit=1)[0]:
            return self._address(line, text)
        return IDLE if _IDLE.match(text) else None

    def _flags(self, line: int, names: tuple[str, ...]) -> int:
        assert self.card
        if self.lost or self.card.flags:
            self.lost = True
            return self.context.partly(line, _LOST)
        self.card = self.card._replace(flags=names, up="UP" in names)
        self.context.host.cards[self.card.name] = self.card
        for own in self.mine:
            if own.family == INET and (own.peer is None) == ("POINTOPOINT" in names):
                self.context.amend(own.line, PARTLY, "its other end and the flags of the interface do not agree")
        return ROW

    def _address(self, line: int, text: str) -> int:
        four, six = _FOUR.match(text), _SIX.match(text)
        if six and family_of(bare(six["address"])) == INET6 and int(six["length"]) <= 128:
            return self._add(Own(line, bare(six["address"]), INET6, int(six["length"]), WRITTEN), "")
        if not four or number4(four["address"]) is None:
            return self.context.partly(line, "the address is missing or unreadable")
        pairs = _PAIR.findall(four["rest"])
        masks = [length_of_mask(value) for key, value in pairs if key[0] == "M"]
        peer = next((value for key, value in pairs if key.startswith("P")), None)
        length = masks[0] if masks else None
        unread = length is None or _PAIR.sub("", four["rest"]).strip()
        own = Own(line, four["address"], INET, length, MASK if masks else UNKNOWN, peer or None)
        return self._add(own, "the mask is missing or unreadable" if unread else "")

    def _add(self, own: Own, problem: str) -> int:
        assert self.card
        # The flags stand below the addresses: what follows them is of another interface.
        self.lost = self.lost or bool(self.card.flags)
        self.card.addresses.append(own)
        self.mine.append(own)
        problem = _LOST if self.lost else problem
        return self.context.partly(own.line, problem) if problem else ROW
