"""`route get`: the way, the rule and the reason for the source address, against what the kernel and ip(8) answer."""

from __future__ import annotations

import random
import re
from functools import partial
from typing import Any

import pytest
from children import lookups
from children.world import batch, build, deny_netlink, many_routes
from conftest import in_namespace

from stcp_shell.diagnosis import policy_rules, source_selection
from stcp_shell.model.coding import decoder
from stcp_shell.model.route_get import RouteFound
from stcp_shell.model.tables import Address, Interface, Label, NextHop, Route, Rule, SourcePolicy
from stcp_shell.report.text.lines import lines


def address(text: str, length: int = 24, scope: str = "global", **more: Any) -> Address:
    return Address(text, length, scope, **more)


def interface(index: int, name: str, *addresses: Address) -> Interface:
    return Interface(index, name, ("UP",), 1500, None, addresses)


A = interface(
    2,
    "a",
    address("172.16.1.50"),
    address("172.16.1.51", flags=("secondary",)),
    address("10.2.0.1", 16),
    address("fd00:a::50", 64),
)
B = interface(3, "b", address("192.168.77.50"), address("fd00:b::50", 64), address("fe80::b%b", 64, "link"))
BARE = interface(4, "bare")
LO = interface(1, "lo", address("127.0.0.1", 8, "host"), address("::1", 128, "host"))
EVERY = (LO, A, B, BARE)
DEFAULT = Route("0.0.0.0", 0, ())


@pytest.mark.parametrize(
    ("hop", "route", "chosen", "rule"),
    [
        (NextHop("192.168.77.1", "b"), DEFAULT, "192.168.77.50", "gateway-subnet"),
        (NextHop("10.2.9.9", "a"), DEFAULT, "10.2.0.1", "gateway-subnet"),
        (NextHop("9.9.9.9", "a"), DEFAULT, "172.16.1.50", "first-primary"),
        (NextHop("fe80::1%a", "a"), DEFAULT, "172.16.1.50", "first-primary"),
        (NextHop(None, "a"), DEFAULT._replace(scope="link"), "172.16.1.50", "first-primary"),
        (NextHop(None, "bare"), DEFAULT, "172.16.1.50", "borrowed"),
        (NextHop(None, "gone"), DEFAULT, "172.16.1.50", "borrowed"),
    ],
)
def test_the_ipv4_source_of_a_route_that_names_none(hop: NextHop, route: Route, chosen: str, rule: str) -> None:
    assert source_selection.choose4(route, hop, EVERY)[:2] == (chosen, rule)


def test_an_ipv4_address_must_reach_as_far_as_the_route() -> None:
    near = interface(2, "a", address("169.254.1.1", 16, "link"), address("10.0.0.1"))
    assert source_selection.choose4(DEFAULT, NextHop(None, "a"), [near]).address == "10.0.0.1"
    assert source_selection.choose4(DEFAULT._replace(scope="link"), NextHop(None, "a"), [near]).address == "169.254.1.1"
    assert source_selection.choose4(DEFAULT, NextHop(None, "lo"), [LO]) == (
        None,
        "none",
        source_selection.choose4(DEFAULT, NextHop(None, "lo"), [LO]).reason,
    )


def test_a_peer_s_subnet_counts_for_a_point_to_point_address() -> None:
    peer = interface(2, "a", address("10.0.0.1"), address("10.8.0.1", 32, peer="10.8.0.2"))
    assert source_selection.choose4(DEFAULT, NextHop("10.8.0.2", "a"), [peer])[:2] == ("10.8.0.1", "gateway-subnet")


LABELS = tuple(
    Label(prefix, length, label)
    for prefix, length, label in (("::1", 128, 0), ("::", 0, 1), ("fc00::", 7, 5), ("2002::", 16, 2), ("2001::", 32, 6))
)


