"""Pasted tables with a million routes: reading them against `str.split` over their lines, memory, and one prediction.

`rows` runs this module in a process for each sample: a large heap makes what comes later slower.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from .figures import Row, at_most, seconds
from .processes import ENVIRONMENT, PYTHON

LINES, LINES_QUICK = 1_000_000, 100_000
REPEATS = 3
MOST = 10.0
MOST_MEMORY = 600  # MiB, of the whole process
MOST_PREDICT = 0.05  # seconds
_HEADS = {
    "ip route": "$ ip route",
    "ip -6 route": "$ ip -6 route",
    "route -n": "Kernel IP routing table\n"
    "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface",
    "netstat -rn (BSD)": "Routing tables\n\nInternet:\nDestination        Gateway            Flags     Netif Expire",
}
_ROWS: dict[str, Callable[[str, int], str]] = {
    "ip route": lambda to, n: f"{to}.0/24 via 192.168.{n}.1 dev eth{n} proto static metric {n}",
    "ip -6 route": lambda to, n: f"2001:db8:{to.replace('.', ':')}::/80 via fd00::{n} dev eth{n} metric 1024",
    "route -n": lambda to, n: f"{to + '.0':<15} 192.168.{n}.1     255.255.255.0   UG    {n}      0        0 eth{n}",
    "netstat -rn (BSD)": lambda to, n: f"{to + '.0/24':<18} 192.168.{n}.1        UGS         em{n}",
}


def rows(quick: bool) -> Iterator[Row]:
    """Rows of the time and the memory for each kind of table, and of one prediction from the last one."""
    count = LINES_QUICK if quick else LINES
    predictions = []
    for kind in _HEADS:
        measured = [_sample(kind, count, how) for how in ("split", "read") * REPEATS]
        split, read = ([each["seconds"] for each in measured if each["how"] == how] for how in ("split", "read"))
        yield at_most(MOST, f"{count} pasted lines of {kind}: read / str.split", read, split)
        memory = max(each["memory"] for each in measured if each["how"] == "read")
        target = f"<= {MOST_MEMORY} MiB"
        yield Row("  peak memory of the process", f"{memory} MiB", target=target, holds=memory <= MOST_MEMORY)
        predictions += [each["predict"] for each in measured if each["how"] == "read"]
    taken = median(predictions)
    yield Row(
        "predict among them", seconds(taken), target=f"<= {MOST_PREDICT * 1000:g} ms", holds=taken <= MOST_PREDICT
    )


def _sample(kind: str, count: int, how: str) -> dict[str, Any]:
    command = [PYTHON, "-m", "benchmarks.pasted", kind, str(count), how]
    done = subprocess.run(
        command, cwd=Path(__file__).parent.parent, env=ENVIRONMENT, stdout=subprocess.PIPE, check=True
    )
    return dict(json.loads(done.stdout))


def _table(kind: str, count: int) -> bytes:
    networks = (f"{10 + (n >> 16)}.{n >> 8 & 255}.{n & 255}" for n in range(count))
    made = (_ROWS[kind](network, number % 3) for number, network in enumerate(networks))
    return "\n".join([_HEADS[kind], *made, ""]).encode()


def _measure(kind: str, count: int, how: str) -> dict[str, Any]:
    from stcp_shell.diagnosis.prediction import predict
    from stcp_shell.pasted.host import Host
    from stcp_shell.pasted.prefixes import Prefixes
    from stcp_shell.pasted.reading import read
    from stcp_shell.pasted.text import decode

    data = _table(kind, count)
    began = perf_counter()
    if how == "split":
        kept = [line.split() for line in data.decode().split("\n")]
        return {"how": how, "seconds": perf_counter() - began, "lines": str(len(kept))}
    host = Host("host")
    read(decode(data), kind, host)
    prefixes = Prefixes(host)
    taken = perf_counter() - began
    assert len(host.rows) == count, f"{len(host.rows)} rows of {count}"
    began = perf_counter()
    found = predict(host, prefixes, "2001:db8:10:1:2::3" if "-6" in kind else "10.1.2.3")
    assert found.next_hop, found
    predict_taken = perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return {"how": how, "seconds": taken, "predict": predict_taken, "memory": peak}


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], int(sys.argv[2]), sys.argv[3])))
