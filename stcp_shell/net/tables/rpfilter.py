"""This host's reverse path filter (ip-sysctl, rp_filter)."""

from __future__ import annotations

from collections.abc import Iterable

from .settings import of_interface

STRICT = 1
COUNTER = "TcpExt.IPReversePathFilter"  # in /proc/net/netstat


def strict(interfaces: Iterable[str]) -> frozenset[str]:
    """Return the interfaces on which it is strict: the larger of `all` and the interface's own setting counts."""
    every = of_interface("all", "rp_filter") or 0
    return frozenset(name for name in interfaces if max(every, of_interface(name, "rp_filter") or 0) == STRICT)
