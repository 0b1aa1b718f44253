"""The prompt's colours: the terminal's own sixteen, so that they fit its theme."""

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

LONGEST = 4096  # characters; a longer line is shown without colours, as each key computes them again

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
    """Colours a line with the Pygments lexer. `load` imports it when there is something to colour."""

    def __init__(self, load: Callable[[], type[PygmentsBase]]) -> None:
        self._pygments = cache(lambda: PygmentsLexer(load()))

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """Return a function from a line's number to its coloured text."""
        lexer: Lexer = self._pygments() if 0 < len(document.text) <= LONGEST else SimpleLexer()
        return lexer.lex_document(document)

    def colored(self, line: str) -> StyleAndTextTuples:
        """Return the prompt and a line in colours, as if the line had been typed there."""
        return [("class:prompt", "stcp: "), *self.lex_document(Document(line))(0)]
