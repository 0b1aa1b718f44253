"""Are predictions from pasted tables right? Random hosts, each beside the kernel that has its routes and rules.

For about eight destinations of each family connect(2) says which source address the kernel chooses, or how it refuses.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .figures import Row
from .processes import ENVIRONMENT, PYTHON

CHILD = Path(__file__).resolve().parents[2] / "tests" / "child.py"
HOSTS, HOSTS_QUICK, AT_A_TIME = 2000, 200, 100
LEAST_KNOWN = 0.9
NAMES = ("IPv4", "IPv6")
MOST_SHOWN = 10


def rows(quick: bool) -> Iterator[Row]:
    """Rows of right, unknown and wrong predictions by family, and one for each wrong one."""
    if not shutil.which("ip") or not shutil.which("unshare"):
        yield Row("prediction: ip or unshare is missing (packages iproute2, util-linux)", "")
        return
    hosts = HOSTS_QUICK if quick else HOSTS
    counts: Counter[tuple[bool, str]] = Counter()
    hops: Counter[bool | None] = Counter()
    wrong = []
    for first in range(0, hosts, AT_A_TIME):
        for seed, (target, kernel, said, level, hop), verdict in _checks(first):
            counts[":" in target, verdict] += 1
            hops[hop] += 1
            if verdict == "wrong":
                wrong.append(f"  seed {seed}, {target}: {said} ({level}), and the kernel: {kernel}")
    yield Row(f"prediction, {hosts} random hosts, {sum(counts.values())} destinations:", *NAMES)
    for verdict in ("right", "unknown"):
        yield Row(f"  {verdict}", str(counts[False, verdict]), str(counts[True, verdict]))
    yield Row("  next hop and interface: as `ip route get` says, others", str(hops[True]), str(hops[False]))
    known = sum(counts[six, "right"] for six in (False, True)) / sum(counts.values())
    target = f">= {LEAST_KNOWN:.0%}"
    yield Row("prediction: right", f"{known:.1%}", target=target, holds=known >= LEAST_KNOWN)
    yield Row("prediction: wrong, and not said to be unknown", str(len(wrong)), target="<= 0", holds=not wrong)
    for line in wrong[:MOST_SHOWN]:
        yield Row(line, "")


def _checks(first: int) -> Any:
    """Return what tests/kernel_choices.py finds, in a process in a network namespace of its own."""
    calls = json.dumps([["kernel_choices", "checks", [first, AT_A_TIME], {}]])
    done = subprocess.run(
        ["unshare", "-Urn", PYTHON, CHILD, calls], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])[0]
