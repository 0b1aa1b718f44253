"""The paths that SYNs take, as far as they show."""

from typing import Annotated, NamedTuple, Optional

from .connection import Destination, Icmp, ResolvedRoute
from .record import Word, record


class Hop(NamedTuple):
    """What a SYN with a small TTL met."""

    ttl: Annotated[int, "1, 2, 3, ..."]
    address: Annotated[
        Optional[str],
        "of the device that sent the ICMP error, or the destination's for a RST or SYN-ACK; null: silence, or not "
        "named by this kernel",
    ]
    rtt: Annotated[Optional[float], "seconds; null: silence"]
    icmp: Annotated[Optional[Icmp], "time exceeded, or what else the device said"]
    outcome: Annotated[Optional[Word], "as of a connection, if the answer ended the path"]


class Trace(NamedTuple):
    """The path from one source address."""

    source: Annotated[Optional[str], "the source address; null: none was chosen"]
    chosen_by: Annotated[Word, "bind or kernel"]
    route: Annotated[Optional[ResolvedRoute], "by which the kernel sends; null: it could not be asked"]
    outcome: Annotated[Word, "how the last SYN ended; timeout: silence from some hop on"]
    hops: Annotated[tuple[Hop, ...], "by TTL, from 1; the last is the one that ended it, or the last that is known"]

    @property
    def end(self) -> str:
        """The number of the last hop. A router that limits its errors may have been silent to smaller TTLs."""
        last = self.hops[-1]
        known = last.icmp is None or len(self.hops) < 2 or self.hops[-2].address is not None
        return f"{last.ttl}{'' if known else ' or before'}"


@record("trace")
class Traces(NamedTuple):
    """The paths to a destination from several source addresses (traceroute)."""

    destination: Annotated[Destination, "where to"]
    others: Annotated[tuple[str, ...], "further addresses of the name, which were not tried"]
    most_hops: Annotated[int, "that were looked at"]
    cancelled: Annotated[bool, "ended by Ctrl-C: what was known by then"]
    traces: Annotated[tuple[Trace, ...], "one for each source address"]
