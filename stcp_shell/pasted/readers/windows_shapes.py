"""Windows: the shapes of lines of `route print`, and its words in the languages that are known."""

from __future__ import annotations

import re
from typing import NamedTuple

from ...model.connection import INET6
from ..host import Host
from ..words import NUMBER, family_of, is_masked, length_of_mask, number4, number6

WINDOWS = frozenset({"windows", "windows-xp"})
ACTIVE, PERSISTENT = "active", "persistent"
ON_LINK = frozenset(
    {"on-link", "auf verbindung", "en vínculo", "en vinculo", "リンク上", "在链路上", "在連結上", "no vínculo"}
)
PERSISTENT_WORDS = re.compile(
    r"persist|ndige routen|固定ルート|permanent|trwał|постоянн|永久|永續|持續|영구|trval", re.IGNORECASE
)
ACTIVE_WORDS = re.compile(
    r"\b(?:activ|aktiv|attiv|ativ)\w* (?:rou?te|ruter)"
    r"|(?:rou?t\w*|rut\w+|itin\w+|percors\w+) (?:activ|aktiv|attiv|ativ|actif)"
    r"|アクティブ ?ルート|活动路由|使用中的路由|активн",
    re.IGNORECASE,
)
TABLE = re.compile(
    r"rout(?:e|ing|er?ings?)[ -]?tab|routentab|routage|enrutamiento|rutas|ルート ?テーブル|instradamento|route"
    r"|roteamento|encaminhamento|路由表|маршрут",
    re.IGNORECASE,
)
LIST = re.compile(
    r"interface list|schnittstellenliste|liste d.interfaces$|lista de interf|インターフェイス ?一覧|elenco interf"
    r"|接口列表|介面清單",
    re.IGNORECASE,
)
COLUMNS = re.compile(r".*(?:mask|máscara|masque|maschera|マスク).* (?:metri[ck]a?|métri\w+|メトリック)$", re.IGNORECASE)
COLUMNS6 = re.compile(r"(?:if|si) (?:metri[ck]a?|métri\w+) .*(?:gateway|passerelle|enlace)$", re.IGNORECASE)
is_ruler = re.compile(r"={40,}$").match
card_of = re.compile(r"(0x[0-9A-Fa-f]+|\d{1,6}) ?\.{3}(.*)$").match
description_of = re.compile(
    r"(?:(?:[0-9A-Fa-f]{2} ){8}\.*|(?:[0-9A-Fa-f]{2} ){6}\.{3,}|\.{10,})\s*(?P<name>[^\s.].*)$"
).match
has_card = re.compile(r"\d ?\.{3}").search
is_word = re.compile(r"[^\W\d]+(?:[-'][^\W\d]+)*$").match
family_in = re.compile(r"IPv([46])").search
LARGEST = 1 << 32


class Values(NamedTuple):
    """The columns of a row of a table of IPv4."""

    network: int
    length: int
    gateway: list[str]
    interface: str
    metric: int | None


def narrow(host: Host, system: str) -> None:
    """Note that a line can only come from one of the systems."""
    host.systems = host.systems & {system} or host.systems


def is_title(text: str) -> bool:
    """Return whether a line is the title of a list or table of `route print`."""
    return bool(LIST.search(text) or (family_in(text) and TABLE.search(text)))


def is_columns(text: str) -> bool:
    """Return whether a line names the columns of a table."""
    return bool(COLUMNS.match(text) or COLUMNS6.match(text))


def without_family(text: str) -> str:
    return text.replace("IPv4", "").replace("IPv6", "")


def section_of(text: str) -> str:
    """Return which routes a heading announces, as far as its words are known."""
    if PERSISTENT_WORDS.search(text):
        return PERSISTENT
    return ACTIVE if ACTIVE_WORDS.search(text) else ""


def is_card(text: str) -> bool:
    found = card_of(text)
    return bool(found and description_of(found[2]))


def is_row(words: list[str]) -> bool:
    if len(words) in (5, 6) and number4(words[0]) is not None:
        values = values4(words, active=True)
        return isinstance(values, Values) and (is_on_link(values.gateway) or number4(values.gateway[0]) is not None)
    return (
        len(words) in (4, 5)
        and bool(NUMBER(words[0]) and NUMBER(words[1]))
        and prefix6(words[2]) is not None
        and (is_on_link(words[3:]) or family_of(words[3]) == INET6)
    )


def is_on_link(words: list[str]) -> bool:
    return " ".join(words).lower() in ON_LINK


def is_phrase(words: list[str]) -> bool:
    return 1 <= len(words) <= 3 and all(is_word(word) for word in words) and not any(map(is_masked, words))


def prefix6(text: str) -> tuple[int, int] | None:
    address, slash, length = text.partition("/")
    number = number6(address) if ":" in address and "%" not in address else None
    if number is None or not slash or not NUMBER(length) or int(length) > 128:
        return None
    return None if number & ((1 << (128 - int(length))) - 1) else (number, int(length))


def values4(words: list[str], active: bool) -> Values | str:
    """Return the columns of a row, or what is wrong with it. Only active routes have an interface."""
    if any(is_masked(word) for word in words):
        return "a value is masked"
    if len(words) < (5 if active else 4):
        return "a column is missing"
    network, length = number4(words[0]), length_of_mask(words[1]) if "." in words[1] else None
    if network is None or length is None:
        return "the destination or its mask is missing or cut"
    if network & ((1 << (32 - length)) - 1):
        return "the destination does not agree with its mask"
    last = words[-1]
    if not (NUMBER(last) and int(last) < LARGEST) and (active or not is_word(last)):
        return "the metric is missing, or something follows it"
    metric = int(last) if NUMBER(last) else None
    gateway = words[2:-2] if active else words[2:-1]
    if (len(gateway) > 1 or number4(gateway[0]) is None) and not is_phrase(gateway):
        return "the gateway is missing, cut or unknown"
    interface = words[-2] if active else ""
    # Windows XP writes the index of a card that is not connected.
    disconnected = length == 32 and network == 0xFFFFFFFF and NUMBER(interface) and number4(gateway[0]) is not None
    if active and number4(interface) is None and not disconnected:
        return "the address of the interface is missing or cut"
    return Values(network, length, gateway, interface, metric)


def has_address(words: list[str]) -> bool:
    """Return whether one of the words is an address or a prefix, shown or masked."""
    return any(family_of(word.partition("/")[0]) or is_masked(word) for word in words)
