"""Converts records of older format versions to the current one.

Version 1 wrote a route that could not be queried as an object of nulls, and earlier without a `kind`. The outcome of
attempts with different results was `unsteady`. A verdict had no severity.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Record = dict[str, Any]
_SEVERITIES = {"healthy": "good", "unclear": "warn", "single-source": "warn"}


def _route(route: Any) -> Any | None:
    if not isinstance(route, dict):
        return route
    if "kind" not in route:
        return {**route, "kind": "unicast"} if route.get("interface") else None
    return None if route["kind"] is None else route


def _connection(record: Record) -> Record:
    outcome = record.get("outcome")
    renamed = {"outcome": "inconsistent"} if outcome == "unsteady" else {}
    return {**record, **renamed, "route": _route(record.get("route"))}


def _each(name: str) -> Callable[[Record], Record]:
    def upgrade(record: Record) -> Record:
        members = record.get(name)
        if not isinstance(members, list):
            return record
        return {**record, name: [_connection(each) if isinstance(each, dict) else each for each in members]}

    return upgrade


def _verdict(record: Record) -> Record:
    return {"severity": _SEVERITIES.get(str(record.get("kind")), "bad"), **_each("sources")(record)}


UPGRADES: dict[str, Callable[[Record], Record]] = {
    "connection": _connection,
    "verdict": _verdict,
    "trace": _each("traces"),
}
