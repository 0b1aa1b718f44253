"""Start programs, and measure the time until they end, or until certain output."""

import os
import pty
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

PYTHON = sys.executable
SHELL = str(Path(sys.executable).with_name("stcp-shell"))
PATIENCE = 60.0  # seconds; what takes longer hangs

# Logs and histories go to a temporary folder. No CPR: no terminal replies here. Without the variables that change how
# Python runs: PYTHONUNBUFFERED costs a write(2) a line, PYTHONDONTWRITEBYTECODE a compilation at every start.
STATE = tempfile.TemporaryDirectory(prefix="stcp-bench-")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {
    "HOME": STATE.name,
    "XDG_STATE_HOME": STATE.name,
    "XDG_CONFIG_HOME": STATE.name,
    "PROMPT_TOOLKIT_NO_CPR": "1",
    "TERM": "xterm",
}


def duration(command: Sequence[str], output: str = os.devnull) -> float:
    """Seconds from a program's start to its end, its output in a file. Raises CalledProcessError if it fails.

    Without a timeout: with one Python waits in ever longer sleeps, and 40 ms become 64.
    """
    with open(output, "wb") as file:
        started = perf_counter()
        subprocess.run(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=file, check=True)
        return perf_counter() - started


def first_line(command: Sequence[str]) -> float:
    """Seconds from a program's start to the end of its first line."""
    started = perf_counter()
    with subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        taken = perf_counter() - started
        process.stdout.read()
    return taken


def prompt(command: Sequence[str], awaited: bytes) -> float:
    """Seconds from a program's start on a terminal of its own until `awaited` appears on it."""
    started = perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], list(command), ENVIRONMENT)
    shown = b""
    try:
        while awaited not in shown:
            if not select.select([terminal], [], [], PATIENCE)[0]:
                raise TimeoutError(f"{command[0]} showed no {awaited!r} but {shown!r}")
            try:
                shown += os.read(terminal, 65536)
            except OSError:  # EIO: the program has closed the terminal
                raise EOFError(f"{command[0]} ended: {shown.decode(errors='replace')}") from None
        return perf_counter() - started
    finally:
        os.close(terminal)  # hangs the program up
        os.waitpid(child, 0)


def child(name: str, *arguments: str) -> list[str]:
    """The command that calls a function of children.py."""
    return [PYTHON, str(Path(__file__).with_name("children.py")), name, *arguments]


@contextmanager
def listener() -> Iterator[int]:
    """A process that accepts and closes, on the port that is given. Its backlog is so long that no SYN is dropped."""
    with subprocess.Popen(child("listen"), stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()
