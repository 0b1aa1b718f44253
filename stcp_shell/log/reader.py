"""Reads a session log: lines to typed entries. Other lines are skipped and counted; unknown fields are ignored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..model.coding import WrongType, decoder
from ..model.declared import KINDS, RECORDS
from ..model.entry import Entry
from . import SCHEMA
from .upgrade import UPGRADES, Record

Redact = Callable[[Record], Record]
_encode = json.JSONEncoder(allow_nan=False).encode
_NOT_PRINTABLE = re.compile(r"[^\t -~]")  # JSON has them inside strings only, and a tab nowhere in them


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not JSON (RFC 8259 section 6)")


_scan = json.JSONDecoder(parse_constant=_no_number).raw_decode


class ReadProblems:
    """Problems found in a log; complete after the last record has been read.

    `live`: it is the log of this session, which has not ended.
    """

    def __init__(self, dropped: int = 0, live: bool = False) -> None:
        self.dropped = dropped  # records that were dropped from memory
        self.skipped = 0  # lines that are not records
        self.torn = False  # the last line is cut off: not counted in `skipped`
        self.live = live
        self.newer = 0  # format version of the log, if this program does not know it yet; otherwise 0

    def remarks(self) -> list[str]:
        """Return the problems as remarks for a report."""
        said = []
        if self.dropped:
            said.append(f"{self.dropped} earlier records were dropped: there was no log file to keep them")
        if self.newer:
            said.append(
                f"the log format is version {self.newer}, this program knows {SCHEMA}: newer parts are not shown"
            )
        if self.skipped:
            said.append(f"{self.skipped} line{'s are' if self.skipped > 1 else ' is'} not valid in a session log")
        if self.torn:
            said.append("the last line is incomplete: the session was killed while writing it, or is still writing it")
        return said


def entries(
    lines: Iterable[bytes], problems: ReadProblems | None = None, redact: Redact | None = None
) -> Iterator[Entry]:
    """Yield the records of JSON Lines, each as its declared class; `redact` is applied to them first."""
    problems = problems or ReadProblems()
    for data, text in objects(lines, problems):
        if not redact:
            yield _entry(data, text)
            continue
        shown = redact(data)
        try:
            line = _encode(shown)
        except ValueError:  # a number beyond those of a float
            problems.skipped += 1
        else:
            yield _entry(shown, line)


def objects(lines: Iterable[bytes], problems: ReadProblems) -> Iterator[tuple[Record, str]]:
    """Yield the JSON objects that have a `type`, each with its text. `problems` counts the other lines."""
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
    """Return the JSON of an entry in ASCII, also if the log has other characters."""
    text = entry.line
    if text.isascii() and text.isprintable():  # the usual case
        return text
    return _NOT_PRINTABLE.sub(lambda found: _encode(found[0])[1:-1], text)


def declared(data: Record) -> type | None:
    """Return the class that declares a record; None: this version does not know its type."""
    kind: str = data["type"]
    if kind == "result" and "error" not in data:
        kind = f"result/{data.get('result')}"
    elif "/" in kind:
        return None
    return RECORDS.get(kind)


def _entry(data: Record, text: str) -> Entry:
    kind, get = data["type"], data.get
    seq, time, command = get("seq"), get("time"), get("command")
    record, problem = None, ""
    cls = declared(data)
    if cls is not None:
        upgrade = UPGRADES.get(kind)
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
    """Return the version if it is newer than this program's, otherwise 0. The oldest logs have no version."""
    return version if isinstance(version, int) and version > SCHEMA else 0
