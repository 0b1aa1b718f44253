"""Routing tables, policy rules, and the way that the kernel would take.

Tables are iterators that read as they are used. Everything raises TablesUnavailable off Linux and where netlink is
denied: what netifaces calls gateways is wrong with a second table, with several gateways and with 0.0.0.0/1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Generic, TypeVar

from ...facts import INET, INET6, Way
from ...kernel import Route, Rule
from .rtnetlink import MAIN, Rtnetlink, TablesUnavailable

__all__ = [
    "MAIN",
    "Rows",
    "TablesUnavailable",
    "default_gateways",
    "main_table",
    "other_tables",
    "route_table",
    "rules",
    "way_to",
]

REMEMBERED = 1000


Row = TypeVar("Row")


class Rows(Generic[Row]):
    """Rows on their way to the screen: the first ones are remembered, all are counted, the rest is let go.

    `count` is what has passed, also when the reader stopped half-way.
    """

    def __init__(self, rows: Iterable[Row], limit: int = REMEMBERED, tables: Rtnetlink | None = None) -> None:
        self.first: list[Row] = []
        self.count = 0
        self._rows = iter(rows)
        self._limit = limit
        self._tables = tables

    def __iter__(self) -> Iterator[Row]:
        count = self.count
        try:
            for row in self._rows:
                count += 1
                if count <= self._limit:
                    self.first.append(row)
                yield row
        finally:
            self.count = count

    def interrupted(self) -> bool:
        """Whether a table changed while it was read, so that a row may be missing or be there twice."""
        return self._tables is not None and self._tables.interrupted


def main_table() -> Rows[Route]:
    """The main table's rows in the kernel's order, IPv4 (by destination) and then IPv6. Raises at once, not later."""
    # Each dump opens a socket of its own when it is read; this one only finds out whether netlink is there.
    with Rtnetlink() as tables:
        return Rows(chain(tables.routes(INET, MAIN), tables.routes(INET6, MAIN)), tables=tables)


def route_table(family: str, table: int | None = MAIN) -> Iterator[Route]:
    """The rows of a table in the kernel's order; None: of all tables, one after the other."""
    with Rtnetlink() as tables:
        yield from tables.routes(family, table)


def other_tables() -> Iterator[Route]:
    """The rows of all tables but the main one, IPv4 then IPv6, table by table."""
    for family in (INET, INET6):
        yield from (route for route in route_table(family, None) if route.table != MAIN)


def default_gateways(family: str) -> list[Route]:
    """The main table's default routes, the preferred one first. What they are is in `kind`, `hops` and `metric`."""
    with Rtnetlink() as tables:
        return sorted(tables.default_routes(family), key=lambda route: route.metric or 0)


def rules(family: str) -> list[Rule]:
    """The policy rules in the order in which they are tried."""
    with Rtnetlink() as tables:
        return list(tables.rules(family))


def way_to(destination: str, source: str | None = None, port: int = 0) -> Way:
    """Which way a packet would take. Who asks often keeps an `Rtnetlink` and asks its `route_get`, which says more."""
    with Rtnetlink() as tables:
        return tables.route_get(destination, source, port)
