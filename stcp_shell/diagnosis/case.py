"""All facts for a verdict, and what follows from them without any judgement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Optional

from ..model.attempt import Attempt, Control
from ..model.connection import Endpoint, Icmp, ResolvedRoute, family_of
from ..model.diagnosis import Blame, Bystander, Observation
from . import statistics
from .prefix import within

HOST_UNREACHABLE = {(3, 1), (1, 3)}  # ICMP types and codes: RFC 792; address unreachable, RFC 4443
PORT_UNREACHABLE = {(3, 3), (1, 4)}


class Host(NamedTuple):
    """What is known about this host. Counters are by name; a difference can be caused by other programs, too."""

    addresses: frozenset[str] = frozenset()
    gateways: tuple[tuple[str, str], ...] = ()  # (interface, gateway) from the routing tables
    strict: frozenset[str] = frozenset()  # interfaces with a strict reverse path filter
    no_carrier: frozenset[str] = frozenset()
    arp: Mapping[str, Mapping[str, int]] = {}  # arp_ignore and arp_filter by interface, the effective values
    subnets: tuple[tuple[str, str, int], ...] = ()  # interface, address, prefix length
    bridges: frozenset[str] = frozenset()  # bridges without an uplink
    counters: Mapping[str, tuple[int, int]] = {}  # before and after
    sent: Mapping[str, int] = {}  # packets sent meanwhile, by interface
    ports: Optional[tuple[int, int]] = None  # the range of ephemeral ports
    rule_of: Mapping[str, str] = {}  # by source address: the policy rule that decides its route
    second_defaults: tuple[str, ...] = ()
    far_end: bool = False  # a socket of this host is the far end of a connection
    changes: tuple[str, ...] = ()  # of its interfaces and addresses during the test
    rerouted: tuple[str, ...] = ()  # how the routes from tested source addresses changed meanwhile

    def rise(self, name: str) -> int | None:
        """Return by how much a counter has risen; None: not known, or it has wrapped."""
        before, after = self.counters.get(name, (1, 0))
        return after - before if after >= before else None

    def on_subnet(self, interface: str, address: str) -> bool:
        """Return whether an address is in a subnet of an interface."""
        return any(name == interface and within(address, own, length) for name, own, length in self.subnets)


class Burst(NamedTuple):
    """What this host's counters did while some SYNs were sent at once, and in as long a time without.

    Other programs move them, too: what a counter did not do is evidence, and what it did only if it was quiet after.
    """

    destination: Endpoint
    sources: tuple[str, ...]
    syns: int
    undelivered: Optional[int]  # packets that arrived and were dropped here; None: not known
    undelivered_after: Optional[int]
    resets: int  # RSTs sent
    resets_after: int
    sent: Mapping[str, int]  # packets sent, by interface
    prompt: frozenset[str]  # interfaces whose counters count at once; those of some drivers are read once a second

    def dropped_here(self) -> bool:
        """Return whether the answers arrived, and were dropped before they reached the socket."""
        if self.undelivered is None or self.undelivered_after is None or not self.syns:
            return False
        return self.undelivered >= self.syns and self.undelivered_after * 4 <= self.undelivered

    def reset_here(self) -> bool:
        """Return whether this host reset as many answers as SYNs were sent: they came from another address."""
        return 0 < self.syns <= self.resets and self.resets_after == 0

    def left_by(self, expected: str | None) -> str | None:
        """Return another interface by which the SYNs left, an empty text for none; None: by the expected one."""
        if expected not in self.prompt or self.sent.get(expected or "", self.syns) * 4 > self.syns:
            return None
        others = [name for name, count in self.sent.items() if name != expected and count >= self.syns]
        return others[0] if others else ""


class Case(NamedTuple):
    """All facts about one destination. The first observation is the kernel's choice of source address, if tried."""

    destination: Endpoint
    name: str  # as typed
    observations: tuple[Observation, ...]
    host: Host = Host()
    attempts: tuple[Attempt, ...] = ()
    controls: tuple[Control, ...] = ()
    bursts: tuple[Burst, ...] = ()
    context: tuple[Bystander, ...] = ()
    syns: int = 0
    most_syns: int = 0
    seconds: float = 0.0
    quick: bool = False  # neither the handshake nor the distance was checked

    @property
    def passing(self) -> list[Observation]:
        """The sources that connect."""
        return [seen for seen in self.observations if seen.accepted]

    @property
    def failing(self) -> list[Observation]:
        """The sources that do not connect."""
        return [seen for seen in self.observations if not seen.accepted]

    @property
    def default(self) -> Observation | None:
        """The kernel's choice of source address; None: it was not tried."""
        return next((seen for seen in self.observations if seen.chosen_by == "kernel"), None)

    @property
    def trials(self) -> list[Attempt]:
        """The attempts that compare the sources."""
        return [attempt for attempt in self.attempts if attempt.experiment == "sources"]

    def of(self, seen: Sequence[Observation]) -> list[Attempt]:
        """Return the attempts that compare the sources, from these sources."""
        wanted = {each.address for each in seen}
        return [attempt for attempt in self.trials if attempt.source and attempt.source.address in wanted]

    def chance(
        self, works: Sequence[Observation], fails: Sequence[Observation], good: Callable[[Attempt], bool]
    ) -> float:
        """Return the probability that chance made the difference between these sources."""
        return statistics.difference(self.of(works), self.of(fails), (len(works), len(fails)), good)

    def local(self, icmp: Icmp | None) -> bool:
        """Return whether this host made an ICMP error: its sender is one of this host's addresses."""
        return icmp is not None and icmp.sender.partition("%")[0] in self.host.addresses

    def foreign(self, icmp: Icmp | None) -> bool:
        """Return whether a device on the path made an ICMP error: neither this host nor the destination."""
        return icmp is not None and not self.local(icmp) and icmp.sender != self.destination.address

    def signed(self, seen: Observation) -> bool:
        """Return whether an ICMP error, of whatever device but this host, ended its connects."""
        return not seen.accepted and seen.icmp is not None and not self.local(seen.icmp)

    def blames(self) -> tuple[Blame, ...]:
        """Return every device that sent an ICMP error that rejects, with the sources that it rejected.

        What the destination seems to say of its own absence was translated: which device that was is not known.
        """
        found: dict[str, list[str]] = {}
        for seen in self.failing:
            absent = seen.outcome == "unreachable" and seen.icmp and seen.icmp.sender == self.destination.address
            if seen.icmp and self.signed(seen) and not absent:
                found.setdefault(seen.icmp.sender, []).append(seen.address or "")
        return tuple(Blame(box, tuple(sources)) for box, sources in found.items())

    def burst(self, seen: Observation) -> Burst | None:
        """Return the burst of SYNs of a source; None: there was none."""
        return next((burst for burst in self.bursts if seen.address in burst.sources), None)

    @property
    def alive(self) -> Control | None:
        """What shows that the host is alive, apart from the port; None: nothing did."""
        return next((control for control in self.controls if control.alive), None)

    def control(self, address: str | None) -> Control | None:
        """Return the datagrams of a source address."""
        return next((each for each in self.controls if each.method == "udp" and each.source == address), None)

    def nearer(self, seen: Observation) -> Control | None:
        """Return what shows that the answers to a source come from before the host; None: nothing does.

        A SYN was answered although a datagram with as large a TTL, by the same way, ran out at a router. Without that
        the next hop may be the host itself, which has the address on another of its interfaces.
        """
        if seen.answered_at is None:
            return None
        by_this_way = {each.address for each in self.observations if way(each.route) == way(seen.route)}
        known = (each for each in self.controls if each.method == "udp" and each.source in by_this_way)
        return next((each for each in known if each.last and each.beyond >= seen.answered_at), None)

    @property
    def port_answers(self) -> bool:
        """Whether any SYN at all was accepted or reset, whatever it was sent for."""
        tried = [each for each in self.attempts if each.destination == self.destination]
        traced = any(seen.trace and seen.trace.outcome in ("connected", "refused") for seen in self.observations)
        return traced or any(each.accepted or each.rst for each in tried)

    @property
    def here(self) -> bool:
        """Whether the destination is one of this host's addresses, as its list of them or its routing tables say."""
        own = self.destination.address.partition("%")[0] in self.host.addresses
        return own or any(seen.route and seen.route.kind == "local" for seen in self.observations)

    @property
    def six(self) -> bool:
        """Whether the destination is an IPv6 address."""
        return family_of(self.destination.address) == "inet6"


def way(route: ResolvedRoute | None) -> tuple[str | None, str | None] | None:
    """Return the next hop and the interface of a route; None: not known."""
    return (route.gateway, route.interface) if route and route.interface else None


def ways(seen: Sequence[Observation]) -> set[tuple[str | None, str | None]]:
    """Return the ways by which these sources leave, as far as they are known."""
    return {found for each in seen if (found := way(each.route))}
