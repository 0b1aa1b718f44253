"""Words of tables: addresses, masks, prefixes as systems write them, and words that only look like them."""

from __future__ import annotations

import re
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_pton

from ..model.connection import INET, INET6

NUMBER = re.compile(r"[0-9]{1,18}\Z").match
HARDWARE = re.compile(r"[0-9A-Fa-f]{1,2}([:.-])(?:[0-9A-Fa-f]{1,2}\1){4,18}[0-9A-Fa-f]{1,2}\Z").match
INTERFACE = re.compile(r"[A-Za-z%][\w.:%@+/#-]*\*?\Z").match
# Four parts of which at least one is no number: `xx.yy.47.1`, `10.x.x.1`, `BB.CC.DD.AA`, `$ISP1_GW`, `***`, `aa:bb:xx`
_MASKED = re.compile(
    r"(?=.*[xXyYzZ*A-F]|\$)(?:(?:\d{1,3}|[xXyYzZ*A-Z]{1,3})(?:\.(?:\d{1,3}|[xXyYzZ*A-Z]{1,3})){3}|\$\w+|\*{2,}|<\w+>)"
    r"(?:/\d+)?\Z"
).match
_HEX_MASK = re.compile(r"(?:0x)?[0-9a-fA-F]{8}\Z").match
_SHORT = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,3}\Z").match


def number4(text: str) -> int | None:
    """Return an IPv4 address in dotted quads as a number; None if it is none."""
    try:
        return int.from_bytes(inet_pton(AF_INET, text), "big")
    except (OSError, ValueError):
        return None


def number6(text: str) -> int | None:
    """Return an IPv6 address, with or without a zone and brackets, as a number; None if it is none."""
    try:
        return int.from_bytes(inet_pton(AF_INET6, text.strip("[]").partition("%")[0]), "big")
    except (OSError, ValueError):
        return None


def is_masked(text: str) -> bool:
    """Return whether a word is an address that somebody has hidden."""
    return bool(_MASKED(text))


@lru_cache(4096)
def family_of(text: str) -> str | None:
    """Return the family of a numeric address; None if the word is none."""
    if number4(text) is not None:
        return INET
    return INET6 if ":" in text and number6(text) is not None else None


@lru_cache(4096)
def bare(text: str) -> str:
    """Return an address without brackets and zone."""
    return text.strip("[]").partition("%")[0]


@lru_cache(4096)
def length_of_mask(text: str) -> int | None:
    """Return the prefix length of a mask, `255.255.255.0`, `0xffffff00` or `ffffff00`; None if it is no mask."""
    number = number4(text)
    if number is None:
        if not _HEX_MASK(text):
            return None
        number = int(text, 16)
    length = 32 - (~number & 0xFFFFFFFF).bit_length()
    return length if number == (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF else None


def octets4(text: str) -> tuple[int, int] | None:
    """Return a network that is written with its leading octets, `172.31.16`, and how many octets are shown."""
    if not _SHORT(text):
        return None
    shown = text.count(".") + 1
    number = number4(text + ".0" * (4 - shown))
    return None if number is None else (number, shown)
