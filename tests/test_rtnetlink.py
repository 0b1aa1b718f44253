"""The kernel's tables against its own tools, in a namespace that holds one of everything."""

import ipaddress
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from children import tables
from children.world import batch, build
from conftest import in_namespace

from stcp_shell.errors import Failure
from stcp_shell.model.connection import INET, INET6
from stcp_shell.net.tables import interfaces, rtnetlink


@pytest.fixture(scope="module")
def world() -> Any:
    """Everything that was read in the namespace, by us and by the tools; NamedTuples have become lists."""
    return in_namespace(build, tables.everything)[-1]


TABLES = {"main": 254, "local": 255, "default": 253}


def _ours(route: list[Any]) -> tuple[Any, ...]:
    destination, length, hops, kind, source, metric, table, protocol, scope, _ = route
    ways = tuple((gateway and gateway.partition("%")[0], interface, weight) for gateway, interface, weight in hops)
    return f"{destination}/{length}", ways, kind, source, metric, table, protocol, scope


def _theirs(row: dict[str, Any], family: str) -> tuple[Any, ...]:
    everywhere = "0.0.0.0/0" if family == INET else "::/0"
    destination = everywhere if row["dst"] == "default" else row["dst"]
    if "/" not in destination:
        destination += "/32" if family == INET else "/128"
    # ip(8) shows the device of an IPv6 reject route; it is always `lo` and nothing leaves by it.
    rejects = row["type"] in ("prohibit", "blackhole", "unreachable", "throw")
    hops = tuple(
        (hop.get("gateway") or hop.get("via", {}).get("host"), hop["dev"], hop.get("weight", 1))
        for hop in ([] if rejects else row.get("nexthops", [row]))
    )
    table = row.get("table", "main")
    return (
        destination,
        hops,
        row["type"],
        row.get("prefsrc"),
        row.get("metric"),
        TABLES.get(table) or int(table),
        row["protocol"],
        row.get("scope", "global"),
    )


@pytest.mark.parametrize("number", [0, 1])
def test_every_row_of_every_table_is_as_ip_route_says(world: Any, number: int) -> None:
    family = (INET, INET6)[number]
    theirs = [_theirs(row, family) for row in world["ip routes"][number]]
    assert [_ours(route) for route in world["routes"][number]] == theirs
    assert len(theirs) > 10


def test_pyroute2_finds_the_same_destinations_and_tables() -> None:
    _, (ours, theirs) = in_namespace(build, tables.beside_pyroute2)
    assert sorted(ours, key=str) == sorted(theirs, key=str)


def test_a_lifetime_is_in_seconds(world: Any) -> None:
    (left,) = [route[-1] for route in world["routes"][1] if route[0] == "fd02::"]
    assert 900 < left <= 1000
    assert {route[-1] for route in world["routes"][0]} == {None}


def test_a_link_local_gateway_has_its_zone(world: Any) -> None:
    hops = {route[0]: route[2] for route in world["routes"][0] + world["routes"][1]}
    assert hops["22.0.0.0"] == [["fe80::1%enetA", "enetA", 1]]
    assert ["fe80::9%enetZ", "enetZ", 1] in hops["fd01::"]


def paired(ours: Any, theirs: Any) -> Iterator[tuple[Any, Any]]:
    """One of ours, one of theirs: there are as many."""
    assert len(ours) == len(theirs)
    return zip(ours, theirs)


def test_one_table_is_that_table_and_no_other(world: Any) -> None:
    for every, main in paired(world["routes"], world["main"]):
        assert main == [route for route in every if route[6] == 254]
    assert world["none"] == []


def test_default_routes_are_found_without_the_rest(world: Any) -> None:
    for main, defaults in paired(world["main"], world["defaults"]):
        assert defaults == [route for route in main if route[1] == 0]
    assert len(world["defaults"][0]) == 2


def test_a_default_route_is_found_behind_more_rows_of_0_0_0_0_than_one_answer_holds() -> None:
    (found,) = in_namespace(tables.default_routes)
    assert [[*route[:2], route[5]] for route in found] == [["0.0.0.0", 0, 9]]


@pytest.mark.parametrize("number", [0, 1])
def test_the_kernel_answers_for_each_way_as_it_does_to_ip_route_get(world: Any, number: int) -> None:
    ways, theirs = (world[key][number::2] for key in ("ways", "ip ways"))
    for (gateway, interface, source, _, kind, redirected), row in paired(ways, theirs):
        via = row.get("gateway") or row.get("via", {}).get("host")
        assert (gateway and gateway.partition("%")[0], interface) == (via, row["dev"]), row
        assert source == (row.get("prefsrc") or row.get("from")), row
        assert kind == row.get("type", "unicast"), row
        assert redirected is False


