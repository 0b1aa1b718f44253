"""Interfaces and addresses without netlink: the ioctls of netdevice(7), and /proc/net/if_inet6.

A container's policy that denies netlink denies it to getifaddrs(3) too, and so to everything that is built on it
(netifaces is). The older calls use an ordinary socket and report nearly as much: only the scope of IPv4 addresses is
missing, and whether one is secondary.
"""

import array
import fcntl
import socket
import struct
from collections.abc import Iterator

from ...model.tables import Address, Interface
from . import rtmessage

SIOCGIFCONF, SIOCGIFFLAGS, SIOCGIFMTU, SIOCGIFHWADDR, SIOCGIFINDEX = 0x8912, 0x8913, 0x8921, 0x8927, 0x8933
SIOCGIFDSTADDR, SIOCGIFBRDADDR, SIOCGIFNETMASK = 0x8917, 0x8919, 0x891B
ARPHRD_ETHER = 1
IFF_BROADCAST = 0x2

_REQUEST = struct.Struct("16s24s")  # ifreq
_ADDRESS = struct.Struct("=H2x4s16x")  # the sockaddr_in in it
# Scopes in /proc/net/if_inet6 are bits of the address's type (IPV6_ADDR_*, <net/ipv6.h>).
_SCOPES = {0x00: "global", 0x10: "host", 0x20: "link", 0x40: "site"}


class _Device:
    """An ordinary socket, for ioctls about a device or a label."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def ask(self, request: int, name: bytes, more: bytes = b"") -> bytes:
        """Return the bytes of the reply after the name; empty if the call fails."""
        try:
            return fcntl.ioctl(self._channel, request, _REQUEST.pack(name, more))[16:]
        except OSError:
            return b""

    def configured(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield label and address of every IPv4 address (SIOCGIFCONF)."""
        # Without a buffer the kernel returns how much it would write.
        size = struct.unpack_from("i", fcntl.ioctl(self._channel, SIOCGIFCONF, struct.pack("iP", 0, 0)))[0]
        buffer = array.array("B", bytes(size))
        wanted = struct.pack("iP", size, buffer.buffer_info()[0])
        written = struct.unpack_from("i", fcntl.ioctl(self._channel, SIOCGIFCONF, wanted))[0]
        for label, rest in _REQUEST.iter_unpack(buffer.tobytes()[: written - written % _REQUEST.size]):
            yield label.rstrip(b"\0"), _ADDRESS.unpack(rest)[1]


def interfaces() -> list[Interface]:
    """Return the interfaces of this network namespace. Raises OSError if not even these calls are allowed."""
    with open("/proc/net/dev", "rb") as table:
        names = [line.rpartition(b":")[0].strip() for line in table.readlines()[2:]]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        device = _Device(channel)
        found: dict[bytes, list[Address]] = {name: [] for name in names}
        for label, packed in device.configured():
            name = label.partition(b":")[0]
            if name in found:
                found[name].append(_address(device, name, label, packed))
        for name, address in _inet6():
            if name in found:
                found[name].append(address)
        return [_interface(device, name, addresses) for name, addresses in found.items()]


def _interface(device: _Device, name: bytes, addresses: list[Address]) -> Interface:
    kind, hardware = struct.unpack_from("=H6s", device.ask(SIOCGIFHWADDR, name) or bytes(8))
    mtu = device.ask(SIOCGIFMTU, name)
    return Interface(
        ifindex=rtmessage.number(device.ask(SIOCGIFINDEX, name) or None) or 0,
        name=rtmessage.decoded(name),
        flags=rtmessage.link_flags(_bits(device, name)),
        mtu=rtmessage.number(mtu) if mtu else None,
        hardware=hardware.hex(":") if kind == ARPHRD_ETHER else None,
        addresses=tuple(addresses),
    )


def _bits(device: _Device, name: bytes) -> int:
    bits: int = struct.unpack_from("=H", device.ask(SIOCGIFFLAGS, name) or bytes(2))[0]
    return bits


def _address(device: _Device, name: bytes, label: bytes, packed: bytes) -> Address:
    own = _ADDRESS.pack(socket.AF_INET, packed)  # several addresses may have one label: this selects one of them

    def other(request: int) -> bytes:
        answer = device.ask(request, label, own)
        return _ADDRESS.unpack(answer)[1] if answer else bytes(4)

    bits = _bits(device, name)
    broadcast = other(SIOCGIFBRDADDR) if bits & IFF_BROADCAST else bytes(4)
    peer = other(SIOCGIFDSTADDR)
    return Address(
        address=rtmessage.text(packed),
        prefix_length=bin(int.from_bytes(other(SIOCGIFNETMASK), "big")).count("1"),
        scope="host" if packed[0] == 127 else "link" if packed[:2] == b"\xa9\xfe" else "global",
        broadcast=rtmessage.text(broadcast) if any(broadcast) else None,
        peer=rtmessage.text(peer) if peer not in (packed, bytes(4)) else None,
        label=rtmessage.decoded(label) if label != name else None,
    )


def _inet6() -> Iterator[tuple[bytes, Address]]:
    """Yield interface and address from /proc/net/if_inet6: address, index, prefix length, scope, flags, name."""
    try:
        with open("/proc/net/if_inet6", "rb") as table:
            rows = [line.split() for line in table]
    except FileNotFoundError:
        return  # a kernel without IPv6
    for digits, _, length, scope, bits, name in rows:
        yield (
            name,
            Address(
                address=rtmessage.zoned(bytes.fromhex(digits.decode()), rtmessage.decoded(name)),
                prefix_length=int(length, 16),
                scope=_SCOPES.get(int(scope, 16), str(int(scope, 16))),
                flags=rtmessage.address_flags(int(bits, 16), socket.AF_INET6),
            ),
        )
