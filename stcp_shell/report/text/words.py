"""Shared by all texts: durations, aligned columns, folded lines, words and colour roles of outcomes."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Optional

WIDTH = 80
Paint = Callable[[str, str], str]  # (role: good, bad, warn, dim; text) -> text


def plain(role: str, text: str) -> str:
    """Return the text without colour."""
    return text


class View(NamedTuple):
    """The output of a text: the screen, in colour if it has colours, or a report."""

    paint: Paint = plain
    clock: str = "--:--:--"  # the time of day, for STCP's `ready` line
    width: int = WIDTH  # columns in which sentences are folded


PLAIN = View()


def duration(seconds: float) -> str:
    """Return a duration with as many digits as are useful: `0.42 ms`, `31 ms`, `5.0 s`."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.2g} ms" if seconds < 0.00995 else f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s"


WORDING = {
    "connected": "connected",
    "refused": "connection refused",
    "timeout": "timed out",
    "unreachable": "unreachable",
    "prohibited": "prohibited",
    "no-route": "no route",
    "denied": "not permitted on this host",
    "address-unavailable": "no source address or port available",
    "address-in-use": "address in use",
    "cancelled": "cancelled",
    "unresolved": "the name does not resolve",
    "error": "failed",
    "closed": "connected, then closed by the peer",
    "reset": "connected, then reset",
}


_ROLES = {"connected": "good", "closed": "good", "timeout": "warn", "cancelled": "warn", "inconsistent": "warn"}


def role_of(outcome: str) -> str:
    """Return the colour role of an outcome: a timeout differs from a refusal."""
    return _ROLES.get(outcome, "bad")


def role_of_severity(severity: str) -> str:
    """Return the colour role of a verdict's severity: an unknown one, as a log may have, is bad."""
    return severity if severity in ("good", "warn") else "bad"


def fold(
    text: str, indent: str, hanging: Optional[str] = None, width: int = WIDTH, measure: Callable[[str], int] = len
) -> Iterator[str]:
    """Yield text in lines of at most `width` columns, broken at spaces; a longer word has a line of its own.

    `measure`: how many columns a text takes.
    """
    if measure(indent + text) <= width:  # the usual case
        yield (indent + text).rstrip()
        return
    line, empty = indent, True
    for word in text.split(" "):
        if not empty and measure(line) + 1 + measure(word) > width:
            yield line.rstrip()
            line, empty = (hanging or indent), True
        if empty and not word:  # of more than one space nothing is left at a line's start
            continue
        line += word if empty else f" {word}"
        empty = False
    yield line.rstrip()


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows of cells as aligned lines."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        assert len(row) == len(widths)
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths)).rstrip()
