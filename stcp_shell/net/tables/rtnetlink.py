"""The kernel's own tables, read over rtnetlink(7): links, addresses, routes, policy rules, and route lookups.

Every table is streamed: a dump of a million routes is never held in memory, and reading can stop half-way.
`route_get`, which is called before every connect, keeps its socket open; that socket belongs to the network namespace
in which it was opened.
"""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

from ...model.connection import INET, ResolvedRoute
from ...model.tables import Address, Interface, Label, Neighbour, Route, Rule
from . import rtmessage, rule_message
from .neighbours import neighbour
from .netlink import ERROR, HEADER, NLM_F_REQUEST, NLMSG_ERROR, Dump, TablesUnavailable, name_at, opened, unavailable

__all__ = ["LOCAL", "MAIN", "Rtnetlink", "TablesUnavailable"]

MAIN, LOCAL = 254, 255  # RT_TABLE_MAIN, RT_TABLE_LOCAL

RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE, RTM_GETNEIGH, RTM_GETRULE, RTM_GETADDRLABEL = 18, 22, 26, 30, 34, 74
RTM_F_LOOKUP_TABLE, RTM_F_FIB_MATCH = 0x1000, 0x2000
IP_PROTOCOLS = {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP}

_TABLE = struct.Struct("=HHI")  # RTA_TABLE
_INDEX = struct.Struct("=HHi")  # RTA_OIF
_PORT = struct.Struct("=HHB3xHH2s2x")  # RTA_IP_PROTO, and RTA_DPORT in network order
_OF_INTERFACE = struct.Struct("=BxxxI")  # ifaddrmsg: family, index
_NO_STATISTICS = struct.pack("=16xHHI", 8, 29, 8)  # ifinfomsg; IFLA_EXT_MASK: RTEXT_FILTER_SKIP_STATS
# nlmsghdr, rtmsg, and RTA_DST in front of the destination; RTA_SRC in front of the source
_QUESTION = {4: struct.Struct("=IHHIIBBBBBBBBIHH4s"), 16: struct.Struct("=IHHIIBBBBBBBBIHH16s")}
_SOURCE = {4: struct.Struct("=HH4s"), 16: struct.Struct("=HH16s")}
_MAPPED = bytes(10) + b"\xff\xff"  # ::ffff:0:0/96, RFC 4291, section 2.5.5.2

# The kernel's error in place of a route, which is the one that connect(2) would get (`fib_props` in
# net/ipv4/fib_semantics.c, `ip6_rt_type_to_error` in net/ipv6/route.c).
_REFUSALS = {
    errno.ENETUNREACH: "none",
    errno.ENODEV: "none",
    errno.EHOSTUNREACH: "unreachable",
    errno.EACCES: "prohibit",
    errno.EINVAL: "blackhole",
}


def _number(family: str) -> int:
    return socket.AF_INET if family == INET else socket.AF_INET6


def _packed(address: str) -> bytes:
    """Return the bytes of a numeric address without a zone; of an IPv4-mapped one those of IPv4, as in connect(2)."""
    try:
        packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    except OSError:
        raise ValueError(f"not a numeric address: {address}") from None
    return packed[12:] if len(packed) == 16 and packed.startswith(_MAPPED) else packed


class _Question(NamedTuple):
    """A request of RTM_GETROUTE."""

    target: bytes
    source_bits: int  # 0: the kernel chooses
    more: bytes  # the attributes behind RTA_DST


def _asked(destination: str, source: str | None, port: int, protocol: str) -> _Question | None:
    """Return the request for addresses as text. None: the destination's zone names no interface."""
    destination, _, zone = destination.partition("%")
    target = _packed(destination)
    origin = _packed(source.partition("%")[0]) if source else b""
    if not any(origin):
        origin = b""
    elif len(origin) != len(target):
        raise ValueError(f"{destination} and {source} are of different families")
    more = _SOURCE[len(origin)].pack(4 + len(origin), 2, origin) if origin else b""
    if zone:
        try:
            index = int(zone) if zone.isdecimal() and len(zone) < 10 else socket.if_nametoindex(zone)
            more += _INDEX.pack(8, 4, index)
        except OSError:
            return None
    if port:
        more += _PORT.pack(5, 27, IP_PROTOCOLS[protocol], 6, 29, port.to_bytes(2, "big"))
    return _Question(target, len(origin) * 8, more)


