"""Routing tables, policy rules, and the route that the kernel would use.

Tables are iterators that read on demand. Every function raises TablesUnavailable off Linux and if netlink is denied:
the gateways of netifaces are wrong with a second table, with several gateways and with 0.0.0.0/1.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ...model.connection import INET, INET6, ResolvedRoute
from ...model.rows import Rows
from ...model.tables import Route, Rule
from .rtnetlink import MAIN, Rtnetlink, TablesUnavailable

__all__ = [
    "MAIN",
    "TablesUnavailable",
    "default_gateways",
    "has_several_paths",
    "main_table",
    "other_tables",
    "resolve_route",
    "route_table",
    "rules",
]


def main_table() -> Rows[Route]:
    """Return the main table's rows in the kernel's order, IPv4 (by destination), then IPv6.

    Raises here, not while reading.
    """
    # Each dump opens a socket of its own when it is read; this one only checks that netlink is available.
    with Rtnetlink() as tables:
        return Rows(
            chain(tables.routes(INET, MAIN), tables.routes(INET6, MAIN)), interrupted=lambda: tables.interrupted
        )


def route_table(family: str, table: int | None = MAIN) -> Iterator[Route]:
    """Yield the rows of a table in the kernel's order; None: of all tables, one after the other."""
    with Rtnetlink() as tables:
        yield from tables.routes(family, table)


def other_tables() -> Iterator[Route]:
    """Yield the rows of all tables but the main one, IPv4 then IPv6, table by table."""
    for family in (INET, INET6):
        yield from (route for route in route_table(family, None) if route.table != MAIN)


def default_gateways(family: str) -> list[Route]:
    """Return the main table's default routes, the preferred one first. See their `kind`, `hops` and `metric`."""
    with Rtnetlink() as tables:
        return sorted(tables.default_routes(family), key=lambda route: route.metric or 0)


def rules(family: str) -> list[Rule]:
    """Return the policy rules in the order in which they are tried."""
    with Rtnetlink() as tables:
        return list(tables.rules(family))


def resolve_route(
    destination: str, source: str | None = None, port: int = 0, interface: str | None = None
) -> ResolvedRoute:
    """Return the route of a packet: see `Rtnetlink.route_get`. For many lookups keep an `Rtnetlink` and call that."""
    with Rtnetlink() as tables:
        return tables.route_get(destination, source, port, interface=interface)


def has_several_paths(destination: str, source: str | None = None, port: int = 0) -> bool:
    """Return whether the route of a packet has several next hops (equal-cost multipath)."""
    with Rtnetlink() as tables:
        row = tables.route_match(destination, source, port)
        return isinstance(row, Route) and len(row.hops) > 1
