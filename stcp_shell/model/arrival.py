"""A connection as the far end sees it."""

from typing import Annotated, NamedTuple, Optional

from .connection import Endpoint
from .record import Octet, Range, Word, record, unlogged


@record("arrival")
class Arrival(NamedTuple):
    """A connection that came to the listener of this host (serve)."""

    source: Annotated[Endpoint, "where it came from, as seen here"]
    destination: Annotated[Endpoint, "the address of this host that it used"]
    state: Annotated[Word, "accepted; half-open: the SYN came, and our SYN-ACK is not acknowledged"]
    ttl: Annotated[Optional[Octet], "TTL or hop limit of the SYN on arrival; null: not known"] = None
    mss: Annotated[Optional[int], Range(0, 65535), "maximum segment size in the SYN; null: none, or not known"] = None


@unlogged
class Served(NamedTuple):
    """The end of a `serve`."""

    local: Endpoint
    accepted: int
    half_open: int
    cancelled: bool
