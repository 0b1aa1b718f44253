"""TLS services of several manners, on loopback and on the lab's client, and handshakes with them."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from stcp_shell.lab.namespaces import inside
from stcp_shell.model.connection import Endpoint
from stcp_shell.net.probes.tls import from_sources

from . import labs
from .holds import ABORT

ALERT = bytes([21, 3, 3, 0, 2, 2, 40])  # fatal, handshake_failure
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def certificate(folder: str, name: str, subject: str, alternatives: str = "", *more: str) -> str:
    """A file with a self-signed certificate and its key, as openssl(1) makes them."""
    made = Path(folder, f"{name}.pem")
    words = [*("-addext", f"subjectAltName={alternatives}") * bool(alternatives), *more]
    command = ["openssl", "req", "-x509", *KEY, "-utf8", "-subj", subject, "-days", "30", "-keyout", "-", "-out", "-"]
    made.write_bytes(subprocess.run([*command, *words], check=True, capture_output=True).stdout)
    return str(made)


def context(pem: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(pem)
    return made


def _half(connection: socket.socket, made: ssl.SSLContext) -> None:
    """Send half of what the server would send first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = made.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(connection.recv(65536))
    with suppress(ssl.SSLWantReadError):
        server.do_handshake()
    flight = outgoing.read()
    connection.sendall(flight[: len(flight) // 2])


def _tls(connection: socket.socket, made: ssl.SSLContext) -> None:
    with made.wrap_socket(connection, server_side=True) as wrapped:
        wrapped.recv(1)


def _reset(connection: socket.socket, made: ssl.SSLContext) -> None:
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    connection.close()


def _closed(connection: socket.socket, made: ssl.SSLContext) -> None:
    connection.recv(65536)
    connection.close()


def _half_closed(connection: socket.socket, made: ssl.SSLContext) -> None:
    _half(connection, made)
    connection.close()


def _half_reset(connection: socket.socket, made: ssl.SSLContext) -> None:
    connection.sendall(b"SSH-2.0-x\r\n")  # read by the client at once, whatever follows
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    connection.close()


MANNERS: dict[str, Callable[[socket.socket, ssl.SSLContext], Any]] = {
    "tls": _tls,
    "half": _half,
    "half-closed": _half_closed,
    "closed": _closed,
    "reset": _reset,
    "banner": lambda connection, made: connection.sendall(b"220 a\x1bb ready\r\n\xff"),
    "reply": lambda connection, made: connection.sendall(connection.recv(65536) and b"HTTP/1.1 400 Bad Request\r\n"),
    "banner-reset": _half_reset,
    "silent": lambda connection, made: None,
    "alert": lambda connection, made: connection.sendall(connection.recv(65536) and ALERT),
    "garbage": lambda connection, made: connection.sendall(connection.recv(65536) and b"\x16\x03\x03\x00\x04abcd"),
}


def serve(server: socket.socket, manner: str, made: ssl.SSLContext) -> None:
    """Accept connections and treat each in that manner, several at once."""
    kept: list[socket.socket] = []

    def one(connection: socket.socket) -> None:
        with suppress(OSError):
            MANNERS[manner](connection, made)

    while True:
        try:
            connection, _ = server.accept()
        except OSError:  # the service has ended
            for each in kept:
                each.close()
            return
        kept.append(connection)
        threading.Thread(target=one, args=(connection,), daemon=True).start()


@contextmanager
def service(manner: str, made: ssl.SSLContext, address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """The port of such a service."""
    with socket.create_server((address, port)) as server:
        serving = threading.Thread(target=serve, args=(server, manner, made), daemon=True)
        serving.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            server.shutdown(socket.SHUT_RDWR)  # close(2) alone does not wake accept(2)
            serving.join(5)


def on_the_client(port: int, pem: str) -> None:
    """Have a TLS service on the lab's client, as long as this process lives."""
    with inside(labs.NODES["client"]):
        stays = service("tls", context(pem), "0.0.0.0", port)
        stays.__enter__()
        _STAY.append(stays)


_STAY: list[Any] = []


def from_all(address: str, port: int, sources: list[str], name: str, timeout: float) -> list[Any]:
    """What comes of each source: its address, the outcome of the connect, and fields of the handshake."""
    fields = ("outcome", "received", "acknowledged", "segments_missing", "common_name")
    return [
        [
            probe.source and probe.source.address,
            probe.outcome(None),
            found and [getattr(found, field) for field in fields],
        ]
        for probe, found in from_sources(Endpoint(address, port), sources, name, timeout)
    ]
