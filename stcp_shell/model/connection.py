"""A connect(2), from the choice of the source address to the outcome."""

from typing import Annotated, NamedTuple, Optional

from .endpoint import Endpoint, endpoint_text
from .hold import Hold
from .record import HostName, InterfaceName, Octet, Port, Wire, Word, record

__all__ = [
    "INET",
    "INET6",
    "OUTCOMES",
    "SYN_FATES",
    "Connection",
    "Destination",
    "Endpoint",
    "HopDistance",
    "Icmp",
    "ResolvedRoute",
    "endpoint_text",
    "family_of",
]
INET, INET6 = "inet", "inet6"
OUTCOMES = (
    "connected",
    "refused",
    "timeout",
    "unreachable",
    "prohibited",
    "no-route",
    "denied",
    "address-unavailable",
    "address-in-use",
    "cancelled",
    "unresolved",
    "error",
    "closed",  # connected, and while it was held the peer closed its side (FIN) without a byte
    "reset",  # connected, and then reset
)
SYN_FATES = (
    "lost",  # they left this host and no answer came back
    "dropped-here",  # this host's own OUTPUT firewall dropped them
    "unresolved",  # they never left: the next hop does not answer ARP or ND
)


def family_of(address: str) -> str:
    """Return the family of a numeric address: only IPv6 text has a colon (RFC 4291, section 2.2)."""
    return INET6 if ":" in address else INET


class Destination(NamedTuple):
    """The destination of a connect."""

    name: Annotated[HostName, "as typed"]
    address: Annotated[Optional[str], "numeric; null: the name has no address"]
    port: Annotated[Port, "0: none was given"]

    @property
    def endpoint(self) -> Endpoint:
        """The numeric endpoint; its address is empty if the name has no address."""
        return Endpoint(self.address or "", self.port)

    @property
    def spoken(self) -> str:
        """The name as typed, with the port if there is one, for a sentence."""
        return f"{self.name} port {self.port}" if self.port else self.name

    def __str__(self) -> str:
        return endpoint_text(self.address or self.name, self.port)


class ResolvedRoute(NamedTuple):
    """The route that the kernel uses for a destination and a source address (RTM_GETROUTE)."""

    gateway: Annotated[Optional[str], "the next hop; null: on the link, or no route"] = None
    interface: Annotated[Optional[InterfaceName], "the outgoing interface; null: no route"] = None
    source: Annotated[Optional[str], "the source address that the kernel would choose"] = None
    table: Annotated[Optional[int], "number of the routing table that holds the route"] = None
    kind: Annotated[Word, "unicast, local, prohibit, ...; none: the kernel has no route"] = "none"
    redirected: Annotated[bool, "whether this host follows an ICMP redirect that it has learned"] = False


class Icmp(NamedTuple):
    """An ICMP or ICMPv6 error that was received for a connection."""

    type: Annotated[Octet, "as the RFC numbers it"]
    code: Annotated[Octet, "as the RFC numbers it"]
    meaning: Annotated[Word, "type and code in words"]
    sender: Annotated[str, Wire("from"), "the address of the device that sent it"]


class HopDistance(NamedTuple):
    """The distance in hops to the device that sent the RST or SYN-ACK (IP_MINTTL, IP_TTL).

    A firewall that replies in place of the host is nearer than the host: its reply took fewer hops back than the SYN
    needed to get there.
    """

    ttl: Annotated[int, "TTL of the reply on arrival"]
    hops_back: Annotated[int, "routers that forwarded the reply, if its initial TTL was 64, 128 or 255"]
    hops_forward: Annotated[Optional[int], "routers that forwarded the SYN; null: not known"]
    nearer: Annotated[Optional[bool], "whether hops_back is less than hops_forward; null: not known"] = None


@record("connection")
class Connection(NamedTuple):
    """A connect and its outcome. The record is written at the end: the SYN left `elapsed` seconds earlier."""

    socket: Annotated[int, "number of the socket"]
    protocol: Annotated[Word, "tcp or udp"]
    bound: Annotated[Optional[Endpoint], "the address and port given to bind(2); null: not bound"]
    source: Annotated[
        Optional[Endpoint],
        "what getsockname(2) returned after the SYN had left, also if the connect failed later; null: none was chosen",
    ]
    chosen_by: Annotated[Word, "bind or kernel; a bind to the wildcard address leaves the choice to the kernel"]
    destination: Annotated[Destination, "the destination"]
    route: Annotated[Optional[ResolvedRoute], "the kernel's route; null: the kernel could not be queried"]
    outcome: Annotated[Word, "how it ended: " + ", ".join(OUTCOMES)]
    errno: Annotated[
        Optional[Word], "error name (ETIMEDOUT: the kernel's timeout); null: success, or the local timeout"
    ]
    icmp: Annotated[Optional[Icmp], "the ICMP error received; null: none"]
    elapsed: Annotated[float, "seconds from the SYN to the end"]
    rtt: Annotated[Optional[float], "round-trip time in seconds, from TCP_INFO; null unless connected"]
    syn_retransmits: Annotated[Optional[int], "number of SYN retransmissions; null: not known"]
    rst: Annotated[
        Optional[bool], "whether a RST ended it: refused, and no ICMP error was received; null: not known"
    ] = None
    syn_fate: Annotated[
        Optional[Word],
        Wire("syn"),
        "what happened to unanswered SYNs: " + ", ".join(SYN_FATES) + "; null: not known",
    ] = None
    answerer: Annotated[Optional[HopDistance], "distance to the device that replied; null: not measured"] = None
    others: Annotated[tuple[str, ...], "further addresses of the name, which were not tried"] = ()
    note: Annotated[Optional[str], "further information about the outcome; null: none"] = None
    interrupted: Annotated[
        bool, "whether Ctrl-C came after the end, while it was held or while the distance was measured"
    ] = False
    hold: Annotated[Optional[Hold], "what the connection showed while it was held; null: it was not held"] = None
    sent: Annotated[
        Optional[str],
        "when the first SYN left: ISO 8601, UTC, milliseconds; null: none left, or the log is of an older version",
    ] = None

    @property
    def accepted(self) -> bool:
        """Whether connect(2) succeeded, however the connection ended while it was held."""
        return self.outcome == "connected" or self.hold is not None

    @property
    def cancelled(self) -> bool:
        """Whether Ctrl-C was pressed: it ends the line or the script, too."""
        return self.outcome == "cancelled" or self.interrupted
