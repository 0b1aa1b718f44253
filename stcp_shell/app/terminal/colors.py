"""The prompt's colours: the terminal's own sixteen, so that they fit whatever theme it has."""

from collections.abc import Callable
from functools import cache

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer, PygmentsLexer, SimpleLexer
from prompt_toolkit.styles import Style

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
    """Colours a line by our Pygments lexer, which is imported when there is something to colour."""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """A function from a line's number to its coloured text."""
        lexer = _pygments() if 0 < len(document.text) <= LONGEST else SimpleLexer()
        return lexer.lex_document(document)


def colored(line: str) -> StyleAndTextTuples:
    """A prompt and a line that was not typed there, as if it had been."""
    return [("class:prompt", "stcp: "), *LineLexer().lex_document(Document(line))(0)]


@cache
def _pygments() -> Lexer:
    from ..pygments_lexer import StcpLexer

    return PygmentsLexer(StcpLexer)
