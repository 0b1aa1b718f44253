"""An address with its port, and their texts."""

from typing import Annotated, NamedTuple

from .record import Port


def endpoint_text(host: str, port: object) -> str:
    """Return `10.1.1.1:2121` or `[fe80::1]:2121` (RFC 3986, section 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Endpoint(NamedTuple):
    """An address with its port."""

    address: Annotated[str, "numeric, as inet_ntop(3) writes it; a link-local one with its zone (fe80::1%enetA)"]
    port: Annotated[Port, "0: not chosen yet"]

    def __str__(self) -> str:
        return endpoint_text(self.address, self.port)
