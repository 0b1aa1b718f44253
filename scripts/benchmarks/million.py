"""A million routes: the tables against iproute2, their memory, and the lookup of one route among them.

Adding them takes half a minute, in a network namespace: `rows` runs this module in one, which builds it, measures, and
prints its samples. Start-up is included in the figures: it is small in comparison.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from .figures import Row, at_most, interleaved, seconds
from .processes import ENVIRONMENT, PYTHON, SHELL, child, duration
from .tables import batch, routes

ROUTES, ROUTES_QUICK = 1_000_000, 200_000
MOST = 3.0
MOST_MEMORY = 64 * 1024  # KiB over start-up
MOST_LOOKUP = 0.002  # seconds
LOOKUPS = 200
PRINT, NETSTAT = "route print", "netstat -r"


def rows(quick: bool) -> Iterator[Row]:
    """The output goes to a file, as in practice for a million lines."""
    if not shutil.which("ip") or not shutil.which("unshare"):
        yield Row("million: ip or unshare is missing (packages iproute2, util-linux)", "")
        return
    count, repeats = (ROUTES_QUICK, 3) if quick else (ROUTES, 5)
    done = subprocess.run(
        ["unshare", "-Urn", PYTHON, "-m", "benchmarks.million", str(count), str(repeats)],
        cwd=Path(__file__).parent.parent,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        check=True,
    )
    measured = json.loads(done.stdout)
    for command in (PRINT, NETSTAT):
        yield at_most(MOST, f"{count} routes: {command} / ip route, to a file", measured[command], measured["ip"])
    start = measured["memory"]["socket"]
    for command in (PRINT, NETSTAT):
        more = measured["memory"][command] - start
        what = f"{command}: peak memory over start-up's {start / 1024:.1f} MiB"
        yield Row(what, f"{more / 1024:.1f} MiB", "", None, f"<= {MOST_MEMORY >> 10} MiB", more <= MOST_MEMORY)
    lookup = (median(measured["many"]) - median(measured["one"])) / LOOKUPS
    target = f"<= {MOST_LOOKUP * 1000:g} ms"
    yield Row("route get among them, within a script", seconds(lookup), "", None, target, lookup <= MOST_LOOKUP)


def _measure(count: int, repeats: int) -> dict[str, Any]:
    """Measure in the namespace: seconds in lists, and memory in KiB."""
    batch(routes(count))
    with TemporaryDirectory() as folder:
        output = str(Path(folder, "output"))
        commands = [[SHELL, "-c", PRINT], [SHELL, "-c", NETSTAT], ["ip", "route"]]
        times = interleaved(repeats, *(lambda command=command: duration(command, output) for command in commands))
        for command in (PRINT, NETSTAT):  # checks that no route is left out
            duration([SHELL, "-c", command], output)
            with open(output, encoding="utf-8") as lines:
                assert sum("10." in line for line in lines) >= count, f"{command} leaves out routes"
        memory = {command: _peak(command, output) for command in ("socket", PRINT, NETSTAT)}
        scripts = [_script(folder, lookups, count) for lookups in (LOOKUPS + 1, 1)]
        many, one = interleaved(repeats * 3, *(lambda script=script: duration([SHELL, script]) for script in scripts))
    return {PRINT: times[0], NETSTAT: times[1], "ip": times[2], "memory": memory, "many": many, "one": one}


def _peak(command: str, output: str) -> int:
    with open(output, "wb") as file:
        done = subprocess.run(
            child("peak", "-c", command), env=ENVIRONMENT, stdout=file, stderr=subprocess.PIPE, check=True
        )
    return int(done.stderr)


def _script(folder: str, lookups: int, count: int) -> str:
    """Write a script that looks up `lookups` destinations, spread over the table; return its path."""
    path = Path(folder, f"{lookups}.stcp")
    numbers = [number * count // lookups for number in range(lookups)]
    names = [f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}" for number in numbers]
    path.write_text("".join(f"route get -name {name}\n" for name in names), encoding="ascii")
    return str(path)


if __name__ == "__main__":
    import sys

    print(json.dumps(_measure(int(sys.argv[1]), int(sys.argv[2]))))
