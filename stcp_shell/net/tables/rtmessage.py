"""Decode the messages of rtnetlink(7), from the kernel's bytes to facts.

A message is a fixed header and a list of attributes, each with its length and type in front
(`struct rtattr`, <linux/rtnetlink.h>). Unknown attributes are ignored; nothing is sent or received here.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Optional

from ...model.connection import ResolvedRoute
from ...model.tables import Address, Interface, Label, NextHop, Route

RTA_TABLE = 15
NO_HOPS = ("blackhole", "unreachable", "prohibit", "throw")

KINDS = ("unspec", "unicast", "local", "broadcast", "anycast", "multicast", *NO_HOPS, "nat")
SCOPES = {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}
PROTOCOLS = {
    **dict(enumerate(("unspec", "redirect", "kernel", "boot", "static"))),
    **dict(enumerate(("gated", "ra", "mrt", "zebra", "bird", "dnrouted", "xorp", "ntk", "dhcp", "mrouted"), 8)),
    18: "keepalived",
    42: "babel",
    186: "bgp",
    187: "isis",
    188: "ospf",
    189: "rip",
    192: "eigrp",
}
# Bit by bit, in netdevice(7)'s names and <linux/if.h>'s order.
LINK_FLAGS = (
    *("UP", "BROADCAST", "DEBUG", "LOOPBACK", "POINTOPOINT", "NOTRAILERS", "RUNNING", "NOARP", "PROMISC", "ALLMULTI"),
    *("MASTER", "SLAVE", "MULTICAST", "PORTSEL", "AUTOMEDIA", "DYNAMIC", "LOWER_UP", "DORMANT", "ECHO"),
)
# The same for addresses (<linux/if_addr.h>), in ip-address(8)'s names. Bit 0 is `temporary` on IPv6.
ADDRESS_FLAGS = (
    *("secondary", "nodad", "optimistic", "dadfailed", "home", "deprecated", "tentative", "permanent"),
    *("mngtmpaddr", "noprefixroute", "autojoin", "stable-privacy"),
)
PERMANENT = 0x80

_ATTRIBUTE = struct.Struct("=HH")
_ROUTE = struct.Struct("=BBBBBBBBI")  # rtmsg: family, dst_len, src_len, tos, table, protocol, scope, type, flags
_ADDRESS = struct.Struct("=BBBBi")  # ifaddrmsg: family, prefixlen, flags, scope, index
_LINK = struct.Struct("=BxHiII")  # ifinfomsg: family, type, index, flags, change
_HOP = struct.Struct("=HBBi")  # rtnexthop: length, flags, hops, index
_EXPIRES = struct.Struct("=8xi")  # rta_cacheinfo: clntref, lastuse, expires, ...
_NUMBER = struct.Struct("=I")
_LABEL = struct.Struct("=BxBxII")  # ifaddrlblmsg: family, prefixlen, index, sequence

Namer = Callable[[int], str]
Tail = tuple[int, tuple[NextHop, ...], str, Optional[str], Optional[int], int, str, str, Optional[int]]

_REDIRECTED = 0x40000  # RTCF_REDIRECTED (<linux/in_route.h>)
_CLONED = 9 if sys.byteorder == "little" else 10  # the byte of a route that has the flag RTM_F_CLONED, 0x200
_REMEMBERED = 4096


def attributes(body: bytes, start: int) -> dict[int, bytes]:
    """Return the attributes by type, without the flag bits of the type (`struct nlattr`)."""
    found = {}
    size = len(body)
    while start + 4 <= size:
        length, kind = _ATTRIBUTE.unpack_from(body, start)
        if length < 4:
            break
        found[kind & 0x3FFF] = body[start + 4 : start + length]
        start += (length + 3) & ~3
    return found


def text(packed: bytes) -> str:
    """Return an address as text; its length gives the family."""
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


def zoned(packed: bytes, interface: str | None) -> str:
    """Return an address as text, a link-local IPv6 one with its zone (RFC 4007, section 11)."""
    address = text(packed)
    if interface is not None and packed[0] == 0xFE and packed[1] & 0xC0 == 0x80 and len(packed) == 16:
        return f"{address}%{interface}"
    return address


def decoded(name: bytes) -> str:
    """Return a name of the kernel as text; it may have any bytes but `/`, NUL and white space (`dev_valid_name`)."""
    return name.rstrip(b"\0").decode("utf-8", "backslashreplace")


def number(packed: bytes | None) -> int | None:
    """Return a 32-bit attribute; None if it is absent."""
    if packed is None:
        return None
    value: int = _NUMBER.unpack_from(packed)[0]
    return value


def link(body: bytes) -> Interface:
    """Decode RTM_NEWLINK, which does not contain the addresses."""
    _, _, index, bits, _ = _LINK.unpack_from(body)
    found = {1: b"", 3: b"", 4: bytes(4)}  # IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU: three of some forty
    left, start, size = 3, 16, len(body)
    while left and start + 4 <= size:
        length, kind = _ATTRIBUTE.unpack_from(body, start)
        if kind in found:
            found[kind] = body[start + 4 : start + length]
            left -= 1
        start += (length + 3) & ~3 or size
    hardware = found[1].hex(":") or None
    return Interface(index, decoded(found[3]), link_flags(bits), number(found[4]), hardware, ())


@lru_cache(64)
def link_flags(bits: int) -> tuple[str, ...]:
    """Return the IFF_* by name."""
    return tuple(name for bit, name in enumerate(LINK_FLAGS) if bits >> bit & 1)


@lru_cache(64)
def address_flags(bits: int, family: int) -> tuple[str, ...]:
    """Return the IFA_F_* by name. An address that is not permanent is `dynamic`, as ip-address(8) says."""
    names = [name for bit, name in enumerate(ADDRESS_FLAGS) if bits >> bit & 1 and name != "permanent"]
    if bits & 1 and family == socket.AF_INET6:
        names[0] = "temporary"
    return tuple(names if bits & PERMANENT else [*names, "dynamic"])


def address(body: bytes, name_of: Namer) -> tuple[int, Address]:
    """Decode RTM_NEWADDR: the interface's index, and the address with its label as the kernel gives it."""
    family, length, bits, scope, index = _ADDRESS.unpack_from(body)
    found = attributes(body, 8)
    bits = number(found.get(8)) or bits  # IFA_FLAGS: the header has room for only eight flags
    name = name_of(index) if family == socket.AF_INET6 else None
    # If there is an IFA_LOCAL it is our own end, and IFA_ADDRESS the other end (rtnetlink(7)).
    far = found.get(1) or b""
    own = found.get(2) or far
    return index, Address(
        address=zoned(own, name),
        prefix_length=length,
        scope=SCOPES.get(scope) or str(scope),
        broadcast=text(found[4]) if 4 in found else None,
        peer=zoned(far, name) if far not in (own, b"") else None,
        label=decoded(found[3]) if 3 in found else None,
        flags=address_flags(bits, family),
    )


