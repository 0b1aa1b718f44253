"""A TLS handshake over a connection: is it TLS, and does all of it get through?

The certificate is not verified, and old versions and weak keys are accepted: this is a test of the path and of the
service, and no data follows. Large segments come for the first time with the certificate: a path that loses them stalls
here.
"""

from __future__ import annotations

import errno
import hashlib
import select
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any, Optional

from ...errors import reason
from ...model.connection import Endpoint, family_of
from ...model.tls import Tls
from ..certificate import Malformed, read
from ..octets import text_of
from ..sockaddr import FAMILIES, pack
from . import socket_evidence
from .probe import Probe

_FIRST = 64  # bytes that are shown of what is no TLS
_MOST_BYTES = 65536
_ALERT, _HANDSHAKE = 21, 22  # record types with which a server can begin (RFC 8446, section 5.1)
_FATAL = bytes([_ALERT, 2])  # the type of a record, and the level of an alert in it
_RESET = (errno.ECONNRESET, errno.EPIPE)
_LEGACY_SERVER_CONNECT = 0x4  # SSL_OP_LEGACY_SERVER_CONNECT, which Python has since 3.12


class Handshake:
    """A handshake over a connected socket, which becomes non-blocking; a poll loop drives it.

    It begins at once. Call `step` if poll(2) reports the socket, and `expire` at `until`.
    """

    def __init__(self, sock: socket.socket, server_name: str | None, timeout: float) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.started = monotonic()
        self.until = self.started + timeout
        self.result: Tls | None = None
        self._name = sni(server_name)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = _context().wrap_bio(self._incoming, self._outgoing, server_hostname=self._name)
        self._pending = b""  # to be sent
        self._received = 0
        self._first = b""
        self._reset = False  # an RST was seen while something was sent: what came before it is still to be read
        self._advance()

    @property
    def done(self) -> bool:
        """Whether it has ended: there is a `result`."""
        return self.result is not None

    @property
    def events(self) -> int:
        """What to wait for with poll(2)."""
        return select.POLLIN | (select.POLLOUT if self._pending else 0)

    def step(self) -> None:
        """Read what has arrived, and go on."""
        try:
            data = self.sock.recv(_MOST_BYTES)
        except (BlockingIOError, InterruptedError):
            self._flush()
            return
        except OSError as error:
            known = error.errno in _RESET
            self._end("reset" if known else "error", None if known else reason(error))
            return
        if not data:
            self._end("reset" if self._reset else "closed")
            return
        self._received += len(data)
        self._first = (self._first + data)[:_FIRST]
        if not _begins_tls(self._first):
            self._end("no-tls", text_of(self._first))
            return
        self._incoming.write(data)
        self._advance()

    def expire(self) -> None:
        """End it by the timeout."""
        if self.done:
            return
        self.step()  # what arrived in time counts, even if the loop is late
        if not self.done:
            left, early = socket_evidence.unacknowledged(self.sock), socket_evidence.out_of_order(self.sock)
            acknowledged = None if left is None else left == 0
            self._end("stalled", acknowledged=acknowledged, segments_missing=None if early is None else early > 0)

    def _advance(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as error:
            self._flush()  # our own alert says to the peer why
            name, _, words = (error.reason or "").rpartition("_ALERT_")
            words = words.lower().replace("_", " ") or str(error.strerror or error)
            # Not all names of alerts have the word, as TLSV1_UNRECOGNIZED_NAME; one that comes first is not encrypted.
            self._end("alert" if name or self._first[:1] + self._first[5:6] == _FATAL else "error", words)
        else:
            self._flush()
            self._end("answered", **self._agreed())
            with suppress(ssl.SSLError):  # close_notify (RFC 8446, section 6.1), so that the peer logs no error
                self._tls.unwrap()
            self._flush()

    def _flush(self) -> None:
        self._pending += self._outgoing.read()
        try:
            while self._pending:
                self._pending = self._pending[self.sock.send(self._pending) :]
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as error:
            self._reset = self._reset or error.errno in _RESET
            self._pending = b""

    def _agreed(self) -> dict[str, Any]:
        cipher, der = self._tls.cipher(), self._tls.getpeercert(True)
        found = {"version": self._tls.version(), "cipher": cipher[0] if cipher else None}
        if der:
            found["fingerprint"] = hashlib.sha256(der).hexdigest()
            try:
                found |= read(der)._asdict()
            except Malformed as why:
                found["detail"] = f"the certificate cannot be decoded: {why}"
        return found

    def _end(self, outcome: str, detail: str | None = None, **seen: Any) -> None:
        elapsed = monotonic() - self.started
        self.result = Tls(outcome, elapsed, self._received, **{"server_name": self._name, "detail": detail, **seen})


class _Attempt:
    """A connect from one source address, and then a handshake."""

    def __init__(self, probe: Probe, server_name: str | None) -> None:
        self.probe = probe
        self.sock = probe.sock
        self.handshake: Handshake | None = None
        self._name = server_name

    def start(self) -> None:
        self.probe.start()
        self._continue()

    @property
    def done(self) -> bool:
        return self.handshake.done if self.handshake else self.probe.code is not None

    @property
    def events(self) -> int:
        return self.handshake.events if self.handshake else select.POLLOUT

    @property
    def until(self) -> float:
        return self.handshake.until if self.handshake else self.probe.started + self.probe.timeout

    def step(self) -> None:
        if self.handshake:
            self.handshake.step()
        else:
            self.probe.look()
            self._continue()

    def expire(self) -> None:
        if self.handshake:
            self.handshake.expire()
        else:
            self.probe.expire()

    def _continue(self) -> None:
        if self.probe.code == 0:
            self.handshake = Handshake(self.sock, self._name, self.probe.timeout)


def handshake(
    sock: socket.socket, server_name: str | None, timeout: float, progress: Callable[[], None] | None = None
) -> Tls:
    """Make a handshake over a connected socket, of which nothing was read or sent. The caller closes the socket."""
    (found,) = handshakes([sock], server_name, timeout, progress)
    return found


def handshakes(
    socks: Sequence[socket.socket],
    server_name: str | None,
    timeout: float,
    progress: Callable[[], None] | None = None,
) -> list[Tls]:
    """Make a handshake over each of these connected sockets, all at once; `progress` is called ten times a second."""
    made = [Handshake(sock, server_name, timeout) for sock in socks]
    _drive(made, progress)
    return [each.result for each in made if each.result]


def from_sources(
    destination: Endpoint,
    sources: Sequence[Optional[str]],
    server_name: str | None,
    timeout: float,
    progress: Callable[[], None] | None = None,
) -> list[tuple[Probe, Optional[Tls]]]:
    """Connect from each source address (None: the kernel chooses) and make a handshake, all at once.

    `timeout`: seconds for a connect, and again for a handshake. Return the connect of each source, and its handshake if
    it connected. Raises OSError if no socket can be opened.
    """
    made: list[_Attempt] = []
    try:
        for source in sources:
            sock = socket.socket(FAMILIES[family_of(destination.address)], socket.SOCK_STREAM)
            made.append(_Attempt(Probe(sock, "tcp", destination, timeout), server_name))
            sock.setblocking(False)
            try:
                if source is not None:
                    sock.bind(pack(Endpoint(source, 0)))
            except OSError as error:
                made[-1].probe.give_up(error.errno or 0)
            else:
                made[-1].start()
        _drive(made, progress)
        return [(each.probe, each.handshake.result if each.handshake else None) for each in made]
    finally:
        for each in made:
            each.sock.close()


def _drive(made: Sequence[Handshake | _Attempt], progress: Callable[[], None] | None, tick: float = 0.1) -> None:
    """Wait until each has ended."""
    waiting = {each.sock.fileno(): each for each in made if not each.done}
    poll = select.poll()
    while waiting:
        for descriptor, each in waiting.items():
            poll.register(descriptor, each.events)  # also changes the events of one that is registered
        pause = max(0.0, min(each.until for each in waiting.values()) - monotonic())
        for descriptor, _ in poll.poll(1 + (min(pause, tick) if progress else pause) * 1000):
            waiting[descriptor].step()
        now = monotonic()
        for descriptor, each in list(waiting.items()):
            if not each.done and now >= each.until:
                each.expire()
            if each.done:
                poll.unregister(descriptor)
                del waiting[descriptor]
        if progress and waiting:
            progress()


def sni(name: str | None) -> str | None:
    """Return the name that a ClientHello can carry (RFC 6066, section 3): no address, and no text that is no name."""
    if not name or ":" in name or "\0" in name:
        return None
    with suppress(OSError):
        socket.inet_aton(name)
        return None
    bare = name.removesuffix(".")
    try:
        bare.encode("idna")
    except UnicodeError:
        return None
    return bare or None


def _begins_tls(first: bytes) -> bool:
    """Return whether these bytes, as far as they go, begin a TLS record of a server."""
    return first[0] in (_ALERT, _HANDSHAKE) and first[1:2] in (b"", b"\x03") and first[2:3] <= b"\x04"


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= _LEGACY_SERVER_CONNECT
    with suppress(ssl.SSLError):  # a library that is not OpenSSL may not know it
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context
