"""An FTP server that does not bind its data connections, and its client (RFC 959; RFC 2428 for IPv6).

Only what the example needs. Some real servers behave like this one (Twisted, ftp-srv).
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import BinaryIO

from .callback import call_back, sockets, take

PORT = 21
_LISTING = b"-rw-r--r-- 1 ftp ftp 42 Jan 01 00:00 README\r\n"


def session(network: int, connection: socket.socket) -> None:
    """Serve a control connection."""
    target: tuple[str, int] | None = None
    with suppress(OSError, ValueError), connection, connection.makefile("rb") as lines:
        connection.settimeout(60)
        connection.sendall(b"220 phx lab FTP server\r\n")
        for line in lines:
            verb, _, words = line.decode("latin-1").strip().partition(" ")
            if verb in ("PORT", "EPRT"):
                target = _target(verb, words)
                connection.sendall(b"200 OK\r\n")
            elif verb == "LIST" and target:
                connection.sendall(b"150 opening the data connection\r\n")
                done = call_back(network, target, _LISTING)
                connection.sendall(b"226 done\r\n" if done else b"425 cannot open the data connection\r\n")
            elif verb == "QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            else:
                connection.sendall(b"230 OK\r\n" if verb in ("USER", "PASS") else b"502 not here\r\n")


def _target(verb: str, words: str) -> tuple[str, int]:
    """Return address and port of `10,1,1,1,8,73` or `|2|fd00::1|2121|`. Raises ValueError."""
    if verb == "EPRT":
        _, _, address, port, _ = words.split(words[:1] or "|")
        return address, int(port)
    *address4, high, low = (int(word) for word in words.split(","))
    return ".".join(map(str, address4)), high * 256 + low


def download(network: int, server: str, own: str) -> None:
    """Ask for a listing in active mode. Raises OSError."""
    control, listener = sockets(network, own)
    with control, listener:
        control.connect((server, PORT))
        port = listener.getsockname()[1]
        asked = f"EPRT |2|{own}|{port}|" if ":" in own else f"PORT {own.replace('.', ',')},{port >> 8},{port & 255}"
        with control.makefile("rb") as replies:
            _reply(replies)
            for line in ("USER lab", "PASS lab", asked, "LIST"):
                control.sendall(f"{line}\r\n".encode())
                _reply(replies)
            take(listener)
            _reply(replies)
            control.sendall(b"QUIT\r\n")
            _reply(replies)


def _reply(replies: BinaryIO) -> None:
    if not replies.readline(1024):
        raise OSError("the server has closed the connection")
