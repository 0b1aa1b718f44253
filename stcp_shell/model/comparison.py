"""What is different between two session logs."""

from typing import Annotated, NamedTuple, Optional

from .record import HostName, Word, record


class Side(NamedTuple):
    """One of the two that are compared."""

    name: Annotated[str, "of the file, or in words"]
    host: Annotated[Optional[HostName], "null: the log does not say"]
    time: Annotated[Optional[Word], "of its first record"]
    connections: Annotated[int, "results of connects that it holds"]


class Change(NamedTuple):
    """Something that is not the same."""

    what: Annotated[Word, "connection, choice (of a source address), verdict, interface, address, route, rule"]
    subject: Annotated[str, "which one: `192.168.77.50 -> 10.1.1.1:2121 tcp`, `enetA`, `default`"]
    before: Annotated[Optional[str], "null: it is new"]
    after: Annotated[Optional[str], "null: it is gone, or was not tried again"]
    severity: Annotated[Word, "of a verdict: that of the later one; of anything else: warn"] = "warn"


class Unchanged(NamedTuple):
    """How many of a kind are the same."""

    what: Annotated[Word, "as of a change"]
    number: Annotated[int, "of them"]


@record("comparison")
class Comparison(NamedTuple):
    """The changes, and what they are changes from (compare)."""

    old: Annotated[Side, "what is compared with"]
    new: Annotated[Side, "what is compared"]
    changes: Annotated[tuple[Change, ...], "what is not the same"]
    left_out: Annotated[int, "further changes, which were too many"]
    unchanged: Annotated[tuple[Unchanged, ...], "what is the same"]
    remarks: Annotated[tuple[str, ...], "what could not be compared, and why"]
