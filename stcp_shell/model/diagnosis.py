"""The observations of a diagnosis, and its verdict."""

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
        "as of a connection, if all attempts that got an answer agree; timeout: no attempt got an answer; "
        "inconsistent: the answers differ",
    ]
    attempts: Annotated[_Count, "number of connects"]
    answered: Annotated[_Count, "how many of the attempts got an answer"]
    errno: Annotated[Optional[Word], "name of the error; null: none"] = None
    icmp: Annotated[Optional[Icmp], "the ICMP error received; null: none"] = None
    rst: Annotated[bool, "whether a RST ended it"] = False
    syn_fate: Annotated[Optional[Word], Wire("syn"), "what happened to unanswered SYNs, as of a connection"] = None
    route: Annotated[Optional[ResolvedRoute], "the kernel's route; null: the kernel could not be queried"] = None
    interface: Annotated[Optional[InterfaceName], "the interface that has the source address"] = None
    rtt: Annotated[Optional[float], "round-trip time in seconds; null unless connected"] = None
    elapsed: Annotated[float, "seconds from the SYN to the end, in the shortest attempt"] = 0.0
    answerer: Annotated[Optional[HopDistance], "distance to the device that replied; null: not measured"] = None
    trace: Annotated[Optional[Trace], "the path; null: it was not traced"] = None

    @property
    def left_host(self) -> bool:
        """Whether its SYNs got beyond this host and its links, as far as is known."""
        own = self.icmp is not None and self.icmp.sender == self.address
        return not (self.syn_fate in ("unresolved", "dropped-here") or self.outcome == "no-route" or own)

    @property
    def silent(self) -> bool:
        """Whether no answer of any kind came."""
        return self.outcome == "timeout"

    @property
    def expired(self) -> bool:
        """Whether its TTL expired on the path (11/0, RFC 792; 3/0, RFC 4443)."""
        return self.icmp is not None and self.icmp.type == (3 if ":" in self.icmp.sender else 11)


@record("verdict")
class Verdict(NamedTuple):
    """What can be concluded about one port from the observations, and no more (diagnose)."""

    kind: Annotated[Word, "the verdict in a word: source-dependent, filtered, healthy, unclear, ..."]
    destination: Annotated[Destination, "the destination"]
    summary: Annotated[str, "the verdict in a sentence"]
    sources: Annotated[tuple[Observation, ...], "what was observed for each source address"]
    blames: Annotated[Optional[str], "the address of the device that sent the ICMP error; null: none"]
    evidence: Annotated[tuple[str, ...], "what was observed, line by line"]
    remedies: Annotated[tuple[str, ...], "possible fixes; a line that begins with spaces is a command"]
    severity: Annotated[Word, "good: no problem; bad: a problem; warn: not known"] = "bad"


class Diagnosed(NamedTuple):
    """A verdict for each port."""

    verdicts: tuple[Verdict, ...]
    cancelled: bool  # ended by Ctrl-C: the verdicts so far
    left_out: int  # number of source addresses beyond the limit, which were not tried

    def records(self) -> tuple[Verdict, ...]:
        """Return a record for each port."""
        return self.verdicts


class ReversePath(NamedTuple):
    """This host's reverse path filter (rp_filter, ip-sysctl)."""

    strict: frozenset[str]  # interfaces on which it is strict
    dropped: Optional[int]  # by how much TcpExt IPReversePathFilter increased meanwhile; None: not known


class Case(NamedTuple):
    """All facts for a verdict. The first observation is the kernel's choice of source address, if it was tried."""

    destination: Endpoint
    name: str  # as typed
    observations: tuple[Observation, ...]
    local_addresses: frozenset[str]  # every address of this host
    reverse_path: Optional[ReversePath] = None
    gateways: tuple[tuple[str, str], ...] = ()  # (interface, gateway) from the routing tables

    @property
    def reaching(self) -> list[Observation]:
        """The sources that reach the destination: they connect, or get a RST that is not known to come from nearer."""
        return [
            s for s in self.observations if s.outcome == "connected" or (s.rst and s.answerer and not s.answerer.nearer)
        ]

    @property
    def passing(self) -> list[Observation]:
        """The sources that connect."""
        return [seen for seen in self.observations if seen.outcome == "connected"]

    @property
    def failing(self) -> list[Observation]:
        """The sources that do not connect."""
        return [seen for seen in self.observations if seen.outcome != "connected"]

    @property
    def default(self) -> Optional[Observation]:
        """The kernel's choice of source address; None: it was not tried."""
        return next((seen for seen in self.observations if seen.chosen_by == "kernel"), None)

    def local(self, icmp: Optional[Icmp]) -> bool:
        """Return whether this host made an ICMP error: its sender is one of this host's addresses."""
        return icmp is not None and icmp.sender.partition("%")[0] in self.local_addresses

    def next_hop_answered(self, seen: Observation) -> bool:
        """Return whether the RST or SYN-ACK is from the next hop or this host, though a router leads to the target."""
        distance, gateway = seen.answerer, seen.route.gateway if seen.route else None
        return distance is not None and distance.hops_forward == 0 and gateway not in (None, self.destination.address)


def named(seen: Sequence[Observation]) -> str:
    """Return source addresses for a sentence: of more than four, the first four and the number of the others."""
    names = list(dict.fromkeys(s.address or "the default source" for s in seen))
    return ", ".join(names if len(names) < 5 else [*names[:4], f"{len(names) - 4} more"])
