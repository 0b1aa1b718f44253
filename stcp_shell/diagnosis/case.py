"""What a diagnosis is about: each source address with what became of its connects, and what else was read."""

from collections.abc import Sequence
from typing import NamedTuple, Optional

from ..facts import Answerer, Endpoint, Icmp, Trace, Way

HOST_UNREACHABLE = {(3, 1), (1, 3)}  # ICMP types and codes: RFC 792; address unreachable, RFC 4443


class Observation(NamedTuple):
    """One source address and how its connects ended.

    `outcome` is what all attempts that got an answer agree on (`facts.OUTCOMES`), `timeout` where none did, and
    `unsteady` where answers differ.
    """

    address: Optional[str]  # None: the kernel chose none (no route)
    chosen_by: str  # kernel, bind
    outcome: str
    attempts: int
    answered: int
    errno: Optional[str] = None
    icmp: Optional[Icmp] = None
    rst: bool = False
    syn: Optional[str] = None  # facts.SYN_FATES
    route: Optional[Way] = None
    interface: Optional[str] = None  # that the address is on
    rtt: Optional[float] = None
    elapsed: float = 0.0  # the shortest
    answerer: Optional[Answerer] = None
    trace: Optional[Trace] = None

    @property
    def left_host(self) -> bool:
        """Whether its SYNs got beyond this host and its links, as far as is known."""
        own = self.icmp is not None and self.icmp.sender == self.address
        return not (self.syn in ("unresolved", "dropped-here") or self.outcome == "no-route" or own)

    @property
    def silent(self) -> bool:
        """No answer of any kind came."""
        return self.outcome == "timeout"

    @property
    def expired(self) -> bool:
        """Its TTL ran out on the way (11/0, RFC 792; 3/0, RFC 4443)."""
        return self.icmp is not None and self.icmp.type == (3 if ":" in self.icmp.sender else 11)


class ReversePath(NamedTuple):
    """This host's reverse path filter (rp_filter, ip-sysctl)."""

    strict: frozenset[str]  # interfaces on which it is strict
    dropped: Optional[int]  # how far its counter (TcpExt IPReversePathFilter) rose meanwhile; None: not known


class Case(NamedTuple):
    """All that a verdict is drawn from. The first observation is the kernel's choice, if it was asked for."""

    destination: Endpoint
    name: str  # as typed
    observations: tuple[Observation, ...]
    own: frozenset[str]  # every address of this host
    reverse_path: Optional[ReversePath] = None
    gateways: tuple[tuple[str, str], ...] = ()  # (interface, gateway) known from the routing tables

    @property
    def reaching(self) -> list[Observation]:
        """The sources that get to the destination: they connect, or a RST comes from as far away as it is."""
        return [
            s for s in self.observations if s.outcome == "connected" or (s.rst and s.answerer and not s.answerer.nearer)
        ]

    @property
    def passing(self) -> list[Observation]:
        """The sources that connect."""
        return [seen for seen in self.observations if seen.outcome == "connected"]

    @property
    def failing(self) -> list[Observation]:
        """The others."""
        return [seen for seen in self.observations if seen.outcome != "connected"]

    @property
    def default(self) -> Optional[Observation]:
        """The kernel's choice, if it was asked for."""
        return next((seen for seen in self.observations if seen.chosen_by == "kernel"), None)

    def local(self, icmp: Optional[Icmp]) -> bool:
        """Whether an ICMP error was made on this host: its sender is one of our own addresses."""
        return icmp is not None and icmp.sender.partition("%")[0] in self.own

    def next_hop_answered(self, seen: Observation) -> bool:
        """Whether the RST or SYN-ACK came from the next hop or this host, though the destination is behind a router."""
        box, gateway = seen.answerer, seen.route.gateway if seen.route else None
        return box is not None and box.hops_forward == 0 and gateway not in (None, self.destination.address)


class Verdict(NamedTuple):
    """What the facts allow to say, and no more."""

    kind: str  # one of facts.VERDICTS
    destination: Endpoint
    name: str
    summary: str
    sources: tuple[Observation, ...]
    blames: Optional[str]  # the address of the box that says no
    evidence: tuple[str, ...]
    remedies: tuple[str, ...]


def named(seen: Sequence[Observation]) -> str:
    """Source addresses in a sentence."""
    names = list(dict.fromkeys(s.address or "the default source" for s in seen))
    return ", ".join(names if len(names) < 5 else [*names[:4], f"{len(names) - 4} more"])
