"""A connect(2), from the source address that was chosen to how it ended."""

from typing import Annotated, NamedTuple, Optional

from .record import HostName, InterfaceName, Octet, Port, Wire, Word, record

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
)
SYN_FATES = (
    "lost",  # they left this host and nothing came back
    "dropped-here",  # this host's own OUTPUT firewall dropped them
    "unresolved",  # they never left: the next hop does not answer ARP or ND
)


def family_of(address: str) -> str:
    """The family of a numeric address: only IPv6 text has a colon (RFC 4291, section 2.2)."""
    return INET6 if ":" in address else INET


def endpoint_text(host: str, port: object) -> str:
    """`10.1.1.1:2121`, `[fe80::1]:2121` (RFC 3986, section 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Endpoint(NamedTuple):
    """An address with its port."""

    address: Annotated[str, "numeric, as inet_ntop(3) writes it; a link-local one with its zone (fe80::1%enetA)"]
    port: Annotated[Port, "0: none was chosen yet"]

    def __str__(self) -> str:
        return endpoint_text(self.address, self.port)


class Destination(NamedTuple):
    """Where a connect goes to."""

    name: Annotated[HostName, "as typed"]
    address: Annotated[Optional[str], "numeric; null: the name has none"]
    port: Annotated[Port, "0: none was asked for"]

    @property
    def endpoint(self) -> Endpoint:
        """The numeric end; its address is empty where the name has none."""
        return Endpoint(self.address or "", self.port)

    def __str__(self) -> str:
        return endpoint_text(self.address or self.name, self.port)


class ResolvedRoute(NamedTuple):
    """The kernel's answer to "by which route to this address, from that one" (RTM_GETROUTE)."""

    gateway: Annotated[Optional[str], "the next hop; null: on the link, or no route"] = None
    interface: Annotated[Optional[InterfaceName], "by which it leaves; null: no route"] = None
    source: Annotated[Optional[str], "the source address that the kernel would choose"] = None
    table: Annotated[Optional[int], "the table that the route is in"] = None
    kind: Annotated[Word, "unicast, local, prohibit, ...; none: the kernel has no route"] = "none"


class Icmp(NamedTuple):
    """An ICMP or ICMPv6 error that came for a connection."""

    type: Annotated[Octet, "as the RFC numbers it"]
    code: Annotated[Octet, "as the RFC numbers it"]
    meaning: Annotated[Word, "the two in words"]
    sender: Annotated[str, Wire("from"), "the address of the device that sent it"]


class HopDistance(NamedTuple):
    """How far away the device is that sent the RST or SYN-ACK (IP_MINTTL, IP_TTL).

    A firewall that answers for the host is nearer than the host: its answer made fewer hops back than the question
    needed to get there.
    """

    ttl: Annotated[int, "of the answer on arrival"]
    hops_back: Annotated[int, "routers that forwarded the answer, if it left with 64, 128 or 255"]
    hops_forward: Annotated[Optional[int], "routers that passed the SYN; null: not known"]
    nearer: Annotated[Optional[bool], "whether it is nearer than the way there is long; null: not known"] = None


@record("connection")
class Connection(NamedTuple):
    """A connect and how it ended. It is written at its end: its SYN left `elapsed` earlier."""

    socket: Annotated[int, "its number"]
    protocol: Annotated[Word, "tcp or udp"]
    bound: Annotated[Optional[Endpoint], "what bind(2) was given; null: not bound"]
    source: Annotated[
        Optional[Endpoint],
        "what getsockname(2) said when the SYN had left, also if the connect failed later; null: none was chosen",
    ]
    chosen_by: Annotated[Word, "bind or kernel; a bind to the wildcard address leaves the choice to the kernel"]
    destination: Annotated[Destination, "where to"]
    route: Annotated[Optional[ResolvedRoute], "by which the kernel sends; null: it could not be asked"]
    outcome: Annotated[Word, "how it ended: " + ", ".join(OUTCOMES)]
    errno: Annotated[Optional[Word], "its name (ETIMEDOUT is the kernel's); null: success, or the local timeout"]
    icmp: Annotated[Optional[Icmp], "the ICMP error that came; null: none"]
    elapsed: Annotated[float, "seconds from the SYN to the end"]
    rtt: Annotated[Optional[float], "round trip in seconds, from TCP_INFO; null unless connected"]
    syn_retransmits: Annotated[Optional[int], "SYNs sent again; null: not known"]
    rst: Annotated[bool, "a RST ended it: refused, and no ICMP error came"] = False
    syn_fate: Annotated[
        Optional[Word],
        Wire("syn"),
        "what became of SYNs without an answer: " + ", ".join(SYN_FATES) + "; null: not known",
    ] = None
    answerer: Annotated[Optional[HopDistance], "how far away the answering device is; null: not measured"] = None
    others: Annotated[tuple[str, ...], "further addresses of the name, which were not tried"] = ()
    note: Annotated[Optional[str], "what else is known of the outcome"] = None
    interrupted: Annotated[bool, "Ctrl-C came after the end, while the distance was measured"] = False

    @property
    def cancelled(self) -> bool:
        """Ended by Ctrl-C, which ends the line or the script as well."""
        return self.outcome == "cancelled" or self.interrupted
