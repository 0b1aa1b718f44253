"""`mtu`: the path MTU from each source address."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from ..errors import Failure
from ..language.declaration import Option, command
from ..language.kinds import ADDRESSES, HOST, SECONDS
from ..model.connection import Destination, Endpoint, family_of
from ..net import resolver
from .session import TICK, Session, Waiting

if TYPE_CHECKING:
    from ..model.connection import ResolvedRoute
    from ..model.mtu import AllPathMtus, PathMtu

DEFAULT_TIMEOUT = 20.0
MOST_AT_ONCE = 64  # pairs of destination and source; the others are measured later
ETHERNET = 1500  # the MTU of an interface that is not known


@command(
    "mtu",
    Option("name", HOST, "the host: an address or a name", required=True, bare=True),
    Option("from", ADDRESSES, "only these source addresses; without it all that can reach the host"),
    Option("timeout", SECONDS, "seconds for the measurement (20)"),
    examples=["mtu -name 10.1.1.1", "mtu -name 10.1.1.1 -from 172.16.1.50,192.168.77.50"],
)
def mtu(session: Session, name: str, from_: tuple[str, ...] = (), timeout: float = DEFAULT_TIMEOUT) -> AllPathMtus:
    """Measure the path MTU from each source address, without root, and find the router that limits it.

    Datagrams of different sizes, which no router may fragment, go to ports that are likely closed: the host answers
    those that arrive, and a router reports those that are too large. A size that is lost without a report is a black
    hole: connections hang when they send much. All addresses of a name are measured. Ctrl-C shows the results so far.
    """
    from ..model.mtu import AllPathMtus, PathMtus
    from ..net.probes.source_addresses import check_target, eligible

    wanted: dict[str, list[str]] = {}
    for address in resolver.every_address(name, min(timeout, session.timeout)):
        if from_ and not resolver.is_address(name) and family_of(address) not in {family_of(each) for each in from_}:
            continue
        check_target(address)
        if sources := eligible(address, from_)[0]:
            wanted[address] = sources
    if not wanted:
        raise Failure(f"{name}: this host has no source address of its family")
    session.remember(name)
    measured, cancelled = measure(
        session, [(to, source) for to, sources in wanted.items() for source in sources], timeout
    )
    return AllPathMtus(
        tuple(
            PathMtus(Destination(name, to, 0), cancelled, tuple(measured[to, source] for source in sources))
            for to, sources in wanted.items()
        )
    )


def measure(
    session: Session, pairs: list[tuple[str, str]], timeout: float
) -> tuple[dict[tuple[str, str], PathMtu], bool]:
    """Return the path MTU of each pair of destination and source, and whether Ctrl-C ended it; all at once."""
    from concurrent.futures import ThreadPoolExecutor, wait
    from threading import Event

    from ..net.probes.path_mtu import path_mtu
    from ..net.tables.interfaces import interfaces

    routes = {pair: session.resolve_route(Endpoint(pair[0], 0), pair[1]) for pair in pairs}
    links = {each.name: each.mtu for each in interfaces()}
    stop, started, cancelled = Event(), monotonic(), False
    with ThreadPoolExecutor(min(len(pairs), MOST_AT_ONCE) or 1) as pool:
        running = {
            pair: pool.submit(path_mtu, *pair, _link(route, links), timeout, stop) for pair, route in routes.items()
        }
        try:
            while wait(running.values(), TICK).not_done:
                if session.progress:
                    elapsed = monotonic() - started
                    what = f"path MTU to {', '.join(dict.fromkeys(to for to, _ in pairs))}"
                    session.progress(Waiting(what, elapsed, max(0.0, timeout - elapsed)))
        except KeyboardInterrupt:
            cancelled = True
            stop.set()
    return {pair: future.result()._replace(route=routes[pair]) for pair, future in running.items()}, cancelled


def _link(route: ResolvedRoute | None, links: dict[str, int | None]) -> int:
    return (links.get(route.interface or "") if route else None) or ETHERNET
