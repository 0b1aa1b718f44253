"""Reads a session log. What is no record is passed over and counted, unknown types and fields are kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from . import SCHEMA


class Losses:
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


def records(lines: Iterable[bytes], losses: Losses | None = None) -> Iterator[dict[str, Any]]:
    """The records of JSON Lines. A line that is no JSON object with a `type` is passed over, and `losses` counts it."""
    lost = losses or Losses()
    for line in lines:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            lost.skipped += bool(line.strip())
            lost.torn = line.startswith(b'{"type"') and not line.endswith(b"\n")
            continue
        if isinstance(record, dict) and isinstance(record.get("type"), str):
            if record["type"] == "session":
                lost.newer = max(lost.newer, _newer(record.get("schema")))
            yield record
        else:
            lost.skipped += 1
    lost.skipped -= lost.torn


def fact(kind: Any, fields: dict[str, Any]) -> Any:
    """A fact, or a result, of the fields of a record that this version knows; lists are tuples in it."""
    known = {name: tuple(v) if isinstance(v, list) else v for name, v in fields.items() if name in kind._fields}
    return kind(**known)


def _newer(version: Any) -> int:
    """The version, where it is newer than ours. Logs from before there were versions have none."""
    return version if isinstance(version, int) and version > SCHEMA else 0
