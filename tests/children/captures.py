"""What is on the wire of a lab's node: TCP segments as they arrive there, read from a packet socket.

The kernel queues them from the moment on that a `Capture` is made, so they can be read when all is over. Who has built
the lab is root in it, and that is all that packet(7) asks for.
"""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple, Optional

from stcp_shell.lab.namespaces import inside

from .labs import NODES
from .probes import probe

ETH_P_ALL, ETH_P_IP, ETH_P_IPV6 = 0x0003, 0x0800, 0x86DD  # <linux/if_ether.h>
PACKET_OUTGOING = 4  # <linux/if_packet.h>
FIN, SYN, RST, ACK = 1, 2, 4, 16


class Segment(NamedTuple):
    """A TCP segment that arrived, less what it carried."""

    interface: str
    source: str
    source_port: int
    destination: str
    port: int
    flags: int
    ttl: int  # or hop limit


class Capture:
    """The segments that arrive at one of the lab's nodes, all interfaces of it; a context manager."""

    def __init__(self, node: str) -> None:
        with inside(NODES[node]):
            # SOCK_DGRAM: without the link's header
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        self._socket.setblocking(False)

    def __enter__(self) -> Capture:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def segments(self) -> list[Segment]:
        """What has come since the last time, without waiting."""
        found: list[Segment] = []
        while True:
            try:
                packet, (interface, protocol, kind, *_) = self._socket.recvfrom(65536)
            except BlockingIOError:
                return found
            if kind != PACKET_OUTGOING and (segment := _segment(interface, protocol, packet)):
                found.append(segment)

    def syns(self, count: int = 0, patience: float = 2.0) -> list[Segment]:
        """The SYNs among them (no SYN-ACK). Waits until COUNT have come, or for PATIENCE seconds."""
        found: list[Segment] = []
        until = monotonic() + patience
        while True:
            found += [segment for segment in self.segments() if segment.flags & (SYN | ACK) == SYN]
            left = until - monotonic()
            if len(found) >= count or left <= 0:
                return found
            select.select([self._socket], [], [], left)


def _segment(interface: str, protocol: int, packet: bytes) -> Segment | None:
    """An IP packet's TCP header. The lab's packets have no IPv6 extension headers, and are no fragments."""
    if protocol == ETH_P_IP and packet[9] == socket.IPPROTO_TCP:
        family, addresses, ttl, start = socket.AF_INET, packet[12:20], packet[8], (packet[0] & 15) * 4
    elif protocol == ETH_P_IPV6 and packet[6] == socket.IPPROTO_TCP:
        family, addresses, ttl, start = socket.AF_INET6, packet[8:40], packet[7], 40
    else:
        return None
    half = len(addresses) // 2
    source, destination = (socket.inet_ntop(family, part) for part in (addresses[:half], addresses[half:]))
    source_port, port, flags = struct.unpack_from("!HH9xB", packet, start)
    return Segment(interface, source, source_port, destination, port, flags, ttl)


Ends = Sequence[tuple[str, Optional[str]]]  # addresses to connect to, each with the one to bind to


def syns(node: str, ends: Ends, count: int = 0) -> tuple[list[str | None], list[Segment]]:
    """The source addresses of connects as getsockname says, and the SYNs at a node: COUNT are waited for."""
    with Capture(node) as capture:
        sources = [probe(address, bound)["source"] for address, bound in ends]
        return sources, capture.syns(count)


def segments(node: str, ends: Ends) -> list[Segment]:
    """All the segments that arrive at a node during connects."""
    with Capture(node) as capture:
        for address, bound in ends:
            probe(address, bound)
        return capture.segments()
