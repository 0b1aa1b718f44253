"""Records about ways and routing tables, written and read: `route`, and netstat's views as `routes`, `interfaces`."""

from __future__ import annotations

from typing import Any

from ..facts import INET, INET6, Endpoint, Way
from ..findings import BsdRoutes, InterfaceTable, RouteFound, SecondLook
from ..kernel import Neighbour, NextHop, Route, Rule
from .reader import fact


def route(value: RouteFound, command: int) -> dict[str, Any]:
    """The fields of a `route` record; README.rst documents them."""
    fields: dict[str, Any] = {
        "command": command,
        "destination": {"name": value.name, "address": value.destination.address, "port": value.destination.port},
        "from": value.asked,
        "source": value.source,
        **_way(value.way),
        "prefix": value.prefix,
        "errno": value.errno,
        "rules": [rule._asdict() for rule in value.rules],
        "reason": value.reason,
        "why": value.why,
        "kernel": value.kernel,
        "connect": {"source": value.connect, "errno": value.connect_errno},
        "agrees": value.agrees,
        "notes": list(value.notes),
        "others": list(value.others),
    }
    if value.second:
        fields["second"] = _second(value.second)
    return fields


def _second(value: SecondLook) -> dict[str, Any]:
    rules = [rule._asdict() for rule in value.rules]
    return {**_way(value.way), "prefix": value.prefix, "errno": value.errno, "rules": rules}


def _way(way: Way | None) -> dict[str, Any]:
    kind, table = (way.kind, way.table) if way else (None, None)
    gateway, interface = (way.gateway, way.interface) if way else (None, None)
    return {"gateway": gateway, "interface": interface, "kind": kind, "table": table}


def row(value: Route) -> dict[str, Any]:
    """A row of a routing table."""
    return {**value._asdict(), "hops": [hop._asdict() for hop in value.hops]}


def bsd_routes(value: BsdRoutes, command: int) -> dict[str, Any]:
    """`netstat -r` as a `routes` record: `others` is the table local, and there are neighbours."""
    main = [block.main for block in value.blocks]
    local = [block.local for block in value.blocks]
    neighbours = [block.neighbours for block in value.blocks]
    return {
        "command": command,
        "defaults": [row(route) for route in value.defaults],
        "routes": [row(route) for rows in main for route in rows.first],
        "count": sum(rows.count for rows in main),
        "others": [row(route) for rows in local for route in rows.first],
        "others_count": sum(rows.count for rows in local),
        "rules": [],
        "neighbours": [neighbour._asdict() for rows in neighbours for neighbour in rows.first],
        "neighbours_count": sum(rows.count for rows in neighbours),
        "links": [{"interface": name, "ifindex": index} for name, index in value.links.items()],
    }


def interface_table(value: InterfaceTable, command: int) -> dict[str, Any]:
    """`netstat -i` as an `interfaces` record with counters."""
    return {
        "command": command,
        "host": value.host,
        "interfaces": [
            {**interface._asdict(), "addresses": [address._asdict() for address in interface.addresses]}
            for interface, _ in value.rows
        ],
        "counters": [{"interface": link.name, **counters._asdict()} for link, counters in value.rows if counters],
    }


def route_from(record: dict[str, Any]) -> RouteFound:
    """A `route` record as the result that it was made from."""
    second = record.get("second")
    return RouteFound(
        name=record["destination"]["name"],
        destination=Endpoint(record["destination"]["address"], record["destination"]["port"]),
        asked=record["from"],
        source=record["source"],
        reason=record["reason"],
        why=record["why"],
        way=_way_from(record) if record["kind"] else None,
        errno=record["errno"],
        prefix=record["prefix"],
        rules=_rules_from(record),
        kernel=record["kernel"],
        connect=record["connect"]["source"],
        connect_errno=record["connect"]["errno"],
        agrees=record["agrees"],
        second=second and SecondLook(_way_from(second), second["errno"], second["prefix"], _rules_from(second)),
        notes=tuple(record["notes"]),
        others=tuple(record["others"]),
    )


def _way_from(fields: dict[str, Any]) -> Way:
    return Way(fields["gateway"], fields["interface"], table=fields["table"], kind=fields["kind"])


def _rules_from(record: dict[str, Any]) -> tuple[Rule, ...]:
    return tuple(fact(Rule, rule) for rule in record["rules"])


def links_from(record: dict[str, Any]) -> dict[str, int]:
    """The interfaces' indexes by name, as netstat had them."""
    return {link["interface"]: link["ifindex"] for link in record["links"]}


def blocks_from(record: dict[str, Any]) -> list[tuple[str, list[Route], list[Route], list[Neighbour]]]:
    """What is kept of netstat's routing tables: family, tables main and local, neighbours."""
    main, local = ([_row_from(fields) for fields in record[name]] for name in ("routes", "others"))
    neighbours = [fact(Neighbour, fields) for fields in record["neighbours"]]
    return [
        (
            family,
            [route for route in main if route.family == family],
            [route for route in local if route.family == family],
            [entry for entry in neighbours if entry.family == family],
        )
        for family in (INET, INET6)
    ]


def _row_from(fields: dict[str, Any]) -> Route:
    row: Route = fact(Route, {**fields, "hops": [fact(NextHop, hop) for hop in fields["hops"]]})
    return row
