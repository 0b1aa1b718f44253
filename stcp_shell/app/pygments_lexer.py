"""The Pygments lexer for `.stcp` scripts and for the prompt, built from the declarations.

A word is coloured as an error only if it is certainly wrong: the last word of a line may still be incomplete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from pygments.lexer import Lexer
from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Name,
    Number,
    Punctuation,
    String,
    Text,
    Whitespace,
    _TokenType,
)

from ..commands import CATALOGUE
from ..language.kinds import TEXT, Kind, address
from ..language.outline import Part, parts
from ..language.syntax import VARIABLE

_ROLES = {"prompt": Generic.Prompt, "separator": Punctuation, "command": Keyword, "option": Name.Attribute}
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?\Z")
_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
_SHEBANG = re.compile(r"#!.*\bstcp(?:-shell|_calls)\b")

Token = tuple[int, _TokenType, str]


def _analyse_text(text: str) -> float:
    """Return 1.0 if the first line is a `#!` line for this program, else 0.0. Pygments makes it a static method."""
    return 1.0 if _SHEBANG.match(text) else 0.0


class StcpLexer(Lexer):
    """Colours the language of stcp-shell: commands, their options and values, variables, comments."""

    name = "stcp"
    aliases: ClassVar[list[str]] = ["stcp", "stcp-shell", "stcp_calls"]
    filenames: ClassVar[list[str]] = ["*.stcp"]
    mimetypes: ClassVar[list[str]] = ["text/x-stcp"]
    analyse_text = _analyse_text  # type: ignore[assignment]  # typed as the static method that it becomes

    def __init__(self, **options: Any) -> None:
        # The lexer only adds colours: it leaves the text unchanged, also line ends at its start and its end.
        super().__init__(**{"stripnl": False, "ensurenl": False} | options)

    def get_tokens_unprocessed(self, text: str) -> Iterator[Token]:
        """Yield the tokens with their positions. Joined, they are exactly the text, for any text."""
        for line in _LINE.finditer(text):
            yield from _of_line(line[0], line.start())


def _of_line(line: str, offset: int) -> Iterator[Token]:
    position = 0
    for part in parts(line.removesuffix("\n"), CATALOGUE):
        if part.start > position:
            yield offset + position, Whitespace, line[position : part.start]
        position = part.start
        first, typing = offset + position == 0, part.end == len(line)
        for token, text in _of_part(part, line[part.start : part.end], typing=typing, first=first):
            yield offset + position, token, text
            position += len(text)
    if position < len(line):
        yield offset + position, Whitespace, line[position:]


def _of_part(part: Part, text: str, *, typing: bool, first: bool) -> Iterator[tuple[_TokenType, str]]:
    if not (text.isprintable() or text.replace("\t", "").isprintable()):
        yield Error, text  # a control character: the parser rejects it
    elif part.role == "comment":
        yield (Comment.Hashbang if first and text.startswith("#!") else Comment.Single), text
    elif part.role in _ROLES:
        yield _ROLES[part.role], text
    elif text[0] == "'":
        yield String.Single, text
    elif part.role == "unknown" and "$" not in text:
        yield (Text if typing else Error), text
    else:
        yield from _with_variables(text, part.kind)


def _with_variables(text: str, kind: Kind | None) -> Iterator[tuple[_TokenType, str]]:
    position = 0
    for variable in re.finditer(VARIABLE, text):
        if variable.start() > position:
            yield _of_value(text[position : variable.start()], kind), text[position : variable.start()]
        yield Name.Variable, variable[0]
        position = variable.end()
    if position < len(text):
        yield _of_value(text[position:], kind), text[position:]


def _of_value(text: str, kind: Kind | None) -> _TokenType:
    if kind is TEXT:
        return String
    if kind and text in kind.choices:
        return Name.Constant
    if _NUMBER.match(text) or _is_address(text):
        return Number
    return Text


def _is_address(text: str) -> bool:
    try:
        address(text)
    except ValueError:
        return False
    return True
