"""Windows: the adapters of a host and their addresses."""

from __future__ import annotations

from ..facts import Card, Own
from ..host import Host
from ..words import number6


def add_address(host: Host, card: Card, own: Own) -> None:
    """Add an address to a card. Another command may have shown it already: what both say is joined."""
    for place, known in enumerate(card.addresses):
        if known.address != own.address:
            continue
        if None not in (known.length, own.length) and known.length != own.length:
            host.conflicts.setdefault(f"{own.address} has two prefix lengths", own.line)
        better = known if own.length is None else own
        flags = tuple(dict.fromkeys((*known.flags, *own.flags)))
        card.addresses[place] = better._replace(flags=flags, line=known.line)
        return
    card.addresses.append(own)


def card_of(host: Host, name: str, line: int) -> Card:
    """Return the card of that name; a new one if there is none."""
    return host.cards.setdefault(name, Card(name, line, (), [], {}))


def scope_of(address: str) -> str:
    """Return the scope of an address, in the words of ip-address(8)."""
    if address in ("::1", "127.0.0.1"):
        return "host"
    number = number6(address) if ":" in address else None
    return "link" if number is not None and number >> 118 == 0x3FA else "global"
