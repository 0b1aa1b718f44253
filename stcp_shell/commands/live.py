"""This host's own tables as a loaded host: what is predicted from them can be compared with what its kernel does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..model.connection import INET, INET6
from ..pasted.host import Host
from ..pasted.reading import read
from ..pasted.text import decode
from ..report.text import iproute
from ..report.text.lines import lines
from .netstat_tables import routes as netstat_routes

LIVE = "live"


def live() -> Host:
    """Return this host, as iproute2 shows it. Raises TablesUnavailable."""
    return _host("this host", "linux", _iproute())


def live_netstat() -> Host:
    """Return this host, as `netstat -r` shows it. Raises TablesUnavailable."""
    return _host("netstat -r", "", lines(netstat_routes(None, False)))


def _host(label: str, system: str, shown: Iterable[str]) -> Host:
    text = "".join(f"{line}\n" for line in shown)
    host = Host(LIVE)
    host.given = system
    return read(decode(text.encode("utf-8", "backslashreplace")), label, host)[0]


def _iproute() -> Iterator[str]:
    from ..net.tables import interfaces, routes

    yield "# ip address"
    yield from iproute.address_lines(interfaces.interfaces())
    for family, option in ((INET, "-4"), (INET6, "-6")):
        yield f"# ip {option} rule"
        yield from iproute.rule_lines(routes.rules(family))
        yield f"# ip {option} route show table all"
        yield from iproute.route_lines(routes.route_table(family, None))
