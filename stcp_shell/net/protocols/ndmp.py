"""NDMP, the client's part as far as the agent's connection to us (draft-skardal-ndmp4, ONC RPC record marking).

A message is a record of fragments: four bytes, bit 31 for the last fragment, and the length; then XDR (RFC 4506). The
header has six numbers: sequence, time, 0 for a request and 1 for a reply, message, sequence of the request, error.
"""

from __future__ import annotations

import hashlib
import socket
import struct
import time
from typing import NamedTuple, Optional

from ...model.connection import Endpoint
from ..sockaddr import unpack
from .caller import ProtocolError

PORT = 10000
_CONNECTED, _OPEN, _CLOSE = 0x502, 0x900, 0x902
_SERVER_INFO, _AUTH_ATTRIBUTES, _AUTH, _DATA_CONNECT = 0x108, 0x103, 0x901, 0x40A
NONE, TEXT, MD5 = 0, 1, 2
AUTHS = {"none": NONE, "text": TEXT, "md5": MD5}
_MOST = 1 << 16  # bytes of a message
_MOST_MESSAGES = 100  # of the agent's own, while a reply is awaited
_HEADER = struct.Struct(">6I")
_VERSIONS = (3, 4)
_TCP = 1
_NOT_TRIED = (1, 4, 5, 9, 18, 19)  # errors with which an agent rejects a request; others, as 23, follow a try

ERRORS = {
    0: "no error",
    1: "not supported",
    2: "device busy",
    3: "device opened",
    4: "not authorized",
    5: "permission",
    6: "device not open",
    7: "I/O error",
    8: "timeout",
    9: "illegal arguments",
    10: "no tape loaded",
    13: "end of file",
    14: "no such file or directory",
    16: "no device",
    17: "no bus",
    18: "XDR decode error",
    19: "illegal state",
    20: "undefined",
    21: "XDR encode error",
    22: "no memory",
    23: "connect error",
}


