"""`netstat`: BSD's view of the kernel's tables, against ip(8); flags, gateways and what Linux has no figure for."""

from __future__ import annotations

import json
from functools import partial
from itertools import islice
from typing import Any

import pytest
from children import bsd
from children.world import batch, build, deny_netlink, many_routes, oracle
from conftest import in_namespace

from stcp_shell.log.reader import ReadProblems, entries
from stcp_shell.model.connection import Endpoint
from stcp_shell.model.rows import BsdSocket, BsdSockets
from stcp_shell.model.tables import Address, Counters, Interface, Interfaces, Neighbour, NextHop, Route
from stcp_shell.net.resolver import HostNames
from stcp_shell.report.text.netstat import LEGEND, flags, interface_lines, network, route_lines, socket_lines
from stcp_shell.report.transcript import transcript

LINKS = {"lo": 1, "enetA": 2, "enetZ": 3}
HEAD = "Destination        Gateway            Flags    Refs      Use Netif  Expire"


def shown(*routes: Route, local: tuple[Route, ...] = (), near: tuple[Neighbour, ...] = (), **more: Any) -> list[str]:
    """The rows below the heading."""
    family = "inet6" if any(":" in route.destination for route in (*routes, *local)) else "inet"
    return list(route_lines([(family, routes, local, near)], LINKS, **more))[4:]


def via(gateway: str | None = "172.16.1.1", interface: str = "enetA") -> tuple[NextHop, ...]:
    return (NextHop(gateway, interface),)


def test_the_columns_are_bsd_s() -> None:
    lines = list(route_lines([("inet", [Route("0.0.0.0", 0, via(), protocol="static")], [], [])], LINKS))
    assert lines == [
        "Routing tables",
        "",
        "Internet:",
        HEAD,
        "default            172.16.1.1         UGS         -        - enetA       -",
    ]


@pytest.mark.parametrize(
    ("route", "marks"),
    [
        (Route("10.0.0.0", 8, via()), "UG"),
        (Route("10.0.0.0", 8, via(None), protocol="kernel"), "U"),
        (Route("10.0.0.1", 32, via(), protocol="static"), "UGHS"),
        (Route("10.0.0.0", 8, via(), protocol="boot"), "UGS"),
        (Route("10.0.0.1", 32, via(), protocol="redirect"), "UGHD"),
        (Route("10.0.0.0", 8, via(), protocol="bird"), "UG1"),
        (Route("10.0.0.0", 8, via(), protocol="dhcp"), "UG"),
        (Route("10.0.0.0", 8, (), kind="prohibit"), "UR"),
        (Route("10.0.0.0", 8, (), kind="unreachable"), "UR"),
        (Route("10.0.0.0", 8, (), kind="blackhole"), "UB"),
        (Route("10.0.0.255", 32, via(None), kind="broadcast", protocol="kernel"), "UHb"),
    ],
)
def test_flags(route: Route, marks: str) -> None:
    assert flags(route, (route.hops or (NextHop(None, None),))[0], "inet") == marks
    assert set(marks) <= set(LEGEND)


def test_gateways_are_hosts_links_kinds_and_hardware_addresses() -> None:
    near = (
        Neighbour("172.16.1.1", "enetA", "02:00:00:00:00:01", "reachable"),
        Neighbour("172.16.1.2", "enetA", None, "incomplete"),
        Neighbour("172.16.1.3", "enetA", "02:00:00:00:00:03", "permanent"),
        Neighbour("224.0.0.1", "enetA", "01:00:5e:00:00:01", "noarp"),
    )
    local = (Route("172.16.1.50", 32, via(None), kind="local", protocol="kernel", table=255),)
    rows = shown(
        Route("10.0.0.0", 8, via("172.16.1.1")),
        Route("172.16.1.0", 24, via(None)),
        Route("11.0.0.0", 8, via(None, "gone")),
        Route("24.0.0.0", 8, (), kind="prohibit"),
        local=local,
        near=near,
    )
    assert [row.split() for row in rows] == [
        ["10.0.0.0/8", "172.16.1.1", "UG", "-", "-", "enetA", "-"],
        ["172.16.1.0/24", "link#2", "U", "-", "-", "enetA", "-"],
        ["11.0.0.0/8", "-", "U", "-", "-", "gone", "-"],
        ["24.0.0.0/8", "prohibit", "UR", "-", "-", "-", "-"],
        ["172.16.1.50", "link#2", "UH", "-", "-", "lo", "-"],
        ["172.16.1.1", "02:00:00:00:00:01", "UHL", "-", "-", "enetA", "-"],
        ["172.16.1.2", "(incomplete)", "UHL", "-", "-", "enetA", "-"],
        ["172.16.1.3", "02:00:00:00:00:03", "UHLS", "-", "-", "enetA", "-"],
    ]