def test_a_rule_for_the_bound_source_decides_its_way(world: Any) -> None:
    unbound, bound, wildcard = world["ways"][:3]
    assert unbound == ["192.168.77.1", "enetZ", "192.168.77.50", 254, "unicast", False]
    assert bound == ["172.16.1.1", "enetA", "172.16.1.50", 100, "unicast", False]
    assert wildcard == unbound


def test_where_there_is_no_way_the_kind_says_why() -> None:
    addresses = ["24.0.0.1", "25.0.0.1", "26.0.0.1", "fd03::1", "fd04::1", "fd05::1"]
    nowhere = ["8.8.8.8", "2001:db8::1", "27.0.0.1", "fe80::1%nowhere", "fe80::1%77", "fe80::1%99999999999"]
    *_, ways, by_rule = in_namespace(
        build,
        partial(batch, "route del default\nroute del default"),
        partial(batch, "route del default table 100\nroute del default via fd00:a::1"),
        partial(tables.ways, *addresses, *nowhere),
        partial(tables.way, "30.0.0.1", "172.16.1.51"),
    )
    rejects = ["prohibit", "blackhole", "unreachable"]
    assert [way[4] for way in ways] == [*rejects, *rejects, "none", "none", "none", "none", "none", "none"]
    assert by_rule == [None, None, None, None, "prohibit", False]
    assert [way[:3] for way in ways] == [[None, None, None]] * len(ways)


def test_a_zone_a_port_and_a_mapped_address_count() -> None:
    _, (zoned, plain, *numbered), by_port, mapped = in_namespace(
        build,
        partial(tables.ways, "fe80::1%enetZ", "31.0.0.1", "fe80::1%2", "fe80::1%3"),
        partial(tables.way, "31.0.0.1", port=2121),
        partial(tables.way, "::ffff:10.1.1.1", "::"),
    )
    assert zoned[:2] == [None, "enetZ"]
    assert zoned[2].startswith("fe80::")
    assert zoned[2].endswith("%enetZ")
    assert (plain[0], plain[3]) == ("192.168.77.1", 254)
    assert (by_port[0], by_port[3]) == ("172.16.1.1", 100)
    assert mapped[:3] == ["192.168.77.1", "enetZ", "192.168.77.50"]
    assert sorted(way[1] for way in numbered) == ["enetA", "farA"]


def test_the_way_of_a_renamed_interface_has_its_new_name() -> None:
    _, (before, after) = in_namespace(build, tables.renamed)
    assert (before, after) == ("enetA", "other0")


def test_rules_are_as_ip_rule_says(world: Any) -> None:
    ours = [
        (priority, source or "all", destination, action, table)
        for _, priority, source, destination, action, table, _ in world["rules"][0] + world["rules"][1]
    ]
    theirs = []
    for row in world["ip rules"][0] + world["ip rules"][1]:
        source = row["src"] if row["src"] == "all" else f"{row['src']}/{row.get('srclen', _bits(row['src']))}"
        to = f"{row['dst']}/{row.get('dstlen', _bits(row['dst']))}" if "dst" in row else None
        table = TABLES.get(row["table"]) or int(row["table"]) if "table" in row else None
        action = "lookup" if table else "goto" if "goto" in row else row.get("action")
        theirs.append((row["priority"], source, to, action, table))
    assert ours == theirs
    assert len(ours) == 9 + 3


def _bits(address: str) -> int:
    return ipaddress.ip_address(address).max_prefixlen


def test_whatever_else_a_rule_asks_for_is_told(world: Any) -> None:
    selectors = {priority: rest for _, priority, *_, rest in world["rules"][0]}
    assert selectors[100] == []
    assert selectors[160] == ["not", "fwmark 0x3/0xff", "iif enetA", "goto 32766"]
    assert selectors[130] == ["tos 0x10", "oif enetZ", "ipproto tcp", "dport 21-25"]
    assert selectors[140] == ["ipproto tcp", "dport 2121"]
    assert selectors[150] == ["uidrange 0-0", "suppress_prefixlength 0"]


def _shown(interface: list[Any]) -> tuple[Any, ...]:
    index, name, flags, mtu, hardware, addresses = interface
    return index, name, set(flags), mtu, hardware, [tuple(address[:6]) for address in addresses]


def test_interfaces_and_addresses_are_as_ip_addr_says(world: Any) -> None:
    for ours, row in paired(world["interfaces"], world["ip addresses"]):
        index, name, flags, mtu, hardware, addresses = ours
        assert (index, name, mtu, hardware) == (row["ifindex"], row["ifname"], row["mtu"], row["address"])
        assert set(flags) - {"RUNNING"} == set(row["flags"]) - {"NO-CARRIER"}  # ip(8) says LOWER_UP for RUNNING
        theirs = [
            (
                entry["local"] + (f"%{name}" if entry["local"].startswith("fe80") else ""),
                entry["prefixlen"],
                entry["scope"],
                entry.get("broadcast"),
                entry.get("address"),
                entry.get("label") if entry.get("label") != name else None,
                {flag for flag in ("secondary", "deprecated", "dynamic", "tentative") if entry.get(flag)},
            )
            for entry in row["addr_info"]
        ]
        shown = [(*address[:6], set(address[6]) - {"noprefixroute"}) for address in addresses]
        assert shown == theirs


