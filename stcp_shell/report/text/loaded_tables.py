"""A loaded host's tables in the columns of `ifconfig`, `route print` and `netstat`. What they do not show is `?`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...model.connection import INET, INET6
from ...model.tables import NextHop, Route
from ...pasted.facts import ASIDE, BITS, Card, Own, Row
from ...pasted.host import Host
from . import netstat, stcp_tables
from .escape import visible
from .words import columns

_UNKNOWN = "?"


def interface_lines(host: Host, cards: Iterable[Card]) -> Iterator[str]:
    """Yield the interfaces with their addresses, as `ifconfig` shows them."""
    found = list(cards)
    yield f"Number of interface(s) under IP: {len(found)}"
    for card in found:
        yield ""
        name = card.name if card.name.startswith("%") else f"%{host.name}#{card.name}"
        yield visible(f"{name}: <{', '.join(card.flags) or 'flags not shown'}>")
        yield from (visible(_address(own, card.name)) for own in card.addresses)
    yield from _remarks(host, bool(host.cards), "interfaces")


def _remarks(host: Host, known: bool, what: str) -> Iterator[str]:
    """Yield what the text lacks: a table without a row is no claim that there is none."""
    if not known:
        yield visible(f"(the text of {host.name} shows no {what})")
    counts = host.counts()
    if lines := counts["partly"] + counts["not understood"]:
        yield visible(f"({lines} lines of {host.name} are partly or not understood: tables -unread)")
    yield from (visible(f"({gap})") for gap in host.gaps)


def _address(own: Own, interface: str) -> str:
    words = [own.address]
    if own.length is None:
        words.append("netmask not shown")
    elif own.family == INET:
        words.append(f"netmask 0x{0xFFFFFFFF << 32 - own.length & 0xFFFFFFFF:08x}")
    else:
        words.append(f"prefixlen {own.length}")
    words += [f"peer {own.peer}"] if own.peer else []
    words += [f"scope {own.scope}"] if own.scope in ("link", "site") else []
    return " ".join([*words, *own.flags, *([f"alias {own.label}"] if own.label not in ("", interface) else [])])


def route_lines(host: Host, everything: bool) -> Iterator[str]:
    """Yield the routes as `route print` shows them; with `everything` also its other tables and rules."""
    for family in (INET, INET6):
        main: list[Row] = []
        others: list[Row] = []
        for row in host.rows:
            if row.way.family == family:
                (main if row.way.table == "main" and row.way.kind not in ASIDE else others).append(row)
        if family == INET or main:
            yield from [""] if family == INET6 else []
            yield from _main(main, family)
        for table in dict.fromkeys(row.way.table for row in others) if everything else ():
            yield ""
            kinds = ", other kinds of routes" if table == "main" else ""
            yield visible(f"Table {table}{kinds}{' (IPv6)' if family == INET6 else ''}")
            yield stcp_tables.HEADERS[family]
            yield from _stcp((row for row in others if row.way.table == table), family)
    if everything and host.rules:
        yield ""
        yield "Policy Rules"
        yield from (visible(f"{f'{each.rule.priority}:':<8}{each.rule}") for each in host.rules)
    yield from _remarks(host, any(row.way.table == "main" for row in host.rows), "routes of the table main")


def _main(rows: list[Row], family: str) -> Iterator[str]:
    defaults = [row for row in rows if _is_default(row)]
    for row in defaults:
        for hop in _hops(row):
            yield visible(f"Default Gateway: {hop.gateway or 'on the link'}  {hop.interface or _UNKNOWN}")
    if not defaults:
        yield "Default Gateway: none in the text"
    yield stcp_tables.HEADERS[family]
    yield from _stcp((row for row in rows if not _is_default(row)), family)


def _is_default(row: Row) -> bool:
    return row.length == 0 and not row.name


def _stcp(rows: Iterable[Row], family: str) -> Iterator[str]:
    tails = stcp_tables.Tails(family)
    for row in rows:
        if row.length is None or row.name:
            hop = _hops(row)[0]
            cells = [row.destination, hop.gateway or "-", _UNKNOWN, "-", hop.interface or _UNKNOWN]
            yield visible("{:<16} {:<15}  {:<15}{:>11}  {}".format(*cells))
        else:
            yield from tails.lines(_route(row))


def _hops(row: Row) -> tuple[NextHop, ...]:
    way = row.way
    if way.hops:
        return tuple(NextHop(hop.gateway, hop.interface) for hop in way.hops)
    gateway = way.gateway or (way.written if way.partly or way.kind == "neighbour" else None)
    return (NextHop(gateway or None, way.interface or way.local or None),)


def _route(row: Row) -> Route:
    """Return a row in the form of the kernel's tables; its length is known."""
    way = row.way
    return Route(row.destination, row.length or 0, _hops(row), way.kind, way.source, way.metric)


def netstat_lines(host: Host) -> Iterator[str]:
    """Yield the routes as `netstat -r` shows them, with the flags that were pasted."""
    yield "Routing tables"
    for family, title in ((INET, "Internet:"), (INET6, "Internet6:")):
        rows = [row for row in host.rows if row.way.family == family and row.way.table in ("main", "local")]
        if not rows:
            continue
        yield ""
        yield title
        yield netstat.table_row(
            family, "Destination", netstat.table_tail(family, "Gateway", "Flags", "Netif", "Expire", "Refs", "Use")
        )
        yield from (visible(line) for row in rows for line in _bsd(row, family))
    yield from _remarks(host, any(row.way.table == "main" for row in host.rows), "routes of the table main")


def _bsd(row: Row, family: str) -> Iterator[str]:
    written = row.way.flags
    for hop in _hops(row):
        known = written if written[:1] in ("U", "!", "R", "B") and " " not in written else ""
        mark = known or netstat.flags(_route(row), hop, family)
        gateway = hop.gateway or row.way.written or (row.way.kind if row.way.kind != "unicast" else "-")
        whole = row.length == BITS[family] or row.length is None or bool(row.name)
        to = row.destination if whole else row.prefix
        yield netstat.table_row(family, to, netstat.table_tail(family, gateway, mark, hop.interface or "-"))


def card_lines(host: Host) -> Iterator[str]:
    """Yield the interfaces as `netstat -i` shows them; counters are not kept."""
    rows = [["Name", "Network", "Address"]]
    for card in host.cards.values():
        for own in card.addresses:
            network = _UNKNOWN if own.length is None else netstat.network(own.address, own.length)
            rows.append([card.name + ("*" if card.up is False else ""), network, own.address])
        if not card.addresses:
            rows.append([card.name, "-", "-"])
    yield from map(visible, columns(rows))
    yield from _remarks(host, bool(host.cards), "interfaces")