class _Xdr:
    """Reads XDR from bytes. Raises ProtocolError where they end too early or a length is absurd."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) < size:
            raise ProtocolError("the agent's reply is shorter than its parts: it is not NDMP")
        self._at += size
        return taken

    def text(self) -> str:
        size = self.number()
        text = self.take(size)
        self._at += -size % 4
        return text.decode("utf-8", "replace")

    def numbers(self) -> tuple[int, ...]:
        count = self.number()
        if count * 4 > len(self._data):
            raise ProtocolError(f"the agent's reply has a list of {count} members: it is not NDMP")
        return tuple(self.number() for _ in range(count))


def _string(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(4, "big") + data + bytes(-len(data) % 4)


class Account(NamedTuple):
    """How to log in. `auth`: one of AUTHS; None: the best that the agent offers."""

    auth: Optional[str]
    user: str
    password: str


class NdmpClient:
    """The client's part of NDMP (`caller.Client`)."""

    def __init__(self, server: Endpoint, source: str | None, seconds: float, account: Account) -> None:
        """Connect, wait for the agent's greeting, and agree on a version."""
        self._account = account
        self.replies: list[str] = []  # what was asked, and the answers
        self.refusal = ""
        self._until = time.monotonic() + seconds
        self._sequence = 0
        self._sock = socket.create_connection((server.address, server.port), seconds, (source, 0) if source else None)
        try:
            self.version = self._greeted()
        except BaseException:
            self._sock.close()
            raise

    @property
    def own(self) -> Endpoint:
        return unpack(self._sock.getsockname())

    def login(self) -> bool:
        auth, user, password = self._account
        chosen = AUTHS[auth] if auth else self._best(self._auths())
        if chosen == NONE:
            body = NONE.to_bytes(4, "big")
        elif chosen == TEXT:
            body = TEXT.to_bytes(4, "big") + _string(user) + _string(password)
        else:
            reply = _Xdr(self._ask(_AUTH_ATTRIBUTES, MD5.to_bytes(4, "big"), "CONFIG_GET_AUTH_ATTR"))
            self._check("CONFIG_GET_AUTH_ATTR", reply.number())
            reply.number()
            body = MD5.to_bytes(4, "big") + _string(user) + _digest(password.encode(), reply.take(64))
        return self._check("CONNECT_CLIENT_AUTH", _Xdr(self._ask(_AUTH, body, "CONNECT_CLIENT_AUTH")).number())

    def _best(self, offered: tuple[int, ...]) -> int:
        """Return the best way to log in that is offered; a password in clear only if that is. Raises ProtocolError."""
        best = next((each for each in (MD5, TEXT, NONE) if each in offered), None)
        if best is None:
            raise ProtocolError("the agent offers no way to log in that is known: choose one with -auth")
        return best

    def _auths(self) -> tuple[int, ...]:
        """Return the ways to log in that the agent offers."""
        reply = _Xdr(self._ask(_SERVER_INFO, b"", "SERVER_INFO"))
        if not self._check("SERVER_INFO", reply.number()):
            return ()
        for _ in ("vendor", "product", "revision"):
            reply.text()
        return reply.numbers()

    def allow(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def request(self, own: Endpoint) -> None:
        """Have the agent connect to our endpoint, as to a mover of a backup (DATA_CONNECT)."""
        address = socket.inet_aton(own.address) + own.port.to_bytes(4, "big")
        if self.version == 3:
            body = struct.pack(">I", _TCP) + address
        else:
            body = struct.pack(">II", _TCP, 1) + address + bytes(4)  # one address, which has no environment
        error = _Xdr(self._ask(_DATA_CONNECT, body, "DATA_CONNECT")).number()
        self._check("DATA_CONNECT", error)
        if error in _NOT_TRIED:
            self.refusal = f"DATA_CONNECT was refused: {ERRORS[error]}"

    def shut(self) -> None:
        try:
            self._send(_CLOSE, b"")
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it is closed already
        self._sock.close()

    def _greeted(self) -> int:
        message, _, body = self._receive()
        if message != _CONNECTED:
            raise ProtocolError("the agent's first message is no NDMP greeting (NOTIFY_CONNECTED)")
        greeting = _Xdr(body)
        refused, version, text = greeting.number(), greeting.number(), greeting.text()
        self.replies.append(f"NOTIFY_CONNECTED: version {version}" + (f", {text}" if text else ""))
        if refused:
            raise ProtocolError(f"the agent refuses connections: {text or refused}")
        version = min(version, max(_VERSIONS))
        if version not in _VERSIONS:
            raise ProtocolError(f"the agent speaks NDMP {version} at most: 3 or 4 is needed")
        reply = _Xdr(self._ask(_OPEN, version.to_bytes(4, "big"), "CONNECT_OPEN"))
        if not self._check("CONNECT_OPEN", reply.number()):
            raise ProtocolError(f"the agent does not open a session of NDMP {version}")
        return version

    def _check(self, what: str, error: int) -> bool:
        self.replies.append(f"{what}: {error} ({ERRORS.get(error, 'no name for this error')})")
        return error == 0

    def _ask(self, message: int, body: bytes, what: str) -> bytes:
        """Send a request, and return the body of its reply; messages of the agent's own are skipped."""
        self._send(message, body)
        for _ in range(_MOST_MESSAGES):
            found, sequence, reply = self._receive()
            if found == message and sequence == self._sequence:
                return reply
        raise ProtocolError(f"{what}: the agent sends other messages and no reply")

    def _send(self, message: int, body: bytes) -> None:
        self._sequence += 1
        header = _HEADER.pack(self._sequence, int(time.time()), 0, message, 0, 0)
        self._sock.sendall((1 << 31 | len(header) + len(body)).to_bytes(4, "big") + header + body)

    def _receive(self) -> tuple[int, int, bytes]:
        """Return the next message: its number, the sequence of the request that it answers (0: none), its body."""
        data, last = b"", False
        while not last:
            mark = int.from_bytes(self._read(4), "big")
            size, last = mark & 0x7FFFFFFF, bool(mark >> 31)
            if len(data) + size > _MOST:
                raise ProtocolError(f"the agent announces a message of {size} bytes: it is not NDMP")
            if not size and not last:
                raise ProtocolError("the agent sends empty fragments: it is not NDMP")
            data += self._read(size)
        if len(data) < _HEADER.size:
            raise ProtocolError("the agent's message has no NDMP header")
        _, _, kind, message, sequence, error = _HEADER.unpack_from(data)
        if kind == 1 and error:
            self.replies.append(f"0x{message:03x}: {error} ({ERRORS.get(error, 'no name for this error')})")
            raise ProtocolError(f"the agent rejects message 0x{message:03x}: {ERRORS.get(error, error)}")
        return message, sequence if kind == 1 else 0, data[_HEADER.size :]

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
            more = self._sock.recv(size - len(data))
            if not more:
                raise ProtocolError("the agent closed the connection")
            data += more
        return data


def _digest(password: bytes, challenge: bytes) -> bytes:
    """Return the MD5 of 128 bytes: the password at both ends, and the challenge before the end of the first half."""
    if len(password) > 64:
        raise ProtocolError("a password of NDMP with MD5 has at most 64 bytes")
    block = bytearray(128)
    block[64 - len(password) : 64 - len(password) + 64] = challenge
    block[: len(password)] = password
    block[128 - len(password) :] = password
    return hashlib.md5(bytes(block), usedforsecurity=False).digest()
