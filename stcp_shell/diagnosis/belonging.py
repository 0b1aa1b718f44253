"""Which connection back to a client (B) belongs to which of the client's own (A)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Optional

from ..model.callback import Observed, Owner

_LATE = 1.2  # seconds after its begin at which an A is seen at the latest: all are looked at once a second
_GRACE = 5.0  # seconds after its end in which an A still counts: a client may hang up while it is called back


class Seen(NamedTuple):
    """A watched connection with its times in seconds since the epoch; `until` None: it has not ended."""

    record: Observed
    began: float
    until: Optional[float] = None


class Call(NamedTuple):
    """A connection B, this host's addresses in the A's that it may belong to, and whether its source is the one."""

    record: Observed
    used: tuple[str, ...]
    same: Optional[bool]
    strangers: tuple[str, ...] = ()  # the programs of these A's, if all are known to be others than that of B


def call(new: Seen, known: Sequence[Seen]) -> Call:
    """Return a connection B with the addresses that the client uses.

    They are those of the A's of the same peer that were open when it began; of several those of the same program, if
    that is known. That a B belongs to an A is concluded from the peer and the time.
    """
    near = [
        seen
        for seen in known
        if seen.record.role == "A"
        and seen.record.peer.address == new.record.peer.address
        and seen.began - _LATE <= new.began
        and (seen.until is None or seen.until + _GRACE >= new.began)
    ]
    used = _addresses(near)
    if len(used) > 1:
        used = _addresses(_of_the_program(new.record, near)) or used
    same = new.record.source.address == used[0] if len(used) == 1 else None
    return Call(new.record, used, same, _strangers(new.record.owner, [seen.record.owner for seen in near]))


def _of_the_program(new: Observed, near: Sequence[Seen]) -> list[Seen]:
    """Return the A's of the program that opened B; none if it is not known."""
    for name in ("pid", "unit"):
        value = getattr(new.owner, name)
        if value is not None:
            return [seen for seen in near if getattr(seen.record.owner, name) == value]
    return []


def _addresses(seen: Sequence[Seen]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.record.own.address for each in seen))


def _strangers(owner: Owner, others: Sequence[Owner]) -> tuple[str, ...]:
    """Return the programs of the A's if B's is known to be none of them: neither process, name nor unit is the same."""
    if owner.command is None or any(other.command is None for other in others):
        return ()
    if any(set(_marks(owner)) & set(_marks(other)) for other in others):
        return ()
    return tuple(dict.fromkeys(str(other) for other in others))


def _marks(owner: Owner) -> Iterator[object]:
    yield owner.command
    yield owner.pid
    if owner.unit is not None:
        yield owner.unit
