"""`ifconfig` of BSD, macOS, AIX, Solaris, HP-UX, OpenVOS and Linux, and `netstat -i`, which shows addresses as well."""

from __future__ import annotations

import re

from ...model.connection import INET, INET6
from ..facts import BITS, MASK, UNKNOWN, WRITTEN, Card, Own
from ..host import BSD
from ..states import HEAD, IDLE, PARTLY, ROW
from ..table import Context, Reader
from ..words import NUMBER, bare, family_of, is_masked, length_of_mask, number4
from . import link_encap, netstat_in, stcp
from .cards import card_of

_HEAD = re.compile(
    r"(?P<name>%?[A-Za-z][\w.%#+@/-]*(?::\d+)?):\s?\s*flags=(?:0x)?(?P<number>[0-9a-f]+(?:,[0-9a-f]+)?)"
    r"(?P<names><[^<>]*(?:<[^<>]*>[^<>]*)*>)?(?P<rest>.*)$"
)
_BROKEN = re.compile(r"\w+:\s?flags=|^flags=|<UP|: <|Link encap")
_HEAD_REST = re.compile(r"(?:\s*(?:metric|mtu|index|pmtu|rtable|qlen) \d+)*\s*$")
_INDEX = re.compile(r"\s*index (\d+)\s*$")
_UP, _LOOPBACK = 0x1, 0x8
# What follows an address, and how many words its value has.
_AFTER = {
    **dict.fromkeys(("netmask", "prefixlen", "broadcast", "scopeid", "zone", "vhid", "advbase", "pltime", "vltime"), 1),
    **dict.fromkeys(("destination", "metric", "advskew", "scopetype", "flags", "-->"), 1),
}
_PEER = ("-->", "destination")
_STATES = frozenset(
    [
        "tentative",
        "deprecated",
        "detached",
        "duplicated",
        "temporary",
        "autoconf",
        "secured",
        "dynamic",
        "anycast",
        "noprefixroute",
        "prefer_source",
        "secondary",
        "no_dad",
        "optimistic",
        "clat46",
        "ifdisabled",
    ]
)
_SETTINGS = re.compile(r"(iflist|usesrc|srcof|groupname|zone|parent interface|status|groups?)\s*[: ]\s*(.*)$")
# What each block of an interface has once: seen again, it belongs to an interface whose head is missing.
_ONCE = re.compile(
    r"(options|ether|lladdr|address:|capabilities|enabled|media|status|nd6|groups|index|tcp_sendspace)\b"
)
_LAST = re.compile(r"(?:nd6|tcp_sendspace|RX|TX|Opened by)\b")  # below the addresses
_IDLE = re.compile(
    r"(?:options|ether|media|status|nd6|groups?|index|lladdr|priority|llprio|txqueuelen|loop|RX|TX|capabilities|enabled|"
    r"ec_\w+|address|description|supported|laddr|tunnel|vlan\w*|member|Configuration|id |maxage|root id|ipfilter|"
    r"ifmaxaddr|plugged|vendor|module|ssid|country|authmode|power\w*|scan\w*|protmode|Opened by|ch \d|tcp_\w+|rfc1323|"
    r"agent|generation|type|scheduler|link (?:quality|state)|lane|ieee80211|wmm|bssid|mcastrate|deftxkey|trunk|"
    r"laggp\w+|"
    r"lagghash|carp|pfsync|encap|inet tunnel|inet6 tunnel|fib|hwaddr|provider|desired|zoneid|unspec|memory|device|"
    r"interrupt|collisions|constraints|keepalive|Metric|ipmp|llqa|nwkey|bintval|wpa\w*|txpower|nhid|patch|transport|"
    r"syncdev|vnetid|parent|rdomain|routerid|maxaddr|isolated|proto|qlimit|spicy|EUI-64|lro|rev |flowid|enc ).*$"
)


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line begins the output of ifconfig or netstat -i."""
    head = _HEAD.match(line.strip())
    if head:
        return Ifconfig(context, _systems(head))
    return (
        stcp.open_table(line, words, context)
        or link_encap.open_table(line, words, context)
        or netstat_in.open_table(line, words, context)
    )


def _systems(head: re.Match[str]) -> frozenset[str]:
    """Return the systems whose heads look like that."""
    names, rest = head["names"] or "", head["rest"]
    if "," in head["number"] or "64BIT" in names:
        return frozenset({"aix"})
    if re.search(r"[<,]IPv[46][,>]", names) or "PHYSRUNNING" in names:
        return frozenset({"solaris"})
    if re.search(r">\s\smtu \d", names + rest):
        return frozenset({"linux"})
    if " metric 0 mtu" in rest:
        return frozenset({"freebsd", "macos", "dragonfly"})
    if " mtu " in rest:
        return BSD | {"solaris"}
    return BSD | {"solaris", "aix", "hpux", "tru64"}


class Ifconfig(Reader):
    """Interfaces with `flags=`."""

    def __init__(self, context: Context, systems: frozenset[str]) -> None:
        super().__init__(context)
        self.systems = systems
        self.card: Card | None = None
        self.head_line = 0
        self.lost = False  # a head is missing: whose the lines are is not known
        self.closed = False  # the addresses of the interface are over
        self.seen: set[str] = set()  # what the interface has once
        self.last = 0  # the line before, if it is an address

    def read(self, line: int, text: str) -> int | None:
        stripped = text.strip()
        if not stripped:
            self.closed = self.closed or "linux" in self.systems  # it parts interfaces there
            return IDLE
        head = _HEAD.match(stripped)
        if head:
            return self._head(line, head)
        if self.card is None:
            return None
        last, self.last = self.last, 0
        words = stripped.split()
        if "flags=" in words or _BROKEN.search(stripped):
            self.lost = True
            return self.context.partly(line, "the head of an interface is unreadable")
        if words[0] in ("inet", "inet6") and words[1:2] != ["tunnel"]:
            self.last = line
            return self._address(line, words)
        state = self._about(line, text, stripped)
        if state is None:
            self.lost = True
            if last and (words[0] in _STATES or words[0] in _AFTER):
                self.context.amend(last, PARTLY, "the line is wrapped")
                return self.context.partly(line, "it is the end of the line above")
        return state

    def _about(self, line: int, text: str, stripped: str) -> int | None:
        """Read what is said of an interface besides its addresses."""
        assert self.card
        once = _ONCE.match(stripped)
        if once:
            self.lost = self.lost or once[1] in self.seen
            self.seen.add(once[1])
        self.closed = self.closed or bool(_LAST.match(stripped))
        index = _INDEX.match(text)
        if index and line == self.head_line + 1 and "index" not in self.card.settings:
            self.card.settings["index"] = index[1]
            return HEAD
        if re.match(r"mtu \d+( index \d+)?$", stripped) and line == self.head_line + 1:
            return HEAD
        setting = _SETTINGS.match(stripped)
        if setting:
            return self._setting(line, setting)
        return IDLE if _IDLE.match(stripped) else None

    def _head(self, line: int, head: re.Match[str]) -> int:
        names, self.head_line = head["names"], line
        self.lost, self.closed, self.last, self.seen = bool(_BROKEN.search(head["rest"])), False, 0, set()
        flags = tuple(word for word in (names or "")[1:-1].replace(", ", ",").split(",") if word)
        number = int(head["number"].partition(",")[0], 16 if "0x" in head[0] or not self._decimal(head, flags) else 10)
        self.card = card_of(self.context, head["name"], line, flags, bool(number & _UP))
        if number & _LOOPBACK and "LOOPBACK" not in flags:
            self.card = card_of(self.context, head["name"], line, (*flags, "LOOPBACK"), bool(number & _UP))
        if ("UP" in flags) != bool(number & _UP) and names:
            return self.context.partly(line, "the flags and their names differ")
        if not _HEAD_REST.match(head["rest"]):
            return self.context.partly(line, f"not understood: {head['rest'].strip()[:60]}")
        return ROW

    @staticmethod
    def _decimal(head: re.Match[str], flags: tuple[str, ...]) -> bool:
        """Return whether the number is decimal, as Linux writes it."""
        return (
            bool(re.search(r"(?:>|^)\s\smtu \d", (head["names"] or "")[-1:] + head["rest"]))
            and head["number"].isdecimal()
        )

    def _setting(self, line: int, setting: re.Match[str]) -> int:
        assert self.card
        name, value = setting[1], setting[2].strip()
        if name == "iflist":
            known = value.split()
            cards = [word for word in known if re.fullmatch(r"[a-z]+\d+", word)]
            rest = known[len(cards) :] if known[: len(cards)] == cards else known
            self.card.settings[name] = " ".join(cards)
            self.card.settings["iflist line"] = str(line)
            return self.context.partly(line, f"not understood: {' '.join(rest)[:60]}") if rest else ROW
        self.card.settings[name] = value
        return ROW if name in ("usesrc", "groupname", "zone") else IDLE

    def _address(self, line: int, words: list[str]) -> int:
        assert self.card
        family = INET if words[0] == "inet" else INET6
        own, problem = _own(line, family, words[1:])
        if own is None:
            return self.context.partly(line, problem)
        self.lost = self.lost or self.closed or not self._fits(own, words[1])
        earlier = [each.address for each in self.card.addresses if each.family == family and each.line < self.head_line]
        if own.address not in earlier:
            self.card.addresses.append(own)
        if earlier and own.address not in earlier:
            twice = f"{self.card.name} is there twice with different addresses: two hosts, or two moments?"
            self.context.host.conflicts.setdefault(twice, line)
        if self.lost:
            problem = "the head of its interface is missing or not understood"
        return self.context.partly(line, problem) if problem else ROW

    def _fits(self, own: Own, written: str) -> bool:
        """Return whether the address can be of this interface: else the head of another one is missing."""
        assert self.card
        flags, zone = self.card.flags, written.partition("/")[0].partition("%")[2]
        if flags and "LOOPBACK" not in flags and (own.address == "::1" or own.address.startswith("127.")):
            return False
        if flags and own.peer and "POINTOPOINT" not in flags:
            return False
        if zone and not zone.isdecimal() and zone != self.card.name:
            return False
        # Solaris has an interface of its own for each address.
        again = f"{own.family} address"
        fits = self.systems != {"solaris"} or again not in self.seen
        self.seen.add(again)
        return fits


def _own(line: int, family: str, words: list[str]) -> tuple[Own | None, str]:
    """Return the address of a line, and what is wrong with it."""
    if not words:
        return None, "the address is missing"
    written, slash, tail = words[0].partition("/")
    if family_of(bare(written)) != family:
        return None, "the address is masked" if is_masked(written) else "the address is missing or unreadable"
    length, origin = (int(tail), WRITTEN) if slash and NUMBER(tail) else (None, UNKNOWN)
    values, flags, problem = _values(words[1:])
    if "netmask" in values:
        length, origin = length_of_mask(values["netmask"]), MASK
        problem = problem or ("" if length is not None else "the mask is unreadable")
    if "prefixlen" in values:
        tail = values["prefixlen"]
        length, origin = (int(tail), WRITTEN) if NUMBER(tail) else (None, UNKNOWN)
    peer = next((bare(values[word].partition("/")[0]) for word in _PEER if word in values), None)
    if not problem and "broadcast" in values and number4(values["broadcast"]) is None:
        problem = "the broadcast address is unreadable"
    if peer and family_of(peer) != family:
        problem, peer = "the other end is masked or unreadable", None
    if length is None:
        problem = problem or "the mask or the prefix length is missing or unreadable"
    if length is not None and length > BITS[family]:
        return None, "the prefix length is too large"
    if length == 0 and family != INET and not problem:  # AIX writes ::1%1/0
        length = None
    return Own(line, bare(written), family, length, origin, peer, tuple(flags)), problem


def _values(words: list[str]) -> tuple[dict[str, str], list[str], str]:
    """Return what follows an address, its states, and what is wrong."""
    values: dict[str, str] = {}
    flags: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in _STATES:
            flags.append(word)
            continue
        value = next(rest, None) if word in _AFTER else None
        if value is None:
            return values, flags, f"{word} has no value" if word in _AFTER else f"not understood: {word[:40]}"
        values[word] = value
    return values, flags, ""
