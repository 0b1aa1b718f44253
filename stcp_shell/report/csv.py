"""The connections of a log as a table for spreadsheets (RFC 4180), one row per connection or attempt of a diagnosis.

A cell that a spreadsheet would treat as a formula begins with an apostrophe, which marks it as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..log.reader import ReadProblems
from ..model.arrival import Arrival
from ..model.attempt import Attempt
from ..model.callback import Observed
from ..model.called import Called
from ..model.connection import Connection, Endpoint
from ..model.diagnosis import Verdict
from ..model.entry import Entry
from ..model.prediction import Prediction
from ..model.record import KINDS
from ..model.session import SessionBegun
from .moments import ended, left, shifted
from .text.escape import visible

COLUMNS = (
    "time",
    "outcome",
    "protocol",
    "source_address",
    "source_port",
    "chosen_by",
    "bound_address",
    "bound_port",
    "gateway",
    "interface",
    "destination_name",
    "destination_address",
    "destination_port",
    "elapsed_seconds",
    "rtt_seconds",
    "syn_retransmits",
    "errno",
    "icmp_type",
    "icmp_code",
    "icmp_meaning",
    "icmp_from",
    "rst",
    "syn",
    "hops_back",
    "hops_forward",
    "not_tried",
    "note",
    "host",
    "socket",
    "seq",
    "hold",
    "experiment",
    "ended",
)
_FORMULA = frozenset(("=", "+", "-", "@", "\t", "\r"))
_REMEMBERED = 4096


def csv_lines(entries: Iterable[Entry], problems: ReadProblems) -> Iterator[str]:
    """Yield the lines, each of which ends in a carriage return."""
    yield ",".join(COLUMNS) + "\r"
    cells = _Cells()
    host = ""
    for entry in entries:
        record = entry.record
        if record.__class__ is Connection:
            yield _row(entry, record, host, cells)
        elif record.__class__ is Verdict:
            yield from (_attempt(entry, record, each, host) for each in record.attempts)
        elif record.__class__ is SessionBegun:
            host = record.host
        elif made := _OTHERS.get(record.__class__):
            yield _cells_row({"time": entry.time, "protocol": "tcp", "host": host, "seq": entry.seq, **made(record)})
        elif entry.type == KINDS[Connection].type:
            yield _not_understood(entry, host)


class _Cells(dict[Any, str]):
    """A cache of values as cells: most values are the same as in another row. Its memory is bounded.

    An object makes one cell per field; if a row uses only some of its fields, only these are looked up.
    """

    def __missing__(self, value: Any) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        made = self[value] = ",".join(map(cell, value)) if isinstance(value, tuple) else cell(value)
        return made


def cell(value: Any) -> str:
    """Return a value as a cell that is never a formula, in quotation marks if it needs them."""
    if value.__class__ is not str:
        return "" if value is None else str(value)
    text = visible(value)
    if value[:1] in _FORMULA:
        text = f"'{text}"
    if "," in text or '"' in text:
        text = '"' + text.replace('"', '""') + '"'
    return text


def _not_understood(entry: Entry, host: str) -> str:
    """Return a row for a malformed connection record: its time, and what is wrong with it."""
    return _cells_row({"time": entry.time, "note": f"not understood: {entry.problem}", "host": host, "seq": entry.seq})


def _cells_row(cells: dict[str, Any]) -> str:
    return ",".join(cell(cells.get(name)) for name in COLUMNS) + "\r"


def _ends(source: Endpoint | None, destination: Endpoint | None) -> dict[str, Any]:
    return {
        "source_address": source.address if source else None,
        "source_port": source.port if source else None,
        "destination_address": destination.address if destination else None,
        "destination_port": destination.port if destination else None,
    }


def _observed(record: Observed) -> dict[str, Any]:
    return {
        **_ends(record.source, record.destination),
        "time": record.since,
        "outcome": record.ended or record.state,
        "elapsed_seconds": record.seconds,
        "syn_retransmits": None if record.syns is None else record.syns - 1,
        "note": f"{record.owner}{'; the source is inferred' if record.inferred else ''}",
        "experiment": f"watch {record.role}",
    }


def _called(record: Called) -> dict[str, Any]:
    return {
        **_ends(record.caller, record.listener),
        "outcome": record.outcome,
        "elapsed_seconds": record.seconds,
        "note": record.why or (record.replies[-1] if record.replies else None),
        "experiment": f"callback {record.protocol}",
    }


def _arrival(record: Arrival) -> dict[str, Any]:
    note = f"TTL {record.ttl}" if record.ttl is not None else None
    return {**_ends(record.source, record.destination), "outcome": record.state, "note": note, "experiment": "serve"}


def _prediction(record: Prediction) -> dict[str, Any]:
    """Return a row for what another host would do; its note quotes the lines that it rests on."""
    rows = [f"{row.file}:{row.line}: {' '.join(row.text.split())}" for row in record.rows]
    return {
        "outcome": record.outcome or "predicted",
        "source_address": record.source,
        "chosen_by": "bind" if record.asked else "kernel",
        "bound_address": record.asked,
        "gateway": record.next_hop,
        "interface": record.interface,
        "destination_address": record.destination.address,
        "note": "; ".join([record.level, record.why, *record.missing, *rows]),
        "host": record.host,
        "experiment": "predict",
    }


_OTHERS: dict[type, Callable[[Any], dict[str, Any]]] = {
    Observed: _observed,
    Called: _called,
    Arrival: _arrival,
    Prediction: _prediction,
}


def _attempt(entry: Entry, verdict: Verdict, attempt: Attempt, host: str) -> str:
    """Return a row for an attempt of a diagnosis; its time is that of its SYN."""
    bound = attempt.source if attempt.chosen_by == "bind" else None
    icmp = attempt.icmp
    cells = {
        "time": attempt.sent or entry.time,
        "outcome": attempt.outcome,
        "protocol": "tcp",
        "source_address": attempt.source.address if attempt.source else None,
        "source_port": attempt.source.port if attempt.source else None,
        "chosen_by": attempt.chosen_by,
        "bound_address": bound.address if bound else None,
        "gateway": attempt.gateway,
        "interface": attempt.interface,
        "destination_name": verdict.destination.name,
        "destination_address": attempt.destination.address,
        "destination_port": attempt.destination.port,
        "elapsed_seconds": attempt.elapsed,
        "rtt_seconds": attempt.rtt,
        "syn_retransmits": attempt.syn_retransmits,
        "errno": attempt.errno,
        "icmp_type": icmp.type if icmp else None,
        "icmp_code": icmp.code if icmp else None,
        "icmp_meaning": icmp.meaning if icmp else None,
        "icmp_from": icmp.sender if icmp else None,
        "rst": _FLAGS[attempt.rst],
        "syn": attempt.syn_fate,
        "host": host,
        "seq": entry.seq,
        "hold": attempt.hold.word if attempt.hold else None,
        "experiment": attempt.experiment,
        "ended": shifted(attempt.sent, attempt.elapsed) if attempt.sent else entry.time,
    }
    return _cells_row(cells)


_NO_END: tuple[None, ...] = (None,) * 2
_NO_ICMP: tuple[None, ...] = (None,) * 4
_FLAGS = {True: "true", False: "false", None: ""}


def _row(entry: Entry, found: Connection, host: str, cells: _Cells) -> str:
    source, route, distance = found.source, found.route, found.answerer
    rtt, retransmits = found.rtt, found.syn_retransmits
    return (
        f"{cell(left(entry, found))},{cells[found.outcome]},{cells[found.protocol]},"
        f"{cells[source.address] if source else ''},{source.port if source else ''},{cells[found.chosen_by]},"
        f"{cells[found.bound or _NO_END]},{cells[route[:2] if route else _NO_END]},{cells[found.destination]},"
        f"{found.elapsed},{'' if rtt is None else rtt},{'' if retransmits is None else retransmits},"
        f"{cells[found.errno]},"
        f"{cells[found.icmp or _NO_ICMP]},{_FLAGS[found.rst]},{cells[found.syn_fate]},"
        f"{cells[(distance.hops_back, distance.hops_forward)] if distance else ','},"
        f"{cells[' '.join(found.others)] if found.others else ''},{cells[found.note]},{cells[host]},"
        f"{found.socket},{entry.seq},{found.hold.word if found.hold else ''},,"
        f"{cell(ended(entry, found))}\r"
    )
