"""`ifconfig -all` and `route print` against iproute2, on a machine with many interfaces and many routes.

That machine is a network namespace: `rows` runs this module in one, which builds it, measures, and prints its samples.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from .figures import Row, Samples, at_most, interleaved, seconds
from .processes import PYTHON, SHELL, duration, first_line

INTERFACES, ROUTES = 600, 100_000
MOST = 3.0
AT_ONCE = 0.05  # seconds over start-up, to the first line


def rows(quick: bool) -> Iterator[Row]:
    """Start-up is subtracted: the time of `stcp-shell -c socket` on the same machine."""
    if not shutil.which("ip") or not shutil.which("unshare"):
        yield Row("tables: ip or unshare is missing (packages iproute2, util-linux)", "")
        return
    for measured, program, what in (
        ("interfaces", "ifconfig -all", f"{INTERFACES} interfaces: ifconfig -all over start-up / ip addr"),
        ("routes", "route print", f"{ROUTES} routes: route print over start-up / ip route"),
    ):
        done = subprocess.run(
            ["unshare", "-Urn", PYTHON, "-m", "benchmarks.tables", measured, program, str(5 if quick else 15)],
            cwd=Path(__file__).parent.parent,
            stdout=subprocess.PIPE,
            check=True,
        )
        ours, baseline, start, first, first_of_start = json.loads(done.stdout)
        yield at_most(MOST, what, ours, baseline, less=start)
        taken = median(first) - median(first_of_start)
        target = f"<= {AT_ONCE * 1000:g} ms"
        yield Row(f"{program}: its first line, over start-up", seconds(taken), "", None, target, taken <= AT_ONCE)


def _measure(table: str, program: str, repeats: int) -> list[Samples]:
    """Measure in the namespace. The lines go to the null device, as those of ip do."""
    batch(_interfaces() if table == "interfaces" else routes(ROUTES))
    baseline = ["ip", "addr" if table == "interfaces" else "route"]
    ours, start = [SHELL, "-c", program], [SHELL, "-c", "socket"]
    duration(ours)
    return interleaved(
        repeats,
        lambda: duration(ours),
        lambda: duration(baseline),
        lambda: duration(start),
        lambda: first_line(ours),
        lambda: first_line(start),
    )


def batch(lines: Iterator[str]) -> None:
    """Run lines with ip in batch mode."""
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)


def _interfaces() -> Iterator[str]:
    yield "link set lo up"
    for number in range(INTERFACES // 2):
        yield f"link add left{number} type veth peer name right{number}"
        for place, side in enumerate(("left", "right")):
            yield f"address add 10.{place}.{number // 250}.{number % 250 + 1}/32 dev {side}{number}"
            yield f"link set {side}{number} up"


def routes(count: int) -> Iterator[str]:
    """Lines for ip: that many routes to hosts in 10.0.0.0/8, and a default route."""
    yield "link add left type veth peer name right"
    yield "address add 192.168.0.1/24 dev left"
    yield "link set left up"
    yield "link set right up"
    yield "route add default via 192.168.0.2"
    for number in range(count):
        yield f"route add 10.{number >> 16}.{number >> 8 & 255}.{number & 255}/32 via 192.168.0.{number % 200 + 2}"


if __name__ == "__main__":
    import sys

    print(json.dumps(_measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
