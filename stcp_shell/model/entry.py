"""A line of a session log."""

from typing import Any, NamedTuple


class Entry(NamedTuple):
    """A record with the fields that every line of the log has.

    `record` is an instance of a declared class; None: this version does not know the type, or `problem` says why it
    does not understand the line.
    """

    type: str
    seq: int  # 1, 2, 3, ... in a session; 0: the line has none
    time: str  # ISO 8601, UTC, milliseconds; empty: the line has none
    command: int  # `seq` of the command that caused it; 0: none
    record: Any
    problem: str
    line: str  # the JSON text

    @property
    def clock(self) -> str:
        """The time of day, `15:33:51`."""
        return self.time[11:19] or "--:--:--"

    @property
    def second(self) -> str:
        """Date and time, `2026-01-31 15:33:51`, without the zone."""
        return self.time[:19].replace("T", " ")