def chosen6(destination: str, outgoing: str | None, *interfaces: Interface, **more: Any) -> tuple[str | None, str]:
    return source_selection.choose6(destination, outgoing, interfaces, SourcePolicy(LABELS, **more))[:2]


def one(*addresses: Address) -> Interface:
    return interface(2, "a", *addresses)


@pytest.mark.parametrize(
    ("rule", "destination", "wins", "loses"),
    [
        ("same-address", "fd00::1", address("fd00::1", 64), address("fd00::2", 64)),
        ("scope", "2001:db8::1", address("2001:db8:1::1", 64), address("fe80::1%a", 64, "link")),
        ("scope", "fe80::9%a", address("fe80::1%a", 64, "link"), address("2001:db8:1::1", 64)),
        ("scope", "ff05::1", address("fec0::1", 64, "site"), address("2001:db8::1", 64)),
        ("deprecated", "2001:db8::1", address("2001:470::1", 64), address("2001:db8::2", 64, flags=("deprecated",))),
        ("home", "2001:db8::1", address("2001:470::1", 64, flags=("home",)), address("2001:db8::2", 64)),
        ("label", "2001:db8::1", address("2400::1", 64), address("fd00::1", 64)),
        ("label", "fd00::9", address("fd11::1", 64), address("2001:db8::1", 64)),
        ("temporary", "2001:db8::1", address("2400::1", 64), address("2001:db8::2", 64, flags=("temporary",))),
        ("longest-prefix", "2001:db8::1", address("2001:db8:1::1", 64), address("2001:470::1", 64)),
        ("first-of-equals", "2001:db8::1", address("2400::1", 64), address("2401::1", 64)),
    ],
)
def test_the_rule_of_rfc_6724_that_decides(rule: str, destination: str, wins: Address, loses: Address) -> None:
    expected = (wins.address, rule)
    assert chosen6(destination, "a", one(wins, loses)) == expected
    if rule != "first-of-equals":
        assert chosen6(destination, "a", one(loses, wins)) == expected


def test_further_conditions_of_rfc_6724() -> None:
    here, there = one(address("2001:470::1", 64)), interface(3, "b", address("2001:db8::2", 64))
    assert chosen6("2001:db8::1", "a", here, there) == ("2001:470::1", "outgoing-interface")
    assert chosen6("2001:db8::1", "a", here, there, outgoing_only=True) == ("2001:470::1", "only-candidate")
    assert chosen6("2001:db8::1", "none", here, there) == ("2001:db8::2", "longest-prefix")
    assert chosen6("ff02::1", "b", here, there) == ("2001:db8::2", "only-candidate")
    assert chosen6("2001:db8::1", "a", one(address("2001:db8::2", 64, flags=("tentative",)))) == (None, "none")
    both = one(address("2400::1", 64), address("2001:db8::2", 64, flags=("temporary",)))
    assert chosen6("2001:db8::1", "a", both, prefers_temporary=frozenset("a")) == ("2001:db8::2", "temporary")
    # No more bits count than the prefix has (RFC 6724, section 2.2).
    close = one(address("2001:db8::2", 32), address("2001:db8::3", 32))
    assert chosen6("2001:db8::3:1", "a", close) == ("2001:db8::2", "first-of-equals")


def test_no_reason_is_given_for_what_the_kernel_chose_otherwise() -> None:
    choice = source_selection.Choice("10.0.0.1", "first-primary", "the first")
    assert source_selection.explained(choice, "10.0.0.1") == choice
    other = source_selection.explained(choice, "10.0.0.2")
    assert other[:2] == ("10.0.0.2", "unknown")
    assert "the reason is not known" in other.reason


FLOW = policy_rules.Flow("inet", "10.1.1.1", None, "tcp", 2121, 1000)
LAST = [Rule("inet", 32766, None, None, "lookup", 254), Rule("inet", 32767, None, None, "lookup", 253)]


