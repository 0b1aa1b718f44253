"""`traceroute`: how far SYNs get, from one source address or several."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import Failure
from ..facts import INET, INET6, Endpoint, family_of
from ..language.declaration import Option, command
from ..language.kinds import ADDRESSES, HOST, PORT, SECONDS, Kind, whole
from ..net import resolver
from .session import Session, Waiting

if TYPE_CHECKING:
    from ..findings import Traces

_HOPS = Kind("HOPS", whole(1, 64))
DEFAULT_HOPS, DEFAULT_TIMEOUT = 30, 4.0


@command(
    "traceroute",
    Option("name", HOST, "the host: an address or a name", required=True),
    Option("port", PORT, "the port: a number or a service name", required=True),
    Option("from", ADDRESSES, "the source addresses to bind to; without it the kernel chooses one"),
    Option("max", _HOPS, "how many hops to look at (30)"),
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
    """Show the routers on the way, with TCP and without root, and where the paths of several sources part.

    All hops are asked at once, with SYNs of small TTLs from sockets that are bound to the source (bind(2) only); a
    silent one is asked again. The path ends at the first box that answers for the host, or refuses. The service at
    its end sees no connection. Ctrl-C ends it with what is known so far.
    """
    from ..findings import Traces
    from ..net.probes.source_addresses import check_target, eligible
    from ..net.probes.traceroute import traces

    number = resolver.port_number(port, "tcp")
    if number == 0:
        raise Failure("-port 0: there is no port 0 to connect to")
    found = _addresses(session, name, from_)
    check_target(found[0])
    sources: list[str | None] = list(eligible(found[0], from_)[0]) if from_ else [None]
    session.remember(name)
    destination = Endpoint(found[0], number)
    ways = [session.way_to(destination, source, "tcp") for source in sources]
    session.look_around()
    paths = traces(destination, sources, max, timeout, _progress(session, f"traceroute to {destination}"))
    return Traces(
        name=name,
        destination=destination,
        most_hops=max,
        traces=paths,
        ways=ways,
        others=tuple(found[1:]),
        cancelled=any(path.outcome == "cancelled" for path in paths),
    )


def _addresses(session: Session, name: str, sources: tuple[str, ...]) -> list[str]:
    """The addresses of the name: of the sources' family, else IPv4 before IPv6, as a socket's default is inet."""
    if ":" in name:
        return [name]
    families = [family_of(sources[0])] if sources and name.strip("0123456789.") else [INET, INET6]
    reasons = []
    for family in families:
        try:
            return resolver.addresses(name, family, session.timeout)
        except resolver.Unresolved as reason:
            reasons.append(str(reason))
    raise Failure(reasons[0])


def _progress(session: Session, what: str) -> Callable[[float, float, int], None] | None:
    show = session.progress
    if show is None:
        return None
    return lambda elapsed, left, syns: show(Waiting(what, elapsed, left, syns))
