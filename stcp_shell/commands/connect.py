"""`connect`: which source address it uses, and how it ends. This is the purpose of the program."""

from __future__ import annotations

import socket as sockets_api
from time import monotonic
from typing import TYPE_CHECKING

from ..environment import iso_time
from ..errors import Failure, Terminated, reason
from ..language.declaration import Option, command
from ..language.kinds import FLAG, HOST, LOCAL, SECONDS, TARGET
from ..model.connection import INET, Connection, Destination, Endpoint, ResolvedRoute, family_of
from ..net import resolver
from ..net.sockaddr import ANY
from . import sockets
from .session import TICK, Session, Socket, Waiting

if TYPE_CHECKING:
    from ..net.probes.probe import Probe

_UNMEASURED = "the distance of the device that replied is not known"


@command(
    "connect",
    Option("name", HOST, "the host: an address or a name", required=True, bare=True),
    Option("port", TARGET, "the port: a number or a service name", required=True, bare=True),
    Option("from", LOCAL, "bind to this source address first"),
    Option("timeout", SECONDS, "give up after this many seconds (10, or the value of `set timeout`)"),
    Option("who", FLAG, "also measure how far away the device is that accepted or refused"),
    Option("hold", FLAG, "also hold the connection for 1.2 s: has the far side finished the handshake, does it close"),
    examples=[
        "connect -name 10.1.1.1 -port 2121",
        "connect 10.1.1.1:2121",
        "connect 10.1.1.1 2121 -from 172.16.1.50",
        "connect -name 10.1.1.1 -port ftp -timeout 5",
        "connect -name 10.1.1.1 -port ftp -hold",
        "connect -name 10.1.1.1 -port 2121 -who",
    ],
)
def connect(
    session: Session,
    name: str,
    port: int | str,
    from_: str | None = None,
    timeout: float | None = None,
    who: bool = False,
    hold: bool = False,
) -> Connection:
    """Connect the current socket, and show which source address it used and how it ended.

    If there is no socket to use, or the current one has been used, it opens a new one, and says its number. A
    connection that is refused or times out is a finding: scripts go on. If a name has several addresses, the first is
    tried and the others are listed. Ctrl-C ends the connect and keeps the shell. A dgram socket shows the source
    address that the kernel chooses, without sending a packet. -who distinguishes the host from a device in
    front of it that replies in its place: about 20 more SYNs, from their own sockets, measure the distance there
    and back; their handshakes are aborted, as those of traceroute are. -hold sends nothing and waits until a byte
    arrives, for 1.2 s and two round trips at most: a far side that repeats its SYN-ACK has not finished the handshake,
    and a service that does not want this source closes or resets the connection. The bytes stay there for recv.
    """
    from ..net.probes.probe import Probe

    entry = _usable(session, name, from_)
    _check_stream(entry, who, hold)
    if from_:
        sockets.bind.run(session, name=from_)
    number = resolver.target_port(port, entry.protocol)
    limit = timeout or session.timeout
    session.remember(name)
    try:
        found = resolver.addresses(name, entry.family, limit)
    except resolver.Unresolved as why:
        return _unresolved(entry, name, number, str(why))
    destination = Endpoint(found[0], number)
    source = _bound_to(entry)
    route = session.resolve_route(destination, source, entry.protocol)
    session.log_snapshot()
    probe = Probe(entry.sock, entry.protocol, destination, limit)
    sent = iso_time(session.environment.clock())
    route = _connected(session, probe, route, source, entry.protocol)
    result = _finding(entry, probe, name, route, tuple(found[1:]))._replace(
        sent=sent if probe.source and entry.protocol == "tcp" else None
    )
    if hold and result.outcome == "connected":
        result = _held(session, entry, result)
    # A connection that the peer has closed is still one: recv and getpeername work.
    entry.state, entry.local = "connected" if result.outcome == "closed" else result.outcome, probe.source
    if entry.state == "connected":
        entry.peer = destination
    else:
        # A second connect on it would fail with EALREADY or ECONNABORTED, and the kernel would go on sending its SYNs.
        entry.sock.close()
    return _measured(session, result, source, limit) if who and not result.interrupted else result


def _connected(
    session: Session, probe: Probe, route: ResolvedRoute | None, source: str | None, protocol: str
) -> ResolvedRoute | None:
    """Start the connect and wait for its end; return the route that it took."""
    from ..net.probes.probe import wait

    try:
        probe.start()
        if source is None and probe.source and probe.family == INET:
            # IPv4 looks up the route again with that source (`ip_route_connect`): a rule `from` that address applies.
            route = session.resolve_route(probe.destination, probe.source.address, protocol)
        if probe.code is None:
            wait([probe], session.progress and (lambda: _show(session, probe)), TICK)
    except KeyboardInterrupt:
        probe.cancel()
    except Terminated as signalled:
        probe.cancel()
        session.pending_signal = signalled
    return route