def gateway(found: dict[int, bytes], interface: str | None) -> str | None:
    """Return the next router: RTA_GATEWAY, or RTA_VIA when it is of the other family (RFC 5549)."""
    packed = found.get(5) or found.get(18, b"")[2:]
    return zoned(packed, interface) if packed else None


def hops(found: dict[int, bytes], name_of: Namer) -> tuple[NextHop, ...]:
    """Return the next hops in RTA_MULTIPATH, or the single one in the route's own attributes."""
    several = found.get(9)
    if several is None:
        index = number(found.get(4))
        name = None if index is None else name_of(index)
        return (NextHop(gateway(found, name), name),)
    ways = []
    while len(several) >= 8:
        length, _, weight, index = _HOP.unpack_from(several)
        if length < 8:
            break
        name = name_of(index)
        ways.append(NextHop(gateway(attributes(several[:length], 8), name), name, weight + 1))
        several = several[(length + 3) & ~3 :]
    return tuple(ways)


def route(body: bytes, name_of: Namer) -> Route:
    """Decode RTM_NEWROUTE, attribute by attribute."""
    family, length, _, _, table, protocol, scope, kind, _ = _ROUTE.unpack_from(body)
    found = attributes(body, 12)
    word = KINDS[kind] if kind < len(KINDS) else str(kind)
    expires = _EXPIRES.unpack_from(found[12])[0] if 12 in found else 0  # RTA_CACHEINFO
    return Route(
        destination=text(found[1]) if 1 in found else ("0.0.0.0" if family == socket.AF_INET else "::"),
        prefix_length=length,
        hops=() if word in NO_HOPS else hops(found, name_of),
        kind=word,
        source=text(found[7]) if 7 in found else None,
        metric=number(found.get(6)),
        table=number(found.get(15)) or table,
        protocol=PROTOCOLS.get(protocol, str(protocol)),
        scope=SCOPES.get(scope, str(scope)),
        expires=expires // 100 if expires else None,  # USER_HZ, 100 in every ABI but Alpha's
    )


