"""Where the watch learns of sockets: netlink with its events, or /proc where netlink is denied."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from time import sleep

from ..tables.netlink import TablesUnavailable
from . import proc_net
from .events import Events
from .peers import Peers
from .sock_diag import EVERY, LISTEN, SYN_SENT, Row, rows

Place = tuple[str, int]  # a local address and port
_UNCONNECTED = LISTEN | 1 << 7


class Netlink:
    """Dumps and events. `missed`: what it cannot see, in words."""

    missed = ""

    def __init__(self, peers: Peers) -> None:
        """Join the events. Raises TablesUnavailable."""
        self._peers = peers
        self._code = peers.bytecode()
        self._events = Events(peers)

    @property
    def lost(self) -> int:
        """How often events were lost because they came faster than they were read."""
        return self._events.lost

    def waiting(self) -> Iterator[Row]:
        """Yield the sockets whose SYN has no answer yet."""
        return self._rows(SYN_SENT)

    def every(self) -> Iterator[Row]:
        """Yield all sockets with such a peer."""
        return self._rows(EVERY & ~_UNCONNECTED)

    def listening(self) -> dict[Place, Row]:
        """Return where programs listen, and their sockets."""
        families = (socket.AF_INET, socket.AF_INET6)
        return {row.source: row for family in families for row in rows(family, LISTEN)}

    def ended(self, seconds: float) -> Iterator[Row]:
        """Wait, and yield the sockets that are destroyed meanwhile, at once if there is one."""
        select.select([self._events], [], [], seconds)
        return (row for row in self._events.read() if _connected(row) and row.destination.address in self._peers)

    def close(self) -> None:
        self._events.close()

    def _rows(self, states: int) -> Iterator[Row]:
        for family in self._peers.families:
            for row in rows(family, states, self._code):
                if _connected(row) and row.destination.address in self._peers:
                    yield row


class Proc:
    """Looks at /proc/net/tcp: what is shorter than the time between two looks is missed."""

    missed = (
        "netlink is denied here: only /proc/net/tcp was read, ten times a second; connections that lasted less than "
        "0.1 s, and how connections ended, were missed"
    )
    lost = 0

    def __init__(self, peers: Peers) -> None:
        self._peers = peers
        next(proc_net.rows(), None)  # raises OSError: /proc is not mounted

    def waiting(self) -> Iterator[Row]:
        return self.every()

    def every(self) -> Iterator[Row]:
        connected = (row for row in proc_net.rows() if row.state not in ("listen", "closed") and _connected(row))
        return (row for row in connected if row.destination.address in self._peers)

    def listening(self) -> dict[Place, Row]:
        return {row.source: row for row in proc_net.rows() if row.state == "listen"}

    def ended(self, seconds: float) -> Iterator[Row]:
        sleep(seconds)
        return iter(())

    def close(self) -> None:
        """Nothing is open."""


def _connected(row: Row) -> bool:
    """Whether a socket has, or had, another end: one that is only bound has none."""
    return row.destination.address not in ("0.0.0.0", "::")


def opened(peers: Peers) -> Netlink | Proc:
    """Return the best source that this process may use. Raises OSError if there is none."""
    try:
        return Netlink(peers)
    except TablesUnavailable:
        return Proc(peers)
