"""Tables, paths and verdicts to lines of text, each by the module that knows its form."""

from collections.abc import Callable, Iterable
from typing import Any

from .. import findings
from . import lookup, netstat, tables
from .diagnosis import diagnosis_lines
from .paths import path_lines
from .text import Paint


def _interfaces(value: findings.Interfaces, paint: Paint) -> Iterable[str]:
    return tables.ifconfig_lines(value.interfaces, value.host, value.ready)


def _routes(value: findings.Routes, paint: Paint) -> Iterable[str]:
    interrupted = value.rows.interrupted
    return tables.route_lines(
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


def _comparison(value: findings.Comparison, paint: Paint) -> Iterable[str]:
    from .comparison import comparison_lines  # late: few sessions compare anything

    return comparison_lines(value, paint)


RENDERERS: dict[type, Callable[[Any, Paint], Iterable[str]]] = {
    findings.Diagnosed: diagnosis_lines,
    findings.Traces: path_lines,
    findings.Interfaces: _interfaces,
    findings.Routes: _routes,
    findings.RouteFound: lookup.lookup_lines,
    findings.BsdRoutes: _bsd_routes,
    findings.InterfaceTable: _interface_table,
    findings.BsdSockets: _bsd_sockets,
    findings.Comparison: _comparison,
}
