"""The course of a `watch`: connections as records, as soon as they are known; the live table; the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from ..diagnosis import route_choice
from ..diagnosis.belonging import Opening, Openings, Seen
from ..diagnosis.callbacks import Balance, judge
from ..environment import iso_time
from ..errors import Failure
from ..model.callback import Callback, Observed, Watched
from ..model.connection import Endpoint
from ..model.route_get import RouteFound
from ..net.sockets.watcher import Followed, Watcher
from ..net.tables import snmp
from ..net.tables.route_lookup import Tables
from ..report.text.callback import table
from .session import TICK, Session, Waiting

_MOST_ROUTES = 256  # peers whose route is looked up
_OPENED, _ACCEPTED = "Tcp.ActiveOpens", "Tcp.PassiveOpens"
_PATIENCE = 1.2  # seconds that a connection waits for counters that show which side opened it
_MOMENT = 0.15  # seconds


class Watching:
    """A watch from its first to its last look. `port`: of the service; None: any."""

    def __init__(self, session: Session, watcher: Watcher, name: str, port: int | None) -> None:
        self._session, self._watcher, self._name, self._port = session, watcher, name, port
        self._began = monotonic()
        self._counts: dict[str, int] = {}  # the counters, once what was there before is known
        self._routes: dict[str, RouteFound] = {}  # by the peer's address
        self._waiting: list[Followed] = []  # what is new and not announced yet
        self._told: set[int] = set()  # connections B that were announced, by identity
        self._ended: set[int] = set()  # connections whose end was announced

    def run(self, seconds: float | None, until_callback: bool) -> Watched:
        """Watch for that time, or until Ctrl-C; return the connections with their verdict."""
        cancelled = False
        try:
            self._waiting += list(self._watcher.step(0.0))
            self._counts = snmp.counters()
            while (left := self._left(seconds)) > 0:
                self._waiting += list(self._watcher.step(min(left, TICK)))
                self._announce()
                self._show(seconds)
                if until_callback and any(self._settled(each) for each in self._kept()):
                    break
        except KeyboardInterrupt:
            cancelled = True
        self._announce(all=True)
        return self._result(cancelled)

    def _settled(self, each: Followed) -> bool:
        """Whether it is a connection B that was announced, and has connected or ended."""
        return id(each) in self._told and not each.guessed and (each.connected or each.ended is not None)

    def _left(self, seconds: float | None) -> float:
        return TICK if seconds is None else seconds - (monotonic() - self._began)

    def _kept(self) -> list[Followed]:
        """Return the connections that count: with `-port`, of those that the peer opened only the service's."""
        return [each for each in self._watcher.connections if self._matters(each)]

    def _matters(self, each: Followed) -> bool:
        return each.by_this_host or self._port in (None, each.local.port)

    def _announce(self, all: bool = False) -> None:
        """Log and show what is new, a moment later: what it is compared with may come in the same moment."""
        now = self._session.environment.clock()
        self._decide(self._watcher.connections if all else self._waiting)
        ready = [each for each in self._waiting if all or not 0 <= now - (each.until or each.since) < _moment(each)]
        openings: Openings | None = None
        for each in sorted(filter(self._matters, ready), key=lambda each: each.by_this_host):
            if each.by_this_host and id(each) not in self._told:
                openings = openings or self._openings()
                self._session.announce(self._callback(each, openings))
                self._told.add(id(each))
            if each.ended is not None and id(each) not in self._ended:
                self._session.announce(self._record(each))
                self._ended.add(id(each))
        # Only now: what Ctrl-C keeps from being announced is announced at the end.
        done = set(map(id, ready))
        self._waiting = [each for each in self._waiting if id(each) not in done]

    def _rise(self, name: str) -> int | None:
        """Return by how much a counter has risen since the start; None: not known."""
        after = snmp.counters().get(name)
        return None if name not in self._counts or after is None else snmp.rise(self._counts[name], after)

    def _decide(self, connections: Sequence[Followed]) -> None:
        """Find out who opened those that do not show it, from what this host has opened and accepted meanwhile."""
        unknown = [each for each in connections if each.guessed and not each.before]
        if not unknown:
            return
        since = [each for each in self._watcher.connections if not each.before and not each.guessed]
        sure = sum(each.by_this_host for each in since)
        opened, accepted = self._rise(_OPENED), self._rise(_ACCEPTED)
        if opened is not None and opened <= sure:
            answer = False
        elif accepted is not None and accepted <= len(since) - sure + self._watcher.forgotten:
            answer = True
        else:
            return
        for each in unknown:
            each.decide(answer)

    def _openings(self) -> Openings:
        """Return the connections A so far."""
        kept = [each for each in self._kept() if not each.by_this_host]
        return Openings(
            Opening(each.remote.address, each.local.address, each.owner, each.since, each.until) for each in kept
        )

    def _callback(self, each: Followed, openings: Openings) -> Callback:
        record = self._record(each)
        found = openings.call(Seen(record, each.since, each.until))
        return Callback(
            record.source, record.destination, record.inferred, found.used, found.same, self._route(each.remote)
        )

    def _seen(self, each: Followed) -> Seen:
        return Seen(self._record(each), each.since, each.until)

    def _record(self, each: Followed) -> Observed:
        local, inferred = each.local, False
        if local.address in ("0.0.0.0", "::"):
            route = self._route(each.remote)
            local, inferred = Endpoint((route and route.source) or local.address, local.port), True
        ends = (local, each.remote) if each.by_this_host else (each.remote, local)
        until = each.until or self._session.environment.clock()
        return Observed(
            role="B" if each.by_this_host else "A",
            source=ends[0],
            destination=ends[1],
            state=each.state,
            ended=each.ended,
            inferred=inferred,
            owner=each.owner,
            since=None if each.before else iso_time(each.since),
            seconds=round(max(0.0, until - each.since), 3),
            syns=each.syns,
            guessed=each.guessed,
        )

    def _route(self, peer: Endpoint) -> RouteFound | None:
        """Return the kernel's route to a peer for an unbound connect, looked up once; None: not known."""
        address = peer.address
        if address not in self._routes and len(self._routes) < _MOST_ROUTES:
            with suppress(OSError, Failure), Tables() as tables:
                self._routes[address] = route_choice.look_up(tables, address, peer, None)
        return self._routes.get(address)

    def _show(self, seconds: float | None) -> None:
        if self._session.progress:
            elapsed = monotonic() - self._began
            rows = tuple(table([self._record(each) for each in self._kept()[-200:]]))
            left = None if seconds is None else max(0.0, seconds - elapsed)
            self._session.progress(Waiting(f"watch {self._name}", elapsed, left, None, rows))

    def _result(self, cancelled: bool) -> Watched:
        opened = self._rise(_OPENED)
        seen = [self._seen(each) for each in self._kept()]
        for each, found in zip(self._kept(), seen):
            if id(each) not in self._ended:
                self._session.announce(found.record)
        balance = Balance(
            monotonic() - self._began, opened, self._watcher.lost, self._watcher.left_out, self._watcher.missed
        )
        verdict = judge(self._name, seen, self._routes, balance)
        self._session.last_verdicts = [verdict]
        shown = sorted((each.record for each in seen), key=lambda record: (record.since or "", record.role))
        watched = Watched(tuple(shown), verdict, cancelled)
        self._session.last_watch = watched
        return watched


def _moment(each: Followed) -> float:
    """Return how long a connection waits for what it is compared with."""
    return _PATIENCE if each.guessed else _MOMENT
