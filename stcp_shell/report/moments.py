"""When a SYN left and how it ended, from records that are written at the end. Times are ISO 8601, UTC, milliseconds."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..model.connection import Connection
from ..model.entry import Entry


def left(entry: Entry, found: Connection) -> str:
    """Return when its first SYN left; older logs tell only the end, and how long it took."""
    return found.sent or shifted(entry.time, -found.elapsed)


def ended(entry: Entry, found: Connection) -> str:
    """Return when it ended."""
    return shifted(found.sent, found.elapsed) if found.sent else entry.time


def shifted(time: str, seconds: float) -> str:
    """Return a time that is so many seconds later; the same if it is none."""
    try:
        thousandths = int(time[17:19] + time[20:23]) + round(seconds * 1000)
        if 0 <= thousandths < 60_000:  # the usual case: within the same minute
            digits = f"{thousandths:05d}"
            return f"{time[:17]}{digits[:2]}.{digits[2:]}Z"
        moved = datetime.fromisoformat(time.replace("Z", "+00:00")) + timedelta(seconds=seconds)
        return moved.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return time


def written(time: str) -> str:
    """Return a time as `2026-01-31 15:33:51.250`, without the zone."""
    return time[:23].replace("T", " ")
