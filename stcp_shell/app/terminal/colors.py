"""The prompt's colours: the terminal's own sixteen, so that they fit whatever theme it has."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer, PygmentsLexer, SimpleLexer
from prompt_toolkit.styles import Style

if TYPE_CHECKING:
    from pygments.lexer import Lexer as PygmentsBase

LONGEST = 4096  # a line beyond this is shown without colours, for they are made anew with each key

STYLE = Style(
    [
        ("prompt", "ansigreen"),
        ("pygments.keyword", "bold"),
        ("pygments.name.attribute", "ansicyan"),
        ("pygments.name.constant", "ansimagenta"),
        ("pygments.name.variable", "ansimagenta"),
        ("pygments.literal.number", "ansiblue"),
        ("pygments.literal.string", "ansiyellow"),
        ("pygments.generic.prompt", "ansigreen"),
        ("pygments.comment", "ansibrightblack"),
        ("pygments.error", "ansired"),
    ]
)


class LineLexer(Lexer):
    """Colours a line by our Pygments lexer. `load` imports it, when there is something to colour."""

    def __init__(self, load: Callable[[], type[PygmentsBase]]) -> None:
        self._pygments = cache(lambda: PygmentsLexer(load()))

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """A function from a line's number to its coloured text."""
        lexer: Lexer = self._pygments() if 0 < len(document.text) <= LONGEST else SimpleLexer()
        return lexer.lex_document(document)

    def colored(self, line: str) -> StyleAndTextTuples:
        """A prompt and a line that was not typed there, as if it had been."""
        return [("class:prompt", "stcp: "), *self.lex_document(Document(line))(0)]
