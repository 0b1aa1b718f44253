"""The manual page of the log format, stcp-shell-log(5), made from the declarations of the records."""

from __future__ import annotations

from collections.abc import Iterator

from ..log import SCHEMA
from ..model.documentation import Described, described
from .man_page import paragraphs, roff, tagged

DESCRIPTION = (
    "JSON Lines: one object a line, written when it is complete, so that a killed process loses no earlier "
    "event. A reader skips an incomplete last line, and ignores unknown types and fields.",
    "Every record has type, seq (1, 2, 3, ... in a session) and time: when it was written, in ISO 8601, UTC, "
    "milliseconds. A record that a command produced has the seq of that command's record in the field command; 0: no "
    "command. A record of type result has the kind of result in the field result and the result's fields in value; if "
    "the command failed, it has error in their place.",
    f"This is version {SCHEMA} of the format; the session record has it in the field schema. Logs of older versions "
    "stay readable. The package has a JSON Schema of the format, stcp_shell/model/schema.json.",
)


def log_page(version: str) -> Iterator[str]:
    """Yield the lines of the page."""
    records, parts = described()
    yield rf'.TH STCP\-SHELL\-LOG 5 "" "stcp\-shell {roff(version)}" "File Formats"'
    yield from (".nr HY 0", ".ad l", ".SH NAME", r"stcp\-shell\-log \- the session log of stcp\-shell(1)")
    yield ".SH DESCRIPTION"
    yield from paragraphs(DESCRIPTION)
    yield ".SH RECORDS"
    for record in records:
        yield from _section(record)
    yield ".SH OBJECTS IN RECORDS"
    for part in parts:
        yield from _section(part)
    yield from (".SH SEE ALSO", r"\fBstcp\-shell\fR(1), \fBjq\fR(1)")


def _section(part: Described) -> Iterator[str]:
    yield f".SS {roff(part.name)}"
    yield from paragraphs([part.text])
    for name, holds, means in part.fields:
        yield from tagged(rf"\fB{roff(name)}\fR (\fI{roff(holds)}\fR)", [means])