def rule(
    priority: int,
    table: int = 100,
    action: str = "lookup",
    *,
    to: str | None = None,
    by: str | None = None,
    when: str = "",
) -> Rule:
    words = tuple(when.split(", ")) if when else ()
    return Rule("inet", priority, by, to, action, table if action == "lookup" else None, words)


@pytest.mark.parametrize(
    ("when", "matches"),
    [
        ("", True),
        ("iif lo", True),
        ("iif a", False),
        ("oif a", False),
        ("l3mdev", False),
        ("fwmark 0x3/0xff", False),
        ("fwmark 0x100/0xff", True),
        ("tos 0x10", False),
        ("uidrange 1000-2000", True),
        ("uidrange 0-0", False),
        ("ipproto tcp", True),
        ("ipproto udp", False),
        ("dport 2000-3000", True),
        ("dport 21", False),
        ("sport 21", False),
        ("not", False),
        ("not, dport 21", True),
        ("attribute 26", None),
        ("not, attribute 26", None),
        ("dport 21, attribute 26", False),
    ],
)
def test_what_a_rule_asks_for(when: str, matches: bool | None) -> None:
    assert policy_rules.matches(rule(5, when=when), FLOW) is matches


def test_addresses_in_rules() -> None:
    assert policy_rules.matches(rule(5, to="10.1.0.0/16"), FLOW) is True
    assert policy_rules.matches(rule(5, to="10.2.0.0/16"), FLOW) is False
    assert policy_rules.matches(rule(5, by="172.16.1.50/32"), FLOW) is False  # the source is not chosen yet
    assert policy_rules.matches(rule(5, by="172.16.1.50/32"), FLOW._replace(source="172.16.1.50")) is True
    zoned = policy_rules.Flow("inet6", "fe80::1", "fd00::1", None, 0, 0, "a")
    assert policy_rules.matches(rule(5, by="fd00::/8", when="oif a"), zoned) is True
    assert policy_rules.matches(rule(5, when="l3mdev"), zoned) is None


def test_the_first_rule_that_leads_to_the_table_decides() -> None:
    rules = [rule(1, 255), rule(5, when="dport 21"), rule(6), rule(7), *LAST]
    assert policy_rules.deciding(rules, FLOW, 100) == [rules[2]]
    assert policy_rules.deciding(rules, FLOW, 254) == [LAST[0]]
    assert policy_rules.deciding(rules, FLOW, 77) == []


def test_a_rule_that_may_have_decided_leaves_it_open_and_one_alone_does_not() -> None:
    doubtful = rule(5, when="attribute 26")
    assert policy_rules.deciding([doubtful, rule(6), *LAST], FLOW, 100) == [doubtful, rule(6)]
    assert policy_rules.deciding([doubtful, *LAST], FLOW, 100) == [doubtful]


def test_suppressed_routes_and_jumps() -> None:
    short = rule(5, 254, when="suppress_prefixlength 0")
    assert policy_rules.deciding([short, *LAST], FLOW, 254, 0) == [LAST[0]]
    assert policy_rules.deciding([short, *LAST], FLOW, 254, 8) == [short]
    jump = rule(5, action="goto", when="goto 10")
    assert policy_rules.deciding([jump, rule(6), rule(10), *LAST], FLOW, 100) == [rule(10)]
    maybe = jump._replace(selectors=("attribute 26", "goto 10"))
    assert policy_rules.deciding([maybe, rule(6), rule(10), *LAST], FLOW, 100) == [rule(6), rule(10)]


def test_rules_that_refuse() -> None:
    rules = [rule(1, 255), rule(5, action="prohibit"), rule(6, action="unreachable"), *LAST]
    assert policy_rules.refusing(rules, FLOW, "EACCES") == [rules[1]]
    assert policy_rules.refusing(rules, FLOW, "ENETUNREACH") == []
    assert policy_rules.before(rules, FLOW, rules[1]) == [255]
    assert policy_rules.unasked([rule(5, when="dport 21")], FLOW) == []
    assert policy_rules.unasked([rule(5, when="dport 21")], FLOW._replace(port=0)) == [rule(5, when="dport 21")]
    assert policy_rules.by_protocol([rule(5, when="ipproto tcp"), rule(6, when="dport 2121")], FLOW) == [
        rule(5, when="ipproto tcp")
    ]