def test_several_next_hops_lifetimes_and_long_destinations() -> None:
    paths = (NextHop("172.16.1.1", "enetA", 3), NextHop("192.168.77.1", "enetZ"))
    assert [row.split()[1] for row in shown(Route("10.0.0.0", 8, paths))] == ["172.16.1.1", "192.168.77.1"]
    six = shown(
        Route("fd02::", 64, via("fe80::9%enetA"), expires=987),
        Route("2001:db8:aaaa:bbbb:cccc:dddd:eeee:f", 128, via(None)),
        Route("2001:db8:aaaa:bbbb:cccc:dddd:eeee:f", 128, via("2001:db8::1")),
    )
    assert six == [
        "fd02::/64                fe80::9            UG          -        - enetA     987",
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:f link#2  UH          -        - enetA       -",
        "2001:db8:aaaa:bbbb:cccc:dddd:eeee:f 2001:db8::1        UGH         -        - enetA       -",
    ]


def test_the_legend_explains_the_flags_that_occur_and_no_others() -> None:
    lines = shown(Route("0.0.0.0", 0, via(), protocol="static"), legend=True)
    assert [line[0] for line in lines[2:-1]] == ["U", "G", "S"]
    assert lines[-1] == "link#N: the interface with the index N; -: Linux has no such value"


def test_names_only_where_they_are_asked_for() -> None:
    names = {"172.16.1.1": "router\x1b", "10.0.0.1": "client"}
    routes = (Route("10.0.0.1", 32, via()), Route("172.16.1.0", 24, via(None)), Route("0.0.0.0", 0, via()))
    rows = [row.split()[:2] for row in shown(*routes, name_of=lambda address: names.get(address, address))]
    assert rows == [["client", r"router\x1b"], ["172.16.1.0/24", "link#2"], ["default", r"router\x1b"]]
    assert shown(*routes)[0].split()[:2] == ["10.0.0.1", "172.16.1.1"]


def test_a_resolver_that_does_not_answer_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    asked, released = [], threading.Event()

    def silent(address: tuple[str, int], _: int) -> tuple[str, str]:
        asked.append(address[0])
        released.wait(10)
        return "late", ""

    monkeypatch.setattr("socket.getnameinfo", silent)
    names = HostNames(0.01)
    assert [names(address) for address in ("10.0.0.1", "10.0.0.2", "10.0.0.1")] == ["10.0.0.1", "10.0.0.2", "10.0.0.1"]
    released.set()
    assert (asked, names.silent) == (["10.0.0.1"], True)


def test_a_name_is_asked_for_once_and_what_has_none_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def found(address: tuple[str, int], _: int) -> tuple[str, str]:
        asked.append(address[0])
        if address[0] != "10.0.0.1":
            raise OSError
        return "client", ""

    monkeypatch.setattr("socket.getnameinfo", found)
    names = HostNames(5)
    assert [names(a) for a in ("10.0.0.1", "10.0.0.1", "10.0.0.2")] == ["client", "client", "10.0.0.2"]
    assert asked == ["10.0.0.1", "10.0.0.2"]


def test_a_table_that_changed_is_said_to_have_and_one_without_end_is_shown_as_it_comes() -> None:
    assert "The table changed while it was read" in shown(interrupted=lambda: True)[-1]

    def endless() -> Any:
        while True:
            yield Route("10.0.0.0", 8, via())

    assert len(list(islice(route_lines([("inet", endless(), [], [])], LINKS), 5000))) == 5000


def test_interfaces() -> None:
    addresses = (Address("172.16.1.50", 24, "global"), Address("fe80::1%enetA", 64, "link"))
    up = Interface(2, "enetA", ("UP",), 1500, "02:00:00:00:00:01", addresses)
    down = Interface(3, "enetZ", (), 1500, None, ())
    unseen = Interface(4, "en0", (), None, None, ())
    table = Interfaces("host", (up, down, unseen), (Counters("enetA", 10, 1, 20, 2, 3),))
    assert [line.split() for line in interface_lines(table)] == [
        ["Name", "Mtu", "Network", "Address", "Ipkts", "Ierrs", "Opkts", "Oerrs", "Coll"],
        ["enetA", "1500", "link#2", "02:00:00:00:00:01", "10", "1", "20", "2", "3"],
        ["enetA", "1500", "172.16.1.0/24", "172.16.1.50", "-", "-", "-", "-", "-"],
        ["enetA", "1500", "fe80::/64", "fe80::1", "-", "-", "-", "-", "-"],
        ["enetZ*", "1500", "link#3", "-", "-", "-", "-", "-", "-"],
        ["en0", "-", "link#4", "-", "-", "-", "-", "-", "-"],
    ]


@pytest.mark.parametrize(
    ("address", "length", "found"),
    [
        ("10.1.2.3", 9, "10.0.0.0/9"),
        ("10.1.2.3", 32, "10.1.2.3/32"),
        ("10.1.2.3", 0, "0.0.0.0/0"),
        ("fd00:a::5", 64, "fd00:a::/64"),
    ],
)
def test_the_network_of_an_address(address: str, length: int, found: str) -> None:
    assert network(address, length) == found


def test_sockets() -> None:
    rows = (
        BsdSocket("tcp4", 5, 0, Endpoint("127.0.0.1", 2121), Endpoint("127.0.0.1", 40000), "ESTABLISHED"),
        BsdSocket("udp6", None, None, Endpoint("::1", 53), None, ""),
    )
    lines = list(socket_lines(BsdSockets(rows, lambda address: "here" if address == "127.0.0.1" else address)))
    assert lines[2].split() == ["tcp4", "5", "0", "here:2121", "here:40000", "ESTABLISHED"]
    assert lines[3].split() == ["udp6", "-", "-", "::1:53", "-"]
    assert list(socket_lines(BsdSockets(rows)))[3].split()[3] == "[::1]:53"


NEIGHBOURS = """
neigh add 172.16.1.1 lladdr 02:00:00:00:00:01 dev enetA nud reachable
neigh add 172.16.1.3 lladdr 02:00:00:00:00:03 dev enetA nud permanent
neigh add fd00:a::1 lladdr 02:00:00:00:00:09 dev enetA nud stale
"""


@pytest.fixture(scope="module")
def world() -> Any:
    _, _, routes, interfaces, near, links, *tables = in_namespace(
        build,
        partial(batch, NEIGHBOURS),
        partial(bsd.shown, r=True, n=True),
        partial(bsd.shown, i=True),
        partial(oracle, "neigh"),
        partial(oracle, "-s", "link"),
        *(
            partial(oracle, family, "-d", "route", "show", "table", table)
            for table in ("main", "local")
            for family in ("-4", "-6")
        ),
    )
    return {
        "routes": routes,
        "interfaces": interfaces,
        "ip neighbours": near,
        "ip links": links,
        "ip routes": tables[:2],
        "ip local": tables[2:],
    }


def _blocks(lines: list[str]) -> list[list[list[str]]]:
    middle = lines.index("Internet6:")
    return [[line.split() for line in part] for part in (lines[4 : middle - 1], lines[middle + 2 :])]


def test_every_route_and_neighbour_has_its_row(world: Any) -> None:
    for number, rows in enumerate(_blocks(world["routes"][0])):
        routes = world["ip routes"][number] + world["ip local"][number]
        hops = [
            (
                row["dst"],
                row["type"]
                if row["type"] in ("prohibit", "blackhole", "unreachable", "throw")
                else hop.get("gateway") or hop.get("via", {}).get("host"),
            )
            for row in routes
            for hop in row.get("nexthops", [row])
        ]
        near = [
            (row["dst"], row["lladdr"])
            for row in world["ip neighbours"]
            if (":" in row["dst"]) == bool(number) and "lladdr" in row
        ]
        ours = [(row[0], row[1] if not row[1].startswith("link#") else None) for row in rows]
        assert ours == hops + near
        assert all(len(row) == 7 for row in rows)


