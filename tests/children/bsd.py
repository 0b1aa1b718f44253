"""`netstat` in a test's namespace, as the shell runs it."""

from __future__ import annotations

import resource
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

from child import ROOT

from stcp_shell.commands.netstat import netstat
from stcp_shell.log.writer import records_of
from stcp_shell.model.coding import to_json
from stcp_shell.report.text.lines import lines

SESSION = SimpleNamespace(timeout=5.0, sockets={}, environment=SimpleNamespace(host="h"))


def shown(**options: bool) -> list[Any]:
    """The lines, and the fields of the log record."""
    found = netstat.run(SESSION, **options)
    text = list(lines(found))
    return [text, to_json(records_of(found)[0])]


def failure(**options: bool) -> str | None:
    """Why there is nothing to be shown."""
    try:
        shown(**options)
    except OSError as why:
        return str(why)
    return None


def program(commands: str) -> list[str]:
    """What the program shows, as a process of its own."""
    words = [sys.executable, "-m", "stcp_shell", "--no-log", "-c", commands]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()


def peak(**options: bool) -> int:
    """Peak memory in KiB, when all lines have passed."""
    for _ in lines(netstat.run(SESSION, **options)):
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