def _routes(family: str, table: int | None) -> Dump:
    request = bytes((_number(family), *bytes(11)))
    return Dump(RTM_GETROUTE, request if table is None else request + _TABLE.pack(8, rtmessage.RTA_TABLE, table))


def _ascending(bodies: list[bytes]) -> bool:
    """Return whether the rows are sorted by destination and have passed 0.0.0.0."""
    destinations = [body[24:28] if body[1] else bytes(4) for body in bodies]
    return destinations[-1:] > [bytes(4)] and destinations == sorted(destinations)


class Rtnetlink:
    """Requests to the kernel. Every method raises TablesUnavailable if netlink is denied or missing.

    `interrupted`: a table changed while it was read (NLM_F_DUMP_INTR), since this was last set to False.
    """

    def __init__(self) -> None:
        self._channel = opened()
        self._answer = bytearray(1 << 14)
        self._sequence = 0
        self.interrupted = False

    def __enter__(self) -> Rtnetlink:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the socket."""
        self._channel.close()

    def links(self) -> Iterator[Interface]:
        """Yield the interfaces, without their addresses, in the kernel's order."""
        dump = Dump(RTM_GETLINK, _NO_STATISTICS)
        for bodies in self._pieces(dump):
            yield from map(rtmessage.link, bodies)

    def addresses(self, ifindex: int = 0) -> Iterator[tuple[int, Address]]:
        """Yield the index of an interface and an address of it, in the kernel's order; 0: of every interface.

        The label is the kernel's: on IPv4 it is the interface's name if no other one was given.
        """
        dump = Dump(RTM_GETADDR, _OF_INTERFACE.pack(0, ifindex))
        for bodies in self._pieces(dump):
            for body in bodies:
                found = rtmessage.address(body, dump.name_of)
                if ifindex in (0, found[0]):  # kernels before 4.20 do not filter
                    yield found

    def routes(self, family: str, table: int | None = None) -> Iterator[Route]:
        """Yield the rows of a routing table (None: of all tables, one after the other), without the kernel's cache."""
        dump = _routes(family, table)
        reader = rtmessage.RouteReader(_number(family), dump.name_of)
        for bodies in self._pieces(dump):
            rows = reader.rows(bodies)
            # Kernels before 4.20 do not filter.
            yield from rows if table is None else [row for row in rows if row.table == table]

    def default_routes(self, family: str, table: int = MAIN, most: int | None = None) -> Iterator[Route]:
        """Yield the routes of prefix length 0, without reading a whole IPv4 table or much more than `most` rows of any.

        IPv4 rows are sorted by destination (`fib_table_dump` walks a trie), so that no default route follows once a
        piece has passed 0.0.0.0. IPv6 rows come leaves first: all of their headers are checked.
        """
        dump = _routes(family, table)
        wanted = _number(family)
        looked = 0
        for bodies in self._pieces(dump):
            for body in bodies:
                if not body[1] and body[0] == wanted:
                    row = rtmessage.route(body, dump.name_of)
                    if row.table == table:
                        yield row
            looked += len(bodies)
            if (most and looked >= most) or (family == INET and _ascending(bodies)):
                return

    def rules(self, family: str) -> Iterator[Rule]:
        """Yield the policy rules in the order in which the kernel tries them."""
        wanted = _number(family)
        for bodies in self._pieces(Dump(RTM_GETRULE, bytes((wanted, *bytes(11))))):
            yield from (rule_message.rule(body) for body in bodies if body[0] == wanted)

    def neighbours(self, family: str) -> Iterator[Neighbour]:
        """Yield the ARP (inet) or neighbour (inet6) entries of all interfaces, in the kernel's order."""
        wanted = _number(family)
        dump = Dump(RTM_GETNEIGH, bytes((wanted, *bytes(11))))
        for bodies in self._pieces(dump):
            # Before Linux 4.20, and from a bridge's table, more arrives than was requested.
            yield from (neighbour(body, dump.name_of) for body in bodies if body[0] == wanted)

    def labels(self) -> Iterator[Label]:
        """Yield the kernel's policy table for IPv6 source addresses (RFC 6724, section 2.1) without precedences."""
        for bodies in self._pieces(Dump(RTM_GETADDRLABEL, bytes((socket.AF_INET6, *bytes(11))))):
            yield from map(rtmessage.label, bodies)

    def route_get(
        self,
        destination: str,
        source: str | None = None,
        port: int = 0,
        protocol: str = "tcp",
        interface: str | None = None,
    ) -> ResolvedRoute:
        """Return the route of a packet from the source to the destination (RTM_GETROUTE); no packet is sent.

        Addresses are numeric, a link-local one with its zone. To policy rules the source is one that a socket is
        bound to; None or a wildcard address: the kernel chooses. The port is for rules that match on ports.
        `interface`: only by this one, as for a socket with SO_BINDTODEVICE. Raises ValueError for text
        that is not an address and for two different families.
        """
        if interface and "%" not in destination:
            destination = f"{destination}%{interface}"
        question = _asked(destination, source, port, protocol)
        if question is None:
            return ResolvedRoute()  # no interface of that name: connect(2) could not use it, either
        bound = source if question.source_bits else None
        route = self._resolved(self._ask(question, RTM_F_LOOKUP_TABLE), bound)
        # For a given source IPv6 reports in RTA_PREFSRC the one that it would have chosen instead.
        return route if bound is None or route.source is None else route._replace(source=bound)

    def route_match(
        self, destination: str, source: str | None = None, port: int = 0, protocol: str = "tcp"
    ) -> Route | int:
        """Return the row of a routing table that decides the route (RTM_F_FIB_MATCH), or the kernel's errno.

        The arguments are those of `route_get`. The kernel does the lookup: the length of the tables does not matter.
        """
        question = _asked(destination, source, port, protocol)
        if question is None:
            return errno.ENODEV
        answer = self._ask(question, RTM_F_LOOKUP_TABLE | RTM_F_FIB_MATCH)
        if isinstance(answer, bytes):
            return rtmessage.route(answer, lambda index: name_at(self._channel, index))
        return answer

    def _ask(self, asked: _Question, flags: int) -> bytes | int:
        """Return the body of the kernel's reply, or its errno."""
        self._sequence = sequence = (self._sequence + 1) & 0xFFFFFFFF
        target, source_bits, more = asked
        size = len(target)
        family = socket.AF_INET
        if size == 16:
            # IPv6 reports the table of the route anyway, and rejects the flag.
            family, flags = socket.AF_INET6, flags & ~RTM_F_LOOKUP_TABLE
        question = _QUESTION[size].pack(
            *(32 + size + len(more), RTM_GETROUTE, NLM_F_REQUEST, sequence, 0),
            *(family, size * 8, source_bits, 0, 0, 0, 0, 0, flags),
            *(4 + size, 1, target),
        )
        answer = self._answer
        try:
            self._channel.send(question + more)
            while True:
                got = self._channel.recv_into(answer)
                length, kind, _, number, _ = HEADER.unpack_from(answer)
                if number == sequence:  # else it is the reply to an interrupted request
                    break
        except OSError as failure:
            raise unavailable(failure.errno) from failure
        if kind == NLMSG_ERROR:
            code: int = ERROR.unpack_from(answer, 16)[0]
            return -code
        return bytes(answer[16 : min(length, got)])

    def _resolved(self, answer: bytes | int, source: str | None) -> ResolvedRoute:
        if isinstance(answer, bytes):
            return rtmessage.resolved_route(answer, source, lambda index: name_at(self._channel, index))
        if answer not in _REFUSALS:
            raise unavailable(answer)
        return ResolvedRoute(kind=_REFUSALS[answer])

    def _pieces(self, dump: Dump) -> Iterator[list[bytes]]:
        yield from dump.pieces()
        self.interrupted |= dump.interrupted
