"""BSD's netstat: routes, interfaces and sockets, line by line. Values that Linux does not have are shown as `-`.

The routing table has the old columns. A gateway is a host, a link (`link#N`, N the interface's index) or a hardware
address; for a route without a next hop its kind is shown instead. Tables may be endless: lines are never collected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ...model.connection import INET, INET6, Endpoint
from ...model.rows import BsdSockets
from ...model.tables import Interfaces, Neighbour, NextHop, Route, Routes
from .escape import visible
from .words import columns

Namer = Callable[[str], str]
Block = tuple[str, Iterable[Route], Iterable[Route], Iterable[Neighbour]]  # family, tables main and local, neighbours

# Widths of Destination Gateway Flags Refs Use Netif Expire; IPv6 has longer destinations.
_WIDTHS = {INET: (18, 18), INET6: (24, 18)}
_TITLES = {INET: "Internet:", INET6: "Internet6:"}
REMEMBERED = 4096

LEGEND = {
    "U": "the route is up",
    "G": "the gateway is a router",
    "H": "a host, not a network",
    "L": "a neighbour on the link: the gateway is its hardware address (ARP, ND)",
    "S": "static: created by hand or by the system's configuration",
    "D": "created by an ICMP redirect",
    "1": "created by a routing daemon",
    "R": "rejected: unreachable or prohibited, and the sender is notified",
    "B": "a black hole: dropped without notification",
    "b": "a broadcast address",
}
_FROM_HAND = ("static", "boot")
# Not from a routing daemon: by hand, not specified, from the kernel, router advertisements, or DHCP clients.
_NO_DAEMON = (*_FROM_HAND, "unspec", "kernel", "redirect", "ra", "dhcp")
_KIND_FLAGS = {"prohibit": "R", "unreachable": "R", "blackhole": "B", "broadcast": "b"}
_FULL = {INET: 32, INET6: 128}


def route_lines(
    blocks: Iterable[Block],
    links: Mapping[str, int],
    legend: bool = False,
    name_of: Namer | None = None,
    interrupted: Callable[[], bool] = bool,
) -> Iterator[str]:
    """Yield the lines of `netstat -r`, a block for each family; with `legend`, also the flags that occur.

    `links`: the interfaces' indexes by name. `interrupted` is called after the last row.
    """
    used: set[str] = set()
    yield "Routing tables"
    for family, main, local, neighbours in blocks:
        tails = Tails(family, links, name_of, used)
        yield ""
        yield _TITLES[family]
        yield table_row(family, "Destination", table_tail(family, "Gateway", "Flags", "Netif", "Expire", "Refs", "Use"))
        for routes in (main, local):
            for route in routes:
                yield from tails.lines(route)
        for neighbour in neighbours:
            if neighbour.state not in ("noarp", "none"):  # not asked for by ARP or ND: loopback, multicast
                yield _neighbour(neighbour, family, name_of, used)
    if interrupted():
        yield ""
        yield "The table changed while it was read: a row may be missing or appear twice."
    if legend:
        yield ""
        yield from (f"{flag}  {words}" for flag, words in LEGEND.items() if flag in used)
        yield "link#N: the interface with the index N; -: Linux has no such value"


def table_row(family: str, to: str, tail: str) -> str:
    """Return a row of a destination and the columns to its right."""
    width = _WIDTHS[family][0]
    if (excess := len(to) - width) > 0:
        # A long destination takes the free space on its right, if there is enough.
        tail = tail.replace(" " * (excess + 1), " ", 1)
    return to.ljust(width) + tail


def table_tail(
    family: str, gateway: str, flags: str, netif: str, expire: str = "-", refs: str = "-", use: str = "-"
) -> str:
    return f" {gateway:<{_WIDTHS[family][1]}} {flags:<6} {refs:>6} {use:>8} {netif:<6} {expire:>6}"


class Tails(dict[tuple[object, ...], tuple[str, str, int]]):
    """A cache of the columns to the right of the destination, for one family, by the route without its destination.

    They are mostly the same as in another row, so they are made once: a long table takes a third of the time. The
    memory for the cache is bounded.
    """

    def __init__(self, family: str, links: Mapping[str, int], name_of: Namer | None, used: set[str]) -> None:
        self._family = family
        self._width = _WIDTHS[family][0]
        self._links = links
        self._name_of = name_of
        self._used = used
        self._loopback = next((name for name, index in links.items() if index == 1), "lo")

    def __missing__(self, key: tuple[Any, ...]) -> tuple[str, str, int]:
        if len(self) >= REMEMBERED:
            self.clear()
        route = Route("", *key)
        tails = []
        for hop in route.hops or (NextHop(None, None),):
            mark = flags(route, hop, self._family)
            self._used.update(mark)
            netif = self._loopback if route.kind == "local" else hop.interface or "-"
            life = "-" if route.expires is None else str(route.expires)
            tails.append(table_tail(self._family, self._gateway(route, hop), mark, visible(netif), life))
        suffix = "" if route.prefix_length == _FULL[self._family] else f"/{route.prefix_length}"
        # Most rows differ in the destination only; a default route, several hops and names take the slow path.
        usual = route.prefix_length > 0 and len(tails) == 1 and (self._name_of is None or suffix != "")
        made = self[key] = (suffix, "\n".join(tails), self._width if usual else -1)
        return made

    def lines(self, route: Route) -> Iterable[str]:
        """Return a row for each next hop."""
        suffix, tail, width = self[route[1:]]
        to = route.destination + suffix
        if len(to) <= width:
            return (to.ljust(width) + tail,)
        if not route.prefix_length:
            to = "default"
        elif self._name_of and not suffix:
            to = visible(self._name_of(to))
        return [table_row(self._family, to, path) for path in tail.split("\n")]

    def _gateway(self, route: Route, hop: NextHop) -> str:
        if not route.hops:
            return route.kind
        if hop.gateway:
            gateway = hop.gateway.removesuffix(f"%{hop.interface}")  # the zone is in another column
            return visible(self._name_of(gateway)) if self._name_of else gateway
        index = self._links.get(hop.interface or "")
        return "-" if index is None else f"link#{index}"


def flags(route: Route, hop: NextHop, family: str) -> str:
    """Return the flags of a route by one of its next hops; C, c, W and M have no counterpart on Linux."""
    found = "UG" if hop.gateway else "U"
    found += "H" if route.prefix_length == _FULL[family] else ""
    found += _KIND_FLAGS.get(route.kind, "")
    found += "S" if route.protocol in _FROM_HAND else ""
    found += "D" if route.protocol == "redirect" else ""
    return found + ("1" if route.protocol not in _NO_DAEMON else "")


def _neighbour(entry: Neighbour, family: str, name_of: Namer | None, used: set[str]) -> str:
    address = entry.address.removesuffix(f"%{entry.interface}")
    mark = "UHLS" if entry.state == "permanent" else "UHL"
    used.update(mark)
    to = visible(name_of(address)) if name_of else address
    return table_row(
        family, to, table_tail(family, entry.hardware or f"({entry.state})", mark, visible(entry.interface))
    )


def recorded_route_lines(record: Routes) -> Iterator[str]:
    """Yield the lines of `netstat -r` from a record of the log."""
    blocks = [
        (
            family,
            [route for route in record.routes if route.family == family],
            [route for route in record.others if route.family == family],
            [neighbour for neighbour in record.neighbours or () if neighbour.family == family],
        )
        for family in (INET, INET6)
    ]
    return route_lines(blocks, {link.interface: link.ifindex for link in record.links or ()})


def interface_lines(found: Interfaces) -> Iterator[str]:
    """Yield the lines of `netstat -i`: a row for the link with its counters, and one for each address."""
    counted = {figures.interface: figures for figures in found.counters or ()}
    rows = [["Name", "Mtu", "Network", "Address", "Ipkts", "Ierrs", "Opkts", "Oerrs", "Coll"]]
    for interface in found.interfaces:
        counters = counted.get(interface.name)
        name = visible(interface.name) + ("" if "UP" in interface.flags or interface.mtu is None else "*")
        mtu = "-" if interface.mtu is None else str(interface.mtu)
        figures = ["-"] * 5 if counters is None else [str(figure) for figure in counters[1:]]
        rows.append([name, mtu, f"link#{interface.ifindex}", interface.hardware or "-", *figures])
        for address in interface.addresses:
            plain = address.address.partition("%")[0]
            rows.append([name, mtu, network(plain, address.prefix_length), plain, *["-"] * 5])
    yield from columns(rows)


def network(address: str, length: int) -> str:
    """Return the network of an address, as `172.16.1.0/24`."""
    from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

    family, bits = (AF_INET6, 128) if ":" in address else (AF_INET, 32)
    packed = int.from_bytes(inet_pton(family, address), "big") >> (bits - length) << (bits - length)
    return f"{inet_ntop(family, packed.to_bytes(bits // 8, 'big'))}/{length}"


def socket_lines(found: BsdSockets) -> Iterator[str]:
    """Yield the lines of `netstat -a`: the sockets of this shell that are open."""
    yield "Active Internet connections (the sockets of this shell)"
    rows = [["Proto", "Recv-Q", "Send-Q", "Local Address", "Foreign Address", "(state)"]]
    for row in found.rows:
        queues = ["-" if size is None else str(size) for size in (row.received, row.unsent)]
        rows.append([row.protocol, *queues, *(_end(end, found.name_of) for end in (row.local, row.peer)), row.state])
    yield from columns(rows)


def _end(end: Endpoint | None, name_of: Namer | None) -> str:
    if end is None:
        return "-"
    return visible(f"{name_of(end.address)}:{end.port}" if name_of else str(end))
