"""This host's network interfaces, as STCP's `ifconfig` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Failure, near_miss
from ..language.declaration import Argument, Option, command
from ..language.kinds import FLAG, INTERFACE
from ..model.results import Text
from .load import LIVE, NAME, OF_HOST, host_of
from .session import Session

if TYPE_CHECKING:
    from ..model.tables import Interfaces
    from ..pasted.host import Host


@command(
    "ifconfig",
    Option("all", FLAG, "also interfaces that are down"),
    Argument("name", INTERFACE, "this interface only", required=False),
    Option("host", NAME, OF_HOST),
    examples=["ifconfig -all", "ifconfig enetA", "ifconfig -host phx"],
)
def ifconfig(
    session: Session, all: bool = False, name: str | None = None, host: str | None = None
) -> Interfaces | Text:
    """Show the interfaces with all their IPv4 and IPv6 addresses."""
    from ..model.tables import Interfaces  # late: most scripts only connect

    if host not in (None, LIVE):
        return _of_loaded(host_of(session, host), all, name)
    from ..net.tables import interfaces

    if name is not None:
        found = [interfaces.named(name)]
    else:
        found = [interface for interface in interfaces.interfaces() if all or interfaces.is_up(interface)]
    result = Interfaces(session.environment.host, tuple(found))
    if name is None:
        session.snapshot.shown(result)
    return result


def _of_loaded(host: Host, all: bool, name: str | None) -> Text:
    from ..report.text.loaded_tables import interface_lines

    if name is not None and name not in host.cards:
        raise Failure(f"{host.name} has no interface {name}{near_miss(name, list(host.cards))}")
    cards = [card for card in host.cards.values() if (card.name == name if name else all or card.up is not False)]
    return Text(interface_lines(host, cards))


def interface_names() -> list[str]:
    """Return the names that the argument of `ifconfig` can have."""
    from ..net.tables.interfaces import interfaces

    return [interface.name for interface in interfaces()]


def local_addresses(family: str | None) -> tuple[str, ...]:
    """Return the addresses that a socket of the family can be bound to; None: of both families."""
    from ..net.tables import interfaces

    return interfaces.local_addresses(family)
