"""The SYN that opened an accepted connection (TCP_SAVE_SYN, TCP_SAVED_SYN, tcp(7); Linux 4.2 and later)."""

from __future__ import annotations

import contextlib
import socket

_SAVE, _SAVED = 27, 28
_MSS = 2  # the kind of the option, RFC 9293, section 3.2


def keep(listener: socket.socket) -> None:
    """Have the kernel keep the SYN of each connection of a listener, if it can."""
    with contextlib.suppress(OSError):
        listener.setsockopt(socket.IPPROTO_TCP, _SAVE, 1)


def ttl_and_mss(connection: socket.socket) -> tuple[int | None, int | None]:
    """Return TTL (hop limit) and MSS of the SYN of an accepted connection; None: not known, or without the option."""
    try:
        data = connection.getsockopt(socket.IPPROTO_TCP, _SAVED, 512)
    except OSError:
        return None, None
    if len(data) < 40:
        return None, None
    six = data[0] >> 4 == 6
    start = 40 if six else (data[0] & 15) * 4
    return data[7] if six else data[8], _mss(data[start:])


def _mss(tcp: bytes) -> int | None:
    if len(tcp) < 20:
        return None
    options, at = tcp[20 : (tcp[12] >> 4) * 4], 0
    while at + 1 < len(options) and options[at]:
        if options[at] == 1:
            at += 1
            continue
        length = options[at + 1]
        if options[at] == _MSS and length == 4:
            return int.from_bytes(options[at + 2 : at + 4], "big")
        if length < 2:
            return None
        at += length
    return None
