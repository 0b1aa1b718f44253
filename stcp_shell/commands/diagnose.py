"""`diagnose`: the multi-homed test, automated and made reliable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Failure
from ..language.declaration import Option, command
from ..language.kinds import ADDRESSES, HOST, PORT, PORTS, SECONDS
from ..model.connection import Endpoint
from ..net import resolver
from .session import Session, Waiting

if TYPE_CHECKING:
    from ..model.diagnosis import Case, Diagnosed
    from ..net.probes.sweep import Sweep

DEFAULT_TIMEOUT = 5.0
LEAST_TIMEOUT = 1.2  # before the first retransmission TCP_INFO shows a SYN dropped here and one lost elsewhere alike
_TRACING = 0.3  # of the timeout: after this time the paths of silent sources are traced, while the attempts go on


@command(
    "diagnose",
    Option("name", HOST, "the host: an address or a name", required=True),
    Option("port", PORT, "the port: a number or a service name", required=True),
    Option("from", ADDRESSES, "only these source addresses and the default one"),
    Option("timeout", SECONDS, "seconds that one attempt waits (5; at least 1.2)"),
    Option("ports", PORTS, "test these ports too"),
    examples=["diagnose -name 10.1.1.1 -port 2121", "diagnose -name 10.1.1.1 -port ftp -from 172.16.1.50 -timeout 3"],
)
def diagnose(
    session: Session,
    name: str,
    port: int | str,
    from_: tuple[str, ...] = (),
    timeout: float = DEFAULT_TIMEOUT,
    ports: tuple[int | str, ...] = (),
) -> Diagnosed:
    """Find out whether the source address decides, which device rejects, and what would fix it.

    Connects from the default source address and from every other local one (bind(2) only), all at once and each
    three times. The service sees the connections that succeed; each is closed at once. Shows the outcome for each,
    then a verdict with its evidence and remedies. It needs no socket and no root. Ctrl-C ends it and shows the
    results so far.
    """
    from ..diagnosis.verdict import judge
    from ..model.diagnosis import Diagnosed
    from ..net.probes.source_addresses import check_target, eligible

    numbers = list(dict.fromkeys(resolver.target_port(p) for p in (port, *ports)))
    if timeout < LEAST_TIMEOUT:
        raise Failure(f"-timeout {timeout:g}: use at least {LEAST_TIMEOUT:g} s: less does not show the fate of a SYN")
    address = resolver.either_family(name, from_[0] if from_ else None, session.timeout)[0]
    check_target(address)
    session.remember(name)
    sources, left_out = eligible(address, from_)
    destinations = [Endpoint(address, number) for number in numbers]
    cases, cancelled = _examine(session, name, destinations, sources, timeout)
    session.last_verdicts = [judge(case) for case in cases]
    return Diagnosed(tuple(session.last_verdicts), cancelled, left_out)


def _examine(
    session: Session, name: str, destinations: list[Endpoint], sources: list[str], timeout: float
) -> tuple[list[Case], bool]:
    from ..diagnosis import examine
    from ..net.probes.sweep import SourceTest, Sweep

    tests = [
        SourceTest(destination, source, session.resolve_route(destination, source))
        for destination in destinations
        for source in (None, *sources)
    ]
    session.log_snapshot()
    before = examine.filter_drops()
    sweep = Sweep(tests, timeout)
    if session.progress:
        sweep.progress = lambda: _show(session, sweep, name, timeout)
    sweep.run(until=timeout * _TRACING)
    traced = {} if sweep.done or sweep.cancelled else examine.paths(sweep, timeout)
    sweep.run()
    for test in tests:
        examine.look_again(test, session.resolve_route)
    drops = examine.filter_drops()
    rose = None if before is None or drops is None else drops - before
    cases = [examine.case(name, d, sweep, traced, rose) for d in destinations]
    return cases, sweep.cancelled


def _show(session: Session, sweep: Sweep, name: str, timeout: float) -> None:
    if session.progress:
        ended = sum(probe.code is not None for test in sweep.tests for probe in test.attempts)
        every = sum(len(test.attempts) for test in sweep.tests)
        what = f"diagnose {name}: {ended} of {every} attempts ended"
        session.progress(Waiting(what, sweep.elapsed(), max(0.0, timeout * 1.2 - sweep.elapsed())))
