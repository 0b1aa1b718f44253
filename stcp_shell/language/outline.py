"""The role of each part of a line: prompt, command, option, value, ... For colours and completion.

The parser rejects a wrong line; this module accepts wrong and half-typed lines as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .declaration import Catalogue, Command, Option
from .kinds import FLAG, Kind, host_and_port

# Splits a line into the same words as `syntax.statements` does if it accepts the line (a test compares the two).
_START = re.compile(r"\s*((?:(?:>\s*)*stcp:\s*)*)(&(?:[ \t].*|\Z))?", re.DOTALL)
_PIECE = re.compile(
    r"(?P<separator>;)|(?P<comment>#.*)|'(?P<quoted>[^']*(?:''[^']*)*)(?P<close>'?)|(?P<bare>[^\s;]+)", re.DOTALL
)


class Part(NamedTuple):
    """A section of a line; between two parts there is white space.

    `role`: prompt, comment, separator, command, option, value, or unknown: no command, option or value can be here.
    """

    role: str
    start: int
    end: int
    kind: Kind | None = None  # of a value


class Word(NamedTuple):
    """The word that is being typed at the end of a line. `text` is as typed, with its apostrophe."""

    text: str
    start: int


class Statement:
    """The words of a command so far, and what the next word can be."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.head = ""  # the first word
        self.command: Command | None = None
        self.given: set[str] = set()  # options
        self.waiting: Option | None = None  # an option whose value comes next
        self.loose: list[str] = []  # the words without an option

    def take(self, text: str, literal: bool) -> tuple[str, Kind | None]:
        """Take the next word. Return its role and, for a value, its kind. `literal`: it was quoted."""
        if not self.head:
            self.head = text
            self.command = self.catalogue.get(text)
            known = self.command or self.catalogue.members(text) or text.lower() == "stcp_calls"
            return ("command" if known else "unknown"), None
        if self.may_be_member and (found := self.catalogue.get(f"{self.head} {text}")):
            self.command = found
            return "command", None
        if self.command is None:  # the wrong word is the first, or the second if that one selects the command
            return ("unknown" if self.catalogue.members(self.head) else "value"), None
        if self.may_be_option and not literal and text[:1] == "-" and text[1:2].isalpha():
            return self._option(self.command, text[1:])
        kind = self.expected
        if self.waiting:
            self.waiting = None
        elif option := self._bare:
            self.given.add(option.name)
            if option.name == "name" and host_and_port(text)[1]:
                self.given.add("port")
        else:
            self.loose.append(text)
        return ("value" if kind else "unknown"), kind

    @property
    def may_be_member(self) -> bool:
        """Whether the next word can be the second word of a command (`route print`)."""
        fresh = not self.given and not self.loose and self.command is self.catalogue.get(self.head)
        return fresh and bool(self.catalogue.members(self.head))

    @property
    def may_be_option(self) -> bool:
        """Whether the next word can be an option: in a text up to the end of the command a `-word` is a word."""
        rest = self.command is not None and bool(self.command.arguments) and self.command.arguments[-1].rest
        return self.command is not None and not (rest and self.loose)

    @property
    def expected(self) -> Kind | None:
        """The kind of value that the next word can be."""
        if option := self.waiting or self._bare:
            return option.kind
        arguments = self.command.arguments if self.command else ()
        if len(self.loose) < len(arguments):
            return arguments[len(self.loose)].kind
        return arguments[-1].kind if arguments and (arguments[-1].rest or arguments[-1].many) else None

    @property
    def _bare(self) -> Option | None:
        """The option whose value the next word can be without its name."""
        options = self.command.bare if self.command else ()
        return next((option for option in options if option.name not in self.given), None)

    def _option(self, command: Command, name: str) -> tuple[str, Kind | None]:
        option = command.options.get(name)
        self.waiting = option if option and option.kind is not FLAG else None
        if option is None:
            return "unknown", None
        self.given.add(name)
        return "option", None


def parts(line: str, catalogue: Catalogue) -> Iterator[Part]:
    """Yield the parts of a line, in order."""
    statement = Statement(catalogue)
    for role, start, end in _pieces(line):
        if role == "separator":
            statement = Statement(catalogue)
        if role in ("quoted", "bare"):
            taken, kind = statement.take(unquoted(line[start:end]), role == "quoted")
            yield Part(taken, start, end, kind)
        else:
            yield Part(role, start, end)


def at_end(line: str, catalogue: Catalogue) -> tuple[Statement, Word] | None:
    """Return the command at the end of a line up to the word that is being typed, and that word; None in a comment."""
    statement = Statement(catalogue)
    for role, start, end in _pieces(line):
        if role == "comment":
            return None
        if role == "separator":
            statement = Statement(catalogue)
        elif role in ("quoted", "bare"):
            text = line[start:end]
            if end == len(line) and not _is_closed(text):
                return statement, Word(text, start)
            statement.take(unquoted(text), role == "quoted")
    return statement, Word("", len(line))


def unquoted(text: str) -> str:
    """Return a word without its apostrophes; the closing one may still be missing."""
    if text[:1] != "'":
        return text
    return (text[1:-1] if _is_closed(text) else text[1:]).replace("''", "'")


def _pieces(line: str) -> Iterator[tuple[str, int, int]]:
    """Yield prompt, comment, separators, bare and quoted words, each with its start and end."""
    found = _START.match(line)
    assert found is not None  # it matches the empty string
    if found[1]:
        yield "prompt", found.start(1), found.start(1) + len(found[1].rstrip())
    if found[2]:
        yield "comment", found.start(2), found.end(2)
        return
    for piece in _PIECE.finditer(line, found.end(1)):
        role = next(name for name in ("separator", "comment", "bare", "quoted") if piece[name] is not None)
        yield role, piece.start(), piece.end()


def _is_closed(text: str) -> bool:
    """Return whether a quoted word has both its apostrophes: what follows is another word."""
    found = _PIECE.match(text)
    return bool(found and found["close"])
