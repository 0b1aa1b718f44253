"""What the operating system said, as plain tuples.

`net` makes them, commands hand them on, `journal` writes them as JSON and `report` turns them into text. Nothing
here does I/O. NamedTuples and not dataclasses: importing `dataclasses` costs more than the rest of the start-up.

Addresses are text as `inet_ntop` writes them, a link-local one with its zone (`fe80::1%enetA`); families are
`inet` and `inet6`; times are seconds.
"""

from typing import NamedTuple, Optional

INET, INET6 = "inet", "inet6"


def family_of(address: str) -> str:
    """The family of a numeric address: only IPv6 text has a colon (RFC 4291, section 2.2)."""
    return INET6 if ":" in address else INET


class Endpoint(NamedTuple):
    """One end of a connection. Port 0: none was chosen yet."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class Way(NamedTuple):
    """The kernel's answer to "which way to this address, from that one" (RTM_GETROUTE)."""

    gateway: Optional[str] = None  # None: on the link, or no route
    interface: Optional[str] = None  # None: no route
    source: Optional[str] = None  # the source address that it would choose
    table: Optional[int] = None
    kind: str = "none"  # a Route's kinds, or `none`: the kernel has no route


class Icmp(NamedTuple):
    """An ICMP or ICMPv6 error that came for a connection, and the address of the box that sent it."""

    type: int
    code: int
    meaning: str
    sender: str


class Answerer(NamedTuple):
    """How far away the box that sent the RST or SYN-ACK is (IP_MINTTL, IP_TTL).

    A firewall that answers for the host is nearer than the host: its answer made fewer hops back than the question
    needed to get there.
    """

    ttl: int  # the answer's TTL, or hop limit, on arrival
    hops_back: int  # 64, 128 or 255, whichever is next above, less the TTL: routers that forwarded the answer
    hops_forward: Optional[int]  # routers that the SYN passed: the smallest IP_TTL that brought the answer, less 1

    @property
    def nearer(self) -> Optional[bool]:
        """Whether a box in front of the destination answered; None: not known."""
        return None if self.hops_forward is None else self.hops_back < self.hops_forward


class Hop(NamedTuple):
    """What a SYN with a small TTL met."""

    ttl: int
    address: Optional[str]  # who sent the ICMP error, or the destination; None: no answer
    rtt: Optional[float]
    icmp: Optional[Icmp]  # time exceeded, or whatever else the box said
    outcome: Optional[str]  # where the connect got an answer that ends the path: connected, refused, prohibited, ...


class Trace(NamedTuple):
    """The path that SYNs from one source address take, as far as it shows."""

    destination: Endpoint
    source: Optional[str]  # the source address used
    chosen_by: str  # bind, kernel
    hops: tuple[Hop, ...]  # by TTL, from 1; the last is the one that ended it
    outcome: str  # how the last one ended; `timeout`: silence from some hop on


class Connection(NamedTuple):
    """One connect(2), from the source address that was chosen to how it ended."""

    socket: int
    protocol: str  # tcp, udp
    bound: Optional[Endpoint]  # what bind(2) was given; None: not bound
    source: Optional[Endpoint]  # what getsockname(2) said after the SYN left; None: none was chosen
    destination: Endpoint
    name: str  # as typed
    route: Optional[Way]  # None: it could not be asked for
    outcome: str  # an `OUTCOMES`
    errno: Optional[str]  # `ECONNREFUSED`; None on success and for our own time-out
    icmp: Optional[Icmp]
    elapsed: float
    rtt: Optional[float]  # from TCP_INFO
    syn_retransmits: Optional[int]
    others: tuple[str, ...] = ()  # further addresses of the name, which were not tried
    note: Optional[str] = None  # what else is known of the outcome, in words
    rst: bool = False  # a RST ended it: refused, and no ICMP error came
    syn: Optional[str] = None  # what became of SYNs that got no answer: `SYN_FATES`; None: answered, or not known
    answerer: Optional[Answerer] = None  # how far away the box that answered is, where that was asked for
    interrupted: bool = False  # Ctrl-C came when the connect had ended, while `answerer` was measured

    @property
    def cancelled(self) -> bool:
        """Ended by Ctrl-C, which ends the line or the script as well."""
        return self.outcome == "cancelled" or self.interrupted

    @property
    def chosen_by(self) -> str:
        """Who chose the source address. A bind to the wildcard address leaves it to the kernel."""
        return "bind" if self.bound and self.bound.address not in ("0.0.0.0", "::") else "kernel"


VERDICTS = (
    "source-dependent",
    "bound-source-fails",
    "no-listener",
    "filtered",
    "unreachable",
    "no-route",
    "next-hop-silent",
    "local-firewall",
    "local-rp-filter",
    "single-source",
    "healthy",
    "unclear",
)
SYN_FATES = (
    "lost",  # they left this host and nothing came back
    "dropped-here",  # this host's own OUTPUT firewall dropped them
    "unresolved",  # they never left: the next hop does not answer ARP or ND
)
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
