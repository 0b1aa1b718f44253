"""Servers for the client's part of a callback: the lab's, in the lab, and hostile ones on loopback."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from child import ROOT

from children.labs import NODES
from stcp_shell.app.main import run
from stcp_shell.environment import real
from stcp_shell.lab.namespaces import inside

FAR = 2200  # the port of the far end


def client(words: list[str], log: str, **variables: str) -> list[dict[str, Any]]:
    """Run the program on the lab's client; answers the records of its log."""
    os.environ.update(variables)
    environment = real()._replace(stdout=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    with inside(NODES["client"]):
        run(["--log", log, *words], environment)
    return [json.loads(line) for line in Path(log).read_text(encoding="utf-8").splitlines()]


def near(words: list[str], log: str) -> int:
    """Run the program on the lab's host."""
    return run(["--log", log, *words], real()._replace(stdout=sys.stderr))


def far_end(seconds: float, log: str) -> None:
    """Serve on the lab's client, in a process of its own; wait until it listens."""
    command = [sys.executable, "-m", "stcp_shell", "--log", log, "-c", f"serve -port {FAR} -for {seconds}"]
    with inside(NODES["client"]):
        subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while f":{FAR:04X} " not in Path("/proc/thread-self/net/tcp6").read_text(encoding="ascii"):
            assert time.monotonic() < until, "it does not listen"
            time.sleep(0.01)


def _flood(connection: socket.socket) -> None:
    connection.sendall(b"220-welcome\r\n")
    while True:
        connection.sendall(b"220-" + b"x" * 1000 + b"\r\n")


def _long_line(connection: socket.socket) -> None:
    connection.sendall(b"220 " + b"x" * 10_000_000)


def _binary(connection: socket.socket) -> None:
    connection.sendall(bytes(range(256)) * 4 + b"\r\n")


def _mute(connection: socket.socket) -> None:
    connection.recv(1)


def _hangs_up(connection: socket.socket) -> None:
    connection.close()


def _refuses_port(connection: socket.socket) -> None:
    connection.sendall(b"220 hi\r\n")
    for reply in (b"331 x\r\n", b"230 in\r\n", b"500 Illegal PORT command\r\n"):
        connection.recv(1000)
        connection.sendall(reply)
    connection.recv(1000)


def _control_characters(connection: socket.socket) -> None:
    connection.sendall(b"220 \x1b[2Jhi\r\n")
    connection.recv(1000)
    connection.sendall(b"530 no \x1b]0;x\x07\r\n")
    connection.recv(1000)


def _is_ready_later(connection: socket.socket) -> None:
    connection.sendall(b"120 in a minute\r\n220 hi\r\n")
    for reply in (b"331 x\r\n", b"230 in\r\n", b"200 ok\r\n", b"550 no files\r\n"):
        connection.recv(1000)
        connection.sendall(reply)
    connection.recv(1000)


def _speaks_ssh(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    connection.recv(1000)


def _trickles(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"2")
        time.sleep(0.1)


def _echoes(connection: socket.socket) -> None:
    connection.sendall(b"220 hi\r\n")
    connection.recv(1000)
    connection.sendall(b"331 x\r\n")
    connection.sendall(b"530 no, not " + connection.recv(1000))
    connection.recv(1000)


def _huge_ndmp(connection: socket.socket) -> None:
    connection.sendall(b"\xff\xff\xff\xff" + b"x" * 100)
    connection.recv(1)


def _empty_fragments(connection: socket.socket) -> None:
    while True:
        connection.sendall(bytes(4))


def _short_ndmp(connection: socket.socket) -> None:
    connection.sendall(b"\x80\x00\x00\x08" + bytes(8))
    connection.recv(1)


def _old_ndmp(connection: socket.socket) -> None:
    header = (1).to_bytes(4, "big") + bytes(8) + (0x502).to_bytes(4, "big") + bytes(8)
    body = bytes(4) + (2).to_bytes(4, "big") + bytes(4)
    connection.sendall((1 << 31 | len(header + body)).to_bytes(4, "big") + header + body)
    connection.recv(1000)


def _absurd_text(connection: socket.socket) -> None:
    header = (1).to_bytes(4, "big") + bytes(8) + (0x502).to_bytes(4, "big") + bytes(8)
    body = bytes(4) + (4).to_bytes(4, "big") + (1 << 30).to_bytes(4, "big")
    connection.sendall((1 << 31 | len(header + body)).to_bytes(4, "big") + header + body)
    connection.recv(1)


SERVERS: dict[str, Callable[[socket.socket], None]] = {
    name.removeprefix("_"): work
    for name, work in list(globals().items())
    if name.startswith("_") and callable(work) and not name.startswith("__")
}


def hostile(name: str) -> int:
    """Start a server on loopback that behaves like that; answers its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        while True:
            connection, _ = listener.accept()
            try:
                SERVERS[name](connection)
            except OSError:
                pass
            finally:
                connection.close()

    threading.Thread(target=work, daemon=True).start()
    return int(listener.getsockname()[1])
