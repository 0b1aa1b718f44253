"""Tables that are read while they are shown: their first rows become a record before, and the rest is counted."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any, Generic, NamedTuple, Optional, TypeVar

from .connection import Endpoint
from .record import unlogged
from .tables import Counted, Link, Neighbour, Route, Routes, Rule

REMEMBERED = 1000
Row = TypeVar("Row")


class Rows(Generic[Row]):
    """Rows on their way to the screen: all are counted, the first `limit` are kept, the rest is discarded.

    `interrupted` returns whether the table changed while it was read: then a row may be missing or appear twice.
    """

    def __init__(
        self, rows: Iterable[Row], limit: int = REMEMBERED, interrupted: Callable[[], bool] = lambda: False
    ) -> None:
        self.interrupted = interrupted
        self.count = 0  # of the rows that were read, as far as they are known
        self.long = False  # whether there are more than are kept
        self._rows = iter(rows)
        self._limit = limit
        self._first: Optional[list[Row]] = None

    @property
    def first(self) -> list[Row]:
        """The first rows; if there are more, one more is read, which shows it. Raises what reading raises."""
        if self._first is None:
            ahead = list(islice(self._rows, self._limit + 1))
            self._first = ahead[: self._limit]
            self.count, self.long = len(self._first), len(ahead) > self._limit
            self._rows = chain(ahead, self._rows)
        return self._first

    @property
    def left_out(self) -> int:
        """How many of the rows that were read are not kept."""
        return self.count - len(self.first)

    def __iter__(self) -> Iterator[Row]:
        known, count = len(self.first), 0
        try:
            for row in self._rows:
                count += 1
                yield row
        finally:
            self.count = max(count, known)


def _counted(tables: Iterable[tuple[Rows[Any], ...]]) -> tuple[Counted, ...]:
    """Return the record that completes the one of long tables; none: they are short.

    Tables: the main ones, the others, the neighbours.
    """
    kinds = [tuple(rows) for rows in tables]
    if not any(rows.long for kind in kinds for rows in kind):
        return ()
    return (Counted(*(sum(rows.left_out for rows in kind) for kind in kinds)),)


class RouteTables(NamedTuple):
    """The result of `route print`."""

    defaults: tuple[Route, ...]  # both families
    rows: Rows[Route]
    others: Rows[Route]  # of all tables except the main one
    rules: tuple[Rule, ...]

    def records(self) -> tuple[Routes]:
        """Return the record for the log: the first rows of each table."""
        rows, others = tuple(self.rows.first), tuple(self.others.first)
        more = self.rows.long or self.others.long
        return (Routes(self.defaults, rows, len(rows), others, len(others), self.rules, more=more),)

    def rest(self) -> tuple[Counted, ...]:
        """Return what is known of long tables when they have been shown."""
        return _counted(((self.rows,), (self.others,), ()))


class BsdBlock(NamedTuple):
    """The routes and neighbours of one family."""

    family: str
    main: Rows[Route]
    local: Rows[Route]  # the kernel's own: local, broadcast and anycast addresses
    neighbours: Rows[Neighbour]


class BsdRoutes(NamedTuple):
    """The result of `netstat -r`."""

    blocks: tuple[BsdBlock, ...]
    links: dict[str, int]  # interface indexes by name
    defaults: tuple[Route, ...]  # both families
    legend: bool
    name_of: Optional[Callable[[str], str]] = None  # returns host names, if they were requested

    def records(self) -> tuple[Routes]:
        """Return the record for the log: `others` has the table local, and the neighbours are included."""
        blocks = self.blocks
        main, local, neighbours = (
            tuple(row for block in blocks for row in getattr(block, name).first)
            for name in ("main", "local", "neighbours")
        )
        return (
            Routes(
                defaults=self.defaults,
                routes=main,
                total=len(main),
                others=local,
                others_total=len(local),
                rules=(),
                neighbours=neighbours,
                neighbours_total=len(neighbours),
                links=tuple(Link(name, index) for name, index in self.links.items()),
                more=any(rows.long for block in blocks for rows in (block.main, block.local, block.neighbours)),
            ),
        )

    def rest(self) -> tuple[Counted, ...]:
        """Return what is known of long tables when they have been shown."""
        return _counted(zip(*((block.main, block.local, block.neighbours) for block in self.blocks)))


class BsdSocket(NamedTuple):
    """One of `netstat -a`."""

    protocol: str  # tcp4, tcp6, udp4, udp6
    received: Optional[int]  # bytes that wait to be read; None: the kernel has no figure
    unsent: Optional[int]  # bytes that are not acknowledged yet
    local: Endpoint
    peer: Optional[Endpoint]
    state: str  # in netstat's words; empty for udp


@unlogged
class BsdSockets(NamedTuple):
    """`netstat -a`: the sockets of this shell."""

    rows: tuple[BsdSocket, ...]
    name_of: Optional[Callable[[str], str]] = None
