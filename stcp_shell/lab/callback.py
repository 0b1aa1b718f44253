"""Servers that open a new connection to their client, without bind(2), and clients that ask for one again and again.

They are daemon threads, as the client of the lab; a socket stays in the namespace in which it was opened.
"""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from .namespaces import inside

PATIENCE = 4.0  # seconds that a server tries to connect
PAUSE = 1.0  # seconds between two requests of a client


def start(work: Callable[..., None], *arguments: object) -> None:
    """Run a function in a thread that ends with the program."""
    from threading import Thread

    def run() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # Ctrl-C is for the main thread
        work(*arguments)

    Thread(target=run, name="lab callback", daemon=True).start()


def serve(
    network: int, port: int, families: list[socket.AddressFamily], session: Callable[[int, socket.socket], None]
) -> None:
    """Listen in that namespace, on all addresses, and run a session for each connection. Raises OSError."""
    with inside(network):
        for family in families:
            start(_accept, network, socket.create_server(("", port), family=family), session)


def ask(network: int, request: Callable[[int, str, str], None], server: str, own: str) -> None:
    """Make a request from an address of that namespace, again and again, in a thread."""
    start(_again, network, request, server, own)


def call_back(network: int, target: tuple[str, int], data: bytes) -> bool:
    """Open a connection to the client, unbound: the kernel chooses its source address. Return whether it came about."""
    try:
        with inside(network):
            back = socket.socket(socket.AF_INET6 if ":" in target[0] else socket.AF_INET)
        with back:
            back.settimeout(PATIENCE)
            back.connect(target)
            back.sendall(data)
    except OSError:
        return False
    return True


def sockets(network: int, own: str) -> tuple[socket.socket, socket.socket]:
    """Return a socket that is bound to an address of that namespace, and one that listens there."""
    family = socket.AF_INET6 if ":" in own else socket.AF_INET
    with inside(network):
        control, listener = socket.socket(family), socket.create_server((own, 0), family=family)
    control.settimeout(60)
    control.bind((own, 0))
    listener.settimeout(PATIENCE + 1)
    return control, listener


def take(listener: socket.socket) -> None:
    """Wait for the server's connection, and close it."""
    with suppress(OSError):
        data, _ = listener.accept()
        data.close()


def _accept(network: int, listener: socket.socket, session: Callable[[int, socket.socket], None]) -> None:
    while True:
        with suppress(OSError):
            connection, _ = listener.accept()
            start(session, network, connection)


def _again(network: int, request: Callable[[int, str, str], None], server: str, own: str) -> None:
    while True:
        with suppress(OSError, ValueError):
            request(network, server, own)
        time.sleep(PAUSE)
