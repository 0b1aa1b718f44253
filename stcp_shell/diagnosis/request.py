"""What is to be examined, and from which source addresses and by which interfaces it can be tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Optional

from ..model.connection import INET, Endpoint, ResolvedRoute, family_of
from ..model.diagnosis import Bystander
from ..net.probes.hold import SECONDS
from ..net.probes.trial import SourceTest, Way
from ..net.tables import snmp
from ..net.tables.netlink import TablesUnavailable
from ..net.tables.route_lookup import chosen
from ..net.tables.routes import has_several_paths, resolve_route
from .experiments import MOST_ATTEMPTS, Step

CONTROL_PORT = 1  # tcpmux, which hardly any host serves
ELSEWHERE = 0.1  # seconds, on top of some round trips, for an answer to a connect by another interface
RouteTo = Callable[[Endpoint, Optional[str]], Optional[ResolvedRoute]]


class Target(NamedTuple):
    """A port of an address, and from where it is to be tried."""

    endpoint: Endpoint
    sources: Sequence[str]  # addresses to bind to, besides the kernel's choice
    context: Sequence[Bystander] = ()


class Request(NamedTuple):
    """How the targets are to be examined. Times are in seconds."""

    timeout: float = 5.0
    hold: float = SECONDS  # how long connections are held open
    quick: bool = False  # neither holds nor controls nor traces
    most_attempts: int = MOST_ATTEMPTS  # of one source
    control: int = CONTROL_PORT  # TCP port that is likely closed; 0: no controls
    banner: bool = False  # wait for the first bytes
    tls: bool = False  # make a TLS handshake


def tests_of(port: Endpoint, sources: Sequence[str], route_to: RouteTo) -> list[SourceTest]:
    """Return the kernel's choice, and the addresses to bind to; a bound twin only if it may take another way."""
    default = SourceTest(port, None, route_to(port, None))
    choice = chosen(port, None).address
    if choice and family_of(choice) == INET:
        default.route = route_to(port, choice)  # IPv4 looks it up again with the source that it chose
    tests = [default]
    for source in sources:
        route = route_to(port, source)
        same = route is not None and default.route is not None and route[:2] == default.route[:2]
        if source != choice or not same or _several(port):
            tests.append(SourceTest(port, source, route))
    return tests


def least_ttls(ttl: int) -> tuple[int, int, int]:
    """Return what to compare a RST's TTL with: the host's own, one more, and more than the same initial TTL gives."""
    return ttl, ttl + 1, next(initial for initial in (64, 128, 254) if initial >= ttl) + 1


def other_ways(tests: Sequence[SourceTest]) -> list[Step]:
    """Return connects by the other next hop (SO_BINDTODEVICE): of a source that fails by that of one that works, and
    the other way round. None if they leave by the same interface, or the tables have no route by the other one.
    """
    works = next((test for test in tests if any(t.probe.code == 0 for t in test.of("sources"))), None)
    fails = next((test for test in tests if all(t.probe.code == -1 for t in test.of("sources"))), None)
    found: list[Step] = []
    for test, other in ((fails, works), (works, fails)):
        if not test or not other or not test.address or not test.route or not other.route:
            continue
        interface = other.route.interface
        if interface and interface != test.route.interface:
            route = _by_interface(test.destination, test.address, interface)
            if route and route.gateway:  # without one the kernel takes the destination to be on the link
                moved = SourceTest(test.destination, test.address, route)
                info = works.trials[0].probe.info if works else None
                wait = ELSEWHERE + 4 * (info.rtt if info else 0.0)
                found.append(Step(moved, Way(wait, "other-way", abort=True, device=interface)))
    return found


def resets_sent() -> int:
    """Return how many RSTs this host has sent so far; 0 if that cannot be read."""
    return snmp.counters().get("Tcp.OutRsts", 0)


def _by_interface(destination: Endpoint, source: str, interface: str) -> ResolvedRoute | None:
    try:
        return resolve_route(destination.address, source, destination.port, interface)
    except (TablesUnavailable, ValueError):
        return None


def _several(destination: Endpoint) -> bool:
    try:
        return has_several_paths(destination.address, None, destination.port)
    except TablesUnavailable:
        return True
