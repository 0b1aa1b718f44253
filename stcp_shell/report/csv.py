"""The connections of a log as a table for spreadsheets: RFC 4180, a row for each.

A cell that a spreadsheet would take for a formula begins with an apostrophe, which shows that it is text.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain, islice
from typing import Any

from .text.escape import visible

Record = dict[str, Any]
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
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BLOCK = 200  # rows that are made at once
_REMEMBERED = 4096
_NOTHING: Record = {}
_NUMBERS = frozenset((int, float, type(None)))


class _Cells(dict[Any, Any]):
    """Values made safe. They are mostly the same as in another row, so each is made once; memory for it is bounded."""

    def __missing__(self, value: Any) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        made = self[value] = cell(value)
        return made


def cell(value: Any) -> str:
    """What is no number as a cell that does nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{visible(text)}" if text.startswith(_FORMULA) else visible(text)


def sheet(records: Iterable[Record]) -> Iterator[str]:
    """The lines, of which each ends in a carriage return."""
    buffer = StringIO()
    write = csv.writer(buffer, lineterminator="\r\n").writerows
    rows = chain([COLUMNS], _rows(records))
    while True:
        write(islice(rows, _BLOCK))
        text = buffer.getvalue()
        if not text:
            return
        yield from text.removesuffix("\n").split("\n")
        buffer.seek(0)
        buffer.truncate()


def _rows(records: Iterable[Record]) -> Iterator[Sequence[Any]]:
    cells = _Cells()
    host = ""
    for record in records:
        if record["type"] == "session":
            host = record.get("host", "")
        if record["type"] != "connection":
            continue
        try:
            values = _values(record, host)
            yield [value if value.__class__ in _NUMBERS else cells[value] for value in values]
        except (LookupError, TypeError, ValueError, AttributeError):
            yield [cell(record.get(name, "")) for name in COLUMNS[:2]]  # what it holds besides is not understood


def _values(record: Record, host: str) -> tuple[Any, ...]:
    get = record.get
    destination = record["destination"]
    source, bound, route = get("source") or _NOTHING, get("bound") or _NOTHING, get("route") or _NOTHING
    icmp, box, others = get("icmp") or _NOTHING, get("answerer") or _NOTHING, get("others")
    return (
        record["time"],
        record["outcome"],
        record["protocol"],
        source.get("address"),
        source.get("port"),
        get("chosen_by"),
        bound.get("address"),
        bound.get("port"),
        route.get("gateway"),
        route.get("interface"),
        destination["name"],
        destination["address"],
        destination["port"],
        record["elapsed"],
        get("rtt"),
        get("syn_retransmits"),
        get("errno"),
        icmp.get("type"),
        icmp.get("code"),
        icmp.get("meaning"),
        icmp.get("from"),
        get("rst"),
        get("syn"),
        box.get("hops_back"),
        box.get("hops_forward"),
        " ".join(others) if others else None,
        get("note"),
        host,
        record["socket"],
        get("seq"),
    )
