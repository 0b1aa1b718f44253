"""What a test's child does in the lab about paths and distances: the product's own, and answers that JSON can carry."""

from __future__ import annotations

import resource
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from time import monotonic
from types import FrameType
from typing import Any

from stcp_shell.lab.namespaces import inside
from stcp_shell.model.connection import Endpoint
from stcp_shell.net.probes import socket_evidence
from stcp_shell.net.probes.hop_distance import hop_distance
from stcp_shell.net.probes.traceroute import traces

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


def distance(destination: str, source: str | None = None, timeout: float = 5.0, port: int = PORT) -> Any:
    """Who answered: [ttl, hops back, hops forward, nearer]; or nothing."""
    box = hop_distance(Endpoint(destination, port), source, timeout)
    return box and list(box)


def visited(network: int, destination: str) -> tuple[list[Any], int]:
    """A path to a new service of the client, and its distance: what was found, and how many connections it has seen."""
    family = socket.AF_INET6 if ":" in destination else socket.AF_INET
    with inside(network):
        server = socket.create_server(("", 0), family=family)
    server.settimeout(0.1)
    target = Endpoint(destination, server.getsockname()[1])
    found = [traces(target, [None])[0].outcome, bool(hop_distance(target, None, 5.0))]
    seen = 0
    while True:
        try:
            server.accept()
        except socket.timeout:  # TimeoutError, since Python 3.10
            return found, seen
        seen += 1


def on(nodes: Mapping[str, int], node: str, *command: str, text: str = "") -> None:
    """Run a command on one of the lab's machines."""
    with inside(nodes[node]):
        subprocess.run(command, input=text, text=True, check=True)


def way_back(nodes: Mapping[str, int]) -> None:
    """Give router Z a route to the other network, so that its ICMP errors reach 172.16.1.50 as well."""
    on(nodes, "router-z", "ip", "route", "replace", "172.16.1.0/24", "via", "192.168.77.50")
    on(nodes, "router-z", "ip", "-6", "route", "replace", "fd00:172:16:1::/64", "via", "fd00:192:168:77::50")


def filtered(nodes: Mapping[str, int], verdict: str) -> None:
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
    on(nodes, "router-z", "nft", "-f", "-", text=rules)
