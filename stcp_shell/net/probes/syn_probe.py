"""A connect that only probes: one SYN from a socket of its own, and no connection at the service if possible.

TCP_QUICKACK 0 (tcp(7)) makes the kernel hold back the ACK that would complete the handshake, and SO_LINGER 0
(socket(7)) makes close(2) send a RST in its place: a service that listens sees no connection. The caller must therefore
close the socket as soon as an answer arrives. The kernel holds the ACK back for 0.2 s (TCP_DELACK_MAX, net/tcp.h): if
this process is not scheduled within that time after the SYN-ACK, the service accepts a connection, which is then reset.
The same happens off Linux.
"""

from __future__ import annotations

import errno
import socket
import struct

from ...errors import Failure, reason
from ...model.connection import INET, INET6, Endpoint, family_of
from ..sockaddr import FAMILIES, pack
from .probe import Probe
from .socket_evidence import LINUX

PATIENCE = 0.9  # longest wait in seconds: the kernel sends a SYN again after 1 s, and one is enough
_HOP_LIMIT = {
    INET: (socket.IPPROTO_IP, socket.IP_TTL),
    INET6: (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS),
}
_LEAST_TTL = {INET: (0, 21), INET6: (41, 73)}  # IP_MINTTL, IPV6_MINHOPCOUNT (linux/in.h, in6.h), which Python lacks
_QUICKACK = (6, 12)  # IPPROTO_TCP, TCP_QUICKACK
_ABORT = struct.pack("ii", 1, 0)  # struct linger


def syn_probe(
    destination: Endpoint,
    source: str | None,
    patience: float,
    *,
    hop_limit: int | None = None,
    least_ttl: int | None = None,
) -> Probe:
    """Return a probe on a new socket. The caller starts it and closes its socket.

    `source`: the address to bind to, by bind(2) and nothing else; None: the kernel chooses. `hop_limit`: the TTL of
    packets that are sent. `least_ttl`: packets that arrive with a smaller TTL are ignored (0 to 255). Raises Failure if
    the source cannot be bound, OSError if no socket can be opened or the kernel lacks an option.
    """
    family = family_of(destination.address)
    sock = socket.socket(FAMILIES[family], socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        abort(sock)
        if hop_limit is not None:
            limit_hops(sock, family, hop_limit)
        if least_ttl is not None:
            ignore_below(sock, family, least_ttl)
        if source is not None:
            _bind(sock, source)
    except BaseException:
        sock.close()
        raise
    return Probe(sock, "tcp", destination, patience)


def abort(sock: socket.socket) -> None:
    """Have a socket end its connect at the SYN-ACK, with a RST, if it is closed at once."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
    if LINUX:
        sock.setsockopt(*_QUICKACK, 0)


def limit_hops(sock: socket.socket, family: str, ttl: int) -> None:
    """Set the TTL (hop limit) of the packets that a socket sends."""
    sock.setsockopt(*_HOP_LIMIT[family], ttl)


def ignore_below(sock: socket.socket, family: str, ttl: int) -> None:
    """Ignore packets that arrive with a smaller TTL (IP_MINTTL)."""
    sock.setsockopt(*_LEAST_TTL[family], ttl)


def _bind(sock: socket.socket, source: str) -> None:
    try:
        sock.bind(pack(Endpoint(source, 0)))
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise Failure(f"{source} is not an address of this host (EADDRNOTAVAIL); ifconfig lists them") from None
        raise Failure(f"bind to {source}: {reason(error)}") from None
