"""Which connect to make next: as few as the open question needs, within a limit that is known beforehand.

Every source is tried once. What follows depends on the results: nothing more if all are accepted and agree; some
repeats if none is; and if they differ, so many repeats of each that chance is excluded (see `statistics`). A round has
one connect of each source in random order: a device that alternates between two states would otherwise fare like a
source address.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from random import Random
from typing import NamedTuple

from ..model.hold import Hold
from ..net.probes.trial import SourceTest, Trial, Way
from . import statistics

SYNS_A_SOURCE = 20  # the limit for the SYNs, for each source address
MOST_ATTEMPTS = 8  # of one source, unless -attempts says otherwise
_LATE = 0.1  # of the timeout: an answer that has not come by then is not waited for before the next round
_GAP = 0.01  # seconds from the end of a round to the next one
_FLOWS = 10  # connects without success, of all sources: chance in half of the flows would make them 1 in 1024
_SIGNED = 3  # connects that a device rejects with an ICMP error: its first error is evidence already
_LOCAL = 2  # connects that this host itself rejects
_UNFINISHED = 3  # connections of a source whose handshake does not finish
PATIENCE = 0.9  # longest wait in seconds of a repeat: the kernel sends its SYN again after 1 s
_LOCAL_OUTCOMES = ("no-route", "denied", "address-unavailable", "address-in-use", "error")


def behaviour(held: Hold) -> str:
    """Return what a held connection showed: served, closed, reset or half-open."""
    return held.word if held.word in ("closed", "reset", "half-open") else "served"


class Step(NamedTuple):
    """A connect to make."""

    test: SourceTest
    way: Way


class Plan:
    """The connects that compare the source addresses at one destination. The first test is the kernel's choice."""

    def __init__(
        self,
        tests: Sequence[SourceTest],
        timeout: float,
        hold: float,
        most_attempts: int,
        ports: tuple[int, int] | None = None,
    ) -> None:
        self.tests = list(tests)
        self._timeout, self._hold, self._most = timeout, hold, most_attempts
        self._ports, self._random = ports, Random()
        self._round = 0
        self._due = 0.0
        self._confirming = False  # the last connects wait in full

    @property
    def most_syns(self) -> int:
        """The limit for the SYNs."""
        return SYNS_A_SOURCE * len(self.tests)

    @property
    def is_mixed(self) -> bool:
        """Whether connects of one source end differently."""
        return any(map(_mixed, self.tests))

    def due(self, now: float, own: frozenset[str], room: int) -> list[Step]:
        """Return the connects to make now. `own`: this host's addresses; `room`: how many SYNs may still be sent."""
        if self._round == 0:
            self._round = 1
            return [Step(test, Way(self._timeout, hold=self._hold)) for test in self.tests]
        if now < self._due or not self._settled(now):
            return []
        goals = self.goals(now, own)
        wanted = [test for test in self.tests if len(test.of("sources")) < goals[test]]
        if not wanted or len(wanted) > room:
            return []
        self._round += 1
        self._due = now + _GAP
        self._random.shuffle(wanted)
        return [Step(test, self._way(test)) for test in wanted]

    def again(self, now: float) -> float | None:
        """Return when to ask again; None: only when something has happened."""
        late = [
            trial.probe.started + self._late
            for test in self.tests
            for trial in test.trials
            if trial.probe.code is None and trial.probe.started + self._late > now
        ]
        return min([*late, *([self._due] if self._due > now else [])], default=None)

    @property
    def _late(self) -> float:
        return self._timeout * _LATE

    def _way(self, test: SourceTest) -> Way:
        """Return how a repeat is made: held if the question is what happens after the connect."""
        behaviours = self._behaviours()
        if len(behaviours) > 1 or "half-open" in behaviours or self._confirming:
            return Way(self._timeout, hold=self._hold, port=self._port(test))
        slowest = max((trial.probe.elapsed() for trial in test.trials if trial.probe.code == 0), default=0.0)
        return Way(min(self._timeout, max(PATIENCE, 2.5 * slowest)), abort=True, port=self._port(test))

    def _port(self, test: SourceTest) -> int:
        """Return a random source port for a repeat; 0: the kernel chooses.

        The kernel gives connect(2) even ports and bind(2) odd ones (`__inet_hash_connect`, `inet_csk_find_open_port`):
        a device that hashes the ports would treat the default source and a bound one differently.
        """
        left = any(trial.probe.source for trial in test.trials if not trial.bind_failed)
        return self._random.randint(*self._ports) if self._ports and left else 0

    def _settled(self, now: float) -> bool:
        """Return whether every connect has ended or is late, and is not held (any more) if all were accepted."""
        trials = [trial for test in self.tests for trial in test.of("sources")]
        if any(0 < trial.waits(now) < self._late for trial in trials):
            return False
        first = [trial for test in self.tests for trial in test.of("sources")[:1]]
        accepted = all(trial.probe.code == 0 for trial in trials)
        return not (accepted and any(trial.holding for trial in first))

    def goals(self, now: float, own: frozenset[str]) -> dict[SourceTest, int]:
        """Return how many connects each source is to have made."""
        fates = {test: _fate(test, own) for test in self.tests}
        works = [test for test, fate in fates.items() if fate == "accepted"]
        fails = [test for test in self.tests if test not in works]
        if not fails and not self.is_mixed:
            number = self._alike(works)
        elif works and fails and {fates[test] for test in fails} <= {"local", "signed"}:
            number = _SIGNED
        elif works or any(_mixed(test) for test in self.tests):
            number = statistics.repeats(max(1, len(works) - (not fails)), max(1, len(fails)))
        elif refused := [test for test in fails if fates[test] == "refused"]:
            other = len(fails) - len(refused)
            number = statistics.repeats(len(refused), other) if other else self._silent(len(fails))
        else:
            every = {fates[test] for test in fails}
            number = (
                _LOCAL if every == {"local"} else _SIGNED if every <= {"local", "signed"} else self._silent(len(fails))
            )
        self._confirming = number <= self._round and self.looks_limited()
        number += 2 * self._confirming
        return dict.fromkeys(self.tests, min(number, self._most))

    def _silent(self, sources: int) -> int:
        return max(2, ceil(_FLOWS / sources))

    def _alike(self, works: Sequence[SourceTest]) -> int:
        """All were accepted: is it the same for all, and was nothing lost?"""
        trials = [trial for test in works for trial in test.of("sources")]
        behaviours = self._behaviours()
        if "half-open" in behaviours:
            return _UNFINISHED
        if len(behaviours) > 1:
            return statistics.repeats(1, max(1, len(works) - 1))
        lost = any(trial.probe.info and trial.probe.info.total_retransmits for trial in trials)
        return self._silent(len(works)) if lost else 1

    def _behaviours(self) -> set[str]:
        """Return what the connections that were held showed."""
        held = (trial.held for test in self.tests for trial in test.of("sources"))
        return {behaviour(each) for each in held if each}

    def looks_limited(self) -> bool:
        """Return whether something was accepted first and nothing later: the last connects then wait in full."""
        trials = sorted((t for test in self.tests for t in test.of("sources")), key=lambda t: t.probe.started)
        accepted = [trial.probe.code == 0 for trial in trials]
        return (
            True in accepted
            and False in accepted
            and accepted == sorted(accepted, reverse=True)
            and any(_mixed(test) for test in self.tests)
        )


