"""The observations of a diagnosis, the causes that explain them, and its verdict."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple, Optional

from .attempt import Attempt
from .connection import Destination, HopDistance, Icmp, ResolvedRoute
from .hold import Hold
from .mtu import PathMtu
from .record import InterfaceName, Octet, Prose, Range, Wire, Word, record
from .tls import Tls
from .trace import Trace

CERTAINTIES = ("proven", "likely", "possible")  # the most certain first
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
    hold: Annotated[Optional[Hold], "what a connection showed while it was held; null: none was"] = None
    lost: Annotated[_Count, "SYNs that got no answer, also those before a success"] = 0
    answered_at: Annotated[
        Optional[Octet], "the smallest TTL with which a SYN was accepted or reset; null: it was not tried, or none was"
    ] = None

    tls: Annotated[Optional[Tls], "the TLS handshake over a connection of its own; null: none was made"] = None
    banner: Annotated[Optional[str], "the first bytes of the service, as text; null: not waited for, or none came"] = (
        None
    )
    mtu: Annotated[Optional[PathMtu], "the path MTU; null: it was not measured"] = None

    @property
    def left_host(self) -> bool:
        """Whether its SYNs got beyond this host and its links, as far as is known."""
        own = self.icmp is not None and self.icmp.sender == self.address
        return not (self.syn_fate in ("unresolved", "dropped-here") or self.outcome == "no-route" or own)

    @property
    def accepted(self) -> bool:
        """Whether connect(2) succeeded, whatever the far side did then."""
        return self.outcome in ("connected", "closed", "reset")

    @property
    def stalls(self) -> bool:
        """Whether it connects, and large packets or a TLS handshake do not get through."""
        stalled = self.tls is not None and self.tls.outcome == "stalled"
        return self.accepted and (stalled or (self.mtu is not None and self.mtu.outcome == "black-hole"))

    @property
    def silent(self) -> bool:
        """Whether no answer of any kind came."""
        return self.outcome == "timeout"

    @property
    def expired(self) -> bool:
        """Whether its TTL expired on the path (11/0, RFC 792; 3/0, RFC 4443)."""
        return self.icmp is not None and self.icmp.type == (3 if ":" in self.icmp.sender else 11)


class Cause(NamedTuple):
    """What explains the observations, wholly or in part."""

    cause: Annotated[Word, "the cause in a word: access-list, urpf, no-listener, own-output-rules, ..."]
    where: Annotated[Word, "this-host, next-hop, network, destination or service"]
    box: Annotated[Optional[str], "the address of the device, if it has identified itself; null: not known"]
    certainty: Annotated[Word, "proven, likely or possible"]
    because: Annotated[Prose, "the observation that speaks for it"]


class Excluded(NamedTuple):
    """A cause that contradicts an observation."""

    cause: Annotated[Word, "as of a cause"]
    because: Annotated[Prose, "the observation that speaks against it"]


class Blame(NamedTuple):
    """A device that has sent an ICMP error that rejects."""

    box: Annotated[str, "the address of the sender"]
    sources: Annotated[tuple[str, ...], "the source addresses that it rejected"]


class Reading(NamedTuple):
    """A setting of this host's kernel, or a counter before and after the experiments."""

    name: Annotated[str, "as sysctl(8) or /proc/net/snmp name it"]
    before: Annotated[int, "the setting, or the counter before"]
    after: Annotated[Optional[int], "the counter after; null: it is a setting"] = None


class Bystander(NamedTuple):
    """A source address that is not meant to leave this host, or cannot: context, never judged."""

    address: Annotated[str, "the address"]
    interface: Annotated[InterfaceName, "its interface"]
    reason: Annotated[Prose, "why it is not judged"]
    outcome: Annotated[Optional[Word], "how one connect from it ended; null: none was made"] = None


@record("verdict")
class Verdict(NamedTuple):
    """What can be concluded about one port from the observations, and no more (diagnose)."""

    kind: Annotated[Word, "the pattern that was seen, in a word: source-dependent, filtered, healthy, unclear, ..."]
    destination: Annotated[Destination, "the destination"]
    summary: Annotated[Prose, "the verdict in a sentence"]
    sources: Annotated[tuple[Observation, ...], "what was observed for each source address"]
    blames: Annotated[tuple[Blame, ...], "the devices that sent ICMP errors that reject"]
    evidence: Annotated[tuple[Prose, ...], "what was observed, line by line"]
    remedies: Annotated[tuple[Prose, ...], "possible fixes; a line that begins with spaces is a command"]
    severity: Annotated[Word, "good: no problem; bad: a problem; warn: not known"] = "bad"
    certainty: Annotated[Word, "proven, likely or possible"] = "possible"
    causes: Annotated[tuple[Cause, ...], "what explains it, the most certain first"] = ()
    excluded: Annotated[tuple[Excluded, ...], "what does not explain it, and why"] = ()
    attempts: Annotated[tuple[Attempt, ...], "every connect, in the order in which their SYNs left"] = ()
    readings: Annotated[tuple[Reading, ...], "settings and counters of this host that matter here"] = ()
    context: Annotated[tuple[Bystander, ...], "source addresses that are not judged"] = ()
    syns: Annotated[_Count, "SYNs sent"] = 0
    most_syns: Annotated[_Count, "the limit for the SYNs sent"] = 0
    seconds: Annotated[float, "how long it took"] = 0.0


class Diagnosed(NamedTuple):
    """A verdict for each address and port."""

    verdicts: tuple[Verdict, ...]
    cancelled: bool  # ended by Ctrl-C: the verdicts so far
    left_out: int  # number of source addresses beyond the limit, which were not tried
    untried: tuple[str, ...] = ()  # addresses of the name that no source address of this host can reach, and why

    def records(self) -> tuple[Verdict, ...]:
        """Return a record for each port."""
        return self.verdicts


def named(seen: Sequence[Observation]) -> str:
    """Return source addresses for a sentence: of more than four, the first four and the number of the others."""
    names = list(dict.fromkeys(s.address or "the default source" for s in seen))
    return ", ".join(names if len(names) < 5 else [*names[:4], f"{len(names) - 4} more"])
