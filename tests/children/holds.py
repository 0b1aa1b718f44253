"""Services that end a connection in their own way, and connections that are held, in the lab and in this process."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import Any

from stcp_shell.lab.namespaces import inside
from stcp_shell.net.probes.hold import SECONDS, Holding, hold_all

from . import labs

INVALID = """
    table ip t {
        chain f { type filter hook forward priority 0; ct state invalid drop; }
    }
"""
ABORT = struct.pack("ii", 1, 0)  # struct linger


def serve(server: socket.socket, manner: str, delay: float) -> None:
    """Accept connections one after the other, and after `delay` seconds end each: banner, closed, reset."""
    kept = []
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        sleep(delay)
        kept.append(connection)
        if manner in ("banner", "goodbye"):
            connection.sendall(b"220 ready\r\n")
        if manner == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        if manner in ("closed", "reset", "goodbye"):
            with suppress(OSError):
                connection.close()


@contextmanager
def service(manner: str, delay: float = 0.0, address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """The port of such a service; `silent` accepts nothing: the kernel finishes the handshake."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family) as server:
        if manner != "silent":
            threading.Thread(target=serve, args=(server, manner, delay), daemon=True).start()
        yield int(server.getsockname()[1])


def listen(manner: str, port: int) -> None:
    """Have such a service on the lab's client, as long as this process lives."""
    with inside(labs.NODES["client"]):
        stays = service(manner, address="0.0.0.0", port=port)
        stays.__enter__()
        _STAY.append(stays)


_STAY: list[Any] = []


def held(address: str, port: int, sources: list[str], limit: float = SECONDS) -> list[Any]:
    """Connections from these sources, held at once: [fields of the Hold, finished, word] of each, and the seconds."""
    socks = []
    try:
        for source in sources:
            socks.append(socket.create_connection((address, port), timeout=2, source_address=(source, 0)))
            socks[-1].setblocking(False)
        started = monotonic()
        holdings = [Holding(sock, started, limit) for sock in socks]
        hold_all(holdings)
        took = monotonic() - started
        return [*[_said(holding) for holding in holdings], took]
    finally:
        for sock in socks:
            sock.close()


def _said(holding: Holding) -> list[Any]:
    seen = holding.result()
    return [seen.segments_in, seen.received, seen.end, seen.finished, seen.word]
