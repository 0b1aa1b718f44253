"""Memory: how much more 50,000 connects take than 5,000, and how much a script takes while it runs.

Two kinds of input. Lines on standard input are run one by one; a script is parsed whole first, and the memory for that
is in use before its first command runs. Neither may grow with the number of connects.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import IO

from .figures import Row
from .processes import ENVIRONMENT, SHELL, listener

FEW, MANY = 5000, 50_000
MOST = 1.05
MARK = b"no sockets"  # the output of `sockets` when all are closed: the rounds before it are done


def rows(quick: bool) -> Iterator[Row]:
    """Peak memory as the kernel counts it (VmHWM)."""
    with listener() as port:
        rounds = f"socket\nconnect -name 127.0.0.1 -port {port}\nclose\n"
        few, many = _piped(rounds, MANY // 5 if quick else MANY)
        yield _row(f"peak memory: after {MANY // 5 if quick else MANY} piped connects / after {FEW}", many, few)
        before, after = _script(rounds)
        yield _row(f"peak memory: script of {FEW} connects, at its end / start", after, before)


def _row(what: str, value: int, base: int) -> Row:
    ratio = value / base
    return Row(what, f"{value / 1024:.1f} MiB", f"{base / 1024:.1f} MiB", ratio, f"<= {MOST:g}", ratio <= MOST)


def _piped(rounds: str, many: int) -> tuple[int, int]:
    with subprocess.Popen([SHELL], env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        peaks = []
        for count in (FEW, many - FEW):
            # the writer needs a thread of its own: the program writes output before it has read all its input
            text = (rounds * count + "sockets\n").encode("ascii")
            writer = Thread(target=_write, args=(process.stdin, text))
            writer.start()
            _until_mark(process.stdout)
            writer.join()
            peaks.append(_peak(process.pid))
        process.stdin.close()
    return peaks[0], peaks[1]


def _write(stream: IO[bytes], text: bytes) -> None:
    stream.write(text)
    stream.flush()


def _script(rounds: str) -> tuple[int, int]:
    """The script ends with a wait, so that its memory can be read."""
    text = f"socket\nconnect{rounds.partition('connect')[2]}sockets\n{rounds * FEW}sockets\nsocket\nlisten\naccept\n"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rounds.stcp")
        path.write_text(text, encoding="ascii")
        with subprocess.Popen([SHELL, path], env=ENVIRONMENT, stdout=subprocess.PIPE) as process:
            assert process.stdout
            _until_mark(process.stdout)
            before = _peak(process.pid)
            _until_mark(process.stdout)
            after = _peak(process.pid)
            process.terminate()
    return before, after


def _until_mark(stream: IO[bytes]) -> None:
    for text in stream:
        if text.startswith(MARK):
            return
    raise EOFError("the program ended too early")


def _peak(pid: int) -> int:
    """Peak resident memory in KiB (proc(5))."""
    found = re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    assert found
    return int(found[1])
