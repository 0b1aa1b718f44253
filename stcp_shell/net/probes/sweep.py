"""Connects from many source addresses to one destination or several, all at once, each repeated in turn.

One lost packet or one rate-limited ICMP error (RFC 1812, section 4.3.2.8) must not decide a verdict: every test is
made REPEATS times. The repeats of a test without an answer overlap, so that the sweep takes hardly longer than one
timeout.
"""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Callable, Sequence
from time import monotonic

from ...errors import Failure, reason
from ...model.connection import Endpoint, ResolvedRoute, family_of
from ..sockaddr import FAMILIES, pack
from .probe import Probe

REPEATS = 3
_STEP = 0.1  # of the timeout: how long an attempt without an answer waits before the next one starts
_GAP = 0.01  # seconds from an answer to the next attempt
_SHORT = 0.05  # seconds until the next try if file descriptors have run out


class SourceTest:
    """A source address (None: the kernel's choice) and a destination, with the attempts so far."""

    def __init__(self, destination: Endpoint, source: str | None, route: ResolvedRoute | None) -> None:
        self.destination = destination
        self.source = source
        self.route = route
        self.attempts: list[Probe] = []
        self.due = 0.0

    def attempt(self, timeout: float) -> Probe:
        """Start the next attempt: bind(2) to the source, nothing else, and connect.

        Raises OSError if no socket can be opened.
        """
        family = family_of(self.destination.address)
        sock = socket.socket(FAMILIES[family], socket.SOCK_STREAM)
        sock.setblocking(False)
        probe = Probe(sock, "tcp", self.destination, timeout)
        self.attempts.append(probe)
        try:
            if self.source is not None:
                sock.bind(pack(Endpoint(self.source, 0)))
        except OSError as error:
            probe.give_up(error.errno or 0)
        else:
            probe.start()
        return probe


class Sweep:
    """The attempts of some tests. `run` may be called again, until `done`."""

    def __init__(self, tests: Sequence[SourceTest], timeout: float) -> None:
        self.tests = tests
        self.progress: Callable[[], None] | None = None  # called every tenth of a second
        self.cancelled = False
        self.started = monotonic()
        self._timeout = timeout
        self._waiting: dict[int, tuple[SourceTest, Probe]] = {}
        self._poll = select.poll()

    @property
    def done(self) -> bool:
        """Whether every attempt was made and has ended."""
        return not self._waiting and (self.cancelled or not self._open())

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return monotonic() - self.started

    def run(self, until: float = float("inf")) -> None:
        """Continue until all is done, or until `until` seconds since the start. Ctrl-C ends it: see `cancelled`."""
        try:
            while not self.done and self.elapsed() < until:
                self._start()
                if not self.done:  # a connect within the host has ended already
                    self._wait(self.started + until)
        except KeyboardInterrupt:
            self.cancel()

    def cancel(self) -> None:
        """End the attempts that wait, and one that Ctrl-C interrupted while it was started."""
        self.cancelled = True
        self._waiting.clear()
        for test in self.tests:
            for probe in test.attempts:
                if probe.code is None:
                    probe.cancel()
                probe.sock.close()

    def take(self, milliseconds: float = 0) -> None:
        """Take the answers that are there, or come within that time. Also called during other waits."""
        for descriptor, _ in self._poll.poll(milliseconds):
            test, probe = self._waiting[descriptor]
            probe.look()
            if probe.code is not None:
                self._end(probe)
                test.due = min(test.due, monotonic() + _GAP)

    def _open(self) -> list[SourceTest]:
        return [test for test in self.tests if len(test.attempts) < REPEATS]

    def _start(self) -> None:
        """Start the attempts that are due, test after test, so that the sources alternate."""
        now = monotonic()
        for test in self._open():
            if test.due > now:
                continue
            try:
                probe = test.attempt(self._timeout)
            except OSError as error:
                if error.errno not in (errno.EMFILE, errno.ENFILE) or not self._waiting:
                    raise Failure(reason(error)) from None
                test.due = now + _SHORT
                continue
            test.due = now + self._timeout * _STEP
            if probe.code is None:
                # This order, and the reverse in `_end`: Ctrl-C can come in between, and what waits must be registered.
                self._poll.register(probe.sock, select.POLLOUT)
                self._waiting[probe.sock.fileno()] = (test, probe)
            else:
                test.due = now + _GAP
                probe.sock.close()

    def _wait(self, until: float) -> None:
        """Wait for an answer, a timeout, or the next start."""
        times = [until, *(test.due for test in self._open())]
        times += [probe.started + self._timeout for _, probe in self._waiting.values()]
        if self.progress:
            times.append(monotonic() + 0.1)
        self.take(max(0.0, min(times) - monotonic()) * 1000 + 1)
        now = monotonic()
        for _, probe in list(self._waiting.values()):
            if now - probe.started >= self._timeout:
                probe.expire()
                self._end(probe)
        if self.progress:
            self.progress()

    def _end(self, probe: Probe) -> None:
        descriptor = probe.sock.fileno()
        del self._waiting[descriptor]
        self._poll.unregister(descriptor)
        probe.sock.close()
