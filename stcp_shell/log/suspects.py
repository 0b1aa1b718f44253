"""Words in a redacted log that may name somebody: the program cannot know, a person decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .upgrade import Record

_MOST = 20  # that are listed
_MOST_KEPT = 10_000
# Records and fields with texts of persons and peers.
_FIELDS = {
    "note": ("text",),
    "command": ("text",),
    "session": ("arguments", "scripts", "variables"),
    "called": ("replies",),
    "verdict": ("banner",),
    "observed": ("command", "unit"),
    "result": ("text", "received", "data"),
}
_WORD = re.compile(r"(?<![\w$-])[^\W\d_][\w-]{3,}")
# A capital inside, or letters with a digit, a hyphen or an underscore: no common word.
_ODD = re.compile(r"[-_\d]|\w[^\W\d_a-z]|^[^\W\d_a-z][^\W\d_A-Z]")
_DIGITS = re.compile(r"[0-9A-Fa-f_-]+")  # of an address
_STANDIN = re.compile(r"n[0-9a-f]{10}")
_QUAD = re.compile(r"(?<![0-9])[0-9]{1,3}(?:[-_][0-9]{1,3}){3}(?![0-9])")  # of a stand-in: ip-198-18-4-7
_KNOWN = frozenset(
    (
        *(
            "stcp-shell",
            "stcp_calls",
            "localhost",
            "ip6tables",
            "rp_filter",
            "so_bindtodevice",
            "syn-ack",
            "ipv4",
            "ipv6",
        ),
        *("inet6", "icmp", "icmpv6", "time_wait", "tcp_info", "http", "https", "ready", "welcome", "ssh-2", "openssh"),
    )
)


class Suspects:
    """Collects the words while records are redacted. `own`: words of the program, which name nobody."""

    def __init__(self, own: frozenset[str] = frozenset()) -> None:
        self._words: dict[str, None] = {}
        self._own = own

    def take(self, record: Record) -> None:
        """Look at a redacted record."""
        names = _FIELDS.get(str(record.get("type")))
        if names and len(self._words) < _MOST_KEPT:
            for text in _texts(record, names, False, 0):
                self._look_at(text)

    def _look_at(self, text: str) -> None:
        for match in _WORD.finditer(text):
            word = match[0].rstrip("-_")
            pieces = re.split("[-_.]", word)
            if word.lower() in _KNOWN or word.lower() in self._own or not _ODD.search(word) or _DIGITS.fullmatch(word):
                continue
            if not any(map(_STANDIN.fullmatch, pieces)) and not _QUAD.search(word):
                self._words[word] = None

    def remarks(self, option: str) -> list[str]:
        """Return what to say behind a redacted ticket, but not in it. `option`: the one that replaces words."""
        said = ["redacted; names that no record shows, and encoded ones (base64), may be left: read it"]
        found = list(self._words)
        if found:
            more = f" (and {len(found) - _MOST} more)" if len(found) > _MOST else ""
            said.append(f"{', '.join(found[:_MOST])}{more}: if one of these names somebody, use {option} WORD,WORD")
        return said


def _texts(value: Any, names: tuple[str, ...], wanted: bool, depth: int) -> Iterator[str]:
    """Yield the texts in fields of these names, at any depth."""
    if isinstance(value, str):
        if wanted:
            yield value
    elif isinstance(value, dict) and depth < 20:
        for name, inner in value.items():
            yield from _texts(inner, names, name in names, depth + 1)
    elif isinstance(value, list) and depth < 20:
        for inner in value:
            yield from _texts(inner, names, wanted, depth + 1)
