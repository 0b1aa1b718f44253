"""All that the kernel reports about one destination: the route, its row, the rules, and the source address it chooses.

No packet is sent: RTM_GETROUTE is a lookup, and connect(2) of a UDP socket only chooses the source address. The kernel
looks the route up; no table is read.
"""

from __future__ import annotations

import errno
import socket
from typing import NamedTuple

from ...model.connection import Endpoint, ResolvedRoute, family_of
from ...model.tables import Interface, Route, SourcePolicy
from ..sockaddr import ANY, FAMILIES, pack, unpack
from . import interfaces
from .rtnetlink import LOCAL, MAIN, Rtnetlink

_SETTINGS = "/proc/sys/net/ipv6/conf"


class Lookup(NamedTuple):
    """The kernel's reply for one destination from one source."""

    route: ResolvedRoute
    row: Route | None  # the row of the table that decides; None: no route
    errno: str | None  # in place of a route, the error that connect(2) would get


class Tables(Rtnetlink):
    """Lookups of one destination in the kernel's tables. Raises TablesUnavailable as Rtnetlink does."""

    def __enter__(self) -> Tables:
        return self

    def lookup(self, destination: str, source: str | None, port: int) -> Lookup:
        """Return the route to a numeric address, from a source that a socket is bound to (None: the kernel chooses)."""
        row = self.route_match(destination, source, port)
        if isinstance(row, Route):
            route = self.route_get(destination, source, port)
            # On a host without rules of its own the tables local and main are one, which the kernel calls main
            # (`fib_trie_unmerge`); its rows for local and broadcast addresses still belong to local (`fib_magic`).
            if row.table == MAIN and row.protocol == "kernel" and row.kind in ("local", "broadcast"):
                return Lookup(route._replace(table=LOCAL), row._replace(table=LOCAL), None)
            return Lookup(route, row, None)
        return Lookup(ResolvedRoute(), None, errno.errorcode.get(row, str(row)))

    def is_own(self, address: str) -> bool:
        """Return whether the kernel treats an address as this host's own."""
        return self.route_get(address).kind == "local"

    def around(self, interface: str | None) -> list[Interface]:
        """Return the interface with nothing but its addresses; an empty list if it was removed or has none."""
        try:
            index = socket.if_nametoindex(interface or "")
        except OSError:
            return []
        found = tuple(address for _, address in self.addresses(index))
        return [Interface(index, interface or "", (), None, None, found)] if found else []

    def everything(self) -> list[Interface]:
        """Return all interfaces with their addresses, in the kernel's order."""
        return interfaces.from_netlink(self)

    def source_policy(self, outgoing: str | None, found: list[Interface]) -> SourcePolicy:
        """Return the kernel's settings for the choice among IPv6 source addresses."""
        temporary = {i.name for i in found if any("temporary" in address.flags for address in i.addresses)}
        return SourcePolicy(
            labels=tuple(self.labels()),
            prefers_temporary=frozenset(name for name in temporary if _setting(name, "use_tempaddr") >= 2),
            outgoing_only=outgoing is not None and _setting(outgoing, "use_oif_addrs_only") > 0,
        )


class Chosen(NamedTuple):
    """What getsockname(2) returns after connect(2) of a UDP socket, or the errno of bind(2) or connect(2)."""

    address: str | None  # None without an errno: the kernel found a route but no address for it
    errno: str | None


def chosen(destination: Endpoint, source: str | None) -> Chosen:
    """Return the source address that the kernel chooses for a UDP socket, bound to `source` or not; sends no packet."""
    family = family_of(destination.address)
    try:
        with socket.socket(FAMILIES[family], socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            if source:
                sock.bind(pack(Endpoint(source, 0)))
            sock.connect(pack(destination))
            own = unpack(sock.getsockname()).address
            return Chosen(None if own in ANY.values() else own, None)
    except OSError as error:
        return Chosen(None, errno.errorcode.get(error.errno or 0, str(error)))


def as_connected(destination: str, source: str | None) -> tuple[str, str | None]:
    """Return the destination that connect(2) uses, and a remark if it is another one.

    ::ffff:10.1.1.1 is 10.1.1.1. 0.0.0.0 and :: stand for this host: for the loopback address, and on IPv4 for the
    source that a socket is bound to (`ip_route_output_key_hash_rcu`, `tcp_v6_connect`).
    """
    if destination.startswith("::ffff:") and "." in destination:
        mapped = destination.removeprefix("::ffff:")
        return mapped, f"{destination} is an IPv4 address written as IPv6 (RFC 4291, section 2.5.5.2)"
    this = {"0.0.0.0": source or "127.0.0.1", "::": "::1"}.get(destination)
    if this:
        return this, f"{destination} stands for this host: connect(2) uses {this}"
    return destination, None


def interface_of(zone: str) -> str | None:
    """Return the name of the interface of a zone, which is a name or a number (RFC 4007, section 11)."""
    return (name_of(int(zone)) if zone.isdecimal() else zone) or None


def name_of(index: int) -> str | None:
    """Return the name of an interface; 1 is always the loopback interface (LOOPBACK_IFINDEX)."""
    try:
        return socket.if_indextoname(index)
    except (OSError, OverflowError):
        return None


def _setting(interface: str, name: str) -> int:
    """Return a setting of ip-sysctl for one interface; 0 if it cannot be read."""
    try:
        with open(f"{_SETTINGS}/{interface}/{name}", encoding="ascii") as setting:
            return int(setting.read())
    except (OSError, ValueError):
        return 0
