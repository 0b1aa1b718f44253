"""Stand-ins for addresses and names, under a key that only the sender has.

Addresses keep their relations (the idea of Crypto-PAn, Xu, Fan, Ammar and Moon 2002): whether a bit is flipped depends
on the key and on the bits before it. So two stand-ins share as many leading bits as their originals, and addresses of
one subnet stay in one subnet. Without the key, originals can be found only with knowledge of some of the others.

Well-known addresses are kept: loopback, 0.0.0.0 and ::, multicast, netmasks, and the prefixes of link-local and private
addresses. Those of public ones are replaced (`Places`): relations are kept inside of a network.
"""

from hashlib import blake2b

from .networks import SHORTEST, Networks, Places
from .ranges import EMBEDDING, LOCAL, UNUSED, WHOLE, Prefix, common, cut, embedded, network, packed, public, text

_REMEMBERED = 65536  # stand-ins in the cache: making one takes up to 0.05 ms
_KEPT_NAMES = frozenset(("localhost", "localdomain", "arpa", "in-addr", "ip6"))


class Pseudonyms:
    """The stand-ins under one key, in a log with these networks."""

    def __init__(self, key: bytes, networks: Networks) -> None:
        self._key = blake2b(key).digest()
        self._made: dict[bytes, bytes] = {}
        self._cards = networks.cards
        self.places = Places(networks, self._moved)

    def address(self, numeric: str) -> str:
        """Return the stand-in of a numeric address. Raises ValueError if the text is not an address."""
        return text(self._mapped(packed(numeric)))

    def prefix(self, numeric: str, length: int) -> str:
        """Return the stand-in of a network: of its prefix, without host bits; with host bits it is an address.

        Raises ValueError if the text is not an address, or the length not one of its prefixes.
        """
        octets, host = network(numeric, length)
        if host:
            return text(self._mapped(octets))
        short = length < SHORTEST[len(octets)]
        return text(cut(self._near(octets) if short else self._mapped(octets), length).packed)

    def hardware(self, octets: bytes) -> bytes:
        """Return the stand-in of a hardware address: of the same length, and in no manufacturer's range."""
        if not any(octets) or set(octets) == {255}:
            return octets
        made = b"".join(self._digest(b"h", octets, bytes([part])) for part in range(len(octets) // 32 + 1))
        first = made[0] & 0xFC | 2 | octets[0] & 1  # local; the group bit is kept (IEEE 802, section 8.2)
        return bytes([first]) + made[1 : len(octets)]

    def is_hardware(self, octets: bytes) -> bool:
        """Return whether the log has a hardware address in a form that nothing else has."""
        return octets in self._cards

    def name(self, text: str) -> str:
        """Return the stand-in of a host name, label by label: the names of one domain still share the domain."""
        labels = text.split(".")
        nibbles = labels[-2:] == ["ip6", "arpa"]
        if nibbles:  # an address, one digit per label
            labels = [".".join(labels[:-2]), *labels[-2:]]
        top = [labels.pop()] if len(labels) > 1 and not nibbles else []
        return ".".join([*map(self._label, labels), *top])

    def _label(self, text: str) -> str:
        if not text or text.lower() in _KEPT_NAMES:
            return text
        return f"n{self._digest(b'n', text.lower().encode('utf-8', 'surrogatepass')).hex()[:10]}"

    def _mapped(self, octets: bytes) -> bytes:
        made = self._made.get(octets)
        if made is None:
            if len(self._made) >= _REMEMBERED:
                self._made.clear()
            made = self._made[octets] = self._map(octets)
        return made

    def _map(self, octets: bytes) -> bytes:
        if embedded(octets):
            return octets[:12] + self._mapped(octets[12:])
        found = self.places.standin(octets) if public(octets) else None
        return found or self._near(octets)

    def _near(self, octets: bytes) -> bytes:
        """Return the stand-in of an address that has no place: with the bits by which it differs from other ranges."""
        value, width = int.from_bytes(octets, "big"), 8 * len(octets)
        flips = self._flips(octets) & (1 << (width - _kept(octets))) - 1
        return (value ^ flips).to_bytes(len(octets), "big")

    def _moved(self, octets: bytes, where: Prefix, unused: Prefix, number: int) -> bytes:
        """Return an address's stand-in in the n-th place for its network in a range."""
        width = 8 * len(octets)
        added = self._digest(b"s", where.packed, bytes([where.length, number]))
        value = int.from_bytes(octets, "big") ^ self._flips(octets) ^ int.from_bytes(added, "big")
        after = (1 << (width - unused.length)) - 1
        return (int.from_bytes(unused.packed, "big") | value & after).to_bytes(len(octets), "big")

    def _flips(self, octets: bytes) -> int:
        """Return which bits are flipped: for an octet, a bit of the key's digest for each value of the bits before."""
        flips = 0
        for place, octet in enumerate(octets):
            tree = self._digest(b"a", bytes([len(octets)]), octets[:place])
            node = 1
            for shift in range(7, -1, -1):
                flips = flips << 1 | tree[node >> 3] >> (node & 7) & 1
                node = node << 1 | octet >> shift & 1
        return flips

    def _digest(self, purpose: bytes, *parts: bytes) -> bytes:
        return blake2b(b"".join(parts), digest_size=32, key=self._key, person=purpose).digest()


def _kept(octets: bytes) -> int:
    """Return how many leading bits are kept: up to the one that differs from all ranges."""
    size, kept = len(octets), 0
    for prefix in WHOLE[size]:
        if prefix.holds(octets):
            return 8 * size
        kept = max(kept, common(octets, prefix.packed) + 1)
    for prefix in (*LOCAL[size], *UNUSED[size], *(EMBEDDING if size == 16 else ())):
        kept = max(kept, min(common(octets, prefix.packed) + 1, prefix.length))
    return kept