ASKED = [
    ("10.1.1.1", None, "gateway-subnet", 32766),
    ("10.1.1.1", "172.16.1.50", "asked", 100),
    ("20.0.0.1", None, "prefsrc", 150),
    ("22.0.0.1", None, "first-primary", 150),
    ("172.16.1.51", None, "own-address", 0),
    ("10.8.0.2", None, "prefsrc", 150),
    ("127.0.0.1", None, "own-address", 0),
    ("172.16.1.255", None, "prefsrc", 0),
    ("224.0.0.5", None, "first-primary", 32766),
    ("fd02::1", None, "outgoing-interface", 32766),
    ("fd00:a::50", None, "same-address", 0),
    ("fd06::1", "fd00:a::50", "asked", 100),
    ("ff02::1%enetA", None, "scope", 0),
]


REFUSED: list[lookups.Asked] = [
    ("24.0.0.1", None),
    ("25.0.0.1", None),
    ("26.0.0.1", None),
    ("27.0.0.1", None),
    ("fd03::1", None),
    ("fd04::1", None),
    ("fd05::1", None),
]
REFUSING = """
rule add priority 90 to 40.0.0.0/8 unreachable
rule add priority 91 to 41.0.0.0/8 prohibit
rule add priority 92 to 42.0.0.0/8 blackhole
"""
BAD: list[lookups.Asked] = [
    ("10.1.1.1", "9.9.9.9"),
    ("10.1.1.1", "fd00:a::50"),
    ("fd02::1", "172.16.1.50"),
    ("fd02::1", "fe80::1"),
    ("fe80::1%nowhere", None),
    ("no-such-host.invalid", None),
    ("10.1.1.1", "172.16.1.255"),
    ("six.example", "172.16.1.50"),
]
ODD: list[lookups.Asked] = [
    ("0.0.0.0", None),
    ("0.0.0.0", "172.16.1.50"),
    ("::", None),
    ("::ffff:10.1.1.1", None),
    ("fe80::1", None),
    ("10.1.1.1", "127.0.0.1"),
    ("10.1.1.1", "0.0.0.0"),
    ("localhost", "::1"),
    ("localhost", None),
    ("six.example", None),
    ("four.example", None),
]


@pytest.fixture(scope="module")
def world() -> Any:
    """The answers of both, in the namespace that holds one of everything (each rule is for root, too: uid 0)."""
    pairs = [(name, source) for name, source, *_ in ASKED]
    _, _, ours, theirs, refused, rules, without_port, with_port, second, bad, odd = in_namespace(
        build,
        partial(batch, REFUSING),
        partial(lookups.all_got, pairs),
        partial(lookups.theirs, pairs),
        partial(lookups.by_name, REFUSED),
        partial(lookups.all_got, [(name, None) for name in ("40.0.0.1", "41.0.0.1", "42.0.0.1")]),
        partial(lookups.got, "31.0.0.1"),
        partial(lookups.got, "31.0.0.1", port=2121),
        partial(lookups.got, "23.0.0.1"),
        partial(lookups.by_name, BAD),
        partial(lookups.by_name, ODD),
    )
    return {
        "ours": ours,
        "theirs": theirs,
        "refused": refused,
        "rules": rules,
        "port": [without_port, with_port],
        "second": second,
        "bad": bad,
        "odd": odd,
    }


