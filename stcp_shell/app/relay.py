"""Standard output for another program (`--format jsonl`): the session's records, as JSON Lines, and nothing else."""

from typing import Any

from ..report.text.lines import lines
from .screen import Screen, closed


class Relay(Screen):
    """A screen that shows no results. Failures and warnings still go to standard error."""

    def show(self, result: Any) -> None:
        """Take a result to its end: a table is complete, for the record of it, when it has been read."""
        for _ in lines(result):
            pass
        self._put("")  # raises OutputClosed where nobody reads the records

    def echo(self, text: str) -> None:
        """Nothing: the command's record has it."""

    def line(self, text: str) -> None:
        """Nothing."""

    def record(self, line: str) -> None:
        """A record that is complete; it leaves at once. Where nobody takes it the next command is told."""
        if self._closed:
            return
        try:
            self._out.write(line)
            self._out.flush()
        except OSError as error:
            self._closed = closed(error)
