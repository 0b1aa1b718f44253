"""Is anybody accused where only chance is at work? `diagnose` under random loss, and with a hash that drops flows.

Router Z drops SYNs of all sources alike: at random, or half of the flows by a hash of addresses and ports. Every
verdict that names a cause other than these is false.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from .figures import Row
from .processes import ENVIRONMENT, PYTHON

_SYN = "tcp flags & (syn | ack) == syn"
CONDITIONS = {
    "10 % of the SYNs lost": f"{_SYN} numgen random mod 100 < 10 drop",
    "40 % of the SYNs lost": f"{_SYN} numgen random mod 100 < 40 drop",
    "70 % of the SYNs lost": f"{_SYN} numgen random mod 100 < 70 drop",
    "half of the flows dropped": "tcp dport 2121 jhash {ip} saddr . {ip} daddr . tcp sport mod 2 seed {seed} == 0 drop",
}
TRUE = {"lossy", "flow-dependent", "unclear", "healthy"}
CLIENTS = {"ip": "10.1.1.1", "ip6": "fd00:10:1:1::1"}
TIMEOUT = 1.5
LABS_AT_ONCE = 8
RUNS, RUNS_QUICK = 200, 10


def rows(quick: bool) -> Iterator[Row]:
    """A row for each condition, with the kinds of verdict below it."""
    runs = RUNS_QUICK if quick else RUNS
    yield Row(f"verdicts of {runs} runs, false ones, and SYNs:", "false", "median", None, "most")
    with ThreadPoolExecutor(LABS_AT_ONCE) as pool:
        for what, rule in CONDITIONS.items():
            seeds = range(runs)
            found = list(pool.map(lambda seed, rule=rule: _run(rule, seed), seeds))
            false = sum(_is_false(verdict) for verdict in found)
            syns = [verdict["syns"] for verdict in found]
            yield Row(f"  {what}", str(false), f"{median(syns):g}", None, str(max(syns)), not false)
            kinds = Counter(verdict["kind"] for verdict in found)
            yield Row(f"    {', '.join(f'{number} {kind}' for kind, number in kinds.most_common())}", "")


def _is_false(verdict: dict[str, Any]) -> bool:
    named = any(cause["box"] and cause["certainty"] != "possible" for cause in verdict["causes"])
    return bool(verdict["kind"] not in TRUE or verdict["blames"] or named)


def _run(rule: str, seed: int) -> dict[str, Any]:
    """Return the verdict of a diagnosis in a lab of its own; every second one is by IPv6."""
    family = list(CLIENTS)[seed % 2]
    text = rule.replace("{ip}", family).replace("{seed}", hex(seed * 7919 + 1))
    done = subprocess.run(
        [PYTHON, "-m", "benchmarks.adversity", family, text],
        cwd=Path(__file__).parent.parent,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        check=True,
    )
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict


def _inside(family: str, rule: str) -> str:
    """Enter the lab, add the rule to router Z, and return the verdict as JSON."""
    from stcp_shell.app.main import run
    from stcp_shell.environment import real
    from stcp_shell.lab import enter
    from stcp_shell.lab.namespaces import inside

    nodes = enter("open")
    lines = [
        f"add table {family} chance",
        f"add chain {family} chance forward {{ type filter hook forward priority 0; }}",
        f"add rule {family} chance forward {rule}",
    ]
    with inside(nodes["router-z"]):
        subprocess.run(["/usr/sbin/nft", "-f", "-"], input="\n".join(lines), text=True, check=True)
    with tempfile.TemporaryDirectory() as folder, open("/dev/null", "w", encoding="utf-8") as null:
        log = Path(folder, "log")
        command = f"diagnose -name {CLIENTS[family]} -port 2121 -timeout {TIMEOUT}"
        run(["--log", str(log), "-c", command], real()._replace(stdout=null))
        records = map(json.loads, log.read_text(encoding="utf-8").splitlines())
        return json.dumps(next(record for record in records if record["type"] == "verdict"))


if __name__ == "__main__":
    import sys

    print(_inside(*sys.argv[1:]))
