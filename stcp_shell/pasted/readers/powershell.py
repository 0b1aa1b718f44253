"""Windows PowerShell: Get-NetIPAddress, Get-NetRoute and Find-NetRoute, as tables and as lists."""

from __future__ import annotations

import re
from typing import Callable

from ...model.connection import INET, INET6
from ..facts import BITS, WRITTEN, Answer, Own, Row, Way
from ..states import HEAD, IDLE, ROW
from ..table import Context, Reader
from ..words import NUMBER, bare, family_of, number4, number6
from .adapters import add_address, card_of, scope_of

_SYSTEMS = frozenset({"windows"})
_ENTRY = re.compile(r" *([A-Za-z]\w+) *:(?: (.*))?$").match
_RULES = re.compile(r"-{2,}(?: +-{2,})*$").match
_STORES = ("ActiveStore", "PersistentStore")
_STATES = ("Preferred", "Deprecated", "Tentative", "Duplicate", "Invalid")
_ADDRESS_KEYS = ("InterfaceIndex", "InterfaceAlias", "PrefixLength", "AddressState", "SkipAsSource")
_ROUTE_KEYS = ("NextHop", "RouteMetric", "InterfaceIndex")
_NAMES = {"ifIndex": "InterfaceIndex", "ifMetric": "InterfaceMetric", "Store": "PolicyStore"}
_IDLE = frozenset(
    re.findall(
        r"\w+",
        "AddressFamily Type PrefixOrigin SuffixOrigin ValidLifetime PreferredLifetime Caption Description ElementName "
        "InstanceID Name Status StatusDescriptions EnabledState ProtocolType ProtocolIFType IPv4Address IPv6Address "
        "AddressOrigin AddressType SubnetMask AdminDistance DestinationAddress IsStatic TypeOfRoute CompartmentId "
        "Protocol Publish State PSComputerName CimClass CimInstanceProperties CimSystemProperties",
    )
)


def _positive(text: str) -> bool:
    return bool(NUMBER(text)) and int(text) < 1 << 32


def _store(text: str) -> str | None:
    """Return a store whose name may be cut off by the table; None if the word is none."""
    if text in _STORES:
        return text
    cut = text.rstrip(".\u2026")
    found = [store for store in _STORES if cut and cut != text and store.startswith(cut)]
    return found[0] if found else None


def _prefix(text: str) -> tuple[str, int, int] | None:
    address, _, length = text.partition("/")
    family = family_of(address)
    if not family or not NUMBER(length) or int(length) > BITS[family]:
        return None
    number = number4(address) if family == INET else number6(address)
    if number is None or number & ((1 << (BITS[family] - int(length))) - 1):
        return None
    return family, number, int(length)


