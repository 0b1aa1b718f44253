"""Connections as the far end sees them, as text."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.arrival import Arrival, Served
from .escape import visible
from .words import View, fold


def arrival_lines(record: Arrival, view: View) -> Iterator[str]:
    """Yield a line for a connection that arrived."""
    known = [f"TTL {record.ttl}" if record.ttl is not None else "", f"MSS {record.mss}" if record.mss else ""]
    more = "".join(f", {each}" for each in known if each)
    text = f"{record.source} -> {record.destination}: {record.state}{more}"
    if record.state == "half-open":
        text += ": the SYN came, and our SYN-ACK is not acknowledged: it, or the ACK, is lost on the way"
    for line in fold(visible(text), "", "  ", view.width):
        yield view.paint("good" if record.state == "accepted" else "warn", line)


def served_lines(value: Served, view: View) -> Iterator[str]:
    """Yield the end of a serve."""
    yield f"served on port {value.local.port}: {value.accepted} accepted, {value.half_open} half open"
