"""The text of a paste: bytes to lines, without what mail, terminals and editors did to them.

Nothing is guessed: what was undone is said in `remarks`, and line numbers are those of the text as it is displayed.
"""

from __future__ import annotations

import codecs
import quopri
import re
from typing import NamedTuple

from ..errors import Failure

LONGEST = 1 << 16  # characters of a line that readers look at
_QUOTE = re.compile(r" ?(?:> ?)+|# ?")
_SOFT_BREAK = re.compile(rb"=\r?\n")
_SOFT = re.compile(rb"=3D|=20|=C2=A0")
_MOST_CONTROLS = 0.02  # of the first bytes; a text has fewer


class Text(NamedTuple):
    """Lines as readers see them."""

    lines: list[str]  # blanks for tabs and no-break spaces, no carriage returns, no quoting
    ends: bool  # the text ends with a newline: its last line is whole
    remarks: tuple[str, ...]


def decode(data: bytes) -> Text:
    """Return the lines of a text. Raises Failure if it is empty or no text."""
    if not data.strip():
        raise Failure("it is empty: nothing was pasted")
    remarks: list[str] = []
    if _SOFT_BREAK.search(data) and _SOFT.search(data):
        data = quopri.decodestring(data)
        remarks.append("quoted-printable was decoded: line numbers are those of the decoded text")
    text = _characters(data, remarks)
    if "\r" in text:
        text = re.sub(r"\r+\n", "\n", text).replace("\r", "\n")
    text = text.replace("\t", " ").replace("\xa0", " ").replace("\u3000", " ")
    ends = text.endswith("\n")
    lines = text[: -1 if ends else None].split("\n")
    if _quoted(lines):
        remarks.append("quoting at the start of the lines was removed")
        lines = [_QUOTE.sub("", line, count=1) for line in lines]
    return Text(lines, ends, tuple(remarks))


def _characters(data: bytes, remarks: list[str]) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    head = data[:4096]
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[first::2].count(0) > 0.6 * len(head) / 2:
            remarks.append(f"it is {encoding.upper()} without a mark")
            return data.decode(encoding, "replace")
    controls = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\f\x1b\x08\a")
    if controls > _MOST_CONTROLS * len(head):
        raise Failure("it is binary, not text: paste the output of commands such as netstat -rn and ifconfig -a")
    try:
        return data.decode()
    except UnicodeDecodeError:
        remarks.append("it is not UTF-8: characters beyond ASCII may be wrong")
        return data.decode("latin-1")


def _quoted(lines: list[str]) -> bool:
    """Return whether nearly all lines are quoted; a few such lines are prompts."""
    some = [line for line in lines[:2000] if line.strip()]
    for mark in (">", "#"):
        if len(some) > 1 and sum(line.lstrip().startswith(mark) for line in some) >= 0.9 * len(some):
            return True
    return False
