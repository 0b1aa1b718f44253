"""Completion of half-typed lines, from the declarations and from the data of this host."""

import re
from collections.abc import Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from ...commands import CATALOGUE
from ...language.declaration import Catalogue
from ...language.kinds import FLAG, Kind
from ...language.outline import Statement, Word, at_end, unquoted
from ...report.text.escape import visible
from .values import Value, Values

_VARIABLE = re.compile(r"\$(\{?)([A-Za-z_]?\w*)\Z", re.ASCII)
_SPECIAL = re.compile(r"[\s;$]|\A[#']")


class StcpCompleter(Completer):
    """Offers completions of the word before the cursor."""

    def __init__(self, values: Values, catalogue: Catalogue = CATALOGUE) -> None:
        self._values = values
        self._catalogue = catalogue

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Yield the offers for the text before the cursor; none if it cannot be part of a command."""
        found = at_end(document.text_before_cursor, self._catalogue)
        if found is None:
            return
        statement, word = found
        for value in self._offers(statement, word):
            if visible(value.text) == value.text:  # the parser rejects control characters
                yield Completion(
                    value.text,
                    start_position=-len(word.text),
                    display_meta=visible(value.meaning),
                )

    def _offers(self, statement: Statement, word: Word) -> Iterator[Value]:
        variable = _VARIABLE.search(word.text)
        if variable and not word.text.startswith("'"):
            yield from self._variables(word.text[: variable.start()], variable[1], variable[2])
            return
        if not statement.head:
            yield from self._commands(word.text)
            return
        if statement.waiting is None:
            yield from self._members(statement, word.text)
        kind = statement.expected
        if kind and not (word.text.startswith("-") and statement.waiting is None):
            yield from self._of_kind(kind, statement, word.text)
        if statement.waiting is None and statement.may_be_option and (not word.text or word.text.startswith("-")):
            yield from _options(statement, word.text)

    def _variables(self, before: str, brace: str, start: str) -> Iterator[Value]:
        for name, meaning in self._values.variables(start):
            yield Value(f"{before}${brace}{name}{'}' if brace else ''}", meaning)

    def _commands(self, start: str) -> Iterator[Value]:
        for name in self._catalogue.first_words():
            if name.startswith(start):
                command = self._catalogue.get(name)
                yield Value(name, command.summary if command else ", ".join(self._catalogue.members(name)))

    def _members(self, statement: Statement, start: str) -> Iterator[Value]:
        if statement.may_be_member:
            yield from self._second_words(statement.head, start)

    def _second_words(self, group: str, start: str) -> Iterator[Value]:
        for name in self._catalogue.members(group):
            command = self._catalogue.get(f"{group} {name}")
            if command and name.startswith(start):
                yield Value(name, command.summary)

    def _of_kind(self, kind: Kind, statement: Statement, text: str) -> Iterator[Value]:
        if kind.completes == "command":
            if statement.loose:
                yield from self._second_words(statement.loose[0], text)
            else:
                yield from self._commands(text)
            return
        typed = unquoted(text)
        before = typed[: typed.rfind(",") + 1] if "," in kind.label else ""  # a list: its last item is being typed
        for value in self._values.of(kind, typed.removeprefix(before)):
            yield value._replace(text=_quoted(before + value.text, text))


def _options(statement: Statement, start: str) -> Iterator[Value]:
    command = statement.command
    for option in command.options.values() if command else ():
        name = f"-{option.name}"
        if option.name not in statement.given and name.startswith(start):
            meaning = option.help if option.kind is FLAG else f"{option.kind.label}: {option.help}"
            yield Value(name, meaning)


def _quoted(value: str, typed: str) -> str:
    """Return a value as a word: in apostrophes if needed, or if one was typed. After a folder the word stays open."""
    if not (typed.startswith("'") or _SPECIAL.search(value)):
        return value
    return "'" + value.replace("'", "''") + ("" if value.endswith("/") else "'")
