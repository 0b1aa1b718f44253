"""What the prompt offers behind the cursor: the last line of the history that begins so and did not fail."""

from __future__ import annotations

from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

from ...commands import CATALOGUE
from ...errors import ScriptProblem
from ...language.parser import Parser

_MOST = 1000  # lines that are searched


class Suggestions(AutoSuggest):
    """Offers lines that were carried out, and whose connect neither timed out nor lacked an address.

    Of earlier sessions it is known only whether a line parses.
    """

    def __init__(self) -> None:
        self._failed: set[str] = set()

    def judge(self, line: str, carried_out: bool) -> None:
        """Remember how a line ended."""
        (self._failed.discard if carried_out else self._failed.add)(line)

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        """Return the rest of the newest line that begins like the typed one."""
        text = document.text
        if not text.strip():
            return None
        for line in reversed(list(buffer.history.get_strings())[-_MOST:]):
            if line.startswith(text) and line != text and line not in self._failed and _parses(line):
                return Suggestion(line[len(text) :])
        return None


def _parses(line: str) -> bool:
    """Return whether a line can be a command. Its variables may have had values."""
    if "$" in line or "source" in line:
        return True
    parser = Parser(CATALOGUE, {}, _no_file)
    parser.parse_line(line)
    return not parser.problems


def _no_file(path: str, including: str) -> tuple[str, str]:
    raise ScriptProblem(path)
