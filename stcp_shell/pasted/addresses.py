"""The addresses that a host has: those of its interfaces, and those that only its routing table shows.

BSD, AIX, HP-UX and Solaris put an own address into the gateway column of an interface's network; BSD has a host route
to the loopback interface for each own address; Windows shows one in the column Interface.
"""

from __future__ import annotations

from typing import NamedTuple

from ..model.connection import INET
from .facts import BITS, Own, Row, text_of
from .prefixes import Prefixes
from .words import number4, number6


class Known(NamedTuple):
    """An own address and the interface that it is on."""

    interface: str
    own: Own
    hint: bool  # only a routing table shows it: the interface can have more


def number_of(address: str) -> int:
    """Return a numeric address as a number."""
    number = number6(address) if ":" in address else number4(address)
    return number or 0


def holds(own: Own, address: str) -> bool:
    """Return whether the network of an own address holds another one."""
    if own.length is None or (":" in address) != (own.family != INET):
        return False
    shift = BITS[own.family] - own.length
    return number_of(own.peer or own.address) >> shift == number_of(address) >> shift


def common(one: str, two: str, family: str) -> int:
    """Return how many leading bits two addresses of a family have in common."""
    return BITS[family] - (number_of(one) ^ number_of(two)).bit_length()


def known(prefixes: Prefixes, family: str) -> list[Known]:
    """Return the own addresses of a family, those of interfaces first, each once."""
    found = [Known(card.name, own, False) for card, own in prefixes.host.own(family)]
    seen = {each.own.address for each in found}
    networks = [row for row in prefixes.networks if _connected(row, family)]
    for row in sorted(prefixes.hints, key=_clearness):
        each = _hint(row, family, networks)
        if each and each.own.address not in seen and not each.own.address.startswith("127."):
            seen.add(each.own.address)
            found.append(each)
    return found


def _clearness(row: Row) -> tuple[bool, bool]:
    """Put first what shows an address best: a network with its interface, or else the host row of the address."""
    host_row = row.length == BITS[row.way.family]
    return not row.way.local, host_row == bool(row.way.interface)


def _connected(row: Row, family: str) -> bool:
    """Return whether the row is the network of an interface."""
    way = row.way
    return (
        way.family == family
        and way.gateway is None
        and not way.partly
        and row.length is not None
        and 0 < row.length < BITS[family]
        and way.kind in ("unicast", "scoped")
    )


def _hint(row: Row, family: str, networks: list[Row]) -> Known | None:
    way = row.way
    if way.family != family or row.name or way.kind == "persistent":
        return None
    if way.local and row.length is not None and way.kind != "neighbour":
        host_row = row.length == BITS[family]
        address = text_of(row.network, family) if host_row and way.interface == "" else way.local
        if row.length == 0 or way.kind == "broadcast" or (host_row and _is_loopback(way.interface)):
            return None
        if host_row and way.interface == "" and _is_broadcast(row.network, networks):
            return None
        return Known(way.interface or f"the card of {way.local}", _own(row, address, networks, family), True)
    if way.source and way.kind == "unicast" and way.gateway is None and way.interface:
        return Known(way.interface, _own(row, way.source, networks, family), True)
    if row.length == BITS[family] and _is_loopback(way.interface) and "B" not in way.flags and "R" not in way.flags:
        own = _own(row, text_of(row.network, family), networks, family)
        network = next((each for each in networks if holds(own, text_of(each.network, family))), None)
        return Known(network.way.interface, own, True) if network else None
    return None


def _is_broadcast(number: int, networks: list[Row]) -> bool:
    """Return whether it is a broadcast or multicast address of IPv4."""
    ends = (row.network | ((1 << (32 - (row.length or 0))) - 1) for row in networks if row.way.family == INET)
    return number >> 28 >= 14 or number in ends


def _is_loopback(interface: str) -> bool:
    return interface.startswith("lo")


def _own(row: Row, address: str, networks: list[Row], family: str) -> Own:
    """Return an own address with the length of the network that holds it."""
    number = number_of(address)
    holding = [
        each
        for each in networks
        if number >> (BITS[family] - (each.length or 0)) == each.network >> (BITS[family] - (each.length or 0))
    ]
    best = max(holding, key=lambda each: each.length or 0, default=None)
    length = best.length if best else None
    return Own(row.line, address, family, length, best.origin if best else "unknown")
