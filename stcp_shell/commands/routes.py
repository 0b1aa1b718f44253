"""The kernel's routing tables, as STCP's `route print` shows them."""

from ..facts import INET, INET6
from ..language.declaration import Option, command
from ..language.kinds import FLAG
from ..results import Routes
from ..session import Session


@command(
    "route print",
    Option("all", FLAG, "also policy rules and the other tables"),
    examples=["route print", "route print -all"],
)
def route_print(session: Session, all: bool = False) -> Routes:
    """Show the routing table: default gateways, networks and hosts, IPv4 and IPv6."""
    from ..net import routes  # late: most scripts only connect

    families = (INET, INET6)
    return Routes(
        defaults=[route for family in families for route in routes.default_gateways(family)],
        rows=routes.main_table(),
        others=routes.Rows(routes.other_tables() if all else ()),
        rules=[rule for family in families for rule in routes.rules(family)] if all else [],
        ready=session.environment.local_time(),
    )
