"""The end of every TCP socket of this network namespace, as an event (SKNLGRP_INET_TCP_DESTROY), without root.

Every user may join these groups (`NL_CFG_F_NONROOT_RECV`; Linux 4.2 and later). A filter on the socket drops the events
of other peers in the kernel, so that a busy host does not fill the buffer.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import socket
import struct
from collections.abc import Iterator

from ..tables.netlink import unavailable
from .peers import Peers
from .sock_diag import SOCK_DIAG_BY_FAMILY, Row, messages, opened, row

_GROUPS = (1, 3)  # SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET6_TCP_DESTROY
_SOL_NETLINK, _ADD_MEMBERSHIP = 270, 1
_SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 26, 33
_BUFFER = 8 << 20  # bytes; the kernel caps it for users without CAP_NET_ADMIN


class Events:
    """Sockets with certain peers that were destroyed since it was opened. `lost`: how often the buffer overflowed."""

    def __init__(self, peers: Peers) -> None:
        """Join the groups. Raises TablesUnavailable."""
        self.lost = 0
        self.filtered = False
        self._channel = opened()
        try:
            self._attach(peers.event_filter())
            self._enlarge()
            self._channel.bind((0, 0))  # a socket without a port of its own gets no broadcast
            for group in _GROUPS:
                self._channel.setsockopt(_SOL_NETLINK, _ADD_MEMBERSHIP, group)
            self._channel.setblocking(False)
        except OSError as failure:
            self._channel.close()
            raise unavailable(failure.errno) from failure

    def fileno(self) -> int:
        return self._channel.fileno()

    def close(self) -> None:
        self._channel.close()

    def read(self) -> Iterator[Row]:
        """Yield the events that wait, oldest first."""
        while True:
            try:
                data = self._channel.recv(1 << 16)
            except BlockingIOError:
                return
            except OSError as failure:
                if failure.errno != errno.ENOBUFS:
                    raise
                self.lost += 1
                continue
            for kind, body in messages(data):
                if kind == SOCK_DIAG_BY_FAMILY:
                    yield row(body)

    def _attach(self, code: bytes) -> None:
        if not code:
            return
        program = ctypes.create_string_buffer(code, len(code))
        fprog = struct.pack("HP", len(code) // 8, ctypes.addressof(program))  # struct sock_fprog
        self._channel.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, fprog)
        self.filtered = True

    def _enlarge(self) -> None:
        for option in (socket.SO_RCVBUF, _SO_RCVBUFFORCE):
            with contextlib.suppress(OSError):  # EPERM: the limit of the system stays
                self._channel.setsockopt(socket.SOL_SOCKET, option, _BUFFER)
