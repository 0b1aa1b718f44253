"""Is `diagnose` right? Every scenario of the lab, many times, in both families; does it blame a wrong device?

A scenario declares its right verdict and the device that may be blamed. Each lab is a new one, several at a time: they
are namespaces that are isolated from each other. In most the test is made twice: the second one meets routers that have
spent part of their limit of ICMP errors.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from stcp_shell.lab import SCENARIOS, Scenario

from . import adversity
from .figures import Row
from .processes import ENVIRONMENT, SHELL

CLIENTS = ("10.1.1.1", "fd00:10:1:1::1")
NAMES = ("IPv4", "IPv6")
PORT = 2121
TIMEOUT = 4  # seconds: more than the 3 after which a router reports a host without an ARP reply
LABS_AT_ONCE = 4
MOST_SYNS = 40  # of a diagnosis of two source addresses
IN_A_LAB = 2  # number of tests in each lab
COUNTING = ("loss", "takes-one", "takes-one-rst")  # they count SYNs: a second test in the same lab meets another fault
RUNS, RUNS_QUICK = 20, 3


class NoLab(Exception):
    """The lab is not available here: no user namespaces, or no nft. Its text is the message of the program."""


class Said(NamedTuple):
    """A verdict: its kind, and the device that it blames. Without a verdict `kind` is the last line of the errors."""

    address: str
    kind: str
    blames: tuple[str, ...] = ()
    syns: int = 0

    def right(self, scenario: Scenario) -> bool:
        """Whether it is the right verdict of the scenario. To blame no device is no mistake."""
        return self.kind == scenario.deserved(self.address) and not self.accuses(scenario)

    def accuses(self, scenario: Scenario) -> bool:
        """Whether it blames a device that is not the cause."""
        return not set(self.blames) <= set(scenario.blames)


def rows(quick: bool) -> Iterator[Row]:
    """A row for each scenario, with the wrong verdicts below it, then the sum of all."""
    runs = RUNS_QUICK if quick else RUNS
    yield Row(f"verdicts, right in {runs} runs, and most SYNs:", *NAMES, None, "SYNs")
    pool = ThreadPoolExecutor(LABS_AT_ONCE)
    try:
        waiting = {name: [pool.submit(_lab, name, times) for times in _parts(name, runs)] for name in SCENARIOS}
        right = every = accused = 0
        for name, labs in waiting.items():
            try:
                said = [verdict for lab in labs for verdict in lab.result()]
            except NoLab as why:
                yield Row(f"  {name}: not measured: {why}", "")
                continue
            yield from _rows(SCENARIOS[name], said)
            every += len(said)
            right += sum(verdict.right(SCENARIOS[name]) for verdict in said)
            accused += sum(verdict.accuses(SCENARIOS[name]) for verdict in said)
    finally:
        pool.shutdown(cancel_futures=True)
    yield from adversity.rows(quick)
    yield Row(f"verdicts: right, of {every}", str(right), target=f">= {every}", holds=right == every)
    yield Row(f"verdicts: devices wrongly accused, in {every}", str(accused), target="<= 0", holds=accused == 0)


def _parts(name: str, runs: int) -> list[int]:
    """Return how many tests are made in each of the labs of a scenario."""
    most = 1 if name in COUNTING else IN_A_LAB
    return [min(most, runs - done) for done in range(0, runs, most)]


def _rows(scenario: Scenario, said: list[Said]) -> Iterator[Row]:
    deserved = dict.fromkeys(scenario.deserved(client) for client in CLIENTS)
    four, six = ([verdict.right(scenario) for verdict in said if verdict.address == client] for client in CLIENTS)
    accused = sum(verdict.accuses(scenario) for verdict in said)
    wrong = Counter(verdict for verdict in said if not verdict.right(scenario))
    counts = f"{sum(four)}/{len(four)}", f"{sum(six)}/{len(six)}"
    most = max((verdict.syns for verdict in said), default=0)
    good = not wrong and not accused and most <= MOST_SYNS
    yield Row(f"  {scenario.name}: {' / '.join(deserved)}", *counts, None, str(most), good)
    for verdict, times in Counter(each._replace(syns=0) for each in wrong.elements()).items():
        family = NAMES[CLIENTS.index(verdict.address)]
        yield Row(f"    {family}, {times} x: {verdict.kind}, blames {', '.join(verdict.blames) or 'no device'}", "")


def _boxes(record: dict[str, Any]) -> tuple[str, ...]:
    """Return the devices that a verdict blames, or names in a cause that is proven or likely."""
    named = [cause["box"] for cause in record["causes"] if cause["box"] and cause["certainty"] != "possible"]
    return tuple(dict.fromkeys([*(blame["box"] for blame in record["blames"]), *named]))


def _lab(name: str, times: int) -> list[Said]:
    """Diagnose both families of a new lab `times` times. Raises NoLab."""
    commands = [f"diagnose -name {client} -port {PORT} -timeout {TIMEOUT}" for client in CLIENTS] * times
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        done = subprocess.run(
            [SHELL, f"--lab={name}", "--keep-going", "--log", log, *(f"-c{command}" for command in commands)],
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        complaint = (done.stderr.strip().splitlines() or ["no verdict"])[-1]
        if not log.exists():  # the lab comes before the session
            raise NoLab(complaint)
        records = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    said = [
        Said(record["destination"]["address"], record["kind"], _boxes(record), record["syns"])
        for record in records
        if record["type"] == "verdict"
    ]
    missing = Counter(CLIENTS * times) - Counter(verdict.address for verdict in said)
    return said + [Said(client, complaint) for client in missing.elements()]
