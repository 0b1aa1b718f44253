"""The route on systems other than Linux: the longest prefix, then the least metric or priority."""

from __future__ import annotations

from ..model.connection import INET
from ..pasted.addresses import holds, number_of
from ..pasted.facts import BITS, OWN, Hop, Row, Way
from .offline import CONDITIONAL, DOCUMENTED, Inquiry, Path, Refused, Undecided

_WELL_KNOWN = ("localhost", "loopback", "base-address.mcast", "localhost.localdomain")


def route(inquiry: Inquiry, asked: str | None) -> Path | list[Path]:
    """Return the path to the destination; several if the system alternates between equal ones."""
    host, family = inquiry.host, inquiry.family
    inquiry.lower(DOCUMENTED)
    if host.system == "stcp" and (near := _connected(inquiry)):
        return near
    if f"routes {family}" not in host.shown and not inquiry.extra:
        return _without_table(inquiry)
    if not inquiry.extra and (found := _unplaced(inquiry)):
        return found
    for rows in inquiry.matches("main"):
        usable = _of_card(inquiry, rows, asked) if asked and host.system == "windows" else rows
        if not usable:
            continue
        best = _least(usable)
        row = best[0]
        inquiry.cite(row.line, f"route: {row.prefix}")
        if row.way.kind in ("unreachable", "blackhole"):
            raise Refused("unreachable", f"the route {row.prefix} rejects or discards it")
        if any(each.way.partly for each in best):
            written = next(each.way.written for each in best if each.way.partly)
            raise Undecided(f"the gateway {written} is a name or masked: names are not looked up here")
        for each in inquiry.prefixes.idle:
            if each.way.kind == "scoped" and (each.network, each.length, each.way.family) == (*row[1:3], family):
                inquiry.cite(each.line, f"only for sockets that are bound to {each.way.interface} (flag I)")
        for each in best[1:]:
            inquiry.cite(each.line, f"route: equal to the one above, {each.prefix}")
        paths = [Path(each, hop) for each in best for hop in each.way.hops or (_hop(inquiry, each),)]
        return paths if len(paths) > 1 else paths[0]
    card = f" by the card of {asked}" if asked and host.system == "windows" else ""
    raise Refused("no-route", f"the routing table has no route to {inquiry.destination}{card}")


def _of_card(inquiry: Inquiry, rows: list[Row], asked: str) -> list[Row]:
    """Return the rows of a bound socket's card: Windows is a strong host (The Cable Guy, September 2007)."""
    inquiry.lower(CONDITIONAL, "a bound socket leaves by its own card, unless weakhostsend is enabled there")
    card = next((each.interface for each in inquiry.own if each.own.address == asked), None)
    own = {asked, *(each.own.address for each in inquiry.on(card or ""))}
    return [row for row in rows if row.way.local in own or (card and row.way.interface == card)]


def _least(rows: list[Row]) -> list[Row]:
    """Return the rows of the least metric or priority; equal copies once."""
    metric = min(row.way.metric or 0 for row in rows)
    found: dict[tuple[str | None, str, str], Row] = {}
    for row in rows:
        if (row.way.metric or 0) == metric:
            found.setdefault((row.way.gateway, row.way.interface, row.way.local or ""), row)
    return list(found.values())


def _without_table(inquiry: Inquiry) -> Path:
    """Return the default gateway that `ipconfig` shows beside the addresses of its adapter."""
    hints = [row for row in inquiry.prefixes.idle if row.way.kind == "gateway" and row.way.family == inquiry.family]
    if len(hints) != 1:
        raise Undecided("the routing table was not pasted", tuple(each.own.address for each in inquiry.own))
    inquiry.lower(CONDITIONAL, "no routing table was pasted (`route print`): a nearer route may exist")
    inquiry.cite(hints[0].line, "the default gateway")
    return Path(hints[0], Hop(hints[0].way.gateway, hints[0].way.interface))


def _unplaced(inquiry: Inquiry) -> Path | None:
    """Check the rows that may hold the destination without saying so: names, and networks without a length."""
    for row in inquiry.prefixes.unplaced:
        if row.way.family != inquiry.family or row.way.table != "main":
            continue
        if not row.name:
            if found := _by_interface(inquiry, row):
                return found
        elif row.name not in _WELL_KNOWN:
            if "H" not in row.way.flags:
                inquiry.cite(row.line, f"the destination {row.name} is a name")
                raise Undecided(
                    f"the route to {row.name} may be to a network that holds {inquiry.destination} (`netstat -rn`)"
                )
            inquiry.lower(CONDITIONAL, f"the host {row.name} may be {inquiry.destination} (`netstat -rn`)")
    return None


def _by_interface(inquiry: Inquiry, row: Row) -> Path | None:
    """Return the path by a network without a length: that of the own address in its gateway column counts."""
    own = next((each.own for each in inquiry.own if each.own.address == row.way.local and not each.hint), None)
    if own and own.length:
        shift = BITS[own.family] - own.length
        if inquiry.number >> shift != row.network >> shift:
            return None
        inquiry.cite(row.line, f"route: the network of {own.address}/{own.length}")
        return Path(row, Hop(None, row.way.interface))
    zeros = (row.network & -row.network).bit_length() - 1 if row.network else BITS[row.way.family]
    if (inquiry.number ^ row.network) >> zeros == 0:
        inquiry.cite(row.line, "its prefix length is not shown")
        raise Undecided(
            f"the network {row.destination} may hold {inquiry.destination}: its length is not shown (`netstat -rnv`)",
            tuple(each.own.address for each in inquiry.own),
        )
    return None


def _hop(inquiry: Inquiry, row: Row) -> Hop:
    """Return the next hop with its interface, which some systems do not show: the one whose network holds it."""
    way = row.way
    if way.interface or way.local:
        return Hop(way.gateway, way.interface or f"the card of {way.local}")
    target = way.gateway or inquiry.destination
    holding = [each for each in inquiry.own if holds(each.own, target)]
    best = max(holding, key=lambda each: each.own.length or 0, default=None)
    if best is None and (near := _network_of(inquiry, target)):
        inquiry.cite(near.line, f"the interface {near.way.interface}: its network holds {target}")
        return Hop(way.gateway, near.way.interface)
    if best is None:
        raise Undecided(
            f"no network that is shown holds the gateway {target}", tuple(each.own.address for each in inquiry.own)
        )
    interface = best.interface
    inquiry.cite(best.own.line, f"the interface {interface}: its network holds {target}")
    return Hop(way.gateway, interface)


def _network_of(inquiry: Inquiry, address: str) -> Row | None:
    """Return the row of the network, with an interface, that holds an address: the one with the longest prefix."""
    for rows in inquiry.prefixes.matches(number_of(address), inquiry.family, "main"):
        if near := next((row for row in rows if row.way.interface and not row.way.gateway), None):
            return near if near.length else None
    return None


def _connected(inquiry: Inquiry) -> Path | None:
    """Return the path by an interface whose network holds the destination: STCP does not show it as a route.

    None: there is none, or a route has a longer prefix.
    """
    holding = [each for each in inquiry.own if inquiry.family == INET and holds(each.own, inquiry.destination)]
    best = max(holding, key=lambda each: each.own.length or 0, default=None)
    rows = next(inquiry.matches("main"), None)
    if best is None or (rows and (rows[0].length or 0) > (best.own.length or 0)):
        return None
    inquiry.cite(best.own.line, f"the network of {best.interface} holds {inquiry.destination}")
    way = Way(INET, interface=best.interface)
    return Path(Row(best.own.line, inquiry.number, best.own.length, OWN, way), Hop(None, best.interface))
