"""OpenVOS STCP: `ifconfig -all` and `route print`."""

from __future__ import annotations

import re

from ...model.connection import INET
from ..facts import MASK, WRITTEN, Card, Own, Row, Way
from ..states import HEAD, IDLE, ROW
from ..table import Context, Reader
from ..words import length_of_mask, number4
from .cards import card_of

_STCP = re.compile(r"(?P<name>%[\w.-]+#[\w.-]+): <(?P<names>[A-Z0-9, ]*)>\s*$")
_ANNOUNCED = re.compile(r"Number of interface\(s\) under IP: (\d+)\s*$")
_GATEWAY = re.compile(r"Default Gateway: (\S+)(?:  (\S+))?\s*$")
_COLUMNS = re.compile(r"Network Address +Gateway Address +Subnet Mask +Redirect Life(?: +Interface)?\s*$")
_STCP_ADDRESS = re.compile(
    r"(?P<address>[\d.]+) netmask (?P<mask>0x[0-9a-f]{8})(?: broadcast (?P<broadcast>[\d.]+))?\s*$"
)
_BROKEN = re.compile(r"<UP|: <")


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line is one of these commands' output."""
    return Stcp(context) if any(each.match(line.strip()) for each in (_STCP, _ANNOUNCED, _GATEWAY, _COLUMNS)) else None


class Stcp(Reader):
    """`ifconfig -all` of OpenVOS STCP: the address stands on a line of its own, without `inet`."""

    systems = frozenset({"stcp"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.card: Card | None = None
        self.announced = 0
        self.head = 0
        self.cards = 0
        self.full = False  # the interface has its address
        self.rows = False  # the columns of `route print` are above

    def read(self, line: int, text: str) -> int | None:
        stripped = text.strip()
        if not stripped:
            return IDLE
        announced = _ANNOUNCED.match(stripped)
        if announced:
            self.announced, self.head = int(announced[1]), line
            return HEAD
        gateway = _GATEWAY.match(stripped)
        if gateway:
            return self._gateway(line, gateway[1], gateway[2] or "")
        if _COLUMNS.match(stripped):
            self.card, self.rows = None, True
            self.context.host.shown.setdefault("routes inet", line)
            return HEAD
        if self.rows and number4(stripped.split()[0]) is not None:
            return self._row(line, stripped.split())
        self.rows = False
        if _BROKEN.search(stripped) and not _STCP.match(stripped):
            self.card = None
            return self.context.partly(line, "the head of an interface is unreadable")
        head = _STCP.match(stripped)
        if head:
            flags = tuple(word for word in head["names"].split(", ") if word)
            self.card = card_of(self.context, head["name"], line, flags, "UP" in flags)
            self.cards += 1
            self.full = False
            return ROW
        if self.card is None or self.full:
            orphan = "netmask" in stripped.split()
            return self.context.partly(line, "the head of its interface is missing or unreadable") if orphan else None
        state = self._address(line, stripped)
        self.full = self.full or state is not None
        self.card = self.card if state is not None else None
        return state

    def _row(self, line: int, words: list[str]) -> int:
        """Read a row: network, gateway (`-`: on the link), mask, life if it has one, and in our own the interface."""
        network, length = number4(words[0]) or 0, length_of_mask(words[2]) if len(words) > 2 else None
        gateway = None if words[1:2] == ["-"] else "".join(words[1:2])
        if length is None or (gateway is not None and number4(gateway) is None) or not 3 <= len(words) <= 5:
            return self.context.partly(line, "the columns of this route are unreadable")
        if network & ((1 << (32 - length)) - 1):
            return self.context.partly(line, "the network has bits beyond its mask")
        way = Way(INET, words[1], gateway, words[4] if len(words) > 4 else "")
        self.context.host.rows.append(Row(line, network, length, MASK, way))
        self.context.host.shown.setdefault("static inet", line)
        return ROW

    def _gateway(self, line: int, written: str, interface: str) -> int:
        """Read the first line of `route print`."""
        if number4(written) is None:
            return self.context.partly(line, "the gateway is masked or unreadable")
        host = self.context.host
        host.rows.append(Row(line, 0, 0, WRITTEN, Way(INET, written, written, interface)))
        host.shown.setdefault("routes inet", line)
        return ROW

    def _address(self, line: int, text: str) -> int | None:
        assert self.card
        found = _STCP_ADDRESS.match(text)
        if not found or number4(found["address"]) is None:
            if "netmask" in text:
                return self.context.partly(line, "the address is missing or unreadable")
            return None
        length = length_of_mask(found["mask"])
        self.card.addresses.append(Own(line, found["address"], INET, length, MASK))
        if length is None:
            return self.context.partly(line, "the mask is unreadable")
        broadcast = number4(found["broadcast"] or "")
        low = (1 << (32 - length)) - 1
        if broadcast is not None and broadcast != (number4(found["address"]) or 0) | low:
            self.context.host.findings.setdefault(
                f"the broadcast address {found['broadcast']} is not of the network of {found['address']}/{length}", line
            )
        return ROW

    def end(self) -> None:
        if self.announced > self.cards:
            self.context.host.gaps.setdefault(
                f"{self.announced} interfaces are announced and {self.cards} are shown: another one may have a nearer "
                "network",
                self.head,
            )
