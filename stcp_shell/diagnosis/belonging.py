"""Which connection back to a client (B) belongs to which of the client's own (A)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Optional

from ..model.callback import Observed, Owner

_LATE = 1.2  # seconds after its begin at which an A is seen at the latest: all are looked at once a second
_GRACE = 5.0  # seconds after its end in which an A still counts: a client may hang up while it is called back
_EVER = float("inf")


class Seen(NamedTuple):
    """A watched connection with its times in seconds since the epoch; `until` None: it has not ended."""

    record: Observed
    began: float
    until: Optional[float] = None


class Opening(NamedTuple):
    """A connection A: the client, this host's address, the program, and its times, as of `Seen`."""

    peer: str
    address: str
    owner: Owner
    began: float
    until: Optional[float]


class Call(NamedTuple):
    """A connection B, this host's addresses in the A's that it may belong to, and whether its source is the one."""

    record: Observed
    used: tuple[str, ...]
    same: Optional[bool]
    strangers: tuple[str, ...] = ()  # the programs of these A's, if all are known to be others than that of B


class Openings:
    """The connections A, in so few pieces that thousands of B's can be compared with thousands of them."""

    def __init__(self, openings: Iterable[Opening]) -> None:
        self._times: dict[str, dict[tuple[str, Owner], list[tuple[float, float]]]] = {}
        for each in sorted(openings, key=lambda opening: opening.began):
            start, end = each.began - _LATE, _EVER if each.until is None else each.until + _GRACE
            known = self._times.setdefault(each.peer, {}).setdefault((each.address, each.owner), [])
            if known and start <= known[-1][1]:
                known[-1] = (known[-1][0], max(known[-1][1], end))
            else:
                known.append((start, end))

    def call(self, new: Seen) -> Call:
        """Return a connection B with the addresses that the client uses.

        They are those of the A's of the same peer that were open when it began; of several those of the same program,
        if that is known. That a B belongs to an A is concluded from the peer and the time; nothing is, of one of which
        it is not known whether this host opened it.
        """
        record = new.record
        near = [
            key
            for key, times in self._times.get(record.peer.address, {}).items()
            if any(start <= new.began <= end for start, end in times)
        ]
        used = _addresses(near)
        if len(used) > 1:
            used = _addresses(_of_the_program(record.owner, near)) or used
        same = record.source.address == used[0] if len(used) == 1 and not record.guessed else None
        return Call(record, used, same, _strangers(record.owner, [owner for _, owner in near]))


def calls(seen: Sequence[Seen]) -> list[Call]:
    """Return the connections B among these, each with its A's."""
    openings = Openings(
        Opening(each.record.peer.address, each.record.own.address, each.record.owner, each.began, each.until)
        for each in seen
        if each.record.role == "A"
    )
    return [openings.call(each) for each in seen if each.record.role == "B"]


def _of_the_program(new: Owner, near: Sequence[tuple[str, Owner]]) -> list[tuple[str, Owner]]:
    """Return the A's of the program that opened B; none if it is not known."""
    for name in ("pid", "unit"):
        value = getattr(new, name)
        if value is not None:
            return [each for each in near if getattr(each[1], name) == value]
    return []


def _addresses(near: Sequence[tuple[str, Owner]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for address, _ in near))


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
