"""Holds a connection after connect(2) succeeded: has the peer finished the handshake, too, and does it stay?

A stateful firewall that never sees the SYN-ACK, because it comes back by another router, drops our ACK: connect(2)
succeeds, and the peer repeats its SYN-ACK. A repeated SYN-ACK counts in TCP_INFO as a segment that came in, and makes
this host send its ACK again, which counts as one that went out; a window update, as a SYN proxy sends it, makes it send
none. Nothing is sent and nothing is read: the bytes that arrive stay in the socket.
"""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Callable, Sequence
from time import monotonic

from ...model.hold import Hold
from ..protocols import greeting
from . import socket_evidence

SECONDS = 1.2  # a SYN-ACK is repeated after 1 s (RFC 6298, section 2.1)
_ROUND_TRIPS = 2
_MOST_BYTES = 65536
_ESTABLISHED, _CLOSE_WAIT = 1, 8  # tcp_states.h


def seconds(rtt: float | None) -> float:
    """Return how long to hold a connection with that round-trip time."""
    return max(SECONDS, _ROUND_TRIPS * (rtt or 0.0))


class Holding:
    """A connected socket that is held, from `started` on and for at most `limit` seconds; a poll loop drives it.

    Call `step` if poll(2) reports the socket, and `expired` from time to time, at the latest at `until`. The socket
    must be open until it is `done`, or until `result` was called.
    """

    def __init__(self, sock: socket.socket, started: float, limit: float = SECONDS) -> None:
        self.sock = sock
        self.started = started
        self.until = started + limit
        self._result: Hold | None = None

    @property
    def done(self) -> bool:
        """Whether a byte, a FIN or a RST arrived, or the time is over."""
        return self._result is not None

    def step(self) -> None:
        """Look at what has arrived."""
        if self.done:
            return
        try:
            data = self.sock.recv(_MOST_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._result = self._look(0, "rst" if error.errno in (errno.ECONNRESET, errno.EPIPE) else None)
            return
        self._result = self._look(len(data), None if data else "fin")
        if said := greeting.read(data):
            self._result = self._result._replace(seen_as=said.source)

    def expired(self, now: float) -> bool:
        """Return whether it is over. A byte that came in time counts, even if the loop is late."""
        if now >= self.until and not self.done:
            self.step()
            self._result = self._result or self._look(0, None)
        return self.done

    def result(self) -> Hold:
        """Return what it showed, or what is known by now."""
        return self._result or self._look(0, None)

    def _look(self, received: int, end: str | None) -> Hold:
        info = socket_evidence.tcp_info(self.sock)
        if info and received:  # what came behind the bytes
            end = {_CLOSE_WAIT: "fin", socket_evidence.CLOSED: "rst"}.get(info.state)
        return Hold(monotonic() - self.started, None if received else syn_acks(info), received, end)


def syn_acks(info: socket_evidence.TcpInfo | None) -> int | None:
    """Return how often the SYN-ACK came."""
    if info is None or not info.segments_in or info.state != _ESTABLISHED:
        return None
    syns = 1 + info.total_retransmits
    # Each one after the first made this host send an ACK; segments that did not are something else.
    repeats = max(0, min(info.segments_in - 1, info.segments_out - syns - 1))
    return None if 0 < repeats <= info.total_retransmits else 1 + repeats


def hold_all(holdings: Sequence[Holding], progress: Callable[[], None] | None = None, tick: float = 0.1) -> None:
    """Hold connections at once, until each is done. `progress` is called every `tick` seconds meanwhile."""
    held = {holding.sock.fileno(): holding for holding in holdings if not holding.done}
    poll = select.poll()
    for descriptor in held:
        poll.register(descriptor, select.POLLIN)
    while held:
        pause = max(0.0, min(holding.until for holding in held.values()) - monotonic())
        for descriptor, _ in poll.poll(1 + (min(pause, tick) if progress else pause) * 1000):
            held[descriptor].step()
        now = monotonic()
        for descriptor in [number for number, holding in held.items() if holding.expired(now)]:
            poll.unregister(descriptor)
            del held[descriptor]
        if progress and held:
            progress()


def hold(sock: socket.socket, limit: float = SECONDS, progress: Callable[[], None] | None = None) -> Hold:
    """Hold one connection, for at most `limit` seconds from now."""
    holding = Holding(sock, monotonic(), limit)
    hold_all([holding], progress)
    return holding.result()
