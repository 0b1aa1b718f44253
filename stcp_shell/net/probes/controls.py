"""Is the host alive, and how far away: datagrams to ports that are likely closed, and a ping where it is allowed.

A host answers a datagram to a closed port with port unreachable (RFC 1122, section 4.1.3.1; ICMPv6 1/4, RFC 4443). The
datagrams have rising TTLs, so that the routers on the path report them (11/0; ICMPv6 3/0): no SYN is spent. IP_RECVERR
brings the errors without root, IP_RECVTTL the TTL with which each arrived (ip(7), ipv6(7)).
"""

from __future__ import annotations

import errno
import os
import select
import socket
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic

from ...model.attempt import Control
from ...model.connection import INET, Endpoint, Icmp, family_of
from ..sockaddr import FAMILIES, pack, unpack
from . import socket_evidence, syn_probe

BASE_PORT = 33434  # as traceroute(8) does
FIRST, MOST = 8, 24  # TTLs that are tried at once, and at most
_AGAIN = 0.25  # seconds until the datagrams without an answer are sent a second time
_SETTLE = 0.02  # seconds to wait for routers on the path once the host has answered
_RECEIVE_TTL = {INET: (0, 12), "inet6": (41, 51)}  # IP_RECVTTL, IPV6_RECVHOPLIMIT
_TTL = {(0, 2), (41, 52)}  # IP_TTL, IPV6_HOPLIMIT
_PORT_UNREACHABLE = {INET: (3, 3), "inet6": (1, 4)}
_EXCEEDED = {INET: 11, "inet6": 3}
_ECHO = {INET: (8, 0), "inet6": (128, 129)}  # request and reply: RFC 792, RFC 4443


def controls(pairs: Sequence[tuple[str, str | None]], seconds: float, enough: Callable[[], bool]) -> list[Control]:
    """Ask hosts, each from a source address (None: the kernel's choice), for at most so many seconds.

    `pairs`: numeric destination and source. Return a control of method udp for each, and one of method ping for each
    that got a ping reply. `enough` is called at least every 10 ms; it ends it by returning True. A source that cannot
    be bound has none.
    """
    askers = [asker for destination, source in pairs for asker in _askers(destination, source)]
    poll = select.poll()
    try:
        for asker in askers:
            poll.register(asker.sock, select.POLLIN | select.POLLERR)
            asker.send()
        by_descriptor = {asker.sock.fileno(): asker for asker in askers}
        started = monotonic()
        end, again = started + seconds, started + _AGAIN
        while askers and (now := monotonic()) < end and not all(asker.done for asker in askers):
            if now >= again:
                again = end
                for asker in askers:
                    asker.send()
            for descriptor, _ in poll.poll(min(10.0, 1 + 1000 * (end - now))):
                by_descriptor[descriptor].take()
            if enough():
                break
        return [found for asker in askers for found in asker.found()]
    finally:
        for asker in askers:
            asker.sock.close()


def _askers(destination: str, source: str | None) -> list[_Datagrams | _Ping]:
    made: list[_Datagrams | _Ping] = []
    for kind in (_Datagrams, _Ping):
        with suppress(OSError):  # no ping socket is allowed (ping_group_range, icmp(7)); the source was removed
            made.append(kind(destination, source))
    return made


