"""Follows the connections of this host with certain peers, every program's: who opened them, and how they ended.

SYNs without an answer are looked for ten times a second, all connections once a second, and the kernel announces the
end of each: so a connection that lives for a microsecond is seen, too. Looks and events are joined by the cookie.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Optional

from ...model.callback import Owner
from ...model.connection import Endpoint
from .owners import Owners
from .peers import Peers
from .sock_diag import Row
from .source import Netlink, Place, Proc, opened

LOOK, WHOLE_LOOK = 0.1, 1.0  # seconds between looks at SYNs, and at everything
MOST = 10_000  # connections that are kept
_CONNECTED = ("established", "fin-wait-1", "fin-wait-2", "close-wait", "last-ack", "closing", "time-wait")
_PEER_FIRST = ("close-wait", "last-ack")


class Followed:
    """A connection with a peer. `local` and `remote` keep what a look has seen and an event has lost."""

    def __init__(self, row: Row, since: float, before: bool) -> None:
        self.cookie = row.cookie
        self.local, self.remote = row.source, row.destination
        self.since = since  # seconds since the epoch
        self.before = before  # it was there when the watch began
        self.until: Optional[float] = None
        self.state = ""
        self.ended: Optional[str] = None
        self.opened: Optional[bool] = None  # whether this host sent the first SYN
        self.listens = False  # whether its local port listens, or did
        self.connected = False
        self.syns: Optional[int] = None
        self.owner = Owner()
        self._peer_first = False
        self._more: Optional[int] = None  # sequence numbers that were acknowledged at its end, besides those of data
        self._sent_first = False  # it was seen while it waited for the answer to a SYN

    @property
    def by_this_host(self) -> bool:
        """Whether this host opened it: B. Only a guess if `guessed`."""
        if self._sent_first or self.listens:
            return self._sent_first
        return self.opened is not False

    @property
    def guessed(self) -> bool:
        """Whether nothing shows which side opened it."""
        return self.opened is None and not self.listens and not self._sent_first

    def take(self, row: Row) -> None:
        """Add what a look or an event shows."""
        if row.source.address not in ("0.0.0.0", "::"):
            self.local = row.source
        if row.destination.port:
            self.remote = row.destination
        if self.opened is None:
            self.opened = row.opened
        if row.state == "syn-sent":
            self._sent_first = True
            self.syns = max(self.syns or 0, row.retransmits + 1)
        self.connected |= row.state in _CONNECTED or bool(row.segments and row.segments.acknowledged)
        self._peer_first |= row.state in _PEER_FIRST
        self.state = row.state

    def decide(self, opened: bool) -> None:
        """Take from elsewhere whether this host opened it."""
        self.opened = opened
        if self.ended == "reset" and self._more is not None and self._more >= (2 if opened else 1):
            self.ended = "closed-by-peer" if self._peer_first else "closed"

    def end(self, row: Row, now: float) -> None:
        """Take the event of its end."""
        self.take(row)
        self.until = now
        counted = row.segments if row.segments and (row.segments.outgoing or row.segments.incoming) else None
        if counted and not self.connected:
            self.syns = max(self.syns or 0, counted.retransmits + 1)
        if self.connected:
            # A socket whose program aborts it is wiped; else our FIN, if it was acknowledged, counts like a byte.
            self._more = counted.acknowledged - counted.sent if counted else None
            finished = self._more is not None and self._more >= (2 if self.by_this_host else 1)
            self.ended = ("closed-by-peer" if self._peer_first else "closed") if finished else "reset"
        elif counted is None:
            self.ended = "failed"
        elif counted.incoming:
            self.ended = "refused"
        else:
            self.ended = "no-answer" if counted.retransmits else "rejected-or-given-up"

    def vanish(self, now: float) -> None:
        """Note that a look did not find it any more, and that no event will tell how it ended."""
        self.until, self.ended = now, "gone"

    def rest(self, now: float) -> None:
        """Note that only a remnant is left of it: this host closed first."""
        self.until, self.ended = self.until or now, "closed-here"


class Watcher:
    """The connections with certain peers, in the order in which they were seen."""

    def __init__(self, peers: Peers, own: Container[str], clock: Callable[[], float]) -> None:
        """Prepare the first look. `own`: this host's addresses, which are no peers. Raises OSError: no source."""
        self.connections: list[Followed] = []
        self.left_out = 0
        self.forgotten = 0  # connections A that had ended
        self._own, self._clock, self._owners = own, clock, Owners()
        self._live: dict[int, Followed] = {}  # by cookie: they have not ended, or the next look shows who closed first
        self._closed: list[Followed] = []  # these
        self._places: dict[Place, Row] = {}  # where programs listen, or did
        self._source: Netlink | Proc = opened(peers)
        self._next_look = self._next_whole = 0.0
        self._began = False

    @property
    def lost(self) -> int:
        """How often events were lost."""
        return self._source.lost

    @property
    def missed(self) -> str:
        """What could not be seen here, in words; empty: nothing."""
        return self._source.missed

    def close(self) -> None:
        self._source.close()

    def step(self, seconds: float) -> Iterator[Followed]:
        """Wait at most that long, and yield the connections that are new or have ended; look when it is time."""
        wait = max(0.0, min(seconds, self._next_look - time.monotonic())) if self._began else 0.0
        ended = list(self._source.ended(wait))
        now, moment, known = self._clock(), time.monotonic(), len(self.connections)
        for row in ended:
            yield from self._end(row, now)
        if moment >= self._next_look and self._began:
            self._next_look = moment + LOOK
            yield from self._add(self._source.waiting(), now)
        # What a new connection belongs to must be known, too: it may be as new.
        if len(self.connections) > known or moment >= self._next_whole or self._closed:
            self._next_whole = moment + WHOLE_LOOK
            before, self._began = not self._began, True
            yield from self._whole(now, before)

    def _whole(self, now: float, before: bool) -> Iterator[Followed]:
        """Look at everything."""
        self._places |= self._source.listening()
        found = list(self._source.every())
        yield from self._add(found, now, before)
        # A socket gets its cookie when it is first looked at: a remnant has another than the event had.
        closed = {(known.local, known.remote): known for known in self._closed}
        early = []  # their events are still to come
        for row in found:
            known = closed.get((row.source, row.destination)) or self._live.get(row.cookie) if row.remnant else None
            if known:
                early += [known] if known.ended is None else []
                known.rest(now)
        for known in self._closed:
            self._live.pop(known.cookie, None)
        yield from (*self._closed, *early)
        self._closed = []
        if isinstance(self._source, Proc):
            yield from self._vanished({row.cookie for row in found}, now)

    def _vanished(self, there: set[int], now: float) -> Iterator[Followed]:
        """Yield the connections that are not there any more: without netlink no event says so."""
        for known in [each for each in self._live.values() if each.cookie not in there]:
            del self._live[known.cookie]
            if known.ended is None:
                known.vanish(now)
                yield known

    def _add(self, rows: Iterable[Row], now: float, before: bool = False) -> Iterator[Followed]:
        for row in rows:
            known = self._live.get(row.cookie)
            if known is None and not row.remnant and (known := self._begin(row, now, before)):
                known.owner = self._owner(known, row)
                yield known
            elif known and known.ended is None:
                known.take(row)

    def _begin(self, row: Row, now: float, before: bool = False) -> Followed | None:
        """Return a new connection; None: the peer is this host itself, or there are too many."""
        if row.destination.address in self._own:
            return None
        if len(self.connections) >= MOST and not self._forget() and row.state != "syn-sent" and row.opened is not True:
            self.left_out += 1
            return None
        known = Followed(row, now, before)
        known.listens = self._listener(row.source) is not None
        known.take(row)
        self.connections.append(known)
        self._live[row.cookie] = known
        return known

    def _forget(self) -> bool:
        """Forget the older half of the connections A that have ended; return whether there were any."""
        ended = [each for each in self.connections if each.ended is not None and not each.by_this_host]
        gone = {id(each) for each in ended[: len(ended) // 2]}
        self.connections = [each for each in self.connections if id(each) not in gone]
        self.forgotten += len(gone)
        return bool(gone)

    def _listener(self, local: Endpoint) -> Row | None:
        """Return the socket that listens, or did, where a connection arrived."""
        for address in (local.address, "0.0.0.0", "::"):
            if found := self._places.get((address, local.port)):
                return found
        return None

    def _owner(self, known: Followed, row: Row) -> Owner:
        """Return who has the socket; of one that is gone already, or not accepted yet, who listens there."""
        owner = self._owners.owner(row.inode, row.cgroup, row.uid)
        place = None if known.by_this_host else self._listener(known.local)
        if owner.pid is None and place is not None:
            listener = self._owners.owner(place.inode, place.cgroup, place.uid)
            return listener if listener.pid is not None or not row.inode else owner
        return owner

    def _end(self, row: Row, now: float) -> Iterator[Followed]:
        known = self._live.get(row.cookie)
        if known is None and (known := self._begin(row, now)):
            known.owner = self._owner(known, row)
        if known is None:
            return
        if known.ended is not None:  # its remnant was seen first
            del self._live[row.cookie]
            return
        known.end(row, now)
        if known.ended == "closed":
            self._closed.append(known)
        else:
            del self._live[row.cookie]
            yield known
