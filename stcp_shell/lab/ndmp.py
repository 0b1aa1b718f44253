"""An NDMP agent that does not bind its data connections, and its client (NDMP 4, draft-skardal-ndmp4; IPv4 only).

Only what the example needs; Amanda's agent behaves like this one. Every message is one fragment; see RFC 4506 for XDR.
"""

from __future__ import annotations

import socket
import struct
from contextlib import suppress

from .callback import call_back, sockets, take

PORT = 10000
_CONNECTED, _OPEN, _SERVER_INFO, _AUTH, _DATA_CONNECT, _CLOSE = 0x502, 0x900, 0x108, 0x901, 0x40A, 0x902
_CONNECT_ERROR = 23
_HEADER = struct.Struct(">6I")
_MOST = 4096


def session(network: int, connection: socket.socket) -> None:
    """Serve a control connection."""
    with suppress(OSError, ValueError, struct.error), connection:
        connection.settimeout(60)
        _send(connection, 0, _CONNECTED, struct.pack(">II", 0, 4) + _text("phx lab agent"))
        while True:
            sequence, message, body = _receive(connection)
            if message == _CLOSE:
                return
            _send(connection, sequence, message, _answer(network, message, body))


def _answer(network: int, message: int, body: bytes) -> bytes:
    """Return the body of a reply: an error number first."""
    if message == _SERVER_INFO:
        return bytes(4) + _text("phx") + _text("lab") + _text("1") + struct.pack(">II", 1, 1)  # login by text alone
    if message == _DATA_CONNECT:
        _, _, address, port = struct.unpack_from(">II4sI", body)
        done = call_back(network, (socket.inet_ntoa(address), port & 0xFFFF), b"data of a backup")
        return (0 if done else _CONNECT_ERROR).to_bytes(4, "big")
    return bytes(4)


def backup(network: int, server: str, own: str) -> None:
    """Ask for a data connection. Raises OSError."""
    control, listener = sockets(network, own)
    with control, listener:
        control.connect((server, PORT))
        _receive(control)
        target = struct.pack(">II4sII", 1, 1, socket.inet_aton(own), listener.getsockname()[1], 0)
        asked = (
            (_OPEN, (4).to_bytes(4, "big")),
            (_AUTH, struct.pack(">I", 1) + _text("lab") + _text("lab")),
            (_DATA_CONNECT, target),
        )
        for number, (message, body) in enumerate(asked, 1):
            _send(control, number, message, body, request=True)
            if message == _DATA_CONNECT:
                take(listener)
            _receive(control)
        _send(control, len(asked) + 1, _CLOSE, b"", request=True)


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(4, "big") + data + bytes(-len(data) % 4)


def _send(connection: socket.socket, sequence: int, message: int, body: bytes, request: bool = False) -> None:
    reply = bool(sequence) and not request  # the greeting answers nothing
    header = _HEADER.pack(1 if reply else sequence or 1, 0, int(reply), message, sequence if reply else 0, 0)
    connection.sendall((1 << 31 | len(header) + len(body)).to_bytes(4, "big") + header + body)


def _receive(connection: socket.socket) -> tuple[int, int, bytes]:
    """Return sequence, number and body of the next message. Raises OSError or ValueError."""
    size = int.from_bytes(_read(connection, 4), "big") & 0x7FFFFFFF
    if not _HEADER.size <= size <= _MOST:
        raise ValueError(f"a message of {size} bytes")
    data = _read(connection, size)
    sequence, _, _, message, _, _ = _HEADER.unpack_from(data)
    return sequence, message, data[_HEADER.size :]


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise OSError("closed")
        data += more
    return data
