"""Waits for the server's connection to us while the dialogue that asks for it goes on in a thread."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from threading import Thread
from time import monotonic
from typing import NamedTuple, Optional, Protocol

from ...model.connection import Endpoint
from ..sockaddr import unpack

_TICK = 0.1
_AFTER = 3.0  # seconds that the server may take to reply once it has called
_LATE = 0.5  # seconds in which a call may still come after the server's last reply


class ProtocolError(Exception):
    """What the server does is not the protocol, or not bearable: `str()` is one line that says what."""


class Client(Protocol):
    """The client's part of a protocol: a control connection. Its methods raise OSError, EOFError or ProtocolError."""

    replies: list[str]  # what the server replied, in order
    refusal: str  # why the request was rejected as such, without a try to connect; empty: it was not

    @property
    def own(self) -> Endpoint:
        """Our end of the control connection."""

    def login(self) -> bool:
        """Log in; return whether it worked."""

    def allow(self, seconds: float) -> None:
        """Let the dialogue last so many seconds from now."""

    def request(self, own: Endpoint) -> None:
        """Have the server connect to an endpoint of ours, and wait for what it says of that."""

    def shut(self) -> None:
        """End the connection; a thread that waits for a reply gets the end of the stream."""


class Arrival(NamedTuple):
    """Who connected to our listener, and when."""

    caller: Optional[Endpoint]
    seconds: float  # from the request to the call, or to the server's last reply
    done: bool  # the dialogue has ended
    cancelled: bool = False


def listener(own: str, family: int) -> socket.socket:
    """Return a socket that listens on a port of the kernel's choice at that address. Raises OSError."""
    return socket.create_server((own.partition("%")[0], 0), family=family, backlog=4)


def await_call(
    waiting: socket.socket, dialogue: Callable[[], None], seconds: float, progress: Callable[[float], None] | None
) -> Arrival:
    """Run the dialogue in a thread, and return the first connection to our listener meanwhile.

    The dialogue must end by itself if its connection is closed. Data that the server sends are not read.
    """
    worker = Thread(target=dialogue, name="callback", daemon=True)
    started, caller, came = monotonic(), None, 0.0
    until, over = started + seconds, False
    worker.start()
    try:
        while monotonic() < until:
            if caller is None and select.select([waiting], [], [], _TICK)[0]:
                connection, peer = waiting.accept()
                connection.close()
                caller, came = unpack(peer), monotonic() - started
                until = min(until, monotonic() + _AFTER)
            elif caller is not None:
                worker.join(_TICK)
            if not worker.is_alive():
                if caller is not None or over:
                    break
                came, over = monotonic() - started, True
                until = min(until, monotonic() + _LATE)
            if progress:
                progress(monotonic() - started)
    except KeyboardInterrupt:
        return Arrival(caller, came or monotonic() - started, False, True)
    return Arrival(caller, came or monotonic() - started, not worker.is_alive())
