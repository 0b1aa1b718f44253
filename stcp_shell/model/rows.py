"""Tables that are read while they are shown, and become records afterwards."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, NamedTuple, Optional, TypeVar

from .connection import Endpoint
from .record import unlogged
from .tables import Link, Neighbour, Route, Routes, Rule

REMEMBERED = 1000
Row = TypeVar("Row")


class Rows(Generic[Row]):
    """Rows on their way to the screen: all are counted, the first `limit` are kept, the rest is discarded.

    `count` is the number of rows that have passed, also if the reader stopped early. `interrupted` returns whether the
    table changed while it was read: then a row may be missing or appear twice.
    """

    def __init__(
        self, rows: Iterable[Row], limit: int = REMEMBERED, interrupted: Callable[[], bool] = lambda: False
    ) -> None:
        self.first: list[Row] = []
        self.count = 0
        self.interrupted = interrupted
        self._rows = iter(rows)
        self._limit = limit

    def __iter__(self) -> Iterator[Row]:
        count = self.count
        try:
            for row in self._rows:
                count += 1
                if count <= self._limit:
                    self.first.append(row)
                yield row
        finally:
            self.count = count


class RouteTables(NamedTuple):
    """The result of `route print`."""

    defaults: tuple[Route, ...]  # both families
    rows: Rows[Route]
    others: Rows[Route]  # of all tables except the main one
    rules: tuple[Rule, ...]

    def records(self) -> tuple[Routes]:
        """Return the record for the log: the first rows of each table."""
        rows, others = self.rows, self.others
        return (Routes(self.defaults, tuple(rows.first), rows.count, tuple(others.first), others.count, self.rules),)


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
        return (
            Routes(
                defaults=self.defaults,
                routes=tuple(row for block in blocks for row in block.main.first),
                total=sum(block.main.count for block in blocks),
                others=tuple(row for block in blocks for row in block.local.first),
                others_total=sum(block.local.count for block in blocks),
                rules=(),
                neighbours=tuple(row for block in blocks for row in block.neighbours.first),
                neighbours_total=sum(block.neighbours.count for block in blocks),
                links=tuple(Link(name, index) for name, index in self.links.items()),
            ),
        )


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
