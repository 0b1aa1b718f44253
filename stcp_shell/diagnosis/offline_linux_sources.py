"""The source address that Linux chooses for a route from pasted tables, by the rules of `source_selection`."""

from __future__ import annotations

from ..model.connection import INET
from ..model.tables import Address, Interface, Label, NextHop, Route, SourcePolicy
from ..pasted.addresses import holds
from ..pasted.facts import BITS, Hop, Row
from .offline import CONDITIONAL, Chosen, Inquiry, Path, Undecided
from .source_selection import Choice, by_route, choose4, choose6

# RFC 6724, section 2.1; 2001::/32 and fec0::/10 as in ip-addrlabel(8)
LABELS = tuple(
    Label(prefix, length, label)
    for prefix, length, label in (
        *(("::1", 128, 0), ("::", 0, 1), ("2002::", 16, 2), ("::", 96, 3), ("::ffff:0:0", 96, 4)),
        *(("fc00::", 7, 5), ("2001::", 32, 6), ("2001:10::", 28, 7), ("fec0::", 10, 11), ("3ffe::", 16, 12)),
    )
)


def by_tables(inquiry: Inquiry, path: Path) -> Chosen:
    """Return the source address that is chosen for a path. Raises Undecided."""
    row, hop, _ = path
    if inquiry.family != INET and len(row.way.hops) > 1:
        # Each next hop is a route with a source of its own, and `rt6_fill_node` shows that of the first.
        raise Undecided(f"the next hops of {row.prefix} can each name a source address, and only one is shown")
    found = by_route(inquiry.destination, _route(row, hop))
    if found and found.address:
        return Chosen(found.address, found.reason, row.line)
    if row.way.kind == "local" and inquiry.family == INET:
        return Chosen(inquiry.destination, "the route is local and names no source: it is the destination", row.line)
    interfaces = _interfaces(inquiry)
    shown = {each.name for each in interfaces}
    if hop.interface not in shown:
        return _hinted(inquiry, hop)
    if "ip addr" not in inquiry.host.shown:
        inquiry.lower(CONDITIONAL, "`ip addr` was not pasted: ifconfig hides addresses that have no label")
    if inquiry.family == INET:
        return _chosen(inquiry, choose4(_route(row, hop), NextHop(hop.gateway, hop.interface), interfaces))
    return by_rules6(inquiry, hop.interface)


def by_rules6(inquiry: Inquiry, outgoing: str | None) -> Chosen:
    """Return the IPv6 address that is chosen for an interface, or without one. Raises Undecided."""
    interfaces = _interfaces(inquiry)
    choice = choose6(inquiry.destination, outgoing, interfaces, SourcePolicy(LABELS))
    if any("home" in each.flags for card in interfaces for each in card.addresses):
        plain = [card._replace(addresses=tuple(map(_homeless, card.addresses))) for card in interfaces]
        other = choose6(inquiry.destination, outgoing, plain, SourcePolicy(LABELS))
        if choice.address and other.address and choice.address != other.address:
            candidates = (choice.address, other.address)
            raise Undecided("whether its kernel has Mobile IPv6, which prefers the address marked home", candidates)
    if choice.rule in ("temporary", "first-of-equals"):
        inquiry.lower(CONDITIONAL, "use_tempaddr and the order of equal addresses are not in the tables")
    return _chosen(inquiry, choice)


def _homeless(address: Address) -> Address:
    return address._replace(flags=tuple(flag for flag in address.flags if flag != "home"))


def _chosen(inquiry: Inquiry, choice: Choice) -> Chosen:
    if choice.address is None:
        raise Undecided(choice.reason)
    line = next((k.own.line for k in inquiry.own if k.own.address == choice.address), 0)
    return Chosen(choice.address, choice.reason, line)


def _hinted(inquiry: Inquiry, hop: Hop) -> Chosen:
    """Return the address that a row of the routing table shows for an interface whose addresses were not pasted."""
    hints = inquiry.on(hop.interface)
    held = [each for each in hints if hop.gateway and holds(each.own, hop.gateway)]
    best = (held or hints)[:1]
    if not best or len({each.own.address for each in held or hints}) > 1:
        candidates = tuple(each.own.address for each in hints or inquiry.own)
        raise Undecided(f"the addresses of {hop.interface or 'the interface'} were not pasted (`ip addr`)", candidates)
    inquiry.lower(CONDITIONAL, f"`ip addr` was not pasted: {hop.interface} may have an earlier address")
    return Chosen(best[0].own.address, f"the address of {hop.interface} that its route names", best[0].own.line)


def _route(row: Row, hop: Hop) -> Route:
    """Return a row in the form of the kernel's tables."""
    way = row.way
    return Route(
        row.destination,
        row.length or 0,
        (NextHop(hop.gateway, hop.interface),),
        way.kind,
        way.source,
        way.metric,
        scope=way.scope,
    )


def _interfaces(inquiry: Inquiry) -> list[Interface]:
    """Return the interfaces whose addresses were pasted, in the form of the kernel's tables."""
    found = []
    for number, card in enumerate(inquiry.host.cards.values(), 1):
        index = card.settings.get("index", "")
        addresses = tuple(
            Address(
                own.address,
                own.length if own.length is not None else BITS[own.family],
                own.scope,
                None,
                own.peer,
                None,
                own.flags,
            )
            for own in card.addresses
        )
        number_ = int(index) if index.isdecimal() else number
        found.append(Interface(number_, card.name, card.flags, None, None, addresses))
    return found
