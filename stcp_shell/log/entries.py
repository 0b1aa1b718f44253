"""Facts and results to the fields of a record. What has no record here (help, sockets, log) is not logged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import results
from ..facts import Answerer, Connection, Endpoint, Icmp
from .writer import encode, quote


def connection(value: Connection, command: int) -> str:
    """The fields of a `connection` record; README.rst documents them.

    Text and no dict, which would be made only to be taken apart again: a script connects thousands of times a second.
    """
    socket, protocol, bound, source, destination, name, route, outcome, errno, icmp, elapsed, rtt, syns, *_ = value
    gateway, interface, kind = (route.gateway, route.interface, route.kind) if route else (None, None, None)
    answerer = encode(_answerer(value.answerer)) if value.answerer else "null"
    others = f', "others": {encode(value.others)}' if value.others else ""
    note = f', "note": {quote(value.note)}' if value.note else ""
    return (
        f'{{"command": {command}, "socket": {socket}, "protocol": "{protocol}", "bound": {_endpoint(bound)}, '
        f'"source": {_endpoint(source)}, "chosen_by": "{value.chosen_by}", "destination": {{"name": {quote(name)}, '
        f'"address": {_text(destination.address or None)}, "port": {destination.port}}}, '
        f'"route": {{"gateway": {_text(gateway)}, "interface": {_text(interface)}, "kind": {_text(kind)}}}, '
        f'"outcome": "{outcome}", "errno": {_text(errno)}, "icmp": {encode(icmp_fields(icmp)) if icmp else "null"}, '
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


def icmp_fields(icmp: Icmp | None) -> dict[str, Any] | None:
    """`{"type", "code", "meaning", "from"}`, or null."""
    return icmp and {"type": icmp.type, "code": icmp.code, "meaning": icmp.meaning, "from": icmp.sender}


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


# Shown, and not kept: `log` need not say what the log says anyway.
UNLOGGED = frozenset(
    (
        results.Opened,
        results.Current,
        results.Closed,
        results.SocketTable,
        results.Variables,
        results.Saved,
        results.Sourced,
        results.Clip,
        results.Text,
    )
)


def entries(value: Any, command: int) -> list[tuple[str, dict[str, Any] | str]]:
    """The type and the fields of each record that a result is kept as; `command` is the record that asked for it.

    Raises TypeError for what is neither logged nor among UNLOGGED.
    """
    if known := RECORDS.get(type(value)):
        kind, fields = known
        return [(kind, fields(value, command))]
    if type(value) in UNLOGGED:
        return []
    from . import table_entries  # late: most scripts only connect

    return table_entries.entries(value, command)
