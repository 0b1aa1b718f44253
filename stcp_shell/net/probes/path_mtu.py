"""The path MTU without root, by datagrams to ports that are likely closed.

IP_PMTUDISC_PROBE (ip(7), ipv6(7)) sets the don't-fragment bit and ignores what the kernel has cached. A router that
cannot forward a datagram reports its MTU (ICMP 3/4, RFC 1191; ICMPv6 2/0, RFC 8201), which the error queue holds in
ee_info; a host answers one that has arrived with port unreachable. A size that gets neither is lost only if smaller
ones are answered at the same time, each time of several: hosts limit the ICMP errors that they send (Linux: six, then
one a second).
"""

from __future__ import annotations

import errno
import select
import socket
import struct
from contextlib import suppress
from threading import Event
from time import monotonic

from ...model.connection import INET, Endpoint, family_of
from ...model.mtu import PathMtu
from ..sockaddr import FAMILIES, pack, unpack
from . import socket_evidence

BASE_PORT = 33534
LEAST = {INET: 68, "inet6": 1280}  # RFC 791, RFC 8200
SMALL = {INET: 576, "inet6": 1280}  # a size that passes everywhere
USUAL = (1006, 1280, 1300, 1372, 1380, 1400, 1420, 1436, 1450, 1452, 1460, 1468, 1472, 1476, 1480, 1492, 1496, 1500)
_HEADERS = {INET: 28, "inet6": 48}  # of IP and UDP
_CLAIM, _NARROW = 5, 3  # pairs of datagrams before a size counts as lost: at first, and between two known sizes
_WAIT = 0.3  # seconds for an answer
_FREE, _PACE = 5, 1.1  # answers before a host limits them, and seconds between two of them then
_MOST = 65535
_PROBE = 3  # IP_PMTUDISC_PROBE
_DISCOVER = {INET: (0, 10), "inet6": (41, 23)}  # IP_MTU_DISCOVER, IPV6_MTU_DISCOVER
_MTU = {INET: (0, 14), "inet6": (41, 24)}  # IP_MTU, IPV6_MTU
_TOO_BIG = {INET: (3, 4), "inet6": (2, 0)}
_ERROR = struct.Struct("=IBBBBII")  # sock_extended_err


class _Stop(Exception):
    """The time is over, or Ctrl-C was pressed."""


def path_mtu(destination: str, source: str | None, link: int, timeout: float, stop: Event) -> PathMtu:
    """Measure the path MTU from one source address (None: the kernel's choice) within `timeout` seconds.

    `link`: the MTU of the outgoing interface. `stop` ends it early. The route is left to the caller. Off Linux nothing
    is known.
    """
    family = family_of(destination)
    empty = PathMtu(source, "bind" if source else "kernel", None, "failed")
    try:
        search = _Search(destination, source, link, monotonic() + timeout, stop)
    except OSError as error:
        return empty._replace(errno=errno.errorcode.get(error.errno or 0, str(error)))
    try:
        if not socket_evidence.LINUX:
            return empty._replace(outcome="unknown")
        with suppress(_Stop):
            search.run(SMALL[family])
        return search.result(empty)
    finally:
        search.sock.close()


