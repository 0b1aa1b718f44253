"""The interface that a block of ifconfig is about."""

from __future__ import annotations

from ..facts import Card
from ..table import Context


def card_of(context: Context, name: str, line: int, flags: tuple[str, ...], up: bool | None) -> Card:
    """Return the interface of that name, with what an earlier block of it said."""
    host = context.host
    old = host.cards.get(name)
    settings = old.settings if old else {}
    addresses = old.addresses if old else []
    host.cards[name] = Card(name, old.line if old else line, flags, addresses, settings, up)
    host.shown.setdefault("addresses", line)
    return host.cards[name]
