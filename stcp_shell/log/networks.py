"""The public networks in a log: what redaction has to keep together, and where the stand-ins are.

No host on the Internet may be taken for one in a ticket, so stand-ins are in ranges for documentation and benchmarks.
These are small: a network takes the place that the bits need in which its addresses in this log differ, and no other
network gets a place inside of it. The key decides where, so it is mostly the same in the next log.
"""

from __future__ import annotations

from bisect import bisect, insort
from collections.abc import Callable

from .ranges import UNUSED, Prefix, common, cut, embedded, network, packed, public

# Leading bits. Addresses that share so many are in one network, unless the log shows a larger one.
_SHARED = {4: 16, 16: 32}
# A single address takes the place of so large a network: its neighbours could be taken for hosts on the same link.
_ALONE = {4: 24, 16: 64}
# Larger networks have no place, and are none of a single owner.
SHORTEST = {size: min(prefix.length for prefix in prefixes) for size, prefixes in UNUSED.items()}
_TRIES = 64  # places that are tried
_MOST = 65536  # networks

Moved = Callable[[bytes, Prefix, Prefix, int], bytes]
"""Returns an address's stand-in for its network in a range, and the number of one of many places there."""


class Networks:
    """Learns networks from the addresses in texts; takes the place of `Pseudonyms`, and replaces nothing."""

    def __init__(self) -> None:
        # One of the addresses of each network, and how many leading bits all of them share.
        self.learned: dict[Prefix, tuple[bytes, int]] = {}
        self.cards: set[bytes] = set()  # hardware addresses
        self.taken: set[Prefix] = set()  # by addresses that are kept

    def address(self, text: str) -> str:
        """Learn a numeric address. Raises ValueError if the text is none."""
        octets = packed(text)
        self._learn(octets, 8 * len(octets))
        return text

    def prefix(self, text: str, length: int) -> str:
        """Learn a network, or an address in one. Raises ValueError if the text is none, or the length too long."""
        octets, _ = network(text, length)
        self._learn(octets, length)
        return text

    def hardware(self, octets: bytes) -> bytes:
        """Learn a hardware address."""
        if len(self.cards) < _MOST:
            self.cards.add(octets)
        return octets

    def is_hardware(self, octets: bytes) -> bool:
        """Return whether a hardware address was learned: no, as long as they are being learned."""
        return False

    def name(self, text: str) -> str:
        """Return the text: `Names` learns names."""
        return text

    def _learn(self, octets: bytes, length: int) -> None:
        if embedded(octets):
            octets, length = octets[12:], max(0, length - 96)
        size = len(octets)
        if not public(octets):
            if any(unused.holds(octets) for unused in UNUSED[size]):
                self.taken.add(cut(octets, _ALONE[size]))
        elif length >= SHORTEST[size]:
            where = cut(octets, min(length, _SHARED[size]))
            one, shared = self.learned.get(where, (octets, _ALONE[size]))
            if len(self.learned) < _MOST or where in self.learned:
                self.learned[where] = one, min(shared, common(one, octets), length)


class Places:
    """Finds stand-ins of public addresses. A network that was not learned gets a place when it is asked for."""

    def __init__(self, networks: Networks, moved: Moved) -> None:
        self._moved = moved
        self._places: dict[Prefix, tuple[Prefix, int] | None] = {}
        self._lengths = {size: {shared} for size, shared in _SHARED.items()}  # those of networks
        self._taken: dict[int, list[tuple[int, int]]] = {
            4: [],
            16: [],
        }  # the first and the last address of each, sorted
        self._room = {unused: _size(_block(unused)) for prefixes in UNUSED.values() for unused in prefixes}
        self.missing = 0  # networks without a place
        for prefix in networks.taken:
            self._take(prefix)
        for where, (one, shared) in sorted(networks.learned.items(), key=_order):
            if self._around(where.packed) is None:
                self._lengths[len(one)].add(where.length)
                self._place(where, one, shared)

    def standin(self, octets: bytes) -> bytes | None:
        """Return the stand-in of a public address. None: no range has room for its network."""
        where = self._around(octets)
        if where is None:
            where = cut(octets, _SHARED[len(octets)])
            self._place(where, octets, where.length)
        place = self._places[where]
        return self._moved(octets, where, *place) if place else None

    def _around(self, octets: bytes) -> Prefix | None:
        """Return the network with a place that holds an address."""
        for length in sorted(self._lengths[len(octets)]):
            where = cut(octets, length)
            if where in self._places:
                return where
        return None

    def _place(self, where: Prefix, one: bytes, shared: int) -> None:
        """Find a place where nothing is yet for a network, whose addresses share so many leading bits with `one`."""
        self._places[where] = None
        for unused in UNUSED[len(one)]:
            for number in range(_TRIES if self._has_room(unused, shared) else 0):
                place = cut(self._moved(one, where, unused, number), shared)
                if self._is_free(place):
                    self._take(place)
                    self._places[where] = unused, number
                    return
        self.missing += 1

    def _has_room(self, unused: Prefix, shared: int) -> bool:
        """Return whether half of a range is free: then a place is found after few tries."""
        return shared >= unused.length and 2 * self._room[unused] >= _size(_block(unused))

    def _is_free(self, place: Prefix) -> bool:
        taken, (first, last) = self._taken[len(place.packed)], _block(place)
        after = bisect(taken, (first, last))
        return all(end < first or start > last for start, end in taken[max(0, after - 1) : after + 1])

    def _take(self, place: Prefix) -> None:
        block = _block(place)
        insort(self._taken[len(place.packed)], block)
        for unused in UNUSED[len(place.packed)]:
            if unused.holds(place.packed):
                self._room[unused] -= _size(block)


def _order(item: tuple[Prefix, tuple[bytes, int]]) -> tuple[bool, int, Prefix]:
    """Networks that are in the ranges come first, as they have to stay there; then large ones, which find less room."""
    where, (one, shared) = item
    inside = any(unused.holds(one) for unused in UNUSED[len(one)])
    return not inside, shared, where


def _block(prefix: Prefix) -> tuple[int, int]:
    first = int.from_bytes(prefix.packed, "big")
    return first, first | (1 << (8 * len(prefix.packed) - prefix.length)) - 1


def _size(block: tuple[int, int]) -> int:
    return block[1] - block[0] + 1
