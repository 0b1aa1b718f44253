"""The commands of -c and the FILEs, parsed whole before any of them runs."""

import os
import stat
from typing import BinaryIO, NamedTuple, Optional

from ..commands import CATALOGUE
from ..commands.shell import check_variable
from ..environment import Environment
from ..errors import ScriptProblem
from ..language.parser import Parser, Problem
from ..language.script import MOST_BYTES, decode, load
from ..language.transcript import skipped
from .options import Arguments, UsageError
from .runner import Program

STDIN = "<stdin>"


class Scripts(NamedTuple):
    """Parsed scripts, the variables that they start with, their mistakes, and what is to say of them."""

    programs: list[Program]
    variables: dict[str, str]
    problems: list[Problem]
    remarks: list[str]


def given_variables(arguments: Arguments) -> dict[str, str]:
    """Return the variables that -D and --timeout set. Raises UsageError."""
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
    """Parse -c and the FILEs. A script has the variables that earlier ones `set`; with -j each starts without them.

    Only commands from a file are echoed while they run.
    """
    scripts = Scripts([], variables, [], [])
    checking = "--check" in arguments.given
    parser = Parser(CATALOGUE, variables, load)
    parser.checking = checking
    for text in arguments.commands:
        parser.parse(text, "-c")
    if parser.skipped:
        scripts.remarks.append(f"-c: {skipped(parser.skipped)}")
    if arguments.commands:
        scripts.programs.append(Program(parser.calls, echo=False))
    files = arguments.files
    if checking and not files and not arguments.commands:
        files = ["-"]  # nothing runs, so standard input need not be read line by line
    problems = list(parser.problems)
    for path in files:
        parser = Parser(CATALOGUE, variables if arguments.jobs else parser.variables, load)
        parser.checking = checking
        _read(path, parser, environment)
        if parser.skipped:
            scripts.remarks.append(f"{path}: {skipped(parser.skipped)}")
        scripts.programs.append(Program(parser.calls, echo=True))
        problems += parser.problems
    scripts.problems.extend(problems)
    return scripts


def _read(path: str, parser: Parser, environment: Environment) -> None:
    try:
        if path == "-":
            parser.parse(decode(_whole(environment.stdin, STDIN), STDIN), STDIN)
        elif _is_pipe(path):  # `stcp-shell <(program)`
            with open(path, "rb") as file:
                parser.parse(decode(_whole(file, path), path), path)
        else:
            parser.include(path)
    except ScriptProblem as problem:
        parser.problems.append(Problem(str(problem), "", 0, 0))


def _is_pipe(path: str) -> bool:
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def _whole(stream: Optional[BinaryIO], name: str) -> bytes:
    try:
        content = stream.read(MOST_BYTES + 1) if stream else b""
    except OSError as error:
        raise ScriptProblem(f"{name}: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise ScriptProblem(f"{name}: larger than {MOST_BYTES >> 20} MiB: this is no script")
    return content
