"""Convert endpoints to and from the address tuples of the socket module (ip(7), ipv6(7))."""

import socket
from typing import Any

from ..errors import Failure
from ..model.connection import INET, INET6, Endpoint

FAMILIES = {INET: socket.AF_INET, INET6: socket.AF_INET6}
ANY = {INET: "0.0.0.0", INET6: "::"}


def pack(endpoint: Endpoint) -> tuple[Any, ...]:
    """Return the tuple for connect(2) and bind(2). Raises Failure if the zone names no interface."""
    address, _, zone = endpoint.address.partition("%")
    if not zone:
        return (address, endpoint.port)
    try:
        # A longer number is not the index of an interface, and the socket module would cut it to 32 bits.
        index = int(zone) if zone.isdecimal() and len(zone) < 10 else socket.if_nametoindex(zone)
    except OSError:
        raise Failure(f"{endpoint.address}: there is no interface {zone}") from None
    return (address, endpoint.port, 0, index)


def unpack(name: tuple[Any, ...]) -> Endpoint:
    """Return the endpoint in a tuple of getsockname(2) or accept(2); a link-local address has its zone."""
    address, port = name[:2]
    if len(name) == 4 and name[3] and "%" not in address:
        try:
            address += "%" + socket.if_indextoname(name[3])
        except OSError:
            address += f"%{name[3]}"
    return Endpoint(address, port)
