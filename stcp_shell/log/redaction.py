"""Replaces addresses and host names in records by stand-ins, also inside text: once, before every report format.

Host names are the names of this host and of destinations in the records, and other words that look like a host name:
with dots, and not a file name. A name can occur before the record that shows it to be a host name, so `collect_names`
reads the log first. The declaration of a field says what it holds: interface names and the program's own words are
kept, and so are port numbers, times and all measured values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from ..model.record import KINDS, Field, Redaction, fields, is_declared
from .pseudonyms import Pseudonyms
from .reader import ReadProblems, declared, objects
from .upgrade import Record

_REMEMBERED = 16384  # texts in the cache
_LONGEST = 1 << 12  # characters of a text that is cached
_MOST_NAMES = 100_000
_DEEPEST = 60
# Extensions of file names, which have dots as well.
_FILES = frozenset(
    (
        *("stcp", "jsonl", "json", "txt", "log", "md", "html", "csv", "svg", "xml", "py", "sh", "so", "conf", "cfg"),
        *("toml", "yaml", "pcap", "key"),
    )
)

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])"
_V4 = rf"(?<![0-9]){_OCTET}(?:\.{_OCTET}){{3}}(?![0-9])"
_TOKEN = re.compile(
    r"(?P<colons>[0-9A-Fa-f.]{0,40}:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)"
    rf"|(?P<v4>{_V4})"
    r"|(?P<dashes>(?<![0-9A-Za-z])[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}(?![0-9A-Za-z]))"
    r"|(?P<dotted>(?<![0-9A-Za-z])[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}(?![0-9A-Za-z]))"
    r"|(?P<word>\w[\w.-]*)"
)
_ADDRESS = re.compile(_V4)
_HARDWARE = re.compile(r"(?:[0-9A-Fa-f]{2}:){5,19}[0-9A-Fa-f]{2}")
_NAME = re.compile(r"(?:\w(?:[\w-]{0,61}\w)?\.)+[A-Za-z]{2,24}")
_ASKED = re.compile(r"-name\s+'?([^\s';$]+)")
_LENGTH = re.compile(r"/([0-9]{1,3})(?![0-9])")
_MOST_GROUPS = 20  # of a hardware address; one of IPv6 has 8


def collect_names(lines: Iterable[bytes]) -> Names:
    """Return the host names in the records of a log."""
    names = Names()
    for record, _ in objects(lines, ReadProblems()):
        names.learn(record)
    return names


class Names:
    """Host names found in records: the full names, and their parts that are used as short names."""

    def __init__(self) -> None:
        self.words: set[str] = set()  # in lower case
        self.pieces = 1  # the largest number of pieces in a word

    def learn(self, record: Record) -> None:
        """Add the host names in a record."""
        found = [_at(record, path) for path in _paths_of(declared(record))]
        if record.get("type") == "command" and isinstance(text := record.get("text"), str):
            found += _ASKED.findall(text)
        for name in found:
            if isinstance(name, str) and len(self.words) < _MOST_NAMES:
                self._add(name.lower().strip("."))

    def _add(self, name: str) -> None:
        if name in self.words or name in ("localhost", "") or ":" in name or not re.search(r"[^\W\d]", name):
            return
        labels = name.split(".")
        parts = [label for label in labels[:-1] if len(label) > 2 and re.search(r"[^\W\d]", label)]
        for word in (name, *parts):
            self.words.add(word)
            self.pieces = max(self.pieces, len(_pieces(word)) // 2 + 1)


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


class Redactor:
    """Replaces all addresses and the collected names in records by stand-ins under a key."""

    def __init__(self, key: bytes, names: Names) -> None:
        self._pseudonyms = Pseudonyms(key)
        self._names = names
        self._texts: dict[str, str] = {}

    def __call__(self, record: Record) -> Record:
        """Return the record with stand-ins. Its type and its time are kept."""
        cls = declared(record)
        answer = cls is not None and bool(KINDS[cls].result)
        made = self._object(record, None if answer else cls, 0)
        if answer:
            made["result"] = record["result"]
            made["value"] = self._value(record.get("value"), cls, 1)
        made["type"] = self._declared(record["type"], Redaction("word"), record)
        if len(str(record.get("time"))) == 24:
            made["time"] = record["time"]
        return made

    def _object(self, value: Record, cls: type | None, depth: int) -> Record:
        """Return an object with stand-ins, as its class is declared; undeclared fields are treated as text."""
        known = _plan(cls)
        made = {}
        for name, inner in value.items():
            field = known.get(name)
            new = self._field(inner, field, value, depth + 1) if field else self._value(inner, None, depth + 1)
            made[name if "." not in name and ":" not in name else self._text(name)] = new
        return made

    def _field(self, value: Any, field: Field, around: Record, depth: int) -> Any:
        if isinstance(value, str) and field.redaction:
            return self._declared(value, field.redaction, around)
        if field.redaction and isinstance(value, list):
            return [self._field(inner, field, around, depth + 1) for inner in value]
        return self._value(value, field.type if is_declared(field.type) else None, depth)

    def _declared(self, text: str, redaction: Redaction, around: Record) -> str:
        if redaction.kind == "word" and "." not in text and ":" not in text:
            return text
        if redaction.kind == "interface" and ":" not in text and not _ADDRESS.search(text):
            return text
        if redaction.kind == "hardware":
            return self._hardware(text)
        if redaction.kind == "network":
            with suppress(KeyError, TypeError, ValueError):
                return self._pseudonyms.prefix(text, around[redaction.length])
        return self._text(text)

    def _value(self, value: Any, cls: type | None, depth: int) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, (dict, list)) and depth > _DEEPEST:
            return None  # no record of this program is so deep
        if isinstance(value, dict):
            return self._object(value, cls, depth)
        if isinstance(value, list):
            return [self._value(inner, cls, depth + 1) for inner in value]
        return value

    def _hardware(self, text: str) -> str:
        try:
            return self._pseudonyms.hardware(bytes.fromhex(text.replace(":", ""))).hex(":")
        except (ValueError, IndexError):
            return self._text(text)

    def _text(self, text: str) -> str:
        """Return a text with stand-ins for the addresses and names in it."""
        made = self._texts.get(text)
        if made is None:
            made = _TOKEN.sub(self._token, text)
            if len(text) <= _LONGEST:
                if len(self._texts) >= _REMEMBERED:
                    self._texts.clear()
                self._texts[text] = made
        return made

    def _token(self, match: re.Match[str]) -> str:
        token, kind = match[0], match.lastgroup
        rest = _LENGTH.match(match.string, match.end())
        length = int(rest[1]) if rest else None
        if kind == "colons":
            attached = match.start() > 0 and match.string[match.start() - 1].isalnum()
            return self._colons(token, length, attached)
        if kind == "v4":
            return self._address(token, length)
        if kind == "dashes":
            return self._pseudonyms.hardware(bytes.fromhex(token.replace("-", ""))).hex("-")
        if kind == "dotted":
            return self._pseudonyms.hardware(bytes.fromhex(token.replace(".", ""))).hex(".", 2)
        inside = _ADDRESS.search(token)
        if inside:  # `x10.1.1.1`
            before, after = token[: inside.start()], token[inside.end() :]
            return self._text(before) + self._address(inside[0], None) + self._text(after)
        return self._word(token, match.string[match.start() - 1 : match.start()])

    def _address(self, text: str, length: int | None) -> str:
        if length is not None and length <= (128 if ":" in text else 32):
            return self._pseudonyms.prefix(text, length)
        return self._pseudonyms.address(text)

    def _colons(self, run: str, length: int | None, attached: bool) -> str:
        """Replace addresses in groups with colons between them; the groups can also be a time, or end in a port."""
        groups = run.split(":")
        made: list[str] = []
        start = 0
        if attached and not any(map(str.isdigit, groups[0])):  # `std::string`
            made.append(groups[0])
            start = 1
        while start < len(groups):
            end, standin = self._slice(groups, start, length)
            made.append(standin)
            start = end
        return ":".join(made)

    def _slice(self, groups: list[str], start: int, length: int | None) -> tuple[int, str]:
        """Return the next group's index, and the stand-in of the longest address at `start`, or of that group alone."""
        for end in range(min(len(groups), start + _MOST_GROUPS), start + 2, -1):
            text = ":".join(groups[start:end])
            bare = text.rstrip(".")
            try:
                made = self._address(bare, length if end == len(groups) else None)
            except ValueError:
                if not _HARDWARE.fullmatch(bare):
                    continue
                made = self._pseudonyms.hardware(bytes.fromhex(bare.replace(":", ""))).hex(":")
            return end, made + text[len(bare) :]
        return start + 1, _ADDRESS.sub(lambda found: self._address(found[0], None), groups[start])

    def _word(self, word: str, before: str) -> str:
        bare = word.rstrip(".-")
        if bare.lower() in self._names.words or (before != "/" and _looks_like_a_name(bare)):
            return self._pseudonyms.name(bare) + word[len(bare) :]
        pieces = _pieces(word)
        if not self._names.words or len(word) < 3:
            return word
        return "".join(self._replaced(pieces))

    def _replaced(self, pieces: list[str]) -> Iterator[str]:
        """Yield the pieces, with stand-ins for those that together are a name: the longest name first."""
        start = 0
        while start < len(pieces):
            for end in range(min(len(pieces), start + 2 * self._names.pieces - 1), start, -1):
                text = "".join(pieces[start:end])
                if text.lower() in self._names.words:
                    yield self._pseudonyms.name(text)
                    start = end
                    break
            else:
                yield pieces[start]
                start += 1


@cache
def _plan(cls: type | None) -> Mapping[str, Field]:
    """Return the fields of a class by their names in JSON."""
    return {field.wire: field for field in fields(cls)} if cls else {}


def _pieces(word: str) -> list[str]:
    """Split a word at dots, hyphens and underscores, which are kept as pieces."""
    return re.split(r"([._-])", word)


def _looks_like_a_name(word: str) -> bool:
    """Return whether a word looks like a host name with dots. Kernel settings (`net.ipv4.ip_forward`) do not."""
    if "." not in word or len(word) > 253 or not _NAME.fullmatch(word):
        return False
    return word.rpartition(".")[2].lower() not in _FILES and not word.startswith("net.ipv")
