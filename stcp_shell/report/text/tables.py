"""Tables of interfaces, routes and sockets as text: apart from the other results, as start-up counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...model.rows import BsdRoutes, BsdSockets, RouteTables
from ...model.tables import Interfaces
from . import netstat, stcp_tables
from .words import View


def _interfaces(value: Interfaces, view: View) -> Iterable[str]:
    if value.counters is not None:
        return netstat.interface_lines(value)
    return stcp_tables.ifconfig_lines(value.interfaces, value.host, view.clock)


def _route_tables(value: RouteTables, view: View) -> Iterable[str]:
    return stcp_tables.route_lines(
        value.defaults, value.rows, view.clock, value.others, value.rules, interrupted=value.rows.interrupted
    )


def _bsd_routes(value: BsdRoutes, view: View) -> Iterable[str]:
    def interrupted() -> bool:
        return any(block.main.interrupted() for block in value.blocks)

    return netstat.route_lines(value.blocks, value.links, value.legend, value.name_of, interrupted)


def _bsd_sockets(value: BsdSockets, view: View) -> Iterable[str]:
    return netstat.socket_lines(value)


RENDERERS: dict[type, Callable[[Any, View], Iterable[str]]] = {
    Interfaces: _interfaces,
    RouteTables: _route_tables,
    BsdRoutes: _bsd_routes,
    BsdSockets: _bsd_sockets,
}
