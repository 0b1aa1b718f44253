"""Records of a session log back to the facts and results that they were made from; missing fields are unknown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..facts import Answerer, Connection, Endpoint, Hop, Icmp, Trace, Way
from ..findings import Traces
from ..kernel import Address, Interface, NextHop, Route, Rule
from ..log.reader import fact

Record = dict[str, Any]


def connection(record: Record) -> Connection:
    """A `connection` record as the fact it was made from; fields that are missing are unknown."""
    route, destination = record.get("route"), record["destination"]
    answerer = record.get("answerer")
    way = None
    if route and route.get("kind", route.get("interface")):  # null: the tables could not be read
        way = Way(route.get("gateway"), route.get("interface"), kind=route.get("kind", "unicast"))
    return Connection(
        socket=record["socket"],
        protocol=record["protocol"],
        bound=_endpoint(record.get("bound")),
        source=_endpoint(record.get("source")),
        destination=Endpoint(destination["address"] or "", destination["port"]),
        name=destination["name"],
        route=way,
        outcome=record["outcome"],
        errno=record.get("errno"),
        icmp=icmp(record.get("icmp")),
        elapsed=record["elapsed"],
        rtt=record.get("rtt"),
        syn_retransmits=record.get("syn_retransmits"),
        others=tuple(record.get("others", ())),
        note=record.get("note"),
        rst=record.get("rst", False),
        syn=record.get("syn"),
        answerer=Answerer(answerer["ttl"], answerer["hops_back"], answerer["hops_forward"]) if answerer else None,
    )


def icmp(value: Record | None) -> Icmp | None:
    """An ICMP error."""
    return Icmp(value["type"], value["code"], str(value["meaning"]), str(value["from"])) if value else None


def _endpoint(value: dict[str, Any] | None) -> Endpoint | None:
    return Endpoint(value["address"], value["port"]) if value else None


def traces(record: Record) -> Traces:
    """A `trace` record as the result that it was made from."""
    destination = Endpoint(record["destination"]["address"], record["destination"]["port"])
    return Traces(
        record["destination"]["name"],
        destination,
        record["most_hops"],
        [
            Trace(
                destination,
                path["source"],
                path["chosen_by"],
                tuple(fact(Hop, {**hop, "icmp": icmp(hop["icmp"])}) for hop in path["hops"]),
                path["outcome"],
            )
            for path in record["traces"]
        ],
        [fact(Way, path["route"]) if path["route"]["kind"] else None for path in record["traces"]],
        tuple(record["others"]),
        record["cancelled"],
    )


def interfaces(record: Record) -> list[Interface]:
    """The interfaces of an `interfaces` record. Raises ValueError for a prefix that no address has."""
    _check(address for interface in record["interfaces"] for address in interface["addresses"])
    return [
        fact(Interface, {**interface, "addresses": [fact(Address, address) for address in interface["addresses"]]})
        for interface in record["interfaces"]
    ]


def routes(rows: list[Record]) -> list[Route]:
    """Rows of a `routes` record. Raises ValueError for a prefix that no address has."""
    _check(rows)
    return [fact(Route, {**row, "hops": [fact(NextHop, hop) for hop in row["hops"]]}) for row in rows]


def rules(rows: list[Record]) -> list[Rule]:
    """The policy rules of a `routes` record."""
    return [fact(Rule, row) for row in rows]


def _check(prefixes: Iterable[Record]) -> None:
    """A mask is made by shifting: an absurd length would take all of the memory."""
    if any(not 0 <= prefix["prefix_length"] <= 128 for prefix in prefixes):
        raise ValueError("a prefix length is 0 to 128")
