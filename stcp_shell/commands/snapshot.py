"""This host's interfaces and routes before a connect: the records that a session writes automatically.

A log without them shows which source address was used, but not which other addresses existed. The tables are read
before the first connect, diagnosis or trace, and again before the next one if the kernel has announced a change; they
are written if the log does not hold them yet. A table that cannot be read is left out: the user did not ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from time import monotonic
from typing import Any

from ..model.connection import INET, INET6
from ..model.rows import RouteTables
from ..model.tables import Interfaces, Route, Routes, Rule
from ..net.tables import interfaces, rtnetlink

MOST_INTERFACES = 256
MOST_ROUTES = 100  # of each family, and of each further table
MOST_TABLES = 8
_FAMILIES = (INET, INET6)
_MOST_LOOKED_AT = 20_000  # rows that are searched for the default routes: IPv6 has them last (20 ms)
_AT_WILL = 20  # reads without a limit on their time; later ones may take a tenth of the time
# The rules of every kernel: the local, the main and the default table are looked up for all packets.
_USUAL_RULES = ((0, 255), (32766, 254), (32767, 253))


class Snapshot:
    """The tables that the log holds, read automatically or shown by a command; they need not be logged again."""

    def __init__(self) -> None:
        self._interfaces: Interfaces | None = None
        self._routes: Routes | RouteTables | None = None
        self._looks = 0
        self._since = self._took = 0.0

    def shown(self, result: Interfaces | RouteTables) -> None:
        """Remember the table that `ifconfig` or `route print` logs."""
        if isinstance(result, Interfaces):
            self._interfaces = result
        else:
            self._routes = result

    def due(self) -> bool:
        """Return whether to read the tables now: if they always change, the reads must not take all of the time."""
        return self._looks < _AT_WILL or monotonic() - self._since >= 10 * self._took

    def records(self, host: str) -> Iterator[Interfaces | Routes]:
        """Read the tables. Yield the records that the log does not hold."""
        started = monotonic()
        there, tables = _interfaces(host), _routes()
        self._looks += 1
        self._since = monotonic()
        self._took = self._since - started
        if there and not _same_interfaces(there, self._interfaces):
            self._interfaces = there
            more = len(there.interfaces) > MOST_INTERFACES
            yield there._replace(interfaces=there.interfaces[:MOST_INTERFACES], automatic=True, more=more)
        if tables and not _same_routes(tables, self._routes):
            self._routes = tables
            yield tables


def _interfaces(host: str) -> Interfaces | None:
    try:
        return Interfaces(host, tuple(interfaces.interfaces()))
    except OSError:  # the older calls failed as well
        return None


def _routes() -> Routes | None:
    """Return the default routes, the first rows of the main table and of those that rules send to, and the rules."""
    try:
        with rtnetlink.Rtnetlink() as tables:
            rules = tuple(rule for family in _FAMILIES for rule in tables.rules(family))
            defaults = [row for family in _FAMILIES for row in tables.default_routes(family, most=_MOST_LOOKED_AT)]
            rows = [_first(tables, family, rtnetlink.MAIN) for family in _FAMILIES]
            others = [_first(tables, family, table) for family, table in islice(_further(rules), MOST_TABLES)]
    except OSError:  # TablesUnavailable: netlink is denied or missing
        return None
    total, others_total = sum(map(len, rows)), sum(map(len, others))
    kept = _kept(rows)
    more = total > len(kept)
    return Routes(tuple(defaults), kept, total, _kept(others), others_total, rules, automatic=True, more=more)


def _further(rules: Sequence[Rule]) -> dict[tuple[str, int], None]:
    """Return the tables that non-default rules send to, each with its family."""
    own = ((rule.family, rule.table) for rule in rules if rule.table not in (254, 255) and _unusual(rule))
    return {(family, table): None for family, table in own if table is not None}


def _unusual(rule: Rule) -> bool:
    return (rule.priority, rule.table) not in _USUAL_RULES or bool(rule.source or rule.destination or rule.selectors)


def _first(tables: rtnetlink.Rtnetlink, family: str, table: int) -> list[Route]:
    """Return the rows to keep and one more, which shows that there are more. The kernel produces no unread rows."""
    return list(islice(tables.routes(family, table), MOST_ROUTES + 1))


def _kept(tables: list[list[Route]]) -> tuple[Route, ...]:
    """Return the rows to keep of each table."""
    return tuple(route for table in tables for route in table[:MOST_ROUTES])


def _same_interfaces(now: Interfaces, known: Interfaces | None) -> bool:
    """Return whether the log holds these interfaces; `ifconfig` without -all leaves out those that are down."""
    up = tuple(interface for interface in now.interfaces if interfaces.is_up(interface))
    return known is not None and known.interfaces in (now.interfaces, up)


def _same_routes(now: Routes, known: Routes | RouteTables | None) -> bool:
    if known is None:
        return False
    before = known if isinstance(known, Routes) else known.records()[0]
    return _essence(now, now) == _essence(before, now)


def _essence(tables: Routes, now: Routes) -> list[Any]:
    """Return the parts to compare: without the lifetimes of routes, and without the rules that every kernel has."""
    further = _further(now.rules)
    others = [route for route in tables.others if (route.family, route.table) in further]
    main = [[route for route in tables.routes if route.family == family][:MOST_ROUTES] for family in _FAMILIES]
    rows = [{route._replace(expires=None) for route in each} for each in (tables.defaults, *main, others)]
    return [*rows, [rule for rule in tables.rules if _unusual(rule)]]