# What a value of a property looks like.
_CHECKS: dict[str, Callable[[str], object]] = {
    "IPAddress": lambda text: family_of(bare(text)),
    "InterfaceIndex": _positive,
    "InterfaceAlias": lambda text: not re.search(r" : |\.{3}$|True|False|\d\.\d+\.\d+\.\d", text),
    "PrefixLength": lambda text: NUMBER(text) and int(text) <= 128,
    "AddressState": lambda text: text in _STATES,
    "SkipAsSource": lambda text: text in ("True", "False"),
    "PolicyStore": _store,
    "DestinationPrefix": _prefix,
    "NextHop": family_of,
    "RouteMetric": _positive,
    "InterfaceMetric": _positive,
}
_KEYS = _IDLE.union(_CHECKS, _NAMES)


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line can only be the first of a table or a list of these commands."""
    if len(words) > 1 and _KEYS.issuperset(words) and {"IPAddress", "DestinationPrefix"}.intersection(words):
        return Table(context)
    entry = _ENTRY(line)
    if not entry or entry[1] not in _KEYS:
        return None
    asked = context.command[:1] in (("Get-NetRoute",), ("Get-NetIPAddress",), ("Find-NetRoute",))
    sure = entry[1] in _CHECKS or entry[1] in ("ifIndex", "ifMetric", "Caption")
    if entry[1] == "IPAddress":
        sure = family_of(bare((entry[2] or "").strip())) is not None
    return List(context) if asked or sure else None


class _Objects(Reader):
    """Adds objects, which are properties by name, to the host."""

    systems = _SYSTEMS

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.indexes: dict[str, str] = {}  # of the interfaces' names

    def shown(self, line: int, table: str) -> None:
        """Note that a table is there, and whether only a part of it was asked for."""
        host, command = self.context.host, self.context.command
        host.shown.setdefault(table, line)
        some = [word for word in command[1:] if re.match(r"-(?!AddressF|Format|PolicyS)[A-Za-z]|Where|\?$", word)]
        if some and command[0].startswith("Get-Net"):
            host.gaps.setdefault(f"only some {table.partition(' ')[0]} were asked for: {command[0]} {some[0]}", line)

    def add_own(self, line: int, values: dict[str, str]) -> str:
        """Add an address. Return what is wrong with it."""
        name = values.get("InterfaceAlias") or values.get("InterfaceIndex")
        if not name:
            return "its interface is missing"
        address, index, length = bare(values["IPAddress"]), values.get("InterfaceIndex"), values.get("PrefixLength")
        family = INET6 if ":" in address else INET
        if length is None or int(length) > BITS[family]:
            return "its prefix length is missing or wrong"
        if index and self.indexes.setdefault(name, index) != index:
            return "two interfaces have this name"
        self.shown(line, "addresses")
        if values.get("PolicyStore") == "PersistentStore":
            return ""
        state = values.get("AddressState", "Preferred")
        flags = ("skip",) if values.get("SkipAsSource") == "True" else ()
        if state != "Preferred":
            flags = (*flags, state.lower())
        if values.get("SuffixOrigin") == "Random" and length == "128":
            flags = (*flags, "temporary")
        card = card_of(self.context.host, name, line)
        if index:
            card.settings.setdefault("index", index)
        own = Own(line, address, family, int(length), WRITTEN, flags=flags, scope=scope_of(address))
        add_address(self.context.host, card, own)
        return ""

    def add_row(self, line: int, values: dict[str, str]) -> str:
        """Add a route. Return what is wrong with it."""
        prefix = _prefix(values["DestinationPrefix"])
        hop, metric, index = (values.get(key) for key in _ROUTE_KEYS)
        if not prefix or hop is None or metric is None or index is None:
            return "a value is missing"
        family, network, length = prefix
        if family_of(hop) != family:
            return "the next hop is of another family than the destination"
        more = values.get("InterfaceMetric")
        store = _store(values["PolicyStore"]) if "PolicyStore" in values else "ActiveStore" if more else None
        if not store:
            return "its store is missing: it may be persistent only"
        active = store == "ActiveStore"
        if active and more is None:
            return "the metric of its interface is missing"
        self.shown(line, f"routes {family}" if active else "persistent")
        total = int(metric) + (int(more) if active and more else 0)
        router = bare(hop) if hop not in ("0.0.0.0", "::") else None
        way = Way(family, hop, router, index, "unicast" if active else "persistent", metric=total)
        self.context.host.rows.append(Row(line, network, length, WRITTEN, way))
        return ""


class Table(_Objects):
    """Reads objects in columns. An empty column leaves no word, so words are assigned by kind."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.columns: list[str] = []
        self.sure = True  # the columns agree with the ruler
        self.places: list[tuple[int, int]] = []  # of the columns

    def read(self, line: int, text: str) -> int | None:
        words = text.split()
        if not words:
            return IDLE
        if _KEYS.issuperset(words) and (not self.columns or "DestinationPrefix" in words or "IPAddress" in words):
            self.columns, self.sure = [_NAMES.get(word, word) for word in words], True
            return HEAD
        if _RULES(" ".join(words)):
            self.sure = self.sure and len(words) == len(self.columns)
            self.places = [found.span() for found in re.finditer("-+", text)]
            return HEAD if self.sure else self.context.partly(line, "the ruler does not agree with the heading")
        values = self._values(words)
        if values is None:
            shaped = any(family_of(bare(word.partition("/")[0])) for word in words)
            return self.context.partly(line, "a value is missing, cut or unknown") if shaped else None
        if not self.sure or ("InterfaceAlias" in values and not self._aligned(text)):
            return self.context.partly(line, "the row, the heading and its ruler do not agree")
        reason = self.add_row(line, values) if "DestinationPrefix" in values else self.add_own(line, values)
        return self.context.partly(line, reason) if reason else ROW

    def _aligned(self, text: str) -> bool:
        """Return whether the values stand in their columns: a word of a name of several words may be missing."""
        starts, ends = zip(*((found.start(), found.end()) for found in re.finditer(r"\S+", text)))
        return bool(self.places) and all(first in starts or last in ends for first, last in self.places)

    def _values(self, words: list[str]) -> dict[str, str] | None:
        """Return the words by column; None if they do not fit."""
        columns = self.columns
        if len(words) == len(columns) - 1 and "InterfaceMetric" in columns and columns[-1] == "PolicyStore":
            # A persistent route has no metric of its interface.
            if _store(words[-1]) != "PersistentStore":
                return None
            columns = [column for column in columns if column != "InterfaceMetric"]
        if (extra := len(words) - len(columns)) > 0 and "InterfaceAlias" in columns:
            at = columns.index("InterfaceAlias")
            words = [*words[:at], " ".join(words[at : at + extra + 1]), *words[at + extra + 1 :]]
        if len(words) != len(columns):
            return None
        values = dict(zip(columns, words))
        return values if all(_CHECKS.get(key, bool)(value) for key, value in values.items()) else None


