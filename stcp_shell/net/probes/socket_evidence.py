"""A socket's evidence of how a connect ended: the error queue, TCP_INFO, and what an errno means with them.

The order matters: read SO_ERROR first, then drain the queue (draining clears SO_ERROR). Off Linux there is neither
queue nor TCP_INFO in this form; the functions then return None or an empty list.
"""

from __future__ import annotations

import errno
import fcntl
import socket
import struct
import sys
from typing import NamedTuple

from ...model.connection import INET, INET6, Icmp, ResolvedRoute

LINUX = sys.platform == "linux"
# Python 3.11 lacks these (linux/in.h, linux/in6.h, linux/errqueue.h).
IP_RECVERR, IPV6_RECVERR = 11, 25
_ORIGIN_ICMP, _ORIGIN_ICMP6 = 2, 3
_SOCK_EXTENDED_ERR = struct.Struct("=IBBBBII")
_LEVELS = {INET: (0, IP_RECVERR), INET6: (41, IPV6_RECVERR)}  # IPPROTO_IP, IPPROTO_IPV6
SYN_SENT, CLOSED = 2, 7  # tcp_states.h
HANDSHAKE_DONE = (1, 8)  # ESTABLISHED, CLOSE_WAIT

UNREACHABLE_MEANINGS = {
    0: "network unreachable",
    1: "host unreachable",
    2: "protocol unreachable",
    3: "port unreachable",
    4: "fragmentation needed",
    5: "source route failed",
    6: "destination network unknown",
    7: "destination host unknown",
    8: "source host isolated",
    9: "network administratively prohibited",
    10: "host administratively prohibited",
    11: "network unreachable for this type of service",
    12: "host unreachable for this type of service",
    13: "communication administratively prohibited",
    14: "host precedence violation",
    15: "precedence cutoff in effect",
}  # RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1
UNREACHABLE6_MEANINGS = {
    0: "no route to destination",
    1: "communication administratively prohibited",
    2: "beyond scope of source address",
    3: "address unreachable",
    4: "port unreachable",
    5: "source address failed ingress/egress policy",
    6: "reject route to destination",
}  # RFC 4443 section 3.1
_EXCEEDED_MEANINGS = {0: "time to live exceeded in transit", 1: "fragment reassembly time exceeded"}  # RFC 792
_EXCEEDED6_MEANINGS = {0: "hop limit exceeded in transit", 1: "fragment reassembly time exceeded"}  # RFC 4443
_PROHIBITED = {INET: {9, 10, 13}, INET6: {1, 5, 6}}


def meaning(family: str, kind: int, code: int) -> str:
    """Return an ICMP (RFC 792) or ICMPv6 (RFC 4443) error in words."""
    if family == INET:
        names = {3: UNREACHABLE_MEANINGS, 11: _EXCEEDED_MEANINGS}.get(kind, {})
    else:
        names = {1: UNREACHABLE6_MEANINGS, 3: _EXCEEDED6_MEANINGS}.get(kind, {})
    return names.get(code, "no name for this type and code")


def watch(sock: socket.socket, family: str, on: bool) -> None:
    """Have the kernel queue the ICMP errors of a socket (IP_RECVERR, ip(7)), or stop and empty the queue.

    The family is a parameter: `sock.family` makes an enum member each time, which costs more than the system call.
    """
    if LINUX:
        level, option = _LEVELS[family]
        sock.setsockopt(level, option, on)


def drain(sock: socket.socket) -> list[tuple[int, Icmp]]:
    """Return the ICMP errors in the socket's queue with their errno, oldest first; the queue is empty afterwards."""
    found: list[tuple[int, Icmp]] = []
    while LINUX:
        try:
            _, ancillary, _, _ = sock.recvmsg(0, 512, socket.MSG_ERRQUEUE)
        except OSError:  # EAGAIN: empty
            break
        for _, _, data in ancillary:
            if icmp := icmp_of(data):
                found.append((_SOCK_EXTENDED_ERR.unpack_from(data)[0], icmp))
    return found


def icmp_of(data: bytes) -> Icmp | None:
    if len(data) < 16 + 8:
        return None
    _, origin, kind, code, _, _, _ = _SOCK_EXTENDED_ERR.unpack_from(data)
    if origin == _ORIGIN_ICMP:
        sender = socket.inet_ntop(socket.AF_INET, data[20:24])
        return Icmp(kind, code, meaning(INET, kind, code), sender)
    if origin == _ORIGIN_ICMP6 and len(data) >= 16 + 28:
        sender = socket.inet_ntop(socket.AF_INET6, data[24:40])
        scope = int.from_bytes(data[40:44], sys.byteorder)
        if scope:
            try:
                sender += "%" + socket.if_indextoname(scope)
            except OSError:
                sender += f"%{scope}"
        return Icmp(kind, code, meaning(INET6, kind, code), sender)
    return None


