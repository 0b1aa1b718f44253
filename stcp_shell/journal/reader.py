"""Reads a session log. What is no record is passed over and counted, unknown types and fields are kept."""

import json
from collections.abc import Iterable, Iterator
from typing import Any


class Losses:
    """What a log holds beside its records; complete when the last record has been read."""

    def __init__(self, dropped: int = 0) -> None:
        self.dropped = dropped  # records that memory had no room for
        self.skipped = 0  # lines that are no record
        self.torn = False  # the last line is cut off: not counted in `skipped`

    def remarks(self) -> list[str]:
        """What a report says of it."""
        said = []
        if self.dropped:
            said.append(f"{self.dropped} earlier records were dropped: there was no file to keep them in")
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
            yield record
        else:
            lost.skipped += 1
    lost.skipped -= lost.torn
