"""Stand-ins for addresses and names. An original always has the same stand-in under a key that only the sender has.

Addresses keep their relations (the idea of Crypto-PAn, Xu, Fan, Ammar and Moon 2002): whether a bit is flipped depends
on the key and on the bits before it. So two stand-ins share as many leading bits as their originals, and addresses of
one subnet stay in one subnet. Without the key, originals can be found only with knowledge of some of the others.

Well-known addresses are kept: loopback, 0.0.0.0 and ::, multicast, netmasks, and the prefixes of link-local and private
addresses. No other address may get a stand-in among these. Therefore the leading bits by which it differs from them are
kept, too: for example the first three to eight of most IPv4 addresses.
"""

from hashlib import blake2b
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import NamedTuple

_REMEMBERED = 65536  # stand-ins in the cache: making one takes up to 0.1 ms
_KEPT_NAMES = frozenset(("localhost", "localdomain", "arpa", "in-addr", "ip6"))


class _Known(NamedTuple):
    """A prefix that is kept. `whole`: the bits after it are kept, too."""

    packed: bytes
    length: int
    whole: bool


def _known(family: int, *prefixes: tuple[str, int, bool]) -> list[_Known]:
    return [_Known(inet_pton(family, text), length, whole) for text, length, whole in prefixes]


_KNOWN = {
    4: _known(
        AF_INET,
        ("0.0.0.0", 8, True),
        ("127.0.0.0", 8, True),
        ("169.254.0.0", 16, False),
        *(("10.0.0.0", 8, False), ("172.16.0.0", 12, False), ("192.168.0.0", 16, False)),  # RFC 1918
        ("100.64.0.0", 10, False),  # RFC 6598
        ("224.0.0.0", 3, True),  # multicast, the broadcast address, and netmasks
    ),
    16: _known(
        AF_INET6,
        ("::", 127, True),
        ("fe80::", 64, False),
        ("fc00::", 7, False),  # RFC 4193
        # The groups of RFC 4291, section 2.7.1. Other groups can contain addresses and prefixes of hosts.
        *((f"ff0{scope:x}::", 96, True) for scope in range(16)),
    ),
}
# An IPv4 address in an IPv6 address (RFC 4291, section 2.5.5.2; RFC 6052, section 2.1) has the same stand-in as alone.
_EMBEDDING = _known(AF_INET6, ("::ffff:0:0", 96, False), ("64:ff9b::", 96, False))


class Pseudonyms:
    """The stand-ins under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = blake2b(key).digest()
        self._made: dict[bytes, bytes] = {}

    def address(self, text: str) -> str:
        """Return the stand-in of a numeric address. Raises ValueError if the text is not an address."""
        packed = _packed(text)
        return _text(self._mapped(packed))

    def prefix(self, text: str, length: int) -> str:
        """Return the stand-in of a network: of its prefix, without host bits; with host bits it is an address.

        Raises ValueError if the text is not an address, or the length not one of its prefixes.
        """
        packed = _packed(text)
        width = 8 * len(packed)
        if not 0 <= length <= width:
            raise ValueError(f"{length} is not the length of a prefix of {text}")
        host = (1 << (width - length)) - 1
        mapped = self._mapped(packed)
        if int.from_bytes(packed, "big") & host:
            return _text(mapped)
        return _text((int.from_bytes(mapped, "big") & ~host).to_bytes(len(packed), "big"))

    def hardware(self, octets: bytes) -> bytes:
        """Return the stand-in of a hardware address: of the same length, and in no manufacturer's range."""
        if not any(octets) or set(octets) == {255}:
            return octets
        made = b"".join(self._digest(b"h", octets, bytes([part])) for part in range(len(octets) // 32 + 1))
        first = made[0] & 0xFC | 2 | octets[0] & 1  # local; the group bit is kept (IEEE 802, section 8.2)
        return bytes([first]) + made[1 : len(octets)]

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

    def _mapped(self, packed: bytes) -> bytes:
        made = self._made.get(packed)
        if made is None:
            if len(self._made) >= _REMEMBERED:
                self._made.clear()
            made = self._made[packed] = self._map(packed)
        return made

    def _map(self, packed: bytes) -> bytes:
        if any(_common(packed, known.packed) >= known.length for known in _EMBEDDING):
            return packed[:12] + self._mapped(packed[12:])
        value, width = int.from_bytes(packed, "big"), 8 * len(packed)
        flips = 0
        for place in range(_kept(packed), width):
            before = value >> (width - place)  # the bits before that one
            flip = self._digest(b"a", bytes([width, place]), before.to_bytes(len(packed), "big"))[0] & 1
            flips |= flip << (width - place - 1)
        return (value ^ flips).to_bytes(len(packed), "big")

    def _digest(self, purpose: bytes, *parts: bytes) -> bytes:
        return blake2b(b"".join(parts), digest_size=32, key=self._key, person=purpose).digest()


def _kept(packed: bytes) -> int:
    """Return how many leading bits are kept: up to the one that differs from all well-known prefixes."""
    kept = 0
    for known in [*_KNOWN[len(packed)], *(_EMBEDDING if len(packed) == 16 else ())]:
        common = _common(packed, known.packed)
        if known.whole and common >= known.length:
            return 8 * len(packed)
        kept = max(kept, min(common + 1, known.length))
    return kept


def _common(one: bytes, other: bytes) -> int:
    """Return how many leading bits two addresses have in common."""
    differ = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return 8 * len(one) - differ.bit_length()


def _packed(text: str) -> bytes:
    try:
        if ":" in text:
            return inet_pton(AF_INET6, text)
        return bytes(map(int, text.split("."))) if text.count(".") == 3 else inet_pton(AF_INET, text)
    except OSError:
        raise ValueError(f"{text} is not an address") from None


def _text(packed: bytes) -> str:
    return inet_ntop(AF_INET if len(packed) == 4 else AF_INET6, packed)