@pytest.mark.parametrize("number", range(len(ASKED)), ids=[f"{name} {source or ''}" for name, source, *_ in ASKED])
def test_way_source_reason_and_rule(world: Any, number: int) -> None:
    _, source, reason, priority = ASKED[number]
    ours, theirs = world["ours"][number], world["theirs"][number]
    via = theirs.get("gateway") or theirs.get("via", {}).get("host")
    assert (ours["gateway"] and ours["gateway"].partition("%")[0], ours["interface"]) == (via, theirs["dev"])
    assert ours["source"].partition("%")[0] == (source or theirs["prefsrc"])
    assert (ours["reason"], [rule["priority"] for rule in ours["rules"]], ours["agrees"]) == (reason, [priority], True)
    assert ours["connect"]["source"] == ours["source"]


def test_what_refuses_is_named_as_far_as_the_kernel_tells(world: Any) -> None:
    refused = {name: (found["errno"], found["kind"]) for name, found in world["refused"].items()}
    assert refused == {
        "24.0.0.1": ("EACCES", "prohibit"),
        "25.0.0.1": ("EINVAL", "blackhole"),
        "26.0.0.1": ("EHOSTUNREACH", "unreachable"),
        "27.0.0.1": ("ENETUNREACH", "none"),
        "fd03::1": ("EACCES", "prohibit"),
        "fd04::1": ("EINVAL", "blackhole"),
        "fd05::1": ("EHOSTUNREACH", "unreachable"),
    }
    assert all(found["source"] is None and found["agrees"] for found in world["refused"].values())
    assert "does not report in which table" in world["refused"]["24.0.0.1"]["why"]


def test_rules_that_refuse_are_named(world: Any) -> None:
    unreachable, prohibit, blackhole = world["rules"]
    assert (unreachable["errno"], unreachable["why"]) == ("ENETUNREACH", "rule 90 rejects it")
    assert (prohibit["errno"], prohibit["rules"][0]["priority"]) == ("EACCES", 91)
    assert prohibit["why"] == "rule 91 rejects it, unless a prohibit route in a table looked up earlier does: local"
    assert blackhole["rules"][0]["priority"] == 92


def test_a_rule_for_a_port_is_pointed_out_or_followed(world: Any) -> None:
    without, with_port = world["port"]
    assert "rule 140 matches on a protocol or port: give -port" in without["notes"]
    assert (with_port["table"], with_port["rules"][0]["priority"]) == (100, 140)
    # A UDP socket's connect is no check here: the rule is for TCP.
    assert with_port["connect"] == {"source": None, "errno": None}
    assert any("rule 140 is not for all protocols" in note for note in with_port["notes"])


def test_ipv4_looks_again_with_the_source_that_it_chose(world: Any) -> None:
    found = world["second"]
    assert (found["source"], found["gateway"]) == ("172.16.1.50", "172.16.1.3")
    assert (found["second"]["gateway"], found["second"]["table"]) == ("172.16.1.1", 100)
    assert [rule["priority"] for rule in found["second"]["rules"]] == [100]


SECOND_WAY = """
neigh add 172.16.1.1 lladdr 02:00:00:00:00:01 dev enetA
neigh add 172.16.1.3 lladdr 02:00:00:00:00:03 dev enetA
neigh add 192.168.77.1 lladdr 02:00:00:00:00:02 dev enetZ
route add default via 192.168.77.1 table 101
rule add priority 99 from 172.16.1.50 lookup 101
"""