class RouteReader:
    """Decode many RTM_NEWROUTE messages of one family.

    Most rows differ from others only in the destination, so the rest of a row is decoded once and cached by its bytes:
    100,000 routes take a quarter of the time. The memory of the cache is bounded.
    """

    def __init__(self, family: int, name_of: Namer) -> None:
        self._family = family
        self._name_of = name_of
        self._tails: dict[bytes, Tail] = {}

    def rows(self, bodies: list[bytes]) -> list[Route]:
        """Return the rows in these messages, without those of other families and of the kernel's cache."""
        family, tails, name_of, inet_ntop = self._family, self._tails, self._name_of, socket.inet_ntop
        size = 4 if family == socket.AF_INET else 16
        # The kernel puts RTA_DST right after the header and RTA_TABLE (`fib_dump_info`, `rt6_fill_node`).
        mark, end = _ATTRIBUTE.pack(4 + size, 1), 24 + size
        found = []
        for body in bodies:
            # A kernel without IPv6 sends the families that it has, and one before 4.20 sends its cache, too.
            if body[0] != family or body[_CLONED] & 2:
                continue
            if body[20:24] != mark:  # a default route, or attributes in another order
                found.append(route(body, name_of))
                continue
            key = body[:20] + body[end:]
            tail = tails.get(key)
            if tail is None:
                if len(tails) >= _REMEMBERED:
                    tails.clear()
                tail = tails[key] = route(body, name_of)[1:]
            found.append(tuple.__new__(Route, (inet_ntop(family, body[24:end]), *tail)))
        return found


def resolved_route(body: bytes, source: str | None, name_of: Namer) -> ResolvedRoute:
    """Decode the reply to RTM_GETROUTE. `source`: the requested source address, which the kernel may leave out."""
    family, *_, table, protocol, _, kind, flags = _ROUTE.unpack_from(body)
    found = attributes(body, 12)
    word = KINDS[kind] if kind < len(KINDS) else str(kind)
    if word in NO_HOPS:
        return ResolvedRoute(table=number(found.get(15)) or table, kind=word)
    index = number(found.get(4))
    name = None if index is None else name_of(index)
    chosen = zoned(found[7], name) if 7 in found else source
    # IPv4 keeps a redirect as an exception of the route, IPv6 as a route of its own.
    redirected = bool(flags & _REDIRECTED) if family == socket.AF_INET else PROTOCOLS.get(protocol) == "redirect"
    return ResolvedRoute(gateway(found, name), name, chosen, number(found.get(15)) or table, word, redirected)


def label(body: bytes) -> Label:
    """Decode RTM_NEWADDRLABEL (<linux/if_addrlabel.h>)."""
    _, length, index, _ = _LABEL.unpack_from(body)
    found = attributes(body, 12)
    return Label(text(found.get(1) or bytes(16)), length, number(found.get(2)) or 0, index)
