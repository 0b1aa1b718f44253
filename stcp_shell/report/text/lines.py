"""Any result as lines of text on the screen. Texts have colour roles: the writer decides on the colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...model.comparison import Comparison
from ...model.connection import Connection
from ...model.diagnosis import Diagnosed
from ...model.mtu import AllPathMtus, PathMtus
from ...model.route_get import RouteFound
from ...model.rows import BsdRoutes, BsdSockets, RouteTables
from ...model.tables import Interfaces
from ...model.trace import Traces
from . import netstat, results, stcp_tables
from .comparison import comparison_lines
from .connection import connection_lines
from .diagnosis import diagnosis_lines
from .mtu import mtu_lines, path_mtu_lines
from .route_get import route_get_lines
from .traceroute import path_lines
from .words import PLAIN, View


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
    **results.RENDERERS,
    Connection: connection_lines,
    Diagnosed: diagnosis_lines,
    Traces: path_lines,
    AllPathMtus: mtu_lines,
    PathMtus: path_mtu_lines,
    Interfaces: _interfaces,
    RouteTables: _route_tables,
    RouteFound: route_get_lines,
    BsdRoutes: _bsd_routes,
    BsdSockets: _bsd_sockets,
    Comparison: comparison_lines,
}


def lines(result: Any, view: View = PLAIN) -> Iterable[str]:
    """Return a result as lines without line ends; they can be produced while they are read."""
    return RENDERERS[type(result)](result, view)
