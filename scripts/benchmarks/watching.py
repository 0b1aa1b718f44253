"""`watch`: does it see every callback, also while a busy host closes others, and what does it cost?

Its child has a network namespace of its own with nothing in it but loopback; a route has the peer end there, too.
"""

from __future__ import annotations

import json
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from .figures import Row
from .processes import ENVIRONMENT, PYTHON, SHELL

HERE, PEER = "127.0.0.1", "10.9.0.2"
CALLBACKS, FOREIGN, SOCKETS = 200, 20_000, 1000
SECONDS = 6.0
MOST_CPU = 0.05  # of one core
_ABORT = struct.pack("ii", 1, 0)  # SO_LINGER


def rows(quick: bool) -> Iterator[Row]:
    """What is seen, and the processor time beside that of ss(8), asked as often."""
    number = FOREIGN // 10 if quick else FOREIGN
    done = subprocess.run(
        ["unshare", "-Urn", PYTHON, "-m", "benchmarks.watching", str(number)],
        cwd=Path(__file__).parent.parent,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)
    seen, foreign, between, lost = found["seen"], found["foreign"], found["between"], found["lost"]
    yield Row(f"{CALLBACKS} callbacks refused at once: seen", str(seen), "", None, f"= {CALLBACKS}", seen == CALLBACKS)
    yield Row(f"10 among {foreign} others that close: seen", str(between), "", None, "= 10", between == 10)
    yield Row("the same: losses that the kernel reports", str(lost), "", None, "= 0", lost == 0)
    cpu = found["cpu"]
    yield Row(f"watch with {SOCKETS} sockets: of a core", f"{cpu:.1%}", "", None, f"<= {MOST_CPU:.0%}", cpu <= MOST_CPU)
    for name in ("ss -tn, ten times a second", "ss -E"):
        share = found["ss"].get(name)
        yield Row(f"{name}, beside it: of a core", "not installed" if share is None else f"{share:.1%}")


def _measure(foreign: int) -> dict[str, object]:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "route", "add", "local", f"{PEER}/32", "dev", "lo"], check=True)
    seen, _ = _watched(lambda: _call(CALLBACKS))
    between, lost = _watched(lambda: _busy(foreign))
    with socket.create_server((HERE, 0), backlog=SOCKETS) as there:
        kept = [socket.create_connection(there.getsockname()) for _ in range(SOCKETS // 2)]
        kept += [there.accept()[0] for _ in range(SOCKETS // 2)]
        cpu = _share(lambda: _watch(SECONDS + 0.5)) - _share(lambda: _watch(0.5))
        shares = {}
        if shutil.which("ss"):
            shares = {"ss -tn, ten times a second": _share(_poll_ss), "ss -E": _share(_events_of_ss)}
        for each in kept:
            each.close()
    return {"seen": seen, "foreign": foreign, "between": between, "lost": lost, "cpu": cpu, "ss": shares}


def _call(number: int) -> None:
    for _ in range(number):
        with socket.socket() as sock, suppress(OSError):
            sock.setblocking(False)
            sock.connect((PEER, 1))


def _busy(foreign: int) -> None:
    """Other connections that end, and ten callbacks among them."""
    with socket.create_server((HERE, 0), backlog=64) as there:
        for number in range(foreign // 2):  # each has two sockets that end
            if number % (foreign // 20) == 0:
                _call(1)
            one = socket.create_connection(there.getsockname())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
            one.close()
            there.accept()[0].close()


def _watched(work: Callable[[], None]) -> tuple[int, int]:
    """Return how many callbacks the program records while that is done, and how often it reports losses."""
    command = [SHELL, "--no-log", "--format", "jsonl", "-c", f"watch -peer {PEER} -for 600"]
    with tempfile.TemporaryFile("w+") as out, subprocess.Popen(command, env=ENVIRONMENT, stdout=out) as watching:
        while not _listens():
            assert watching.poll() is None, "the watch has ended"
            time.sleep(0.02)
        work()
        select.select([], [], [], 1.5)  # the last events, and a whole look
        watching.send_signal(signal.SIGINT)
        watching.wait()
        out.seek(0)
        records = [json.loads(line) for line in out]
    verdict = next(record for record in records if record["type"] == "verdict")
    lost = sum("events were lost" in line for line in verdict["evidence"])
    return sum(record["type"] == "callback" for record in records), lost


def _listens() -> bool:
    """Whether some socket of sock_diag(7) has joined a group (/proc/net/netlink: protocol 4)."""
    rows = [line.split() for line in Path("/proc/net/netlink").read_text(encoding="ascii").splitlines()[1:]]
    return any(row[1] == "4" and int(row[3], 16) for row in rows)


def _share(work: Callable[[], None]) -> float:
    """Return the processor time of the processes that this starts, as a share of SECONDS."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) / SECONDS


def _watch(seconds: float) -> None:
    command = [SHELL, "--no-log", "-c", f"watch -peer {PEER} -for {seconds:g}"]
    subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, check=True)


def _poll_ss() -> None:
    started = time.monotonic()
    for number in range(round(SECONDS * 10)):
        subprocess.run(["ss", "-tn"], stdout=subprocess.DEVNULL, check=True)
        time.sleep(max(0.0, started + (number + 1) / 10 - time.monotonic()))


def _events_of_ss() -> None:
    with subprocess.Popen(["ss", "-E"], stdout=subprocess.DEVNULL) as process:
        time.sleep(SECONDS)
        process.kill()


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]))))