class List(_Objects):
    """Reads objects whose properties stand on lines of their own; an empty line ends an object."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.last = ""
        self.damaged = False
        self.asked = self._asked()
        self.source: tuple[int, str] | None = None  # what Find-NetRoute has answered so far

    def _asked(self) -> str | None:
        """Return the destination that Find-NetRoute was asked for."""
        words = self.context.command
        if words[:1] != ("Find-NetRoute",):
            return None
        found = [bare(value.strip("\"'")) for word, value in zip(words, words[1:]) if word.lower().startswith("-rem")]
        return found[0] if found and family_of(found[0]) else ""

    def read(self, line: int, text: str) -> int | None:
        if not text.strip():
            self._close(whole=True)
            return IDLE
        entry = _ENTRY(text)
        if not entry or (entry[1] not in _KEYS and (not self.lines or family_of(bare((entry[2] or "").strip())))):
            self.damaged = self.damaged or bool(self.lines)
            return None
        key, value = _NAMES.get(entry[1], entry[1]), (entry[2] or "").strip()
        if key in self.lines:
            self._close(whole=True)
        self.lines[key], self.last = line, key
        if re.search(r"\w *: ", value) and key not in ("InstanceID", "Description", "Caption"):
            self.damaged = True
            return self.context.partly(line, "two lines are joined in it")
        check = _CHECKS.get(key)
        if not check or (not value and key in ("InterfaceMetric", "PolicyStore")):
            self.values.update({key: value} if value else {})
            return IDLE
        if not value or not check(value):
            self.damaged = True
            return self.context.partly(line, "its value is missing, cut or unknown")
        self.values[key] = value
        return ROW

    def end(self) -> None:
        self._close(whole=False)
        if self.source:
            self._doubt(self.source[0], "the route that belongs to it is missing")

    def _doubt(self, line: int, reason: str) -> None:
        self.context.amend(line, self.context.partly(line, reason), reason)

    def _close(self, whole: bool) -> None:
        """End an object. Of the last one of a text the last value may be cut."""
        values, lines, damaged = self.values, self.lines, self.damaged
        if not lines:
            return
        self.values, self.lines, self.damaged = {}, {}, False
        route = "DestinationPrefix" in lines or ("NextHop" in lines and "IPAddress" not in lines)
        head = "DestinationPrefix" if route else "IPAddress"
        line = lines.get(head, min(lines.values()))
        needed = (head, *(_ROUTE_KEYS if route else _ADDRESS_KEYS))
        if not whole and self.last not in ("SkipAsSource", "AddressState"):
            damaged = damaged or self.last in (*needed, "InterfaceMetric")
        missing = [key for key in needed if key not in values]
        if missing or damaged:
            self._doubt(line, f"of this object {missing[0]} is missing" if missing else "a line of it may be damaged")
            self.source = None
            return
        if self.asked is None:
            reason = self.add_row(line, values) if route else self.add_own(line, values)
        else:
            reason = self._answer(line, values, route)
        if reason:
            self._doubt(line, reason)

    def _answer(self, line: int, values: dict[str, str], route: bool) -> str:
        """Note one of the two objects that Find-NetRoute writes: the source address, then the route."""
        source, self.source = self.source, None
        if not self.asked:
            return "which destination was asked for is not shown"
        if not route:
            self.source = line, bare(values["IPAddress"])
            return ""
        if not source:
            return "the source address that belongs to it is missing"
        hop = values["NextHop"]
        router = None if hop in ("0.0.0.0", "::") else bare(hop)
        name = values.get("InterfaceAlias") or values["InterfaceIndex"]
        self.context.host.answers.append(Answer(source[0], self.asked, router, name, source[1]))
        return ""
