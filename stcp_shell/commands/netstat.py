"""`netstat`, modelled on BSD's: the routing table, the interfaces, and the sockets of this shell."""

from typing import TYPE_CHECKING

from ..language.declaration import Option, command
from ..language.kinds import FLAG
from .session import Session

if TYPE_CHECKING:
    from ..model.rows import BsdRoutes, BsdSockets
    from ..model.tables import Interfaces


@command(
    "netstat",
    Option("r", FLAG, "the routing table, including the neighbours (ARP, ND)"),
    Option("i", FLAG, "the interfaces, with their addresses and counters"),
    Option("a", FLAG, "the sockets of this shell (the default)"),
    Option("n", FLAG, "numbers, not names (the default)"),
    Option("names", FLAG, "with -r or -a: host names instead of numbers; queries the resolver"),
    Option("legend", FLAG, "with -r: explain the flags that occur"),
    excludes=[("r", "i", "a"), ("n", "names")],
    needs=[("names", "r|a"), ("legend", "r")],
    examples=["netstat -r -n", "netstat -r -legend", "netstat -i", "netstat -a"],
)
def netstat(
    session: Session,
    r: bool = False,
    i: bool = False,
    a: bool = False,
    n: bool = False,
    names: bool = False,
    legend: bool = False,
) -> "BsdRoutes | Interfaces | BsdSockets":
    """Show routes, interfaces or this shell's sockets in the columns of BSD's netstat.

    The routing table consists of the kernel's tables main and local; `route print -all` shows the others. A `-` stands
    for a figure that Linux does not have. Names are looked up only with -names.
    """
    from . import netstat_tables  # late: most scripts only connect

    name_of = netstat_tables.host_names(session) if names else None
    if r:
        return netstat_tables.routes(name_of, legend)
    return netstat_tables.interface_table(session) if i else netstat_tables.sockets(session, name_of)
