"""Turns statements into calls: a command with its values and the line it comes from.

A whole script is parsed before any part of it runs. The language has no branches, so the parser can apply `set` and
`source`: a missing variable is found before the first packet is sent.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from ..errors import ScriptProblem, SyntaxProblem, brief, near_miss
from .arguments import ONE_LINE, arguments_of
from .declaration import Catalogue, Command
from .syntax import Statement, Word, statements
from .transcript import CONTINUED, PROMPT, begins_ticket, commands, output_lines

MOST_FILES = 1000  # parsing files that include each other many times over would not end
MOST_NESTED = 50  # files
_READY = r"ready \d\d:\d\d:\d\d( [\d.]+){0,2}"  # with the CPU time and the page faults of the last command


class Call(NamedTuple):
    """A command with its values. `source` is the file's name, `-c`, `<stdin>`, or empty for a typed line."""

    command: Command
    arguments: dict[str, Any]
    text: str
    source: str
    line: int
    caller: str = ""  # FILE:LINE of the `source` command, if one has read this file

    @property
    def where(self) -> str:
        return f"{self.source}:{self.line}" if self.source else ""


class Problem(NamedTuple):
    """A mistake in a line, and its place."""

    message: str
    source: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}: {self.message}" if self.source else self.message


class Parser:
    """Parses texts one after the other; a variable that an earlier text `set` is valid in a later one.

    `variables` is read and never changed; `load(path, including_file)` returns a script's name and text, or raises
    ScriptProblem.
    """

    def __init__(
        self, catalogue: Catalogue, variables: Mapping[str, str], load: Callable[[str, str], tuple[str, str]]
    ) -> None:
        self.catalogue = catalogue
        self.variables = dict(variables)
        self.calls: list[Call] = []
        self.problems: list[Problem] = []
        self.skipped = 0  # lines of output in transcripts
        self.checking = False  # whether nothing will run (--check)
        self._load = load
        self._open: list[str] = []
        self._files = 0
        self._callers: list[str] = []

    def parse(self, text: str, source: str = "") -> None:
        """Append the commands of the text to `calls`, and its mistakes to `problems`."""
        lines: Sequence[str] = text.split("\n")
        kept: Sequence[Optional[str]] = lines
        if PROMPT in text or "```" in text or begins_ticket(lines[0]):
            kept = commands(lines)
            self.skipped += output_lines(lines, kept)
        continued = False
        for number, line in enumerate(kept, 1):
            if line is None or continued:
                continued = False
                continue
            before = len(self.problems)
            self.parse_line(line.removesuffix("\r"), source, number)
            # The mistake is the continuation: what it continues with is no mistake of its own.
            continued = len(self.problems) > before and line.rstrip().endswith(CONTINUED)

    def parse_line(self, line: str, source: str = "", number: int = 1) -> None:
        """Do the same for one line. The rest of the line after a mistake is not parsed."""
        column = 1
        try:
            for statement in statements(line, self.variables):
                column = statement.column
                self._add(statement, source, number)
        except SyntaxProblem as problem:
            self.problems.append(Problem(str(problem), source, number, problem.column))
        except ScriptProblem as problem:
            self.problems.append(Problem(str(problem), source, number, column))

    def include(self, path: str) -> None:
        """Parse a script in place (`source FILE`). Raises ScriptProblem."""
        name, text = self._load(path, self._open[-1] if self._open else "")
        if name in self._open:
            raise ScriptProblem(f"{path} sources itself: {' -> '.join([*self._open[self._open.index(name) :], name])}")
        if len(self._open) >= MOST_NESTED:
            raise ScriptProblem(f"{path}: scripts source each other more than {MOST_NESTED} deep")
        self._files += 1
        if self._files > MOST_FILES:
            raise ScriptProblem(f"more than {MOST_FILES} files are sourced")
        self._open.append(name)
        try:
            self.parse(text, path.encode("utf-8", "backslashreplace").decode())  # file names may be any bytes
        finally:
            self._open.pop()

    def _add(self, statement: Statement, source: str, number: int) -> None:
        words = statement.words
        if len(words) == 1 and words[0].text.lower() == "stcp_calls":
            return  # the vendor's listing starts with the name of the program
        if words[0].text == "ready" and re.fullmatch(_READY, " ".join(word.text for word in words)):
            return  # the prompt of OpenVOS itself
        command, used = self._command(words)
        arguments = arguments_of(command, words[0], words[used:])
        caller = self._callers[-1] if self._callers else ""
        self.calls.append(Call(command, arguments, statement.text, source, number, caller))
        if command.parsing:
            self._callers.append(f"{source}:{number}" if source else "")
            try:
                command.parsing(self, arguments)
            except ValueError as reason:
                raise SyntaxProblem(f"{command.name}: {reason}", words[-1].column) from None
            finally:
                self._callers.pop()

    def _command(self, words: list[Word]) -> tuple[Command, int]:
        first = words[0].text
        members = self.catalogue.members(first)
        if members and len(words) > 1 and (found := self.catalogue.get(f"{first} {words[1].text}")):
            return found, 2
        if found := self.catalogue.get(first):
            return found, 1
        if first.startswith("&+"):
            raise SyntaxProblem(f"&+ continues a line of OpenVOS: {ONE_LINE}", words[0].column)
        if not members:
            hint = self.catalogue.hint(first)
            raise SyntaxProblem(f"unknown command {brief(first)}{hint}", words[0].column)
        if len(words) == 1:
            raise SyntaxProblem(
                f"{first}: a subcommand is missing: {', '.join(f'{first} {m}' for m in members)}", words[0].column
            )
        hint = near_miss(words[1].text, members) or f" (known: {', '.join(members)})"
        raise SyntaxProblem(f"{first}: unknown subcommand {brief(words[1].text)}{hint}", words[1].column)
