"""`netstat`, modelled on BSD's: the routing table, the interfaces, and the sockets of this shell."""

from typing import TYPE_CHECKING, Optional

from ..language.declaration import Option, command
from ..language.kinds import FLAG
from ..model.results import Text
from .load import LIVE, NAME, OF_HOST, host_of
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
    Option("host", NAME, "with -r or -i: " + OF_HOST),
    excludes=[("r", "i", "a"), ("n", "names"), ("host", "names"), ("host", "legend")],
    needs=[("names", "r|a"), ("legend", "r"), ("host", "r|i")],
    examples=["netstat -r -n", "netstat -r -legend", "netstat -i", "netstat -a", "netstat -r -host phx"],
)
def netstat(
    session: Session,
    r: bool = False,
    i: bool = False,
    a: bool = False,
    n: bool = False,
    names: bool = False,
    legend: bool = False,
    host: Optional[str] = None,
) -> "BsdRoutes | Interfaces | BsdSockets | Text":
    """Show routes, interfaces or this shell's sockets in the columns of BSD's netstat.

    The routing table consists of the kernel's tables main and local; `route print -all` shows the others. A `-` stands
    for a figure that Linux does not have. Names are looked up only with -names.
    """
    if host not in (None, LIVE):
        from ..report.text import loaded_tables

        found = host_of(session, host)
        return Text(loaded_tables.netstat_lines(found) if r else loaded_tables.card_lines(found))
    from . import netstat_tables  # late: most scripts only connect

    name_of = netstat_tables.host_names(session) if names else None
    if r:
        return netstat_tables.routes(name_of, legend)
    return netstat_tables.interface_table(session) if i else netstat_tables.sockets(session, name_of)
