"""This host's network interfaces, as STCP's `ifconfig` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..language.declaration import Argument, Option, command
from ..language.kinds import FLAG, INTERFACE
from .session import Session

if TYPE_CHECKING:
    from ..model.tables import Interfaces


@command(
    "ifconfig",
    Option("all", FLAG, "also interfaces that are down"),
    Argument("name", INTERFACE, "this interface only", required=False),
    examples=["ifconfig -all", "ifconfig enetA"],
)
def ifconfig(session: Session, all: bool = False, name: str | None = None) -> Interfaces:
    """Show the interfaces with all their IPv4 and IPv6 addresses."""
    from ..model.tables import Interfaces  # late: most scripts only connect
    from ..net.tables import interfaces

    if name is not None:
        found = [interfaces.named(name)]
    else:
        found = [interface for interface in interfaces.interfaces() if all or interfaces.is_up(interface)]
    result = Interfaces(session.environment.host, tuple(found))
    if name is None:
        session.snapshot.shown(result)
    return result


def interface_names() -> list[str]:
    """Return the names that the argument of `ifconfig` can have."""
    from ..net.tables.interfaces import interfaces

    return [interface.name for interface in interfaces()]


def local_addresses(family: str | None) -> tuple[str, ...]:
    """Return the addresses that a socket of the family can be bound to; None: of both families."""
    from ..net.tables import interfaces

    return interfaces.local_addresses(family)
