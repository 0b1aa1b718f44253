"""Any result to its lines of text, as they stand on the screen. Colour is asked for by role: the writer decides."""

from collections.abc import Callable, Iterable
from typing import Any

from ... import findings
from ...facts import Connection
from . import netstat, results, route_get, stcp_tables
from .comparison import comparison_lines
from .connection import connection_lines
from .diagnosis import diagnosis_lines
from .traceroute import path_lines
from .words import Paint, plain


def _interfaces(value: findings.Interfaces, paint: Paint) -> Iterable[str]:
    return stcp_tables.ifconfig_lines(value.interfaces, value.host, value.ready)


def _routes(value: findings.Routes, paint: Paint) -> Iterable[str]:
    interrupted = value.rows.interrupted
    return stcp_tables.route_lines(
        value.defaults, value.rows, value.ready, value.others, value.rules, interrupted=interrupted
    )


def _bsd_routes(value: findings.BsdRoutes, paint: Paint) -> Iterable[str]:
    def interrupted() -> bool:
        return any(block.main.interrupted() for block in value.blocks)

    return netstat.route_lines(value.blocks, value.links, value.legend, value.name_of, interrupted)


def _interface_table(value: findings.InterfaceTable, paint: Paint) -> Iterable[str]:
    return netstat.interface_lines(value)


def _bsd_sockets(value: findings.BsdSockets, paint: Paint) -> Iterable[str]:
    return netstat.socket_lines(value)


RENDERERS: dict[type, Callable[[Any, Paint], Iterable[str]]] = {
    **results.RENDERERS,
    Connection: connection_lines,
    findings.Diagnosed: diagnosis_lines,
    findings.Traces: path_lines,
    findings.Interfaces: _interfaces,
    findings.Routes: _routes,
    findings.RouteFound: route_get.lookup_lines,
    findings.BsdRoutes: _bsd_routes,
    findings.InterfaceTable: _interface_table,
    findings.BsdSockets: _bsd_sockets,
    findings.Comparison: comparison_lines,
}


def lines(result: Any, paint: Paint = plain) -> Iterable[str]:
    """A result as lines without their ends; they may be made while they are read."""
    return RENDERERS[type(result)](result, paint)