class TcpInfo(NamedTuple):
    """What TCP_INFO reports of a connection (`struct tcp_info`, linux/tcp.h)."""

    state: int
    rtt: float  # seconds
    total_retransmits: int
    in_flight_retransmits: int  # tcpi_retrans: 0 while SYNs do not leave this host
    segments_out: int  # 0 if the kernel is too old to report it, as the next one
    segments_in: int


_IPPROTO_TCP, _TCP_INFO_OPTION = 6, 11
_TCP_INFO = struct.Struct("=B35xI28xI28xI32xII")
_OUT_OF_ORDER = struct.Struct("=224xI")  # tcpi_rcv_ooopack, since Linux 5.4
_SIOCOUTQ = 0x5411  # linux/sockios.h: the bytes of a TCP socket that are not acknowledged (tcp(7))


def tcp_info(sock: socket.socket) -> TcpInfo | None:
    """Return TCP_INFO of a TCP socket, or None if there is none."""
    if not LINUX:
        return None
    try:
        data = sock.getsockopt(_IPPROTO_TCP, _TCP_INFO_OPTION, _TCP_INFO.size)
    except OSError:
        return None
    state, in_flight, rtt, total, sent, came = _TCP_INFO.unpack(data.ljust(_TCP_INFO.size, b"\0"))
    return TcpInfo(state, rtt / 1e6, total, in_flight, sent, came)


def out_of_order(sock: socket.socket) -> int | None:
    """Return how many segments of a TCP socket came before earlier ones; None: the kernel does not report it."""
    if not LINUX:
        return None
    try:
        data = sock.getsockopt(_IPPROTO_TCP, _TCP_INFO_OPTION, _OUT_OF_ORDER.size)
    except OSError:
        return None
    return int(_OUT_OF_ORDER.unpack(data)[0]) if len(data) == _OUT_OF_ORDER.size else None


def unacknowledged(sock: socket.socket) -> int | None:
    """Return how many sent bytes of a TCP socket its peer has not acknowledged yet; None: not known."""
    if not LINUX:
        return None
    count = bytearray(4)
    try:
        fcntl.ioctl(sock, _SIOCOUTQ, count)
    except OSError:
        return None
    return int.from_bytes(count, sys.byteorder, signed=True)


def syn_fate(info: TcpInfo | None, elapsed: float) -> str | None:
    """Return what became of SYNs without an answer (`SYN_FATES`), from TCP_INFO in SYN_SENT; measured on Linux 6.18.

    None if it is unknown: before the first retransmission is due (1 s), or on a kernel that counts no segments.
    """
    if info is None or info.state != SYN_SENT or elapsed < 1.1 or not info.segments_out:
        return None
    if info.in_flight_retransmits:
        return "lost"
    return "unresolved" if info.segments_out == 1 and not info.total_retransmits else "dropped-here"


# The outcome by the errno of a connect that ended without an ICMP error, unless the code below decides otherwise.
_OUTCOMES = {
    0: "connected",
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",  # the RST came between the SYN-ACK and the first look at the socket
    errno.ETIMEDOUT: "timeout",
    errno.ENETUNREACH: "no-route",
    errno.EINVAL: "no-route",  # a blackhole route or rule, or a loopback source on another interface
    errno.EHOSTUNREACH: "unreachable",
    errno.EHOSTDOWN: "unreachable",
    errno.ENETDOWN: "unreachable",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.EADDRNOTAVAIL: "address-unavailable",
    errno.EADDRINUSE: "address-in-use",
}


def outcome(code: int, family: str, icmp: Icmp | None, route: ResolvedRoute | None) -> str:
    """Return how a connect ended (`OUTCOMES`), from its errno, the ICMP error that came and the kernel's route.

    errno alone misleads: a prohibiting router, a missing host and an exceeded hop limit all give EHOSTUNREACH.
    """
    if icmp and code not in (0, errno.ECONNREFUSED, errno.ETIMEDOUT):
        unreachable = icmp.type == (3 if family == INET else 1)
        return "prohibited" if unreachable and icmp.code in _PROHIBITED[family] else "unreachable"
    if code and route:
        if route.kind == "prohibit" and code == errno.EACCES:
            return "prohibited"
        if route.kind in ("blackhole", "unreachable") and code in (errno.EINVAL, errno.EHOSTUNREACH):
            return "no-route"
    return _OUTCOMES.get(code, "error")
