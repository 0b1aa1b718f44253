"""One connect of a diagnosis: what it is for, how it is made, how it ended and what it showed while it was held."""

from __future__ import annotations

import errno
import socket
from time import monotonic
from typing import NamedTuple

from ...environment import iso_time
from ...model.attempt import Attempt
from ...model.connection import Endpoint, ResolvedRoute, family_of
from ...model.hold import Hold
from ..sockaddr import ANY, FAMILIES, pack
from . import syn_probe
from .hold import Holding
from .probe import Probe

_MOST_SAID = 512
_DEVICE = 25  # SO_BINDTODEVICE, which needs no root since Linux 5.7


class Way(NamedTuple):
    """How a connect is made. Without anything it is one as a program makes it, and is closed at once."""

    patience: float  # seconds that it waits for an answer
    experiment: str = "sources"
    hold: float = 0.0  # seconds that it is held open; 0: not at all
    abort: bool = False  # end it at the SYN-ACK, so that the service sees no connection
    port: int = 0  # the source port; 0: the kernel chooses
    device: str = ""  # only by this interface
    hop_limit: int = 0  # 0: the system's own
    least_ttl: int = 0  # answers that arrive with a smaller TTL are ignored


class SourceTest:
    """A source address (None: the kernel's choice) and a destination, with the trials so far."""

    def __init__(self, destination: Endpoint, source: str | None, route: ResolvedRoute | None) -> None:
        self.destination = destination
        self.source = source
        self.route = route
        self.trials: list[Trial] = []

    @property
    def address(self) -> str | None:
        """The source address: as bound, or as the kernel chose it; None: not known (yet)."""
        chosen = (trial.probe.source for trial in self.trials)
        return self.source or next((source.address for source in chosen if source), None)

    def of(self, *experiments: str) -> list[Trial]:
        """Return the trials of these experiments."""
        return [trial for trial in self.trials if trial.way.experiment in experiments]


class Trial:
    """A connect that was started. It is over when the connect has ended and nothing is held (any more)."""

    def __init__(self, test: SourceTest, way: Way, wall: float) -> None:
        self.test = test
        self.way = way
        self.holding: Holding | None = None
        self.held: Hold | None = None
        self.said = b""  # the first bytes that arrived while it was held
        self.bind_failed = False
        self.resets: int | None = None  # RSTs that this host sent meanwhile
        self._wall = wall  # the wall clock's time less the monotonic clock's
        family = family_of(test.destination.address)
        sock = socket.socket(FAMILIES[family], socket.SOCK_STREAM)
        sock.setblocking(False)
        self.probe = Probe(sock, "tcp", test.destination, way.patience)

    def start(self) -> None:
        """Prepare the socket, bind it to the source if there is one, and send the SYN."""
        sock, way, source = self.probe.sock, self.way, self.test.source
        try:
            if way.abort:
                syn_probe.abort(sock)
            if way.hop_limit:
                syn_probe.limit_hops(sock, self.probe.family, way.hop_limit)
            if way.least_ttl:
                syn_probe.ignore_below(sock, self.probe.family, way.least_ttl)
            if way.device:
                sock.setsockopt(socket.SOL_SOCKET, _DEVICE, way.device.encode())
            if source is not None or way.port:
                self._bind(source)
        except OSError as error:
            self.bind_failed = True
            self.probe.give_up(error.errno or errno.EINVAL)
        else:
            self.probe.start()

    def _bind(self, source: str | None) -> None:
        """bind(2) to the source and the port; to a port of the kernel's choice if that one is taken."""
        sock, family = self.probe.sock, self.probe.family
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(self.way.port > 0))
        try:
            sock.bind(pack(Endpoint(source or ANY[family], self.way.port)))
        except OSError as error:
            if not self.way.port or error.errno != errno.EADDRINUSE or self.way.experiment == "same-port":
                raise
            sock.bind(pack(Endpoint(source or ANY[family], 0)))

    @property
    def over(self) -> bool:
        """Whether nothing more can come of it."""
        return self.probe.code is not None and self.holding is None

    @property
    def expires(self) -> float:
        """When its wait ends (monotonic clock)."""
        return self.holding.until if self.holding else self.probe.started + self.probe.timeout

    def hold(self) -> bool:
        """Begin to hold it if it is connected and is to be held; return whether it is held."""
        if self.probe.code == errno.ECONNRESET:  # it was connected: a RST for a SYN is ECONNREFUSED
            self.probe.code, self.held = 0, Hold(0.0, None, 0, "rst")
            return False
        if self.probe.code == 0 and self.way.hold:
            rtt = self.probe.info.rtt if self.probe.info else 0.0
            self.holding = Holding(self.probe.sock, monotonic(), max(self.way.hold, 2 * rtt))
        return self.holding is not None

    def release(self) -> None:
        """End the hold."""
        if self.holding:
            self.held, self.holding = self.holding.result(), None
            if self.held.received:
                self.said = self.probe.sock.recv(_MOST_SAID, socket.MSG_DONTWAIT)

    @property
    def outcome(self) -> str:
        """How it ended, or was ended by the far side while it was held."""
        ended = self.probe.outcome(self.test.route)
        if ended == "connected" and self.held and not self.held.received and self.held.end:
            return "closed" if self.held.end == "fin" else "reset"
        return ended

    def waits(self, now: float) -> float:
        """Return for how many seconds it has waited for an answer; 0 if it has ended."""
        return now - self.probe.started if self.probe.code is None else 0.0

    def attempt(self) -> Attempt:
        """Return the record."""
        probe, route = self.probe, self.test.route
        left = not self.bind_failed and probe.source is not None and not self._refused_here
        info = probe.info
        bound = Endpoint(self.test.source, 0) if self.test.source else None
        accepted = probe.code == 0
        return Attempt(
            experiment=self.way.experiment,
            sent=iso_time(self._wall + probe.started) if left else None,
            source=probe.source or bound,
            chosen_by="kernel" if self.test.source is None else "bind",
            destination=probe.destination,
            gateway=route.gateway if route else None,
            interface=self.way.device or (route.interface if route else None),
            outcome=self.outcome,
            errno=probe.errno,
            icmp=probe.icmp,
            rst=probe.rst,
            syn_fate=probe.syn_fate,
            syn_retransmits=info.total_retransmits if info else None,
            elapsed=probe.elapsed(),
            rtt=info.rtt if info and accepted else None,
            hold=self.held,
            resets=self.resets,
        )

    @property
    def _refused_here(self) -> bool:
        """Whether connect(2) failed at once, before anything left."""
        return (
            self.probe.code not in (None, 0, -1)
            and self.probe.icmp is None
            and self.probe.info is not None
            and (self.probe.info.segments_out == 0 and not self.probe.rst)
        )

    def close(self) -> None:
        """Close its socket; one that still waits was cancelled."""
        if self.probe.code is None:
            self.probe.cancel()
        self.release()
        self.probe.sock.close()


def wall_clock(now: float) -> float:
    """Return what to add to the monotonic clock to get the wall clock, which was read just now.

    A wall clock that jumps meanwhile does not change the distances between attempts.
    """
    return now - monotonic()
