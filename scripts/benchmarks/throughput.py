"""Connects a second: a script with its log, against plain Python loops without one.

The time is that of a process with ROUNDS rounds minus that of one with a single round, so that the parsing of the
script counts and start-up (which has rows of its own) does not.
"""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

from .figures import Row, Samples, interleaved
from .processes import SHELL, child, duration, listener

ROUNDS = 5000
Command = Callable[[int, int], list[str]]  # for a port and a number of rounds


def rows(quick: bool) -> Iterator[Row]:
    """For information: nobody needs thousands of connects a second."""
    with tempfile.TemporaryDirectory() as folder:

        def script(port: int, rounds: int) -> list[str]:
            path = Path(folder, f"{rounds}.stcp")
            path.write_text(f"socket\nconnect -name 127.0.0.1 -port {port}\nclose\n" * rounds, encoding="ascii")
            return [SHELL, str(path)]

        def loop(name: str, port: int, rounds: int) -> list[str]:
            return child(name, str(port), str(rounds))

        commands: list[Command] = [script, partial(loop, "same_calls"), partial(loop, "simplest")]
        measure = [partial(_timed, command, rounds) for command in commands for rounds in (ROUNDS, 1)]
        samples = interleaved(3 if quick else 9, *measure)
    ours, same, simplest = (_rate(samples[index], samples[index + 1]) for index in (0, 2, 4))
    what = f"{ROUNDS} x socket, connect, close: ours with log / same calls"
    yield Row(what, f"{ours:.0f}/s", f"{same:.0f}/s", ours / same)
    yield Row("the same / the simplest blocking loop", f"{ours:.0f}/s", f"{simplest:.0f}/s", ours / simplest)


def _timed(command: Command, rounds: int) -> float:
    """Each run has a listener of its own, so that connections in TIME_WAIT from an earlier run do not disturb it."""
    with listener() as port:
        return duration(command(port, rounds))


def _rate(many: Samples, one: Samples) -> float:
    return (ROUNDS - 1) / (median(many) - median(one))
