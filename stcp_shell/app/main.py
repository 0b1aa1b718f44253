"""The main program: reads the options, parses the whole scripts, and starts the session."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, NoReturn

from .. import __version__
from ..commands import CATALOGUE
from ..commands.topics import TOPICS
from ..environment import Environment, real
from ..errors import StcpError, TerminalUnusable, reason
from ..language.parser import Problem
from ..log.logfile import NotOurs
from ..report.text.escape import visible
from .interpreter import Interpreter
from .options import Arguments, UsageError, help_text, parse
from .paper import columns, folded
from .runner import Ended, run_session
from .scripts import Scripts, given_variables, read_scripts
from .status import Status

if TYPE_CHECKING:
    from pygments.lexer import Lexer


def main() -> NoReturn:
    """The entry point of `stcp-shell` and `stcp_calls`; ends the process.

    It uses os._exit: log and streams are written by then, and the shutdown of the interpreter would take an eighth of
    the whole run time of a short script (4.7 of 39 ms).
    """
    environment = real()
    try:
        status = run(sys.argv[1:], environment)
        environment.stdout.flush()
    except KeyboardInterrupt:
        status = Status.INTERRUPTED
    except BrokenPipeError:
        status = Status.FAILED
    except OSError as error:
        full = error.errno == errno.ENOSPC
        text = f"standard output cannot be written: {error.strerror}" if full else reason(error)
        status = _complain(environment, text, Status.FAILED)
    os._exit(status)


def run(words: Sequence[str], environment: Environment) -> int:
    """Run the program with its command-line words. Return the exit status (`Status`, or 128 + a signal's number)."""
    try:
        arguments = parse(words, _scenarios(words), CATALOGUE.first_words())
        settings, problems = _settings(environment)
        variables = {**settings, **given_variables(arguments)}
    except UsageError as error:
        return _complain(environment, error, Status.SYNTAX)
    for remark in (*problems, *filter(None, [arguments.notice])):
        _complain(environment, remark, Status.OK)
    if arguments.given & {"--help", "--version", "--manual", "--completion"}:
        return _say(environment, _about(arguments))
    if arguments.report is not None:
        return _report(arguments, [arguments.report, *arguments.files], environment)
    if why := _refusal(arguments, environment):
        return _complain(environment, why, Status.SYNTAX)
    if arguments.lab == "list":
        return _say(environment, _listing())
    scripts = read_scripts(arguments, variables, environment)
    for text in (*scripts.remarks, *scripts.problems):
        _complain(environment, text, Status.SYNTAX)
    if scripts.problems:
        return Status.SYNTAX
    if "--check" in arguments.given:
        count = sum(len(program.calls) for program in scripts.programs)
        return _say(environment, [f"{count} command{'' if count == 1 else 's'}, no mistake found"])
    notice: list[str] = []
    if arguments.lab is not None:
        try:
            notice = _enter_lab(arguments.lab)
        except StcpError as error:
            return _complain(environment, error, Status.FAILED)
        environment = environment._replace(host=os.uname().nodename)
    try:
        return _run(words, arguments, scripts, environment, notice)
    except NotOurs as refused:
        return _complain(environment, f"--log {refused}", Status.SYNTAX)


def _settings(environment: Environment) -> tuple[dict[str, str], list[str]]:
    """Return the variables of the file with settings, and what is wrong with it."""
    path = os.path.join(environment.config_folder, "config.stcp")
    if not os.path.exists(path):
        return {}, []
    from .config import read_config  # late, as few users have one

    return read_config(path)


def _about(arguments: Arguments) -> Iterable[str]:
    """Return the lines of --help, --version, --completion or --manual."""
    if "--help" in arguments.given:
        return [help_text()]
    if "--version" in arguments.given:
        return [f"stcp-shell {__version__}"]
    if arguments.completion:
        from ..lab import SCENARIOS
        from .shell_completion import completion

        return completion(arguments.completion, ["list", *SCENARIOS])
    if arguments.manual == "log":
        from .log_page import log_page

        return log_page(__version__)
    if arguments.manual in TOPICS:
        from .topic_page import topic_page

        return topic_page(__version__, arguments.manual)
    from .man_page import manual

    return manual(__version__, CATALOGUE)


def _refusal(arguments: Arguments, environment: Environment) -> str:
    """Return why a session with these arguments does not begin; empty: it may."""
    if arguments.format == "jsonl" and environment.interactive and not (arguments.files or arguments.commands):
        return "--format jsonl is for programs: give commands with -c or FILE"
    if arguments.junit is not None:
        from .junit import not_junit

        if not_junit(arguments.junit):
            return f"--junit {arguments.junit} is no JUnit file: it is not overwritten; choose another file"
    return ""


def _write_junit(path: str, ended: Ended, seconds: float) -> None:
    """Write the file, which others may read. Raises Failure."""
    from ..log.saving import save
    from .junit import cases, junit_lines

    save(path, junit_lines(cases(ended.checks, ended.failed), seconds), True, "", 0o666)


def _say(environment: Environment, lines: Iterable[str]) -> Status:
    environment.stdout.writelines(f"{line}\n" for line in lines)
    return Status.OK


def _report(arguments: Arguments, paths: Sequence[str], environment: Environment) -> Status:
    from ..log.files import newest
    from ..log.redaction_key import key
    from ..report.export import report  # late: a session does not need it
    from ..report.formats import format_of

    given, form = arguments.given, arguments.format or format_of(arguments.output or "")
    try:
        paths = [newest(environment.state_folder) if path == "last" else path for path in paths]
        secret = key(arguments.key) if "--redact" in given else None
        also = (arguments.redact_also or "").split(",")
        own = CATALOGUE.words()
        message = report(environment, paths, form, arguments.output, "--force" in given, secret, also, own)
    except StcpError as error:
        return _complain(environment, error, Status.FAILED)
    if message:
        _complain(environment, message, Status.OK)
    return Status.OK


def _complain(environment: Environment, problem: object, status: Status) -> Status:
    text = str(problem)
    located = isinstance(problem, Problem) and problem.source
    text = visible(text if located else f"stcp-shell: {text}")
    parts = folded(text, columns(environment.stderr)) if environment.stderr.isatty() else [text]
    with suppress(OSError):  # standard error cannot be written, for example EPIPE: the reader of the pipe has closed it
        environment.stderr.writelines(f"{part}\n" for part in parts)
        environment.stderr.flush()
    return status


def _run(
    words: Sequence[str], arguments: Arguments, scripts: Scripts, environment: Environment, notice: list[str]
) -> int:
    """Run everything as one session, or with -j each script as its own session, and write the --junit file."""
    started = monotonic()
    terminal = partial(_terminal, notice)
    if arguments.jobs:
        from .jobs import run_jobs

        def run_one(number: int, world: Environment) -> Ended:
            return run_session(words, arguments, dict(scripts.variables), world, [scripts.programs[number]], terminal)

        names = [*(["-c"] if arguments.commands else []), *arguments.files]
        ended = run_jobs(names, arguments.jobs, environment, run_one)
        if ended.checks and arguments.format != "jsonl":
            missed = sum(not check.result.met for check in ended.checks)
            _say(environment, [f"total: {len(ended.checks) - missed} passed, {missed} failed"])
    else:
        ended = run_session(words, arguments, scripts.variables, environment, scripts.programs, terminal)
    if arguments.junit is None:
        return ended.status
    try:
        _write_junit(arguments.junit, ended, monotonic() - started)
    except StcpError as error:
        return max(ended.status, _complain(environment, error, Status.FAILED))
    return ended.status


def _terminal(notice: Sequence[str], interpreter: Interpreter) -> int:
    """Run the lines that a person types."""

    def load_lexer() -> type[Lexer]:
        from .pygments_lexer import StcpLexer

        return StcpLexer

    # The garbage collector scans the objects of an import again and again, and finds nothing: 6 of 160 ms.
    gc.disable()
    try:
        from .terminal.shell import run_terminal
    except (ImportError, AttributeError, SyntaxError, TypeError) as error:  # missing, or not for this Python
        from .plain_prompt import plain_prompt

        return plain_prompt(interpreter, notice, f"prompt_toolkit cannot be imported ({error})")
    finally:
        gc.enable()
    try:
        return run_terminal(interpreter, notice, load_lexer)
    except TerminalUnusable as why:
        from .plain_prompt import plain_prompt

        return plain_prompt(interpreter, notice, str(why))


def _scenarios(words: Sequence[str]) -> Sequence[str]:
    """Return the words that may follow `--lab`; the lab is imported only if the option is given."""
    if "--lab" not in words:
        return ()
    from ..lab import SCENARIOS

    return ["list", *SCENARIOS]


def _listing() -> list[str]:
    from ..lab import DEFAULT, SCENARIOS

    width = max(map(len, SCENARIOS))
    return [
        f"{name:<{width}}  {scenario.summary}{' (the default)' if name == DEFAULT else ''}"
        for name, scenario in SCENARIOS.items()
    ]


def _enter_lab(scenario: str) -> list[str]:
    """Move this process into the lab. Return the lines to show to the user. Raises LabUnavailable."""
    from ..lab import DEFAULT, describe, enter

    enter(scenario or DEFAULT)
    return describe(scenario or DEFAULT)
