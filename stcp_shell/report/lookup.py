"""What to look for in captures and in the logs of devices on the way: the failed attempts of a verdict.

The owner of a device can answer a question about one flow at one time, not one about a fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..model.attempt import Attempt
from ..model.connection import INET6, Endpoint, endpoint_text, family_of
from ..model.diagnosis import Verdict

MOST_RANGES = 8
_TABLE = "stcp_trace"  # of nftables, for the trace


class Search(NamedTuple):
    """The attempts of one source address that failed, in the order of their SYNs."""

    address: str
    destination: Endpoint
    attempts: tuple[Attempt, ...]

    def __str__(self) -> str:
        """Return `look for 192.168.77.50:39164-39169 -> 10.1.1.1:2121, 22:27:00.1-02.1 UTC`."""
        source = endpoint_text(self.address, port_ranges(self._ports()))
        return f"look for {source} -> {self.destination}, {times([each.sent or '' for each in self.attempts])} UTC"

    def _ports(self) -> list[int]:
        return [each.source.port for each in self.attempts if each.source]

    def capture(self) -> str:
        """Return the command that shows the SYNs, the RSTs and the ICMP errors; ICMP errors come from any device."""
        host, address = self.destination.address.partition("%")[0], self.address.partition("%")[0]
        icmp = "icmp6" if family_of(host) == INET6 else "icmp"
        flow = f"host {address} and host {host} and tcp port {self.destination.port}"
        return f"tcpdump -ni any '({flow}) or ({icmp} and host {address})'"

    def questions(self) -> Iterator[str]:
        """Yield the question in the words of the owners of devices; a line that begins with spaces is a command."""
        host, port = self.destination.address.partition("%")[0], self.destination.port
        address, last = self.address.partition("%")[0], max(self._ports())
        yield f"to the owner of a device on the way: does it drop or reject TCP from {address} to {host} port {port}?"
        yield "on a Cisco ASA (INSIDE: the interface by which it arrives):"
        yield f"  packet-tracer input INSIDE tcp {address} {last} {host} {port}"
        ip = "ip6" if family_of(host) == INET6 else "ip"
        yield "on a Linux router, as root: mark the packets, watch the rules that they pass, and remove the mark:"
        yield f"  nft 'add table inet {_TABLE}'"
        yield f"  nft 'add chain inet {_TABLE} pre {{ type filter hook prerouting priority -301; }}'"
        flow = f"{ip} saddr {address} {ip} daddr {host} tcp dport {port}"
        yield f"  nft 'add rule inet {_TABLE} pre {flow} meta nftrace set 1'"
        yield "  nft monitor trace"
        yield f"  nft 'delete table inet {_TABLE}'"


def searches(verdict: Verdict) -> list[Search]:
    """Return a search for each source address with attempts that failed after they had left this host."""
    to = verdict.destination
    if verdict.severity == "good" or not to.address:
        return []
    failed: dict[str, list[Attempt]] = {}
    for attempt in verdict.attempts:
        ended = attempt.accepted and (attempt.hold is None or attempt.hold.finished is not False)
        compared = attempt.experiment in ("sources", "same-port")
        if compared and attempt.sent and attempt.source and not (ended and attempt.outcome != "reset"):
            failed.setdefault(attempt.source.address, []).append(attempt)
    return [Search(address, to.endpoint, tuple(attempts)) for address, attempts in failed.items()]


def look_for(verdict: Verdict) -> Iterator[str]:
    """Yield what to look for in short: the flows, and the command that shows them."""
    for search in searches(verdict):
        yield str(search)
        yield f"  {search.capture()}"


def questions(verdict: Verdict) -> Iterator[str]:
    """Yield the questions to the owners of devices; who has sent an ICMP error is named."""
    for blame in verdict.blames:
        yield f"{blame.box} sent the ICMP error that rejected {', '.join(blame.sources)}"
    for search in searches(verdict):
        yield from search.questions()


def port_ranges(ports: Iterable[int]) -> str:
    """Return `39164-39169,40001`; of more than MOST_RANGES ranges, the first and the number of the other ports."""
    ranges: list[list[int]] = []
    for port in sorted(set(ports)):
        if ranges and port == ranges[-1][1] + 1:
            ranges[-1][1] = port
        else:
            ranges.append([port, port])
    shown = [f"{low}-{high}" if high > low else str(low) for low, high in ranges[:MOST_RANGES]]
    more = sum(high - low + 1 for low, high in ranges[MOST_RANGES:])
    return ",".join(shown) + (f" and {more} more" if more else "")


def times(moments: Sequence[str]) -> str:
    """Return the first and the last of these times (ISO 8601): `22:27:00.1-02.1`, with dates if they differ."""
    first, last = min(moments), max(moments)
    if first[:10] != last[:10]:
        return f"{first[:10]} {first[11:21]} - {last[:10]} {last[11:21]}"
    if first[:21] == last[:21]:
        return first[11:21]
    return f"{first[11:21]}-{last[17:21] if first[:16] == last[:16] else last[11:21]}"
