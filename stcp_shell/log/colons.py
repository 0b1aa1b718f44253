"""Addresses with colons in any text: IPv6 (RFC 4291, section 2.2) and hardware addresses of any length.

With a port behind a dot (tcpdump, BSD), behind a time, beside other words and numbers, and prefixes without an end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from socket import AF_INET6, inet_pton
from typing import NamedTuple

_RUN = re.compile(r"[0-9A-Fa-f.]{0,40}:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*")
_LENGTH = re.compile(r"/([0-9]{1,3})(?![0-9])")
_GROUP = re.compile(r"[0-9A-Fa-f]{0,4}")
_MAC = re.compile(r"(?:[0-9A-Fa-f]{2}:){5,19}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{1,2}:){5}[0-9A-Fa-f]{1,2}")
_TIME = re.compile(r"[0-2]?[0-9]:[0-5][0-9]:[0-5][0-9]")
_PREFIX = re.compile(r"[23fF][0-9A-Fa-f]{3}(?::[0-9A-Fa-f]{1,4}){2,6}")
_TELLING = re.compile(r":(?:[0-9A-Fa-f]{3}|[0-9]?[A-Fa-f])")  # a time has only numbers of two digits
_LONGEST = 64  # characters that are remembered
_MOST_GROUPS = 20  # of a hardware address; one of IPv6 has 8


class Claim(NamedTuple):
    """An address in a text. `length`: that of its prefix, if one is written, or if the address has no end."""

    start: int
    text: str
    length: int | None = None


def claims(text: str) -> Iterator[Claim]:
    """Yield the addresses in a text, in order."""
    for run in _RUN.finditer(text):
        attached = run.start() > 0 and text[run.start() - 1].isalpha()
        for claim in _known(run[0], attached) if len(run[0]) <= _LONGEST else _claims(run[0], attached):
            at_end = claim.start + len(claim.text) == len(run[0])
            length = _LENGTH.match(text, run.end()) if at_end and _is_ipv6(claim.text) else None
            yield Claim(run.start() + claim.start, claim.text, int(length[1]) if length else claim.length)


def _claims(run: str, attached: bool) -> Iterator[Claim]:
    """Yield the addresses in groups with colons between them. `attached`: a letter stands before them."""
    groups = run.split(":")
    start = place = 0
    if attached and not any(map(str.isdigit, groups[0])):
        place, start = len(groups[0]) + 1, 1  # `std::string`
    while start < len(groups):
        claim, used = _claim(groups[start : start + _MOST_GROUPS + 3])
        if claim:
            yield claim._replace(start=place + claim.start)
        place += sum(map(len, groups[start : start + used])) + used
        start += used


@lru_cache(maxsize=16384)
def _known(run: str, attached: bool) -> tuple[Claim, ...]:
    return tuple(_claims(run, attached))


def _claim(groups: list[str]) -> tuple[Claim | None, int]:
    """Return the longest address that begins in the first group, and how many groups it takes: at least one."""
    if groups[:3] == ["", "", ""]:
        return None, 1
    lead = groups[0].rfind(".") + 1
    inside = [groups[0][lead:], *groups[1:]]
    most = next((number for number, group in enumerate(inside) if not _GROUP.fullmatch(group)), len(inside))
    if _TIME.fullmatch(":".join(inside[:3])) and len(inside) > 5 and _is_ipv6(_whole(inside[3:])):
        return None, 3
    for number in range(min(most + 1, len(inside), _MOST_GROUPS), 2, -1):
        for last in _ends(inside[number - 1]):
            text = ":".join([*inside[: number - 1], last])
            if _is_ipv6(text) or _MAC.fullmatch(text):
                return Claim(lead, text), number
            if _MAC.fullmatch(text[max(0, len(inside[0]) - 2) :]):  # `eth000:1b:...`
                return Claim(lead + len(inside[0]) - 2, text[len(inside[0]) - 2 :]), number
    prefix = _PREFIX.match(":".join(inside[:most]))
    if prefix and _TELLING.search(prefix[0]):
        number = prefix[0].count(":") + 1
        return Claim(lead, prefix[0], 16 * number), number
    return None, 1


def _ends(group: str) -> list[str]:
    """Return what the last group can be: all of it, and without the port or another address behind a dot."""
    return (
        [group] if "." not in group else [group, group.rstrip("."), group.rpartition(".")[0], group.partition(".")[0]]
    )


def _whole(groups: list[str]) -> str:
    return ":".join([*groups[:-1], groups[-1].partition(".")[0]])


def _is_ipv6(text: str) -> bool:
    if not 1 < text.count(":") < 9:
        return False
    try:
        inet_pton(AF_INET6, text)
    except OSError:
        return False
    return True
