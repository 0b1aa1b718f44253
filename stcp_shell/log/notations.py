"""Addresses and names in any text, in the notations of this and other systems, and their stand-ins.

IPv4       203.0.113.7, 203.0.113.0-255, 203.0.113/24 (BSD), 203-0-113-7 and 203_0_113_7 (names of hosts)
IPv6       RFC 4291, section 2.2; with a port behind a dot (tcpdump, BSD)
hardware   colons, also without leading zeros (BSD, Solaris); hyphens (Windows); dots (Cisco); six and six, four and
           four and four digits (HP, Huawei); twelve digits
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from .names import Names, has_the_form, pieces

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])"
_V4 = rf"(?<![0-9]){_OCTET}(?:\.{_OCTET}){{3}}(?![0-9])"
_QUAD = rf"(?<![0-9]){_OCTET}(?P<sep>[-_]){_OCTET}(?P=sep){_OCTET}(?P=sep){_OCTET}(?![0-9])"
_SHORT = (
    rf"(?<![\w.]){_OCTET}(?:\.{_OCTET}(?=/(?:9|1[0-6])(?![0-9.]))|(?:\.{_OCTET}){{2}}(?=/(?:1[7-9]|2[0-4])(?![0-9.])))"
)
_HEX = "[0-9A-Fa-f]"
_TOKEN = re.compile(
    r"(?P<colons>[0-9A-Fa-f.]{0,40}:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)"
    rf"|(?P<v4>{_V4})"
    rf"|(?P<short>{_SHORT})"
    rf"|(?P<hardware>(?<![0-9A-Za-z])(?:{_HEX}{{2}}(?:-{_HEX}{{2}}){{5}}|{_HEX}{{4}}(?:[.-]{_HEX}{{4}}){{2}}"
    rf"|{_HEX}{{6}}-{_HEX}{{6}}|{_HEX}{{12}})(?![0-9A-Za-z]))"
    r"|(?P<word>\w[\w.-]*)"
)
_INSIDE = re.compile(rf"(?P<v4>{_V4})|(?P<quad>{_QUAD})")
_ADDRESS = re.compile(_V4)
_MAC = re.compile(rf"(?:{_HEX}{{2}}:){{5,19}}{_HEX}{{2}}|(?:{_HEX}{{1,2}}:){{5}}{_HEX}{{1,2}}")
_BEHIND = re.compile(r"/[0-9]{1,3}(?![0-9])|-[0-9]{1,3}(?![0-9.])")  # the length of a prefix, the end of a range
_PORT = re.compile(r"\.[0-9]{1,5}$")
# A byte that is shown as an escape may stand before an address, and its digits are no part of that.
_ESCAPE = re.compile(r"(\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}))")
_REMEMBERED = 65536  # tokens
_LONGEST = 64  # characters of one
_MOST_GROUPS = 20  # of a hardware address; one of IPv6 has 8


class Standins(Protocol):
    """What is written in the place of addresses and names. Raises ValueError for a text that is none."""

    def address(self, numeric: str) -> str:
        """Return that of an address."""

    def prefix(self, numeric: str, length: int) -> str:
        """Return that of a network, or of an address in one."""

    def hardware(self, octets: bytes) -> bytes:
        """Return that of a hardware address."""

    def name(self, text: str) -> str:
        """Return that of a host name."""


class Notations:
    """Replaces addresses and names in texts."""

    def __init__(self, standins: Standins, names: Names) -> None:
        self._standins, self._names = standins, names
        self._made: dict[tuple[str, str, str], str] = {}

    def replaced(self, text: str) -> str:
        """Return a text with stand-ins for the addresses and names in it."""
        if "\\" not in text:
            return _TOKEN.sub(self._token, text)
        parts = _ESCAPE.split(text)
        return "".join(part if number % 2 else _TOKEN.sub(self._token, part) for number, part in enumerate(parts))

    def word(self, text: str) -> str:
        """Return an interface's name with stand-ins for the names in it, or for the whole if it has the form of one."""
        return self._word(text)

    def hardware(self, text: str) -> str:
        """Return the stand-in of a hardware address in the same notation. Raises ValueError."""
        digits = re.sub(r"[:.-]", "", text)
        made = iter(self._standins.hardware(bytes.fromhex(digits)).hex())
        return "".join(next(made) if character.isalnum() else character for character in text)

    def _token(self, match: re.Match[str]) -> str:
        behind = _BEHIND.match(match.string, match.end())
        where = match[0], behind[0] if behind else "", match.string[max(0, match.start() - 1) : match.start()]
        made = self._made.get(where)
        if made is None:
            made = self._standin_of(match.lastgroup, *where)
            if len(match[0]) <= _LONGEST:
                if len(self._made) >= _REMEMBERED:
                    self._made.clear()
                self._made[where] = made
        return made

    def _standin_of(self, kind: str | None, token: str, behind: str, before: str) -> str:
        """Replace a token. `behind`: a prefix length, or the end of a range; `before`: the character before it."""
        length = int(behind[1:]) if behind.startswith("/") else None
        if kind == "colons":
            return self._colons(token, length, before.isalnum())
        if kind == "v4":
            if behind == "-255" and token.endswith(".0"):
                return self._standins.prefix(token, 24)  # `203.0.113.0-255`
            return self._address(token, length)
        if kind == "short" and length is not None:
            octets = token.split(".")
            made = self._standins.prefix(".".join([*octets, *["0"] * (4 - len(octets))]), length)
            return ".".join(made.split(".")[: len(octets)])
        if kind == "hardware" and _is_hardware(token):
            return self.hardware(token)
        return self._word(token)

    def _address(self, text: str, length: int | None) -> str:
        if length is not None and length <= (128 if ":" in text else 32):
            return self._standins.prefix(text, length)
        return self._standins.address(text)

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
            port = _PORT.search(bare)
            for address in (bare, bare[: port.start()] if port else ""):
                made = self._standin(address, length if end == len(groups) and address == bare else None)
                if made:
                    return end, made + text[len(address) :]
        return start + 1, _ADDRESS.sub(lambda found: self._address(found[0], None), groups[start])

    def _standin(self, text: str, length: int | None) -> str:
        """Return the stand-in of an IPv6 or hardware address; empty: it is neither."""
        try:
            return self._address(text, length) if ":" in text else ""
        except ValueError:
            if not _MAC.fullmatch(text):
                return ""
        return self.hardware(":".join(group.zfill(2) for group in text.split(":")))

    def _word(self, word: str) -> str:
        """Return a word with stand-ins for the addresses and names in it."""
        return _between(word, _INSIDE, self._inside, self._name)

    def _inside(self, match: re.Match[str]) -> str:
        if match.lastgroup == "v4":
            return self._address(match[0], None)
        sep = match["sep"]
        return self._address(match[0].replace(sep, "."), None).replace(".", sep)

    def _name(self, word: str) -> str:
        bare = word.rstrip(".-")
        lead = bare[: len(bare) - len(bare.lstrip(".-_"))]
        middle = bare[len(lead) :]
        if middle.lower() in self._names.words or has_the_form(middle):
            return lead + self._standins.name(middle) + word[len(bare) :]
        stem, dot, end = middle.rpartition(".")
        if stem.count(".") > 1 and has_the_form(stem):  # `files.corp.example.stcp`
            return f"{lead}{self._standins.name(stem)}{dot}{end}{word[len(bare) :]}"
        if not self._names.words or len(word) < 3:
            return word
        return "".join(self._replaced(pieces(word)))

    def _replaced(self, parts: list[str]) -> Iterator[str]:
        """Yield the pieces, with stand-ins for those that together are a name: the longest name first."""
        start = 0
        while start < len(parts):
            for end in range(min(len(parts), start + self._names.pieces), start, -1):
                text = "".join(parts[start:end])
                if text.lower() in self._names.words:
                    yield self._standins.name(text)
                    start = end
                    break
            else:
                yield parts[start]
                start += 1


def _between(
    text: str, pattern: re.Pattern[str], found: Callable[[re.Match[str]], str], other: Callable[[str], str]
) -> str:
    """Return a text with each match replaced by `found`, and what is between them by `other`."""
    made, start = [], 0
    for match in pattern.finditer(text):
        made += [other(text[start : match.start()]), found(match)]
        start = match.end()
    return "".join([*made, other(text[start:])])


def _is_hardware(token: str) -> bool:
    """Return whether hexadecimal digits are an address rather than a number or a date."""
    digits = re.sub(r"[.-]", "", token)
    return "." in token or token.count("-") == 5 or (not digits.isdecimal() and not digits.isalpha())
