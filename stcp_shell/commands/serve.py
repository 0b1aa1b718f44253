"""`serve`: a listener at the far end, which shows each connection as it arrives there."""

from __future__ import annotations

import errno
import select
import socket
from time import monotonic
from typing import TYPE_CHECKING

from ..errors import Failure, reason
from ..language.declaration import Option, command
from ..language.kinds import COUNT, PORT, SECONDS
from ..model.connection import Endpoint
from ..net import resolver
from ..net.sockaddr import unpack
from .session import TICK, Session, Waiting

if TYPE_CHECKING:
    from ..model.arrival import Served

DEFAULT_PORT = 2121
_MOST_OPEN = 64  # connections at once; one more closes the oldest
_HALF_OPEN = 1.0  # seconds without an ACK: longer than any usual round trip
_STATES = 1 << 3 | 1 << 12  # TCP_SYN_RECV, TCP_NEW_SYN_RECV (net/tcp_states.h)


@command(
    "serve",
    Option("port", PORT, "the port to listen on (2121)", bare=True),
    Option("for", SECONDS, "end after this time; without it Ctrl-C ends it"),
    Option("count", COUNT, "end after so many connections"),
    examples=["serve", "serve -port ftp-data -for 60", "serve -port 2122 -count 2"],
)
def serve(session: Session, port: int | str = DEFAULT_PORT, for_: float | None = None, count: int = 0) -> Served:
    """Listen, and show each connection as it arrives: the source as seen here, TTL, MSS, the address that it used.

    Run it at the far end of a path that is in question. It greets with a line that says what it saw: connect -hold and
    diagnose at the other end read it, and so show whether addresses are translated on the way. A SYN whose SYN-ACK is
    not acknowledged for a second is shown, too: then the way back is the trouble.
    """
    from ..model.arrival import Served
    from ..net.sockets import saved_syn

    number = resolver.port_number(port, "tcp")
    try:
        listener = _listener(number)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Failure(f"port {number} is in use (EADDRINUSE): choose another with -port") from None
        if error.errno == errno.EACCES:
            raise Failure(
                f"port {number} needs root or CAP_NET_BIND_SERVICE (EACCES): choose another with -port"
            ) from None
        raise Failure(f"port {number}: {reason(error)}") from None
    with listener:
        saved_syn.keep(listener)
        local = unpack(listener.getsockname())
        serving = _Serving(session, listener, local.port)
        cancelled = False
        try:
            serving.run(for_, count)
        except KeyboardInterrupt:
            cancelled = True
        finally:
            serving.close()
    return Served(local, serving.accepted, len(serving.half_open), cancelled)


def _listener(port: int) -> socket.socket:
    """Return a listener of both families, or of IPv4 where there is no IPv6."""
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        except OSError as error:
            if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                raise
    return socket.create_server(("", port))


class _Serving:
    """Accepts connections, greets, and looks for those that stay half open."""

    def __init__(self, session: Session, listener: socket.socket, port: int) -> None:
        self.accepted = 0
        self.half_open: set[tuple[Endpoint, Endpoint]] = set()
        self._session, self._listener, self._port = session, listener, port
        self._waiting: dict[tuple[Endpoint, Endpoint], float] = {}  # since when they wait for an ACK
        self._open: list[socket.socket] = []

    def run(self, seconds: float | None, count: int) -> None:
        started = monotonic()
        self._listener.setblocking(False)
        while (seconds is None or monotonic() - started < seconds) and not (count and self.accepted >= count):
            elapsed = monotonic() - started
            left = None if seconds is None else max(0.0, seconds - elapsed)
            if self._session.progress:
                self._session.progress(Waiting(f"serve on port {self._port}", elapsed, left))
            if select.select([self._listener], [], [], TICK if left is None else min(TICK, left))[0]:
                self._accept()
            self._look()

    def close(self) -> None:
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        from ..net.protocols import greeting
        from ..net.sockets.saved_syn import ttl_and_mss

        try:
            connection, peer = self._listener.accept()
        except OSError:
            return  # it was aborted meanwhile
        try:
            source, local = _plain(unpack(peer)), _plain(unpack(connection.getsockname()))
            ttl, mss = ttl_and_mss(connection)
            connection.setblocking(False)
            connection.send(greeting.written(greeting.Greeting(source, local, ttl, mss)))
        except OSError:
            connection.close()
            return
        self.accepted += 1
        self._waiting.pop((source, local), None)
        self._open.append(connection)
        if len(self._open) > _MOST_OPEN:
            self._open.pop(0).close()
        self._tell(source, local, "accepted", ttl, mss)

    def _look(self) -> None:
        """Look for connections whose SYN came and whose ACK does not."""
        from ..net.sockets.sock_diag import rows
        from ..net.tables.netlink import TablesUnavailable

        try:
            found = {
                (row.destination, row.source)
                for family in (socket.AF_INET, socket.AF_INET6)
                for row in rows(family, _STATES)
                if row.source.port == self._port
            }
        except TablesUnavailable:
            return  # only accepted connections are seen
        now = monotonic()
        self._waiting = {ends: self._waiting.get(ends, now) for ends in found}
        for ends, since in self._waiting.items():
            if now - since >= _HALF_OPEN and ends not in self.half_open:
                self.half_open.add(ends)
                self._tell(*ends, "half-open", None, None)

    def _tell(self, source: Endpoint, local: Endpoint, state: str, ttl: int | None, mss: int | None) -> None:
        from ..model.arrival import Arrival

        self._session.announce(Arrival(source, local, state, ttl, mss))


def _plain(end: Endpoint) -> Endpoint:
    """Return an IPv4-mapped address as the IPv4 address that it is (RFC 4291, section 2.5.5.2)."""
    return end._replace(address=end.address.removeprefix("::ffff:")) if "." in end.address else end