def _usable(session: Session, name: str, source: str | None) -> Socket:
    """Return the current socket if it can connect, or else a new one."""
    entry = session.current
    if entry and entry.state == "bind failed" and not source:
        raise Failure(
            f"not carried out: the bind of socket {entry.number} failed, so this would test the default source"
            " address; bind it first, or open a new one with socket"
        )
    if entry and entry.state in (("open", "bind failed") if source else ("open", "bound")):
        return entry
    kind = entry.kind if entry else "stream"
    session.show(sockets.socket.run(session, kind, family_of(_first(session, source or name))))
    return session.socket()


def _first(session: Session, name: str) -> str:
    """Return the first address of a name; the wildcard of IPv4 if it has none, which the connect will show."""
    try:
        return resolver.every_address(name, session.timeout)[0]
    except (resolver.Unresolved, Failure):
        return ANY[INET]


def _check_stream(entry: Socket, who: bool, hold: bool) -> None:
    """Check that what the options ask for can be observed."""
    if (who or hold) and entry.kind != "stream":
        option = "-who" if who else "-hold"
        raise Failure(f"{option} is for stream sockets: a dgram socket's connect sends no packet")
    if who and entry.sock.getsockopt(sockets_api.SOL_SOCKET, sockets_api.SO_BINDTODEVICE, 16).strip(b"\0"):
        raise Failure("-who measures without SO_BINDTODEVICE, which this socket has: the path may differ")


def _held(session: Session, entry: Socket, found: Connection) -> Connection:
    """Return the finding with what the connection shows while it is held."""
    from ..net.probes.hold import Holding, hold_all, seconds

    started = monotonic()
    limit = seconds(found.rtt)
    holding = Holding(entry.sock, started, limit)

    def show() -> None:
        if session.progress:
            elapsed = monotonic() - started
            session.progress(Waiting(f"hold the connection to {found.destination}", elapsed, limit - elapsed))

    interrupted = False
    try:
        hold_all([holding], session.progress and show, TICK)
    except (KeyboardInterrupt, Terminated) as cut:
        session.pending_signal = cut if isinstance(cut, Terminated) else None
        interrupted = True
    seen = holding.result()
    found = found._replace(hold=seen, interrupted=interrupted)
    if seen.word == "reset":
        return found._replace(outcome="reset", errno="ECONNRESET")
    return found._replace(outcome="closed") if seen.word == "closed" else found


def _measured(session: Session, found: Connection, source: str | None, limit: float) -> Connection:
    """Return the finding with the distance of the device that accepted or refused, if one did."""
    if not found.accepted and not found.rst:
        return found
    answer = "connected" if found.accepted else found.outcome
    from ..net.probes.hop_distance import hop_distance

    started = monotonic()

    def show() -> None:
        if session.progress:
            elapsed = monotonic() - started
            what = f"measure the distance of the device that replies for {found.destination}"
            session.progress(Waiting(what, elapsed, limit - elapsed))

    try:
        box = hop_distance(found.destination.endpoint, source, limit, answer, session.progress and show)
    except (KeyboardInterrupt, Terminated) as cut:
        session.pending_signal = cut if isinstance(cut, Terminated) else None
        return found._replace(note=f"{_UNMEASURED}: interrupted", interrupted=True)
    except OSError as error:
        return found._replace(note=f"{_UNMEASURED}: {reason(error)}")
    if box is None:
        return found._replace(note=f"{_UNMEASURED}: the same reply did not come again, or not in time")
    return found._replace(answerer=box)


def _show(session: Session, probe: Probe) -> None:
    if session.progress:
        left = probe.timeout - probe.elapsed()
        source = f" from {probe.source.address}" if probe.source else ""
        syns = probe.syns()
        more = ", the kernel goes on trying" if (syns or 0) > 1 else ""
        session.progress(Waiting(f"connect to {probe.destination}{source}{more}", probe.elapsed(), left, syns))


def _finding(
    entry: Socket, probe: Probe, name: str, route: ResolvedRoute | None, others: tuple[str, ...]
) -> Connection:
    outcome, info = probe.outcome(route), probe.info
    return Connection(
        socket=entry.number,
        protocol=entry.protocol,
        bound=entry.bound,
        source=probe.source,
        chosen_by=_chosen_by(entry),
        destination=Destination(name, probe.destination.address, probe.destination.port),
        route=route,
        outcome=outcome,
        errno=probe.errno,
        icmp=probe.icmp,
        elapsed=probe.elapsed(),
        rtt=info.rtt if info and outcome == "connected" else None,
        syn_retransmits=info.total_retransmits if info else None,
        rst=probe.rst,
        syn_fate=probe.syn_fate,
        others=others,
    )


def _unresolved(entry: Socket, name: str, port: int, why: str) -> Connection:
    return Connection(
        socket=entry.number,
        protocol=entry.protocol,
        bound=entry.bound,
        source=None,
        chosen_by=_chosen_by(entry),
        destination=Destination(name, None, port),
        route=None,
        outcome="unresolved",
        errno=None,
        icmp=None,
        elapsed=0.0,
        rtt=None,
        syn_retransmits=None,
        note=why,
    )


def _chosen_by(entry: Socket) -> str:
    """Return what chooses the source address. A bind to the wildcard address leaves it to the kernel."""
    return "bind" if _bound_to(entry) else "kernel"


def _bound_to(entry: Socket) -> str | None:
    return entry.bound.address if entry.bound and entry.bound.address not in ANY.values() else None
