"""Reads a session log. A torn line is skipped, unknown types and fields are kept."""

import json
from collections.abc import Iterable, Iterator
from typing import Any


def records(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The records of JSON Lines. A line that is no JSON object with a `type` (a torn last one) is passed over."""
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and isinstance(record.get("type"), str):
            yield record
