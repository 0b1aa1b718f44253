"""Runs one session: journal, signals, the lines from any source, and a clean end in every case."""

import gc
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import BinaryIO, NamedTuple, Optional

from .. import __version__
from ..commands import CATALOGUE
from ..commands.session import Session
from ..environment import Environment
from ..errors import OutputClosed, OutputFull, ScriptProblem, Terminated
from ..language.parser import Call
from ..language.syntax import MOST_LINE
from ..language.transcript import begins_ticket, commands, has_prompt, output_lines, skipped, without_prompt
from ..log.writer import Journal, default_path
from ..model.checks import Check, Failed
from .interpreter import Interpreter
from .options import Arguments
from .screen import JsonlScreen, Screen, discard, wants_color
from .signals import Hold, ending, undisturbed
from .status import Status
from .terminal.progress import LiveLine, live_line

Terminal = Callable[[Interpreter], int]  # reads and runs lines from a terminal; returns the exit status


class Program(NamedTuple):
    """Parsed commands. `echo`: show each line before its result, so that the transcript reads well."""

    calls: list[Call]
    echo: bool


class Ended(NamedTuple):
    """How a session ended: the exit status, the results of its expectations, and the failed commands."""

    status: int
    checks: list[Check]
    failed: list[Failed]


def run_session(
    words: Sequence[str],
    arguments: Arguments,
    variables: dict[str, str],
    environment: Environment,
    programs: Sequence[Program],
    terminal: Terminal,
) -> Ended:
    """Run the programs; if there are none, the lines of standard input, with `terminal` if a person types them."""
    with ending() as hold, hold:  # but for the run itself: a signal beside it must not cost the log its end
        ended = _session(words, arguments, variables, environment, programs, terminal, hold)
        hold.forget()
        return ended


def _session(
    words: Sequence[str],
    arguments: Arguments,
    variables: dict[str, str],
    environment: Environment,
    programs: Sequence[Program],
    terminal: Terminal,
    hold: Hold,
) -> Ended:
    live = _live_line(environment) if arguments.format != "jsonl" else None
    screen = _screen(arguments, environment, live)
    journal = _journal(arguments, environment, screen, hold)
    session = Session(environment, journal, variables, CATALOGUE)
    session.progress = live.show if live else None
    session.writable = arguments.allow_write
    interpreter = Interpreter(session, screen, "--keep-going" in arguments.given)
    reason, status = "end of input", 0
    try:
        with hold.released():
            session.begin(__version__, words, arguments.files)
            status = _run(interpreter, programs, terminal)
            reason = _reason(session, status)
            status = max(status, _sum_up(interpreter))
            screen.settle()
    except Terminated as signalled:
        reason, status = str(signalled), 128 + signalled.number
    except KeyboardInterrupt:
        reason, status = "interrupted", Status.INTERRUPTED
    except OutputClosed as closed:
        discard(environment.stdout)
        reason, status = str(closed), Status.FAILED
        if isinstance(closed, OutputFull):
            screen.fail(f"stcp-shell: {closed}")
    finally:
        with undisturbed():
            if live:
                live.erase()
            status = max(status, _end(session, screen, arguments, reason, status))
    return Ended(status, interpreter.checks, interpreter.failed)


def _screen(arguments: Arguments, environment: Environment, live: Optional[LiveLine]) -> Screen:
    streams = (environment.stdout, environment.stderr)
    colors = [wants_color(arguments.color, stream, environment.variables) for stream in streams]
    kind = JsonlScreen if arguments.format == "jsonl" else Screen
    return kind(environment, colors[0], colors[1], live.erase if live else lambda: None, "-q" in arguments.given)


def _journal(arguments: Arguments, environment: Environment, screen: Screen, hold: Hold) -> Journal:
    """Return the log, on the way to the screen if that shows the records. Raises NotOurs."""
    path, fresh = arguments.log, False
    if path is None and "--no-log" not in arguments.given:
        path, fresh = default_path(environment.state_folder, environment.clock()), True
    journal = Journal(path, environment.clock, lambda text: screen.fail(f"stcp-shell: {text}"), fresh, hold)
    if isinstance(screen, JsonlScreen):
        journal.on_record = screen.record
    return journal


