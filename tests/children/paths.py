"""Paths and distances in the lab, as the product finds them."""

from __future__ import annotations

import resource
import select
import signal
import socket
from collections.abc import Sequence
from errno import errorcode
from time import monotonic, sleep
from types import FrameType
from typing import Any

from stcp_shell.lab.namespaces import inside
from stcp_shell.model.connection import Endpoint
from stcp_shell.net.probes import hop_distance, socket_evidence
from stcp_shell.net.probes.syn_probe import PATIENCE, syn_probe
from stcp_shell.net.probes.traceroute import traces

from . import labs, probes

PORT = 2121


def path(destination: str, sources: Sequence[str | None] = (None,), **options: Any) -> list[dict[str, Any]]:
    """The paths, each hop as [address, type and code of the ICMP error, outcome]."""
    return [
        {
            "source": trace.source,
            "chosen_by": trace.chosen_by,
            "outcome": trace.outcome,
            "hops": [[hop.address, hop.icmp and [hop.icmp.type, hop.icmp.code], hop.outcome] for hop in trace.hops],
        }
        for trace in traces(Endpoint(destination, PORT), sources, **options)
    ]


def timed(destination: str, **options: Any) -> tuple[float, list[dict[str, Any]]]:
    """How long it takes, and the paths."""
    started = monotonic()
    found = path(destination, **options)
    return monotonic() - started, found


def interrupted(destination: str, after: float, **options: Any) -> list[dict[str, Any]]:
    """The paths that are known when Ctrl-C comes after so many seconds."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, after)
    return path(destination, **options)


def limited(destination: str) -> tuple[float, list[dict[str, Any]]]:
    """The same as `timed`, when a router has no ICMP error to spare: it may send five at once, and these take them.

    Where it was quick, so that an answer came in the first round, it is tried again: the router gets one more each
    second, and this process may not have run for so long.
    """
    elapsed = 0.0
    found: list[dict[str, Any]] = []
    for _ in range(4):
        for _ in range(12):
            probes.probe(destination, patience=0.01)
        elapsed, found = timed(destination)
        if elapsed > 1:
            break
    return elapsed, found


def starved(destination: str, spare: int, **options: Any) -> list[dict[str, Any]]:
    """The paths with only so many file descriptors to spare."""
    with socket.socket() as sock:
        lowest = sock.fileno()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + spare, hard))
    return path(destination, **options)


def unnamed(destination: str) -> list[dict[str, Any]]:
    """The path on a kernel that queues no errors for TCP."""
    socket_evidence.drain = lambda sock: []
    return path(destination)


def box(destination: str, source: str | None = None, timeout: float = 5.0, port: int = PORT) -> Any:
    """Who answered: [ttl, hops back, hops forward, nearer]; or nothing."""
    found = hop_distance.hop_distance(Endpoint(destination, port), source, timeout)
    return found and list(found)


def visit(destination: str) -> list[Any]:
    """A path to a new service of the client, and its distance: what was found, and what the service has seen of it.

    The SYNs of the distance wait for one another for longer than a handshake can be held back. Where the service has
    seen something it is tried again: this process may not have run for so long when a SYN-ACK came.
    """
    hop_distance._SLACK = 0.5
    found: list[Any] = []
    seen = [""]
    for _ in range(4):
        target, server = _service(destination)
        found = [traces(target, [None])[0].outcome, bool(hop_distance.hop_distance(target, None, 5.0))]
        if not (seen := _seen(server)):
            break
    return [found, seen]


def late(destination: str) -> list[str]:
    """What a new service of the client has seen of a SYN whose socket was not closed at once."""
    target, server = _service(destination)
    probe = syn_probe(target, None, PATIENCE)
    with probe.sock:
        probe.start()
        sleep(0.5)
    return _seen(server)


def _service(destination: str) -> tuple[Endpoint, socket.socket]:
    family = socket.AF_INET6 if ":" in destination else socket.AF_INET
    with inside(labs.NODES["client"]):
        server = socket.create_server(("", 0), family=family)
    return Endpoint(destination, server.getsockname()[1]), server


def _seen(server: socket.socket) -> list[str]:
    """How the connections ended that a service can accept: what they brought, or the error."""
    ends: list[str] = []
    while select.select([server], [], [], 0.1)[0]:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(5)
            try:
                ends.append(repr(connection.recv(100)))
            except OSError as error:
                ends.append(errorcode[error.errno or 0])
    return ends


def way_back() -> None:
    """Give router Z a route to the other network, so that its ICMP errors reach 172.16.1.50 as well."""
    labs.on("router-z", "ip route replace 172.16.1.0/24 via 192.168.77.50")
    labs.on("router-z", "ip -6 route replace fd00:172:16:1::/64 via fd00:192:168:77::50")


def filtered(verdict: str) -> None:
    """A firewall in router Z's forward chain: it sees the TTL run out before it looks at the source address."""
    rules = f"""
        table inet lab {{
            chain forward {{
                type filter hook forward priority 0
                ip saddr 192.168.77.50 meta l4proto tcp {verdict}
                ip6 saddr fd00:192:168:77::50 meta l4proto tcp {verdict}
            }}
        }}
    """
    labs.on("router-z", "nft -f -", text=rules)