class _Datagrams:
    """Datagrams of one source address; the port tells which TTL each had."""

    def __init__(self, destination: str, source: str | None) -> None:
        self.family = family_of(destination)
        self.destination, self.source = destination, source
        self.sock = socket.socket(FAMILIES[self.family], socket.SOCK_DGRAM)
        self.replied_at = 0.0
        self._hops: dict[int, str] = {}
        self._most = FIRST
        self._reply: tuple[int, Icmp, int | None] | None = None  # the TTL it was sent with, the error, its own TTL
        try:
            self.sock.setblocking(False)
            if source:
                self.sock.bind(pack(Endpoint(source, 0)))
            if socket_evidence.LINUX:
                socket_evidence.watch(self.sock, self.family, True)
                self.sock.setsockopt(*_RECEIVE_TTL[self.family], 1)
        except OSError:
            self.sock.close()
            raise

    def send(self) -> None:
        """Send the datagrams that have no answer yet."""
        last = self._reply[0] if self._reply else self._most + 1
        for ttl in range(1, last):
            if ttl not in self._hops:
                self._send(ttl)

    def _send(self, ttl: int) -> None:
        syn_probe.limit_hops(self.sock, self.family, ttl)
        for _ in range(2):  # the first call may report the error of an earlier datagram
            try:
                self.sock.sendto(b"", pack(Endpoint(self.destination, BASE_PORT + ttl)))
                break
            except OSError as error:
                if error.errno in (errno.ENETUNREACH, errno.EACCES, errno.EPERM, errno.EINVAL):
                    break

    def take(self) -> None:
        """Take the errors that have arrived."""
        for port, icmp, ttl in _errors(self.sock, self.family):
            sent = port - BASE_PORT
            if icmp.type == _EXCEEDED[self.family]:
                self._hops.setdefault(sent, icmp.sender)
            elif self._reply is None or sent < self._reply[0]:
                self._reply = (sent, icmp, ttl)
                self.replied_at = self.replied_at or monotonic()
        if not self._reply and len(self._hops) and max(self._hops) >= self._most - 1 and self._most < MOST:
            self._most += FIRST
            self.send()

    @property
    def done(self) -> bool:
        """Whether the host, or a device that rejects, has answered, and the routers had time to."""
        if not self._reply:
            return False
        known = all(ttl in self._hops for ttl in range(1, self._reply[0]))
        return known or monotonic() - self.replied_at > _SETTLE

    def found(self) -> list[Control]:
        """Return the control."""
        source = self.source
        if source is None:
            with suppress(OSError):
                self.sock.connect(pack(Endpoint(self.destination, BASE_PORT)))
                source = unpack(self.sock.getsockname()).address
        sent, icmp, ttl = self._reply or (0, None, None)
        alive = bool(
            icmp and (icmp.type, icmp.code) == _PORT_UNREACHABLE[self.family] and icmp.sender == self.destination
        )
        # An answer to a smaller TTL than a router's error is an answer on behalf of the host; both are kept.
        beyond = max(self._hops, default=0)
        return [
            Control(
                "udp",
                self.destination,
                source,
                BASE_PORT + (sent or 1),
                alive,
                icmp,
                ttl,
                beyond,
                self._hops.get(beyond),
            )
        ]


def _errors(sock: socket.socket, family: str) -> list[tuple[int, Icmp, int | None]]:
    """Return the errors in the queue: destination port of the datagram, the error, the TTL with which it arrived."""
    found = []
    while socket_evidence.LINUX:
        try:
            _, ancillary, _, target = sock.recvmsg(0, 512, socket.MSG_ERRQUEUE)
        except OSError:  # EAGAIN: empty
            break
        icmp = next((each for _, _, data in ancillary if (each := socket_evidence.icmp_of(data))), None)
        ttl = next(
            (struct.unpack_from("=i", data)[0] for level, kind, data in ancillary if (level, kind) in _TTL), None
        )
        if icmp and target:
            found.append((target[1], icmp, ttl))
    return found


class _Ping:
    """An echo request from one source address (icmp(7): a datagram socket, if ping_group_range allows it)."""

    def __init__(self, destination: str, source: str | None) -> None:
        self.family = family_of(destination)
        self.destination, self.source = destination, source
        protocol = socket.IPPROTO_ICMP if self.family == INET else socket.IPPROTO_ICMPV6
        self.sock = socket.socket(FAMILIES[self.family], socket.SOCK_DGRAM, protocol)
        self._alive = False
        self._cookie = os.urandom(8)
        try:
            self.sock.setblocking(False)
            if source:
                self.sock.bind(pack(Endpoint(source, 0)))
        except OSError:
            self.sock.close()
            raise

    def send(self) -> None:
        """Send an echo request."""
        kind = _ECHO[self.family][0]
        with suppress(OSError):
            self.sock.sendto(
                struct.pack("!BBHHH", kind, 0, 0, 0, 1) + self._cookie, pack(Endpoint(self.destination, 0))
            )

    def take(self) -> None:
        """Take the replies."""
        with suppress(OSError):
            data, sender = self.sock.recvfrom(512)
            reply = data[:1] == bytes([_ECHO[self.family][1]]) and data.endswith(self._cookie)
            self._alive = self._alive or (reply and unpack(sender).address == self.destination)

    @property
    def done(self) -> bool:
        """A ping is not waited for."""
        return True

    def found(self) -> list[Control]:
        """Return the control, if there was a reply."""
        return [Control("ping", self.destination, self.source, None, True, None)] if self._alive else []
