"""Host names: those of the records' own fields, and words of any text that have the form of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from ..model.record import KINDS, fields, is_declared
from .reader import declared
from .upgrade import Record

_MOST = 100_000
_MOST_TEXTS = 16_384  # that are remembered, so as not to look at them again
_MOST_PIECES = 17  # of a name that is looked for inside of a word; an odd number: separators are pieces, too
_DEEPEST = 60
# Endings of file names, which have dots as well; the second kind is a top-level domain, too.
_FILES = frozenset(
    (
        *("stcp", "jsonl", "json", "txt", "log", "html", "csv", "svg", "xml", "conf", "cfg", "toml", "yaml", "pcap"),
        *("service", "socket", "slice", "scope", "lock", "tmp", "bak", "old", "new", "gz", "zip", "exe", "rst", "pyz"),
    )
)
_EITHER = frozenset(("md", "py", "sh", "so", "key"))
# Labels that say what a host is for, and words of this program's own texts: alone they name nobody.
_COUNTERS = ("tcp", "tcpext", "ip", "ipext", "ip6", "icmp", "icmp6", "udp", "udp6")  # of /proc/net: Tcp.ActiveOpens
_COMMON = frozenset(
    (
        *("www", "ftp", "mail", "smtp", "imap", "dns", "ntp", "ldap", "api", "vpn", "proxy", "gateway", "router"),
        *("server", "host", "client", "test", "local", "internal", "lan", "home", "net", "com", "org", "example"),
        *("kernel", "socket", "connect", "route", "source", "destination", "network", "default", "interface"),
        *("address", "name", "port", "time", "the", "and", "for", "from", "watch", "callback", "serve", "log", "note"),
    )
)
# Words of this program's sentences that hosts are called, too.
_ORDINARY = _COMMON | frozenset(
    (
        *("agent", "backup", "bridge", "cluster", "control", "core", "data", "database", "device", "edge", "filter"),
        *(
            "firewall",
            "lab",
            "linux",
            "listener",
            "load",
            "loop",
            "node",
            "path",
            "peer",
            "program",
            "remote",
            "service",
        ),
        *("session", "switch", "system", "table", "tape", "target", "translation", "tunnel", "user", "windows"),
    )
)
_WORD = re.compile(r"\w[\w.-]*")
_LABEL = re.compile(r"\w(?:[\w-]*\w)?")
_TOP = re.compile(r"[^\W\d_]{2,}|[Xx][Nn]--[\w-]+")
_ASKED = re.compile(
    r"(?:-name|(?:^|;)\s*(?:connect|diagnose|traceroute|mtu|bind|route\s+get|callback\s+\w+))\s+'?([^\s';:$-][^\s';:$]*)",
    re.IGNORECASE,
)
_MODULE = re.compile(r"%([\w.-]{1,66})#[\w.]")  # OpenVOS: the module of an interface, %module#enetZ
_MOST_LOOKED = 4096  # characters of a text
_LETTER = re.compile(r"[^\W\d_]")


def has_the_form(word: str) -> bool:
    """Return whether a word has the form of a host name with dots: neither of a file, nor of a kernel's setting."""
    labels = word.split(".")
    if len(labels) < 2 or not _TOP.fullmatch(labels[-1]) or not all(map(_LABEL.fullmatch, labels[:-1])):
        return False
    if len(labels) == 2 and labels[0].lower() in _COUNTERS and labels[1][:1].isupper():
        return False
    end = labels[-1].lower()
    if end in _FILES or (end in _EITHER and len(labels) < 3) or word.startswith("net.ipv"):
        return False
    return any(map(_LETTER.search, labels[:-1]))


def pieces(word: str) -> list[str]:
    """Split a word at dots, hyphens and underscores, which are kept as pieces."""
    return re.split(r"([._-])", word)


class Names:
    """Names that were found: whole ones, and their parts that are used as short names. In lower case."""

    def __init__(self, own: Iterable[str] = ()) -> None:
        self.own = frozenset(own)
        self.words: set[str] = set()
        self.pieces = 1  # the largest number of pieces in a name, with their separators
        self._seen: set[str] = set()

    def learn(self, record: Record) -> None:
        """Add the names in a record: of its fields for hosts, and of all its texts."""
        found = [_at(record, path) for path in _paths_of(declared(record))]
        if record.get("type") == "command" and isinstance(text := record.get("text"), str):
            found += _ASKED.findall(text)
        for name in found:
            if isinstance(name, str):
                self.add(name)
        for text in _texts(record, 0):
            if "%" in text:
                for name in _MODULE.findall(text[:_MOST_LOOKED]):
                    self.add(name)
            if "." in text and text not in self._seen:
                if len(self._seen) < _MOST_TEXTS and len(text) < 4096:
                    self._seen.add(text)
                self._look_at(text)

    def add(self, name: str) -> None:
        """Add a name, and its parts."""
        name = name.lower().strip(".")
        if name in self.words or name in ("localhost", "") or ":" in name or not re.search(r"[^\W\d]", name):
            return
        self._put(name)
        for label in name.split(".")[:-1]:
            if len(label) > 2 and re.search(r"[^\W\d]", label) and label not in _COMMON:
                self._put(label)

    def specific(self) -> Names:
        """Return the names that are no common words."""
        found = Names(self.own)
        found.words, found.pieces = self.words - _ORDINARY, self.pieces
        return found

    def _look_at(self, text: str) -> None:
        for match in _WORD.finditer(text):
            word = match[0].rstrip(".-")
            if "." in word and word.lower() not in self.words and has_the_form(word):
                word = word.lower()
                self._put(word)
                for label in word.split(".")[:-1]:  # one like acme-corp or zebra7 is no common word
                    if len(label) > 3 and re.search(r"[-\d]", label) and _LETTER.search(label):
                        self._put(label)

    def _put(self, word: str) -> None:
        if len(self.words) >= _MOST:
            return
        self.words.add(word)
        number = len(pieces(word))
        if number <= _MOST_PIECES:
            self.pieces = max(self.pieces, number)


def _texts(value: Any, depth: int) -> Iterator[str]:
    """Yield all texts in a record, the names of its fields included."""
    if isinstance(value, str):
        yield value
    elif depth > _DEEPEST:
        return
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _texts(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, depth + 1)


def _at(record: Record, path: tuple[str, ...]) -> Any:
    value: Any = record
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


@cache
def _paths_of(cls: type | None) -> tuple[tuple[str, ...], ...]:
    """Return the paths of host names in records of a class; for a type that is not known, the usual paths."""
    if cls is None:
        return ("host",), ("destination", "name")
    start = ("value",) if KINDS[cls].result else ()
    return tuple(start + path for path in _host_fields(cls))


def _host_fields(cls: type) -> Iterator[tuple[str, ...]]:
    for field in fields(cls):
        if field.redaction and field.redaction.kind == "host":
            yield (field.wire,)
        elif is_declared(field.type) and not field.many:
            yield from ((field.wire, *path) for path in _host_fields(field.type))
