"""`traceroute`: how far SYNs get, from one source address or several."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..language.declaration import Option, command
from ..language.kinds import ADDRESSES, HOST, SECONDS, TARGET, Kind, whole
from ..model.connection import Destination, Endpoint
from ..net import resolver
from .session import Session, Waiting

if TYPE_CHECKING:
    from ..model.trace import Traces

_HOPS = Kind("HOPS", whole(1, 64))
DEFAULT_HOPS, DEFAULT_TIMEOUT = 30, 4.0


@command(
    "traceroute",
    Option("name", HOST, "the host: an address or a name", required=True, bare=True),
    Option("port", TARGET, "the port: a number or a service name", required=True, bare=True),
    Option("from", ADDRESSES, "the source addresses to bind to; without it the kernel chooses one"),
    Option("max", _HOPS, "the most hops to probe (30)"),
    Option("timeout", SECONDS, "give up on silent hops after this many seconds (4)"),
    examples=[
        "traceroute -name 10.1.1.1 -port 2121",
        "traceroute -name 10.1.1.1 -port 2121 -from 172.16.1.50,192.168.77.50",
    ],
)
def traceroute(
    session: Session,
    name: str,
    port: int | str,
    from_: tuple[str, ...] = (),
    max: int = DEFAULT_HOPS,
    timeout: float = DEFAULT_TIMEOUT,
) -> Traces:
    """Show the routers on the path, with TCP and without root, and where the paths of several sources diverge.

    All hops are probed at once, with SYNs of small TTLs from sockets that are bound to the source (bind(2) only); a
    silent hop is probed again. The path ends at the first device that replies for the host, or rejects. A RST aborts
    the handshake with the service before its last packet, so that the service sees no connection, unless this machine
    is so busy that the RST is 0.2 s late. Ctrl-C ends it and shows the results so far.
    """
    from ..model.trace import Traces
    from ..net.probes.source_addresses import check_target, eligible
    from ..net.probes.traceroute import traces

    number = resolver.target_port(port)
    found = resolver.either_family(name, from_[0] if from_ else None, session.timeout)
    check_target(found[0])
    sources: list[str | None] = list(eligible(found[0], from_)[0]) if from_ else [None]
    session.remember(name)
    destination = Endpoint(found[0], number)
    routes = [session.resolve_route(destination, source) for source in sources]
    session.log_snapshot()
    paths = traces(destination, sources, max, timeout, _progress(session, f"traceroute to {destination}"))
    return Traces(
        destination=Destination(name, found[0], number),
        others=tuple(found[1:]),
        most_hops=max,
        cancelled=any(path.outcome == "cancelled" for path in paths),
        traces=tuple(path._replace(route=route) for path, route in zip(paths, routes)),
    )


def _progress(session: Session, what: str) -> Callable[[float, float, int], None] | None:
    show = session.progress
    if show is None:
        return None
    return lambda elapsed, left, syns: show(Waiting(what, elapsed, left, syns))
