"""TCP traceroute without root: how far SYNs get, from several source addresses at once.

Every SYN is sent with its own TTL (IP_TTL, ip(7); IPV6_UNICAST_HOPS, ipv6(7)). The router at which it runs out sends
an ICMP error (11/0, RFC 792; 3/0, RFC 4443), and the socket's error queue names its sender. Every other answer ends
the path. Each SYN has its own source port: if routers spread traffic by ports (ECMP), the hops of several paths are
mixed, and nothing here shows it.

Routers limit the ICMP errors that they send (Linux: five, then one a second to each address). One that rejects every
SYN must reply to the one with the smallest TTL, so that one is sent first, and the others a millisecond apart. A hop
without an answer is probed again after more than a second, again the smallest TTL first. A connect is closed before
the kernel would send its SYN again, except the first one after the last hop that answered: a router that waits for
ARP in vain sends its error after three seconds, for the SYN that came first.
"""

from __future__ import annotations

import errno
import select
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic

from ...errors import Failure, reason
from ...model.connection import Endpoint, family_of
from ...model.trace import Hop, Trace
from . import socket_evidence
from .probe import Probe
from .syn_probe import PATIENCE, syn_probe

MOST_HOPS = 30
TIMEOUT = 4.0  # a router that gets no ARP or ND reply sends its error after 3 s
MOST_AT_ONCE = 500  # connects that wait at the same time; the others start later
_SPACING = 1.2  # seconds from one round to the next: a router that limits its errors may then send one again
_MOST_ROUNDS = 3
_PACE = 0.001
_LOOK = 0.02  # longest time in seconds between two checks for late probes
_TICK = 0.1
_SHORT_OF_FILES = (errno.EMFILE, errno.ENFILE)
_TIME_EXCEEDED = {"inet": 11, "inet6": 3}
_ANSWERS = ("connected", "refused")

Progress = Callable[[float, float, int], None]  # seconds since the start, seconds left at most, SYNs sent


def traces(
    destination: Endpoint,
    sources: Sequence[str | None],
    most_hops: int = MOST_HOPS,
    timeout: float = TIMEOUT,
    progress: Progress | None = None,
) -> list[Trace]:
    """Return the paths to a numeric destination, one for each source, in that order. None: the kernel's choice.

    A source is bound by bind(2) and nothing else. A hop without an answer was probed two or three times within
    `timeout` seconds, 1.2 s apart (less if the time is short). The routes are left to the caller. Ctrl-C ends it: an
    unfinished path has the outcome `cancelled`. A path that cannot begin, for example without a route, has no hops and
    the local outcome. Raises Failure if a source cannot be bound, a zone names no interface, or not one socket can be
    opened.
    """
    paths = [_Path(destination, source, most_hops) for source in sources]
    rounds, spacing, patience = _timetable(timeout)
    syns = _Round(destination, patience, timeout, progress)
    try:
        for number in range(rounds):
            if not any(path.silent() for path in paths):
                break
            syns.listen(number * spacing, idle=True)
            questions = sorted(((ttl, path) for path in paths for ttl in path.silent()), key=lambda each: each[0])
            syns.send(deque(questions))
        syns.listen(timeout)
    except KeyboardInterrupt:
        for path in paths:
            path.cancel()
    finally:
        syns.close()
    return [path.trace() for path in paths]


def _timetable(timeout: float) -> tuple[int, float, float]:
    """Return the number of rounds, the seconds between them, and how long each SYN waits."""
    if timeout < PATIENCE + _SPACING:
        return 2, timeout * _SPACING / (PATIENCE + _SPACING), timeout * PATIENCE / (PATIENCE + _SPACING)
    return min(_MOST_ROUNDS, 1 + int((timeout - PATIENCE) / _SPACING)), _SPACING, PATIENCE


class _Path:
    """One source's path while it is traced. `last` is the smallest TTL with an answer that ends the path."""

    def __init__(self, destination: Endpoint, asked: str | None, most_hops: int) -> None:
        self.asked = asked
        self.first_silent = 1
        self.last = most_hops
        self._destination = destination
        self._source = asked
        self._hops: dict[int, Hop] = {}
        self._outcome = "timeout"

    @property
    def ended(self) -> bool:
        """Whether an answer has ended it; the only TTLs still probed are gaps."""
        return self._outcome != "timeout"

    def silent(self) -> list[int]:
        """Return the TTLs that have no answer yet."""
        return [ttl for ttl in range(1, self.last + 1) if ttl not in self._hops]

    def began(self, probe: Probe) -> bool:
        """Return whether a SYN was sent. If not, the path ends at this host, or after the hops known already."""
        if probe.source:
            self._source = probe.source.address
        outcome = probe.outcome(None) if probe.code is not None and probe.icmp is None else None
        if outcome is None or outcome in _ANSWERS:
            return True
        if not self.ended:
            self.last, self._outcome = max(self._hops, default=0), outcome
        return False

    def take(self, ttl: int, probe: Probe) -> None:
        """Add an answer."""
        if ttl > self.last or ttl in self._hops:
            return
        hop = self._hops[ttl] = self._hop(ttl, probe)
        if hop.outcome:
            self.last, self._outcome = ttl, hop.outcome
        while self.first_silent in self._hops:
            self.first_silent += 1

    def cancel(self) -> None:
        """End the path by Ctrl-C."""
        if self.silent():
            self._outcome = "cancelled"

    def trace(self) -> Trace:
        """Return the path as far as it is known, up to the last hop that answered."""
        known = max((ttl for ttl in self._hops if ttl <= self.last), default=0)
        hops = tuple(self._hops.get(ttl) or Hop(ttl, None, None, None, None) for ttl in range(1, known + 1))
        return Trace(self._source, "bind" if self.asked else "kernel", None, self._outcome, hops)

    def _hop(self, ttl: int, probe: Probe) -> Hop:
        icmp, rtt = probe.icmp, probe.elapsed()
        if icmp and icmp.type == _TIME_EXCEEDED[probe.family]:
            return Hop(ttl, icmp.sender, rtt, icmp, None)
        if icmp is None and probe.code == errno.EHOSTUNREACH:
            # A kernel without the error queue for TCP: a device sent an error; which device and which error is unknown.
            return Hop(ttl, None, rtt, None, None)
        # A soft error: the error is in the queue, and the connect would go on without a code.
        code = errno.EHOSTUNREACH if probe.code is None else probe.code
        outcome = socket_evidence.outcome(code, family_of(self._destination.address), icmp, None)
        sender = icmp.sender if icmp and outcome != "connected" else self._destination.address
        return Hop(ttl, sender, rtt, icmp, outcome)


