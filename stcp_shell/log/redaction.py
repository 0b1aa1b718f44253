"""Records with stand-ins for addresses and host names, also inside of text. It is done once, before every format.

Host names are those that the records name as this host or as a destination, and whatever else looks like one: what has
dots and is no file. A record may speak of a name before the record that shows it to be one: `learned` comes first.
Interfaces keep their names. Port numbers, times and all that was measured stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from .pseudonyms import Standins

Record = dict[str, Any]
_REMEMBERED = 16384  # texts
_LONGEST = 1 << 12  # characters of a text that is remembered
_MOST_NAMES = 100_000
_DEEPEST = 60
# What these fields hold is a word of the program's own, or an interface.
_WORDS = frozenset(
    (
        *("type", "protocol", "chosen_by", "outcome", "errno", "meaning", "kind", "scope", "state", "result"),
        *("family", "action", "label", "syn", "interface"),
    )
)
# Names of files, which have dots as well.
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


def learned(records: Iterable[Record]) -> Names:
    """The names in the records."""
    names = Names()
    for record in records:
        names.learn(record)
    return names


def redacted(records: Iterable[Record], key: bytes, names: Names | None = None) -> Iterator[Record]:
    """The records with the stand-ins of that key. `names`: those in all of them, where they can be read twice."""
    known = names or Names()
    redactor = _Redactor(Standins(key), known)
    for record in records:
        if known.learn(record):
            redactor.forget()
        yield redactor.fields(record)


class Names:
    """The host names that records show to be some: whole, and the parts by which people call them."""

    def __init__(self) -> None:
        self.words: set[str] = set()  # in lower case
        self.pieces = 1  # the most that a word has

    def learn(self, record: Record) -> bool:
        """Take the names out of a record; answers whether there was a new one."""
        before = len(self.words)
        value = record.get("value")
        found = [record.get("host"), value.get("address") if isinstance(value, dict) else None]
        if isinstance(destination := record.get("destination"), dict):
            found.append(destination.get("name"))
        found += [side.get("host") for side in (record.get("old"), record.get("new")) if isinstance(side, dict)]
        if record.get("type") == "command" and isinstance(text := record.get("text"), str):
            found += _ASKED.findall(text)
        for name in found:
            if isinstance(name, str) and before < _MOST_NAMES and re.search(r"[^\W\d]", name) and ":" not in name:
                self._add(name.lower().strip("."))
        return len(self.words) > before

    def _add(self, name: str) -> None:
        if name in self.words or name in ("localhost", ""):
            return
        labels = name.split(".")
        parts = [label for label in labels[:-1] if len(label) > 2 and re.search(r"[^\W\d]", label)]
        for word in (name, *parts):
            self.words.add(word)
            self.pieces = max(self.pieces, len(_pieces(word)) // 2 + 1)


class _Redactor:
    def __init__(self, standins: Standins, names: Names) -> None:
        self._standins = standins
        self._names = names
        self._texts: dict[str, str] = {}

    def forget(self) -> None:
        """What was made of texts: a new name may be in them."""
        self._texts.clear()

    def fields(self, record: Record) -> Record:
        """The record."""
        made = self._object(record, 0)
        if len(str(record.get("time"))) == 24:
            made["time"] = record["time"]
        return made

    def _object(self, value: dict[str, Any], depth: int) -> dict[str, Any]:
        made = {}
        for key, inner in value.items():
            if inner.__class__ is str:
                word = key in _WORDS and "." not in inner and ":" not in inner
                new = inner if word else self.text(inner)
            else:
                new = self._value(inner, depth + 1)
            made[key if "." not in key and ":" not in key else self.text(key)] = new
        if "prefix_length" in value and "hops" in value and "destination" in value:
            made["destination"] = self._network(value)
        elif isinstance(hardware := value.get("hardware"), str):
            made["hardware"] = self._hardware(hardware)
        if "ifindex" in value and isinstance(name := value.get("name"), str) and not _ADDRESS.search(name):
            made["name"] = name
        return made

    def _value(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (dict, list)) and depth > _DEEPEST:
            return None  # no record of ours is so deep
        if isinstance(value, dict):
            return self._object(value, depth)
        if isinstance(value, list):
            return [self._value(inner, depth + 1) for inner in value]
        return value

    def _network(self, row: dict[str, Any]) -> Any:
        destination, length = row["destination"], row["prefix_length"]
        try:
            return self._standins.prefix(destination, length)
        except (TypeError, ValueError, AttributeError):
            return self._value(destination, 0)

    def _hardware(self, text: str) -> str:
        try:
            return self._standins.hardware(bytes.fromhex(text.replace(":", ""))).hex(":")
        except (ValueError, IndexError):
            return self.text(text)

    def text(self, text: str) -> str:
        """A text with stand-ins for what is in it."""
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
            return self._standins.hardware(bytes.fromhex(token.replace("-", ""))).hex("-")
        if kind == "dotted":
            return self._standins.hardware(bytes.fromhex(token.replace(".", ""))).hex(".", 2)
        inside = _ADDRESS.search(token)
        if inside:  # `x10.1.1.1`
            before, after = token[: inside.start()], token[inside.end() :]
            return self.text(before) + self._address(inside[0], None) + self.text(after)
        return self._word(token, match.string[match.start() - 1 : match.start()])

    def _address(self, text: str, length: int | None) -> str:
        if length is not None and length <= (128 if ":" in text else 32):
            return self._standins.prefix(text, length)
        return self._standins.address(text)

    def _colons(self, run: str, length: int | None, attached: bool) -> str:
        """Groups with colons between them: addresses are in it, or it is a time, or a port behind an address."""
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
        """The longest address that begins with that group, or the group alone; answers where the next one is."""
        for end in range(min(len(groups), start + _MOST_GROUPS), start + 2, -1):
            text = ":".join(groups[start:end])
            bare = text.rstrip(".")
            try:
                made = self._address(bare, length if end == len(groups) else None)
            except ValueError:
                if not _HARDWARE.fullmatch(bare):
                    continue
                made = self._standins.hardware(bytes.fromhex(bare.replace(":", ""))).hex(":")
            return end, made + text[len(bare) :]
        return start + 1, _ADDRESS.sub(lambda found: self._address(found[0], None), groups[start])

    def _word(self, word: str, before: str) -> str:
        bare = word.rstrip(".-")
        if bare.lower() in self._names.words or (before != "/" and _looks_like_a_name(bare)):
            return self._standins.name(bare) + word[len(bare) :]
        pieces = _pieces(word)
        if not self._names.words or len(word) < 3:
            return word
        return "".join(self._replaced(pieces))

    def _replaced(self, pieces: list[str]) -> Iterator[str]:
        """The pieces, with stand-ins for those that are a name together: the longest first."""
        start = 0
        while start < len(pieces):
            for end in range(min(len(pieces), start + 2 * self._names.pieces - 1), start, -1):
                text = "".join(pieces[start:end])
                if text.lower() in self._names.words:
                    yield self._standins.name(text)
                    start = end
                    break
            else:
                yield pieces[start]
                start += 1


def _pieces(word: str) -> list[str]:
    """What stands between dots, hyphens and underscores, and these."""
    return re.split(r"([._-])", word)


def _looks_like_a_name(word: str) -> bool:
    """Whether it has a host name's form, with dots in it. Kernel settings (`net.ipv4.ip_forward`) have not."""
    if "." not in word or len(word) > 253 or not _NAME.fullmatch(word):
        return False
    return word.rpartition(".")[2].lower() not in _FILES and not word.startswith("net.ipv")
