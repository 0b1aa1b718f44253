"""The kernel's routing tables: as STCP's `route print` shows them, and the route to one destination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Failure
from ..language.declaration import Option, command
from ..language.kinds import FLAG, HOST, PORT, Kind, address
from ..model.connection import INET, INET6, Endpoint, family_of
from ..model.results import Text
from ..net import resolver
from .load import LIVE, NAME, OF_HOST, host_of
from .predict import predicted
from .session import Session

if TYPE_CHECKING:
    from ..model.prediction import PredictedLive, Prediction
    from ..model.route_get import RouteFound
    from ..model.rows import RouteTables

_SOURCE = Kind("ADDR", address, "local")


@command(
    "route print",
    Option("all", FLAG, "also policy rules and the other tables"),
    Option("host", NAME, OF_HOST),
    examples=["route print", "route print -all", "route print -host phx"],
)
def route_print(session: Session, all: bool = False, host: str | None = None) -> RouteTables | Text:
    """Show the routing table: default gateways, networks and hosts, IPv4 and IPv6."""
    from ..model.rows import RouteTables, Rows  # late: most scripts only connect
    from ..net.tables import routes

    if host not in (None, LIVE):
        from ..report.text.loaded_tables import route_lines

        return Text(route_lines(host_of(session, host), all))
    families = (INET, INET6)
    result = RouteTables(
        defaults=tuple(route for family in families for route in routes.default_gateways(family)),
        rows=routes.main_table(),
        others=Rows(routes.other_tables() if all else ()),
        rules=tuple(rule for family in families for rule in routes.rules(family)) if all else (),
    )
    session.snapshot.shown(result)
    return result


@command(
    "route get",
    Option("name", HOST, "the destination: an address or a name", required=True, bare=True),
    Option("from", _SOURCE, "the source address of a bound socket; without it the kernel chooses"),
    Option("port", PORT, "the port, if policy rules match ports", bare=True),
    Option("host", NAME, "a loaded host: what is predicted for it; live: this one, beside what its kernel says"),
    examples=["route get -name 10.1.1.1", "route get -name 10.1.1.1 -from 172.16.1.50 -port ftp"],
)
def route_get(
    session: Session, name: str, from_: str | None = None, port: int | str = 0, host: str | None = None
) -> RouteFound | Prediction | PredictedLive:
    """Show the route to a destination, the source address that the kernel chooses, and the reason for it.

    The kernel reports the route, the table and the source address. The reason is worked out by the kernel's own rules
    and shown only if they lead to the same address. No packet is sent: the check is connect(2) of a UDP socket, which
    only chooses a source address.
    """
    from ..diagnosis import route_choice
    from ..net.tables.route_lookup import Tables, as_connected
    from ..net.tables.rtnetlink import TablesUnavailable

    if host is not None:
        return predicted(session, name, from_, None, host)
    number = resolver.port_number(port, "tcp")
    asked = _checked_source(from_)
    found = resolver.either_family(name, asked, session.timeout)
    target, remark = as_connected(found[0], asked)
    _check_families(name, target, asked)
    destination = Endpoint(target, number)
    try:
        with Tables() as tables:
            result = route_choice.look_up(tables, name, destination, asked)
    except TablesUnavailable as why:
        result = route_choice.without_tables(name, destination, asked, str(why))
    session.remember(name)
    notes = (remark, *result.notes) if remark else result.notes
    return result._replace(notes=notes, others=tuple(found[1:]))


def _checked_source(source: str | None) -> str | None:
    """Return the source address; None if it leaves the choice to the kernel."""
    if source is None or source in ("0.0.0.0", "::"):
        return None
    if source.startswith(("fe8", "fe9", "fea", "feb")) and "%" not in source:
        raise Failure(f"-from {source}: a link-local address needs its zone: {source}%INTERFACE")
    return source


def _check_families(name: str, target: str, source: str | None) -> None:
    if source and family_of(target) != family_of(source):
        four, six = (name, source) if family_of(target) == INET else (source, name)
        raise Failure(f"{four} is an IPv4 address and {six} an IPv6 one: both ends must be of the same family")
