"""The kernel's route to a destination, looked up once and kept until the kernel announces a change.

A lookup costs more than the connect that needs it. rtnetlink(7) notifies its groups of every change of links,
addresses, routes and rules; a change without a notification (a redirect, an exception for one host) is seen after a
second.
"""

from __future__ import annotations

import select
import socket
from contextlib import suppress
from time import monotonic

from ...model.connection import ResolvedRoute
from .rtnetlink import Rtnetlink

MOST_KEPT = 1024
_LIFETIME = 1.0  # seconds
# RTMGRP_* (linux/rtnetlink.h); rules are announced to the groups RTNLGRP_IPV4_RULE 8 and RTNLGRP_IPV6_RULE 19
_LINK, _ADDRESSES, _ROUTES, _RULES = 0x1, 0x10 | 0x100, 0x40 | 0x400, 1 << 7 | 1 << 18


class RouteCache:
    """Results of `Rtnetlink.route_get`. Making one and each lookup raise TablesUnavailable if netlink is denied."""

    def __init__(self) -> None:
        self.changes = 0  # of the tables, announced by the kernel up to the last lookup
        self._tables = Rtnetlink()
        self._known: dict[tuple[str, str | None, int, str], ResolvedRoute] = {}
        self._since = 0.0
        self._news = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
        self._news.bind((0, _LINK | _ADDRESSES | _ROUTES | _RULES))
        self._poll = select.poll()
        self._poll.register(self._news, select.POLLIN)

    def resolve(self, destination: str, source: str | None, port: int, protocol: str) -> ResolvedRoute:
        """Return the route to a numeric address, from a source that a socket is bound to; None: the kernel's choice."""
        now = monotonic()
        if now - self._since > _LIFETIME or len(self._known) > MOST_KEPT or self._poll.poll(0):
            self._forget(now)
        key = (destination, source, port, protocol)
        route = self._known.get(key)
        if route is None:
            route = self._known[key] = self._tables.route_get(destination, source, port, protocol)
        return route

    def close(self) -> None:
        """Close both sockets."""
        self._tables.close()
        self._news.close()

    def _forget(self, now: float) -> None:
        self._known.clear()
        self._since = now
        while self._poll.poll(0):
            self.changes += 1
            with suppress(OSError):  # ENOBUFS: more changes than the buffer holds
                self._news.recv(1 << 16)
