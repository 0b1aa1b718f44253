"""The data of a connection: listen, accept, send, recv, shutdown, and the addresses of both ends."""

from __future__ import annotations

import re
import select
import socket as sockets_api
from time import monotonic, sleep
from typing import Any

from ..errors import Failure, Terminated, reason
from ..language.declaration import Argument, Option, command
from ..language.kinds import COUNT, FLAG, SECONDS, TEXT, choice
from ..model.results import Accepted, Listening, Received, Sent, ShutDown, SocketName, WaitTimedOut
from ..net.octets import text_of
from ..net.sockaddr import unpack
from .session import TICK, Session, Socket, Waiting

_ESCAPE = r"\\(?:([rnt0\\])|x([0-9A-Fa-f]{2}))"
_ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\"}
_HOW = {"read": sockets_api.SHUT_RD, "write": sockets_api.SHUT_WR, "both": sockets_api.SHUT_RDWR}
_ACKNOWLEDGED = 0.3  # seconds to wait for it: a delayed ACK takes up to 0.2 s
_TIMEOUT = Option("timeout", SECONDS, "give up after this many seconds (10, or the value of `set timeout`)")


@command("listen", Option("backlog", COUNT, "how many connections may wait to be accepted (5)"), examples=["listen"])
def listen(session: Session, backlog: int = 5) -> Listening:
    """Make the current socket wait for connections; accept takes them.

    A socket that is not bound gets a port from the kernel, on all addresses.
    """
    entry = _stream(session, "open", "bound")
    try:
        entry.sock.listen(backlog)
    except OSError as error:
        raise Failure(reason(error)) from None
    entry.state, entry.local = "listening", unpack(entry.sock.getsockname())
    return Listening(entry.number, str(entry.local), backlog)


@command("accept", _TIMEOUT, examples=["accept -timeout 30"])
def accept(session: Session, timeout: float | None = None) -> Accepted | WaitTimedOut:
    """Accept the next connection of the listening socket; it gets its own number and becomes the current socket.

    Shows which of this host's addresses the client used, and whether the caller is an address that another socket of
    this session is connected to: a callback from another address is what firewalls reject.
    """
    listener = _stream(session, "listening")
    session.last_accepted = None
    limit = timeout or session.timeout
    if not _readable(session, listener, limit, f"accept on {listener.local}"):
        return WaitTimedOut(listener.number, "no connection came", limit)
    try:
        sock, peer = listener.sock.accept()
    except OSError as error:
        raise Failure(reason(error)) from None
    entry = session.add(listener.family, listener.kind, sock)
    entry.state, entry.local, entry.peer = "connected", unpack(sock.getsockname()), unpack(peer)
    mine = [other for other in session.sockets.values() if other is not entry and other.state == "connected"]
    expected = tuple(dict.fromkeys(other.peer.address for other in mine if other.peer and other.kind == "stream"))
    same = entry.peer.address in expected if expected else None
    result = Accepted(entry.number, listener.number, str(entry.local), str(entry.peer), expected, same)
    session.last_accepted = entry.peer
    return result


@command(
    "send",
    Option("line", FLAG, "end the text with CR LF"),
    Option("secret", FLAG, "the text is a secret: it is not logged, and not kept in the history"),
    Argument("text", TEXT, "the text to send, with the escapes \\r \\n \\t \\0 \\\\ \\xHH", rest=True),
    examples=["send -line 'USER anonymous'", "send 'HEAD / HTTP/1.0\\r\\n\\r\\n'"],
)
def send(session: Session, text: str, line: bool = False, secret: bool = False) -> Sent:
    """Send text to the peer of the current socket.

    What follows PASS, AUTH, Authorization: or the like is never logged; -secret says so of the whole text.
    Shows how many bytes the peer has not acknowledged 0.3 s later: they do not get there, or it does not take them.
    """
    entry = _connected(session)
    data = _unescape(text) + (b"\r\n" if line else b"")
    try:
        entry.sock.settimeout(session.timeout)
        sent = entry.sock.send(data)
    except sockets_api.timeout:  # TimeoutError, since Python 3.10
        raise Failure(f"the peer accepted no data within {session.timeout:g} s") from None
    except OSError as error:
        raise Failure(reason(error)) from None
    left, interrupted = _unacknowledged(session, entry)
    return Sent(entry.number, sent, len(data), left, interrupted)


