"""Any result as lines of text on the screen. Texts have colour roles: the writer decides on the colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...model.comparison import Comparison
from ...model.connection import Connection
from ...model.diagnosis import Diagnosed
from ...model.mtu import AllPathMtus, PathMtus
from ...model.route_get import RouteFound
from ...model.trace import Traces
from . import results, tables
from .comparison import comparison_lines
from .connection import connection_lines
from .diagnosis import diagnosis_lines
from .mtu import mtu_lines, path_mtu_lines
from .route_get import route_get_lines
from .traceroute import path_lines
from .words import PLAIN, View

RENDERERS: dict[type, Callable[[Any, View], Iterable[str]]] = {
    **results.RENDERERS,
    **tables.RENDERERS,
    Connection: connection_lines,
    Diagnosed: diagnosis_lines,
    Traces: path_lines,
    AllPathMtus: mtu_lines,
    PathMtus: path_mtu_lines,
    RouteFound: route_get_lines,
    Comparison: comparison_lines,
}


def lines(result: Any, view: View = PLAIN) -> Iterable[str]:
    """Return a result as lines without line ends; they can be produced while they are read."""
    return RENDERERS[type(result)](result, view)
