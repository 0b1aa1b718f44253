"""All records: it imports every module that declares some. Readers, the schema and the documentation need them all."""

from . import checks, comparison, connection, diagnosis, results, route_get, session, tables, trace
from .record import KINDS, RECORDS

__all__ = [
    "KINDS",
    "RECORDS",
    "checks",
    "comparison",
    "connection",
    "diagnosis",
    "results",
    "route_get",
    "session",
    "tables",
    "trace",
]
