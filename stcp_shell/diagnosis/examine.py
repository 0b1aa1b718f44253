"""From the probes of a sweep to the observations of a case, with other facts about this host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Optional

from ..errors import Failure
from ..model.connection import INET, Endpoint, HopDistance, ResolvedRoute, family_of
from ..model.diagnosis import Case, Observation, ReversePath
from ..model.trace import Trace
from ..net.probes.hop_distance import hop_distance
from ..net.probes.probe import Probe
from ..net.probes.sweep import SourceTest, Sweep
from ..net.probes.traceroute import traces
from ..net.tables import rpfilter
from ..net.tables.interfaces import interfaces
from ..net.tables.netlink import TablesUnavailable
from ..net.tables.routes import default_gateways

MOST_TRACED = 3  # sources without an answer whose path is traced, besides one that works
MOST_MEASURED = 3  # RSTs whose distance is measured
RouteTo = Callable[[Endpoint, Optional[str]], Optional[ResolvedRoute]]
Traced = Mapping[tuple[Endpoint, Optional[str]], Trace]


def filter_drops() -> int | None:
    """Return the reverse path filter's counter."""
    return rpfilter.dropped()


def paths(sweep: Sweep, timeout: float) -> Traced:
    """Trace the paths to the first destination: from sources without an answer so far, and from one that works."""
    destination = sweep.tests[0].destination
    tests = [test for test in sweep.tests if test.destination == destination]
    silent = [test for test in tests if not any(probe.code is not None for probe in test.attempts)]
    if not silent:
        return {}
    works = [test for test in tests if any(probe.code == 0 for probe in test.attempts)]
    chosen = [*silent[:MOST_TRACED], *works[:1]]
    sources = [test.source for test in chosen]
    try:
        found = traces(destination, sources, timeout=timeout * 0.5, progress=lambda *_: sweep.take())
    except (Failure, OSError):  # a source was removed meanwhile, or descriptors have run out: go on without
        return {}
    if any(trace.outcome == "cancelled" for trace in found):
        sweep.cancel()
    return {(destination, test.source): trace for test, trace in zip(chosen, found)}


def look_again(test: SourceTest, route_to: RouteTo) -> None:
    """Look up the route of an unbound IPv4 connect with the source that it chose, as the kernel does (see connect)."""
    chosen = next((probe.source for probe in test.attempts if probe.source), None)
    if test.source is None and chosen and family_of(chosen.address) == INET:
        test.route = route_to(test.destination, chosen.address)


def case(name: str, destination: Endpoint, sweep: Sweep, traced: Traced, rose: int | None) -> Case:
    """Return all facts about one destination."""
    there = interfaces()
    places = {address.address: interface.name for interface in there for address in interface.addresses}
    tests = [test for test in sweep.tests if test.destination == destination and test.attempts]
    measured = {} if sweep.cancelled else _distances(tests, destination, sweep)
    observations = [observe(test, places, traced.get((destination, test.source)), measured) for test in tests]
    return Case(
        destination=destination,
        name=name,
        observations=tuple(_distinct(observations)),
        local_addresses=frozenset(address.partition("%")[0] for address in places),
        reverse_path=ReversePath(rpfilter.strict(places.values()), rose),
        gateways=tuple(_gateways(destination)),
    )


def observe(
    test: SourceTest, places: Mapping[str, str], trace: Trace | None, measured: Mapping[str, HopDistance]
) -> Observation:
    """Return the result that the attempts of a test agree on."""
    outcomes = [probe.outcome(test.route) for probe in test.attempts]
    answered = [o for o in outcomes if o not in ("timeout", "cancelled")]
    outcome = (answered[0] if len(set(answered)) == 1 else "inconsistent") if answered else outcomes[0]
    best = _telling(test.attempts, outcomes, outcome)
    source = best.source.address if best.source else test.source
    return Observation(
        address=source,
        chosen_by="kernel" if test.source is None else "bind",
        outcome=outcome,
        attempts=len(outcomes),
        answered=len(answered),
        errno=best.errno,
        icmp=best.icmp,
        rst=best.rst,
        syn_fate=best.syn_fate,
        route=test.route,
        interface=places.get(source or ""),
        rtt=best.info.rtt if best.info and outcome == "connected" else None,
        elapsed=min(probe.elapsed() for probe in test.attempts),
        answerer=measured.get(source or "") if best.rst else None,
        trace=trace,
    )


def _telling(probes: list[Probe], outcomes: list[str], outcome: str) -> Probe:
    """Return the attempt with most evidence: with the outcome and, if possible, an ICMP error or the fate of SYNs."""
    same = [probe for probe, each in zip(probes, outcomes) if each == outcome] or probes
    return next((probe for probe in same if probe.icmp or probe.syn_fate), same[0])


def _distinct(observations: list[Observation]) -> list[Observation]:
    """Merge the default source and its bound twin: one test, made twice as often. An answer outweighs a timeout."""
    twin = next((seen for seen in observations[1:] if seen.address == observations[0].address), None)
    if twin is None:
        return observations
    default = observations[0]
    if not (default.silent or twin.silent or default.outcome == twin.outcome):
        return observations  # they got different answers: both are shown
    best = twin if default.silent else default
    merged = best._replace(
        chosen_by=default.chosen_by,
        attempts=default.attempts + twin.attempts,
        answered=default.answered + twin.answered,
        elapsed=min(default.elapsed, twin.elapsed) if default.outcome == twin.outcome else best.elapsed,
        trace=default.trace or twin.trace,
    )
    return [merged, *(seen for seen in observations[1:] if seen is not twin)]


def _distances(tests: list[SourceTest], destination: Endpoint, sweep: Sweep) -> dict[str, HopDistance]:
    """Return how far away the devices are that sent a RST, by source address.

    Ctrl-C ends the sweep with what is known so far.
    """
    found: dict[str, HopDistance] = {}
    for test in [test for test in tests if any(probe.rst for probe in test.attempts)][:MOST_MEASURED]:
        source = next((probe.source.address for probe in test.attempts if probe.source), None)
        if not source or source in found:
            continue
        try:
            answer = hop_distance(destination, test.source, timeout=1.0)
        except KeyboardInterrupt:
            sweep.cancel()
            break
        except (Failure, OSError):  # the source was removed meanwhile, or the kernel lacks an option
            continue
        if answer:
            found[source] = answer
    return found


def _gateways(destination: Endpoint) -> list[tuple[str, str]]:
    try:
        routes = default_gateways(family_of(destination.address))
    except TablesUnavailable:
        return []
    return [(hop.interface, hop.gateway) for route in routes for hop in route.hops if hop.interface and hop.gateway]
