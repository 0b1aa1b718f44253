"""Splits a line of text into statements: words, quoting, comments, variables and `;`.

    line      = statement { ";" statement }
    statement = word { word }
    word      = bare word | 'apostrophe quoted, '' inside is one apostrophe'
    comment   = "&" alone or "& " at the start of a line (OpenVOS), "#" at the start of a word
    variable  = $NAME or ${NAME}, in bare words

An apostrophe inside a bare word is an apostrophe (`note it's slow`). The value of a variable is one word, whatever it
contains. A prompt at the start of a line is ignored, so that a transcript can be pasted.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..errors import SyntaxProblem, brief

# Patterns are compiled when first needed (`re` caches them): to compile one takes longer than to parse a short line.
_BEGINNING = r"(?a)\$(?:([A-Za-z_]\w*)|\{)"
VARIABLE = r"(?a)\$(?:([A-Za-z_]\w*)|\{([^}]*)\})"
_TOKEN = r"(;)|(#.*)|'([^']*(?:''[^']*)*)('?)|([^\s;]+)"
_BEGIN = r"\s*(?:(?:>\s*)*stcp:\s*)*"  # after the marks of a quoted mail
MOST_LINE = 1 << 20  # characters
MOST_VALUE = 1 << 16  # characters of a word with the values of variables, and of a variable: they could double
_SPECIAL = frozenset(";#'$")
# Tab is white space; every other control character in a line is a mistake or hostile, and so is an incomplete
# character: bytes that are not UTF-8 arrive as lone surrogates (PEP 383).
_CONTROL = r"[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]"


def is_name(text: str) -> bool:
    """Return whether the text is a valid variable name: letters, digits and _, not a digit first."""
    return text.isascii() and text.isidentifier()


def as_word(text: str) -> str:
    """Return the text as one word of a line that has exactly this value: in apostrophes, unless it needs none."""
    plain = text.replace(".", "").replace(":", "").replace("_", "").replace("-", "")
    if plain.isascii() and plain.isalnum() and not text.startswith("-"):
        return text
    return "'" + text.replace("'", "''") + "'"


class Word(NamedTuple):
    """A word and the column it starts at. `literal`: quoted or from a variable, so it is never an option."""

    text: str
    column: int
    literal: bool


class Statement(NamedTuple):
    """The words of one command, and its text as written."""

    words: list[Word]
    text: str
    column: int


def statements(line: str, variables: Mapping[str, str]) -> Iterator[Statement]:
    """Split a line, one statement at a time: a `set` may set a variable that the rest of the line uses.

    Raises SyntaxProblem with the column for an open quote, an unset variable or a control character, and if the line
    or a value is too long.
    """
    if len(line) > MOST_LINE:
        raise SyntaxProblem(f"the line is longer than {MOST_LINE >> 20} MiB: is this a script?", MOST_LINE)
    if not line.isprintable() and (bad := re.search(_CONTROL, line)):
        raise SyntaxProblem(_unreadable(ord(bad[0])), bad.start() + 1)
    found = re.match(_BEGIN, line)
    start = found.end() if found else 0
    if line.startswith("&", start) and line[start + 1 : start + 2] in ("", " ", "\t"):
        return
    if _SPECIAL.isdisjoint(line):
        if words := _plain(line, start):
            yield Statement(words, line[start:].rstrip(), start + 1)
        return
    words = []
    last = start
    for token in re.compile(_TOKEN).finditer(line, start):
        _, comment, quoted, close, bare = token.groups()
        if bare is not None:
            words.append(_bare(bare, token.start(5), variables))
        elif quoted is not None:
            words.append(_quoted(quoted, close, token, line))
        else:
            if words:
                yield Statement(words, line[words[0].column - 1 : last], words[0].column)
            if comment:
                return
            words = []
        last = token.end()
    if words:
        yield Statement(words, line[words[0].column - 1 : last], words[0].column)


def _plain(line: str, position: int) -> list[Word]:
    """Return the words of a line without quotes, variables, comments and `;`, as most lines are."""
    words = []
    for text in line[position:].split():
        position = line.index(text, position)
        words.append(Word(text, position + 1, False))
        position += len(text)
    return words


def _unreadable(code: int) -> str:
    if code > 0xFF:
        return f"byte 0x{code & 0xFF:02x} is not UTF-8: write the line in UTF-8 (send accepts \\xHH)"
    return f"control character \\x{code:02x} in the line: remove it"


def _quoted(quoted: str, close: str, token: re.Match[str], line: str) -> Word:
    column = token.start(3)
    if not close:
        raise SyntaxProblem("this quote is not closed: end it with ' (inside, '' stands for one apostrophe)", column)
    after = line[token.end() : token.end() + 1]
    if after and after != ";" and not after.isspace():
        raise SyntaxProblem("a space is missing after the closing quote", token.end() + 1)
    return Word(quoted.replace("''", "'"), column, True)


def _bare(bare: str, start: int, variables: Mapping[str, str]) -> Word:
    if "$" not in bare:
        return Word(bare, start + 1, False)
    made, length, place = [], 0, 0
    last = bare.rfind("}")  # behind it `${` has no end
    for found in re.finditer(_BEGINNING, bare):
        if found.start() < place or (found[1] is None and found.end() > last):
            continue
        end = found.end() if found[1] else bare.index("}", found.end()) + 1
        value = _value(bare[found.start() : end], start + found.start() + 1, variables)
        length += len(value)
        if length > MOST_VALUE:
            raise SyntaxProblem(f"the word is longer than {MOST_VALUE >> 10} KiB with its variables", start + 1)
        made += [bare[place : found.start()], value]
        place = end
    return Word("".join([*made, bare[place:]]), start + 1, bool(made) and bare.startswith("$"))


def _value(written: str, column: int, variables: Mapping[str, str]) -> str:
    """Return the value of `$NAME` or `${NAME}`. Raises SyntaxProblem if it has none."""
    name = written[1:].removeprefix("{").removesuffix("}")
    if name in variables:
        return variables[name]
    if not is_name(name):
        raise SyntaxProblem(
            f"{brief(written)} is not a variable: a name has letters, digits and _, and no digit first", column
        )
    raise SyntaxProblem(f"variable {name} is not set: use set {name} VALUE or -D {name}=VALUE", column)
