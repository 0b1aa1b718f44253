"""The experiments that tell the remaining causes apart, once the sources are compared.

Each asks one question: does the fate stick to the source port; does the other next hop make a difference; does a RST
come from nearer than the host; what do this host's own counters say while some SYNs leave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic, sleep

from ..errors import Failure
from ..net.probes.tls import from_sources
from ..net.probes.trial import SourceTest, Trial, Way
from ..net.resolver import is_address
from . import statistics
from .case import Burst
from .examine import MOST_TRACED, Examination
from .experiments import PATIENCE, Plan, Step, same_port
from .request import least_ttls, other_ways, resets_sent
from .surroundings import Moment, now, undelivered

_MOST_TLS = 8  # sources from which a TLS handshake is made
_MOST_AGAIN = 3  # times that the same ports are used again
_BURST = 4  # SYNs in a burst, for each source
_WINDOW, _SHARE = 0.25, 0.08  # seconds that the counters are watched for, and of the timeout, whichever is less
_NEAR = 0.15  # seconds, on top of some round trips, for a RST that comes or does not


def follow_up(found: Examination) -> None:
    """Make the experiments. Ctrl-C ends it with what is known so far: see `sweep.cancelled`."""
    if found.sweep.cancelled:
        return
    try:
        for plan in found.plans.values():
            if not found.request.quick:
                _follow(found, plan)
            if found.request.tls:
                _shake_hands(found, plan)
    except KeyboardInterrupt:
        found.sweep.cancel()


def _follow(found: Examination, plan: Plan) -> None:
    trials = [trial for test in plan.tests for trial in test.of("sources")]
    accepted = [trial for trial in trials if trial.probe.code == 0]
    refused = [test for test in plan.tests if _all(test, lambda trial: trial.probe.rst)]
    silent = [test for test in plan.tests if _all(test, lambda trial: trial.probe.code == -1 and not trial.probe.icmp)]
    mixed = any(trial.test is other.test for trial in accepted for other in trials if other.probe.code == -1)
    if mixed and not plan.looks_limited():
        _try_ports_again(found, plan)
    if accepted and len(accepted) < len(trials):
        for step in other_ways(plan.tests):
            _try_other_way(found, step)
    _compare_distance(found, refused[:MOST_TRACED])
    for tests in (silent[:MOST_TRACED], refused[:MOST_TRACED]):
        if tests and not mixed:
            _watch_counters(found, tests)


def _shake_hands(found: Examination, plan: Plan) -> None:
    """Make a TLS handshake from each source that connects: who answers, and is it the same for each?"""
    tests = [test for test in plan.tests if any(trial.probe.code == 0 for trial in test.of("sources"))]
    tests = tests[: max(0, min(_MOST_TLS, found.room))]
    if not tests:
        return
    name = None if is_address(found.name) else found.name
    sources = [test.source for test in tests]
    try:
        made = from_sources(tests[0].destination, sources, name, found.request.timeout, found.sweep.progress)
    except (Failure, OSError):  # a source was removed meanwhile, or descriptors have run out: go on without
        return
    found.other_syns += sum(1 + (probe.info.total_retransmits if probe.info else 0) for probe, _ in made)
    found.handshakes.update({test: seen for test, (_, seen) in zip(tests, made) if seen})


def _all(test: SourceTest, holds: Callable[[Trial], bool]) -> bool:
    trials = test.of("sources")
    return bool(trials) and all(map(holds, trials))


def _try_ports_again(found: Examination, plan: Plan) -> None:
    """Use the same source ports again, as often as it takes to be certain that the fate sticks to them or not."""
    trials = [trial for test in plan.tests for trial in test.of("sources")]
    for _ in range(_MOST_AGAIN):
        found.perform(same_port(trials))
        made = [trial.attempt() for test in plan.tests for trial in test.of("sources", "same-port")]
        if statistics.sticks_to_flow(made) < statistics.CERTAIN or statistics.recovered(made):
            return
        trials = [trial for trial in trials if trial.probe.code == 0]  # of those without an answer much is known


def _try_other_way(found: Examination, step: Step) -> None:
    """Make this connect, and count the RSTs that this host sends meanwhile, and none in as long a time afterwards.

    An answer that arrives by another interface is not for that socket (SO_BINDTODEVICE): this host resets it. RSTs to
    something else, as late answers to earlier experiments, would have to come in each of several such moments.
    """
    for _ in range(statistics.MOMENTS):
        before = resets_sent()
        trials = found.perform([step])
        after = resets_sent()
        if not trials or trials[0].probe.code != -1 or after == before:
            return
        sleep(step.way.patience)
        if resets_sent() != after:
            return
        trials[0].resets = after - before


def _compare_distance(found: Examination, refused: Sequence[SourceTest]) -> None:
    """Find out where a RST comes from: it comes for a SYN with TTL 1, or with a larger TTL than the host's answers."""
    steps: list[Step] = []
    for test in refused:
        control = found.control(test)
        ttl = control.ttl if control and control.alive else None
        wait = min(PATIENCE, _NEAR + 4 * test.trials[0].probe.elapsed())
        if test.route and test.route.gateway not in (None, test.destination.address):
            steps.append(Step(test, Way(wait, "ttl", abort=True, hop_limit=1)))
        if ttl and 1 < ttl < 254:
            steps += [Step(test, Way(wait, "ttl", abort=True, least_ttl=least)) for least in least_ttls(ttl)]
    found.perform(steps)


def _watch_counters(found: Examination, tests: Sequence[SourceTest]) -> None:
    """Send some SYNs at once and look what this host's counters make of it, and again in as long a time without."""
    window = min(_WINDOW, found.request.timeout * _SHARE)
    start = now()
    begun = monotonic()
    steps = [Step(test, Way(window, "counters", abort=True)) for _ in range(_BURST) for test in tests]
    trials = found.perform(steps)
    sleep(max(0.0, begun + window - monotonic()))
    middle = now()
    sleep(window)
    end = now()
    resets_after = _rise(middle, end, "Tcp.OutRsts")
    if resets_after:  # an answer from elsewhere that comes again is reset again: look once more whether that goes on
        sleep(window)
        resets_after = min(resets_after, _rise(end, now(), "Tcp.OutRsts"))
    six = ":" in tests[0].destination.address
    sources = tuple(test.address or "" for test in tests)
    found.bursts.append(
        Burst(
            tests[0].destination,
            sources,
            sum(trial.attempt().syns for trial in trials),
            undelivered(start, middle, six),
            undelivered(middle, end, six),
            _rise(start, middle, "Tcp.OutRsts"),
            resets_after,
            {name: count - start.sent.get(name, 0) for name, count in middle.sent.items()},
            found.prompt,
        )
    )


def _rise(before: Moment, after: Moment, name: str) -> int:
    return max(0, after.stack.get(name, 0) - before.stack.get(name, 0))