def _end(session: Session, screen: Screen, arguments: Arguments, reason: str, status: int) -> Status:
    """End the session, and say what its log lacks. Return FAILED if a log that was asked for, or begun, lacks any."""
    session.end(reason, status)
    missing = session.journal.close()
    if not missing:
        if screen.on_terminal and session.journal.begun and not screen.quiet:
            screen.fail(f"session log: {session.journal.path}", "dim")
        return Status.OK
    screen.fail(f"stcp-shell: {missing} record{'s are' if missing > 1 else ' is'} missing in {session.journal.path}")
    return Status.FAILED if arguments.log is not None or session.journal.begun else Status.OK


def _sum_up(interpreter: Interpreter) -> Status:
    """Print a line that counts the expectations, if there were any. Return the status: FAILED if one was missed."""
    missed = sum(not check.result.met for check in interpreter.checks)
    if interpreter.checks:
        interpreter.screen.line(f"{len(interpreter.checks) - missed} passed, {missed} failed")
    return Status.FAILED if missed else Status.OK


def _live_line(environment: Environment) -> Optional[LiveLine]:
    return live_line(environment.stdout, environment.variables) if environment.stdout.isatty() else None


def _run(interpreter: Interpreter, programs: Sequence[Program], terminal: Terminal) -> int:
    if not programs and interpreter.session.environment.interactive:
        return terminal(interpreter)
    if not programs:
        try:
            return feed(interpreter)
        except ScriptProblem as problem:
            interpreter.screen.fail(f"stcp-shell: {problem}")
            return Status.FAILED
    gc.freeze()  # the parsed commands outlive the session: the collector need not scan them again and again
    status = Status.OK
    for program in programs:
        done = interpreter.run(program.calls, program.echo)
        status = max(status, done)
        if (done and not interpreter.keep_going) or done is Status.INTERRUPTED or interpreter.session.ended:
            break
    return status


def feed(interpreter: Interpreter, source: str = "<stdin>") -> int:
    """Run the lines of standard input as they arrive: the writer may wait for a result before it sends the next."""
    stdin = interpreter.session.environment.stdin
    status, transcript, output = Status.OK, False, 0
    lines = _decoded(_lines(stdin) if stdin else ())
    first = list(islice(lines, 1))
    kept: Iterable[Optional[str]] = chain(first, lines)
    if stdin and first and (_is_file(stdin) or begins_ticket(first[0])):
        whole = [*first, *lines]
        kept = commands(whole)
        output = output_lines(whole, kept)
    for number, text in enumerate(kept, 1):
        if text is None:
            continue
        transcript = transcript or has_prompt(text)
        if transcript and not has_prompt(text):
            output += bool(text.strip())
            continue
        interpreter.screen.echo(interpreter.session.secrets.line(without_prompt(text)))
        done = interpreter.run_line(text, source, number)
        if done is Status.INTERRUPTED or (done and not interpreter.keep_going):
            return done
        status = max(status, done)
        if interpreter.session.ended:
            break
    if output:
        interpreter.screen.warn(skipped(output))
    return status


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield line.decode("utf-8" if number else "utf-8-sig", "surrogateescape").rstrip("\r\n")


def _is_file(stream: BinaryIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def _lines(stdin: BinaryIO) -> Iterator[bytes]:
    try:
        while line := stdin.readline(MOST_LINE + 1):
            yield line
            while len(line) > MOST_LINE and not line.endswith(b"\n"):
                line = stdin.readline(MOST_LINE + 1)  # the rest of a line that is refused as too long
    except OSError as error:
        raise ScriptProblem(f"standard input cannot be read: {error.strerror}") from None


def _reason(session: Session, status: int) -> str:
    if session.ended:
        return "quit"
    reasons = {
        Status.FAILED: "a command failed",
        Status.SYNTAX: "a line does not parse",
        Status.INTERRUPTED: "interrupted",
    }
    return reasons.get(Status(status), "end of input")
