"""What -c and the FILEs say, parsed whole before anything of it runs."""

from typing import BinaryIO, NamedTuple, Optional

from ..commands import CATALOGUE
from ..commands.shell import check_variable
from ..environment import Environment
from ..errors import ScriptProblem
from ..language.parser import Parser, Problem
from ..language.script import decode, load
from .options import Arguments, UsageError
from .runner import Program

STDIN = "<stdin>"


class Scripts(NamedTuple):
    """Parsed scripts, the variables that they start with, and what does not parse."""

    programs: list[Program]
    variables: dict[str, str]
    problems: list[Problem]


def given_variables(arguments: Arguments) -> dict[str, str]:
    """What -D and --timeout say. Raises UsageError."""
    variables = {}
    if arguments.timeout:
        variables["timeout"] = f"{arguments.timeout:g}"
    for name, value in arguments.definitions:
        try:
            check_variable(name, value)
        except ValueError as why:
            raise UsageError(f"-D {why}") from None
        variables[name] = value
    return variables


def read_scripts(arguments: Arguments, variables: dict[str, str], environment: Environment) -> Scripts:
    """Parse -c and the FILEs. As one session a script sees what the one before it `set`; with -j each is by itself.

    Only what comes from a file is echoed while it runs.
    """
    scripts = Scripts([], variables, [])
    parser = Parser(CATALOGUE, variables, load)
    for text in arguments.commands:
        parser.parse(text, "-c")
    if arguments.commands:
        scripts.programs.append(Program(parser.calls, echo=False))
    files = arguments.files
    if "--check" in arguments.given and not files and not arguments.commands:
        files = ["-"]  # nothing of it will run, so it need not be read as it comes
    problems = list(parser.problems)
    for path in files:
        parser = Parser(CATALOGUE, variables if arguments.jobs else parser.variables, load)
        _read(path, parser, environment)
        scripts.programs.append(Program(parser.calls, echo=True))
        problems += parser.problems
    scripts.problems.extend(problems)
    return scripts


def _read(path: str, parser: Parser, environment: Environment) -> None:
    try:
        if path == "-":
            parser.parse(decode(_whole(environment.stdin), STDIN), STDIN)
        else:
            parser.include(path)
    except ScriptProblem as problem:
        parser.problems.append(Problem(str(problem), "", 0, 0))


def _whole(stdin: Optional[BinaryIO]) -> bytes:
    try:
        return stdin.read() if stdin else b""
    except OSError as error:
        raise ScriptProblem(f"{STDIN}: {error.strerror}") from None