def test_the_packets_of_a_connect_go_where_the_second_look_leads() -> None:
    _, _, sent, found, six = in_namespace(
        build,
        partial(batch, SECOND_WAY),
        partial(lookups.packets_sent, "23.0.0.1"),
        partial(lookups.got, "23.0.0.1"),
        partial(lookups.got, "fd02::1"),
    )
    assert (found["source"], found["interface"], found["second"]["interface"]) == ("172.16.1.50", "enetA", "enetZ")
    assert sent["enetZ"] >= 5
    assert sent["enetA"] < 5
    assert six["second"] is None  # IPv6 keeps to the way that it found first


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            "10.1.1.19.9.9.9",
            "-from 9.9.9.9: not an address of this host, .* this host has 10.8.0.1, 10.9.0.1, 127.0.0.1",
        ),
        ("10.1.1.1172.16.1.255", "-from 172.16.1.255: not an address of this host"),
        ("10.1.1.1fd00:a::50", "10.1.1.1 is an IPv4 address and fd00:a::50 an IPv6 one"),
        ("fd02::1172.16.1.50", "172.16.1.50 is an IPv4 address and fd02::1 an IPv6 one"),
        ("fd02::1fe80::1", "a link-local address needs its zone: fe80::1%INTERFACE"),
        ("fe80::1%nowhere", "there is no interface nowhere"),
        (
            "no-such-host.invalid",
            "no-such-host.invalid: .* [(]no inet address[)]; no inet6 address either",
        ),
        ("six.example172.16.1.50", "six.example: Name or service not known [(]no inet address[)]$"),
    ],
)
def test_what_cannot_be_asked_is_one_clear_line(world: Any, asked: str, message: str) -> None:
    failure = world["bad"][asked]["failure"]
    assert re.search(message, failure), failure
    assert "\n" not in failure


def test_addresses_that_stand_for_others(world: Any) -> None:
    odd = world["odd"]
    addresses = {asked: found["destination"]["address"] for asked, found in odd.items()}
    assert addresses["0.0.0.0"] == "127.0.0.1"
    assert addresses["0.0.0.0172.16.1.50"] == "172.16.1.50"
    assert addresses["::"] == "::1"
    assert addresses["::ffff:10.1.1.1"] == "10.1.1.1"
    assert (addresses["localhost"], addresses["localhost::1"]) == ("127.0.0.1", "::1")
    assert (addresses["six.example"], addresses["four.example"]) == ("fd02::1", "10.1.1.1")
    assert odd["10.1.1.10.0.0.0"]["from"] is None
    assert "127.0.0.1 cannot leave this host" in odd["10.1.1.1127.0.0.1"]["why"]
    assert odd["10.1.1.1127.0.0.1"]["kind"] == "none"


def test_where_connect_refuses_what_the_table_has_nothing_is_claimed(world: Any) -> None:
    found = world["odd"]["fe80::1"]
    assert (found["source"], found["reason"], found["agrees"]) == (None, "refused", False)
    assert "needs its zone" in found["why"]


def test_the_log_has_all_that_the_screen_shows(world: Any) -> None:
    for found in [*world["ours"], *world["rules"], *world["port"], world["second"], *world["odd"].values()]:
        assert list(lines(decoder(RouteFound)(found))) == found["text"]


def test_the_text() -> None:
    text = in_namespace(build, partial(lookups.got, "23.0.0.1", port=80))[-1]["text"]
    assert text == [
        "23.0.0.1: from 172.16.1.50, via 172.16.1.1 on enetA",
        "  destination  23.0.0.1 port 80",
        "  source       172.16.1.50, chosen by the kernel",
        "  why          the first primary address on enetA whose subnet contains the gateway 172.16.1.3",
        "  route        23.0.0.0/8 via 172.16.1.3 on enetA, table main",
        text[5],
        "  check        the kernel agrees: RTM_GETROUTE 172.16.1.50, connect(2) of a UDP socket 172.16.1.50",
        "  packets      default via 172.16.1.1 on enetA, table 100: "
        "connect(2) looks up the route again, with the source address that it chose",
        "  packet rule  100: from 172.16.1.50/32 lookup 100",
    ]
    assert text[5].startswith("  rule         ")


