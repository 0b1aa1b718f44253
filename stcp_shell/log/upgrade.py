"""Converts records of older format versions to the current one.

Version 1 wrote a route that could not be queried as an object of nulls, and earlier without a `kind`. The outcome of
attempts with different results was `unsteady`. A verdict had no severity. A session had its arguments only. Up to
version 2 a verdict blamed one device at most, by its address alone. A record shows by itself that it is older, so that
a log whose beginning is lost is read as well.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
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
    route, unsteady = record.get("route"), record.get("outcome") == "unsteady"
    current = route is None or (route.__class__ is dict and route.get("kind"))
    if current and not unsteady:
        return record
    return {**record, **({"outcome": "inconsistent"} if unsteady else {}), "route": _route(route)}


def _each(name: str) -> Callable[[Record], Record]:
    def upgrade(record: Record) -> Record:
        members = record.get(name)
        if not isinstance(members, list):
            return record
        return {**record, name: [_connection(each) if isinstance(each, dict) else each for each in members]}

    return upgrade


def _verdict(record: Record) -> Record:
    current = {"severity": _SEVERITIES.get(str(record.get("kind")), "bad"), **_each("sources")(record)}
    blamed = record.get("blames")
    if blamed is None:
        return {**current, "blames": []}
    return {**current, "blames": [_blame(record, blamed)]} if isinstance(blamed, str) else current


def _blame(record: Record, box: str) -> Record:
    sources = record.get("sources")
    tried = [each for each in sources if isinstance(each, dict)] if isinstance(sources, list) else []
    rejected = [
        each.get("address") for each in tried if isinstance(each.get("icmp"), dict) and each["icmp"].get("from") == box
    ]
    return {"box": box, "sources": [address for address in rejected if isinstance(address, str)]}


def _session(record: Record) -> Record:
    words = record.get("arguments")
    if (
        record.get("variables") is not None
        or not isinstance(words, list)
        or not all(isinstance(word, str) for word in words)
    ):
        return record
    defined, files = _command_line(words)
    return {**record, "variables": [f"{name}={value}" for name, value in defined.items()], "scripts": files}


# The options of version 1 that have a value.
_WITH_VALUE = {"-c", "-D", "-j", "--color", "--format", "--junit", "--log", "--timeout"}


def _command_line(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the variables that the command line of a session set, and its script FILEs."""
    defined: dict[str, str] = {}
    timeout = ""
    files: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            files += rest
        elif word == "-" or not word.startswith("-"):
            files.append(word)
        else:
            name, given, value = word.partition("=") if word.startswith("--") else (word[:2], word[2:], word[2:])
            if name in _WITH_VALUE and not given:
                value = next(rest, "")
            if name == "-D":
                variable, _, text = value.partition("=")
                defined[variable] = text
            elif name == "--timeout":
                timeout = value
    if timeout:
        with suppress(ValueError):
            timeout = f"{float(timeout):g}"
        defined = {"timeout": timeout, **defined}
    return defined, files


UPGRADES: dict[str, Callable[[Record], Record]] = {
    "session": _session,
    "connection": _connection,
    "verdict": _verdict,
    "trace": _each("traces"),
}
