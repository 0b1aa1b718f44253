"""The manual pages of the topics, stcp-shell-TOPIC(7), made from the texts that `help TOPIC` shows."""

from __future__ import annotations

from collections.abc import Iterator

from ..commands.topic import blocks, source
from .man_page import literal, roff


def topic_page(version: str, name: str) -> Iterator[str]:
    """Yield the lines of the page."""
    page = f"STCP-SHELL-{name.upper()}"
    yield rf'.TH {roff(page)} 7 "" "stcp\-shell {roff(version)}" "stcp\-shell"'
    yield from (".nr HY 0", ".ad l", ".SH NAME")
    for block in blocks(source(name)):
        if block.kind == "title":
            yield rf"stcp\-shell\-{name} \- {roff(block.text[0].lower() + block.text[1:])}"
            yield ".SH DESCRIPTION"
        elif block.kind == "literal":
            yield from (".PP", *literal(f"    {line}" for line in block.text.split("\n")))
        elif block.kind == "item":
            yield from (r".IP \(bu 2", roff(block.text))
        elif block.kind == "term":
            yield from (".TP", rf"\fB{roff(block.text)}\fR")
        elif block.kind == "meaning":
            yield roff(block.text)
        else:
            yield from (".PP", roff(block.text))
    yield from (".SH SEE ALSO", r"\fBstcp\-shell\fR(1), \fBstcp\-shell\-log\fR(5)")
