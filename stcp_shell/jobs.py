"""Several scripts at once (`-j N`): each in a process of its own, what it prints shown whole and in the given order.

The processes are forked from this one, which has parsed the scripts already: a fresh Python each would take longer
than many a script. A script's output goes to a temporary file, what its expectations found to a pipe.
"""

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TextIO, cast

from .environment import Environment
from .results import Check, Expectation, Failed
from .runner import Ended
from .signals import ending
from .status import Status

Run = Callable[[int, Environment], Ended]  # runs the script of that number in this environment


class _Child:
    """A script that runs, and where its output goes."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.out, self.err, self.told = _temporary(), _temporary(), _temporary()
        self.process = 0


def run_jobs(count: int, most: int, environment: Environment, run: Run) -> Ended:
    """Run the scripts 0 to count - 1, at most `most` at a time; answers what all of them found together.

    The exit status is the largest of theirs. Ctrl-C and SIGTERM end those that run; none is started afterwards.
    """
    waiting = list(range(count))
    running: dict[int, _Child] = {}
    ended: dict[int, tuple[_Child, int]] = {}
    results: list[Ended] = []
    with ending():
        try:
            while waiting or running:
                while waiting and len(running) < most:
                    child = _start(waiting.pop(0), environment, run)
                    running[child.process] = child
                process, status = os.wait()
                child = running.pop(process)
                ended[child.number] = (child, os.waitstatus_to_exitcode(status))
                while len(results) in ended:
                    results.append(_show(*ended.pop(len(results)), environment))
        except BaseException:
            _stop(running)
            raise
    together = Ended(
        max((result.status for result in results), default=Status.OK),
        [check for result in results for check in result.checks],
        [failed for result in results for failed in result.failed],
    )
    missed = sum(not check.result.met for check in together.checks)
    if together.checks:
        environment.stdout.write(f"total: {len(together.checks) - missed} passed, {missed} failed\n")
    return together


def _temporary() -> TextIO:
    return cast("TextIO", tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogateescape"))


def _start(number: int, environment: Environment, run: Run) -> _Child:
    child = _Child(number)
    environment.stdout.flush()
    environment.stderr.flush()
    child.process = os.fork()
    if child.process == 0:
        status = int(Status.FAILED)
        try:
            result = run(number, environment._replace(stdin=None, stdout=child.out, stderr=child.err))
            json.dump([result.checks, result.failed], child.told)
            status = result.status
        except KeyboardInterrupt:
            status = int(Status.INTERRUPTED)
        finally:
            for stream in (child.out, child.err, child.told):
                with suppress(OSError):
                    stream.flush()
            os._exit(status)  # the parent's clean-up is the parent's
    return child


def _show(child: _Child, status: int, environment: Environment) -> Ended:
    """Print what a script printed, and take what it found."""
    for source, target in ((child.out, environment.stdout), (child.err, environment.stderr)):
        source.seek(0)
        while block := source.read(1 << 16):
            target.write(block)
        target.flush()
        source.close()
    child.told.seek(0)
    text = child.told.read()
    child.told.close()
    checks, failed = json.loads(text) if text else ([], [])
    return Ended(
        status if status >= 0 else 128 - status,
        [Check(source, line, words, _expectation(values)) for source, line, words, values in checks],
        [Failed(*values) for values in failed],
    )


def _expectation(values: Sequence[Any]) -> Expectation:
    met, expected, seen, evidence, where = values
    return Expectation(met, expected, seen, tuple(evidence), where)


def _stop(running: dict[int, _Child]) -> None:
    """End the scripts that still run; each writes the end of its log."""
    import signal

    for process in running:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGTERM)
    for process in running:
        with suppress(ChildProcessError):
            os.waitpid(process, 0)
