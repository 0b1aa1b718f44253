"""Reads a session log: lines to typed entries. What is no record is skipped and counted, unknown fields are ignored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..model.coding import WrongType, decoder
from ..model.declared import KINDS, RECORDS
from ..model.entry import Entry
from . import SCHEMA
from .upgrade import UPGRADES

Record = dict[str, Any]
Redact = Callable[[Record], Record]
_scan = json.JSONDecoder().raw_decode
_encode = json.JSONEncoder().encode


class ReadProblems:
    """What a log holds beside its records; complete when the last record has been read."""

    def __init__(self, dropped: int = 0) -> None:
        self.dropped = dropped  # records that memory had no room for
        self.skipped = 0  # lines that are no record
        self.torn = False  # the last line is cut off: not counted in `skipped`
        self.newer = 0  # the version of the format, where it is one that this program does not know yet

    def remarks(self) -> list[str]:
        """What a report says of it."""
        said = []
        if self.dropped:
            said.append(f"{self.dropped} earlier records were dropped: there was no file to keep them in")
        if self.newer:
            said.append(f"its format has version {self.newer}, this program knows {SCHEMA}: what is new is not shown")
        if self.skipped:
            said.append(f"{self.skipped} line{'s are' if self.skipped > 1 else ' is'} no record of a session log")
        if self.torn:
            said.append("the last line is torn: the session was killed while it wrote it, or is writing it still")
        return said


def entries(
    lines: Iterable[bytes], problems: ReadProblems | None = None, redact: Redact | None = None
) -> Iterator[Entry]:
    """The records of JSON Lines, each as its declared class; `redact` is applied before anything else sees them."""
    current = False
    for data, text in objects(lines, problems or ReadProblems()):
        if data["type"] == "session":
            schema = data.get("schema")
            current = isinstance(schema, int) and schema >= SCHEMA
        if redact:
            shown = redact(data)
            yield _entry(shown, _encode(shown), current)
        else:
            yield _entry(data, text, current)


def objects(lines: Iterable[bytes], problems: ReadProblems) -> Iterator[tuple[Record, str]]:
    """The JSON objects that have a `type`, each with its text. `problems` counts the other lines."""
    for line in lines:
        try:
            text = line.decode("utf-8", "surrogatepass").strip()
            data, end = _scan(text)
        except (ValueError, RecursionError):
            problems.skipped += bool(line.strip())
            problems.torn = line.startswith(b'{"type"') and not line.endswith(b"\n")
            continue
        if end == len(text) and isinstance(data, dict) and isinstance(data.get("type"), str):
            if data["type"] == "session":
                problems.newer = max(problems.newer, _newer(data.get("schema")))
            yield data, text
        else:
            problems.skipped += 1
    problems.skipped -= problems.torn


def one_line(entry: Entry) -> str:
    """The JSON of an entry in ASCII, whatever the log had."""
    text = entry.line
    return text if text.isascii() and text.isprintable() else _encode(_scan(text)[0])


def declared(data: Record) -> type | None:
    """The class that a record is declared as; None: this version does not know it."""
    kind = data["type"]
    if kind == "result" and "error" not in data:
        kind = f"result/{data.get('result')}"
    return RECORDS.get(kind)


def _entry(data: Record, text: str, current: bool) -> Entry:
    kind, get = data["type"], data.get
    seq, time, command = get("seq"), get("time"), get("command")
    record, problem = None, ""
    cls = RECORDS.get(kind) if kind != "result" else declared(data)
    if cls is not None:
        upgrade = None if current else UPGRADES.get(kind)
        if upgrade:
            data = upgrade(data)
        elif KINDS[cls].result:
            data = get("value")  # type: ignore[assignment]
        try:
            record = decoder(cls)(data)
        except WrongType as wrong:
            problem = str(wrong.within("value") if KINDS[cls].result else wrong)
    elif kind == "result":
        problem = f"the result {get('result')!r:.60} is not known"
    return Entry(
        kind,
        seq if seq.__class__ is int else 0,
        time if time.__class__ is str else "",
        command if command.__class__ is int else 0,
        record,
        problem,
        text,
    )


def _newer(version: Any) -> int:
    """The version, where it is newer than ours. Logs from before there were versions have none."""
    return version if isinstance(version, int) and version > SCHEMA else 0
