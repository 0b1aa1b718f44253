"""One connect of a diagnosis, and what shows beside it that the host is alive."""

from typing import Annotated, NamedTuple, Optional

from .connection import Endpoint, Icmp
from .hold import Hold
from .record import InterfaceName, Octet, Port, Range, Word

_Count = Annotated[int, Range(0, 2**31)]


class Attempt(NamedTuple):
    """One connect of a diagnosis."""

    experiment: Annotated[
        Word,
        "what it was for: sources (compare the source addresses), same-port (the same source port again), other-way "
        "(by another next hop), ttl (where the answer comes from), counters (what this host's counters do meanwhile), "
        "control (another port of the host), context (from an address that is not judged)",
    ]
    sent: Annotated[Optional[str], "when the first SYN left: ISO 8601, UTC, milliseconds; null: none left"]
    source: Annotated[Optional[Endpoint], "source address and port; null: none was chosen"]
    chosen_by: Annotated[Word, "bind or kernel"]
    destination: Annotated[Endpoint, "where to"]
    gateway: Annotated[Optional[str], "the next hop of the kernel's route; null: on the link, or not known"]
    interface: Annotated[Optional[InterfaceName], "the outgoing interface of the kernel's route; null: not known"]
    outcome: Annotated[Word, "as of a connection; closed and reset: by the far side, while it was held"]
    errno: Annotated[Optional[Word], "name of the error; null: none"]
    icmp: Annotated[Optional[Icmp], "the ICMP error received; null: none"]
    rst: Annotated[bool, "whether a RST ended it"]
    syn_fate: Annotated[Optional[Word], "what happened to unanswered SYNs, as of a connection"]
    syn_retransmits: Annotated[Optional[_Count], "number of SYN retransmissions; null: not known"]
    elapsed: Annotated[float, "seconds from the SYN to the end of the connect"]
    rtt: Annotated[Optional[float], "round-trip time in seconds; null unless connected"] = None
    hold: Annotated[Optional[Hold], "what it showed while it was held; null: it was closed at once"] = None
    resets: Annotated[
        Optional[_Count],
        "RSTs that this host sent meanwhile, so to answers that came by another interface; null: not counted",
    ] = None

    @property
    def syns(self) -> int:
        """How many SYNs it sent, as far as is known."""
        return 0 if self.sent is None else 1 + (self.syn_retransmits or 0)

    @property
    def accepted(self) -> bool:
        """Whether connect(2) succeeded."""
        return self.outcome in ("connected", "closed", "reset")

    @property
    def answered(self) -> bool:
        """Whether an answer of any kind came."""
        return self.outcome not in ("timeout", "cancelled")


class Control(NamedTuple):
    """Whether the host is alive, apart from the port: a datagram to a closed port, a ping, or another TCP port."""

    method: Annotated[Word, "udp, ping or tcp"]
    destination: Annotated[str, "the address of the host"]
    source: Annotated[Optional[str], "the source address; null: none was chosen"]
    port: Annotated[Optional[Port], "the destination port of the one that was answered, or of the first; null: a ping"]
    alive: Annotated[bool, "whether the host itself answered"]
    icmp: Annotated[Optional[Icmp], "the ICMP error that ended it, of the host or of a device before it; null: none"]
    ttl: Annotated[Optional[Octet], "TTL with which the host's answer arrived; null: not known"] = None
    beyond: Annotated[Octet, "the largest TTL that ran out on the path: the host is farther away"] = 0
    last: Annotated[Optional[str], "the router at which it ran out; null: none replied"] = None
