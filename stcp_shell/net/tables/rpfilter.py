"""This host's reverse path filter: the settings and the counter, which every user may read (ip-sysctl, rp_filter)."""

from __future__ import annotations

from collections.abc import Iterable

STRICT = 1
_SETTING = "/proc/sys/net/ipv4/conf/{}/rp_filter"
_COUNTERS = "/proc/net/netstat"


def strict(interfaces: Iterable[str]) -> frozenset[str]:
    """Return the interfaces on which it is strict: the larger of `all` and the interface's own setting counts."""
    every = _setting("all")
    return frozenset(name for name in interfaces if max(every, _setting(name)) == STRICT)


def dropped() -> int | None:
    """Return how many packets it has dropped so far (TcpExt IPReversePathFilter); None if that cannot be read."""
    try:
        with open(_COUNTERS, encoding="ascii") as file:
            rows = [line.split() for line in file if line.startswith("TcpExt:")]
    except OSError:
        return None
    counters = dict(zip(rows[0], rows[1])) if len(rows) == 2 else {}
    value = counters.get("IPReversePathFilter")
    return int(value) if value is not None else None


def _setting(interface: str) -> int:
    if "/" in interface or interface in (".", ".."):
        return 0
    try:
        with open(_SETTING.format(interface), encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0