@command(
    "recv",
    Option("max", COUNT, "at most this many bytes (4096)"),
    _TIMEOUT,
    examples=["recv -timeout 5"],
)
def recv(session: Session, max: int = 4096, timeout: float | None = None) -> Received | WaitTimedOut:
    """Receive data from the peer once, such as a banner or a reply. Control characters are made visible."""
    entry = _connected(session)
    session.last_received = None
    limit = timeout or session.timeout
    if not _readable(session, entry, limit, f"recv from {entry.peer}"):
        return WaitTimedOut(entry.number, "nothing was received", limit)
    try:
        data = entry.sock.recv(max)
    except OSError as error:
        raise Failure(reason(error)) from None
    peer = str(entry.peer) if entry.kind == "dgram" else None
    text = session.secrets.text(text_of(data))
    session.last_received = text if data else None
    return Received(entry.number, len(data), text, peer)


@command("shutdown", Option("how", choice(*_HOW), "the direction to end (both)"), examples=["shutdown -how write"])
def shutdown(session: Session, how: str = "both") -> ShutDown:
    """End one direction of the connection, or both; the peer sees the end of the data."""
    entry = _connected(session)
    try:
        entry.sock.shutdown(_HOW[how])
    except OSError as error:
        raise Failure(reason(error)) from None
    if how == "both":
        entry.state = "shut down"
    return ShutDown(entry.number, how)


@command("getsockname")
def getsockname(session: Session) -> SocketName:
    """Show the current socket's own address: the source address of its connection."""
    entry = session.socket()
    if entry.sock.fileno() >= 0:
        entry.local = unpack(entry.sock.getsockname())
    if entry.local is None:
        raise Failure(f"socket {entry.number} never had a local address ({entry.state})")
    return SocketName(entry.number, "local", str(entry.local))


@command("getpeername")
def getpeername(session: Session) -> SocketName:
    """Show the address at the other end of the current socket's connection."""
    entry = session.socket()
    if entry.peer is None:
        raise Failure(f"socket {entry.number} has no peer (state: {entry.state})")
    return SocketName(entry.number, "peer", str(entry.peer))


def _stream(session: Session, *states: str) -> Socket:
    entry = session.socket()
    if entry.kind != "stream":
        raise Failure(f"socket {entry.number} is a dgram socket: this command is for stream sockets")
    if entry.state not in states:
        can_listen = "listening" in states and entry.state in ("open", "bound")
        wanted = "use listen first" if can_listen else "open a new one with socket"
        raise Failure(f"socket {entry.number} is not {' or '.join(states)} (state: {entry.state}): {wanted}")
    return entry


def _connected(session: Session) -> Socket:
    entry = session.socket()
    if entry.state != "connected":
        raise Failure(f"socket {entry.number} is not connected (state: {entry.state})")
    return entry


def _unescape(text: str) -> bytes:
    """Return the bytes to send. A backslash that does not begin an escape stays a backslash."""
    parts: list[Any] = []
    position = 0
    for found in re.finditer(_ESCAPE, text):
        parts.append(text[position : found.start()].encode())
        parts.append(_ESCAPES[found[1]] if found[1] else bytes.fromhex(found[2]))
        position = found.end()
    return b"".join([*parts, text[position:].encode()])


def _unacknowledged(session: Session, entry: Socket) -> tuple[int | None, bool]:
    """Return how many bytes the peer does not acknowledge within a short time, and whether Ctrl-C ended that time."""
    from ..net.probes.socket_evidence import unacknowledged

    until = monotonic() + _ACKNOWLEDGED
    pause = 0.0002
    left = unacknowledged(entry.sock) if entry.kind == "stream" else None
    try:
        while left and monotonic() < until:
            sleep(pause)
            pause = min(2 * pause, 0.005)
            left = unacknowledged(entry.sock)
    except (KeyboardInterrupt, Terminated) as cut:
        session.pending_signal = cut if isinstance(cut, Terminated) else None
        return left, True
    return left, False


def _readable(session: Session, entry: Socket, limit: float, what: str) -> bool:
    """Wait until the socket is readable. Return False after `limit` seconds."""
    started = monotonic()
    poll = select.poll()
    poll.register(entry.sock, select.POLLIN)
    while True:
        elapsed = monotonic() - started
        left = max(0.0, limit - elapsed)
        if poll.poll(1 + (min(left, TICK) if session.progress else left) * 1000):
            return True
        if left <= 0:
            return False
        if session.progress:
            session.progress(Waiting(what, elapsed, left))
