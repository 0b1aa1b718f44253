"""Tables, paths and verdicts to the fields of their records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import findings
from ..diagnosis.case import Verdict
from ..facts import Trace, Way
from ..kernel import Route
from . import lookups
from .entries import icmp_fields
from .reader import fact


def _interfaces(value: findings.Interfaces, command: int) -> dict[str, Any]:
    return {
        "command": command,
        "host": value.host,
        "interfaces": [
            {**interface._asdict(), "addresses": [address._asdict() for address in interface.addresses]}
            for interface in value.interfaces
        ],
    }


def _routes(value: findings.Routes, command: int) -> dict[str, Any]:
    def fields(route: Route) -> dict[str, Any]:
        return {**route._asdict(), "hops": [hop._asdict() for hop in route.hops]}

    return {
        "command": command,
        "defaults": [fields(route) for route in value.defaults],
        "routes": [fields(route) for route in value.rows.first],
        "count": value.rows.count,
        "others": [fields(route) for route in value.others.first],
        "others_count": value.others.count,
        "rules": [rule._asdict() for rule in value.rules],
    }


def _verdict(value: Verdict, command: int) -> dict[str, Any]:
    return {
        "command": command,
        "kind": value.kind,
        "destination": {
            "name": value.name,
            "address": value.destination.address,
            "port": value.destination.port,
        },
        "summary": value.summary,
        "sources": [
            {
                "address": seen.address,
                "chosen_by": seen.chosen_by,
                "outcome": seen.outcome,
                "attempts": seen.attempts,
                "answered": seen.answered,
                "errno": seen.errno,
                "icmp": icmp_fields(seen.icmp),
                "rst": seen.rst,
                "syn": seen.syn,
                "route": _way(seen.route),
                "elapsed": round(seen.elapsed, 6),
            }
            for seen in value.sources
        ],
        "blames": value.blames,
        "evidence": list(value.evidence),
        "remedies": list(value.remedies),
    }


def _trace(value: findings.Traces, command: int) -> dict[str, Any]:
    def path(trace: Trace, way: Way | None) -> dict[str, Any]:
        hops = [{**hop._asdict(), "icmp": icmp_fields(hop.icmp)} for hop in trace.hops]
        route = {**_way(way), "kind": way.kind if way else None}
        return {
            "source": trace.source,
            "chosen_by": trace.chosen_by,
            "route": route,
            "outcome": trace.outcome,
            "hops": hops,
        }

    return {
        "command": command,
        "destination": {"name": value.name, **value.destination._asdict()},
        "others": list(value.others),
        "most_hops": value.most_hops,
        "cancelled": value.cancelled,
        "traces": [path(trace, way) for trace, way in zip(value.traces, value.ways)],
    }


def _comparison(value: findings.Comparison, command: int) -> dict[str, Any]:
    return {
        "command": command,
        "old": value.old._asdict(),
        "new": value.new._asdict(),
        "changes": [change._asdict() for change in value.changes],
        "left_out": value.left_out,
        "unchanged": [each._asdict() for each in value.unchanged],
        "remarks": list(value.remarks),
    }


def comparison_from(record: dict[str, Any]) -> findings.Comparison:
    """A `comparison` record as the result that it was made from."""
    return findings.Comparison(
        fact(findings.Side, record["old"]),
        fact(findings.Side, record["new"]),
        tuple(fact(findings.Change, change) for change in record["changes"]),
        record["left_out"],
        tuple(fact(findings.Unchanged, each) for each in record["unchanged"]),
        tuple(record["remarks"]),
    )


def _way(route: Way | None) -> dict[str, Any]:
    return {"gateway": route.gateway if route else None, "interface": route.interface if route else None}


RECORDS: dict[type, tuple[str, Callable[[Any, int], dict[str, Any]]]] = {
    findings.Traces: ("trace", _trace),
    findings.Interfaces: ("interfaces", _interfaces),
    findings.Routes: ("routes", _routes),
    findings.RouteFound: ("route", lookups.route),
    findings.BsdRoutes: ("routes", lookups.bsd_routes),
    findings.InterfaceTable: ("interfaces", lookups.interface_table),
    findings.Comparison: ("comparison", _comparison),
}


UNLOGGED = frozenset((findings.BsdSockets,))  # shown, and not kept


def entries(value: Any, command: int) -> list[tuple[str, dict[str, Any] | str]]:
    """As `records.entries`; a diagnosis is kept as one record for each port."""
    if isinstance(value, findings.Diagnosed):
        return [("verdict", _verdict(verdict, command)) for verdict in value.verdicts]
    if known := RECORDS.get(type(value)):
        return [(known[0], known[1](value, command))]
    if type(value) in UNLOGGED:
        return []
    raise TypeError(f"a result of the type {type(value).__name__} is neither logged nor known not to be")
