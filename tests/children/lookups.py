"""`route get` in a test's namespace, as the shell runs it, and what ip(8) says."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Optional

from stcp_shell.commands.route import route_get
from stcp_shell.errors import Failure
from stcp_shell.model.coding import to_json
from stcp_shell.net.tables.route_lookup import Lookup, Tables
from stcp_shell.report.text.lines import lines

from .world import batch, oracle, settle

SESSION = SimpleNamespace(timeout=5.0, remember=lambda name: None)
NAMES = {"localhost": ("127.0.0.1", "::1"), "six.example": ("", "fd02::1"), "four.example": ("10.1.1.1", "")}
Asked = tuple[str, Optional[str]]  # the destination and the source address


def _resolved(name: str, _: object, family: int, *rest: object) -> list[Any]:
    """In place of a resolver, to which a namespace has no way."""
    found = NAMES.get(name, ("", ""))[family == socket.AF_INET6]
    if not found:
        raise socket.gaierror(-2, "Name or service not known")
    return [(family, socket.SOCK_STREAM, 6, "", (found, 0))]


def got(name: str, source: str | None = None, port: int = 0) -> dict[str, Any]:
    """The command's log record and its text, or the failure."""
    socket.getaddrinfo = _resolved  # type: ignore[assignment]
    try:
        found = route_get.run(SESSION, name=name, from_=source, port=port)
    except Failure as why:
        return {"failure": str(why)}
    return to_json(found) | {"text": list(lines(found))}


def all_got(asked: list[Asked]) -> list[dict[str, Any]]:
    """What each gives."""
    return [got(*each) for each in asked]


def by_name(asked: list[Asked]) -> dict[str, dict[str, Any]]:
    """The same, by the destination with the source address behind it."""
    return {name + (source or ""): got(name, source) for name, source in asked}


def theirs(asked: list[Asked]) -> list[Any]:
    """What `ip route get` answers to each."""

    def answer(name: str, source: str | None) -> Any:
        name, _, zone = name.partition("%")
        words = [*(["from", source] if source else []), *(["oif", zone] if zone else [])]
        return oracle("route", "get", name, *words)[0]

    return [answer(*each) for each in asked]


def packets_sent(destination: str) -> dict[str, int]:
    """How many packets leave by each link while five are sent to a destination."""

    def packets() -> dict[str, int]:
        rows = [line.split(":") for line in Path("/proc/net/dev").read_text(encoding="ascii").splitlines()[2:]]
        return {name.strip(): int(figures.split()[9]) for name, figures in rows}

    before = packets()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((destination, 9))
        for _ in range(5):
            sock.send(b"x")
    return {name: count - before[name] for name, count in packets().items()}


def cut_off(name: str) -> dict[str, Any]:
    """The same as `got`, when an interface goes away between the kernel's answer and the rest."""
    lookup = Tables.lookup

    def cut(self: Tables, *arguments: Any) -> Lookup:
        answer = lookup(self, *arguments)
        subprocess.run(["ip", "link", "del", "enetZ"], check=False, stderr=subprocess.DEVNULL)
        return answer

    Tables.lookup = cut  # type: ignore[assignment,method-assign]
    return got(name)


def in_worlds(worlds: list[str], targets: list[str]) -> list[dict[str, Any]]:
    """What each target gives in each world, which is furnished and taken away again."""
    batch("link set lo up")
    seen = []
    for world in worlds:
        for line in world.splitlines():  # an address twice, a route without a way: not every line is possible
            subprocess.run(["ip", *line.split()], stderr=subprocess.DEVNULL, check=False)
        settle()
        seen += [got(target) for target in targets]
        batch("link del r0\nlink del r1")
    return seen


def fastest(name: str) -> float:
    """Seconds that the command takes at least, of 20 times."""
    got(name)
    took = []
    for _ in range(20):
        start = time.perf_counter()
        route_get.run(SESSION, name=name)
        took.append(time.perf_counter() - start)
    return min(took)