_Question = tuple[int, _Path]  # the TTL to probe with


class _Round:
    """SYNs that are sent one TTL after the other and wait together."""

    def __init__(self, destination: Endpoint, patience: float, timeout: float, progress: Progress | None) -> None:
        self._destination = destination
        self._patience = patience
        self._timeout = timeout
        self._progress = progress
        self._started = monotonic()
        self._shown = 0.0
        self._sent = 0
        self._room = MOST_AT_ONCE
        self._waiting: dict[int, tuple[int, _Path, Probe]] = {}  # by file descriptor, in the order of their start
        self._poll = select.poll()

    def send(self, questions: deque[_Question]) -> None:
        """Send all SYNs, and take answers until each has got one or is late."""
        while questions or any(not self._is_late(probe) for _, _, probe in self._waiting.values()):
            self._send(questions)
            if questions and len(self._waiting) >= self._room:
                self._make_room()
            if self._waiting:
                self._receive(_PACE if questions else _LOOK)

    def listen(self, until: float, idle: bool = False) -> None:
        """Take late answers until `until` seconds since the start; if none can come, wait only if `idle`."""
        while (self._waiting or idle) and (left := self._started + until - monotonic()) > 0:
            self._receive(min(left, _LOOK))

    def close(self) -> None:
        """Close the connects that still wait."""
        for descriptor in list(self._waiting):
            self._drop(descriptor)

    def _send(self, questions: deque[_Question]) -> None:
        """Send the next TTL of every path, as far as there is room; TTLs after a path's end are skipped."""
        row = 0
        while questions and (not row or questions[0][0] == row) and len(self._waiting) < self._room:
            ttl, path = questions.popleft()
            if ttl > path.last:
                continue
            row = ttl
            try:
                probe = syn_probe(self._destination, path.asked, self._patience, hop_limit=ttl)
            except OSError as error:
                if error.errno not in _SHORT_OF_FILES or not self._waiting:
                    raise Failure(reason(error)) from None
                self._room = len(self._waiting)
                questions.appendleft((ttl, path))
                return
            self._start(ttl, path, probe)

    def _make_room(self) -> None:
        """Give up what is late, also where an error might still come: file descriptors have run out."""
        for descriptor, (_, _, probe) in list(self._waiting.items()):
            if self._is_late(probe):
                self._drop(descriptor)

    def _start(self, ttl: int, path: _Path, probe: Probe) -> None:
        try:
            probe.start()
        except BaseException:
            probe.sock.close()
            raise
        self._sent += 1
        # In this order, and the reverse in `_drop`: Ctrl-C may come in between, and what waits must be registered.
        self._poll.register(probe.sock, select.POLLOUT)
        self._waiting[probe.sock.fileno()] = (ttl, path, probe)
        if not path.began(probe):
            self._drop(probe.sock.fileno())
        elif probe.code is not None:
            self._answered(probe.sock.fileno())

    def _receive(self, pause: float) -> None:
        for descriptor, _ in self._poll.poll(1000 * pause):
            _, _, probe = self._waiting[descriptor]
            if probe.code is None:
                probe.look()
            if probe.code is not None or probe.icmp:
                self._answered(descriptor)
        for descriptor, (ttl, path, probe) in list(self._waiting.items()):
            promising = ttl == path.first_silent and not path.ended
            if ttl > path.last or (self._is_late(probe) and not promising):
                self._drop(descriptor)
        self._show()

    def _is_late(self, probe: Probe) -> bool:
        return monotonic() - probe.started >= self._patience

    def _answered(self, descriptor: int) -> None:
        ttl, path, probe = self._waiting[descriptor]
        self._drop(descriptor)
        path.take(ttl, probe)

    def _drop(self, descriptor: int) -> None:
        _, _, probe = self._waiting.pop(descriptor)
        self._poll.unregister(descriptor)
        probe.sock.close()

    def _show(self) -> None:
        elapsed = monotonic() - self._started
        if self._progress and elapsed - self._shown >= _TICK:
            self._shown = elapsed
            self._progress(elapsed, self._timeout - elapsed, self._sent)
