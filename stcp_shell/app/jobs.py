"""Runs several scripts at once (`-j N`), each in its own process. Outputs are shown whole and in the given order.

The processes are forked from this one, which has parsed the scripts already: to start a new Python for each would
take longer than many scripts. Output and results of a script come through pipes, and wait here for their turn.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import Any, NoReturn

from ..environment import Environment
from ..errors import Terminated, reason
from ..model.checks import Check, Expectation, Failed
from .runner import Ended
from .signals import ending
from .status import Status

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1  # prctl(2)
_IN_MEMORY = 1 << 21  # bytes of a stream; more goes to a temporary file
Run = Callable[[int, Environment], Ended]  # runs the script of that number in this environment


class _Stream:
    """What a script has written to a pipe so far. `lost`: why the rest is missing; empty: nothing is.

    `target`: the end to write to, which the parent has closed; -1: all has been read.
    """

    def __init__(self) -> None:
        self.lost = ""
        self._kept = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # closed when it has been shown
        self.source, self.target = os.pipe()

    def read(self) -> bool:
        """Take what has come; return whether more can come."""
        data = os.read(self.source, 1 << 16)
        if not data:
            os.close(self.source)
            return False
        if not self.lost:
            try:
                self._kept.write(data)
            except OSError as error:
                self.lost = reason(error)
        return True

    def take(self) -> str:
        """Return all of it, once."""
        with self._kept as kept:
            kept.seek(0)
            return kept.read().decode("utf-8", "surrogateescape")


class _Child:
    """A running script."""

    def __init__(self, number: int) -> None:
        """Make its pipes. Raises OSError."""
        self.number, self.process = number, 0
        self.streams: list[_Stream] = []
        try:
            for _ in ("output", "errors", "results"):
                self.streams.append(_Stream())
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Close the pipes of a script that does not run."""
        for stream in self.streams:
            os.close(stream.source)
            os.close(stream.target)


def run_jobs(names: Sequence[str], most: int, environment: Environment, run: Run) -> Ended:
    """Run the scripts with these names, at most `most` at a time. Return the results of all of them.

    The exit status is the largest of theirs. Ctrl-C and SIGTERM end the running ones; none is started afterwards.
    """
    queue = _Queue(names, environment, run)
    cut = 0
    with ending():
        try:
            queue.work(list(range(len(names))), most)
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


