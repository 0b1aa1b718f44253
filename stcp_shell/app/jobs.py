"""Runs several scripts at once (`-j N`), each in its own process. Outputs are shown whole and in the given order.

The processes are forked from this one, which has parsed the scripts already: to start a new Python for each would
take longer than many scripts. A script's output goes to a temporary file, the results of its expectations to another.
"""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NoReturn, TextIO, cast

from ..environment import Environment
from ..errors import Terminated
from ..model.checks import Check, Expectation, Failed
from .runner import Ended
from .signals import ending
from .status import Status

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Run = Callable[[int, Environment], Ended]  # runs the script of that number in this environment


class _Child:
    """A running script, and the files for its output and results."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.out, self.err, self.results = _temporary(), _temporary(), _temporary()
        self.process = 0


def run_jobs(count: int, most: int, environment: Environment, run: Run) -> Ended:
    """Run the scripts 0 to count - 1, at most `most` at a time. Return the results of all of them.

    The exit status is the largest of theirs. Ctrl-C and SIGTERM end the running ones; none is started afterwards.
    """
    queue = _Queue(environment, run)
    cut = 0
    with ending():
        try:
            queue.work(list(range(count)), most)
        except KeyboardInterrupt:
            cut = Status.INTERRUPTED
        except Terminated as signalled:
            cut = 128 + signalled.number
        except BaseException:
            queue.abandon()  # for example, the reader of the output has closed it
            raise
        if cut:
            queue.stop()
    results = queue.results
    return Ended(
        cut or max((result.status for result in results), default=0),
        [check for result in results for check in result.checks],
        [failed for result in results for failed in result.failed],
    )


def _temporary() -> TextIO:
    return cast("TextIO", tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogateescape"))


class _Queue:
    """The running scripts; `results` grows in the given order."""

    def __init__(self, environment: Environment, run: Run) -> None:
        self.results: list[Ended] = []
        self._environment = environment
        self._run = run
        self._running: dict[int, _Child] = {}
        self._ended: dict[int, tuple[_Child, int]] = {}

    def work(self, waiting: list[int], most: int) -> None:
        """Run the waiting scripts, at most `most` at a time."""
        while waiting or self._running:
            while waiting and len(self._running) < most:
                self._start(waiting.pop(0))
            self._take(*os.wait())

    def stop(self) -> None:
        """End the running scripts; each writes the end of its log, and its output so far is shown."""
        for process in self._running:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        while self._running:
            self._take(*os.wait())

    def _start(self, number: int) -> None:
        child = _Child(number)
        self._environment.stdout.flush()
        self._environment.stderr.flush()
        # A signal between the fork and the entry in `_running` would leave a process that nothing ends or waits for.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:
            child.process = os.fork()
            if child.process == 0:
                _work(child, mask, self._environment, self._run)
            self._running[child.process] = child
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def abandon(self) -> None:
        """End the running scripts without showing their output."""
        for process in self._running:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        for process in self._running:
            with suppress(ChildProcessError):
                os.waitpid(process, 0)

    def _take(self, process: int, status: int) -> None:
        child = self._running.pop(process)
        self._ended[child.number] = (child, os.waitstatus_to_exitcode(status))
        while len(self.results) in self._ended:
            self.results.append(_show(*self._ended.pop(len(self.results)), self._environment))


def _work(child: _Child, mask: set[int | signal.Signals], environment: Environment, run: Run) -> NoReturn:
    """Run a script in its own process, and end the process."""
    status = int(Status.FAILED)
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        result = run(child.number, environment._replace(stdin=None, stdout=child.out, stderr=child.err))
        json.dump([result.checks, result.failed], child.results)
        status = result.status
    except KeyboardInterrupt:
        status = int(Status.INTERRUPTED)
    finally:
        for stream in (child.out, child.err, child.results):
            with suppress(OSError):
                stream.flush()
        os._exit(status)  # the clean-up is left to the parent


def _show(child: _Child, status: int, environment: Environment) -> Ended:
    """Print the output of a script, and return its results."""
    for source, target in ((child.out, environment.stdout), (child.err, environment.stderr)):
        source.seek(0)
        while block := source.read(1 << 16):
            target.write(block)
        target.flush()
        source.close()
    child.results.seek(0)
    text = child.results.read()
    child.results.close()
    checks, failed = json.loads(text) if text else ([], [])
    return Ended(
        status if status >= 0 else 128 - status,
        [Check(source, line, words, _expectation(values)) for source, line, words, values in checks],
        [Failed(*values) for values in failed],
    )


def _expectation(values: Sequence[Any]) -> Expectation:
    met, expected, seen, evidence, where = values
    return Expectation(met, expected, seen, tuple(evidence), where)
