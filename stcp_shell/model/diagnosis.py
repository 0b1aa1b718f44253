"""What a diagnosis is about, and what it came to."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple, Optional

from .connection import Destination, Endpoint, HopDistance, Icmp, ResolvedRoute
from .record import InterfaceName, Range, Wire, Word, record
from .trace import Trace

HOST_UNREACHABLE = {(3, 1), (1, 3)}  # ICMP types and codes: RFC 792; address unreachable, RFC 4443
_Count = Annotated[int, Range(0, 2**31)]


class Observation(NamedTuple):
    """One source address and how its connects ended."""

    address: Annotated[Optional[str], "the source address; null: none was chosen (no route)"]
    chosen_by: Annotated[Word, "bind or kernel"]
    outcome: Annotated[
        Word,
        "what all attempts that got an answer agree on, as of a connection; timeout: none got one; inconsistent: the "
        "answers differ",
    ]
    attempts: Annotated[_Count, "connects"]
    answered: Annotated[_Count, "how many of them got an answer"]
    errno: Annotated[Optional[Word], "null: none"] = None
    icmp: Annotated[Optional[Icmp], "null: none came"] = None
    rst: Annotated[bool, "a RST ended it"] = False
    syn_fate: Annotated[Optional[Word], Wire("syn"), "what became of SYNs without an answer, as of a connection"] = None
    route: Annotated[Optional[ResolvedRoute], "by which the kernel sends; null: it could not be asked"] = None
    interface: Annotated[Optional[InterfaceName], "that has the source address"] = None
    rtt: Annotated[Optional[float], "round trip in seconds; null unless connected"] = None
    elapsed: Annotated[float, "seconds from the SYN to the end, of the shortest attempt"] = 0.0
    answerer: Annotated[Optional[HopDistance], "how far away the answering device is; null: not measured"] = None
    trace: Annotated[Optional[Trace], "the path, if it was looked at"] = None

    @property
    def left_host(self) -> bool:
        """Whether its SYNs got beyond this host and its links, as far as is known."""
        own = self.icmp is not None and self.icmp.sender == self.address
        return not (self.syn_fate in ("unresolved", "dropped-here") or self.outcome == "no-route" or own)

    @property
    def silent(self) -> bool:
        """No answer of any kind came."""
        return self.outcome == "timeout"

    @property
    def expired(self) -> bool:
        """Its TTL ran out on the way (11/0, RFC 792; 3/0, RFC 4443)."""
        return self.icmp is not None and self.icmp.type == (3 if ":" in self.icmp.sender else 11)


@record("verdict")
class Verdict(NamedTuple):
    """What the observations allow to say of one port, and no more (diagnose)."""

    kind: Annotated[Word, "in a word: source-dependent, filtered, healthy, unclear, ..."]
    destination: Annotated[Destination, "where to"]
    summary: Annotated[str, "in a sentence"]
    sources: Annotated[tuple[Observation, ...], "what was seen of each source address"]
    blames: Annotated[Optional[str], "the address of the device that sent the rejection; null: none did"]
    evidence: Annotated[tuple[str, ...], "what was observed, line by line"]
    remedies: Annotated[tuple[str, ...], "what would help; a line that begins with spaces is a command"]
    severity: Annotated[Word, "good: nothing is wrong; bad: something is; warn: not known"] = "bad"


class Diagnosed(NamedTuple):
    """A verdict for each port."""

    verdicts: tuple[Verdict, ...]
    cancelled: bool  # ended by Ctrl-C: what was known by then
    left_out: int  # source addresses that were too many

    def records(self) -> tuple[Verdict, ...]:
        """A record for each port."""
        return self.verdicts


class ReversePath(NamedTuple):
    """This host's reverse path filter (rp_filter, ip-sysctl)."""

    strict: frozenset[str]  # interfaces on which it is strict
    dropped: Optional[int]  # how far its counter (TcpExt IPReversePathFilter) rose meanwhile; None: not known


class Case(NamedTuple):
    """All that a verdict is drawn from. The first observation is the kernel's choice, if it was asked for."""

    destination: Endpoint
    name: str  # as typed
    observations: tuple[Observation, ...]
    local_addresses: frozenset[str]  # every address of this host
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
        return icmp is not None and icmp.sender.partition("%")[0] in self.local_addresses

    def next_hop_answered(self, seen: Observation) -> bool:
        """Whether the RST or SYN-ACK came from the next hop or this host, though the destination is behind a router."""
        distance, gateway = seen.answerer, seen.route.gateway if seen.route else None
        return distance is not None and distance.hops_forward == 0 and gateway not in (None, self.destination.address)


def named(seen: Sequence[Observation]) -> str:
    """Source addresses in a sentence."""
    names = list(dict.fromkeys(s.address or "the default source" for s in seen))
    return ", ".join(names if len(names) < 5 else [*names[:4], f"{len(names) - 4} more"])
