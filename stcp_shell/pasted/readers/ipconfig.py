"""Windows: `ipconfig` and `ipconfig /all`, in any language."""

from __future__ import annotations

import re
from collections import Counter

from ...model.connection import INET, INET6
from ..facts import MASK, UNKNOWN, WRITTEN, Card, Own, Row, Way
from ..states import HEAD, IDLE, ROW
from ..table import Context, Reader
from ..words import bare, family_of, is_masked, length_of_mask, number4, number6
from .adapters import add_address, card_of, scope_of
from .windows_shapes import WINDOWS, narrow

NAMELESS = "this adapter"
_BANNER = re.compile(r"(?=.*Windows)(?=.*(?<![A-Za-z])IP(?![A-Za-z]))[^\d.:,$>#\\]{8,45}$").match
_HEAD = re.compile(
    r".*(?:adapt[eo]r|adaptador|carte |scheda |アダプター?|适配器|介面卡|어댑터|адаптер|karta )", re.IGNORECASE
).match
_KEY = re.compile(r"( *)(\S.*?) *\.[ .]*:(?: +(.*)|())$").match
_LEADER = re.compile(r"(?:\. ?){4,}:").search
_INNER = re.compile(r"\.[ .]*:(?: |$)").search
_BARE_KEY = re.compile(r" *[^\W\d][^:]* ?:(?: |$)").match
_OWN = re.compile(r"(?<![A-Za-z])IP(?:v[46])?(?![A-Za-z])").search
_VERSION = re.compile(r"IPv[46]").search
_GATEWAY = re.compile(
    r"gateway|passerelle|puerta de enlace|ゲートウェイ|网关|閘道|게이트웨이|шлюз|brama|brána|átjáró", re.IGNORECASE
).search
_SERVER = re.compile(r"DHCP|DNS|WINS").search
_DESCRIPTION = re.compile(r"description|beschreibung|descripción|説明|descrizione|descrição|描述", re.IGNORECASE).match
_DISCONNECTED = re.compile(
    r"disconnect|getrennt|déconnect|desconect|disconness|切断|接続されていません|断开", re.IGNORECASE
).search
_STATE = re.compile(r"([^()\s]+?)(?:\(([^()]*)\))?$").match
_PREFERRED = frozenset(
    {"preferred", "bevorzugt", "préféré", "preferido", "preferencial", "preferito", "優先", "首选", "偏好選項"}
)
_STATES = {
    "tentative": "tentative",
    "duplicate": "duplicate",
    "deprecated": "deprecated",
    "mit vorbehalt": "tentative",
    "duplikat": "duplicate",
    "verworfen": "deprecated",
    "veraltet": "deprecated",
    "provisoire": "tentative",
    "doublon": "duplicate",
    "dupliqué": "duplicate",
    "déconseillé": "deprecated",
    "tentativo": "tentative",
    "provisional": "tentative",
    "duplicado": "duplicate",
    "desusado": "deprecated",
    "重複": "duplicate",
    "仮": "tentative",
    "非推奨": "deprecated",
}


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line can only be the first of ipconfig, or of a part of it."""
    text = " ".join(words)
    if len(words) <= 5 and _BANNER(text):
        return Ipconfig(context)
    if len(line) - len(line.lstrip()) < 3 and 1 < len(words) <= 12 and _is_head(text) and _HEAD(text):
        return Ipconfig(context)
    return Ipconfig(context) if _LEADER(line) and _KEY(line) else None


def _is_head(text: str) -> bool:
    return text.endswith((":", "\uff1a")) and len(text) > 2 and not re.search(r"[:.] |://", text)


class Ipconfig(Reader):
    """Reads adapters: a head, then keys with dots up to a colon."""

    systems = WINDOWS

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.card = ""
        self.names: set[str] = set()  # of the adapters so far
        self.lost = False  # the head of the adapter was not understood
        self.english = False
        self.indent = 0  # of the keys
        self.base: int | None = None  # indent of the heads
        self.keys: set[str] = set()  # what the adapter has once
        self.last = ""  # what the last key was: own, gateway, idle, unknown
        self.mask: tuple[int, int, str] | None = None  # an IPv4 address that waits for it: in its card, line, card
        self.blank = True
        self.columns: Counter[int] = Counter()  # of the colons
        self.stated: bool | None = None  # whether addresses have a state in parentheses

    def read(self, line: int, text: str) -> int | None:
        blank, self.blank = self.blank, not text.strip()
        if self.blank:
            self._no_mask()
            return IDLE
        state = self._line(line, text, blank)
        if state is None:
            self.last = "unknown"
            self._no_mask()
            if len(text) - len(text.lstrip()) < self.indent or not self.indent:
                self.lost = True
        return state

    def end(self) -> None:
        self._no_mask()

    def _no_mask(self) -> None:
        """Note that an address has no mask. Its line may be the last one."""
        mask, self.mask = self.mask, None
        if mask:
            reason = "its mask is missing"
            self.context.amend(mask[1], self.context.partly(mask[1], reason), reason)

    def _line(self, line: int, text: str, blank: bool) -> int | None:
        indent, stripped = len(text) - len(text.lstrip()), text.strip()
        if _BANNER(stripped) and len(stripped.split()) <= 5:
            self.base = indent
            self.english = stripped == "Windows IP Configuration"
            self.context.host.shown.setdefault("addresses", line)
            return HEAD
        key = _KEY(text)
        if key:
            return self._key(line, text, key[2], (key[3] or "").strip(), indent)
        if self._is_adapter(stripped, indent, blank):
            return self._adapter(line, stripped, indent)
        if self.indent and indent > self.indent and not _is_head(stripped):
            return self._further(line, stripped)
        if indent and (not self.indent or indent >= self.indent) and _BARE_KEY(text) and self.card:
            self._no_mask()  # the key leaves no room for dots
            self.last = "unknown" if family_of(bare(stripped.rpartition(" ")[2])) else "idle"
            return IDLE if self.last == "idle" else self.context.partly(line, "an address under an unknown key")
        return None

    def _is_adapter(self, text: str, indent: int, blank: bool) -> bool:
        if not _is_head(text):
            return False
        if self.indent > indent or (not self.indent and (self.base is None or indent <= self.base)):
            return True
        return blank and not self.indent and bool(_HEAD(text))

    def _adapter(self, line: int, text: str, indent: int) -> int:
        self._no_mask()
        before, word, after = f" {text.rstrip(':' + chr(0xFF1A) + ' ')}".partition(" adapter ")
        name = (after if word else before).strip()
        self.base = indent if self.base is None else self.base
        self.last = "idle"
        self.context.host.shown.setdefault("addresses", line)
        self.lost = name in self.names or not name
        if self.lost:
            return self.context.partly(line, "an adapter of this name was there already")
        self.names.add(name)
        self.card = name
        self.keys.clear()
        card_of(self.context.host, name, line)
        if self.english and not word:
            return self.context.partly(line, "the head of an adapter, of which a word is missing")
        return ROW

    def _key(self, line: int, text: str, key: str, value: str, indent: int) -> int:
        if (
            _INNER(value)
            or family_of(bare(key.partition(" ")[0]))
            or (": " in key and "  " in key)
            or (value.endswith(":") and family_of(bare(value)) is None)
        ):
            self._no_mask()
            self.last, self.lost = "unknown", self.lost or value.endswith(":") or indent < self.indent
            return self.context.partly(line, "two lines are joined in it")
        self.indent = min(self.indent, indent) if self.indent and indent else self.indent or indent
        column = text.index(":", text.index(key) + len(key))
        self.columns[column] += 1
        first = value.partition(" ")[0]
        numeric = bool(family_of(bare(first.partition("(")[0]))) or is_masked(first)
        if self._is_mask(key, value):
            return self._masked(line, value)
        self._no_mask()
        if _GATEWAY(key) and not _SERVER(key):
            self.last = "gateway"
            return self._gateway(line, value)
        if _OWN(key) and not _SERVER(key) and (numeric or (not value and _VERSION(key))):
            self.last = "own"
            return self._own(line, key, value, column)
        if _SERVER(key) or not numeric:
            # Seen again, it belongs to an adapter whose head is missing.
            self.lost = self.lost or (bool(self.card) and key in self.keys)
            self.keys.add(key)
            self.last = "idle"
            return self._about(key, value)
        self.last = "unknown"
        return self.context.partly(line, "an address under an unknown key")

    def _is_mask(self, key: str, value: str) -> bool:
        other = _GATEWAY(key) or _OWN(key) or _SERVER(key)
        return bool(self.mask and not other and "." in value and length_of_mask(value))

    def _masked(self, line: int, value: str) -> int:
        assert self.mask
        (place, _, name), self.mask = self.mask, None
        addresses = self.context.host.cards[name].addresses
        known, length = addresses[place], length_of_mask(value)
        if known.length is not None and known.length != length:
            self.context.host.conflicts.setdefault(f"{known.address} has two prefix lengths", line)
        addresses[place] = known._replace(length=length, origin=MASK)
        self.last = "idle"
        return ROW

    def _about(self, key: str, value: str) -> int:
        """Keep what says something of the adapter itself."""
        host = self.context.host
        if self.card and not self.lost and value:
            if _DESCRIPTION(key):
                host.cards[self.card].settings.setdefault("description", value)
            elif _DISCONNECTED(value):
                host.cards[self.card] = host.cards[self.card]._replace(up=False)
        return IDLE

    def _place(self, line: int) -> Card | None:
        """Return the adapter; None if its head was not understood. A text may begin below the head."""
        if self.lost or (not self.card and (self.names or self.base is not None)):
            return None
        self.card = self.card or NAMELESS
        return card_of(self.context.host, self.card, line)

    def _own(self, line: int, key: str, value: str, column: int) -> int:
        if is_masked(value.partition("(")[0]):
            return self.context.partly(line, "the address is masked")
        found = _STATE(value)
        written = bare(found[1]) if found else ""
        family = family_of(written)
        if not found or not family or (_VERSION(key) and (family == INET6) != ("IPv6" in key)):
            return self.context.partly(line, "the address is missing or cut, or something follows it")
        card = self._place(line)
        if not card:
            return self.context.partly(line, "the head of its adapter was not understood")
        self.context.host.shown.setdefault("addresses", line)
        state = found[2]
        flags = self._flags(key, state)
        own = Own(line, written, family, None, UNKNOWN, flags=flags, scope=scope_of(written))
        add_address(self.context.host, card, own)
        if family == INET:
            place = next(at for at, own in enumerate(card.addresses) if own.address == written)
            self.mask = place, line, card.name
        if _VERSION(key) or state:
            narrow(self.context.host, "windows")
        if "unknown state" in flags:
            return self.context.partly(line, "what stands in parentheses is unknown")
        before = self.stated
        self.stated = state is not None if before is None else before
        if self.stated != (state is not None):
            return self.context.partly(line, "only some addresses have a state in parentheses")
        usual, count = self.columns.most_common(1)[0]
        if family == INET6 and column != usual and count > 2 and count * 2 > sum(self.columns.values()):
            return self.context.partly(line, "a word of its key may be missing: the colons do not stand in line")
        return ROW

    def _flags(self, key: str, state: str | None) -> tuple[str, ...]:
        flags = ("temporary",) if re.search(r"tempor|一時", key, re.IGNORECASE) else ()
        if state is None or state.lower() in _PREFERRED:
            return flags
        return (*flags, _STATES.get(state.lower(), "unknown state"))

    def _gateway(self, line: int, value: str) -> int:
        address = bare(value)
        family = family_of(address)
        if not value:
            adapter = self.context.host.cards.get(self.card)
            has = adapter and not self.lost and adapter.addresses
            return self.context.partly(line, "no gateway is written: none, or it is lost") if has else IDLE
        if not family or " " in value:
            return self.context.partly(line, "the gateway is masked or cut, or something follows it")
        card = self._place(line)
        if not card:
            return self.context.partly(line, "the head of its adapter was not understood")
        known = card.settings.get("gateway", "").split()
        if address not in known:
            card.settings["gateway"] = " ".join((*known, address))
        router = address if (number4(address) or number6(address)) else None
        self.context.host.rows.append(Row(line, 0, 0, WRITTEN, Way(family, value, router, card.name, "gateway")))
        return ROW

    def _further(self, line: int, text: str) -> int | None:
        """Read a value that stands on a line of its own."""
        self._no_mask()
        if self.last == "gateway":
            known = self.context.host.cards[self.card].settings.get("gateway", "") if self.card else ""
            if not known or family_of(bare(text)) in map(family_of, known.split()):
                self.last = "unknown"
                return self.context.partly(line, "a gateway, or a value of a key that is missing")
            return self._gateway(line, text)
        if self.last == "idle":
            return IDLE
        return self.context.partly(line, "a value of an unknown key") if self.last else None
