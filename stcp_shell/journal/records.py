"""Facts and results to the fields of a record. What has no record here (help, sockets, log) is not logged."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import results
from ..facts import Answerer, Connection, Endpoint, Icmp, Route, Trace, Way
from .writer import encode, quote

if TYPE_CHECKING:
    from ..diagnosis.case import Verdict


def connection(value: Connection, command: int) -> str:
    """The fields of a `connection` record; README.rst documents them.

    Text and no dict, which would be made only to be taken apart again: a script connects thousands of times a second.
    """
    socket, protocol, bound, source, destination, name, route, outcome, errno, icmp, elapsed, rtt, syns, *_ = value
    gateway, interface = (route.gateway, route.interface) if route else (None, None)
    answerer = encode(_answerer(value.answerer)) if value.answerer else "null"
    others = f', "others": {encode(value.others)}' if value.others else ""
    note = f', "note": {quote(value.note)}' if value.note else ""
    return (
        f'{{"command": {command}, "socket": {socket}, "protocol": "{protocol}", "bound": {_endpoint(bound)}, '
        f'"source": {_endpoint(source)}, "chosen_by": "{value.chosen_by}", "destination": {{"name": {quote(name)}, '
        f'"address": {_text(destination.address or None)}, "port": {destination.port}}}, '
        f'"route": {{"gateway": {_text(gateway)}, "interface": {_text(interface)}}}, '
        f'"outcome": "{outcome}", "errno": {_text(errno)}, "icmp": {encode(_icmp(icmp)) if icmp else "null"}, '
        f'"elapsed": {elapsed:.6f}, "rtt": {"null" if rtt is None else rtt}, '
        f'"syn_retransmits": {"null" if syns is None else syns}, "rst": {"true" if value.rst else "false"}, '
        f'"syn": {_text(value.syn)}, "answerer": {answerer}{others}{note}}}'
    )


def _endpoint(value: Endpoint | None) -> str:
    """`{"address", "port"}`, or null."""
    return f'{{"address": {quote(value.address)}, "port": {value.port}}}' if value else "null"


def _answerer(value: Answerer) -> dict[str, Any]:
    return {**value._asdict(), "nearer": value.nearer}


def _text(value: str | None) -> str:
    return "null" if value is None else quote(value)


def _interfaces(value: results.Interfaces, command: int) -> dict[str, Any]:
    return {
        "command": command,
        "host": value.host,
        "interfaces": [
            {**interface._asdict(), "addresses": [address._asdict() for address in interface.addresses]}
            for interface in value.interfaces
        ],
    }


def _routes(value: results.Routes, command: int) -> dict[str, Any]:
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


def _route_found(value: results.RouteFound, command: int) -> dict[str, Any]:
    from .lookups import route  # late: most scripts only connect

    return route(value, command)


def _bsd_routes(value: results.BsdRoutes, command: int) -> dict[str, Any]:
    from .lookups import bsd_routes

    return bsd_routes(value, command)


def _interface_table(value: results.InterfaceTable, command: int) -> dict[str, Any]:
    from .lookups import interface_table

    return interface_table(value, command)


def _verdict(value: "Verdict", command: int) -> dict[str, Any]:
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
                "icmp": _icmp(seen.icmp),
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


def _trace(value: results.Traces, command: int) -> dict[str, Any]:
    def path(trace: Trace, way: Way | None) -> dict[str, Any]:
        hops = [{**hop._asdict(), "icmp": _icmp(hop.icmp)} for hop in trace.hops]
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
        "traces": [path(trace, way) for trace, way in zip(value.traces, value.ways, strict=True)],
    }


def _icmp(icmp: Icmp | None) -> dict[str, Any] | None:
    return icmp and {"type": icmp.type, "code": icmp.code, "meaning": icmp.meaning, "from": icmp.sender}


def _way(route: Way | None) -> dict[str, Any]:
    return {"gateway": route.gateway if route else None, "interface": route.interface if route else None}


def _expectation(value: results.Expectation, command: int) -> dict[str, Any]:
    return {
        "command": command,
        "met": value.met,
        "expected": value.expected,
        "seen": value.seen,
        "evidence": list(value.evidence),
    }


def _note(value: results.Noted, command: int) -> dict[str, Any]:
    return {"command": command, "text": value.text}


def _result(value: Any, command: int) -> dict[str, Any]:
    return {"command": command, "result": type(value).__name__.lower(), "value": value._asdict()}


RECORDS: dict[type, tuple[str, Callable[[Any, int], dict[str, Any] | str]]] = {
    Connection: ("connection", connection),
    results.Traces: ("trace", _trace),
    results.Interfaces: ("interfaces", _interfaces),
    results.Routes: ("routes", _routes),
    results.RouteFound: ("route", _route_found),
    results.BsdRoutes: ("routes", _bsd_routes),
    results.InterfaceTable: ("interfaces", _interface_table),
    results.Expectation: ("expectation", _expectation),
    results.Noted: ("note", _note),
    **dict.fromkeys(
        (
            results.Bound,
            results.Listening,
            results.Accepted,
            results.NothingCame,
            results.Sent,
            results.Received,
            results.ShutDown,
            results.Name,
            results.OptionValue,
        ),
        ("result", _result),
    ),
}


def entries(value: Any, command: int) -> list[tuple[str, dict[str, Any] | str]]:
    """The type and the fields of each record that a result is kept as; `command` is the record that asked for it."""
    if known := RECORDS.get(type(value)):
        kind, fields = known
        return [(kind, fields(value, command))]
    if isinstance(value, results.Diagnosed):
        return [("verdict", _verdict(verdict, command)) for verdict in value.verdicts]
    return []
