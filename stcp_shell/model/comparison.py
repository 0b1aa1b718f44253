"""The differences between two session logs."""

from typing import Annotated, NamedTuple, Optional

from .record import HostName, Word, record


class Side(NamedTuple):
    """One of the two sides of a comparison."""

    name: Annotated[str, "the name of the file, or a description"]
    host: Annotated[Optional[HostName], "the host's name; null: not in the log"]
    time: Annotated[Optional[Word], "time of its first record; null: not in the log"]
    connections: Annotated[int, "number of connect results"]


class Change(NamedTuple):
    """A difference."""

    what: Annotated[Word, "connection, choice (of a source address), verdict, interface, address, route, rule"]
    subject: Annotated[str, "what differs: `192.168.77.50 -> 10.1.1.1:2121 tcp`, `enetA`, `default`"]
    before: Annotated[Optional[str], "earlier value; null: it is new"]
    after: Annotated[Optional[str], "later value; null: it is gone, or was not tried again"]
    severity: Annotated[Word, "for a verdict, that of the later one; for anything else, warn"] = "warn"


class Unchanged(NamedTuple):
    """How many objects of a kind are unchanged."""

    what: Annotated[Word, "as in a change"]
    number: Annotated[int, "how many are unchanged"]


@record("comparison")
class Comparison(NamedTuple):
    """The changes between two logs, or between the start and the end of one (compare)."""

    old: Annotated[Side, "the side to compare with"]
    new: Annotated[Side, "the side that is compared"]
    changes: Annotated[tuple[Change, ...], "the differences"]
    left_out: Annotated[int, "number of further changes, beyond the limit"]
    unchanged: Annotated[tuple[Unchanged, ...], "what did not change"]
    remarks: Annotated[tuple[str, ...], "what could not be compared, and why"]
