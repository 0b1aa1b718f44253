"""Tables of Windows: which reader reads a line."""

from __future__ import annotations

from ..table import Context, Reader
from . import ipconfig, powershell, windows_routes


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line can only be the first of a table of Windows."""
    return (
        powershell.open_table(line, words, context)
        or windows_routes.open_table(line, words, context)
        or ipconfig.open_table(line, words, context)
    )
