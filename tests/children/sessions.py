"""Sessions of the program in the process of a test's child, where it can look at more than what is on the screen."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, BinaryIO

from child import ROOT

from stcp_shell.app.main import run
from stcp_shell.commands.snapshot import Snapshot
from stcp_shell.environment import Environment
from stcp_shell.model.tables import Routes

from . import captures


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
