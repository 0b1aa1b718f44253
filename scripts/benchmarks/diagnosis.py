"""`diagnose`: how much longer than its timeout it takes if no source gets an answer, and its time for a healthy port.

No source gets an answer in the lab's scenario that drops everything. `rows` runs this module in a process of its own,
which enters the lab, gives the host the wanted number of addresses, measures, and prints its samples.
"""

import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from .figures import Row, Samples, at_most, seconds
from .processes import ENVIRONMENT, PYTHON, SHELL, duration

SCENARIO, CLIENT, PORT = "drop-all", "10.1.1.1", 2121
TIMEOUT = 3.0
FEW, MANY = 8, 256
MOST_FEW, MOST_MANY = 1.25, 1.5  # times one timeout: the repeats of the silent sources overlap
# Seconds, without the start of the process: with a banner, of a service that says nothing (its connections are held for
# 1.2 s), and with -quick
MOST_BANNER, MOST_MUTE, MOST_QUICK = 0.15, 1.6, 0.1


def rows(quick: bool) -> Iterator[Row]:
    """The silent sources against one timeout; start-up counts only if the console script is timed."""
    few, _ = _silent(FEW, 1 if quick else 5)
    yield at_most(MOST_FEW, f"diagnose from {FEW} sources, all silent / its timeout", few, [TIMEOUT])
    many, probes = _silent(MANY, 1 if quick else 3)
    yield at_most(MOST_MANY, f"diagnose from {MANY} sources, all silent / its timeout", many, [TIMEOUT])
    yield at_most(MOST_MANY, f"{MANY} sources probed at once, all silent / one timeout", probes, [TIMEOUT])
    yield from _healthy(5 if quick else 15)


def _healthy(repeats: int) -> Iterator[Row]:
    """A healthy port of the lab's client: less the time of the same process that does nothing."""
    nothing = [SHELL, "--no-log", "--lab=open", "-c", "echo x"]
    asked = f"diagnose -name {CLIENT} -port {PORT}"
    start = median(duration(nothing) for _ in range(repeats))
    for what, options, most in (("with a banner", "", MOST_BANNER), ("-quick", " -quick", MOST_QUICK)):
        command = [SHELL, "--no-log", "--lab=open", "-c", asked + options]
        said = subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.PIPE, check=True).stdout
        if b"verdict: healthy" not in said:
            raise AssertionError(f"no healthy target: {said.decode()}")
        taken = median(duration(command) for _ in range(repeats)) - start
        yield Row(f"diagnose of a healthy port, {what}", seconds(taken), "", None, f"<= {most:g} s", taken <= most)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the kernel accepts, and nobody ever speaks
        mute = [SHELL, "--no-log", "-c", f"diagnose -name 127.0.0.1 -port {silent.getsockname()[1]}"]
        taken = median(duration(mute) for _ in range(3)) - median(
            duration([SHELL, "--no-log", "-c", "echo x"]) for _ in range(repeats)
        )
    target = f"<= {MOST_MUTE:g} s"
    yield Row("diagnose of a healthy port that says nothing", seconds(taken), "", None, target, taken <= MOST_MUTE)


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
    from stcp_shell.net.probes.sweep import Sweep
    from stcp_shell.net.probes.trial import SourceTest, Way

    tests = [SourceTest(Endpoint(CLIENT, PORT), source, None) for source in sources]
    sweep, left = Sweep(0.0), list(tests)

    def plan() -> None:
        while left:
            sweep.start(left.pop(), Way(TIMEOUT))

    sweep.run(plan)
    taken = sweep.elapsed()
    assert all(trial.probe.code == -1 for trial in sweep.trials), "a source got an answer"
    return taken


if __name__ == "__main__":
    import sys

    print(json.dumps(_measure(int(sys.argv[1]), int(sys.argv[2]))))
