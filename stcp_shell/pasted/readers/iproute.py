"""Tables of Linux: `ip addr`, `ip route`, `ip rule`, `ip route get`, the same as JSON, and /proc/net/route."""

from __future__ import annotations

from ..table import Context, Reader
from . import ip_addr, ip_json, ip_route, ip_rule, proc_route

_OPENERS = (
    ip_json.open_table,
    ip_addr.open_table,
    ip_rule.open_table,
    ip_route.open_table,
    proc_route.open_table,
)


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line begins one of these tables."""
    for opener in _OPENERS:
        found = opener(line, words, context)
        if found:
            return found
    return None
