"""Imports every module that declares records: readers, the schema and the documentation need all of them."""

from . import (
    arrival,
    callback,
    called,
    checks,
    comparison,
    connection,
    diagnosis,
    mtu,
    prediction,
    results,
    route_get,
    session,
    tables,
    trace,
)
from .record import KINDS, RECORDS

__all__ = [
    "KINDS",
    "RECORDS",
    "arrival",
    "callback",
    "called",
    "checks",
    "comparison",
    "connection",
    "diagnosis",
    "mtu",
    "prediction",
    "results",
    "route_get",
    "session",
    "tables",
    "trace",
]