def _fate(test: SourceTest, own: frozenset[str]) -> str:
    """Return accepted, refused (a RST), signed (an ICMP error of another device), local (this host), or other."""
    trials = test.of("sources")
    if any(trial.probe.code == 0 for trial in trials):
        return "accepted"
    errors = [trial.probe.icmp.sender for trial in trials if trial.probe.icmp]
    if any(sender not in own for sender in errors):
        return "signed"
    if errors or any(trial.bind_failed or trial.outcome in _LOCAL_OUTCOMES for trial in trials):
        return "local"
    return "refused" if any(trial.probe.rst for trial in trials) else "other"


def _mixed(test: SourceTest) -> bool:
    """Return whether some connects of a source were accepted, and some were not or are late."""
    return len({trial.probe.code == 0 for trial in test.of("sources")}) > 1


def same_port(trials: Sequence[Trial]) -> list[Step]:
    """Return connects from source ports that were used before: does the fate stick to the flow?

    Only aborted connects leave their port free, and those that got no answer.
    """
    accepted = [trial for trial in trials if trial.way.abort and trial.probe.code == 0]
    silent = [trial for trial in trials if trial.way.abort and trial.probe.code == -1]
    return [
        Step(trial.test, Way(PATIENCE, "same-port", abort=True, port=trial.probe.source.port))
        for trial in [*accepted[:6], *silent[:6]]
        if trial.probe.source
    ]
