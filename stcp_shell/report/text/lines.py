"""Any result as lines of text on the screen. Texts have colour roles: the writer decides on the colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...model.arrival import Arrival, Served
from ...model.callback import Callback, Observed, Watched
from ...model.called import AllCalled, Called
from ...model.comparison import Comparison
from ...model.connection import Connection
from ...model.diagnosis import Diagnosed
from ...model.mtu import AllPathMtus, PathMtus
from ...model.prediction import LoadedTables, PredictedLive, Prediction
from ...model.route_get import RouteFound
from ...model.trace import Traces
from . import results, tables
from .arrival import arrival_lines, served_lines
from .callback import callback_lines, observed_lines, watched_lines
from .called import all_called_lines, called_lines
from .comparison import comparison_lines
from .connection import connection_lines
from .diagnosis import diagnosis_lines
from .mtu import mtu_lines, path_mtu_lines
from .prediction import live_lines, loaded_lines, prediction_lines
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
    LoadedTables: loaded_lines,
    Prediction: prediction_lines,
    PredictedLive: live_lines,
    Comparison: comparison_lines,
    Observed: observed_lines,
    Callback: callback_lines,
    Watched: watched_lines,
    Called: called_lines,
    Arrival: arrival_lines,
    Served: served_lines,
    AllCalled: all_called_lines,
}


def lines(result: Any, view: View = PLAIN) -> Iterable[str]:
    """Return a result as lines without line ends; they can be produced while they are read."""
    return RENDERERS[type(result)](result, view)
