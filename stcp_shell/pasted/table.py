"""What a reader of one kind of table is, and what it shares with the others."""

from __future__ import annotations

from abc import ABC, abstractmethod

from .host import Host
from .states import PARTLY


class Context:
    """The reading of one text: the host that the lines belong to, and the command that was typed."""

    def __init__(self, host: Host, first: int, states: bytearray) -> None:
        self.host = host
        self.first = first  # the host's number of the text's first line
        self.states = states
        self.reasons: dict[int, str] = {}
        self.completes = (0, 0)  # the last line that completed an earlier one, and that one
        self.command: tuple[str, ...] = ()  # the last command in the text: `ip route show table 2`

    def partly(self, line: int, reason: str) -> int:
        """Note why a line is only partly understood, and return that state."""
        self.reasons[line - self.first] = reason
        return PARTLY

    def amend(self, line: int, state: int, reason: str = "") -> None:
        """Change the state of an earlier line."""
        self.states[line - self.first] = state
        if reason:
            self.reasons[line - self.first] = reason
        else:
            self.reasons.pop(line - self.first, None)


class Reader(ABC):
    """Reads the lines of one table.

    A module of `readers` has such classes and a function `open_table(line, words, context)`, which returns a reader if
    the line can only be the first of its table. That line is then the first one that is read. The reader adds facts to
    `self.context.host`.
    """

    systems: frozenset[str] = frozenset()  # whose tables look like that; empty: it does not say

    def __init__(self, context: Context) -> None:
        self.context = context

    @abstractmethod
    def read(self, line: int, text: str) -> int | None:
        """Return the state of the line; None: it is not of this table."""

    def end(self) -> None:  # noqa: B027 (most tables lack nothing)
        """Note what is missing when the table is over."""
