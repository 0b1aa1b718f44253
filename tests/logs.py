"""Session logs for the tests of reports: of a real session, and as bad as they can be."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from schemas import Record

from stcp_shell.log import SCHEMA
from stcp_shell.log.reader import ReadProblems, entries
from stcp_shell.model.entry import Entry
from stcp_shell.report.formats import FORMATS

# All that acts on a terminal, in HTML, in Markdown, in a spreadsheet or on the direction of text.
EVIL = (
    "\x1b[2J\x1b]0;owned\x07\x9b31m <script>alert(1)</script><img src=x onerror=alert(1)> |a|b| `c` ```\n# d\r\n- e\n"
    "1. f\n=1+1 \u202eg\u2028h \ufeff & \"i\" 'j' ]]> --> </pre></svg></style> @k http://l.example www.m.example "
    "[n](javascript:o) ![p](q) {code} \x00 \ud800 \\"
)
# Of the wrong type, or of the right one and odd: 33 is a prefix length of IPv6 alone.
WRONG: tuple[Any, ...] = (None, 0, 33, -1.5, True, "", "x", [], [[]], {}, [{}], 10**40, float("nan"))
GOLDENS = Path(__file__).parent / "golden"
GOLDEN = GOLDENS / "version1" / "every.jsonl"  # every record in all its variants, as version 1 has them
CURRENT = GOLDENS / f"version{SCHEMA}" / GOLDEN.name  # those of this version
MALFORMED = "what follows is malformed"  # the note in it before those that are
FORMULAS = ("=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1")


def write(path: Path, records: Iterable[Record]) -> Path:
    """A log of these records."""
    path.write_bytes(b"".join(lines_of(records)))
    return path


def golden_records(path: Path = GOLDEN) -> list[Record]:
    """The records of a log that has them all, with the malformed ones."""
    lines = path.read_text("ascii").split("\n")[:-1]
    found = [json.loads(line) for line in lines if line.startswith("{")]
    return [record for record in found if "type" in record]


def whole_records() -> list[Record]:
    """The same without the malformed ones, and without what later versions may have."""
    found = golden_records()
    return [_known(record) for record in found[: [record.get("text") for record in found].index(MALFORMED)]]


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _known(inner) for name, inner in value.items() if name != "later"}
    return [_known(inner) for inner in value] if isinstance(value, list) else value


def lines_of(records: Iterable[Record]) -> Iterator[bytes]:
    """Records as they are in a file."""
    return (f"{json.dumps(record)}\n".encode("ascii") for record in records)


def entries_of(records: Iterable[Record], problems: ReadProblems | None = None) -> Iterator[Entry]:
    """Records as they are read."""
    return entries(lines_of(records), problems)


def made(form: str, records: Iterable[Record]) -> str:
    """The report of records."""
    problems = ReadProblems()
    return "\n".join(FORMATS[form].write(entries_of(records, problems), problems))


def connection(
    source: str | None = "172.16.1.50",
    outcome: str = "connected",
    target: str = "10.1.1.1",
    port: int = 2121,
    **besides: Any,
) -> Record:
    """A `connection` record."""
    fields = {
        "command": 1,
        "socket": 1,
        "protocol": "tcp",
        "bound": None,
        "source": source and {"address": source, "port": 40000},
        "chosen_by": "kernel",
        "destination": {"name": target, "address": target, "port": port},
        "route": route("192.168.77.1", "enetZ"),
        "outcome": outcome,
        "errno": None,
        "icmp": None,
        "elapsed": 1.0,
        "rtt": None,
        "syn_retransmits": 0,
        "rst": False,
        "syn": None,
        "answerer": None,
        "others": [],
        "note": None,
        "interrupted": False,
        "hold": None,
        "sent": None,
    }
    return stamped("connection", **fields | besides)


def route(gateway: str | None, interface: str) -> Record:
    """The route of a connection: on the link, or by a next hop."""
    found = {"gateway": gateway, "interface": interface, "source": None, "table": None, "kind": "unicast"}
    return found | {"redirected": False}


def stamped(kind: str, /, **fields: Any) -> Record:
    """A record with the fields that all have."""
    return {"type": kind, "seq": 1, "time": "2026-01-31T15:33:51.123Z", **fields}


def icmp(sender: str) -> Record:
    """An ICMP error: administratively prohibited."""
    return {"type": 3, "code": 13, "meaning": "communication administratively prohibited", "from": sender}


def with_text(value: Any, text: str) -> Any:
    """The value with every text in it replaced, but for those that say what kind of record it is."""
    if isinstance(value, dict):
        return {
            name: inner if name in ("type", "result") and isinstance(inner, str) else with_text(inner, text)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [with_text(inner, text) for inner in value]
    return text if isinstance(value, str) else value


def mutants(record: Record) -> Iterator[Record]:
    """The record with each of its fields, and of theirs, missing or of another type."""
    for name, value in record.items():
        if name == "type":
            continue
        yield {other: inner for other, inner in record.items() if other != name}
        for wrong in WRONG:
            yield {**record, name: wrong}
        if isinstance(value, dict):
            yield from ({**record, name: inner} for inner in mutants(value))
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield from ({**record, name: [inner]} for inner in mutants(value[0]))
