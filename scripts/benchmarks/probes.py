"""One probe with all its evidence, against a bare non-blocking connect in Python.

Ours is what `connect` does, without the language, the screen and the log: the route, the socket, the probe with its
error queue and TCP_INFO, the source address, the outcome. The bare one is socket, setblocking(False), connect_ex,
poll, SO_ERROR, close. Both take turns in one process, and each round is timed on its own.
"""

import json
import select
import socket
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import perf_counter

from .figures import Row, Samples, at_most, interleaved
from .processes import ENVIRONMENT, PYTHON, listener

ROUNDS = 5000
MOST = 1.6
_HERE = "127.0.0.1"


def rows(quick: bool) -> Iterator[Row]:
    """The probe with the target connects; one that is refused is for information only."""
    rounds = ROUNDS // 5 if quick else ROUNDS
    with listener() as port:
        connected, bare = _taken(port, rounds)
    yield at_most(MOST, "a probe with its evidence / a bare non-blocking connect", connected, bare)
    with socket.socket() as unused:
        unused.bind((_HERE, 0))  # and does not listen
        refused, bare = _taken(unused.getsockname()[1], rounds)
    yield at_most(MOST, "the same, refused", refused, bare)._replace(target="", holds=None)


def _taken(port: int, rounds: int) -> tuple[Samples, Samples]:
    """Measure in a process of its own, which does nothing else."""
    done = subprocess.run(
        [PYTHON, "-m", "benchmarks.probes", str(port), str(rounds)],
        cwd=Path(__file__).parent.parent,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        check=True,
    )
    ours, bare = json.loads(done.stdout)
    return ours, bare


def _bare(target: tuple[str, int]) -> int:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.connect_ex(target)
    poll = select.poll()
    poll.register(sock, select.POLLOUT)
    poll.poll(60000)
    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    sock.close()
    return code


def _probe() -> Callable[[str, int], object]:
    """Our own probe, with its cache of routes; stcp_shell is imported only in the process that measures."""
    from stcp_shell.model.connection import Endpoint
    from stcp_shell.net.probes.probe import Probe, run
    from stcp_shell.net.tables.route_cache import RouteCache

    routes = RouteCache()

    def probe(address: str, port: int) -> object:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        route = routes.resolve(address, None, port, "tcp")
        found = Probe(sock, "tcp", Endpoint(address, port), 60.0)
        run([found])
        return found.outcome(route), found.source, found.errno, found.icmp, found.rst, found.syn_fate, found.info

    return probe


def _measure(port: int, rounds: int) -> list[Samples]:
    def timed(connect: Callable[[], object]) -> float:
        started = perf_counter()
        connect()
        return perf_counter() - started

    ours, bare = partial(_probe(), _HERE, port), partial(_bare, (_HERE, port))
    measure = partial(timed, ours), partial(timed, bare)
    interleaved(100, *measure)  # to warm up
    return interleaved(rounds, *measure)


if __name__ == "__main__":
    import sys

    print(json.dumps(_measure(int(sys.argv[1]), int(sys.argv[2]))))
