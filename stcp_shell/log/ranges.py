"""Ranges of addresses: those that everybody knows, which redaction keeps, and those of no host on the Internet."""

from __future__ import annotations

from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import NamedTuple


class Prefix(NamedTuple):
    """The leading `length` bits of an address."""

    packed: bytes
    length: int

    def holds(self, packed: bytes) -> bool:
        """Return whether an address of the same family begins with these bits."""
        return common(packed, self.packed) >= self.length


def _prefixes(family: int, *prefixes: tuple[str, int]) -> tuple[Prefix, ...]:
    return tuple(Prefix(inet_pton(family, address), length) for address, length in prefixes)


# By the number of octets in an address. Kept as they are:
WHOLE = {
    4: _prefixes(
        AF_INET,
        ("0.0.0.0", 8),
        ("127.0.0.0", 8),
        ("224.0.0.0", 3),  # multicast, the broadcast address, and netmasks
    ),
    16: _prefixes(
        AF_INET6,
        ("::", 127),
        # The groups of RFC 4291, section 2.7.1. Other groups can contain addresses and prefixes of hosts.
        *((f"ff0{scope:x}::", 96) for scope in range(16)),
    ),
}
# Of these the prefix is kept.
LOCAL = {
    4: _prefixes(
        AF_INET,
        ("169.254.0.0", 16),
        *(("10.0.0.0", 8), ("172.16.0.0", 12), ("192.168.0.0", 16)),  # RFC 1918
        ("100.64.0.0", 10),  # RFC 6598
    ),
    16: _prefixes(
        AF_INET6,
        ("fe80::", 64),
        ("fc00::", 7),  # RFC 4193
        ("ff00::", 8),
    ),
}
# An IPv4 address in an IPv6 address (RFC 4291, section 2.5.5.2; RFC 6052, section 2.1) has the same stand-in as alone.
EMBEDDING = _prefixes(AF_INET6, ("::ffff:0:0", 96), ("64:ff9b::", 96))
# Stand-ins of all others are in the first of these that has room.
UNUSED = {
    4: _prefixes(
        AF_INET,
        ("198.18.0.0", 15),  # benchmarks: RFC 2544, appendix C.2.2
        ("240.0.0.0", 5),  # reserved: RFC 1112, section 4; more of it would hold netmasks
    ),
    16: _prefixes(
        AF_INET6,
        ("2001:db8::", 32),  # documentation: RFC 3849
        ("3fff::", 20),  # documentation: RFC 9637
    ),
}


def embedded(packed: bytes) -> bool:
    """Return whether the last 32 bits are an IPv4 address."""
    return len(packed) == 16 and any(prefix.holds(packed) for prefix in EMBEDDING)


def everybody_knows(packed: bytes) -> bool:
    """Return whether an address is kept as it is."""
    return any(prefix.holds(packed) for prefix in WHOLE[len(packed)])


def public(packed: bytes) -> bool:
    """Return whether an address is none that everybody knows, and in no range that many hosts use."""
    known = (*WHOLE[len(packed)], *LOCAL[len(packed)])
    return not any(prefix.holds(packed) for prefix in known)


def common(one: bytes, other: bytes) -> int:
    """Return how many leading bits two addresses of one family have in common."""
    differ = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return 8 * len(one) - differ.bit_length()


def cut(octets: bytes, length: int) -> Prefix:
    """Return the leading bits of an address; the others are 0."""
    host = (1 << (8 * len(octets) - length)) - 1
    return Prefix((int.from_bytes(octets, "big") & ~host).to_bytes(len(octets), "big"), length)


def packed(text: str) -> bytes:
    """Return the octets of a numeric address, in network order. Raises ValueError if the text is none."""
    try:
        if ":" in text:
            return inet_pton(AF_INET6, text)
        return bytes(map(int, text.split("."))) if text.count(".") == 3 else inet_pton(AF_INET, text)
    except OSError:
        raise ValueError(f"{text} is not an address") from None


def text(packed: bytes) -> str:
    """Return the text of an address, in the form of RFC 5952."""
    return inet_ntop(AF_INET if len(packed) == 4 else AF_INET6, packed)


def network(text: str, length: int) -> tuple[bytes, bool]:
    """Return the octets of a network, and whether it has host bits.

    Raises ValueError if the text is not an address, or the length not one of its prefixes.
    """
    octets = packed(text)
    if not 0 <= length <= 8 * len(octets):
        raise ValueError(f"{length} is not the length of a prefix of {text}")
    return octets, cut(octets, length).packed != octets
