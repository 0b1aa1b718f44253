"""From an examination to its cases: all facts about each destination."""

from __future__ import annotations

from collections.abc import Sequence
from errno import EADDRNOTAVAIL

from ..model.attempt import Attempt, Control
from ..model.connection import Endpoint, HopDistance
from ..model.diagnosis import Bystander, Observation
from ..net.octets import text_of
from ..net.probes.trial import SourceTest, Trial
from .case import Case
from .changes import of_route
from .examine import Examination
from .observe import merged, observe
from .request import least_ttls
from .surroundings import host

_MOST_BANNER = 200  # bytes of a service's first ones that are kept
_INITIAL = (64, 128, 255)  # usual TTLs of packets as systems send them


def cases(found: Examination) -> list[Case]:
    """Return a case for each destination."""
    return [_case(found, destination) for destination in found.plans]


def _case(found: Examination, destination: Endpoint) -> Case:
    request = found.request
    tests = [test for test in found.plans[destination].tests if test.of("sources")]
    gone = [test for test in tests if any(_went_away(trial) for trial in test.of("sources"))]
    tests = [test for test in tests if test not in gone]
    for trial in [trial for test in gone for trial in test.of("sources")]:
        trial.way = trial.way._replace(experiment="context")
    rerouted = [said for test in tests if (said := _look_again(found, test))]
    seen = [_observed(found, test) for test in tests]
    return Case(
        destination=destination,
        name=found.name,
        observations=tuple(merged(seen)) if seen else (),
        host=host(found.around, destination, [each.address for each in seen], destination in found.far_ends, rerouted),
        attempts=tuple(_attempts(found, destination)),
        controls=(
            *(each for each in found.controls if each.destination == destination.address),
            *_control_port(found, destination),
        ),
        bursts=tuple(burst for burst in found.bursts if burst.destination == destination),
        context=(
            *_bystanders(found, destination),
            *(_gone(found, test) for test in gone),
            *(_left_out(found, test) for test in found.left_out if test.destination == destination),
        ),
        syns=found.syns,
        most_syns=found.most_syns,
        seconds=found.sweep.elapsed(),
        quick=request.quick,
    )


def _went_away(trial: Trial) -> bool:
    """Return whether bind(2) found that the address is no longer one of this host's."""
    return trial.bind_failed and trial.probe.code == EADDRNOTAVAIL


def _gone(found: Examination, test: SourceTest) -> Bystander:
    address = test.source or ""
    reason = "the address was removed from this host during the test"
    return Bystander(address, found.around.places.get(address, ""), reason, test.trials[0].outcome)


def _left_out(found: Examination, test: SourceTest) -> Bystander:
    address = test.source or ""
    reason = "not tried: its next hop does not reply to ARP or ND"
    return Bystander(address, found.around.places.get(address, ""), reason)


def _look_again(found: Examination, test: SourceTest) -> str:
    """Look up the route once more: a redirect may have come meanwhile. Return how else it has changed."""
    route = found.route_to(test.destination, test.source)
    said = of_route(test.address or "this host", test.route, route)
    if route and route.redirected:
        test.route = route
    return said


def _observed(found: Examination, test: SourceTest) -> Observation:
    control = found.control(test)
    seen = observe(test, found.around.places)
    near = [
        trial.way.hop_limit
        for trial in test.of("ttl")
        if trial.way.hop_limit and (trial.probe.code == 0 or trial.probe.rst)
    ]
    return seen._replace(
        trace=found.paths.get(test),
        answerer=_distance(test, control),
        answered_at=min(near, default=None),
        tls=found.handshakes.get(test),
        banner=_banner(test) if found.request.banner else None,
    )


def _banner(test: SourceTest) -> str | None:
    said = next((trial.said for trial in test.of("sources") if trial.said), b"")
    return text_of(said[:_MOST_BANNER]).rstrip("\r\n") or None


def _distance(test: SourceTest, control: Control | None) -> HopDistance | None:
    """Return what the TTL of a RST shows: whether it comes from as far away as the host's own answer."""
    if control is None or control.ttl is None:
        return None
    came = {trial.way.least_ttl: trial.probe.rst for trial in test.of("ttl") if trial.way.least_ttl}
    same, more, other = (came.get(least) for least in least_ttls(control.ttl))
    if not same or other:  # it started with another TTL, so that the two cannot be compared
        return None
    back = next(initial for initial in _INITIAL if initial >= control.ttl) - control.ttl
    if more:
        return HopDistance(control.ttl + 1, max(0, back - 1), back, True)
    return HopDistance(control.ttl, back, back, False)


def _attempts(found: Examination, destination: Endpoint) -> list[Attempt]:
    return [
        trial.attempt()
        for trial in found.sweep.trials
        if trial.test.destination == destination or _is_control(trial, destination)
    ]


def _is_control(trial: Trial, destination: Endpoint) -> bool:
    return trial.way.experiment == "control" and trial.probe.destination.address == destination.address


def _control_port(found: Examination, destination: Endpoint) -> list[Control]:
    answered = [t for t in found.sweep.trials if _is_control(t, destination) and (t.probe.rst or t.probe.code == 0)]
    return [
        Control(
            "tcp",
            destination.address,
            trial.probe.source and trial.probe.source.address,
            trial.probe.destination.port,
            True,
            None,
        )
        for trial in answered
    ]


def _bystanders(found: Examination, destination: Endpoint) -> Sequence[Bystander]:
    outcomes = {test.source: trial.outcome for test in found.bystanders[destination] for trial in test.trials}
    context = next(target.context for target in found.targets if target.endpoint == destination)
    judged = {test.source for test in found.plans[destination].tests}
    return [each._replace(outcome=outcomes.get(each.address)) for each in context if each.address not in judged]
