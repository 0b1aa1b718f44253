"""Interfaces and routing tables as text, and text from elsewhere made safe."""

import unicodedata
from collections.abc import Iterator
from itertools import count, islice

import pytest
from children import tables
from children.world import build
from conftest import in_namespace
from hypothesis import given
from hypothesis import strategies as st

from stcp_shell.model.rows import Rows
from stcp_shell.model.tables import Address, Interface, NextHop, Route, Rule
from stcp_shell.report.text.escape import visible
from stcp_shell.report.text.stcp_tables import WIDTH, ifconfig_lines, netmask, route_lines

ENET_A = Interface(
    2,
    "enetA",
    ("UP", "BROADCAST", "RUNNING"),
    1500,
    "02:00:00:00:00:01",
    (
        Address("172.16.1.50", 24, "global", broadcast="172.16.1.255"),
        Address("172.16.1.51", 24, "global", label="enetA:1", flags=("secondary",)),
        Address("10.8.0.1", 32, "global", peer="10.8.0.2"),
        Address("fd00::1", 64, "global", flags=("deprecated",)),
        Address("fe80::1%enetA", 64, "link"),
    ),
)
LOOP = Interface(1, "loop.m16", ("UP", "LOOPBACK", "RUNNING"), 65536, None, (Address("127.0.0.1", 8, "host"),))


def test_ifconfig_is_as_the_users_of_stcp_know_it() -> None:
    assert list(ifconfig_lines([LOOP, ENET_A], "phx_vos", "15:33:51")) == [
        "Number of interface(s) under IP: 2",
        "",
        "%phx_vos#loop.m16: <UP, LOOPBACK, RUNNING>",
        "127.0.0.1 netmask 0xff000000",
        "",
        "%phx_vos#enetA: <UP, BROADCAST, RUNNING>",
        "172.16.1.50 netmask 0xffffff00 broadcast 172.16.1.255",
        "172.16.1.51 netmask 0xffffff00 secondary alias enetA:1",
        "10.8.0.1 netmask 0xffffffff peer 10.8.0.2",
        "fd00::1 prefixlen 64 deprecated",
        "fe80::1%enetA prefixlen 64 scope link",
        "",
        "ready 15:33:51",
    ]


def test_flags_that_nobody_could_see_are_said_to_be_unknown() -> None:
    unseen = LOOP._replace(flags=(), mtu=None)
    assert "%h#loop.m16: <flags not known>" in list(ifconfig_lines([unseen], "h", ""))
    assert "%h#loop.m16: <>" in list(ifconfig_lines([LOOP._replace(flags=())], "h", ""))


def test_no_name_of_an_interface_reaches_the_terminal_as_it_is() -> None:
    hostile = ENET_A._replace(name="e\x1b[31m\u202e")
    via = Route("10.0.0.0", 8, (NextHop("172.16.1.1", hostile.name),))
    default = Route("0.0.0.0", 0, (NextHop("172.16.1.1", hostile.name),))
    rule = Rule("inet", 5, None, None, "lookup", 254, (f"iif {hostile.name}",))
    shown = [
        *ifconfig_lines([hostile], "h\x07", ""),
        *route_lines([default], [via], "", others=[via._replace(table=9)], rules=[rule]),
    ]
    assert sum(r"e\x1b[31m\u202e" in line for line in shown) == 5
    assert all(line.isprintable() for line in shown)


def test_a_netmask_is_right_for_every_length() -> None:
    assert [netmask(length) for length in (0, 1, 8, 9, 24, 31, 32)] == [
        *("0.0.0.0", "128.0.0.0", "255.0.0.0", "255.128.0.0", "255.255.255.0", "255.255.255.254", "255.255.255.255")
    ]


STATIC = Route("11.0.0.0", 8, (NextHop("164.152.77.2", "enetA"),), protocol="static")
DEFAULT = Route("0.0.0.0", 0, (NextHop("164.152.76.1", "enetZ"),))


def test_route_print_is_as_the_users_of_stcp_know_it_with_the_interface_behind() -> None:
    assert list(route_lines([DEFAULT], [DEFAULT, STATIC], "15:27:46")) == [
        "Default Gateway: 164.152.76.1  enetZ",
        "Network Address  Gateway Address  Subnet Mask  Redirect Life  Interface",
        "11.0.0.0         164.152.77.2     255.0.0.0                -  enetA",
        "ready 15:27:46",
    ]


def _row(route: Route) -> list[str]:
    lines = list(route_lines([], [route], ""))
    return lines[lines.index("") + 3 if ":" in route.destination else 2 : -1]


