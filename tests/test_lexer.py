"""The lexer's colours, and the outline of a line that it and completion share with the parser.

The goldens are in tests/lexer; scripts/update writes what has changed into them.
"""

import os
from pathlib import Path

import pytest
from children import imports
from conftest import child
from hypothesis import example, given
from hypothesis import strategies as st
from pygments.token import Error

from stcp_shell.app.pygments_lexer import StcpLexer
from stcp_shell.commands import CATALOGUE
from stcp_shell.errors import SyntaxProblem
from stcp_shell.language.outline import at_end, parts, unquoted
from stcp_shell.language.syntax import statements

GOLDENS = sorted((Path(__file__).parent / "lexer").glob("*.txt"))
INPUT, TOKENS = "---input---\n", "\n---tokens---\n"
# Characters and words that mean something to the language, among any others.
LINES = st.lists(
    st.sampled_from(["bind", "route", "print", "note", "-name", "-port", "'", "''", ";", "#", "& ", "$N", "${", " "])
    | st.text(max_size=4)
).map("".join)


def tokens(text: str) -> list[tuple[str, str]]:
    return [(str(token).removeprefix("Token."), value) for token, value in StcpLexer().get_tokens(text)]


@pytest.mark.parametrize("path", GOLDENS, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    text, _, stands = path.read_text().removeprefix(INPUT).partition(TOKENS)
    made = "".join(f"{value!r:<30} {kind}\n" for kind, value in tokens(text))
    if os.environ.get("UPDATE") and stands != made:
        path.write_text(INPUT + text + TOKENS + made)
    else:
        assert made == stands, "run scripts/update"


@given(LINES | st.text())
@example("socket\n")
@example("socket\n\n")
@example("\nsocket")
@example("note 'open\r\n;")
def test_the_tokens_joined_are_the_text(text: str) -> None:
    found = list(StcpLexer().get_tokens_unprocessed(text))
    assert "".join(value for _, _, value in found) == text
    assert all(value for _, _, value in found)
    assert all(next_ == start + len(value) for (start, _, value), (next_, _, _) in zip(found, found[1:]))


@pytest.mark.parametrize("text", ["socket", "socket\n", "\n\n socket\n\n", "", "\n"])
def test_no_line_end_is_added_or_taken(text: str) -> None:
    assert "".join(value for _, value in StcpLexer().get_tokens(text)) == text


@pytest.mark.parametrize(
    "text", ["so", "route", "route pri", "bind -na", "bind -name 172.", "note 'a", "connect -port $"]
)
def test_what_is_being_typed_is_no_error(text: str) -> None:
    assert Error not in {token for token, _ in StcpLexer().get_tokens(text)}


@pytest.mark.parametrize("text", ["sokket ", "route pint ", "bind -nam 1", "sockets x\n", "note a\x07b", "use 1 2\n"])
def test_what_cannot_be_right_any_more_is_an_error(text: str) -> None:
    assert Error in {token for token, _ in StcpLexer().get_tokens(text)}


def test_a_script_is_known_by_its_first_line() -> None:
    assert StcpLexer.analyse_text("#!/usr/bin/env stcp-shell\nsocket\n") == 1
    assert StcpLexer.analyse_text("#!/bin/sh\nstcp-shell -c socket\n") == 0


def test_it_imports_no_prompt_toolkit() -> None:
    assert child(imports.of_the_lexer).answers == [False]


@given(LINES)
@example("stcp: bind -name 'a b' -port 0;note it's # c")
@example("stcp:stcp: & comment")
@example("&")
@example("& x ; socket")
@example("a &")
def test_the_outline_has_the_words_that_the_parser_has(line: str) -> None:
    try:
        parsed = [[word.text for word in statement.words] for statement in statements(line, {})]
    except SyntaxProblem:
        return
    outlined: list[list[str]] = [[]]
    for part in parts(line, CATALOGUE):
        if part.role == "separator":
            outlined.append([])
        elif part.role not in ("prompt", "comment"):
            outlined[-1].append(unquoted(line[part.start : part.end]))
    assert [words for words in outlined if words] == parsed


@given(LINES | st.text())
def test_the_end_of_any_line_can_be_completed(line: str) -> None:
    found = at_end(line, CATALOGUE)
    assert found is None or line.endswith(found[1].text)


def test_roles() -> None:
    line = "bind -name 'a b' -port 0 x; route print -all; note a -b"
    assert [(part.role, line[part.start : part.end]) for part in parts(line, CATALOGUE)] == [
        ("command", "bind"),
        ("option", "-name"),
        ("value", "'a b'"),
        ("option", "-port"),
        ("value", "0"),
        ("unknown", "x"),
        ("separator", ";"),
        ("command", "route"),
        ("command", "print"),
        ("option", "-all"),
        ("separator", ";"),
        ("command", "note"),
        ("value", "a"),
        ("value", "-b"),
    ]
