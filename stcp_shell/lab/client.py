"""The client's TCP service: it sends a banner to every connection, and then sends back what it receives.

The sockets are opened inside the client's network namespace and stay in it; the thread that serves them can be in any
namespace. It is a daemon thread with no lock of its own: it neither keeps the program from ending nor blocks a fork.
"""

from __future__ import annotations

import selectors
import signal
import socket
import time

from .namespaces import inside

BANNER = b"220 phx lab client ready\r\n"
CONNECTIONS = 64  # at once; one more closes the oldest


def serve(network: int, port: int, families: list[socket.AddressFamily]) -> None:
    """Listen on PORT in that namespace, on all addresses, and serve in a thread. Raises OSError."""
    from threading import Thread

    with inside(network):
        listeners = [socket.create_server(("", port), family=family) for family in families]
    Thread(target=_answer, args=(listeners,), name="lab client", daemon=True).start()


def _answer(listeners: list[socket.socket]) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # Ctrl-C is for the main thread
    selector = selectors.DefaultSelector()
    for listener in listeners:
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ)
    connections: dict[socket.socket, None] = {}  # in the order in which they came

    def drop(connection: socket.socket) -> None:
        del connections[connection]
        selector.unregister(connection)
        connection.close()

    while True:
        for key, _ in selector.select():
            ready = key.fileobj
            if not isinstance(ready, socket.socket) or ready.fileno() < 0:
                continue  # dropped a moment ago, to make room
            if ready not in listeners:
                if not _echo(ready):
                    drop(ready)
                continue
            if len(connections) >= CONNECTIONS:
                drop(next(iter(connections)))
            if connection := _accept(ready):
                connections[connection] = None
                selector.register(connection, selectors.EVENT_READ)


def _accept(listener: socket.socket) -> socket.socket | None:
    try:
        connection, _ = listener.accept()
    except OSError:
        time.sleep(0.05)  # for example out of file descriptors: the listener stays readable, do not spin
        return None
    connection.setblocking(False)
    try:
        connection.send(BANNER)
    except OSError:
        connection.close()
        return None
    return connection


def _echo(connection: socket.socket) -> bool:
    """Send back the received data. False: the peer has closed, or does not read."""
    try:
        data = connection.recv(65536)
        return bool(data) and connection.send(data) == len(data)
    except OSError:
        return False
