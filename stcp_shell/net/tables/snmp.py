"""Counters of this host's network stack (/proc/net/snmp, snmp6 and netstat), which every user may read.

They count what all programs do: a difference is evidence only as far as nothing else was going on.
"""

from __future__ import annotations

_TABLES = ("/proc/net/snmp", "/proc/net/netstat")  # pairs of lines: names, values
_TABLE6 = "/proc/net/snmp6"  # a name and a value in each line


def counters() -> dict[str, int]:
    """Return the counters as `Ip.InReceives` or `Ip6InReceives`; empty if /proc is not mounted."""
    found: dict[str, int] = {}
    for path in _TABLES:
        lines = _lines(path)
        for names, values in zip(lines[::2], lines[1::2]):
            group = names[0].rstrip(":")
            found.update((f"{group}.{name}", int(value)) for name, value in zip(names[1:], values[1:]))
    found.update((words[0], int(words[1])) for words in _lines(_TABLE6) if len(words) == 2)
    return found


def _lines(path: str) -> list[list[str]]:
    try:
        with open(path, encoding="ascii") as file:
            return [line.split() for line in file]
    except (OSError, ValueError):
        return []


def rise(before: int, after: int) -> int | None:
    """Return by how much a counter has risen; None if it has wrapped or was reset meanwhile."""
    return after - before if after >= before else None
