"""Reports of a log of 100,000 connections: against json.loads alone over its lines, and how much memory they take.

Start-up is subtracted from both: the time or memory of a process that does the same with a log of one record.
"""

import json
import os
import random
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

from stcp_shell.log import SCHEMA
from stcp_shell.model.coding import to_json
from stcp_shell.model.connection import Connection, Destination, Endpoint, Icmp, ResolvedRoute

from .figures import Row, at_most, interleaved
from .processes import ENVIRONMENT, SHELL, child, duration

CONNECTIONS = 100_000
FORMATS = ("text", "markdown", "html", "csv", "jsonl", "svg")
MOST, MOST_MEMORY = 2.0, 64.0  # times json.loads; MiB
_SESSION = {
    "type": "session",
    "seq": 1,
    "time": "2026-01-31T00:00:00.123Z",
    "version": "0.1.0",
    "host": "phx_vos",
    "system": "Linux 6.1 x86_64",
    "arguments": ["connects.stcp"],
    "pid": 1,
    "schema": SCHEMA,
    "variables": [],
    "scripts": ["connects.stcp"],
}
_OUTCOMES = {
    "connected": (None, None),
    "timeout": (None, None),
    "refused": ("ECONNREFUSED", None),
    "prohibited": (
        "EHOSTUNREACH",
        Icmp(3, 13, "communication administratively prohibited", "192.168.77.1"),
    ),
}


def rows(quick: bool) -> Iterator[Row]:
    """A row for each format's time, and one for its memory."""
    repeats = 3 if quick else 7
    with tempfile.TemporaryDirectory() as folder:
        log, short = Path(folder, "log.jsonl"), Path(folder, "short.jsonl")
        _write(log, CONNECTIONS)
        _write(short, 1)
        for form in FORMATS:
            report = [[SHELL, "--report", str(path), "--format", form] for path in (log, short)]
            loads = [child("loads", str(path)) for path in (log, short)]
            duration(report[1])
            ours, start, baseline, bare = interleaved(repeats, *(partial(duration, c) for c in (*report, *loads)))
            what = f"{CONNECTIONS} connections: --format {form} / json.loads of the lines"
            yield at_most(MOST, what, ours, [taken - median(bare) for taken in baseline], less=start)
            taken = (_peak(report[0]) - _peak(report[1])) / 1024
            target = f"<= {MOST_MEMORY:g} MiB"
            yield Row(f"its memory over start-up: {form}", f"{taken:.1f} MiB", "", None, target, taken <= MOST_MEMORY)


def _write(path: Path, connections: int) -> None:
    """Write a log like that of a script which connects from two addresses by turns."""
    chance = random.Random(1)
    with path.open("w", encoding="ascii") as file:
        file.write(json.dumps(_SESSION) + "\n")
        for number in range(1, connections + 1):
            source = chance.choice(["172.16.1.50", "192.168.77.50"])
            outcome = chance.choice(list(_OUTCOMES))
            errno, icmp = _OUTCOMES[outcome]
            found = Connection(
                socket=number,
                protocol="tcp",
                bound=None,
                source=Endpoint(source, 32768 + number % 28000),
                chosen_by="kernel",
                destination=Destination("10.1.1.1", "10.1.1.1", 2121),
                route=ResolvedRoute("192.168.77.1", "enetZ", source, 254, "unicast"),
                outcome=outcome,
                errno=errno,
                icmp=icmp,
                elapsed=chance.random(),
                rtt=None,
                syn_retransmits=0,
                rst=outcome == "refused",
                sent=f"2026-01-31T{clock(number)}.023Z",
            )
            record = {
                "type": "connection",
                "seq": number + 1,
                "time": f"2026-01-31T{clock(number)}.123Z",
                "command": number,
                **to_json(found),
            }
            file.write(json.dumps(record) + "\n")


def clock(second: int) -> str:
    """The time of day of a second."""
    return f"{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"


def _peak(command: list[str]) -> int:
    """Peak resident memory of a process in KiB (getrusage(2))."""
    null = os.open(os.devnull, os.O_WRONLY)
    process = os.posix_spawn(command[0], command, ENVIRONMENT, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    os.close(null)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise ChildProcessError(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss
