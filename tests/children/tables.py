"""The kernel's tables in a test's namespace: as they are read, and as the tools read them. NamedTuples become lists."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Generator
from typing import Any

from stcp_shell.errors import Failure
from stcp_shell.model.connection import ResolvedRoute
from stcp_shell.model.tables import Route
from stcp_shell.net.tables import interfaces, netdevice, routes, rtnetlink
from stcp_shell.net.tables.rtnetlink import Rtnetlink
from stcp_shell.report.text.stcp_tables import route_lines

from .world import batch, deny_netlink, oracle

ASKED = [
    ("10.1.1.1", None),
    ("10.1.1.1", "172.16.1.50"),
    ("10.1.1.1", "0.0.0.0"),
    ("20.0.0.1", None),
    ("22.0.0.1", None),
    ("172.16.1.9", None),
    ("172.16.1.50", None),
    ("172.16.1.255", None),
    ("10.8.0.2", None),
    ("28.1.1.1", None),
    ("127.0.0.1", None),
    ("29.0.0.1", "172.16.1.51"),
    ("fd01::1", None),
    ("fd06::1", None),
    ("fd06::1", "fd00:a::50"),
    ("fd00:a::50", None),
    ("::1", None),
    ("2001:db8::1", None),
]


def everything() -> dict[str, Any]:
    """All that can be read."""

    def theirs(destination: str, source: str | None) -> Any:
        bound = ["from", source] if source not in (None, "0.0.0.0") else []
        return oracle("route", "get", destination, *bound)[0]

    with Rtnetlink() as tables:
        return {
            "routes": [list(tables.routes(family)) for family in ("inet", "inet6")],
            "main": [list(tables.routes(family, 254)) for family in ("inet", "inet6")],
            "none": list(tables.routes("inet", 4711)),
            "defaults": [list(tables.default_routes(family)) for family in ("inet", "inet6")],
            "rules": [list(tables.rules(family)) for family in ("inet", "inet6")],
            "interfaces": interfaces.interfaces(),
            "netdevice": netdevice.interfaces(),
            "netifaces": interfaces.from_netifaces(),
            "ways": [tables.route_get(*pair) for pair in ASKED],
            "ip ways": [theirs(*pair) for pair in ASKED],
            "ip routes": [oracle(family, "-d", "route", "show", "table", "all") for family in ("-4", "-6")],
            "ip rules": [oracle(family, "rule") for family in ("-4", "-6")],
            "ip addresses": oracle("-d", "addr"),
        }


def beside_pyroute2() -> list[list[list[Any]]]:
    """Table, prefix length and preferred source of the IPv4 routes, by us and by pyroute2."""
    import pyroute2

    with Rtnetlink() as tables, pyroute2.IPRoute() as other:
        ours = [[route.table, route.prefix_length, route.source] for route in tables.routes("inet")]
        rows = [(row, dict(row["attrs"])) for row in other.get_routes(family=2)]
    return [ours, [[more.get("RTA_TABLE"), row["dst_len"], more.get("RTA_PREFSRC")] for row, more in rows]]


def default_routes() -> list[Route]:
    """The default routes, behind 1600 rows of 0.0.0.0 with other lengths."""
    rows = [f"route add 0.0.0.0/{length} dev e metric {metric}" for length in range(1, 9) for metric in range(1, 200)]
    link = ["link add e type veth peer name f", "link set e up", "addr add 10.0.0.1/24 dev e"]
    batch("\n".join([*link, *rows, "route add default dev e metric 9"]))
    with Rtnetlink() as tables:
        return list(tables.default_routes("inet"))


def ways(*addresses: str) -> list[ResolvedRoute]:
    """The way to each."""
    with Rtnetlink() as tables:
        return [tables.route_get(address) for address in addresses]


def way(destination: str, source: str | None = None, port: int = 0) -> ResolvedRoute:
    """The way to one."""
    with Rtnetlink() as tables:
        return tables.route_get(destination, source, port=port)


def renamed() -> list[str | None]:
    """The interface of a way before and after it got a new name."""
    with Rtnetlink() as tables:
        before = tables.route_get("172.16.1.9").interface
        batch("link set enetA down\nlink set enetA name other0\nlink set other0 up")
        return [before, tables.route_get("172.16.1.9").interface]


def tun() -> list[Any] | None:
    """A tun device as netlink has it and as netifaces has it. None: there can be none."""
    done = subprocess.run(["ip", "tuntap", "add", "dev", "tun0", "mode", "tun"], stderr=subprocess.DEVNULL, check=False)
    if done.returncode:
        return None
    both = interfaces.interfaces(), interfaces.from_netifaces()
    return [[row for row in rows if row.name == "tun0"] for rows in both]


def hostile() -> list[Any]:
    """The addresses, and the interface of a way, where that has a name with an escape and a byte that is no UTF-8."""
    name = b"e\x1b[31m\xff"
    subprocess.run(["ip", "link", "add", name, "type", "veth", "peer", "name", "f"], check=True)
    subprocess.run(["ip", "addr", "add", "10.0.0.1/24", "dev", name], check=True)
    subprocess.run(["ip", "link", "set", name, "up"], check=True)
    return [interfaces.local_addresses("inet"), way("10.0.0.9").interface]


def denied() -> list[Any] | None:
    """The addresses before netlink is denied and afterwards, and what is said of the tables then."""
    before = interfaces.local_addresses()
    if not deny_netlink():
        return None
    reasons = []
    asks: list[Callable[[], object]] = [
        Rtnetlink,
        lambda: routes.default_gateways("inet"),
        lambda: routes.resolve_route("10.1.1.1"),
    ]
    for ask in asks:
        try:
            ask()
        except rtnetlink.TablesUnavailable as why:
            reasons.append(str(why))
    return [before, interfaces.local_addresses(), reasons]


def disturbed() -> list[bool]:
    """Whether a table is said to have changed: when it has not, and when a link came while it was read."""
    batch("".join(f"link add e{n} type veth peer name f{n}\n" for n in range(40)))
    with Rtnetlink() as tables:
        list(tables.links())
        quiet = tables.interrupted
        reading = tables.links()
        next(reading)
        batch("link add late type veth peer name later")
        list(reading)
        return [quiet, tables.interrupted]


def half_read() -> list[Any]:
    """Gateways and first destinations, each asked for while a dump is left half way; and descriptors that are left."""
    with Rtnetlink() as tables:
        gateways, first = set(), set()
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(50):
            reading = tables.routes("inet")
            first.add(next(reading).destination)
            gateways.add(tables.route_get("10.1.1.1").gateway)
            assert isinstance(reading, Generator)
            reading.close()
        return [list(gateways), list(first), len(os.listdir("/proc/self/fd")) - before]


def address_on(interface: str, family: str) -> str:
    """The address to bind to, or why there is none."""
    try:
        return interfaces.address_on(interface, family)
    except Failure as why:
        return str(why)


def printed() -> list[str]:
    """What `route print -all` shows."""
    defaults = routes.default_gateways("inet") + routes.default_gateways("inet6")
    rules = routes.rules("inet") + routes.rules("inet6")
    return list(route_lines(defaults, routes.main_table(), "15:27:46", routes.other_tables(), rules))
