"""Addresses and names in any text, in the notations of this and other systems, and their stand-ins.

IPv4       203.0.113.7, with more numbers before or behind it (SNMP, tcpdump), 203.0.113.0-255, 203.0.113.x,
           203.0.113/24 (BSD), 203-0-113-7 and 203_0_113_7 (names of hosts), 203[.]0[.]113[.]7, 0xcb007107, in-addr.arpa
IPv6       see `colons`; 2001_db8_..., 2001-db8--1.ipv6-literal.net, 32 digits (/proc/net), ip6.arpa
hardware   colons, also without leading zeros (BSD, Solaris); hyphens (Windows); dots (Cisco); six and six, four and
           four and four digits (HP, Huawei); twelve digits, also in other words (enx001b44113ab7)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

from .colons import claims
from .names import Names, has_the_form, pieces
from .ranges import everybody_knows, packed, text
from .standins import Standins

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])"
_HEX = "[0-9A-Fa-f]"
_DOTTED = r"(?<![0-9])[0-9]+(?:\.[0-9]+){3,}(?![0-9])"
_DATE = (
    r"(?<![0-9])(?:19|20)[0-9]{2}(?P<date_sep>[-_])[01][0-9](?P=date_sep)[0-3][0-9]"
    r"(?:[-_T][0-2][0-9](?:[-_]?[0-5][0-9]){1,2})?(?![0-9])"
)
_QUAD = rf"(?<![0-9]){_OCTET}(?P<sep>[-_]){_OCTET}(?P=sep){_OCTET}(?P=sep){_OCTET}(?![0-9])"
_SHORT = (
    rf"(?<![\w.]){_OCTET}(?:\.{_OCTET}(?=/(?:9|1[0-6])(?![0-9.]))|(?:\.{_OCTET}){{2}}(?=/(?:1[7-9]|2[0-4])(?![0-9.])))"
    rf"|(?<![\w.]){_OCTET}(?:\.{_OCTET}){{2}}(?=\.(?:[xX*]|{{[0-9]|\[[0-9]))"
)
_ODD_SEPARATORS = ("[.]", "(.)", "%2e", "%2E")
_ODD = rf"(?<![0-9]){_OCTET}(?P<odd_sep>\[\.\]|\(\.\)|%2[eE])(?:{_OCTET}(?P=odd_sep)){{2}}{_OCTET}(?![0-9])"
_TWELVE = rf"(?<!{_HEX}){_HEX}{{12}}(?!{_HEX})"
_TOKEN = re.compile(
    rf"(?P<arpa>(?<![0-9A-Za-z])(?:(?:{_HEX}\.){{4,32}}ip6|(?:{_OCTET}\.){{1,4}}in-addr)\.arpa(?!\w))"
    rf"|(?P<literal>(?<!{_HEX})[0-9A-Fa-f-]{{2,39}}(?=\.ipv6-literal\.net))"
    rf"|(?P<groups>(?<![0-9A-Za-z]){_HEX}{{1,4}}(?P<group_sep>[-_])(?:{_HEX}{{1,4}}(?P=group_sep)){{6}}{_HEX}{{1,4}}(?![0-9A-Za-z]))"
    rf"|(?P<long>(?<!{_HEX}){_HEX}{{32}}(?!{_HEX}))"
    rf"|(?P<odd>{_ODD})"
    rf"|(?P<dotted>{_DOTTED})"
    rf"|(?P<short>{_SHORT})"
    rf"|(?P<number>(?<![0-9A-Za-z])0[xX]{_HEX}{{8}}(?!\w))"
    rf"|(?P<hardware>(?<![0-9A-Za-z])(?:{_HEX}{{2}}(?:-{_HEX}{{2}}){{5}}|{_HEX}{{4}}(?:[.-]{_HEX}{{4}}){{2}}"
    rf"|{_HEX}{{6}}-{_HEX}{{6}})(?![0-9A-Za-z]))"
    r"|(?P<word>\w[\w.-]*)"
)
_INSIDE = re.compile(rf"(?P<date>{_DATE})|(?P<dotted>{_DOTTED})|(?P<quad>{_QUAD})|(?P<twelve>{_TWELVE})")
# The length of a prefix or a netmask, or the end of a range.
_BEHIND = re.compile(rf"/[0-9]{{1,3}}(?![0-9.])|/255(?:\.{_OCTET}){{3}}(?![0-9.])|-[0-9]{{1,3}}(?![0-9.])")
# A byte that is shown or sent as an escape may stand before an address, and its digits are no part of that: of the log,
# of C, of URLs, and of MIME (there only if the digits cannot be one number).
_ESCAPE = re.compile(
    rf"(\\(?:x{_HEX}{{2}}|u{_HEX}{{4}}|U{_HEX}{{8}}|[nrt])|%(?!2[eE]|3[aA]){_HEX}{{2}}|={_HEX}{{2}}(?=[0-9]{{2,3}}\.[0-9]))"
)
_ENCODED = re.compile(rf"(?:{_HEX}{{0,4}}%3[aA]){{2,}}{_HEX}{{0,4}}")
_REMEMBERED = 65536  # tokens
_LONGEST = 64  # characters of one
_LEAST = 4  # characters of a name that is looked for at the beginning of a word


class Notations:
    """Replaces addresses and names in texts."""

    def __init__(self, standins: Standins, names: Names) -> None:
        self._standins, self._names = standins, names
        self._made: dict[tuple[str | None, str, str], str] = {}

    def replaced(self, text: str) -> str:
        """Return a text with stand-ins for the addresses and names in it."""
        if "\\" not in text and "%" not in text and "=" not in text:
            return self._part(text)
        parts = _ESCAPE.split(text)
        return "".join(part if number % 2 else self._decoded(part) for number, part in enumerate(parts))

    def word(self, text: str) -> str:
        """Return an interface's name with stand-ins for the names in it, or for the whole if it has the form of one."""
        made = self._word(text)
        if made != text:
            return made
        return "".join(self._beginning(part) for part in pieces(text))

    def hardware(self, text: str) -> str:
        """Return the stand-in of a hardware address in the same notation. Raises ValueError."""
        digits = re.sub(r"[:.-]", "", text)
        made = iter(self._standins.hardware(bytes.fromhex(digits)).hex())
        return "".join(next(made) if character.isalnum() else character for character in text)

    def _decoded(self, part: str) -> str:
        """Replace what is between escapes; colons of an address may be escapes themselves (`%3A`)."""
        return _between(part, _ENCODED, self._encoded, self._part) if "%3" in part else self._part(part)

    def _encoded(self, match: re.Match[str]) -> str:
        colon = "%3A" if "%3A" in match[0] else "%3a"
        return self._part(re.sub("%3[aA]", ":", match[0])).replace(":", colon)

    def _part(self, text: str) -> str:
        made, start = [], 0
        if text.count(":") > 1:
            for claim in claims(text):
                with suppress(ValueError, StopIteration):
                    standin = self._claimed(claim.text, claim.length)
                    made += [_TOKEN.sub(self._token, text[start : claim.start]), standin]
                    start = claim.start + len(claim.text)
        return "".join([*made, _TOKEN.sub(self._token, text[start:])])

    def _claimed(self, text: str, length: int | None) -> str:
        """Return the stand-in of an IPv6 or hardware address; a prefix may lack its end. Raises ValueError."""
        if "::" in text or text.count(":") == 7:
            with suppress(ValueError):
                return self._address(text, length)
        if length is not None:
            return self._standins.prefix(text + "::", length).removesuffix("::")
        return self.hardware(":".join(group.zfill(2) for group in text.split(":")))

    def _token(self, match: re.Match[str]) -> str:
        behind = _BEHIND.match(match.string, match.end())
        where = match.lastgroup, match[0], behind[0] if behind else ""
        made = self._made.get(where)
        if made is None:
            made = self._standin_of(*where)
            if len(match[0]) <= _LONGEST:
                if len(self._made) >= _REMEMBERED:
                    self._made.clear()
                self._made[where] = made
        return made

    def _standin_of(self, kind: str | None, token: str, behind: str) -> str:
        """Replace a token. `behind`: the length of a prefix, a netmask, or the end of a range."""
        if kind == "dotted":
            return self._dotted(token, behind)
        if kind == "short":
            return self._short(token, behind)
        if kind == "arpa":
            return self._reverse(token)
        if kind == "literal":
            return self._other(token, "-", ":")
        if kind == "groups":
            return self._other(token, token.lstrip("0123456789abcdefABCDEF")[0], ":")
        if kind == "odd":
            return self._other(token, next(sep for sep in _ODD_SEPARATORS if sep in token), ".")
        if kind == "number":
            made = packed(self._standins.address(text(bytes.fromhex(token[2:]))))
            return token[:2] + made.hex()
        if kind == "long":
            return packed(self._standins.address(text(bytes.fromhex(token)))).hex()
        if kind == "hardware" and self._is_hardware(token):
            return self.hardware(token)
        return self._word(token)

    def _address(self, numeric: str, length: int | None) -> str:
        if length is not None and length <= (128 if ":" in numeric else 32):
            return self._standins.prefix(numeric, length)
        return self._standins.address(numeric)

    def _dotted(self, token: str, behind: str = "") -> str:
        """Replace the address in numbers with dots: four of them, or with a port behind or other numbers before it."""
        numbers = token.split(".")
        if len(numbers) == 4:
            if not _is_ipv4(numbers):
                return token
            if behind == "-255" and numbers[3] == "0":
                return self._standins.prefix(token, 24)  # `203.0.113.0-255`
            return self._address(token, _length(behind))
        if len(numbers) == 5 and _is_ipv4(numbers[:4]) and not everybody_knows(bytes(map(int, numbers[:4]))):
            return f"{self._address('.'.join(numbers[:4]), None)}.{numbers[4]}"
        if _is_ipv4(numbers[-4:]):
            return ".".join([*numbers[:-4], self._address(".".join(numbers[-4:]), None)])
        return token

    def _short(self, token: str, behind: str) -> str:
        """Replace the leading numbers of a network: `203.0.113/24`, `203.0.113.x`."""
        octets = token.split(".")
        length = _length(behind) or 8 * len(octets)
        made = self._standins.prefix(".".join([*octets, *["0"] * (4 - len(octets))]), length)
        return ".".join(made.split(".")[: len(octets)])

    def _other(self, token: str, sep: str, usual: str) -> str:
        """Replace an address with other separators than usual ones."""
        try:
            return self._standins.address(token.replace(sep, usual)).replace(usual, sep)
        except ValueError:
            return self._word(token)

    def _reverse(self, token: str) -> str:
        """Replace an address, or a prefix of one, in a name for the reverse look-up (RFC 1035, 3.5; RFC 3596, 2.5)."""
        *labels, family, _ = token.split(".")
        labels.reverse()
        if family.startswith("in"):
            numeric = ".".join([*labels, *["0"] * (4 - len(labels))])
            made = self._address(numeric, 8 * len(labels) if len(labels) < 4 else None).split(".")
        else:
            numeric = text(bytes.fromhex("".join(labels).ljust(32, "0")))
            made = list(packed(self._address(numeric, 4 * len(labels) if len(labels) < 32 else None)).hex())
        return ".".join([*reversed(made[: len(labels)]), family, "arpa"])

    def _is_hardware(self, token: str) -> bool:
        """Return whether hexadecimal digits are an address rather than a number or a date."""
        digits = re.sub(r"[.-]", "", token)
        mixed = not digits.isdecimal() and not digits.isalpha()
        return "." in token or token.count("-") == 5 or mixed or self._standins.is_hardware(bytes.fromhex(digits))

    def _word(self, word: str) -> str:
        """Return a word with stand-ins for the addresses and names in it."""
        return _between(word, _INSIDE, self._inside, self._name)

    def _inside(self, match: re.Match[str]) -> str:
        if match.lastgroup == "date":
            return match[0]
        if match.lastgroup == "dotted":
            return self._dotted(match[0])
        if match.lastgroup == "twelve":
            return self.hardware(match[0]) if self._is_hardware(match[0]) else match[0]
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
        if not self._names.words or len(word) < 3 or ("-" in word and word.lower() in self._names.own):
            return word  # the latter: an option
        return "".join(self._replaced(pieces(word)))

    def _beginning(self, piece: str) -> str:
        """Return a part of an interface's name with the stand-in of a known name that it begins with."""
        for end in range(len(piece), _LEAST - 1, -1):
            if piece[:end].lower() in self._names.words:
                return self._standins.name(piece[:end]) + piece[end:]
        return piece

    def _replaced(self, parts: list[str]) -> Iterator[str]:
        """Yield the pieces, with stand-ins for those that together are a name: the longest name first."""
        start = 0
        while start < len(parts):
            for end in range(min(len(parts), start + self._names.pieces), start, -1):
                whole = "".join(parts[start:end])
                bare = whole.rstrip("0123456789")  # `acme-corp0`, but not x86
                known = whole if whole.lower() in self._names.words else bare
                if (known == whole or len(known) > 2) and known.lower() in self._names.words:
                    yield self._standins.name(known) + whole[len(known) :]
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


def _is_ipv4(numbers: list[str]) -> bool:
    return all(len(number) < 4 and int(number) < 256 for number in numbers)


def _length(behind: str) -> int | None:
    """Return the length of the prefix that is written behind an address: `/24`, `/255.255.255.0`."""
    if not behind.startswith("/"):
        return None
    if "." not in behind:
        return int(behind[1:])
    mask = int.from_bytes(bytes(map(int, behind[1:].split("."))), "big") ^ 0xFFFFFFFF
    return 32 - mask.bit_length() if mask & (mask + 1) == 0 else None