class _Search:
    """The datagrams of one source address."""

    def __init__(self, destination: str, source: str | None, link: int, deadline: float, stop: Event) -> None:
        self.family = family_of(destination)
        self.sock = socket.socket(FAMILIES[self.family], socket.SOCK_DGRAM)
        self._destination = destination
        self._deadline, self._stop = deadline, stop
        self._sent = self._answers = 0
        self._sizes: dict[int, int] = {}  # by destination port
        self._arrived = 0  # the largest size that was answered
        self._lost: int | None = None
        self._reported: tuple[int, str] | None = None
        self._link = min(link, _MOST)
        self._found = False
        try:
            self.sock.setblocking(False)
            if source:
                self.sock.bind(pack(Endpoint(source, 0)))
            self.sock.connect(pack(Endpoint(destination, BASE_PORT)))  # only to know the address and the kernel's MTU
            self.source = unpack(self.sock.getsockname()).address
            self.cached = self._kernels()
            self.sock.close()
            self.sock = socket.socket(FAMILIES[self.family], socket.SOCK_DGRAM)
            self.sock.setblocking(False)
            self.sock.bind(pack(Endpoint(self.source, 0)))
            if socket_evidence.LINUX:
                self.sock.setsockopt(*_DISCOVER[self.family], _PROBE)
                socket_evidence.watch(self.sock, self.family, True)
        except OSError:
            self.sock.close()
            raise

    def run(self, small: int) -> None:
        """Find the largest size that arrives."""
        size = self._link
        while True:
            if self._arrives(size):
                self._found = True
                return
            limit = self._reported[0] if self._reported else 0
            if LEAST[self.family] <= limit < size:
                size = limit
                continue
            lost = self._is_lost(size, small, _CLAIM)
            if lost is None:
                return
            if lost:
                self._lost = size
                self._bisect(small, size)
                return

    def result(self, empty: PathMtu) -> PathMtu:
        """Return what is known."""
        reported = self._reported
        known = self._arrived or None
        if self._found:
            outcome = "confirmed"
        elif self._lost:
            outcome = "black-hole"
        elif self._stop.is_set():
            outcome = "cancelled"
        else:
            outcome, known = ("reported", reported[0]) if reported else ("unknown", known)
        limit = reported[1] if reported and known == reported[0] else None
        return empty._replace(
            source=self.source,
            outcome=outcome,
            mtu=known,
            lost=self._lost,
            link=self._link,
            limited_by=limit,
            cached=self.cached,
            sent=self._sent,
        )

    def _bisect(self, small: int, lost: int) -> None:
        """Narrow down between which usual sizes packets are lost."""
        sizes = [size for size in USUAL if small < size < lost]
        while sizes:
            size = sizes[len(sizes) // 2]
            found = self._is_lost(size, small, _NARROW)
            if found is None:
                return
            if found:
                self._lost = size
            sizes = [each for each in sizes if (each < size if found else each > size)]

    def _is_lost(self, size: int, small: int, pairs: int) -> bool | None:
        """Return whether this size gets no answer although a small one, right after it, does; None: it is not known.

        A host that limits its errors would have answered the first of the two.
        """
        lost = 0
        for _ in range(2 * pairs):
            if self._answers >= _FREE:
                self._pause(_PACE)
            if self._arrives(size) or self._reported:
                return False
            if self._arrives(small):
                lost += 1
            else:
                self._pause(_PACE)
            if lost == pairs:
                return True
        return None

    def _arrives(self, size: int) -> bool:
        """Return whether the host answers a datagram of that size; a router's report ends the wait, too."""
        before, answers = self._reported, self._answers
        if not self._send(size):
            return False
        until = monotonic() + _WAIT
        while monotonic() < until:
            self._take(until - monotonic())
            if self._answers > answers and size <= self._arrived:
                return True
            if self._reported != before:
                return False
        return False

    def _send(self, size: int) -> bool:
        """Send a datagram; return whether the interface takes that size."""
        if self._stop.is_set() or monotonic() > self._deadline:
            raise _Stop
        port = BASE_PORT + self._sent % 400
        self._sizes[port] = size
        data = bytes(size - _HEADERS[self.family])
        for _ in range(2):  # the first call may report the error of an earlier datagram
            try:
                self.sock.sendto(data, pack(Endpoint(self._destination, port)))
            except OSError as error:
                if error.errno == errno.EMSGSIZE:  # larger than the interface takes
                    self._drain()
                    return False
            else:
                self._sent += 1
                break
        return True

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(min(seconds, max(0.0, self._deadline - monotonic()))):
            raise _Stop

    def _take(self, seconds: float) -> None:
        poll = select.poll()
        poll.register(self.sock, select.POLLERR)
        if poll.poll(max(0.0, seconds) * 1000):
            self._drain()

    def _drain(self) -> None:
        while True:
            try:
                _, ancillary, _, target = self.sock.recvmsg(0, 512, socket.MSG_ERRQUEUE)
            except OSError:
                return
            size = self._sizes.get(target[1]) if target else None
            for _, _, data in ancillary:
                icmp = socket_evidence.icmp_of(data)
                if icmp is None or size is None:
                    continue
                reported = _ERROR.unpack_from(data)[5]
                if (icmp.type, icmp.code) == _TOO_BIG[self.family]:
                    if LEAST[self.family] <= reported < size:
                        self._reported = (reported, icmp.sender)
                elif icmp.sender.partition("%")[0] == self._destination.partition("%")[0]:
                    self._answers += 1
                    self._arrived = max(self._arrived, size)

    def _kernels(self) -> int | None:
        """Return the MTU that the kernel uses for this path so far."""
        try:
            return int(self.sock.getsockopt(*_MTU[self.family]))
        except OSError:
            return None