def test_flags_of_a_real_table(world: Any) -> None:
    rows = {row[0]: row for block in _blocks(world["routes"][0]) for row in block}
    found = {name: rows[name][2] for name in ("23.0.0.0/8", "24.0.0.0/8", "28.1.1.1", "172.16.1.3", "172.16.1.255")}
    assert found == {
        "23.0.0.0/8": "UG1",
        "24.0.0.0/8": "URS",
        "28.1.1.1": "UGHS",
        "172.16.1.3": "UHLS",
        "172.16.1.255": "UHb",
    }
    assert rows["172.16.1.50"][2:] == ["UH", "-", "-", "lo", "-"]
    assert rows["127.0.0.1"][1:3] == ["link#1", "UH"]
    assert 900 < int(rows["fd02::/64"][-1]) <= 1000


def test_interfaces_have_the_kernel_s_counters(world: Any) -> None:
    rows = [line.split() for line in world["interfaces"][0][1:]]
    links = {row["ifname"]: row for row in world["ip links"]}
    for name, link in links.items():
        (ours,) = [row for row in rows if row[0].rstrip("*") == name and row[2].startswith("link#")]
        received, sent = (link["stats64"][way] for way in ("rx", "tx"))
        figures = [received["errors"], sent["errors"], sent["collisions"]]
        assert [int(ours[5]), int(ours[7]), int(ours[8])] == figures
        assert int(ours[4]) <= received["packets"]
        assert int(ours[6]) <= sent["packets"]
        assert ours[1:4] == [str(link["mtu"]), f"link#{link['ifindex']}", link["address"]]
    assert "down0*" in [row[0] for row in rows]


def ticket(kind: str, fields: dict[str, Any]) -> list[str]:
    """The text of a log with that one record."""
    record = {"type": kind, "seq": 1, "time": "2026-01-31T15:33:51.123Z", **fields}
    problems = ReadProblems()
    return list(transcript(entries([json.dumps(record).encode()], problems), problems))


def test_the_ticket_shows_what_the_screen_showed(world: Any) -> None:
    text, fields = world["routes"]
    assert ticket("routes", fields) == ["", *text, ""]
    assert [row["prefix_length"] for row in fields["defaults"]] == [0, 0, 0]
    shown = "\n".join(ticket("interfaces", world["interfaces"][1]))
    assert "%h#enetA: <UP, BROADCAST" in shown
    assert world["interfaces"][1]["counters"][0]["interface"] == "lo"


def test_where_netlink_is_denied_the_interfaces_are_there_and_the_routes_say_why_not() -> None:
    _, can, (text, _), why = in_namespace(build, deny_netlink, partial(bsd.shown, i=True), partial(bsd.failure, r=True))
    if not can:
        pytest.skip("the number of socket(2) is not known for this processor")
    assert [line.split()[4] for line in text[1:]] == ["-"] * (len(text) - 1)
    assert why == "the kernel's tables cannot be read over netlink: Operation not permitted"


def test_the_sockets_of_this_shell() -> None:
    commands = (
        "socket; bind -name 127.0.0.1 -port 2121; listen; socket; connect -name 127.0.0.1 -port 2121; use 1; accept;"
        " send hello; socket -type dgram; socket; connect -name 127.0.0.1 -port 9; netstat"
    )
    _, lines = in_namespace(partial(batch, "link set lo up"), partial(bsd.program, commands))
    head = lines.index("Active Internet connections (the sockets of this shell)")
    rows = [line.split() for line in lines[head + 2 :]]
    assert [[row[0], row[-1]] for row in rows] == [
        ["tcp4", "LISTEN"],
        ["tcp4", "ESTABLISHED"],
        ["tcp4", "ESTABLISHED"],
        ["udp4", "-"],
    ]
    assert rows[0][1:4] == ["-", "-", "127.0.0.1:2121"]
    assert [row[1] for row in rows[1:3]] == ["5", "0"]  # what was sent waits on the other socket


@pytest.mark.slow
def test_a_long_table_takes_no_more_memory_than_a_short_one() -> None:
    link = "link set lo up\nlink add e type veth peer name f\nlink set e up\naddr add 10.0.0.1/24 dev e"
    read = partial(bsd.peak, r=True)
    _, short, _, long = in_namespace(partial(batch, link), read, partial(many_routes, 20000), read)
    assert long - short < 8 * 1024  # KiB
