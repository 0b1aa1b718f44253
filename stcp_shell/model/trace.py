"""The paths of SYNs, as far as routers report them."""

from typing import Annotated, NamedTuple, Optional

from .connection import Destination, Icmp, ResolvedRoute
from .record import Word, record


class Hop(NamedTuple):
    """The reply to a SYN with a small TTL."""

    ttl: Annotated[int, "1, 2, 3, ..."]
    address: Annotated[
        Optional[str],
        "address of the device that sent the ICMP error; for a RST or SYN-ACK, of the destination; null: no reply, or "
        "not reported by this kernel",
    ]
    rtt: Annotated[Optional[float], "seconds until the reply; null: no reply"]
    icmp: Annotated[Optional[Icmp], "time exceeded, or another ICMP error; null: none"]
    outcome: Annotated[Optional[Word], "as of a connection, if the reply ended the path; null: it did not"]


class Trace(NamedTuple):
    """The path from one source address."""

    source: Annotated[Optional[str], "the source address; null: none was chosen"]
    chosen_by: Annotated[Word, "bind or kernel"]
    route: Annotated[Optional[ResolvedRoute], "the kernel's route; null: the kernel could not be queried"]
    outcome: Annotated[Word, "outcome of the last SYN; timeout: no replies from some hop on"]
    hops: Annotated[tuple[Hop, ...], "by TTL, from 1; the last one ended the path, or is the last that is known"]

    @property
    def end(self) -> str:
        """The number of the last hop. A router that rate-limits its errors may not have replied to smaller TTLs."""
        last = self.hops[-1]
        known = last.icmp is None or len(self.hops) < 2 or self.hops[-2].address is not None
        return f"{last.ttl}{'' if known else ' or before'}"


@record("trace")
class Traces(NamedTuple):
    """The paths to a destination from several source addresses (traceroute)."""

    destination: Annotated[Destination, "the destination"]
    others: Annotated[tuple[str, ...], "further addresses of the name, which were not tried"]
    most_hops: Annotated[int, "maximum number of hops"]
    cancelled: Annotated[bool, "whether Ctrl-C ended it: the record has the paths known so far"]
    traces: Annotated[tuple[Trace, ...], "one for each source address"]
