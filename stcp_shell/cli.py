"""The command line's program: reads the options, parses the scripts whole, and starts the session."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO, NoReturn

from . import __version__
from .arguments import Arguments, UsageError, help_text, parse
from .commands import CATALOGUE
from .commands.shell import check_variable
from .environment import Environment, real
from .errors import ScriptProblem, StcpError
from .language.parser import Parser, Problem
from .language.script import decode, load
from .report.plain import visible
from .runner import Program, run_session
from .status import Status

STDIN = "<stdin>"


def main() -> NoReturn:
    """The entry point of `stcp-shell` and `stcp_calls`; ends the process.

    By os._exit: log and streams are written by then, and taking the interpreter apart would be an eighth of the whole
    run time of a short script (4.7 of 39 ms).
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
        status = _complain(environment, f"standard output takes no more: {error.strerror}", Status.FAILED)
    os._exit(status)


def run(words: Sequence[str], environment: Environment) -> int:
    """The program with its words and its world; answers the exit status (`Status`, or 128 and a signal's number)."""
    try:
        arguments = parse(words, _scenarios(words))
        variables = _variables(arguments)
    except UsageError as error:
        return _complain(environment, error, Status.SYNTAX)
    if arguments.given & {"--help", "--version"}:
        text = help_text() if "--help" in arguments.given else f"stcp-shell {__version__}"
        return _say(environment, [text])
    if arguments.report is not None:
        return _report(arguments, arguments.report, environment)
    if arguments.lab == "list":
        return _say(environment, _listing())
    parser = Parser(CATALOGUE, variables, load)
    programs = _programs(arguments, parser, environment)
    for problem in parser.problems:
        _complain(environment, problem, Status.SYNTAX)
    if parser.problems:
        return Status.SYNTAX
    if "--check" in arguments.given:
        commands = f"{len(parser.calls)} command{'' if len(parser.calls) == 1 else 's'}"
        return _say(environment, [f"{commands}, no mistake found"])
    notice: list[str] = []
    if arguments.lab is not None:
        try:
            notice = _enter_lab(arguments.lab)
        except StcpError as error:
            return _complain(environment, error, Status.FAILED)
        environment = environment._replace(host=os.uname().nodename)
    return run_session(words, arguments, variables, environment, programs, notice).status


def _say(environment: Environment, lines: Sequence[str]) -> Status:
    environment.stdout.writelines(f"{line}\n" for line in lines)
    return Status.OK


def _report(arguments: Arguments, path: str, environment: Environment) -> Status:
    from .export import report  # late: a session has no use for it

    try:
        told = report(environment, path, arguments.format or "text", arguments.output, "--force" in arguments.given)
    except StcpError as error:
        return _complain(environment, error, Status.FAILED)
    if told:
        _complain(environment, told, Status.OK)
    return Status.OK


def _complain(environment: Environment, problem: object, status: Status) -> Status:
    text = str(problem)
    located = isinstance(problem, Problem) and problem.source
    with suppress(OSError):  # nobody is left to be told
        environment.stderr.write(visible(text if located else f"stcp-shell: {text}") + "\n")
        environment.stderr.flush()
    return status


def _variables(arguments: Arguments) -> dict[str, str]:
    """What -D and --timeout say. Raises UsageError."""
    variables = {}
    if arguments.timeout:
        variables["timeout"] = arguments.timeout
    for name, value in arguments.definitions:
        try:
            check_variable(name, value)
        except ValueError as why:
            raise UsageError(f"-D {why}") from None
        variables[name] = value
    return variables


def _programs(arguments: Arguments, parser: Parser, environment: Environment) -> list[Program]:
    """What -c and the FILEs say, parsed whole. Only what comes from a file is echoed while it runs."""
    programs: list[Program] = []
    for text in arguments.commands:
        parser.parse(text, "-c")
    if arguments.commands:
        programs.append(Program(list(parser.calls), echo=False))
    before = len(parser.calls)
    files = arguments.files
    if "--check" in arguments.given and not files and not arguments.commands:
        files = ["-"]  # nothing of it will run, so it need not be read as it comes
    for path in files:
        try:
            if path == "-":
                parser.parse(decode(_whole(environment.stdin), STDIN), STDIN)
            else:
                parser.include(path)
        except ScriptProblem as problem:
            parser.problems.append(Problem(str(problem), "", 0, 0))
    if files:
        programs.append(Program(parser.calls[before:], echo=True))
    return programs


def _whole(stdin: BinaryIO | None) -> bytes:
    try:
        return stdin.read() if stdin else b""
    except OSError as error:
        raise ScriptProblem(f"{STDIN}: {error.strerror}") from None


def _scenarios(words: Sequence[str]) -> Sequence[str]:
    """The words that may follow `--lab`; the lab is imported only for those who ask for it."""
    if "--lab" not in words:
        return ()
    from .lab import SCENARIOS

    return ["list", *SCENARIOS]


def _listing() -> list[str]:
    from .lab import DEFAULT, SCENARIOS

    width = max(map(len, SCENARIOS))
    return [
        f"{name:<{width}}  {scenario.summary}{' (the default)' if name == DEFAULT else ''}"
        for name, scenario in SCENARIOS.items()
    ]


def _enter_lab(scenario: str) -> list[str]:
    """Move this process into the lab; answers what to tell the user. Raises LabUnavailable."""
    from .lab import DEFAULT, describe, enter

    enter(scenario or DEFAULT)
    return describe(scenario or DEFAULT)
