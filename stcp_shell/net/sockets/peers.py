"""Addresses and networks of peers, and the programs that make the kernel pass on their sockets only."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network
from typing import Union

Network = Union[IPv4Network, IPv6Network]

_CONDITION, _JUMP = 8, 1  # INET_DIAG_BC_D_COND, INET_DIAG_BC_JMP
_OPERATION = struct.Struct("=BBH")  # inet_diag_bc_op: code, how far if it holds, how far if not
_HOST = struct.Struct("=BB2xi")  # inet_diag_hostcond: family, prefix length, port
_MOST_BYTECODE = 1 << 15
# sock_filter: load a word or a byte of the message, and the accumulator, compare, return
_LOAD, _BYTE, _AND, _EQUAL, _RETURN = 0x20, 0x30, 0x54, 0x15, 0x06
_INSTRUCTION = struct.Struct("=HBBI")
_MOST_INSTRUCTIONS = 4096  # BPF_MAXINSNS
_FAMILY, _DESTINATION = 16, 40  # offsets in the message: nlmsghdr, then inet_diag_msg
_WHOLE = 0xFFFFFFFF
_MAPPED = 96  # bits before an IPv4 address that is mapped, RFC 4291, section 2.5.5.2


def networks(peers: Iterable[str]) -> tuple[Network, ...]:
    """Return addresses and prefixes (`10.0.0.0/8`) as networks without overlap. Raises ValueError.

    IPv4-mapped ones become the IPv4 ones that they are, as those of the kernel's rows do.
    """
    four: list[IPv4Network] = []
    six: list[IPv6Network] = []
    for peer in peers:
        network = ip_network(peer.partition("%")[0], strict=False)
        mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
        if mapped is not None and network.prefixlen >= _MAPPED:
            network = IPv4Network((mapped, network.prefixlen - _MAPPED))
        if isinstance(network, IPv4Network):
            four.append(network)
        else:
            six.append(network)
    return (*collapse_addresses(four), *collapse_addresses(six))


class OwnAddresses:
    """The addresses of this host, and all of loopback."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._addresses = frozenset(addresses)

    def __contains__(self, address: object) -> bool:
        return address in self._addresses or str(address).startswith("127.") or address == "::1"


class Peers:
    """Which remote addresses are watched."""

    def __init__(self, peers: tuple[str, ...]) -> None:
        self.networks = networks(peers)
        # Link-local addresses with their zones; one that was given without has none here.
        self._zones = {address: zone for address, _, zone in (peer.partition("%") for peer in peers) if zone}

    def __contains__(self, address: str) -> bool:
        bare, _, zone = address.partition("%")
        if self._zones.get(bare, zone) != zone:
            return False
        found = ip_address(bare)
        return any(found in network for network in self.networks if network.version == found.version)

    @property
    def families(self) -> tuple[int, ...]:
        """The families whose sockets can have such a peer: IPv4 ones can be IPv4-mapped on a socket of IPv6."""
        four = any(network.version == 4 for network in self.networks)
        return (socket.AF_INET, socket.AF_INET6) if four else (socket.AF_INET6,)

    def bytecode(self) -> bytes:
        """Return the program of a dump (`inet_diag_bc_run`, net/ipv4/inet_diag.c); empty: too long, or all pass."""
        conditions = [_condition(network) for network in self.networks]
        total = sum(len(each) + 4 for each in conditions) - 4
        if total > _MOST_BYTECODE or any(network.prefixlen == 0 for network in self.networks):
            return b""
        program, left = b"", total
        for number, body in enumerate(conditions):
            size, last = len(body), number == len(conditions) - 1
            # What does not match goes behind the jump to the end, or beyond the end, which rejects.
            program += _OPERATION.pack(_CONDITION, size, size + 4) + body[_OPERATION.size :]
            left -= size
            if not last:
                program += _OPERATION.pack(_JUMP, 4, left)
                left -= 4
        return program

    def event_filter(self) -> bytes:
        """Return the filter of a socket of events (SO_ATTACH_FILTER, struct sock_filter); empty: too long, all pass."""
        if any(network.prefixlen == 0 for network in self.networks):
            return b""
        code = b"".join(_tests(network) for network in self.networks) + _step(_RETURN, 0)
        return code if len(code) // _INSTRUCTION.size <= _MOST_INSTRUCTIONS else b""


def _condition(network: Network) -> bytes:
    family = socket.AF_INET if network.version == 4 else socket.AF_INET6
    return bytes(_OPERATION.size) + _HOST.pack(family, network.prefixlen, -1) + network.network_address.packed


def _step(code: int, value: int, skip: int = 0) -> bytes:
    """Return an instruction; `skip`: how many to jump over where a comparison fails."""
    return _INSTRUCTION.pack(code, 0, skip, value)


def _tests(network: Network) -> bytes:
    """Return instructions that accept a message whose destination is in the network."""
    address, mask = network.network_address.packed, network.netmask.packed
    if network.version == 6:
        return _block(socket.AF_INET6, _DESTINATION, address, mask)
    mapped = bytes(10) + b"\xff\xff" + address, b"\xff" * 12 + mask
    return _block(socket.AF_INET, _DESTINATION, address, mask) + _block(socket.AF_INET6, _DESTINATION, *mapped)


def _block(family: int, start: int, address: bytes, mask: bytes) -> bytes:
    steps: list[tuple[int, int]] = [(_BYTE, _FAMILY), (_EQUAL, family)]
    for offset in range(0, len(address), 4):
        word, bits = (int.from_bytes(each[offset : offset + 4], "big") for each in (address, mask))
        if bits:
            steps.append((_LOAD, start + offset))
            steps += [(_AND, bits)] if bits != _WHOLE else []
            steps.append((_EQUAL, word))
    steps.append((_RETURN, _WHOLE))
    count = len(steps)
    return b"".join(
        _step(code, value, count - number - 1 if code == _EQUAL else 0) for number, (code, value) in enumerate(steps)
    )
