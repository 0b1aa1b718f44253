"""Runs one session: journal, signals, the lines from wherever they come, and a clean end in every case."""

import gc
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from . import __version__
from .arguments import Arguments
from .environment import Environment
from .errors import OutputClosed, OutputFull, ScriptProblem
from .interpreter import Interpreter
from .journal.writer import Journal, default_path
from .language.parser import Call
from .screen import Screen, discard, wants_color
from .session import Session
from .status import Status

if TYPE_CHECKING:
    from .terminal.progress import LiveLine


_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Program(NamedTuple):
    """Parsed commands. `echo`: show each line before its result, so that the transcript reads well."""

    calls: list[Call]
    echo: bool


class Terminated(BaseException):
    """SIGTERM or SIGHUP came. No Exception: on the way up it is for nobody but the end of the session."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def run_session(
    words: Sequence[str],
    arguments: Arguments,
    variables: dict[str, str],
    environment: Environment,
    programs: Sequence[Program],
    notice: Sequence[str],
) -> int:
    """Run the programs, or the lines of standard input where there are none; answers the exit status."""
    out, error = environment.stdout, environment.stderr
    colors = [wants_color(arguments.color, stream, environment.variables) for stream in (out, error)]
    live = _live_line(environment)
    screen = Screen(out, error, colors[0], colors[1], *([live.erase] if live else []))
    path = arguments.log
    if path is None and "--no-log" not in arguments.given:
        path = default_path(environment.state_folder, environment.clock())
    journal = Journal(path, environment.clock, lambda text: screen.fail(f"stcp-shell: {text}"))
    session = Session(environment, journal, variables)
    session.progress = live.show if live else None
    interpreter = Interpreter(session, screen, "--keep-going" in arguments.given)
    reason, status = "end of input", 0
    with _signals():
        try:
            session.begin(__version__, list(words))
            status = _run(interpreter, programs, notice)
            reason = _reason(session, status)
        except Terminated as signalled:
            reason, status = str(signalled), 128 + signalled.number
        except KeyboardInterrupt:
            reason, status = "interrupted", Status.INTERRUPTED
        except OutputClosed as closed:
            discard(out)
            reason, status = str(closed), Status.FAILED
            if isinstance(closed, OutputFull):
                screen.fail(f"stcp-shell: {closed}")
        finally:
            with _undisturbed():
                if live:
                    live.erase()
                session.end(reason, status)
    return status


def _live_line(environment: Environment) -> "LiveLine | None":
    if not environment.stdout.isatty():
        return None
    from .terminal.progress import live_line

    return live_line(environment.stdout, environment.variables)


def _run(interpreter: Interpreter, programs: Sequence[Program], notice: Sequence[str]) -> int:
    environment = interpreter.session.environment
    if not programs and environment.interactive:
        try:
            from .terminal.shell import run_terminal
        except ImportError as error:
            interpreter.screen.fail(f"stcp-shell: the prompt needs prompt_toolkit, which cannot be used here: {error}")
            return Status.FAILED
        return run_terminal(interpreter, notice)
    if not programs:
        try:
            return feed(interpreter)
        except ScriptProblem as problem:
            interpreter.screen.fail(f"stcp-shell: {problem}")
            return Status.FAILED
    gc.freeze()  # what was parsed outlives the session: the collector need not look at it again and again
    status = Status.OK
    for program in programs:
        done = interpreter.run(program.calls, program.echo)
        status = max(status, done)
        if (done and not interpreter.keep_going) or done is Status.INTERRUPTED or interpreter.session.ended:
            break
    return status


def feed(interpreter: Interpreter, source: str = "<stdin>") -> int:
    """Run the lines of standard input as they come: the writer may wait for an answer before it sends the next."""
    stdin = interpreter.session.environment.stdin
    status = Status.OK
    for number, line in enumerate(_lines(stdin) if stdin else (), 1):
        text = line.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape").rstrip("\r\n")
        interpreter.screen.echo(text)
        done = interpreter.run_line(text, source, number)
        if done is Status.INTERRUPTED or (done and not interpreter.keep_going):
            return done
        status = max(status, done)
        if interpreter.session.ended:
            break
    return status


def _lines(stdin: BinaryIO) -> Iterator[bytes]:
    try:
        yield from iter(stdin.readline, b"")
    except OSError as error:
        raise ScriptProblem(f"standard input cannot be read: {error.strerror}") from None


def _reason(session: Session, status: int) -> str:
    if session.ended:
        return "quit"
    reasons = {Status.FAILED: "a command failed", Status.SYNTAX: "a line does not parse"}
    return reasons.get(Status(status), "end of input")


@contextmanager
def _signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the session cleanly; one that was ignored when we started (nohup) stays ignored."""

    def handle(number: int, frame: FrameType | None) -> None:
        for other in previous:
            signal.signal(other, signal.SIG_IGN)  # a second one must not cut the clean end short
        raise Terminated(number)

    previous: dict[signal.Signals, Any] = {}
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            previous[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, before)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No signal cuts the clean end short: it takes a millisecond."""
    previous = {number: signal.signal(number, signal.SIG_IGN) for number in _ENDING}
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, before)
