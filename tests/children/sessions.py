"""Sessions of the program in the process of a test's child, where it can look at more than what is on the screen."""

from __future__ import annotations

import io
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, BinaryIO

from child import ROOT

from stcp_shell.app.main import run
from stcp_shell.commands.snapshot import Snapshot
from stcp_shell.environment import Environment
from stcp_shell.model.tables import Routes

from . import captures
from .world import batch


def shown(*words: str, stdin: BinaryIO | None = None, variables: dict[str, str] | None = None) -> str:
    """What the program shows for these words of a command line."""
    out = io.StringIO()
    run(list(words), Environment(stdin, out, out, variables or {}, "phx_vos"))
    return out.getvalue()


def mended(home: str) -> list[str]:
    """What `diagnose` shows before and after the remedy that it prints is carried out."""

    def diagnosis() -> str:
        line = "diagnose -name 10.1.1.1 -port 2121 -timeout 1.5"
        return shown("--no-log", "-c", line, variables={"HOME": home})

    before = diagnosis()
    remedy = re.search(r"Linux: (ip route replace .* src .*)", before)
    assert remedy
    subprocess.run(remedy[1].split(), check=True)
    return [before, diagnosis()]


def _records(line: str) -> list[Any]:
    """The records of a session of one line."""
    with tempfile.TemporaryDirectory() as home:
        log = Path(home, "log")
        shown("--log", str(log), "-c", line, variables={"HOME": home})
        return [json.loads(record) for record in log.read_text(encoding="ascii").splitlines()]


def shells(lines: list[str]) -> list[list[Any]]:
    """The exit status and the errors of commands in this network namespace."""
    done = [subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False) for line in lines]
    return [[each.returncode, each.stderr] for each in done]


def changed(changes: list[str], line: str) -> list[Any]:
    """The records of a line after changes of this host by ip(8)."""
    for change in changes:
        subprocess.run(["ip", *change.split()], check=True)
    return _records(line)


def unplugged(interface: str, after: float, line: str) -> list[Any]:
    """The records of a line during which an interface goes down."""
    down = subprocess.Popen(["sh", "-c", f"sleep {after}; ip link set {interface} down"])
    try:
        return _records(line)
    finally:
        down.wait()


def unresolved(timeout: float) -> tuple[str, float]:
    """What `diagnose` says of a name whose resolver does not reply, and how long it takes."""
    subprocess.run(["ip", "route", "add", "10.9.9.9/32", "dev", "enetA"], check=True)  # nobody has that address
    Path("/etc/resolv.conf").write_text("nameserver 10.9.9.9\n", encoding="ascii")
    switch = Path("/etc/nsswitch.conf")
    if switch.exists():
        switch.write_text("hosts: dns\n", encoding="ascii")
    line = f"diagnose -name nosuch.example -port 1 -timeout {timeout}"
    started = time.monotonic()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "stcp_shell",
            "--no-log",
            "-c",
            line,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr, time.monotonic() - started


def on_the_wire(log: str, script: str, syns: int) -> list[captures.Segment]:
    """The SYNs that leave this host by router Z during a session; so many are waited for."""
    with captures.Capture("router-z") as capture:
        shown("--log", log, "-c", script)
        return [syn for syn in capture.syns(syns) if syn.interface == "host"]


def program_on_the_wire(*words: str) -> tuple[int, list[captures.Segment]]:
    """The same for the program as a process of its own, with its exit status."""
    with captures.Capture("router-z") as capture:
        done = subprocess.run([sys.executable, *words], cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        return done.returncode, capture.syns()


class _Lines(io.BytesIO):
    """Lines of a session; before every second one ip(8) changes something, as long as there are changes."""

    def __init__(self, text: bytes, changes: list[str]) -> None:
        super().__init__(text)
        self._changes = changes
        self._count = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        self._count += 1
        if self._count % 2 == 0 and self._changes:
            subprocess.run(["ip", *self._changes.pop(0).split()], check=True)
        return super().readline(size)


def changing(log: str, line: str, times: int, changes: list[str]) -> list[Any]:
    """The records of a session of the same line several times, while this host changes."""
    shown("--log", log, stdin=_Lines(f"{line}\n".encode() * times, changes))
    return [json.loads(record) for record in Path(log).read_text(encoding="ascii").splitlines()]


def looks_at_long_tables() -> list[Any]:
    """Of long tables what a session takes by itself: IPv4 routes, whether any of IPv6, whether there are more, default
    routes; and what when it looks again."""
    routes = "".join(f"route add 10.9.{n // 250}.{n % 250}/32 via 172.16.1.1\n" for n in range(300))
    subprocess.run(["ip", "-batch", "-"], input=routes, text=True, check=True)
    there = Snapshot()
    _, found = there.records("host")
    assert isinstance(found, Routes)
    families = [row.family for row in found.routes]
    again = list(there.records("host"))
    return [families.count("inet"), "inet6" in families, found.more, len(found.defaults), again]


def crowded(number: int, files: int, neighbour: bool) -> list[Any]:
    """The verdict, its SYNs and their limit, with so many source addresses and so many files that may be open.

    Nothing answers; without a neighbour the next hop does not, either.
    """
    addresses = "".join(f"addr add 10.8.1.{each}/16 dev ve0\n" for each in range(1, number + 1))
    links = "link add ve0 type veth peer name ve1\nlink set ve0 up\nlink set ve1 up\n"
    known = "neigh add 10.8.200.1 lladdr 02:00:00:00:00:01 dev ve0\n" if neighbour else ""
    batch(f"{links}{addresses}{known}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    (verdict,) = [
        each for each in _records("diagnose -name 10.8.200.1 -port 9 -timeout 2") if each["type"] == "verdict"
    ]
    return [verdict["kind"], verdict["syns"] <= verdict["most_syns"], len(verdict["sources"]) + len(verdict["context"])]
