"""`diagnose`: how much longer than its timeout it takes if no source gets an answer, and its time for a healthy port.

No source gets an answer in the lab's scenario that drops everything. `rows` runs this module in a process of its own,
which enters the lab, gives the host the wanted number of addresses, measures, and prints its samples.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from .figures import Row, Samples, at_most, seconds
from .processes import ENVIRONMENT, PYTHON, SHELL, duration, listener

SCENARIO, CLIENT, PORT = "drop-all", "10.1.1.1", 2121
TIMEOUT = 3.0
FEW, MANY = 8, 256
MOST_FEW, MOST_MANY = 1.25, 1.5  # times one timeout: the repeats of the silent sources overlap
MOST_HEALTHY = 0.5  # seconds, the whole process


def rows(quick: bool) -> Iterator[Row]:
    """The silent sources against one timeout; start-up counts only if the console script is timed."""
    few, _ = _silent(FEW, 1 if quick else 5)
    yield at_most(MOST_FEW, f"diagnose from {FEW} sources, all silent / its timeout", few, [TIMEOUT])
    many, probes = _silent(MANY, 1 if quick else 3)
    yield at_most(MOST_MANY, f"diagnose from {MANY} sources, all silent / its timeout", many, [TIMEOUT])
    yield at_most(MOST_MANY, f"{MANY} sources probed at once, all silent / one timeout", probes, [TIMEOUT])
    with listener() as port:
        command = [SHELL, "-c", f"diagnose -name 127.0.0.1 -port {port}"]
        said = subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.PIPE, check=True).stdout
        if b"verdict: healthy" not in said:
            raise AssertionError(f"no healthy target: {said.decode()}")
        taken = median(duration(command) for _ in range(5 if quick else 25))
    target = f"<= {MOST_HEALTHY:g} s"
    what = "diagnose of a healthy port on loopback, whole process"
    yield Row(what, seconds(taken), "", None, target, taken <= MOST_HEALTHY)


def _silent(sources: int, repeats: int) -> tuple[Samples, Samples]:
    """Return the seconds that the command takes, and those of its probes alone."""
    done = subprocess.run(
        [PYTHON, "-m", "benchmarks.diagnosis", str(sources), str(repeats)],
        cwd=Path(__file__).parent.parent,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        check=True,
    )
    commands, probes = json.loads(done.stdout)
    return commands, probes


def _measure(count: int, repeats: int) -> tuple[Samples, Samples]:
    """Measure in the lab, on its host."""
    from stcp_shell.lab import enter
    from stcp_shell.net.probes.source_addresses import eligible

    enter(SCENARIO)
    there, _ = eligible(CLIENT)
    more = (f"address add 172.16.{2 + number // 250}.{1 + number % 250}/32 dev enetA" for number in range(count))
    lines = [next(more) for _ in range(count - len(there))]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)
    sources, _ = eligible(CLIENT)
    assert len(sources) == count
    return [_command(count) for _ in range(repeats)], [_probes(sources) for _ in range(repeats)]


def _command(count: int) -> float:
    """Time `diagnose` as a user types it, with its log, which must have that many silent sources."""
    from stcp_shell.app.main import run
    from stcp_shell.environment import real

    with tempfile.TemporaryDirectory() as folder, open(os.devnull, "w", encoding="utf-8") as null:
        log = Path(folder, "log")
        words = ["--log", str(log), "-c", f"diagnose -name {CLIENT} -port {PORT} -timeout {TIMEOUT:g}"]
        started = perf_counter()
        run(words, real()._replace(stdout=null))
        taken = perf_counter() - started
        records = map(json.loads, log.read_text(encoding="utf-8").splitlines())
        verdict = next(record for record in records if record["type"] == "verdict")
    assert [source["outcome"] for source in verdict["sources"]] == ["timeout"] * count, verdict["sources"]
    return taken


def _probes(sources: list[str]) -> float:
    from stcp_shell.model.connection import Endpoint
    from stcp_shell.net.probes.sweep import SourceTest, Sweep

    sweep = Sweep([SourceTest(Endpoint(CLIENT, PORT), source, None) for source in sources], TIMEOUT)
    sweep.run()
    taken = sweep.elapsed()
    assert all(probe.code == -1 for test in sweep.tests for probe in test.attempts), "a source got an answer"
    return taken


if __name__ == "__main__":
    import sys

    print(json.dumps(_measure(int(sys.argv[1]), int(sys.argv[2]))))
