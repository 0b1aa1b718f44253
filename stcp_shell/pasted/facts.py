"""Facts that come from pasted lines. Each carries its line; a prefix length also says how it is known."""

from __future__ import annotations

from socket import AF_INET, AF_INET6, inet_ntop
from typing import NamedTuple

from ..model.connection import INET
from ..model.tables import Rule

# How a prefix length is known.
WRITTEN, MASK, OCTETS, HOST, OWN, HEADING, UNKNOWN = (
    *("written", "mask", "octets shown", "host flag", "interface", "heading", "unknown"),
)
BITS = {"inet": 32, "inet6": 128}
# Kinds of rows that are no routes to other hosts, or not active.
ASIDE = frozenset({"neighbour", "local", "broadcast", "multicast", "persistent", "gateway"})


class Hop(NamedTuple):
    """One next hop of a route."""

    gateway: str | None  # numeric; None: on the link
    interface: str


class Way(NamedTuple):
    """How packets leave by a route. Rows with equal columns share one."""

    family: str
    written: str = ""  # the gateway column as it is written: an address, link#2, a hardware address, a name
    gateway: str | None = None  # the next router, numeric; None: on the link, or not numeric
    interface: str = ""
    kind: str = "unicast"  # as in model.tables.Route; also neighbour, persistent, scoped
    flags: str = ""
    source: str | None = None  # RTA_PREFSRC, setsrc
    local: str | None = None  # an own address that the row shows: Windows' column Interface, a gateway column of BSD
    metric: int | None = None  # of equal prefixes the least wins
    table: str = "main"
    scope: str = "global"
    hops: tuple[Hop, ...] = ()  # of a multipath route
    partly: bool = False  # a value of the row is masked, cut or a name


class Row(NamedTuple):
    """A row of a routing table."""

    line: int  # of the host's text, 1 is the first
    network: int  # the network address; 0 if `name` is set
    length: int | None  # None: not known
    origin: str  # of the length
    way: Way
    name: str = ""  # a destination that is no address: it may stand for any network

    @property
    def destination(self) -> str:
        """The network address, or the name."""
        return self.name or text_of(self.network, self.way.family)

    @property
    def prefix(self) -> str:
        """The destination with its length, `10.0.0.0/8`, or `default`."""
        if self.length == 0 and not self.name:
            return "default"
        return self.destination if self.length is None or self.name else f"{self.destination}/{self.length}"


def text_of(number: int, family: str) -> str:
    """Return an address as inet_ntop(3) writes it."""
    if family == INET:
        return inet_ntop(AF_INET, number.to_bytes(4, "big"))
    return inet_ntop(AF_INET6, number.to_bytes(16, "big"))


class Own(NamedTuple):
    """An address of the host."""

    line: int
    address: str  # without a zone
    family: str
    length: int | None
    origin: str  # of the length
    peer: str | None = None
    flags: tuple[str, ...] = ()  # secondary, deprecated, temporary, tentative, skip, ...
    scope: str = "global"
    label: str = ""


class Card(NamedTuple):
    """An interface and its addresses, in the order of the text, which has a meaning."""

    name: str
    line: int
    flags: tuple[str, ...]  # empty: not shown
    addresses: list[Own]
    settings: dict[str, str]  # iflist, usesrc, groupname, index, gateway, ...
    up: bool | None = None  # None: not shown


class PolicyRule(NamedTuple):
    """A policy rule and its line; `readable`: every part of it is understood."""

    line: int
    rule: Rule
    table: str  # as it is written
    readable: bool = True


class Answer(NamedTuple):
    """What the host itself said about one destination: `route get`, `ip route get`, Find-NetRoute."""

    line: int
    destination: str
    gateway: str | None
    interface: str
    source: str | None
    asked: str | None = None  # the source address that was asked with
