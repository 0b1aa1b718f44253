"""netlink(7): a socket to the kernel, and whole tables streamed from it.

A dump has a socket of its own, so that reading can stop half-way and other requests can be made while it runs. A
socket belongs to the network namespace in which it was opened.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
from collections.abc import Iterator

from . import rtmessage

SOL_NETLINK, NETLINK_GET_STRICT_CHK = 270, 12
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_DUMP_INTR, NLM_F_DUMP = 0x001, 0x010, 0x300
SIOCGIFNAME = 0x8910

# The kernel cuts a dump into pieces of 32 KiB, but makes a piece as large as the largest message in it.
BUFFER = 1 << 20

HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
ERROR = struct.Struct("=i")
_INTERFACE = struct.Struct("16si20x")  # ifreq


class TablesUnavailable(OSError):
    """The kernel's tables cannot be read: netlink is denied (seccomp, a container's policy) or missing (not Linux).

    `str()` is one line that gives the reason.
    """


def unavailable(code: int | None) -> TablesUnavailable:
    """Return the exception for an errno."""
    return TablesUnavailable(f"the kernel's tables cannot be read over netlink: {os.strerror(code or 0)}")


def opened() -> socket.socket:
    """Open a netlink socket that makes the kernel filter (NETLINK_GET_STRICT_CHK)."""
    if not hasattr(socket, "AF_NETLINK"):
        raise TablesUnavailable("the kernel's tables are read over netlink, which this system does not have")
    try:
        channel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    except OSError as failure:
        raise unavailable(failure.errno) from failure
    # Before Linux 4.20 more arrives than was requested; the surplus is dropped by the reader.
    with contextlib.suppress(OSError):
        channel.setsockopt(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
    return channel


def name_at(channel: socket.socket, index: int) -> str:
    """Return the interface's name. A name can change, so it is read each time: 1 us on an open socket."""
    from fcntl import ioctl  # not on every system on which this module can be imported

    try:
        answer = ioctl(channel, SIOCGIFNAME, _INTERFACE.pack(b"", index))
    except OSError:
        return f"if{index}"  # it was removed since; ip(8) writes it this way, too
    return rtmessage.decoded(answer[:16])


class Dump:
    """A whole table: RTM_GET* with NLM_F_DUMP on a socket of its own."""

    def __init__(self, kind: int, request: bytes) -> None:
        self.interrupted = False  # the table changed meanwhile: a row may be missing or occur twice
        self._kind = kind
        self._request = request
        self._names: dict[int, str] = {}
        self._channel: socket.socket | None = None

    def name_of(self, index: int) -> str:
        """Return the interface's name; it is read once a dump."""
        name = self._names.get(index)
        if name is None and self._channel is not None:
            name = self._names[index] = name_at(self._channel, index)
        return name or f"if{index}"

    def pieces(self) -> Iterator[list[bytes]]:
        """Yield the bodies of the messages, as many at a time as the kernel sends. Raises TablesUnavailable."""
        size = HEADER.size + len(self._request)
        header = HEADER.pack(size, self._kind, NLM_F_REQUEST | NLM_F_DUMP, 1, 0)
        with opened() as self._channel:
            try:
                self._channel.send(header + self._request)
                buffer = bytearray(BUFFER)
                last = False
                while not last:
                    data = bytes(memoryview(buffer)[: self._channel.recv_into(buffer)])
                    bodies, last = self._split(data)
                    yield bodies
            except TablesUnavailable:
                raise
            except OSError as failure:
                raise unavailable(failure.errno) from failure

    def _split(self, data: bytes) -> tuple[list[bytes], bool]:
        unpack, rows = HEADER.unpack_from, self._kind - 2  # RTM_NEW* of an RTM_GET*
        bodies = []
        start, size = 0, len(data)
        while start + 16 <= size:
            length, kind, flags, _, _ = unpack(data, start)
            if flags & NLM_F_DUMP_INTR:
                self.interrupted = True
            if kind == rows:
                bodies.append(data[start + 16 : start + length])
            elif kind in (NLMSG_DONE, NLMSG_ERROR):
                code = -ERROR.unpack_from(data, start + 16)[0]
                # No table or interface of that number; no such family in this kernel: the table is empty.
                if code not in (0, errno.ENOENT, errno.ENODEV, errno.EAFNOSUPPORT):
                    raise unavailable(code)
                return bodies, True
            start += (length + 3) & ~3 or size
        return bodies, False