@pytest.mark.parametrize(
    ("route", "lines"),
    [
        pytest.param(
            Route("172.16.1.0", 24, (NextHop(None, "enetA"),), source="172.16.1.50", protocol="kernel"),
            [
                "172.16.1.0       -                255.255.255.0            -  enetA",
                "                 src 172.16.1.50",
            ],
            id="connected, with a note that is too long for the line",
        ),
        pytest.param(
            Route("192.168.100.200", 32, (NextHop("192.168.100.254", "enetZ"),), metric=7),
            ["192.168.100.200  192.168.100.254  255.255.255.255          -  enetZ  metric 7"],
            id="the widest addresses fit",
        ),
        pytest.param(
            Route("10.0.0.0", 8, (NextHop("172.16.1.1", "enetA", 3), NextHop("192.168.77.1", "enetZ"))),
            [
                "10.0.0.0         172.16.1.1       255.0.0.0                -  enetA",
                "                 path 1 of 2, weight 3",
                "10.0.0.0         192.168.77.1     255.0.0.0                -  enetZ  path 2 of 2",
            ],
            id="several next hops",
        ),
        pytest.param(
            Route("24.0.0.0", 8, (), kind="prohibit"),
            ["24.0.0.0         -                255.0.0.0                -  -  prohibit"],
            id="no way out",
        ),
        pytest.param(
            Route("12.0.0.0", 8, (NextHop("10.0.0.2", "e"),), protocol="redirect", expires=290),
            ["12.0.0.0         10.0.0.2         255.0.0.0              290  e  by redirect"],
            id="redirect",
        ),
        pytest.param(
            Route("fd01::", 64, (NextHop("fe80::9%enetZ", "enetZ"),), metric=1024),
            ["fd01::/64                 fe80::9                               -  enetZ"],
            id="IPv6: the zone is in the next column, and the usual metric is no news",
        ),
        pytest.param(
            Route("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", 128, (NextHop(None, "e"),)),
            ["2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff/128 -                    -  e"],
            id="IPv6: a long destination takes room that is free",
        ),
        pytest.param(
            Route("2001:db8:aaaa:bbbb:cccc:dddd::", 96, (NextHop("2001:db8:aaaa:bbbb::1", "e"),)),
            ["2001:db8:aaaa:bbbb:cccc:dddd::/96 2001:db8:aaaa:bbbb::1         -  e"],
            id="IPv6: wherever it is",
        ),
    ],
)
def test_a_row(route: Route, lines: list[str]) -> None:
    assert _row(route) == lines


@pytest.mark.parametrize(
    ("defaults", "lines"),
    [
        ([], ["Default Gateway: none"]),
        ([Route("0.0.0.0", 0, (), kind="prohibit")], ["Default Gateway: none  prohibit"]),
        ([Route("0.0.0.0", 0, (NextHop(None, "ppp0"),))], ["Default Gateway: on the link  ppp0"]),
        (
            [DEFAULT, DEFAULT._replace(metric=200, source="172.16.1.50")],
            [
                "Default Gateway: 164.152.76.1  enetZ",
                "Default Gateway: 164.152.76.1  enetZ  src 172.16.1.50, metric 200",
            ],
        ),
        (
            [DEFAULT._replace(hops=(NextHop("10.0.0.1", "a"), NextHop("10.0.0.2", "b")))],
            ["Default Gateway: 10.0.0.1  a  path 1 of 2", "Default Gateway: 10.0.0.2  b  path 2 of 2"],
        ),
    ],
)
def test_default_gateways(defaults: list[Route], lines: list[str]) -> None:
    assert [line for line in route_lines(defaults, defaults, "") if line.startswith("Default")] == lines


def test_a_default_route_that_came_in_between_is_shown_as_a_row() -> None:
    late = Route("0.0.0.0", 0, (NextHop("10.0.0.9", "e"),))
    assert "0.0.0.0          10.0.0.9         0.0.0.0                  -  e" in list(route_lines([DEFAULT], [late], ""))


def test_ipv6_has_a_block_of_its_own_also_with_nothing_but_a_default_route() -> None:
    default = Route("::", 0, (NextHop("fe80::9%enetZ", "enetZ"),), metric=1024)
    lines = list(route_lines([DEFAULT, default], [DEFAULT, default], ""))
    assert lines[2:4] == ["", "Default Gateway: fe80::9%enetZ  enetZ"]
    assert not any("Gateway: fe80" in line for line in route_lines([DEFAULT], [DEFAULT], ""))


