"""The program as a user starts it: a process of its own, with a state folder and a home that a test can look into."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from child import ROOT
from conftest import without_nft
from schemas import Record, validate

PROGRAM = [sys.executable, "-m", "stcp_shell"]
# Whoever started the tests may ignore signals (a shell does so for what runs in the background).
WITH_SIGNALS = ["env", "--default-signal=INT,HUP,TERM"]
PATIENCE = 20.0  # seconds; what lasts longer hangs


class Run(NamedTuple):
    """What came of a run; `records` is its session log."""

    status: int
    out: str
    err: str
    records: list[Record]

    def of(self, kind: str) -> list[Record]:
        """The records of one type."""
        return [record for record in self.records if record["type"] == kind]

    @property
    def connection(self) -> Record:
        """The only connection of the run."""
        (found,) = self.of("connection")
        return found


def environment(folder: Path) -> dict[str, str]:
    """A user's environment, whose home and state folder lie in `folder`."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "XDG_STATE_HOME": str(folder / "state"),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
    }


def sessions(folder: Path) -> set[Path]:
    """The session logs in the state folder."""
    return set((folder / "state" / "stcp-shell" / "sessions").glob("*.jsonl"))


def read(log: Path) -> list[Record]:
    """A session log, every line of it: one that is not what the schema says is an error here."""
    text = log.read_text(encoding="ascii")
    assert text.endswith("\n")
    records = [json.loads(line) for line in text.splitlines()]
    validate(records)
    return records


def run(folder: Path, *words: str | Path, stdin: str | bytes = b"", before: Sequence[str] = (), **options: Any) -> Run:
    """Run the program in `folder` until it ends. `before` is a command that starts it."""
    known = sessions(folder)
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment(folder), **options}
    if "stdin" not in options:
        options["input"] = stdin.encode() if isinstance(stdin, str) else stdin
    command = [*before, *PROGRAM, *map(str, words)]
    done = subprocess.run(command, cwd=folder, timeout=PATIENCE, check=False, **options)
    err = (done.stderr or b"").decode()
    without_nft(err)
    assert not any(word in err for word in ("Traceback", "internal error")), err
    assert not (folder / "home").exists()
    logs = sessions(folder) - known
    return Run(done.returncode, (done.stdout or b"").decode(), err, read(logs.pop()) if logs else [])


def shows(done: Run, *texts: str) -> None:
    """It went well, and these texts are on the screen in this order."""
    assert (done.status, done.err) == (0, "")
    position = 0
    for text in texts:
        position = done.out.find(text, position)
        assert position >= 0, f"{text!r} is not (there) in:\n{done.out}"


@contextmanager
def started(
    folder: Path, *words: str | Path, before: Sequence[str] = WITH_SIGNALS, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """The program while it runs; it is killed at the end if it still does."""
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    command = [*before, *PROGRAM, *map(str, words)]
    process: subprocess.Popen[bytes]
    with subprocess.Popen(command, cwd=folder, env=environment(folder), **options) as process:
        try:
            yield process
        finally:
            process.kill()


def until(look: Callable[[], Any], what: str) -> Any:
    """Look until there is something, and answer it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError(f"not within {PATIENCE:g} s: {what}")


def logged(log: Path, kind: str, count: int = 1) -> list[Record]:
    """Wait until a log that is being written has so many records of a type."""

    def look() -> list[Record]:
        lines = log.read_text(encoding="ascii").split("\n")[:-1] if log.exists() else []
        found = [record for line in lines if (record := json.loads(line))["type"] == kind]
        return found if len(found) >= count else []

    result: list[Record] = until(look, f"{count} records {kind} in {log}")
    return result


def connecting(process: int) -> bool:
    """Whether a process waits for the end of a connect: it sleeps and has a socket in SYN_SENT (proc(5), net/tcp)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    waiting = {f"socket:[{row[9]}]" for row in rows if row[3] == "02"}
    folder = Path(f"/proc/{process}")
    sleeps = folder.joinpath("stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "S"
    try:
        return sleeps and any(os.readlink(path) in waiting for path in folder.joinpath("fd").iterdir())
    except FileNotFoundError:  # a descriptor that was closed meanwhile
        return False


@contextmanager
def listening(address: str = "127.0.0.1", backlog: int = 50) -> Iterator[socket.socket]:
    """A stream socket that listens on a port of the kernel's choice."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as server:
        server.bind((address, 0))
        server.listen(backlog)
        server.settimeout(PATIENCE)
        yield server


@contextmanager
def silent() -> Iterator[int]:
    """A port on 127.0.0.1 that lets every SYN go without an answer: its queue is full."""
    with listening(backlog=0) as server, ExitStack() as waiting:
        for _ in range(3):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield port_of(server)


def port_of(server: socket.socket) -> int:
    """The port that a socket is bound to."""
    return int(server.getsockname()[1])


def closed_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port that nobody listens on."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def peer_of(server: socket.socket) -> tuple[str, int]:
    """The address and the port of the next connection that comes."""
    connection, peer = server.accept()
    connection.close()
    return peer[0], peer[1]


def nobody_came(server: socket.socket) -> bool:
    """Whether no connection waits to be accepted."""
    server.setblocking(False)
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return True
    return False
