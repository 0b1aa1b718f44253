"""TCP sockets from /proc/net/tcp and tcp6 (proc(5)), where netlink is denied: no events, no cookies, no counts."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

from ...model.connection import Endpoint
from .sock_diag import STATES, Row

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")


def rows() -> Iterator[Row]:
    """Yield all sockets of this network namespace. The cookie is made of both ends. Raises OSError: no /proc."""
    for number, path in enumerate(_TABLES):
        try:
            with open(path, encoding="ascii") as file:
                next(file, None)
                yield from map(_row, file)
        except FileNotFoundError:
            if not number:
                raise  # without tcp6 the kernel has no IPv6


def _row(line: str) -> Row:
    _, local, remote, state, _, _, retransmits, uid, _, inode, *_ = line.split()
    return Row(
        hash((local, remote)),
        STATES.get(int(state, 16), state),
        _endpoint(local),
        _endpoint(remote),
        int(uid),
        int(inode),
        int(retransmits, 16),
    )


def _endpoint(text: str) -> Endpoint:
    """Return an endpoint of its hexadecimal text: each 32-bit word of the address is in the host's byte order."""
    address, _, port = text.partition(":")
    packed = bytes.fromhex(address)
    words = [packed[start : start + 4] for start in range(0, len(packed), 4)]
    if sys.byteorder == "little":
        words = [word[::-1] for word in words]
    packed = b"".join(words)
    if len(packed) == 16 and packed.startswith(bytes(10) + b"\xff\xff"):
        packed = packed[12:]
    return Endpoint(socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed), int(port, 16))
