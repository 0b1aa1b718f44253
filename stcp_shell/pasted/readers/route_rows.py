"""A row below `Destination Gateway Flags ...`: its words by column, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ...model.connection import INET, INET6
from ..facts import BITS, HOST, MASK, OCTETS, UNKNOWN, WRITTEN, Row, Way
from ..words import HARDWARE, INTERFACE, NUMBER, bare, family_of, is_masked, length_of_mask, number4, number6, octets4
from .headings import Heading

_FLAGS = re.compile(r"(?:U[A-Za-z0-9!+*]*|![A-Za-z]*|[RB][A-Z]*)\Z").match
_COUNT = re.compile(r"(?:-?\d+|-)\Z").match
_SIZE = re.compile(r"(?:\d+\*?|-)\Z").match
_EXPIRE = re.compile(r"(?:\d+|-|!|permanent)\Z").match
_NAME = re.compile(r"[A-Za-z_][\w.-]*\Z").match
_LINK = re.compile(r"link#\d+\Z").match
_NOWHERE = frozenset({"0.0.0.0", "::", "[::]", "*", "-"})
# Columns that may be empty, so that a row has fewer words than its heading.
_OPTIONAL = {"interface", "expire", "mark", "label", "size"}
_FIT: dict[str, Callable[[str], object]] = {
    "mask": lambda word: length_of_mask(word) is not None,
    "flags": _FLAGS,
    "count": _COUNT,
    "metric": _COUNT,
    "priority": NUMBER,
    "size": _SIZE,
    "expire": _EXPIRE,
    "mark": _EXPIRE,
    "interface": lambda word: INTERFACE(word) and not family_of(bare(word)),
}


class Fields(NamedTuple):
    """The words of a row."""

    destination: str
    gateway: str = ""
    mask: str = ""
    flags: str = ""
    interface: str = ""
    metric: str = ""
    family: str = ""
    problem: str = ""


def split(heading: Heading, words: list[str]) -> Fields | None:
    """Return the words of a row by column; None if they do not fit the heading."""
    if words[-1] == "=>":  # another row with an equal prefix follows
        words = words[:-1]
    found: dict[str, str] = {}
    position = 0
    columns = heading.columns
    for column in columns:
        word = words[position] if position < len(words) else None
        if column == "label":
            position = len(words)
            continue
        fit = _FIT.get(column)
        if word is not None and (fit is None or fit(word) or _no_interface(column, word, found)):
            if column == "gateway" and _FLAGS(word) and _fits_after_empty_gateway(heading, words[position + 1 :]):
                continue  # RTEMS leaves the gateway empty
            found.setdefault(column, word)
            position += 1
        elif column not in _OPTIONAL:
            return None
    if position < len(words) or "flags" not in found:
        return None
    interface = found.get("interface", "")
    fields = Fields(
        found["destination"],
        found.get("gateway", ""),
        found.get("mask", ""),
        found["flags"],
        "" if interface == "-" else interface.rstrip("*"),
        found.get("metric") or found.get("priority") or "",
    )
    return fields._replace(problem=_missing(heading, found) or _odd(fields, heading))


def _fits_after_empty_gateway(heading: Heading, rest: list[str]) -> bool:
    return "gateway/mask/hw" in heading and bool(rest) and bool(NUMBER(rest[0])) and not any(map(_FLAGS, rest[:1]))


def _no_interface(column: str, word: str, found: dict[str, str]) -> bool:
    """Return whether the word stands for no interface: Linux writes it for a reject route."""
    return column == "interface" and word == "-" and "!" in found.get("flags", "")


def _missing(heading: Heading, found: dict[str, str]) -> str:
    """Return why a row is incomplete: where each row has an interface, one without it was cut."""
    if "interface" not in heading.columns:
        return "the heading has no interface"
    if "interface" in found:
        return ""
    if heading.systems == {"solaris"} and "G" in found["flags"]:
        # It shows none for routes by a gateway. A gateway that is valid on one link only has one.
        return "the interface is missing" if found["gateway"].lower().startswith("fe80:") else ""
    return "the interface is missing"


def _odd(fields: Fields, heading: Heading) -> str:
    """Return what is wrong with a gateway or an interface: something else stands there, or nothing."""
    # Where the column can be empty, it may be anything. These systems number their interfaces.
    numbered = "linux" not in heading.systems and ("freebsd" not in heading.systems or "refs" in heading)
    if fields.interface and numbered and not fields.interface[-1].isdigit():
        return "the interface is no name of one"
    shown = octets4(fields.gateway)
    if "/" in fields.gateway or fields.gateway == "default" or (shown and shown[1] < 4):
        return "the gateway is a destination: columns were lost or swapped"
    if not fields.gateway and "L" not in fields.flags:
        return "the gateway is missing"
    return ""


def doubt(row: Row, fields: Fields, family: str | None, heading: Heading) -> str:
    """Return why the columns of a row do not agree with each other or with the table, or nothing."""
    by_gateway, nowhere = "G" in fields.flags, fields.gateway in _NOWHERE
    if row.length and row.network & ((1 << (BITS[row.way.family] - row.length)) - 1):
        return "the destination does not agree with its mask"
    if by_gateway and nowhere:
        return "the gateway is missing"
    if heading.systems == {"linux"}:
        return "" if by_gateway or nowhere or "!" in fields.flags else "the gateway and the flags do not agree"
    if row.name and row.name == fields.interface:
        return "the destination is missing"
    if row.length == 0 and not fields.mask and family != row.way.family:
        if family:
            return "its gateway is not of the family of the table"
        if not family_of(bare(fields.gateway)):
            return "whether it is of IPv4 or IPv6 is not shown"
    return ""


def row_of(fields: Fields, family: str, heading: Heading) -> Row | None:
    """Return the row; None if its destination is unreadable. `line` is to be set."""
    found = _destination(fields, family, heading)
    if found is None:
        return None
    number, length, origin, name, family = found
    length, origin = (0, WRITTEN) if fields.destination.startswith("default") else (length, origin)
    return Row(0, number, length, origin, _way(fields, family, heading, length), name)


def _destination(fields: Fields, family: str, heading: Heading) -> tuple[int, int | None, str, str, str] | None:
    """Return number, length, its origin, a name, and the family."""
    text = fields.destination
    if text in ("default", "default/0.0.0.0", "default/0"):
        return 0, 0, WRITTEN, "", family_of(bare(fields.gateway)) or family or INET
    address, slash, tail = text.partition("/")
    length: int | None = None
    origin = UNKNOWN
    if slash:
        length = int(tail) if NUMBER(tail) and len(tail) < 4 else length_of_mask(tail)
        origin = WRITTEN if NUMBER(tail) else MASK
        if length is None:
            return None
    if fields.mask:
        length, origin = length_of_mask(fields.mask), MASK
    if ":" in address:
        return _six(address, length, origin, fields)
    known = number4(address)
    if known is not None and family == INET6 and length is not None and (length > 32 or known == 0):
        return _checked(known, length, origin, INET6)
    shown = octets4(address)
    if shown is None:
        if is_masked(text) or not _NAME(address) or slash:
            return None
        return 0, None, UNKNOWN, address, family or INET
    number, octets = shown
    if length is not None:
        return _checked(number, length, origin, INET)
    if (
        "gateway/mask/hw" in heading
        and (mask := length_of_mask(fields.gateway)) is not None
        and "H" not in fields.flags
    ):
        return _checked(number, mask, MASK, INET)
    if "H" in fields.flags:
        return number, 32, HOST, "", INET
    if octets < 4:
        return number, octets * 8, OCTETS, "", INET
    return number, None, UNKNOWN, "", INET


def _six(address: str, length: int | None, origin: str, fields: Fields) -> tuple[int, int | None, str, str, str] | None:
    number = number6(address)
    if number is None:
        return None
    if length is None and "H" in fields.flags:
        return number, 128, HOST, "", INET6
    return (number, None, UNKNOWN, "", INET6) if length is None else _checked(number, length, origin, INET6)


def _checked(number: int, length: int, origin: str, family: str) -> tuple[int, int | None, str, str, str] | None:
    """Return a network whose length its family can have."""
    return (number, length, origin, "", family) if 0 <= length <= BITS[family] else None


def _way(fields: Fields, family: str, heading: Heading, length: int | None) -> Way:
    written, flags = fields.gateway, fields.flags
    address = bare(written) if family_of(bare(written)) == family else None
    gateway = address if "G" in flags and address not in ("0.0.0.0", "::") else None
    local = None
    if (address and not gateway and "L" not in flags and length_of_mask(written) is None) or (
        address and not gateway and heading.systems == {"tru64"}
    ):
        local = address
    return Way(
        family=family,
        written="" if written in ("0.0.0.0", "::", "[::]", "*", "-") and "G" not in flags else written,
        gateway=gateway,
        interface=fields.interface,
        kind=_kind(flags, written, heading, family, length),
        flags=flags,
        local=None if local in ("0.0.0.0", "::") else local,
        metric=int(fields.metric) if NUMBER(fields.metric) else None,
        partly="G" in flags and gateway is None,
    )


def _kind(flags: str, written: str, heading: Heading, family: str, length: int | None) -> str:
    """Return the kind of a route by its flags."""
    if "!" in flags or "R" in flags:
        return "unreachable"
    if "B" in flags:
        return "blackhole"
    if "I" in flags and "netif" in heading:
        return "scoped"  # macOS: for sockets that are bound to that interface
    if HARDWARE(written) or ("W" in flags and "L" in flags):
        return "neighbour" if length == BITS[family] else "unicast"
    return "broadcast" if "b" in flags else "unicast"
