"""Makes the experiments at one or several ports of a host, and returns the cases: all that was observed.

With `surroundings` the only modules of verdicts that do input or output.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from math import ceil
from time import monotonic

from ..errors import Failure
from ..model.attempt import Control
from ..model.connection import Endpoint
from ..model.tls import Tls
from ..model.trace import Trace
from ..net.probes.controls import controls
from ..net.probes.sweep import Sweep
from ..net.probes.traceroute import traces
from ..net.probes.trial import SourceTest, Trial, Way
from ..net.tables import own_sockets
from ..net.tables.settings import port_range
from .case import Burst
from .experiments import PATIENCE, Plan, Step
from .next_hops import NextHops
from .request import Request, RouteTo, Target, tests_of
from .surroundings import Surroundings

MOST_TRACED = 2  # sources whose path is traced, and whose distance is checked
_CONTROL = 0.3  # of the timeout: longest wait for the answers of the controls
_TRACING = 0.4  # of the timeout: time for the traces
_BEYOND = 2  # hops that are traced after the last one that is known from the datagrams
_NEAR = 0.03  # seconds, on top of some round trips, in which a router reports an exceeded TTL
_CONTEXT = 0.3  # seconds that a connect from an address waits that is not judged
_SHORT = 0.05  # seconds until the next try if file descriptors have run out


class Examination:
    """The experiments at the ports of a host. `run` makes them; `findings` says what was observed."""

    def __init__(
        self,
        name: str,
        targets: Sequence[Target],
        request: Request,
        route_to: RouteTo,
        around: Surroundings,
        now: float,
    ) -> None:
        self.name = name  # as typed
        self.targets = targets
        self.request = request
        self.route_to = route_to
        self.around = around
        self.sweep = Sweep(now)
        hold = 0.0 if request.quick else request.hold
        self.plans = {
            port: Plan(tests_of(port, sources, route_to), request.timeout, hold, request.most_attempts, port_range())
            for port, sources, _ in targets
        }
        self.bystanders = {
            port: [SourceTest(port, each.address, route_to(port, each.address)) for each in context]
            for port, _, context in targets
        }
        self.far_ends: set[Endpoint] = set()
        self.paths: dict[SourceTest, Trace] = {}
        self.controls: list[Control] = []
        self.bursts: list[Burst] = []
        self.handshakes: dict[SourceTest, Tls] = {}
        self.prompt: frozenset[str] = frozenset()  # interfaces whose counters count at once
        self.other_syns = 0  # of traces and TLS handshakes
        self.left_out: list[SourceTest] = []  # their next hop does not reply
        self._hops = NextHops()
        self._postponed: deque[Step] = deque()
        self._retry = 0.0

    @property
    def most_syns(self) -> int:
        """The limit for the SYNs."""
        return sum(plan.most_syns for plan in self.plans.values())

    @property
    def syns(self) -> int:
        """How many SYNs were sent so far."""
        return self.sweep.syns + self.other_syns

    @property
    def room(self) -> int:
        """How many SYNs may still be started: less those that are waiting may yet send, one a second."""
        now = monotonic()
        to_come = sum(min(8, ceil(t.expires - now) - 1) for t in self.sweep.waiting if t.holding is None)
        return self.most_syns - self.syns - to_come - len(self._postponed)

    def run(self) -> None:
        """Make the experiments. Ctrl-C ends it with what is known so far: see `sweep.cancelled`."""
        sweep, request = self.sweep, self.request
        try:
            self._plan()
            if not request.quick:
                if request.control:
                    self._ask_controls()
                self.prompt = self.around.sending()
                self._check_distances()
                sweep.run(self._plan, until=request.timeout * _CONTROL)
                self._try_control_port()
                self._trace()
            sweep.run(self._plan)
            if not request.quick:
                self._check_distances()
        except KeyboardInterrupt:
            sweep.cancel()

    def _plan(self) -> float | None:
        """Start what is due; return when to be asked again."""
        now = monotonic()
        if not self.sweep.trials:
            for tests in self.bystanders.values():
                self._postponed.extend(Step(test, Way(_CONTEXT, "context")) for test in tests)
        for port, plan in self.plans.items():
            self._promote(port, plan)
            if not self._postponed:  # what waits for a file descriptor is not planned again
                self._postponed.extend(plan.due(now, self.around.own, self.room))
        if now >= self._retry:
            self._begin(now)
        times = [time for plan in self.plans.values() if (time := plan.again(now)) is not None]
        return min([*times, *([self._retry] if self._postponed else [])], default=None)

    def _begin(self, now: float) -> None:
        """Start what is postponed, as far as file descriptors and the next hops allow."""
        held: list[Step] = []
        while self._postponed:
            step = self._postponed.popleft()
            admitted = self._hops.admits(step.test)
            if admitted is None:
                self._leave_out(step.test)
            elif not admitted:
                held.append(step)
            elif self.sweep.start(step.test, step.way) is None:
                held.append(step)
                break
        self._postponed.extendleft(reversed(held))
        if held:
            self._retry = now + _SHORT

    def _leave_out(self, test: SourceTest) -> None:
        for tests in (self.plans[test.destination].tests, self.bystanders[test.destination]):
            if test in tests:
                tests.remove(test)
                self.left_out.append(test)

    def _promote(self, port: Endpoint, plan: Plan) -> None:
        """Judge a bystander with the others if it connects and another source does not."""
        if all(trial.probe.code == 0 for test in plan.tests for trial in test.of("sources")):
            return
        for test in [each for each in self.bystanders[port] if any(trial.probe.code == 0 for trial in each.trials)]:
            self.bystanders[port].remove(test)
            for trial in test.trials:
                trial.way = trial.way._replace(experiment="sources")
            plan.tests.append(test)

    def perform(self, steps: Sequence[Step]) -> list[Trial]:
        """Make these connects now, while the others go on, and return them when they are over."""
        steps = steps[: max(0, self.room)]
        trials = [trial for step in steps if (trial := self.sweep.start(step.test, step.way))]
        while not all(trial.over for trial in trials) and not self.sweep.cancelled:
            self._plan()
            self.sweep.take(10)
        return trials

    def _tests_of_all(self) -> list[SourceTest]:
        return [test for plan in self.plans.values() for test in plan.tests]

    def _ask_controls(self) -> None:
        """Send the datagrams; in time for a connection that is served at once."""
        tests = self._tests_of_all()
        pairs = [
            (plan.tests[0].destination.address, test.address)
            for plan in self.plans.values()
            for test in plan.tests[: MOST_TRACED + 1]
        ]
        started = monotonic()

        def enough() -> bool:
            self._plan()
            self.sweep.take(0)
            if self.sweep.progress:
                self.sweep.progress()
            round_trips = [t.probe.info.rtt for t in self.sweep.trials if t.probe.code == 0 and t.probe.info]
            served = all(test.trials and test.trials[0].over and test.trials[0].probe.code == 0 for test in tests)
            return served and monotonic() - started > _NEAR + 3 * max(round_trips, default=0.0)

        self.controls = controls(list(dict.fromkeys(pairs)), self.request.timeout * _CONTROL, enough)

    def control(self, test: SourceTest) -> Control | None:
        """Return the datagrams from the source of a test to its destination."""
        wanted = ("udp", test.destination.address, test.address)
        return next((each for each in self.controls if each[:3] == wanted), None)

    def _check_distances(self) -> None:
        """Send a SYN that runs out before the host: whatever accepts it is nearer, and answers for the host."""
        steps: list[Step] = []
        for test in [test for test in self._tests_of_all() if test.trials and not test.of("ttl")]:
            if test.trials[0].probe.code != 0:
                continue
            info = test.trials[0].probe.info
            control = self.control(test)
            beyond = control.beyond if control else 0
            gateway = test.route.gateway if test.route and test.route.kind == "unicast" else None
            near = {1} if gateway and gateway != test.destination.address else set()
            wait = _NEAR + 4 * (info.rtt if info else 0.0)
            ttls = near | ({beyond} if beyond else set())
            steps += [Step(test, Way(wait, "ttl", abort=True, hop_limit=ttl)) for ttl in sorted(ttls)]
        for trial in self.perform(steps[: 2 * (MOST_TRACED + 1)]):
            if trial.probe.code == 0 and trial.way.hop_limit == 1 and trial.test.destination not in self.far_ends:
                self._look_for_far_end(trial.test)

    def _look_for_far_end(self, test: SourceTest) -> None:
        """Find out whether the far end of a connection is a socket of this host, while both ends are open."""
        trial = self.sweep.hold_open(test, Way(PATIENCE, "ttl", hop_limit=1))
        source = trial.probe.source
        if trial.probe.code == 0 and source and own_sockets.far_end(source):
            self.far_ends.add(test.destination)
        trial.close()

    def _trace(self) -> None:
        """Trace the paths to the first destination: of sources without an answer so far, and of one that works."""
        tests = self._tests_of_all()
        silent = [test for test in tests if not any(trial.probe.code is not None for trial in test.of("sources"))]
        if not silent or self.sweep.cancelled or any(plan.is_mixed for plan in self.plans.values()):
            return
        there = silent[0].destination  # the first that is silent: one destination is traced
        tests = [test for test in tests if test.destination == there]
        works = [test for test in tests if any(trial.probe.code == 0 for trial in test.of("sources"))]
        traced = [*(test for test in silent if test in tests), *works]
        traced = traced[: MOST_TRACED - 1] + (works or traced[MOST_TRACED - 1 :])[:1]
        beyond = max((each.beyond for each in self.controls), default=0)
        # Each path takes a SYN for each hop, and two more for each hop that does not reply.
        traced = traced[: max(0, self.room) // (beyond + 3 * _BEYOND)]
        if not traced:
            return

        def progress(elapsed: float, left: float, syns: int) -> None:
            self.other_syns = syns
            self._plan()
            self.sweep.take(0)
            if self.sweep.progress:
                self.sweep.progress()

        try:
            seconds = self.request.timeout * _TRACING
            sources = [test.source for test in traced]
            found = traces(traced[0].destination, sources, beyond + _BEYOND, seconds, progress)
        except (Failure, OSError):  # a source was removed meanwhile, or descriptors have run out: go on without
            return
        if any(trace.outcome == "cancelled" for trace in found):
            self.sweep.cancel()
        self.paths = dict(zip(traced, found))

    def _try_control_port(self) -> None:
        """Connect to a port that is likely closed, if the host has not answered: its RST shows that it is alive."""
        if not self.request.control or self.sweep.cancelled:
            return
        for test in [test for plan in self.plans.values() for test in plan.tests[:MOST_TRACED]]:
            address = test.destination.address
            alive = any(each.alive for each in self.controls if each.destination == address)
            answered = any(
                t.probe.code == 0 or t.probe.rst
                for plan in self.plans.values()
                for other in plan.tests
                if other.destination.address == address
                for t in other.trials
            )
            if alive or answered or self.request.control == test.destination.port:
                continue
            other = SourceTest(test.destination._replace(port=self.request.control), test.source, test.route)
            self.sweep.start(other, Way(PATIENCE, "control", abort=True))
