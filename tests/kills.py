"""Ends sessions by a signal at a random moment, and compares what was shown with what is in the log."""

from __future__ import annotations

import json
import os
import pty
import random
import re
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from programs import PROGRAM, WITH_SIGNALS, environment

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
AT_ONCE = 4
_LONGEST = 1.5  # seconds until the signal
_SHOWN = re.compile(rb"^socket (\d+): (?:connected|refused)", re.MULTILINE)


@contextmanager
def server() -> Iterator[int]:
    """A port that accepts and closes at once."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:

        def serve() -> None:
            while True:
                try:
                    listener.accept()[0].close()
                except OSError:
                    return

        Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def rounds(folder: Path, runs: int, terminal: bool) -> Counter[str]:
    """What was found wrong in so many runs for each signal, and how many results were shown."""
    script = folder / "long.stcp"
    with server() as port:
        lines = "".join(f"socket\nconnect -name 127.0.0.1 -port {p}\nclose\nnote it\n" for p in (port, 1) * 1000)
        script.write_text(lines, encoding="ascii")
        jobs = [(number, which) for number in range(runs) for which in SIGNALS]

        def one(job: tuple[int, signal.Signals]) -> Counter[str]:
            number, which = job
            place = folder / f"{which.name}-{number}"
            place.mkdir()
            return _run(place, script, which, terminal)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return sum(pool.map(one, jobs), Counter())


def _run(folder: Path, script: Path, which: signal.Signals, terminal: bool) -> Counter[str]:
    log = folder / "log.jsonl"
    command = [*WITH_SIGNALS, *PROGRAM, "--log", str(log), str(script)]
    ended = _at_terminal if terminal else _to_file
    shown = ended(folder, command, which)
    found: Counter[str] = Counter()
    lines = log.read_bytes().split(b"\n") if log.exists() else [b""]
    if lines.pop():
        found["a line that is not whole"] += which != signal.SIGKILL
    records = [json.loads(line) for line in lines]
    found["a gap in seq"] += [record["seq"] for record in records] != list(range(1, len(records) + 1))
    logged = {record["socket"] for record in records if record["type"] == "connection"}
    results = {int(number) for number in _SHOWN.findall(shown)}
    found["shown"] += len(results)
    found["shown and not in the log"] += len(results - logged)
    # In the first moments Python itself is started, and ends with a traceback of its own.
    found["a traceback"] += b"errors.Terminated" in shown + _written(folder / "err")
    found["a log without its end"] += bool(records) and which != signal.SIGKILL and records[-1]["type"] != "end"
    return +found


def _written(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _to_file(folder: Path, command: list[str], which: signal.Signals) -> bytes:
    out = folder / "out"
    with out.open("wb") as file, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL, stdout=file, stderr=err
        )
        _end(process, which)
    return out.read_bytes()


def _at_terminal(folder: Path, command: list[str], which: signal.Signals) -> bytes:
    outer, inner = pty.openpty()
    read = bytearray()

    def pump() -> None:
        while True:
            try:
                read.extend(os.read(outer, 1 << 16))
            except OSError:  # the other side is closed
                return

    pumping = Thread(target=pump)
    process = subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL, stdout=inner, stderr=inner
    )
    os.close(inner)
    pumping.start()
    _end(process, which)
    pumping.join()
    os.close(outer)
    return re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]|\r", b"", bytes(read))


def _end(process: subprocess.Popen[bytes], which: signal.Signals, sleep: Callable[[float], None] = time.sleep) -> None:
    """Send the signal at a random moment of the run: that is what is tried here."""
    sleep(random.uniform(0.02, _LONGEST))
    process.send_signal(which)
    process.wait()
