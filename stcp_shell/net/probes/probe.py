"""A connect(2) as a state machine, many at once over one poll(2).

A probe is started (the SYN leaves, the kernel has chosen the source address), waits, and ends with what the kernel
reports or with its own timeout. It never binds: bind(2) is called by the caller, or not at all.
"""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Callable, Sequence
from time import monotonic

from ...model.connection import Endpoint, Icmp, ResolvedRoute, family_of
from ..sockaddr import pack, unpack
from . import socket_evidence

_PENDING = (errno.EINPROGRESS, errno.EAGAIN, errno.EINTR)
_SOL_SOCKET, _SO_ERROR = int(socket.SOL_SOCKET), int(socket.SO_ERROR)
_UNSPECIFIED = ("0.0.0.0", "::")


class Probe:
    """One connect of a non-blocking socket, `protocol` tcp or udp.

    While it waits `code` is None; then it is the errno, 0 for connected, or -1 for the local timeout.
    """

    def __init__(self, sock: socket.socket, protocol: str, destination: Endpoint, timeout: float) -> None:
        self.sock = sock
        self.family = family_of(destination.address)
        self.destination = destination
        self.timeout = timeout
        self.code: int | None = None
        self.cancelled = False
        self.source: Endpoint | None = None
        self.icmp: Icmp | None = None
        self._queued = 0  # the errno of `icmp`
        self.info: socket_evidence.TcpInfo | None = None
        self.started = self.ended = 0.0
        self._tcp = protocol == "tcp"

    def start(self) -> None:
        """Send the SYN. Raises Failure for a destination whose zone names no interface."""
        target = pack(self.destination)
        socket_evidence.watch(self.sock, self.family, True)
        self.started = monotonic()
        code = self.sock.connect_ex(target)
        # At once: a connect that fails later resets the local address to the wildcard.
        source = unpack(self.sock.getsockname())
        if source.address not in _UNSPECIFIED:
            self.source = source
        if code not in _PENDING:
            self._finish(code)
        elif self._tcp:
            self._look_early()

    def look(self) -> None:
        """Read what the kernel reports. A soft error leaves an entry in the queue while the connect goes on."""
        code = self.sock.getsockopt(_SOL_SOCKET, _SO_ERROR)
        if code == 0 and self._tcp:
            self.info = socket_evidence.tcp_info(self.sock)
            if self.info and self.info.state == socket_evidence.SYN_SENT:
                self._drain()
                return
            if self.info and self.info.state == socket_evidence.CLOSED:
                # The error came after SO_ERROR was read, and draining a soft one cleared it.
                code = self._queued
        self._finish(code)

    def _look_early(self) -> None:
        """Finish a connect within the host, whose handshake is over by now. Else read nothing from the socket yet."""
        self.info = socket_evidence.tcp_info(self.sock)
        if self.info and self.info.state in socket_evidence.HANDSHAKE_DONE:
            self._finish(0)

    def expire(self) -> None:
        """End it by the local timeout; the kernel's would come after some two minutes."""
        self._finish(-1)

    def cancel(self) -> None:
        """End it by Ctrl-C."""
        self.cancelled = True
        self.started = self.started or monotonic()  # Ctrl-C may come before the SYN leaves
        self._finish(-1)

    def give_up(self, code: int) -> None:
        """End it before its start, with the errno of the call that failed."""
        self.started = self.ended = monotonic()
        self.code = code

    @property
    def rst(self) -> bool:
        """Whether a RST ended it: refused, and no ICMP error is in the queue."""
        return self.code == errno.ECONNREFUSED and self.icmp is None and socket_evidence.LINUX

    @property
    def syn_fate(self) -> str | None:
        """What became of the SYNs of a connect that got no answer (`SYN_FATES`)."""
        return socket_evidence.syn_fate(self.info, self.elapsed()) if self.code == -1 and self.icmp is None else None

    def elapsed(self) -> float:
        """Return the seconds since the SYN left, until the end if there is one."""
        return (self.ended or monotonic()) - self.started

    def syns(self) -> int | None:
        """Return how many SYNs were sent so far, from TCP_INFO."""
        if self.code is None:
            self.info = socket_evidence.tcp_info(self.sock) if self._tcp else None
        return 1 + self.info.total_retransmits if self.info else None

    @property
    def errno(self) -> str | None:
        """The errno's name; None while it waits, on success and for the local timeout."""
        return errno.errorcode.get(self.code, f"errno {self.code}") if self.code and self.code > 0 else None

    def outcome(self, route: ResolvedRoute | None) -> str:
        """Return how it ended (`OUTCOMES`)."""
        if self.cancelled:
            return "cancelled"
        if self.code == -1:
            return "timeout"
        return socket_evidence.outcome(self.code or 0, self.family, self.icmp, route)

    def _finish(self, code: int) -> None:
        self.ended = monotonic()
        self.code = code
        if self._tcp and (self.info is None or code):
            self.info = socket_evidence.tcp_info(self.sock)
        if code:
            self._drain()
        # From here on the socket is the user's: errors are reported as for any program.
        socket_evidence.watch(self.sock, self.family, False)

    def _drain(self) -> None:
        for code, icmp in socket_evidence.drain(self.sock):
            self._queued, self.icmp = code, icmp


def run(probes: Sequence[Probe], progress: Callable[[], None] | None = None) -> None:
    """Start all and wait until each has ended. Its socket is closed then, whatever the others still wait for."""
    for probe in probes:
        probe.start()
        if probe.code is not None:
            probe.sock.close()
    wait(probes, progress, ended=lambda probe: probe.sock.close())


def wait(
    probes: Sequence[Probe],
    progress: Callable[[], None] | None = None,
    tick: float = 0.1,
    ended: Callable[[Probe], None] | None = None,
) -> None:
    """Wait until each of the started probes has ended, and call `ended` with it then.

    `progress` is called every `tick` seconds meanwhile.
    """
    waiting = {probe.sock.fileno(): probe for probe in probes if probe.code is None}
    poll = select.poll()
    for descriptor in waiting:
        poll.register(descriptor, select.POLLOUT)
    while waiting:
        now = monotonic()
        until = min(probe.started + probe.timeout for probe in waiting.values())
        pause = max(0.0, until - now)
        ready = poll.poll(1 + (min(pause, tick) if progress else pause) * 1000)
        for descriptor, _ in ready:
            waiting[descriptor].look()
        if not ready:
            now = monotonic()
            for probe in waiting.values():
                if now - probe.started >= probe.timeout:
                    probe.expire()
        for descriptor in [d for d, probe in waiting.items() if probe.code is not None]:
            poll.unregister(descriptor)
            probe = waiting.pop(descriptor)
            if ended:
                ended(probe)
        if progress and waiting:
            progress()
