"""What scripts expect, and what came of it."""

from typing import Annotated, NamedTuple

from .record import record


@record("expectation")
class Expectation(NamedTuple):
    """Whether the last connection or diagnosis was what a script expects (expect)."""

    met: Annotated[bool, "it held"]
    expected: Annotated[str, "what the script says"]
    seen: Annotated[str, "what there was"]
    evidence: Annotated[tuple[str, ...], "of what was seen"]
    where: Annotated[str, "FILE:LINE; empty for a typed line"] = ""


@record("result")
class CommandFailed(NamedTuple):
    """A command could not be carried out."""

    error: Annotated[str, "why"]


class Check(NamedTuple):
    """What an `expect` found, and where it stands."""

    source: str
    line: int
    text: str
    result: Expectation


class Failed(NamedTuple):
    """A command that could not be carried out, and where it stands."""

    source: str
    line: int
    text: str
    why: str
