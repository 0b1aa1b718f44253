"""The line with which `serve` greets: what the far end saw of a connection, for the one that made it."""

from __future__ import annotations

import re
from typing import NamedTuple, Optional

from ...model.connection import Endpoint

MOST = 200  # bytes
_LINE = re.compile(
    rb"stcp-shell saw ([0-9A-Fa-f.:]{2,45}) (\d{1,5}) at ([0-9A-Fa-f.:]{2,45}) (\d{1,5}) "
    rb"ttl (\d{1,3}|-) mss (\d{1,5}|-)\r\n"
)


class Greeting(NamedTuple):
    """What the far end saw: the source, its own end, TTL and MSS of the SYN (None: not known)."""

    source: Endpoint
    destination: Endpoint
    ttl: Optional[int]
    mss: Optional[int]


def written(seen: Greeting) -> bytes:
    """Return the line."""
    ttl, mss = ("-" if value is None else str(value) for value in (seen.ttl, seen.mss))
    ends = (f"{end.address.partition('%')[0]} {end.port}" for end in (seen.source, seen.destination))
    return f"stcp-shell saw {' at '.join(ends)} ttl {ttl} mss {mss}\r\n".encode()


def read(data: bytes) -> Greeting | None:
    """Return what a greeting at the begin of these bytes says; None: it is none."""
    found = _LINE.match(data)
    if found is None:
        return None
    source, sport, target, port, ttl, mss = (each.decode() for each in found.groups())
    if max(int(sport), int(port)) > 65535:
        return None
    return Greeting(
        Endpoint(source, int(sport)),
        Endpoint(target, int(port)),
        None if ttl == "-" else int(ttl),
        None if mss == "-" else int(mss),
    )
