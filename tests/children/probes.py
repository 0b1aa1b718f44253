"""Plain sockets in the lab. They are not the product's own probe, on purpose: the two are to agree."""

from __future__ import annotations

import json
import select
import socket
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor
from errno import EINPROGRESS, errorcode
from typing import Any

from stcp_shell.lab.namespaces import inside

from .labs import NODES

# level, IP_RECVERR or IPV6_RECVERR, and where the sender's address is after `sock_extended_err` and its port
RECVERR = {socket.AF_INET: (0, 11, slice(20, 24)), socket.AF_INET6: (41, 25, slice(24, 40))}


def probe(address: str, source: str | None = None, port: int = 2121, patience: float = 0.4) -> dict[str, Any]:
    """One connect: source address, `connected`, `silence` or the errno, and [type, code, sender] of an ICMP.

    No source address: bind(2) was refused, and nothing was sent.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    level, option, sender = RECVERR[family]
    with socket.socket(family) as s:
        s.setsockopt(level, option, 1)
        s.setblocking(False)
        try:
            s.bind((source or "", 0))
        except OSError as refused:
            return {"source": None, "outcome": errorcode[refused.errno or 0], "icmp": None}
        error = s.connect_ex((address, port))
        seen = {"source": s.getsockname()[0], "outcome": "silence", "icmp": None}
        poll = select.poll()
        poll.register(s, select.POLLOUT)
        if error == EINPROGRESS and poll.poll(patience * 1000):
            error = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error != EINPROGRESS:
            seen["outcome"] = errorcode[error] if error else "connected"
        try:
            _, [(_, _, data)], _, _ = s.recvmsg(0, 512, socket.MSG_ERRQUEUE)
        except BlockingIOError:
            return seen
        _, _, kind, code = struct.unpack_from("=IBBB", data)
        return seen | {"icmp": [kind, code, socket.inet_ntop(family, data[sender])]}


def outcomes(address: str, count: int) -> list[str]:
    """How so many connects ended, one after the other."""
    return [probe(address)["outcome"] for _ in range(count)]


def from_port(address: str, port: int) -> str:
    """How a connect from that source port ended."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as s:
        s.settimeout(0.4)
        s.bind(("", port))
        try:
            s.connect((address, 2121))
        except socket.timeout:  # TimeoutError, since Python 3.10
            return "silence"
        return "connected"


def matrix() -> dict[str, dict[str, Any]]:
    """The article's test in both families, from the default and from the bound source address."""
    return {
        "default": probe("10.1.1.1"),
        "bound": probe("10.1.1.1", "172.16.1.50"),
        "default6": probe("fd00:10:1:1::1"),
        "bound6": probe("fd00:10:1:1::1", "fd00:172:16:1::50"),
        "router": probe("192.168.77.1"),
        "router6": probe("fd00:192:168:77::1"),
    }


def survey(patience: dict[str, float]) -> dict[str, dict[str, Any]]:
    """The article's test in both families, all at once; each of the four has its own patience."""
    wanted = {
        "default": ("10.1.1.1", None),
        "bound": ("10.1.1.1", "172.16.1.50"),
        "default6": ("fd00:10:1:1::1", None),
        "bound6": ("fd00:10:1:1::1", "fd00:172:16:1::50"),
    }
    with ThreadPoolExecutor(len(wanted)) as pool:
        running = {
            name: pool.submit(probe, *ends, patience=patience[name])
            for name, ends in wanted.items()
            if name in patience
        }
        return {name: future.result() for name, future in running.items()}


def addresses() -> dict[str, list[str]]:
    """The global addresses of this machine's interfaces, by name, as ip has them."""
    text = subprocess.run(["ip", "-j", "address"], capture_output=True, text=True, check=True).stdout
    return {
        link["ifname"]: [f"{a['local']}/{a['prefixlen']}" for a in link["addr_info"] if a["scope"] == "global"]
        for link in json.loads(text)
    }


def resolve(name: str) -> list[str]:
    """The addresses of a name, sorted. A name that no DNS server was asked for is `unknown`, not `try again`."""
    try:
        return sorted({str(info[4][0]) for info in socket.getaddrinfo(name, 2121)})
    except socket.gaierror as error:
        return ["unknown" if error.errno == socket.EAI_NONAME else str(error)]


def talk(said: str) -> list[str]:
    """The client's banner, and what it answers."""
    heard = []
    with socket.create_connection(("client", 2121), source_address=("172.16.1.50", 0), timeout=2) as s:
        heard.append(s.recv(100).decode())
        s.sendall(said.encode())
        heard.append(s.recv(100).decode())
    return heard


def crowd(size: int) -> list[bool]:
    """SIZE connections at once, each of which has read its banner: which of them the client then still answers."""
    crowd = []
    for _ in range(size):
        s = socket.create_connection(("10.1.1.1", 2121), timeout=5)
        s.recv(100)
        crowd.append(s)
    answers = []
    for s in crowd:
        try:
            s.sendall(b"?")
            answers.append(s.recv(1) == b"?")
        except OSError:
            answers.append(False)
    return answers


def called_back(address: str) -> str:
    """The client connects to this machine's ADDRESS, from its namespace: who it is."""
    with socket.create_server((address, 0)) as server:
        with inside(NODES["client"]):
            caller = socket.create_connection(server.getsockname(), timeout=2)
        with caller:
            return str(server.accept()[1][0])