class _Queue:
    """The running scripts; `results` grows in the given order."""

    def __init__(self, names: Sequence[str], environment: Environment, run: Run) -> None:
        self.results: list[Ended] = []
        self._names, self._environment, self._run = names, environment, run
        self._running: dict[int, _Child] = {}  # by their processes
        self._ended: dict[int, Ended | tuple[_Child, int]] = {}
        self._prctl = ctypes.CDLL(None).prctl

    def work(self, waiting: list[int], most: int) -> None:
        """Run the waiting scripts, at most `most` at a time; fewer, if the system does not allow so many."""
        while waiting or self._running:
            while waiting and len(self._running) < most:
                try:
                    self._start(waiting[0])
                except OSError as error:
                    if self._running:
                        break
                    self._fail(waiting[0], f"cannot be started: {reason(error)}")
                waiting.pop(0)
            self._wait()

    def stop(self) -> None:
        """End the running scripts; each writes the end of its log, and its output so far is shown."""
        self._signal()
        while self._running:
            self._wait()

    def abandon(self) -> None:
        """End the running scripts without showing their output."""
        self._signal()
        for process, child in self._running.items():
            for stream in child.streams:
                if stream.target >= 0:
                    os.close(stream.source)
            with suppress(ChildProcessError):
                os.waitpid(process, 0)

    def _signal(self) -> None:
        for process in self._running:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)

    def _start(self, number: int) -> None:
        """Start a script. Raises OSError."""
        child = _Child(number)
        self._environment.stdout.flush()
        self._environment.stderr.flush()
        # A signal between the fork and the entry in `_running` would leave a process that nothing ends or waits for.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        parent = os.getpid()
        try:
            child.process = os.fork()
            if child.process == 0:
                self._prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
                if os.getppid() != parent:
                    os._exit(Status.FAILED)
                self._work(child, mask)
            self._running[child.process] = child
            for stream in child.streams:
                os.close(stream.target)
        except OSError:
            child.close()
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def _work(self, child: _Child, mask: set[int | signal.Signals]) -> NoReturn:
        """Run a script in its own process, and end the process."""
        status, streams = int(Status.FAILED), []
        try:
            for stream in (*child.streams, *(each for other in self._running.values() for each in other.streams)):
                if stream.target >= 0:
                    os.close(stream.source)
            streams = [
                open(stream.target, "w", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115
                for stream in child.streams
            ]
            out, err, results = streams
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            result = self._run(child.number, self._environment._replace(stdin=None, stdout=out, stderr=err))
            json.dump([result.checks, result.failed], results)
            status = result.status
        except KeyboardInterrupt:
            status = int(Status.INTERRUPTED)
        finally:
            for written in streams:
                with suppress(OSError):  # the parent is gone
                    written.flush()
            os._exit(status)  # the clean-up is left to the parent

    def _wait(self) -> None:
        """Wait until a script has written something or ended."""
        open_ones = {
            stream.source: (child, stream)
            for child in self._running.values()
            for stream in child.streams
            if stream.target >= 0
        }
        poll = select.poll()
        for source in open_ones:
            poll.register(source, select.POLLIN)
        for source, _ in poll.poll() if open_ones else ():
            child, stream = open_ones[source]
            if not stream.read():
                stream.target = -1
            if all(each.target < 0 for each in child.streams):
                _, status = os.waitpid(child.process, 0)
                del self._running[child.process]
                self._put(child.number, (child, os.waitstatus_to_exitcode(status)))

    def _fail(self, number: int, why: str) -> None:
        name = self._names[number]
        print(f"stcp-shell: {name}: {why}", file=self._environment.stderr, flush=True)
        self._put(number, Ended(Status.FAILED, [], [Failed(name, 0, "", why)]))

    def _put(self, number: int, ended: Ended | tuple[_Child, int]) -> None:
        """Show the scripts whose turn has come."""
        self._ended[number] = ended
        while len(self.results) in self._ended:
            each = self._ended.pop(len(self.results))
            self.results.append(each if isinstance(each, Ended) else self._show(*each))

    def _show(self, child: _Child, status: int) -> Ended:
        """Print the output of a script, and return its results."""
        name = self._names[child.number]
        out, err, results = child.streams
        for stream, target in ((out, self._environment.stdout), (err, self._environment.stderr)):
            target.write(stream.take())
            target.flush()
        found = _results(results.take())
        wrong = [f"its output is cut: {stream.lost}" for stream in (out, err) if stream.lost]
        if status < 0:
            wrong.append(f"it was ended by {signal.Signals(-status).name}")
        elif found is None and status <= Status.SYNTAX:
            wrong.append("its results are missing")
        for why in wrong:
            print(f"stcp-shell: {name}: {why}", file=self._environment.stderr, flush=True)
        checks, failed = found or ([], [])
        return Ended(
            128 - status if status < 0 else max(status, Status.FAILED) if wrong else status,
            checks,
            [*failed, *(Failed(name, 0, "", why) for why in wrong)],
        )


def _results(text: str) -> tuple[list[Check], list[Failed]] | None:
    """Return what a script has sent at its end; None: it did not, or not all of it."""
    try:
        checks, failed = json.loads(text)
    except ValueError:
        return None
    return (
        [Check(source, line, words, _expectation(values)) for source, line, words, values in checks],
        [Failed(*values) for values in failed],
    )


def _expectation(values: Sequence[Any]) -> Expectation:
    met, expected, seen, evidence, where, flow = values
    return Expectation(met, expected, seen, tuple(evidence), where, flow)
