"""Which local addresses can be the source of a connect to a destination."""

from ...errors import Failure
from ...model.connection import INET, family_of
from ...model.tables import Address, Interface
from ..tables.interfaces import interfaces, is_up

MOST = 256  # sources tried at once; the others are counted, not tried
_UNUSABLE = frozenset(("tentative", "dadfailed"))  # bind(2) rejects them (RFC 4862, section 5.4)


def check_target(address: str) -> None:
    """Raise Failure for an address that cannot be the destination of a TCP connect."""
    if address in ("0.0.0.0", "::"):
        raise Failure(f"{address} is not a destination: it stands for `any address`")
    first = int(address.split(".", maxsplit=1)[0]) if family_of(address) == INET else 0
    if (address.lower().startswith("ff") and family_of(address) != INET) or 224 <= first < 240:
        raise Failure(f"{address} is a multicast address: TCP connects to one host")
    if address.lower().startswith("fe80") and "%" not in address:
        raise Failure(f"{address} is a link-local address: add its interface, as in {address}%enetA")
    if address == "255.255.255.255" or address in _broadcasts():
        raise Failure(f"{address} is a broadcast address: TCP connects to one host")


def eligible(destination: str, wanted: tuple[str, ...] = ()) -> tuple[list[str], int]:
    """Return the addresses to bind to for this destination, and how many more there are than MOST.

    Those `wanted`, checked; without them every usable one of the family: loopback addresses only for a loopback
    destination, and link-local ones only for a link-local destination on the same link. Raises Failure for a wanted
    address that is not of this host, is of the other family, or whose interface is down.
    """
    found = interfaces()
    usable = {
        address.address: interface
        for interface in found
        for address in interface.addresses
        if address.family == family_of(destination) and not _UNUSABLE.intersection(address.flags)
    }
    if wanted:
        for address in wanted:
            _check(address, destination, usable)
        return list(wanted), 0
    fitting = [
        address.address
        for interface in found
        if is_up(interface)
        for address in interface.addresses
        if address.address in usable and _fits(address, destination)
    ]
    return fitting[:MOST], max(0, len(fitting) - MOST)


def _check(address: str, destination: str, usable: dict[str, Interface]) -> None:
    if family_of(address) != family_of(destination):
        raise Failure(f"-from {address}: {destination} is of the other address family")
    if address not in usable:
        there = ", ".join(list(usable)[:9]) or "none"
        raise Failure(f"-from {address}: not a usable address of this host; it has {there}")
    if not is_up(usable[address]):
        raise Failure(f"-from {address}: its interface {usable[address].name} is down")


def _fits(address: Address, destination: str) -> bool:
    loopback = destination == "::1" or destination.startswith("127.")
    if address.scope == "host":
        return loopback
    if address.scope == "link":
        zone = address.address.partition("%")[2]
        return destination.startswith("fe80") and destination.partition("%")[2] == zone
    return not loopback


def _broadcasts() -> set[str]:
    return {a.broadcast for interface in interfaces() for a in interface.addresses if a.broadcast}
