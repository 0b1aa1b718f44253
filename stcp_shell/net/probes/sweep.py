"""Connects from many source addresses to one destination or several, all over one poll(2).

What is started and when is decided by the caller. One lost packet or one rate-limited ICMP error (RFC 1812, section
4.3.2.8) must not decide a verdict, so tests are repeated; repeats that wait overlap.
"""

from __future__ import annotations

import errno
import select
from collections.abc import Callable, Collection
from time import monotonic
from typing import Optional

from ...errors import Failure, reason
from .probe import wait
from .trial import SourceTest, Trial, Way, wall_clock

TICK = 0.1  # seconds between two calls of `progress`
# Starts what is due; returns when to be called again at the latest (monotonic clock). None: nothing is left to start
Plan = Callable[[], Optional[float]]


class Sweep:
    """Trials under way. `run` may be called again."""

    def __init__(self, now: float) -> None:
        self.progress: Callable[[], None] | None = None
        self.cancelled = False
        self.started = monotonic()
        self.trials: list[Trial] = []
        self._wall = wall_clock(now)
        self._waiting: dict[int, Trial] = {}
        self._poll = select.poll()
        self._shown = self.started

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return monotonic() - self.started

    @property
    def waiting(self) -> Collection[Trial]:
        """The trials that are under way."""
        return self._waiting.values()

    @property
    def syns(self) -> int:
        """How many SYNs were sent so far, retransmissions included."""
        return sum(trial.probe.syns() or 1 for trial in self.trials if trial.probe.source)

    def start(self, test: SourceTest, way: Way) -> Trial | None:
        """Start a trial; None: file descriptors have run out, so that others must end first.

        Raises Failure if no socket can be opened though none is in use.
        """
        try:
            trial = Trial(test, way, self._wall)
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE) or not self._waiting:
                raise Failure(reason(error)) from None
            return None
        # In this order: Ctrl-C can come in between, and `cancel` must find it.
        test.trials.append(trial)
        self.trials.append(trial)
        trial.start()
        if trial.probe.code is None:
            self._await(trial, select.POLLOUT)
        else:
            self._connected_or_over(trial)
        return trial

    def hold_open(self, test: SourceTest, way: Way) -> Trial:
        """Make one connect now and leave its socket open. Raises OSError if no socket can be opened."""
        trial = Trial(test, way, self._wall)
        test.trials.append(trial)
        self.trials.append(trial)
        trial.start()
        wait([trial.probe])
        return trial

    def run(self, plan: Plan, until: float = float("inf")) -> None:
        """Continue until nothing is under way or to be started, or until `until` seconds since the start.

        Ctrl-C ends it: see `cancelled`.
        """
        try:
            while not self.cancelled and self.elapsed() < until:
                again = plan()
                if again is None and not self._waiting:
                    return
                self._wait(min(again or float("inf"), self.started + until))
        except KeyboardInterrupt:
            self.cancel()

    def cancel(self) -> None:
        """End the trials that wait, and one that Ctrl-C interrupted while it was started."""
        self.cancelled = True
        self._waiting.clear()
        for trial in self.trials:
            trial.close()

    def take(self, milliseconds: float = 0) -> None:
        """Take what has arrived, or comes within that time, and end what is late. Also called during other waits."""
        for descriptor, _ in self._poll.poll(milliseconds):
            trial = self._waiting[descriptor]
            if trial.holding:
                trial.holding.step()
                if trial.holding.done:
                    self._end(trial)
                continue
            trial.probe.look()
            if trial.probe.code is not None:
                self._leave(trial)
                self._connected_or_over(trial)
        now = monotonic()
        for trial in list(self._waiting.values()):
            if trial.expires <= now:
                if trial.holding:
                    trial.holding.expired(now)
                else:
                    trial.probe.expire()
                self._end(trial)

    def _wait(self, until: float) -> None:
        times = [until, *(trial.expires for trial in self._waiting.values())]
        if self.progress:
            times.append(monotonic() + TICK)
        self.take(max(0.0, min(times) - monotonic()) * 1000 + 1)
        if self.progress and monotonic() - self._shown >= TICK:
            self._shown = monotonic()
            self.progress()

    def _connected_or_over(self, trial: Trial) -> None:
        if trial.hold():
            self._await(trial, select.POLLIN)
        else:
            trial.close()

    def _await(self, trial: Trial, event: int) -> None:
        # This order, and the reverse in `_leave`: Ctrl-C can come in between, and what waits must be registered.
        self._poll.register(trial.probe.sock, event)
        self._waiting[trial.probe.sock.fileno()] = trial

    def _leave(self, trial: Trial) -> None:
        descriptor = trial.probe.sock.fileno()
        del self._waiting[descriptor]
        self._poll.unregister(descriptor)

    def _end(self, trial: Trial) -> None:
        self._leave(trial)
        trial.close()
