"""Reads the names and the expiry of a certificate (X.509, RFC 5280) from its DER form (ITU-T X.690).

The `ssl` module decodes only certificates that it has verified. What a peer sends is not trusted: every length is
checked, texts and their number are limited, and nothing is made of the key or the signature.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from typing import NamedTuple, Optional

MOST_NAMES, MOST_CHARACTERS = 50, 255  # a DNS name has at most 253 (RFC 1035, section 2.3.4)
_COMMON_NAME, _ORGANIZATION, _UNIT = b"\x55\x04\x03", b"\x55\x04\x0a", b"\x55\x04\x0b"  # 2.5.4.3, .10, .11
_ALTERNATIVE_NAMES = b"\x55\x1d\x11"  # 2.5.29.17
_VERSION, _EXTENSIONS = 0xA0, 0xA3  # explicit tags of TBSCertificate
_DNS_NAME, _ADDRESS = 0x82, 0x87  # of GeneralName
_UTC_TIME = 0x17
_ENCODINGS = {0x14: "latin-1", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}  # T61String, UniversalString, BMPString
_FAMILIES = {4: socket.AF_INET, 16: socket.AF_INET6}


class Malformed(ValueError):
    """It is no certificate, or it is cut off."""


class Certificate(NamedTuple):
    """What a certificate says of itself; nothing of it is verified."""

    common_name: Optional[str]  # of the subject
    names: tuple[str, ...]  # the subject alternative names that are DNS names or addresses, at most MOST_NAMES
    issuer: Optional[str]  # its common name, or else its organization
    not_after: Optional[str]  # ISO 8601, UTC; None: in a form that RFC 5280 does not allow


class _Element(NamedTuple):
    tag: int
    content: bytes


def read(der: bytes) -> Certificate:
    """Return what a certificate says. Raises Malformed, and nothing else, whatever the bytes are."""
    try:
        outer = next(_elements(der))
        (*parts,) = _elements(next(_elements(outer.content)).content)
        if parts[0].tag == _VERSION:
            del parts[0]
        _, _, issuer, validity, subject, *more = parts
        _, expiry = _elements(validity.content)
        owner, signer = _attributes(subject), _attributes(issuer)
        names = [name for part in more if part.tag == _EXTENSIONS for name in _alternative_names(part)]
    except Malformed:
        raise
    except (ValueError, IndexError, StopIteration) as error:  # a part is missing, or there are too many
        raise Malformed(str(error)) from None
    signed_by = next((signer[kind] for kind in (_COMMON_NAME, _ORGANIZATION, _UNIT) if kind in signer), None)
    return Certificate(owner.get(_COMMON_NAME), tuple(names[:MOST_NAMES]), signed_by, _time(expiry))


def _elements(data: bytes) -> Iterator[_Element]:
    """Yield the elements that follow each other in these bytes."""
    position = 0
    while position < len(data):
        tag, length, start = data[position], data[position + 1], position + 2
        if length & 0x80:  # the number of bytes of the length; 0, an indefinite length, is not DER
            count = length & 0x7F
            if not 0 < count <= 4:
                raise Malformed("a length is not DER")
            length, start = int.from_bytes(data[start : start + count], "big"), start + count
        if tag & 0x1F == 0x1F or start + length > len(data):
            raise Malformed("an element is cut off, or has a long tag")
        yield _Element(tag, data[start : start + length])
        position = start + length


def _attributes(name: _Element) -> dict[bytes, str]:
    """Return the attributes of a Name by their object identifiers; of several of a kind the last, the most specific."""
    found: dict[bytes, str] = {}
    for relative in _elements(name.content):
        for pair in _elements(relative.content):
            kind, value = _elements(pair.content)
            found[kind.content] = _text(value)
    return found


def _alternative_names(extensions: _Element) -> Iterator[str]:
    (listed,) = _elements(extensions.content)
    for extension in _elements(listed.content):
        kind, *_, value = _elements(extension.content)
        if kind.content == _ALTERNATIVE_NAMES:
            (names,) = _elements(value.content)
            for name in _elements(names.content):
                if name.tag == _DNS_NAME:
                    yield _text(name)
                elif name.tag == _ADDRESS and len(name.content) in _FAMILIES:
                    yield socket.inet_ntop(_FAMILIES[len(name.content)], name.content)


def _text(value: _Element) -> str:
    text = value.content.decode(_ENCODINGS.get(value.tag, "utf-8"), "backslashreplace")
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _time(value: _Element) -> str | None:
    text = value.content.decode("ascii", "replace")
    if value.tag == _UTC_TIME:  # two digits of the year: RFC 5280, section 4.1.2.5.1
        text = ("19" if text[:2] >= "50" else "20") + text
    found = re.fullmatch("([0-9]{4})" + "([0-9]{2})" * 5 + "Z", text)
    return "{}-{}-{}T{}:{}:{}Z".format(*found.groups()) if found else None
