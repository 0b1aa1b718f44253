"""The TCP sockets of this network namespace, every program's (sock_diag(7)), which every user may read.

A dump is a request `inet_diag_req_v2` and a row `inet_diag_msg` for each socket. A mask of states and a program for the
addresses (INET_DIAG_REQ_BYTECODE, made in `peers.py`) make the kernel leave out the rest.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple, Optional

from ...model.connection import Endpoint
from ..tables import rtmessage
from ..tables.netlink import ERROR, HEADER, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, unavailable

NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY = 4, 20
_BYTECODE, _INFO, _CGROUP = 1, 2, 21  # INET_DIAG_REQ_BYTECODE, INET_DIAG_INFO, INET_DIAG_CGROUP_ID
_REQUEST = struct.Struct("=BBBBI48x")  # inet_diag_req_v2: family, protocol, extensions, padding, states, id
_ROW = struct.Struct("=BBBB2s2s16s16sIQIIIII")  # inet_diag_msg
_COUNTS = struct.Struct("=I72xI96xQ")  # tcp_info: tcpi_unacked, tcpi_total_retrans, tcpi_bytes_sent
_BUFFER = 1 << 18
_MAPPED = bytes(10) + b"\xff\xff"

STATES = {
    1: "established",
    2: "syn-sent",
    3: "syn-received",
    4: "fin-wait-1",
    5: "fin-wait-2",
    6: "time-wait",
    7: "closed",
    8: "close-wait",
    9: "last-ack",
    10: "listen",
    11: "closing",
    12: "syn-received",
}  # include/net/tcp_states.h; 12: a request that is not accepted yet
SYN_SENT, TIME_WAIT, LISTEN = 1 << 2, 1 << 6, 1 << 10
EVERY = (1 << 13) - 1


class Segments(NamedTuple):
    """What TCP_INFO counts (`struct tcp_info`, linux/tcp.h). A connect(2) that blocked and failed leaves zeros."""

    retransmits: int  # tcpi_total_retrans
    acknowledged: int  # bytes, with the sequence numbers of our SYN, if this side sent it first, and of our FIN
    sent: int  # bytes, the first time
    in_flight: int  # segments that are not acknowledged yet
    outgoing: int  # segments
    incoming: int
    options: int = 0  # TCPI_OPT_*: those that both sides have agreed on


class Row(NamedTuple):
    """A socket, or what the kernel keeps of it in TIME_WAIT."""

    cookie: int  # identifies the socket as long as the host runs
    state: str  # one of STATES
    source: Endpoint
    destination: Endpoint
    uid: int  # 0 in TIME_WAIT and in events, too
    inode: int  # 0: no program has it any more
    retransmits: int  # of the segment that waits, in SYN_SENT of SYNs
    segments: Optional[Segments] = None
    cgroup: int = 0  # its id is the inode of its folder; 0: not known

    @property
    def remnant(self) -> bool:
        """Whether it is what the kernel keeps of a socket that this side closed first: for TIME_WAIT, and before it.

        While the peer has not closed, it has the state FIN_WAIT_2 (`tw_substate` of `inet_timewait_sock`).
        """
        return self.state == "time-wait" or (self.state == "fin-wait-2" and not self.inode and self.segments is None)

    @property
    def opened(self) -> Optional[bool]:
        """Whether this side sent the first SYN; None: the row does not show it.

        The sequence numbers of this side's SYN and of its FIN count as acknowledged bytes, those of a SYN-ACK do not
        (`tcp_snd_una_update` and `tcp_create_openreq_child`; measured on Linux 6.18).
        """
        if self.state in ("syn-sent", "syn-received"):
            return self.state == "syn-sent"
        if self.segments is None or self.segments.in_flight or not (self.segments.outgoing or self.segments.incoming):
            return None
        more = self.segments.acknowledged - self.segments.sent
        if self.state == "closed" and not more and self.segments.incoming < 2 and not self.segments.options:
            return True  # nothing or a RST came; a socket that accept(2) gave has agreed on options with its SYN
        if self.state in ("established", "close-wait"):  # no FIN was sent
            return {0: False, 1: True}.get(more)
        return {0: False, 2: True}.get(more)


def rows(family: int, states: int, program: bytes = b"") -> Iterator[Row]:
    """Yield the sockets of a family (AF_INET6: with IPv4-mapped ones) in these states. Raises TablesUnavailable.

    `program`: which addresses (`peers.bytecode`); empty: all.
    """
    request = _REQUEST.pack(family, socket.IPPROTO_TCP, 1 << (_INFO - 1), 0, states)
    if program:
        request += struct.pack("=HH", 4 + len(program), _BYTECODE) + program
    header = HEADER.pack(HEADER.size + len(request), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0)
    with opened() as channel:
        try:
            channel.send(header + request)
            buffer = bytearray(_BUFFER)
            while True:
                data = bytes(memoryview(buffer)[: channel.recv_into(buffer)])
                for kind, body in messages(data):
                    if kind == NLMSG_DONE:
                        return
                    if kind == NLMSG_ERROR:
                        raise unavailable(-ERROR.unpack_from(body)[0])
                    yield row(body)
        except OSError as failure:
            raise unavailable(failure.errno) from failure


def opened() -> socket.socket:
    """Open a socket of sock_diag(7). Raises TablesUnavailable."""
    try:
        return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
    except (OSError, AttributeError) as failure:
        raise unavailable(getattr(failure, "errno", None)) from failure


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the type and the body of each message."""
    start = 0
    while start + HEADER.size <= len(data):
        length, kind, *_ = HEADER.unpack_from(data, start)
        if length < HEADER.size:
            return
        yield kind, data[start + HEADER.size : start + length]
        start += (length + 3) & ~3


def row(body: bytes) -> Row:
    """Return the socket of an `inet_diag_msg` with its attributes."""
    family, state, _, retransmits, sport, dport, source, target, index, cookie, _, _, _, uid, inode = _ROW.unpack_from(
        body
    )
    attributes = rtmessage.attributes(body, _ROW.size)
    info = attributes.get(_INFO)
    return Row(
        cookie,
        STATES.get(state, str(state)),
        Endpoint(_address(family, source, index), int.from_bytes(sport, "big")),
        Endpoint(_address(family, target, index), int.from_bytes(dport, "big")),
        uid,
        inode,
        retransmits,
        _segments(info) if info else None,
        int.from_bytes(attributes.get(_CGROUP, b""), "little"),
    )


def _address(family: int, packed: bytes, index: int) -> str:
    if family == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, packed[:4])
    if packed.startswith(_MAPPED):
        return socket.inet_ntop(socket.AF_INET, packed[12:])
    text = socket.inet_ntop(socket.AF_INET6, packed)
    if index and packed[0] == 0xFE and packed[1] & 0xC0 == 0x80:  # link-local, RFC 4291, section 2.5.6
        try:
            return f"{text}%{socket.if_indextoname(index)}"
        except OSError:
            return f"{text}%{index}"
    return text


def _segments(info: bytes) -> Segments:
    info = info.ljust(208, b"\0")
    in_flight, retransmits, sent = _COUNTS.unpack_from(info, 24)
    acknowledged, _, outgoing, incoming = struct.unpack_from("=QQII", info, 120)
    return Segments(retransmits, acknowledged, sent, in_flight, outgoing, incoming, info[5])
