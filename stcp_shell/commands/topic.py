"""The topics of `help` and of the manual: short texts in reStructuredText, the one source of both.

Of reStructuredText they use a title, paragraphs, bullets, definitions, literal blocks and comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Block(NamedTuple):
    """A part of a topic. `kind`: title, text, item, term (with its explanation after it), or literal (lines)."""

    kind: str
    text: str


def source(name: str) -> str:
    """Return the text of a topic."""
    import pkgutil  # late, as few sessions need it; it reads from a ZIP archive, too

    data = pkgutil.get_data(__package__, f"topics/{name}.rst")
    assert data is not None
    return data.decode("utf-8")


def blocks(text: str) -> Iterator[Block]:
    """Yield the parts of a topic."""
    literal: list[str] = []
    for part in re.split(r"\n(?:[ \t]*\n)+", text.strip("\n")):
        lines = part.split("\n")
        if literal and lines[0].startswith("    "):
            literal += ["", *(line[4:] for line in lines)]
            continue
        if literal:
            yield Block("literal", "\n".join(literal[1:]).strip("\n"))
            literal = []
        if lines[0].startswith(".. "):
            continue
        if len(lines) == 2 and set(lines[1]) == {"="}:
            yield Block("title", lines[0])
            continue
        yield from _paragraph(lines)
        if lines[-1].endswith("::"):
            literal = [""]
    if literal:
        yield Block("literal", "\n".join(literal[1:]).strip("\n"))


def _paragraph(lines: list[str]) -> Iterator[Block]:
    if lines == ["::"]:
        return
    if lines[0].startswith("- "):
        for item in re.split(r"\n- ", "\n".join(lines)[2:]):
            yield Block("item", _plain(item))
    elif len(lines) > 1 and not lines[0].startswith(" ") and lines[1].startswith("    "):
        for entry in re.split(r"\n(?=\S)", "\n".join(lines)):
            term, _, meaning = entry.partition("\n")
            yield Block("term", _plain(term))
            yield Block("meaning", _plain(meaning))
    else:
        text = _plain("\n".join(lines))
        yield Block("text", text[:-1] if text.endswith("::") else text)


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("``", "").replace("**", "")
