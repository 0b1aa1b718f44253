"""The path MTU from several source addresses."""

from typing import Annotated, NamedTuple, Optional

from .connection import Destination, ResolvedRoute
from .record import Range, Word, record

_Size = Annotated[int, Range(0, 2**31)]
OUTCOMES = (
    "confirmed",  # the host answered a packet of that size, and no larger one fits
    "reported",  # a router reported that size, and the host did not confirm it
    "black-hole",  # larger packets are lost, and no device reports it
    "unknown",  # the host answers no datagram
    "cancelled",
    "failed",  # nothing could be sent
)


class PathMtu(NamedTuple):
    """The path MTU from one source address (RFC 1191, RFC 8201): sizes of whole IP packets in bytes."""

    source: Annotated[Optional[str], "the source address; null: none was chosen"]
    chosen_by: Annotated[Word, "bind or kernel"]
    route: Annotated[Optional[ResolvedRoute], "the kernel's route; null: the kernel could not be queried"]
    outcome: Annotated[Word, "how it was found: " + ", ".join(OUTCOMES)]
    mtu: Annotated[Optional[_Size], "the largest size that arrived or was reported; null: not known"] = None
    lost: Annotated[Optional[_Size], "the smallest size known to be lost without a report; null: none"] = None
    link: Annotated[Optional[_Size], "the MTU of the outgoing interface; null: not known"] = None
    limited_by: Annotated[Optional[str], "the router that reported the size; null: none did"] = None
    cached: Annotated[Optional[_Size], "what the kernel uses for TCP so far (IP_MTU); null: not known"] = None
    sent: Annotated[_Size, "datagrams that were sent"] = 0
    errno: Annotated[Optional[Word], "name of the error if nothing could be sent; null: none"] = None

    @property
    def mss(self) -> Optional[int]:
        """The TCP segment that fits: without the headers of IP and TCP (RFC 9293, section 3.7.1)."""
        return None if self.mtu is None else self.mtu - (60 if ":" in (self.source or "") else 40)

    def __str__(self) -> str:
        """Return what was found, and what to do about a black hole."""
        if self.outcome == "failed":
            return f"nothing could be sent ({self.errno})"
        if self.outcome == "confirmed":
            limit = f", limited by {self.limited_by}" if self.limited_by else ""
            cached = ""
            if self.cached is not None and self.mtu is not None and self.cached > self.mtu:
                cached = f"; the kernel still uses {self.cached} for TCP until a router reports it again"
            return f"the host answered a packet of {self.mtu} bytes{limit}{cached}"
        if self.outcome == "reported":
            return f"{self.limited_by} reports {self.mtu} bytes; the host answered no datagram of that size"
        if self.outcome == "black-hole":
            return (
                f"a black hole: packets of {self.mtu} bytes arrive, packets of {self.lost} bytes are lost, and no "
                "device reports it; permit ICMP 3/4 (ICMPv6 2/0) on the way, or clamp the MSS of TCP"
            )
        if self.outcome == "cancelled":
            return f"ended by Ctrl-C; at least {self.mtu} bytes" if self.mtu else "ended by Ctrl-C"
        some = f"at least {self.mtu} bytes arrive" if self.mtu else "the host answers no datagram"
        return f"not known: {some}; a TCP transfer of much data would show it (diagnose -tls, or send)"


@record("mtu")
class PathMtus(NamedTuple):
    """The path MTUs to a destination from several source addresses (mtu)."""

    destination: Annotated[Destination, "the destination; its port is 0"]
    cancelled: Annotated[bool, "whether Ctrl-C ended it"]
    mtus: Annotated[tuple[PathMtu, ...], "one for each source address"]


class AllPathMtus(NamedTuple):
    """The path MTUs to each address of a name."""

    results: tuple[PathMtus, ...]

    def records(self) -> tuple[PathMtus, ...]:
        """Return a record for each address."""
        return self.results
