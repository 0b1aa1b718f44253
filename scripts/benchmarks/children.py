"""What other processes do for a benchmark: `python scripts/benchmarks/children.py NAME ARGUMENT...` calls a function.

It is imported by none of the others, and imports none of them: what starts up here is part of some figures.
"""

from __future__ import annotations

import json
import select
import socket
import sys


def same_calls(port: str, rounds: str) -> None:
    """The system calls that our own connect makes on its socket (net/probes/probe.py), in their order."""
    there = ("127.0.0.1", int(port))
    for _ in range(int(rounds)):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_IP, 11, 1)  # IP_RECVERR
        sock.connect_ex(there)
        sock.getsockname()
        poll = select.poll()
        poll.register(sock, select.POLLOUT)
        poll.poll(60000)
        sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 144)
        sock.setsockopt(socket.IPPROTO_IP, 11, 0)
        sock.setblocking(True)
        sock.close()


def simplest(port: str, rounds: str) -> None:
    """The simplest blocking loop."""
    there = ("127.0.0.1", int(port))
    for _ in range(int(rounds)):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.connect(there)
        sock.close()


def listen() -> None:
    """Accept and close for ever; the port is printed. The backlog is so long that no SYN is dropped."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listener.getsockname()[1], flush=True)
    while True:
        listener.accept()[0].close()


def loads(path: str) -> None:
    """json.loads alone over the lines of a file."""
    with open(path, "rb") as lines:
        for line in lines:
            json.loads(line)


def peak(*words: str) -> None:
    """Run the words as the console script does, then tell the peak in KiB on standard error (proc(5)).

    What wait4(2) tells of a child counts the memory of the process that started it, too.
    """
    from stcp_shell.app.main import run
    from stcp_shell.environment import real

    status = run(words, real())
    sys.stdout.flush()
    with open("/proc/self/status", encoding="utf-8") as lines:
        print(next(line.split()[1] for line in lines if line.startswith("VmHWM")), file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
