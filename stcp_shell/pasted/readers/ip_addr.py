"""`ip addr`, `ip -o addr` and `ip -br addr`."""

from __future__ import annotations

import re

from ...model.connection import INET, INET6
from ..facts import BITS, WRITTEN, Card, Own
from ..states import IDLE, PARTLY, ROW
from ..table import Context, Reader
from ..words import NUMBER, bare, family_of, is_masked, number4, number6

_HEAD = re.compile(
    r"(?P<index>\d+): (?P<name>[^\s:@]+)(?:@(?P<parent>[^\s:]+))?: <(?P<flags>[A-Z0-9_,-]*)>(?P<rest>.*)$"
)
_HEAD_REST = re.compile(r"(?: (?:mtu|qdisc|state|group|qlen|master|mode|promiscuity|alias) \S+)*\s*\\?.*$")
_ONE = re.compile(r"(?P<index>\d+): (?P<name>[^\s:@]+)(?:@\S+)?\s+(?P<rest>inet6? .*)$")
_BRIEF = re.compile(
    r"(?P<name>[^\s@]+)(?:@(?P<parent>\S+))?\s+(?P<state>UP|DOWN|UNKNOWN|LOWERLAYERDOWN|DORMANT)"
    r"(?P<addresses>(?:\s+[0-9A-Fa-f:.]+(?:/\d+)?(?: peer \S+)?)*)\s*$"
)
_INSIDE = re.compile(r"\d+: [^\s:]+: ?<|: <[A-Z]")
_BEGUN = re.compile(r"\d+: \S")
_LIFETIME = re.compile(r"valid_lft \S+ preferred_lft \S+\s*$")
_JOINED = re.compile(r"\binet6? [0-9A-Fa-f]")
_IDLE = re.compile(r"(?:link/\S+|altname|alias|RX|TX|vlan|bridge|veth|bond|valid_lft|[\d ]+$|\d+ +\d+).*$")
_MARKS = frozenset(
    [
        "secondary",
        "dynamic",
        "noprefixroute",
        "deprecated",
        "tentative",
        "temporary",
        "dadfailed",
        "nodad",
        "home",
        "optimistic",
        "mngtmpaddr",
        "autojoin",
        "permanent",
        "stable-privacy",
    ]
)
_SCOPES = frozenset(("host", "link", "global", "site", "nowhere"))
_PAIRED = frozenset(["brd", "broadcast", "scope", "peer", "metric", "proto", "protocol", "any"])


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line is an interface of iproute2."""
    if _HEAD.match(line.strip()) or _ONE.match(line):
        return Addresses(context)
    brief = _BRIEF.match(line)
    return Addresses(context) if brief and (brief["addresses"].strip() or "-br" in context.command) else None


class Addresses(Reader):
    """Interfaces and their addresses."""

    systems = frozenset({"linux"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.card: Card | None = None
        self.open = 0  # the line of the last address
        self.linked = False  # the interface has its line `link/`: another one is of another interface
        context.host.shown.setdefault("ip addr", context.first)
        if "show" in context.command[-2:-1] or "dev" in context.command:
            context.host.findings.setdefault("the command shows one interface only", context.first)

    def read(self, line: int, text: str) -> int | None:
        stripped = text.strip()
        if not stripped:
            return IDLE
        head = _HEAD.match(stripped)
        if head:
            self.linked = False
            return self._head(line, head)
        one = _ONE.match(text)
        if one:
            self.card = self._card(line, one["name"], (), one["index"], None)
            return self._address(line, one["rest"].split())
        brief = _BRIEF.match(text)
        if brief and not text.startswith(" "):
            return self._brief(line, brief)
        second = stripped.startswith("link/") and self.linked
        self.linked = self.linked or stripped.startswith("link/")
        if _INSIDE.search(stripped) or _BEGUN.match(text) or second:
            self.card = None
            return self.context.partly(line, "the head of an interface is unreadable")
        if self.card is None:
            return None
        words = stripped.split()
        if stripped.startswith(("inet ", "inet6 ")):
            self.open = line
            return self._address(line, words)
        lacks = self.context.reasons.get(line - 1 - self.context.first, "").endswith("has no value")
        goes_on = words[0] in _PAIRED or words[0] in _MARKS or words[0] == self.card.name or lacks
        if self.open == line - 1 and goes_on:
            # Mail has wrapped the line: what stands here can change the address above.
            self.open = line
            reason = "it goes on in the next line"
            self.context.amend(line - 1, PARTLY, reason)
            return self.context.partly(line, "it belongs to the address above, and is not read")
        if _JOINED.search(stripped):
            return self.context.partly(line, "an address is joined to this line, and is not read")
        return IDLE if _LIFETIME.match(stripped) or _IDLE.match(stripped) else None

    def _card(self, line: int, name: str, flags: tuple[str, ...], index: str, up: bool | None) -> Card:
        host = self.context.host
        host.shown.setdefault("addresses", line)
        old = host.cards.get(name)
        if old and (old.line >= self.context.first and old.settings.get("index") == index and not flags):
            return old
        card = Card(name, line, flags, old.addresses if old else [], old.settings if old else {}, up)
        if old and old.addresses and old.settings.get("index", index) != index:
            host.conflicts.setdefault(f"{name} is there twice with different numbers: two hosts?", line)
        card.settings["index"] = index
        host.cards[name] = card
        return card

    def _head(self, line: int, head: re.Match[str]) -> int:
        flags = tuple(word for word in head["flags"].split(",") if word)
        self.card = self._card(line, head["name"], flags, head["index"], "UP" in flags)
        master = re.search(r" master (\S+)", head["rest"])
        if master:
            self.card.settings["master"] = master[1]
        if not re.match(r" mtu \d+", head["rest"]):
            return self.context.partly(line, "the rest of the line is missing or unreadable")
        return ROW

    def _brief(self, line: int, brief: re.Match[str]) -> int:
        self.card = self._card(line, brief["name"], (), "", brief["state"] in ("UP", "UNKNOWN"))
        problem = ""
        seen: set[str] = set()
        words = iter(brief["addresses"].split())
        for word in words:
            if word == "peer":
                next(words, None)
                continue
            address, _, tail = word.partition("/")
            family = family_of(bare(address))
            if family is None or not NUMBER(tail) or int(tail) > BITS[family]:
                problem = f"an address is unreadable: {word[:40]}"
                continue
            # `ip -br` does not show `secondary`: a further address of a network that the interface has already.
            network = f"{family} {tail} {_network(address, int(tail), family)}"
            flags = ("secondary",) if family == INET and network in seen else ()
            seen.add(network)
            scope = "host" if address.startswith("127.") or address == "::1" else "global"
            self.card.addresses.append(Own(line, bare(address), family, int(tail), WRITTEN, None, flags, scope))
        return self.context.partly(line, problem) if problem else ROW

    def _address(self, line: int, words: list[str]) -> int:
        assert self.card
        family = INET if words[0] == "inet" else INET6
        own, problem = own_of(line, family, words[1:])
        if own:
            self.card.addresses.append(own)
        return self.context.partly(line, problem) if problem else ROW


def _network(address: str, length: int, family: str) -> int:
    number = (number4(address) if family == INET else number6(address)) or 0
    return number >> (BITS[family] - length)


def own_of(line: int, family: str, words: list[str]) -> tuple[Own | None, str]:
    """Return the address of an `inet` line, and what is wrong with it."""
    written, slash, tail = (words[0] if words else "").partition("/")
    if family_of(written) != family:
        return None, "the address is masked" if is_masked(written) else "the address is missing or unreadable"
    length = int(tail) if slash and NUMBER(tail) else (None if slash else BITS[family])
    values, flags, problem = _values(words[1:])
    peer, _, far = values.get("peer", "").partition("/")
    length = int(far) if NUMBER(far) else length
    if length is None or length > BITS[family]:
        return None, "the prefix length is unreadable"
    broadcast = values.get("brd") or values.get("broadcast")
    if broadcast and family_of(broadcast) != family and not is_masked(broadcast):
        problem = problem or "the broadcast address is unreadable"
    scope = values.get("scope", "")
    if scope and scope not in _SCOPES and not NUMBER(scope):
        problem = problem or f"no scope: {scope[:40]}"
    own = Own(line, written, family, length, WRITTEN, peer or None, flags, scope or "global", values.get("label", ""))
    return own, problem or ("" if scope else "the scope is missing")


def _values(words: list[str]) -> tuple[dict[str, str], tuple[str, ...], str]:
    """Return the pairs after an address, the words that stand alone, and what is wrong.

    `ip -o` ends them with a backslash, and lifetimes follow.
    """
    values: dict[str, str] = {}
    flags: list[str] = []
    problem = ""
    shown = " ".join(words).partition("\\")[0].split()
    rest = iter(shown)
    for word in rest:
        if word in _MARKS:
            flags.append(word)
        elif word in _PAIRED:
            value = next(rest, None)
            values[word] = value or ""
            problem = problem or ("" if value else f"{word} has no value")
        elif "scope" in values and "label" not in values:
            values["label"] = word
        else:
            problem = problem or f"not understood: {word[:40]}"
    return values, tuple(flags), problem