def test_without_netlink_the_source_is_still_told_and_why_not_the_rest() -> None:
    _, can, plain, foreign = in_namespace(
        build, deny_netlink, partial(lookups.got, "10.1.1.1"), partial(lookups.got, "10.1.1.1", "9.9.9.9")
    )
    if not can:
        pytest.skip("the number of socket(2) is not known for this processor")
    assert (plain["source"], plain["kind"], plain["agrees"]) == ("192.168.77.50", None, None)
    assert plain["why"] == "not known: the kernel's tables cannot be read over netlink: Operation not permitted"
    assert foreign["failure"] == "-from 9.9.9.9: not an address of this host (EADDRNOTAVAIL)"


def test_an_interface_that_goes_away_meanwhile_does_no_harm() -> None:
    _, found = in_namespace(build, partial(lookups.cut_off, "10.1.1.1"))
    # The kernel's first answer was another than what connect(2) finds now: no reason is made up.
    assert (found["reason"], found["agrees"]) == ("unknown", False)


def _random_world(random_: random.Random) -> str:
    """Two links with random addresses, and routes by random gateways."""
    lines, gateways = [], []
    for link in ("r0", "r1"):
        lines += [f"link add {link} type veth peer name p{link}", f"link set {link} up", f"link set p{link} up"]
        for _ in range(random_.randint(0, 3)):
            net, length = random_.randint(0, 3), random_.choice((8, 16, 24, 30, 32))
            host = f"10.{net}.{random_.randint(0, 1)}.{random_.randint(1, 6)}"
            scope = random_.choice(("", "", "", " scope link"))
            lines.append(f"addr add {host}/{length} dev {link}{scope}")
        for _ in range(random_.randint(0, 3)):
            prefix = random_.choice(("fd00:1", "fd00:2", "2001:db8", "2001:db8:8000", "2002:a00:1", "2400"))
            life = random_.choice(("", "", " valid_lft 1000 preferred_lft 0"))
            length = random_.choice((32, 48, 64, 128))
            lines.append(f"-6 addr add {prefix}::{random_.randint(1, 99):x}/{length} dev {link}{life}")
        gateways.append(f"10.{random_.randint(0, 3)}.0.9")
    for number, link in enumerate(("r0", "r1")):
        scope = random_.choice(("", " scope link"))
        lines.append(f"route add 5{number}.0.0.0/8 via {gateways[number]} dev {link} onlink")
        lines.append(f"route add 6{number}.0.0.0/8 dev {link}{scope}")
        lines.append(f"-6 route add 2{number}00::/16 via fe80::1 dev {link}")
        lines.append(f"-6 route add 2001:{number}::/32 dev {link}")
    return "\n".join(lines)


def test_in_random_worlds_the_reason_leads_to_the_kernel_s_choice() -> None:
    random_ = random.Random(3)
    worlds = [_random_world(random_) for _ in range(24)]
    targets = ["50.0.0.1", "51.0.0.1", "60.0.0.1", "61.0.0.1", "10.0.0.4", "10.1.1.4", "2000::1", "2100::1"]
    targets += ["2001:0:1::1", "2001:1::1", "fd00:1::5", "2001:db8::5", "2002:a00:1::5"]
    (found,) = in_namespace(partial(lookups.in_worlds, worlds, targets))
    assert [answer for answer in found if answer["reason"] == "unknown"] == []
    chosen = [answer for answer in found if answer["reason"] != "refused"]
    for answer in chosen:
        source = answer["source"]
        assert source == answer["kernel"]
        assert answer["connect"]["source"] in (source, source and source.partition("%")[0])
    assert len(chosen) > 100
    assert {"prefsrc", "gateway-subnet", "first-primary", "borrowed", "outgoing-interface"} <= {
        answer["reason"] for answer in chosen
    }


@pytest.mark.slow
def test_a_long_table_makes_no_difference() -> None:
    link = "link set lo up\nlink add e type veth peer name f\nlink set e up\naddr add 10.0.0.1/24 dev e"
    *_, took = in_namespace(partial(batch, link), partial(many_routes, 20000), partial(lookups.fastest, "20.1.1.1"))
    assert took < 0.002
