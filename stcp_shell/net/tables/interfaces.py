"""This host's interfaces and their addresses: from rtnetlink, or by older calls if that is denied or missing.

Off Linux they come from `netifaces`, which does not report flags, MTU and labels. The broadcast addresses that it
makes up for host routes are left out.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterable

from ...errors import Failure, near_miss
from ...model.tables import Address, Interface
from . import netdevice
from .rtnetlink import Rtnetlink, TablesUnavailable

ATTEMPTS = 5  # at a consistent view, while interfaces come and go
_UNUSABLE = frozenset(("tentative", "dadfailed"))  # bind(2) rejects them (RFC 4862, section 5.4)


def interfaces() -> list[Interface]:
    """Return the interfaces in the kernel's order, each with its addresses in the kernel's order.

    Off Linux an interface has no flags, and its MTU is None: both are unknown. Raises OSError if nothing can be read.
    """
    try:
        with Rtnetlink() as tables:
            return from_netlink(tables)
    except TablesUnavailable:
        if sys.platform != "linux":
            return from_netifaces()
        return netdevice.interfaces()


def local_addresses(family: str | None = None) -> tuple[str, ...]:
    """Return every address of this machine (of the family), link-local ones with their zone."""
    every = (address for interface in interfaces() for address in interface.addresses)
    return tuple(address.address for address in every if family in (None, address.family))


def named(name: str) -> Interface:
    """Return the interface of that name. If there is none raises Failure, which lists those of this host."""
    there = {interface.name: interface for interface in interfaces()}
    if name not in there:
        names = list(there)
        listed = ", ".join(names if len(names) < 9 else [*names[:8], "..."])
        raise Failure(f"there is no interface {name}{near_miss(name, names)}; this host has {listed or 'none'}")
    return there[name]


def addresses_of(name: str, family: str | None = None) -> tuple[Address, ...]:
    """Return an interface's addresses (of the family), in the kernel's order. Raises Failure if it does not exist."""
    return tuple(address for address in named(name).addresses if family in (None, address.family))


def address_on(name: str, family: str) -> str:
    """Return the address to use for an interface: its first one that can be a source address, link-local ones last.

    Raises Failure if it has none of the family.
    """
    found = [address for address in addresses_of(name, family) if not _UNUSABLE.intersection(address.flags)]
    if not found:
        raise Failure(f"interface {name} has no usable {family} address")
    return min(found, key=lambda address: address.scope == "link").address


def is_up(interface: Interface) -> bool:
    """Return whether an interface is up, or its flags are unknown."""
    return "UP" in interface.flags or interface.mtu is None


def from_netlink(tables: Rtnetlink) -> list[Interface]:
    """Return a consistent view, or after some attempts one that may lack what came or went meanwhile."""
    for _ in range(ATTEMPTS):
        tables.interrupted = False
        # Addresses second: then only an address whose interface came in between can be missed.
        links = list(tables.links())
        found = _joined(links, tables.addresses())
        if not tables.interrupted:
            break
    return found


def _joined(links: list[Interface], addresses: Iterable[tuple[int, Address]]) -> list[Interface]:
    of: dict[int, list[Address]] = {link.ifindex: [] for link in links}
    names = {link.ifindex: link.name for link in links}
    for index, address in addresses:
        if index in of:
            # The kernel labels an IPv4 address with the interface's name unless it was given another label.
            of[index].append(address._replace(label=None) if address.label == names[index] else address)
    return [link._replace(addresses=tuple(of[link.ifindex])) for link in links]


def from_netifaces() -> list[Interface]:
    """Return what getifaddrs(3) reports on every system that has it."""
    import netifaces

    found = []
    for name in netifaces.interfaces():
        try:
            families = netifaces.ifaddresses(name)
        except ValueError:  # a tun without an address
            families = {}
        hardware = next((entry.get("addr") for entry in families.get(netifaces.AF_LINK, ())), None)
        addresses = tuple(
            _address(entry)
            for family in (netifaces.AF_INET, netifaces.AF_INET6)
            for entry in families.get(family, ())
            if entry.get("addr")
        )
        found.append(Interface(_index(name), name, (), None, hardware or None, addresses))
    return found


def _index(name: str) -> int:
    try:
        return socket.if_nametoindex(name)
    except OSError:
        return 0


def _address(entry: dict[str, str]) -> Address:
    """Return the address in an entry of netifaces: addr, netmask (`255.0.0.0`, `ffff::/16`), and broadcast or peer."""
    address = entry["addr"]
    length = _prefix_length(entry.get("netmask", ""))
    peer, broadcast = entry.get("peer"), entry.get("broadcast")
    return Address(
        address=address,
        prefix_length=length,
        scope=_scope(address),
        broadcast=broadcast if length < 31 and broadcast != address else None,
        peer=peer if peer != address else None,
    )


def _prefix_length(netmask: str) -> int:
    mask, slash, length = netmask.partition("/")
    if slash:
        return int(length)
    if not mask:
        return 0
    packed = socket.inet_pton(socket.AF_INET6 if ":" in mask else socket.AF_INET, mask)
    return bin(int.from_bytes(packed, "big")).count("1")


def _scope(address: str) -> str:
    """Return the scope that follows from the address itself: loopback, link-local (RFC 4291, section 2.4; RFC 3927)."""
    if address == "::1" or address.startswith("127."):
        return "host"
    return "link" if address.lower().startswith(("fe8", "fe9", "fea", "feb", "169.254.")) else "global"
