"""From a case to its verdict: tables of what was seen, and what may be said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from stcp_shell.diagnosis.verdict import VERDICTS, judge
from stcp_shell.model.connection import Endpoint, HopDistance, Icmp, ResolvedRoute
from stcp_shell.model.diagnosis import Case, Observation, ReversePath, Verdict
from stcp_shell.model.trace import Hop, Trace

CLIENT = Endpoint("10.1.1.1", 2121)
DEFAULT, BOUND = "192.168.77.50", "172.16.1.50"
BY_Z = ResolvedRoute("192.168.77.1", "enetZ", DEFAULT, 254, "unicast")
PROHIBITED = Icmp(3, 13, "communication administratively prohibited", "192.168.77.1")
NO_NETWORK = Icmp(3, 0, "network unreachable", "192.168.77.1")


def seen(outcome: str, address: str | None = DEFAULT, chosen_by: str = "kernel", **more: Any) -> Observation:
    answered = 0 if outcome == "timeout" else 3
    interface = {DEFAULT: "enetZ", BOUND: "enetA"}.get(address or "")
    return Observation(address, chosen_by, outcome, 3, answered, route=BY_Z, interface=interface)._replace(**more)


def bound(outcome: str, address: str = BOUND, **more: Any) -> Observation:
    return seen(outcome, address, "bind", **more)


def verdict(*observations: Observation, **more: Any) -> Verdict:
    own = frozenset({DEFAULT, BOUND, "127.0.0.1"})
    return judge(Case(CLIENT, "10.1.1.1", observations, own, **more))


@dataclass
class Row:
    """What was seen, the kind of verdict that it deserves, and who may be blamed."""

    observations: list[Observation]
    kind: str
    blames: str | None = None
    more: dict[str, Any] = field(default_factory=dict)


def refused(**more: Any) -> dict[str, Any]:
    return {"errno": "ECONNREFUSED", "rst": True, **more}


OWN_REJECT = Icmp(3, 13, PROHIBITED.meaning, DEFAULT)
NO_ARP = Icmp(3, 1, "host unreachable", DEFAULT)
STRICT = ReversePath(frozenset({"enetA"}), 3)
TABLE = {
    "default silent, bound works": Row([seen("timeout"), bound("connected")], "source-dependent"),
    "default prohibited, bound works": Row(
        [seen("prohibited", icmp=PROHIBITED), bound("connected")], "source-dependent", "192.168.77.1"
    ),
    "default reset, bound works": Row([seen("refused", **refused()), bound("connected")], "source-dependent"),
    "default works, bound silent": Row([seen("connected"), bound("timeout")], "bound-source-fails"),
    "both reset": Row([seen("refused", **refused()), bound("refused", **refused())], "no-listener"),
    "both reset by a nearer box": Row(
        [seen("refused", **refused(answerer=HopDistance(64, 0, 1, True))), bound("refused", **refused())], "filtered"
    ),
    "both reset by the next hop, which stands in for the host": Row(
        [s("refused", **refused(answerer=HopDistance(64, 0, 0, False))) for s in (seen, bound)], "filtered"
    ),
    "port unreachable from the host itself": Row(
        [seen("refused", icmp=Icmp(3, 3, "port unreachable", "10.1.1.1"))], "no-listener"
    ),
    "port unreachable from a router": Row(
        [s("refused", icmp=Icmp(3, 3, "port unreachable", "192.168.77.1")) for s in (seen, bound)],
        "filtered",
        "192.168.77.1",
    ),
    "both prohibited": Row([s("prohibited", icmp=PROHIBITED) for s in (seen, bound)], "filtered", "192.168.77.1"),
    "both silent": Row([seen("timeout"), bound("timeout")], "filtered"),
    "both told that there is no network": Row(
        [s("unreachable", icmp=NO_NETWORK) for s in (seen, bound)], "unreachable", "192.168.77.1"
    ),
    "one told that there is no network, silence for the other": Row(
        [seen("unreachable", icmp=NO_NETWORK), bound("timeout")], "unreachable", "192.168.77.1"
    ),
    "two routers say so": Row(
        [seen("unreachable", icmp=NO_NETWORK), bound("unreachable", icmp=NO_NETWORK._replace(sender="172.16.1.1"))],
        "unreachable",
    ),
    "no route": Row([seen("no-route", address=None), bound("no-route")], "no-route"),
    "no route but for a bound source": Row([seen("no-route", address=None), bound("connected")], "no-route"),
    "own reject": Row([seen("prohibited", icmp=OWN_REJECT), bound("connected")], "local-firewall"),
    "own drop": Row(
        [seen("timeout", syn_fate="dropped-here"), bound("timeout", syn_fate="dropped-here")], "local-firewall"
    ),
    "EPERM": Row([seen("denied", errno="EPERM"), bound("denied", errno="EPERM")], "local-firewall"),
    "no ARP": Row([s("unreachable", icmp=NO_ARP) for s in (seen, bound)], "next-hop-silent"),
    "no ARP yet": Row([s("timeout", syn_fate="unresolved") for s in (seen, bound)], "next-hop-silent"),
    "strict filter here": Row([seen("connected"), bound("timeout")], "local-rp-filter", None, {"reverse_path": STRICT}),
    "strict filter here, but its counter stands still": Row(
        [seen("connected"), bound("timeout")],
        "bound-source-fails",
        None,
        {"reverse_path": ReversePath(frozenset({"enetA"}), 0)},
    ),
    "strict filter elsewhere": Row(
        [seen("connected"), bound("timeout")],
        "bound-source-fails",
        None,
        {"reverse_path": ReversePath(frozenset({"enetB"}), 3)},
    ),
    "one source, silent": Row([seen("timeout")], "single-source"),
    "one source, prohibited": Row([seen("prohibited", icmp=PROHIBITED)], "single-source", None),
    "one source, reset": Row([seen("refused", **refused())], "no-listener"),
    "one source, connected": Row([seen("connected")], "healthy"),
    "all connect": Row([seen("connected"), bound("connected")], "healthy"),
    "answers differ": Row([seen("inconsistent"), bound("connected")], "unclear"),
    "no listener for one, silence for the other": Row([seen("refused", **refused()), bound("timeout")], "unclear"),
    "no listener, but one source does not get there": Row(
        [seen("timeout"), bound("refused", **refused(answerer=HopDistance(63, 1, 1, False)))], "source-dependent"
    ),
    "no listener, and a router forbids one source": Row(
        [seen("prohibited", icmp=PROHIBITED), bound("refused", **refused(answerer=HopDistance(63, 1, 1, False)))],
        "source-dependent",
        "192.168.77.1",
    ),
    "a nearer box resets one source, silence for the other": Row(
        [seen("timeout"), bound("refused", **refused(answerer=HopDistance(64, 0, 1, True)))], "unclear"
    ),
    "interrupted": Row([seen("cancelled"), bound("cancelled")], "unclear"),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_was_seen_deserves_this_verdict_and_no_more(name: str) -> None:
    row = TABLE[name]
    found = verdict(*row.observations, **row.more)
    assert (found.kind, found.blames) == (row.kind, row.blames), found.summary
    assert found.kind in VERDICTS
    for observation in row.observations:
        assert any(str(observation.address or "no address") in line for line in found.evidence)


def test_silence_and_resets_carry_the_caveat_and_a_signed_prohibition_does_not() -> None:
    caveat = "is not proof of an ACL"
    silent = verdict(seen("timeout"), bound("connected"))
    reset = verdict(seen("refused", **refused()), bound("connected"))
    signed = verdict(seen("prohibited", icmp=PROHIBITED), bound("connected"))
    assert caveat in "\n".join(silent.evidence)
    assert caveat in "\n".join(reset.evidence)
    assert caveat not in "\n".join(signed.evidence)


def test_the_remedies_name_the_box_and_are_ready_commands() -> None:
    found = verdict(seen("prohibited", icmp=PROHIBITED), bound("connected"))
    text = "\n".join(found.remedies)
    assert "permit 192.168.77.50 to 10.1.1.1 port 2121 on 192.168.77.1" in text
    assert "ip route replace 10.1.1.1/32 via 192.168.77.1 dev enetZ src 172.16.1.50" in text
    assert "BSD: route add -host 10.1.1.1 ROUTER" in text
    known = verdict(seen("timeout"), bound("connected"), gateways=(("enetA", "172.16.1.1"),))
    assert "Linux: ip route replace 10.1.1.1/32 via 172.16.1.1 dev enetA" in "\n".join(known.remedies)
    assert "ROUTER" not in "\n".join(known.remedies)


def test_what_left_this_host_is_not_denied() -> None:
    found = verdict(seen("timeout", syn_fate="unresolved"), bound("timeout", syn_fate="lost"))
    assert found.summary == f"the next hop 192.168.77.1 does not reply to ARP: no SYN from {DEFAULT} left this host"


def test_a_route_that_only_a_bound_source_has_is_offered_to_all() -> None:
    found = verdict(seen("no-route", address=None, route=ResolvedRoute()), bound("connected"))
    assert found.summary == f"this host has no route to 10.1.1.1 except from {BOUND}"
    assert "  Linux: ip route replace 10.1.1.1/32 via 192.168.77.1 dev enetZ src 172.16.1.50" in found.remedies


def test_the_reverse_path_filter_is_ipv4s_alone() -> None:
    target = Endpoint("fd00:10:1:1::1", 2121)
    found = judge(Case(target, "client", (seen("connected"), bound("timeout")), frozenset(), STRICT))
    assert found.kind == "bound-source-fails"


def test_only_the_filter_that_drops_answers_is_to_be_loosened() -> None:
    filtering = ReversePath(frozenset({"enetA.100", "enetB"}), 3)
    found = verdict(seen("connected"), bound("timeout", interface="enetA.100"), reverse_path=filtering)
    commands = [line for line in found.remedies if "sysctl" in line]
    assert commands == ["  Linux: sysctl -w net.ipv4.conf.enetA/100.rp_filter=2"]


def test_a_prohibit_route_is_not_looked_for_among_firewall_rules() -> None:
    found = verdict(seen("prohibited", address=None, errno="EACCES", route=ResolvedRoute(kind="prohibit")))
    assert found.kind == "local-firewall"
    assert not any("nft" in line for line in found.remedies)
    assert any("prohibit route or rule" in line for line in found.remedies)


def test_a_path_says_how_far_the_silent_source_gets() -> None:
    hops = (Hop(1, "192.168.77.1", 0.001, Icmp(11, 0, "hop limit exceeded in transit", "192.168.77.1"), None),)
    path = Trace(DEFAULT, "kernel", BY_Z, "timeout", (*hops, Hop(2, None, None, None, None)))
    found = verdict(seen("timeout", trace=path), bound("connected"))
    assert f"SYNs from {DEFAULT} get as far as hop 1 (192.168.77.1); no hop after it replies" in found.evidence


def test_a_loop_and_a_dead_host_are_no_missing_route() -> None:
    expired = verdict(seen("unreachable", icmp=Icmp(11, 0, "time to live exceeded in transit", "10.1.2.2")))
    assert expired.summary == "the TTL of the SYNs runs out at 10.1.2.2: a routing fault, not a filter"
    assert "routers between which" in expired.remedies[0]
    dead = verdict(seen("unreachable", icmp=Icmp(3, 1, "host unreachable", "192.168.77.1")))
    assert dead.remedies == ("check that 10.1.1.1 is up and on the link of 192.168.77.1, or fix the routing there",)


def test_no_source_address_at_all_is_said_to_be_so() -> None:
    found = verdict(seen("address-unavailable", None))
    assert found.kind == "single-source"
    assert found.summary == "this host has no source address for 10.1.1.1"


def test_where_a_router_was_silent_before_it_refused_the_hop_is_not_claimed() -> None:
    silent = [Hop(ttl, None, None, None, None) for ttl in (1, 2)]
    last = Hop(3, "192.168.77.1", 0.001, PROHIBITED, "prohibited")
    trace = Trace(DEFAULT, "kernel", BY_Z, "prohibited", (*silent, last))
    found = verdict(seen("prohibited", icmp=PROHIBITED, trace=trace), bound("connected"))
    assert f"SYNs from {DEFAULT} end at hop 3 or before (192.168.77.1): prohibited" in found.evidence


def test_nothing_is_claimed_of_nothing() -> None:
    found = verdict()
    assert (found.kind, found.blames, found.evidence, found.remedies) == ("unclear", None, (), ())