def test_aliases_secondary_deprecated_and_peers_are_told(world: Any) -> None:
    addresses = {address[0]: address for row in world["interfaces"] for address in row[5]}
    assert addresses["172.16.1.51"][5:] == ["enetA:1", ["secondary"]]
    assert addresses["10.8.0.1"][4] == "10.8.0.2"
    assert addresses["fd00:b::1"][4] == "fd00:b::2"
    assert addresses["fd00:a::51"][6] == ["deprecated", "dynamic"]
    assert addresses["169.254.7.7"][2] == "link"
    assert [row[5] for row in world["interfaces"] if row[1] == "down0"] == [[]]


def test_the_calls_without_netlink_find_the_same(world: Any) -> None:
    for ours, older in paired(world["interfaces"], world["netdevice"]):
        assert older[:4] == [*ours[:2], [flag for flag in ours[2] if flag != "LOWER_UP"], ours[3]]
        # Not which IPv4 address is secondary, nor an IPv6 address's peer and lifetime; IPv6 comes in another order.
        found, known = (sorted(address[:4] for address in row[5]) for row in (older, ours))
        assert found == known
        assert [a[:6] for a in older[5] if ":" not in a[0]] == [a[:6] for a in ours[5] if ":" not in a[0]]


def test_netifaces_finds_addresses_and_claims_nothing_that_it_does_not_see(world: Any) -> None:
    theirs = {row[1]: row for row in world["netifaces"]}
    for _, name, _, _, _, addresses in world["interfaces"]:
        if name not in theirs:
            assert addresses == []
            continue
        assert theirs[name][2:4] == [[], None]
        # It passes over aliases with a label of their own.
        plain = [address[:2] for address in addresses if address[5] is None]
        assert sorted(address[:2] for address in theirs[name][5]) == sorted(plain)
    broadcasts = {address[0]: address[3] for row in world["netifaces"] for address in row[5]}
    assert broadcasts["172.16.1.50"] == "172.16.1.255"
    assert broadcasts["10.9.0.1"] is None


def test_a_tun_without_an_address_is_an_interface() -> None:
    (both,) = in_namespace(tables.tun)
    if both is None:
        pytest.skip("no tun device can be made here: /dev/net/tun is missing")
    found, other = both
    ((_, _, flags, mtu, _, addresses),) = found
    assert ("POINTOPOINT" in flags, "UP" in flags, mtu, addresses) == (True, False, 1500, [])
    assert other[0][1:3] == ["tun0", []]


def test_a_hostile_interface_name_does_no_harm() -> None:
    ((names, way),) = in_namespace(tables.hostile)
    assert names == ["10.0.0.1"]
    assert way == "e\x1b[31m\\xff"


def test_where_netlink_is_denied_interfaces_are_still_there_and_tables_say_why_not() -> None:
    _, answer = in_namespace(build, tables.denied)
    if answer is None:
        pytest.skip("the number of socket(2) is not known for this processor")
    before, after, reasons = answer
    assert sorted(after) == sorted(before)
    assert reasons == ["the kernel's tables cannot be read over netlink: Operation not permitted"] * 3


def test_a_table_that_changes_while_it_is_read_is_noticed() -> None:
    ((quiet, disturbed),) = in_namespace(tables.disturbed)
    assert (quiet, disturbed) == (False, True)


def test_a_dump_that_is_left_half_way_disturbs_nothing_after_it() -> None:
    _, (ways, names, descriptors) = in_namespace(build, tables.half_read)
    assert ways == ["192.168.77.1"]
    assert len(names) == 1
    assert descriptors == 0


def test_what_is_no_address_is_refused() -> None:
    with rtnetlink.Rtnetlink() as tables:
        for destination, source in (("localhost", None), ("127.1", None), ("", None), ("127.0.0.1", "::1")):
            with pytest.raises(ValueError, match=r"not a numeric address|different families"):
                tables.route_get(destination, source)


def test_an_interface_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(Failure, match=r"there is no interface loo \(did you mean lo\?\); this host has lo"):
        interfaces.addresses_of("loo")
    assert "127.0.0.1" in [address.address for address in interfaces.addresses_of("lo", INET)]
    assert interfaces.address_on("lo", INET) == "127.0.0.1"


def test_a_source_is_no_link_local_address_where_there_is_another_and_none_that_bind_refuses() -> None:
    on = [("enetA", INET), ("enetA", INET6), ("down0", INET)]
    _, *names = in_namespace(build, *(partial(tables.address_on, *each) for each in on))
    assert names == ["172.16.1.50", names[1], "interface down0 has no usable inet address"]
    assert names[1].startswith("fd00:a::5")
