"""A loaded host's tables as a state that `compare` compares."""

from __future__ import annotations

from ..log.state import State, Table
from ..model.connection import INET6
from ..pasted.facts import ASIDE, Card, Row
from ..pasted.host import Host


def state_of(host: Host) -> State:
    """Return the interfaces, addresses, routes and rules. What was pasted in part only is not said to be gone."""
    state = State()
    state.records = len(host.pastes)
    whole = not host.gaps and next(host.unread(), None) is None
    if host.cards:
        up = [card for card in host.cards.values() if card.up is not False]
        state.interfaces.take({card.name: "up" for card in up}, whole)
        state.addresses.take({text: "there" for card in up for text in _addresses(card)}, whole)
    if host.rows:
        _take_routes(state.routes, host.rows, whole)
    if host.rules:
        state.rules.take(
            {f"{each.rule.family} {each.rule.priority}: {each.rule}": "there" for each in host.rules}, whole
        )
    return state


def _addresses(card: Card) -> list[str]:
    return [f"{card.name} {own.address}/{'?' if own.length is None else own.length}" for own in card.addresses]


def _take_routes(table: Table, rows: list[Row], whole: bool) -> None:
    found: dict[str, str] = {}
    for row in rows:
        if row.way.kind in ASIDE or row.way.table == "local" or set(row.way.flags) & {"W", "c"}:
            continue
        key, text = _route(row)
        found[key] = f"{found[key]}; {text}" if key in found else text
    table.take(found, whole)


def _route(row: Row) -> tuple[str, str]:
    way = row.way
    key = row.prefix + (" (IPv6)" if row.length == 0 and way.family == INET6 else "")
    key += f" table {way.table}" if way.table != "main" else ""
    key += f" metric {way.metric}" if way.metric else ""
    hops = way.hops or ((way.gateway or (way.written if way.partly else None), way.interface or way.local or ""),)
    texts = [f"via {gateway} on {card or '?'}" if gateway else f"on the link {card or '?'}" for gateway, card in hops]
    text = " and ".join(texts) if way.kind == "unicast" or way.hops else way.kind
    return key, text + (f", source {way.source}" if way.source else "")
