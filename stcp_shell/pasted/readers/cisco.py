"""Tables of Cisco's IOS, ASA and NX-OS: `show ip route`, `show route`, `show ip interface brief`."""

from __future__ import annotations

from ..table import Context, Reader
from . import ios_brief, ios_routes, nxos_routes


def open_table(line: str, words: list[str], context: Context) -> Reader | None:
    """Return a reader if the line begins one of these tables."""
    return (
        ios_brief.open_table(line, words, context)
        or nxos_routes.open_table(line, words, context)
        or ios_routes.open_table(line, words, context)
    )