def test_further_tables_and_rules() -> None:
    others = [STATIC._replace(table=100), STATIC._replace(table=255), Route("fd01::", 64, (), table=255)]
    rules = [
        Rule("inet", 0, None, None, "lookup", 255),
        Rule("inet", 7, "1.2.3.0/24", "10.0.0.0/8", "goto", None, ("not", "iif e", "goto 32766")),
        Rule("inet6", 8, "fd00::/64", None, "prohibit", None, ("dport 21-25",)),
    ]
    lines = list(route_lines([], [], "", others=others, rules=rules))
    assert [line for line in lines if line.startswith("Table")] == ["Table 100", "Table local", "Table local (IPv6)"]
    assert lines[lines.index("Policy Rules") :] == [
        "Policy Rules",
        "0:      from all lookup local",
        "7:      not from 1.2.3.0/24 to 10.0.0.0/8 iif e goto 32766",
        "",
        "Policy Rules (IPv6)",
        "8:      from fd00::/64 dport 21-25 prohibit",
        "ready ",
    ]


def test_a_table_that_changed_while_it_was_read_is_said_to_have() -> None:
    said = "The table changed while it was read: a row may be missing or appear twice."
    assert said in list(route_lines([], [STATIC], "", interrupted=lambda: True))
    assert said not in list(route_lines([], [STATIC], ""))


def _endless() -> Iterator[Route]:
    for number in count():
        yield Route(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 32, STATIC.hops, metric=number)


def test_a_table_without_end_is_shown_as_it_comes() -> None:
    lines = list(islice(route_lines([], _endless(), ""), 10_000))
    assert lines[-1].startswith("10.0.39.13 ")


def test_the_first_rows_are_remembered_and_all_are_counted() -> None:
    rows = Rows(islice(_endless(), 5000), limit=3)
    assert sum(1 for _ in rows) == rows.count == 5000
    assert [route.metric for route in rows.first] == [0, 1, 2]
    assert not rows.interrupted()


def test_of_a_table_that_nobody_read_to_the_end_the_first_rows_are_known() -> None:
    rows = Rows(_endless(), limit=100)
    reading = iter(rows)
    for _ in range(7):
        next(reading)
    del reading
    assert rows.count == len(rows.first) == 100
    assert rows.long


def test_a_real_table_keeps_to_the_width_and_starts_with_its_gateways() -> None:
    _, lines = in_namespace(build, tables.printed)
    assert lines[:2] == [
        "Default Gateway: 192.168.77.1  enetZ",
        "Default Gateway: 172.16.1.1  enetA  metric 200",
    ]
    assert [line for line in lines if len(line) > WIDTH] == []
    assert "172.16.1.0       -                255.255.255.0            -  enetA" in lines
    assert "100:    from 172.16.1.50/32 lookup 100" in lines
    assert "Table 70000" in lines
    assert not [line for line in lines if line.startswith("0.0.0.0 ") and "192.168.77.1" in line]


HIDDEN = ("Cc", "Cf", "Zl", "Zp", "Cs")
# Drawn as nothing: fillers, an empty Braille cell, variation selectors, a joiner, and what musical notation leaves out.
NOTHING = {*map(ord, "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159"), *range(0x180B, 0x1810)}
NOTHING |= {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
WIDE = (" ", "\u3000")  # blanks that can be told apart


def test_every_hidden_character_is_shown_and_no_other_is_touched() -> None:
    # Format characters that this Python's Unicode does not know yet are hidden as well.
    for code in range(0x110000):
        character = chr(code)
        category = unicodedata.category(character)
        hidden = category in HIDDEN or code in NOTHING or (category == "Zs" and character not in WIDE)
        if category != "Cn":
            assert (visible(character) != character) == hidden, hex(code)
        if code & 0xFFFE == 0xFFFE or 0xFDD0 <= code < 0xFDF0:  # noncharacters: XML has none of them
            assert visible(character) != character


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("220 ready\r\n", r"220 ready\r\n"),
        ("\x1b[2J\x07\x7f\x9b", r"\x1b[2J\x07\x7f\x9b"),
        ("a\tb", r"a\tb"),
        ("\u202eevil\u2066\ufeff", r"\u202eevil\u2066\ufeff"),
        ("\udcff\U000e0041", r"\udcff\U000e0041"),
        ("Zürich 東京 e\u0301", "Zürich 東京 e\u0301"),
    ],
)
def test_what_acts_on_a_terminal_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_visible_text_stays_as_it_is_and_can_be_written(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert not {unicodedata.category(character) for character in shown} & set(HIDDEN)
    shown.encode()
