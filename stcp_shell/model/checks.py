"""What scripts expect, and the results."""

from typing import Annotated, NamedTuple

from .record import record


@record("expectation")
class Expectation(NamedTuple):
    """Whether the last connection or diagnosis was what a script expects (expect)."""

    met: Annotated[bool, "whether the expectation was met"]
    expected: Annotated[str, "what the script expects"]
    seen: Annotated[str, "what was observed"]
    evidence: Annotated[tuple[str, ...], "evidence for what was observed"]
    where: Annotated[str, "FILE:LINE; empty: a typed line"] = ""
    flow: Annotated[str, "`SOURCE -> DESTINATION:PORT` that was checked; several are joined by semicolons"] = ""


@record("result")
class CommandFailed(NamedTuple):
    """A command failed."""

    error: Annotated[str, "the error message"]


class Check(NamedTuple):
    """The result of an `expect`, and its source line."""

    source: str
    line: int
    text: str
    result: Expectation


class Failed(NamedTuple):
    """A command that failed, and its source line."""

    source: str
    line: int
    text: str
    why: str
