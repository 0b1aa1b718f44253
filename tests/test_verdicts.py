"""From a case to its verdict: tables of what was seen, and what may be said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from stcp_shell.diagnosis.case import Burst, Case, Host
from stcp_shell.diagnosis.verdict import VERDICTS, judge
from stcp_shell.model.attempt import Attempt, Control
from stcp_shell.model.connection import Endpoint, HopDistance, Icmp, ResolvedRoute
from stcp_shell.model.diagnosis import Observation, Verdict
from stcp_shell.model.hold import Hold
from stcp_shell.model.tls import Tls
from stcp_shell.model.trace import Hop, Trace
from stcp_shell.report.text.diagnosis import effort

CLIENT = Endpoint("10.1.1.1", 2121)
DEFAULT, BOUND = "192.168.77.50", "172.16.1.50"
BY_Z = ResolvedRoute("192.168.77.1", "enetZ", DEFAULT, 254, "unicast")
BY_A = ResolvedRoute("172.16.1.1", "enetA", BOUND, 10, "unicast")
PROHIBITED = Icmp(3, 13, "communication administratively prohibited", "192.168.77.1")
NO_NETWORK = Icmp(3, 0, "network unreachable", "192.168.77.1")
SERVED, OPEN = Hold(0.1, 2, 26, None), Hold(1.2, 1, 0, None)
UNFINISHED, CLOSED, RESET = Hold(1.2, 2, 0, None), Hold(0.01, 2, 0, "fin"), Hold(0.01, 1, 0, "rst")
ENDS = {"connected": SERVED, "closed": CLOSED, "reset": RESET}
OWN = frozenset({DEFAULT, BOUND, "127.0.0.1"})
HOST = Host(
    addresses=OWN,
    gateways=(("enetZ", "192.168.77.1"),),
    subnets=(("enetA", BOUND, 24), ("enetZ", DEFAULT, 24)),
)
ALIVE = Control(
    "udp", "10.1.1.1", DEFAULT, 33437, True, Icmp(3, 3, "port unreachable", "10.1.1.1"), 63, 1, "192.168.77.1"
)


def seen(outcome: str, address: str | None = DEFAULT, chosen_by: str = "kernel", **more: Any) -> Observation:
    number = more.pop("attempts", 7)
    answered = 0 if outcome == "timeout" else number
    interface = {DEFAULT: "enetZ", BOUND: "enetA"}.get(address or "")
    one = Observation(address, chosen_by, outcome, number, answered, route=BY_Z, interface=interface)
    return one._replace(hold=ENDS.get(outcome), lost=0 if answered else number)._replace(**more)


def bound(outcome: str, address: str = BOUND, **more: Any) -> Observation:
    return seen(outcome, address, "bind", **more)


def attempts(observation: Observation, *outcomes: str, first: int = 0, **more: Any) -> list[Attempt]:
    """The connects of a source, every tenth of a second."""
    route = observation.route or ResolvedRoute()
    source = Endpoint(observation.address, 40000 + first) if observation.address else None
    return [
        Attempt(
            experiment="sources",
            sent=f"2026-11-26T10:00:{first + number // 10:02d}.{number % 10}00Z",
            source=source and source._replace(port=40000 + first + number),
            chosen_by=observation.chosen_by,
            destination=CLIENT,
            gateway=route.gateway,
            interface=route.interface,
            outcome=outcome,
            errno=observation.errno,
            icmp=observation.icmp,
            rst=observation.rst,
            syn_fate=observation.syn_fate,
            syn_retransmits=0,
            elapsed=0.001,
            hold=observation.hold if outcome in ENDS else None,
        )._replace(**more)
        for number, outcome in enumerate(outcomes)
    ]


def case(*observations: Observation, **more: Any) -> Case:
    made = [each for one in observations for each in attempts(one, *[one.outcome] * one.attempts)]
    return Case(CLIENT, "10.1.1.1", observations, **{"host": HOST, "attempts": tuple(made), **more})


def verdict(*observations: Observation, **more: Any) -> Verdict:
    return judge(case(*observations, **more))


def refused(**more: Any) -> dict[str, Any]:
    return {"errno": "ECONNREFUSED", "rst": True, **more}


@dataclass
class Row:
    """What was seen, the kind of verdict that it deserves, and which boxes may be blamed."""

    observations: list[Observation]
    kind: str
    blames: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


OWN_REJECT = Icmp(3, 13, PROHIBITED.meaning, DEFAULT)
NO_ARP = Icmp(3, 1, "host unreachable", DEFAULT)
PORT_UNREACHABLE = Icmp(3, 3, "port unreachable", "10.1.1.1")
AS_FAR, NEARER = HopDistance(63, 1, 1, False), HopDistance(64, 0, 1, True)
STRICT = HOST._replace(strict=frozenset({"enetA"}), counters={"TcpExt.IPReversePathFilter": (5, 14)})


def burst(*sources: str, **more: Any) -> Burst:
    quiet: dict[str, Any] = {"undelivered": 0, "undelivered_after": 0, "resets": 0, "resets_after": 0}
    return Burst(CLIENT, sources, 4, **{**quiet, "sent": {"enetZ": 4}, "prompt": frozenset({"enetZ"}), **more})


TABLE = {
    "default silent, bound works": Row([seen("timeout"), bound("connected")], "source-dependent"),
    "the same with too few attempts": Row([seen("timeout", attempts=3), bound("connected", attempts=3)], "unclear"),
    "default prohibited, bound works": Row(
        [seen("prohibited", icmp=PROHIBITED), bound("connected")], "source-dependent", ("192.168.77.1",)
    ),
    "signed, and so enough with few attempts": Row(
        [seen("prohibited", icmp=PROHIBITED, attempts=3), bound("connected", attempts=3)],
        "source-dependent",
        ("192.168.77.1",),
    ),
    "default reset, bound works": Row([seen("refused", **refused()), bound("connected")], "source-dependent"),
    "default works, bound silent": Row([seen("connected"), bound("timeout")], "bound-source-fails"),
    "default closed by the service, bound served": Row([seen("closed"), bound("connected")], "source-dependent"),
    "default reset by the service, bound served": Row([seen("reset"), bound("connected")], "source-dependent"),
    "bound closed by the service": Row([seen("connected"), bound("closed")], "bound-source-fails"),
    "bound silent, by another next hop": Row([seen("connected"), bound("timeout", route=BY_A)], "path-dependent"),
    "default silent, bound works by another next hop": Row(
        [seen("timeout"), bound("connected", route=BY_A)], "path-dependent"
    ),
    "both reset": Row([seen("refused", **refused()), bound("refused", **refused())], "no-listener"),
    "both reset from as far as the host": Row(
        [s("refused", **refused(answerer=AS_FAR)) for s in (seen, bound)], "no-listener"
    ),
    "both reset by a nearer box": Row(
        [seen("refused", **refused(answerer=NEARER)), bound("refused", **refused())], "filtered"
    ),
    "one reset by a nearer box, one by the host": Row(
        [seen("refused", **refused(answerer=NEARER)), bound("refused", **refused(answerer=AS_FAR))], "filtered"
    ),
    "both reset though a datagram ran out at the next hop": Row(
        [s("refused", **refused(answered_at=1)) for s in (seen, bound)], "filtered", (), {"controls": (ALIVE,)}
    ),
    "both reset by the next hop, which may be the host": Row(
        [s("refused", **refused(answered_at=1)) for s in (seen, bound)], "no-listener"
    ),
    "the same, and the next hop answers datagrams with TTL 1": Row(
        [s("refused", **refused(answered_at=1)) for s in (seen, bound)],
        "no-listener",
        (),
        {"controls": (ALIVE._replace(ttl=64, beyond=0, last=None),)},
    ),
    "both reset, and nothing left": Row(
        [s("refused", **refused(answered_at=1)) for s in (seen, bound)],
        "local-firewall",
        (),
        {"bursts": (burst(DEFAULT, BOUND, sent={"enetZ": 0, "lo": 4}),)},
    ),
    "port unreachable from the host itself": Row(
        [seen("refused", icmp=PORT_UNREACHABLE), bound("refused", icmp=PORT_UNREACHABLE)], "filtered", ("10.1.1.1",)
    ),
    "port unreachable from a router": Row(
        [s("refused", icmp=Icmp(3, 3, "port unreachable", "192.168.77.1")) for s in (seen, bound)],
        "filtered",
        ("192.168.77.1",),
    ),
    "both prohibited": Row([s("prohibited", icmp=PROHIBITED) for s in (seen, bound)], "filtered", ("192.168.77.1",)),
    "each prohibited by its own router": Row(
        [
            seen("prohibited", icmp=PROHIBITED),
            bound("prohibited", icmp=PROHIBITED._replace(sender="172.16.1.1"), route=BY_A),
        ],
        "filtered",
        ("192.168.77.1", "172.16.1.1"),
    ),
    "both silent, and no sign of the host": Row([seen("timeout"), bound("timeout")], "silent"),
    "both silent, and the host is alive": Row(
        [seen("timeout"), bound("timeout")], "filtered", (), {"controls": (ALIVE,)}
    ),
    "both told that there is no network": Row(
        [s("unreachable", icmp=NO_NETWORK) for s in (seen, bound)], "unreachable", ("192.168.77.1",)
    ),
    "one told that there is no network, silence for the other": Row(
        [seen("unreachable", icmp=NO_NETWORK), bound("timeout")], "unreachable", ("192.168.77.1",)
    ),
    "two routers say so": Row(
        [seen("unreachable", icmp=NO_NETWORK), bound("unreachable", icmp=NO_NETWORK._replace(sender="172.16.1.1"))],
        "unreachable",
        ("192.168.77.1", "172.16.1.1"),
    ),
    "the destination reports that it cannot be reached": Row(
        [s("unreachable", icmp=Icmp(3, 1, "host unreachable", "10.1.1.1")) for s in (seen, bound)], "unreachable"
    ),
    "no route": Row([seen("no-route", address=None), bound("no-route")], "no-route"),
    "no route but for a bound source": Row([seen("no-route", address=None), bound("connected")], "no-route"),
    "own reject": Row([seen("prohibited", icmp=OWN_REJECT), bound("connected")], "local-firewall"),
    "own drop": Row(
        [seen("timeout", syn_fate="dropped-here"), bound("timeout", syn_fate="dropped-here")], "local-firewall"
    ),
    "EPERM": Row([seen("denied", errno="EPERM"), bound("denied", errno="EPERM")], "local-firewall"),
    "the answers arrive and are dropped": Row(
        [seen("connected"), bound("timeout")], "local-firewall", (), {"bursts": (burst(BOUND, undelivered=5),)}
    ),
    "packets are dropped all the time": Row(
        [seen("connected"), bound("timeout")],
        "bound-source-fails",
        (),
        {"bursts": (burst(BOUND, undelivered=5, undelivered_after=4),)},
    ),
    "no counter could be read": Row(
        [seen("connected"), bound("timeout")],
        "bound-source-fails",
        (),
        {"bursts": (burst(BOUND, undelivered=None, undelivered_after=None, sent={}, prompt=frozenset()),)},
    ),
    "the SYNs left by another interface": Row(
        [seen("timeout"), bound("connected")],
        "local-rewrite",
        (),
        {"bursts": (burst(DEFAULT, sent={"enetZ": 0, "enetA": 4}),)},
    ),
    "a counter that is read once a second": Row(
        [seen("timeout"), bound("connected")],
        "source-dependent",
        (),
        {"bursts": (burst(DEFAULT, sent={"enetZ": 0, "enetA": 4}, prompt=frozenset()),)},
    ),
    "no ARP": Row([s("unreachable", icmp=NO_ARP) for s in (seen, bound)], "next-hop-silent"),
    "no ARP yet": Row([s("timeout", syn_fate="unresolved") for s in (seen, bound)], "next-hop-silent"),
    "strict filter here": Row([seen("connected"), bound("timeout")], "local-rp-filter", (), {"host": STRICT}),
    "strict filter here, but its counter stands still": Row(
        [seen("connected"), bound("timeout")],
        "bound-source-fails",
        (),
        {"host": STRICT._replace(counters={"TcpExt.IPReversePathFilter": (5, 5)})},
    ),
    "strict filter here, but its counter was reset": Row(
        [seen("connected"), bound("timeout")],
        "bound-source-fails",
        (),
        {"host": STRICT._replace(counters={"TcpExt.IPReversePathFilter": (5, 0)})},
    ),
    "strict filter elsewhere": Row(
        [seen("connected"), bound("timeout")],
        "bound-source-fails",
        (),
        {"host": STRICT._replace(strict=frozenset({"enetB"}))},
    ),
    "a SYN with TTL 1 is accepted, a datagram with TTL 1 runs out": Row(
        [seen("connected", answered_at=1), bound("connected")], "intercepted", (), {"controls": (ALIVE,)}
    ),
    "it is accepted with TTL 1, and the next hop may be the host": Row(
        [seen("connected", answered_at=1), bound("connected")], "healthy"
    ),
    "the datagram ran out at the next hop of another way": Row(
        [seen("connected", answered_at=1, route=BY_A), bound("connected")],
        "healthy",
        (),
        {"controls": (ALIVE._replace(source=BOUND),)},
    ),
    "this host is the far end": Row(
        [s("connected", answered_at=1) for s in (seen, bound)],
        "local-rewrite",
        (),
        {"host": HOST._replace(far_end=True)},
    ),
    "the handshake does not finish": Row(
        [s("connected", hold=UNFINISHED, attempts=3) for s in (seen, bound)], "half-open"
    ),
    "the handshake does not finish for one": Row(
        [seen("connected", attempts=3), bound("connected", hold=UNFINISHED, attempts=3)], "half-open"
    ),
    "an unfinished handshake that was seen once": Row(
        [seen("connected", attempts=1), bound("connected", hold=UNFINISHED, attempts=1)], "unclear"
    ),
    "no ephemeral port": Row([seen("address-unavailable", errno="EADDRNOTAVAIL"), bound("connected")], "local-ports"),
    "no port to bind to": Row([seen("connected"), bound("address-in-use", errno="EADDRINUSE")], "local-ports"),
    "a source that went away": Row([seen("connected"), bound("address-unavailable", errno="EADDRNOTAVAIL")], "unclear"),
    "one source, silent": Row([seen("timeout")], "silent"),
    "one source, prohibited": Row([seen("prohibited", icmp=PROHIBITED)], "filtered", ("192.168.77.1",)),
    "one source, reset": Row([seen("refused", **refused())], "no-listener"),
    "one source, connected": Row([seen("connected")], "healthy"),
    "all connect": Row([seen("connected"), bound("connected")], "healthy"),
    "all are closed at once": Row([seen("closed"), bound("closed")], "healthy"),
    "all are reset at once": Row([seen("reset"), bound("reset")], "healthy"),
    "answers differ": Row([seen("inconsistent"), bound("connected")], "unclear"),
    "no listener for one, silence for the other": Row([seen("refused", **refused()), bound("timeout")], "unclear"),
    "no listener, but one source does not get there": Row(
        [seen("timeout"), bound("refused", **refused(answerer=AS_FAR))], "source-dependent"
    ),
    "no listener, and a router forbids one source": Row(
        [seen("prohibited", icmp=PROHIBITED), bound("refused", **refused(answerer=AS_FAR))],
        "source-dependent",
        ("192.168.77.1",),
    ),
    "a nearer box resets one source, silence for the other": Row(
        [seen("timeout"), bound("refused", **refused(answerer=NEARER))], "unclear"
    ),
    "interrupted": Row([seen("cancelled"), bound("cancelled")], "unclear"),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_was_seen_deserves_this_verdict_and_no_more(name: str) -> None:
    row = TABLE[name]
    found = verdict(*row.observations, **row.more)
    assert (found.kind, tuple(blame.box for blame in found.blames)) == (row.kind, row.blames), found.summary
    assert found.kind in VERDICTS
    boxes = {cause.box for cause in found.causes if cause.box}
    assert boxes <= set(row.blames), "a cause may only name a device that has identified itself"
    for observation in row.observations:
        assert any(str(observation.address or "no address") in line for line in found.evidence)


def test_each_box_is_blamed_for_the_sources_that_it_rejected() -> None:
    found = verdict(
        seen("prohibited", icmp=PROHIBITED),
        bound("prohibited", icmp=PROHIBITED),
        bound("prohibited", "172.16.1.60", icmp=PROHIBITED._replace(sender="172.16.1.1")),
    )
    assert found.blames == (("192.168.77.1", (DEFAULT, BOUND)), ("172.16.1.1", ("172.16.1.60",)))
    assert {cause.certainty for cause in found.causes} == {"proven"}


def test_a_timeout_leaves_all_causes_possible_and_an_icmp_error_does_not() -> None:
    silent = verdict(seen("timeout"), bound("connected"))
    assert {cause.cause for cause in silent.causes} >= {"access-list", "urpf", "no-return-route"}
    assert {cause.certainty for cause in silent.causes} == {"possible"}
    assert {each.cause for each in silent.excluded} >= {"packet-loss", "host-down", "path"}
    signed = verdict(seen("prohibited", icmp=PROHIBITED), bound("connected"))
    assert [(cause.cause, cause.certainty) for cause in signed.causes] == [("filter", "proven")]


def test_what_the_other_way_shows() -> None:
    """The same source by two next hops, and two sources by the same one."""
    fails, works = seen("timeout"), bound("connected", route=BY_A)
    made = [*attempts(fails, *["timeout"] * 7), *attempts(works, *["connected"] * 7)]
    by_the_other: dict[str, Any] = {"experiment": "other-way"}
    moved = attempts(fails, "connected", **by_the_other)
    path = judge(case(fails, works, attempts=(*made, *moved)))
    assert (path.kind, path.certainty) == ("path-dependent", "proven")
    reset = attempts(fails, *["timeout"] * 3, resets=1, **by_the_other)
    likely = judge(case(fails, works, attempts=(*made, *reset)))
    assert (likely.kind, likely.certainty) == ("path-dependent", "likely")
    stray = judge(case(fails, works, attempts=(*made, *reset[:2])))
    assert (stray.kind, stray.certainty) == ("path-dependent", "possible")
    other = judge(case(fails, works, attempts=(*made, *attempts(works, "timeout", resets=2, **by_the_other))))
    assert (other.kind, other.certainty) == ("path-dependent", "possible")
    same = attempts(works, "connected", **by_the_other)
    source = judge(case(fails, works, attempts=(*made, *same)))
    assert source.kind == "source-dependent"
    neither = judge(case(fails, works, attempts=tuple(made)))
    assert (neither.kind, neither.certainty) == ("path-dependent", "possible")
    assert "cannot be told from here" in neither.summary


def mixed(*outcomes: str, **more: Any) -> tuple[Observation, list[Attempt]]:
    one = seen("inconsistent", attempts=len(outcomes), **more)
    return one, attempts(one, *outcomes)


def test_first_accepted_and_then_no_more_is_a_limit() -> None:
    first, made = mixed("connected", *["timeout"] * 6)
    other = bound("timeout")
    late = attempts(other, *["timeout"] * 7, first=1)
    found = judge(case(first, other, attempts=(*made, *late), controls=(ALIVE,)))
    assert (found.kind, found.certainty) == ("limited", "possible")
    refusing = judge(case(first, other, attempts=(*made, *(each._replace(rst=True) for each in late))))
    assert (refusing.kind, refusing.certainty) == ("limited", "likely")


def test_a_fate_that_sticks_to_the_port_is_a_flow() -> None:
    one, made = mixed(*["connected", "timeout"] * 7)
    again = [each._replace(experiment="same-port") for each in made]
    found = judge(case(one, attempts=(*made, *again)))
    assert found.kind == "flow-dependent"
    assert "access-list" in {each.cause for each in found.excluded}


def test_a_retransmission_that_succeeds_is_loss() -> None:
    one = seen("connected", lost=4, attempts=6)
    made = attempts(one, *["connected"] * 6)
    lost = [each._replace(syn_retransmits=number % 2) for number, each in enumerate(made)]
    assert judge(case(one, attempts=tuple(lost))).kind == "lossy"
    once = one._replace(lost=1)
    assert judge(case(once, attempts=(made[0]._replace(syn_retransmits=1), *made[1:]))).kind == "healthy"


def test_what_is_lost_in_a_crowd_has_two_explanations() -> None:
    """20 sources at once fill the accept queue of a service that asks for room for few."""
    sources = [seen("connected", address=f"10.5.0.{number}", lost=number % 2) for number in range(1, 21)]
    at_once = "2026-11-26T10:00:00.000Z"
    made = [attempts(each, "connected", sent=at_once, syn_retransmits=each.lost)[0] for each in sources]
    crowded = case(*sources, attempts=tuple(made))
    found = judge(crowded)
    assert (found.kind, [cause.cause for cause in found.causes]) == ("unclear", ["accept-queue-full", "packet-loss"])
    assert any("10 of 20 connects that began together needed a retransmission" in line for line in found.evidence)
    one_by_one = [each._replace(sent=f"2026-11-26T10:00:{number:02d}.000Z") for number, each in enumerate(made)]
    assert judge(crowded._replace(attempts=tuple(one_by_one))).kind == "lossy"


def test_the_remedies_name_the_box_and_are_ready_commands() -> None:
    found = verdict(seen("prohibited", icmp=PROHIBITED), bound("connected"))
    text = "\n".join(found.remedies)
    assert "permit 192.168.77.50 to 10.1.1.1 port 2121 on 192.168.77.1" in text
    assert "  Linux: ip route replace 10.1.1.1/32 via 192.168.77.1 dev enetZ src 172.16.1.50" in found.remedies
    assert "not tried" in text, "a route by another router was not tried"
    assert "BSD" not in text


def test_commands_for_other_systems_where_asked() -> None:
    made = case(seen("timeout"), bound("connected"), host=HOST._replace(gateways=(("enetA", "172.16.1.1"),)))
    text = "\n".join(judge(made, ("bsd", "openvos", "windows")).remedies)
    assert "BSD: route add -host 10.1.1.1 172.16.1.1" in text
    assert "STCP: route add 10.1.1.1 172.16.1.1" in text
    assert "Windows: route add 10.1.1.1 mask 255.255.255.255 172.16.1.1" in text
    assert "ROUTER" not in text


def test_no_route_by_a_router_that_would_choose_another_address() -> None:
    host = HOST._replace(subnets=(("enetA", BOUND, 24), ("enetA", "172.16.1.60", 24), ("enetZ", DEFAULT, 24)))
    works = bound("connected", "172.16.1.60", interface="enetA")
    found = judge(case(seen("timeout"), works, host=host), ("bsd",))
    assert not [line for line in found.remedies if line.startswith("  BSD")]
    assert "  Linux: ip route replace 10.1.1.1/32 via 192.168.77.1 dev enetZ src 172.16.1.60" in found.remedies


def test_the_table_that_a_rule_leads_to_is_named() -> None:
    by_table = BY_Z._replace(table=20)
    host = HOST._replace(rule_of={DEFAULT: "100: from 192.168.77.50 lookup 20"})
    found = verdict(seen("timeout", route=by_table), bound("connected"), host=host)
    assert any(line.endswith("src 172.16.1.50 table 20") for line in found.remedies)
    assert any("100: from 192.168.77.50 lookup 20" in line for line in found.remedies)


def test_what_left_this_host_is_not_denied() -> None:
    found = verdict(seen("timeout", syn_fate="unresolved"), bound("timeout", syn_fate="lost"))
    assert found.summary == f"the next hop 192.168.77.1 does not reply to ARP: no SYN from {DEFAULT} left this host"


def test_a_route_that_only_a_bound_source_has_is_offered_to_all() -> None:
    found = verdict(seen("no-route", address=None, route=ResolvedRoute()), bound("connected"))
    assert found.summary == f"this host has no route to 10.1.1.1 except from {BOUND}"
    assert "  Linux: ip route replace 10.1.1.1/32 via 192.168.77.1 dev enetZ src 172.16.1.50" in found.remedies


def test_the_reverse_path_filter_is_ipv4s_alone() -> None:
    target = Endpoint("fd00:10:1:1::1", 2121)
    found = judge(case(seen("connected"), bound("timeout"), host=STRICT)._replace(destination=target))
    assert found.kind == "bound-source-fails"


def test_only_the_filter_that_drops_answers_is_to_be_loosened() -> None:
    host = STRICT._replace(strict=frozenset({"enetA.100", "enetB"}))
    found = verdict(seen("connected"), bound("timeout", interface="enetA.100"), host=host)
    commands = [line for line in found.remedies if "sysctl" in line]
    assert commands == ["  Linux: sysctl -w net.ipv4.conf.enetA/100.rp_filter=2"]


def test_two_interfaces_in_one_subnet_may_give_no_arp_reply() -> None:
    host = HOST._replace(
        subnets=(("enetZ", DEFAULT, 24), ("enetB", "192.168.77.51", 24)), arp={"enetB": {"arp_ignore": 1}}
    )
    found = verdict(seen("connected"), bound("timeout", "192.168.77.51", interface="enetB"), host=host)
    assert found.kind == "bound-source-fails"
    assert (found.causes[0].cause, found.causes[0].certainty) == ("own-arp", "likely")


def test_a_prohibit_route_is_not_looked_for_among_firewall_rules() -> None:
    found = verdict(seen("prohibited", address=None, errno="EACCES", route=ResolvedRoute(kind="prohibit")))
    assert found.kind == "local-firewall"
    assert not any("nft" in line for line in found.remedies)
    assert any("prohibit route or rule" in line for line in found.remedies)


def test_a_learned_redirect_is_named() -> None:
    route = BY_Z._replace(gateway="192.168.77.2", redirected=True)
    found = verdict(seen("timeout", route=route), bound("timeout", route=route))
    assert (found.causes[0].cause, found.causes[0].where) == ("learned-redirect", "this-host")


def test_answers_from_another_address_are_named() -> None:
    found = verdict(seen("timeout"), bound("timeout"), bursts=(burst(DEFAULT, resets=4),))
    assert found.causes[0].cause == "answers-from-elsewhere"
    busy = verdict(seen("timeout"), bound("timeout"), bursts=(burst(DEFAULT, resets=4, resets_after=1),))
    assert "answers-from-elsewhere" not in {cause.cause for cause in busy.causes}


LOOPED = ResolvedRoute(None, "lo", "127.0.0.1", 255, "local")


@pytest.mark.parametrize(
    ("outcome", "route", "host"),
    [
        ("refused", LOOPED, HOST),
        ("timeout", LOOPED, HOST),
        ("timeout", LOOPED._replace(table=254, kind="unicast"), HOST),
        ("timeout", BY_Z, HOST._replace(addresses=OWN | {"10.1.1.1"})),
        ("timeout", BY_Z, HOST._replace(far_end=True)),
        ("refused", BY_Z, HOST),
    ],
)
def test_the_rsts_of_this_host_as_the_destination_are_no_sign_of_another_address(
    outcome: str, route: ResolvedRoute, host: Host
) -> None:
    more = refused() if outcome == "refused" else {}
    found = verdict(seen(outcome, route=route, **more), host=host, bursts=(burst(DEFAULT, resets=4),))
    assert "answers-from-elsewhere" not in {cause.cause for cause in found.causes}


def test_a_destination_that_the_routes_deliver_here_is_said_to_be_here() -> None:
    assert any("address of this host" in line for line in verdict(seen("timeout", route=LOOPED)).evidence)


def test_a_proven_verdict_does_not_make_its_possible_causes_proven() -> None:
    found = verdict(seen("timeout"), bound("connected"))
    assert (found.certainty, {cause.certainty for cause in found.causes}) == ("proven", {"possible"})
    assert "its cause only possible" in effort(found)
    rejected = verdict(seen("prohibited", icmp=PROHIBITED), bound("connected"))
    assert effort(rejected).startswith("certainty: proven;")


@pytest.mark.parametrize("controls", [(), (ALIVE,)])
def test_silence_is_not_said_of_a_port_that_answered_something(controls: tuple[Control, ...]) -> None:
    """Seven of ten SYNs are lost: all that compare the sources, and not one that was sent for something else."""
    one = seen("timeout")
    made = [*attempts(one, *["timeout"] * 7), *attempts(one, "connected", experiment="counters")]
    found = judge(case(one, bound("timeout"), attempts=tuple(made), controls=controls))
    assert found.kind == "unclear"
    assert "packet-loss" in {cause.cause for cause in found.causes}


def test_counters_that_other_programs_move_are_said_to_be_weak() -> None:
    busy = burst(DEFAULT, undelivered=9, undelivered_after=8)
    assert any(
        "weak evidence" in line for line in verdict(seen("timeout"), bound("connected"), bursts=(busy,)).evidence
    )
    quiet = verdict(seen("timeout"), bound("connected"), bursts=(burst(DEFAULT),))
    assert not any("weak evidence" in line for line in quiet.evidence)


def test_certificates_that_differ_are_said_to_differ() -> None:
    one, two = (Tls("answered", 0.1, 1500, version="TLSv1.3", fingerprint=each * 32) for each in ("ab", "cd"))
    differ = verdict(seen("connected", tls=one), bound("connected", tls=two))
    assert any("certificates differ" in line for line in differ.evidence)
    same = verdict(seen("connected", tls=one), bound("connected", tls=one))
    assert not any("certificates differ" in line for line in same.evidence)


def test_a_handshake_that_stalls_is_not_healthy() -> None:
    stalled = Tls("stalled", 2.0, 1400, segments_missing=True)
    found = verdict(seen("connected", tls=stalled), bound("connected"))
    assert found.kind == "unclear"
    assert [(cause.cause, cause.certainty) for cause in found.causes] == [("black-hole", "likely")]


def test_a_path_says_how_far_the_silent_source_gets() -> None:
    hops = (Hop(1, "192.168.77.1", 0.001, Icmp(11, 0, "hop limit exceeded in transit", "192.168.77.1"), None),)
    path = Trace(DEFAULT, "kernel", BY_Z, "timeout", (*hops, Hop(2, None, None, None, None)))
    found = verdict(seen("timeout", trace=path), bound("connected"))
    assert f"SYNs from {DEFAULT} get as far as hop 1 (192.168.77.1); no hop after it replies" in found.evidence


def test_a_loop_and_a_dead_host_are_no_missing_route() -> None:
    expired = verdict(seen("unreachable", icmp=Icmp(11, 0, "time to live exceeded in transit", "10.1.2.2")))
    assert expired.summary == "the TTL of the SYNs runs out at 10.1.2.2: a routing loop"
    assert "routers between which" in expired.remedies[0]
    dead = verdict(seen("unreachable", icmp=Icmp(3, 1, "host unreachable", "192.168.77.1")))
    assert {cause.cause for cause in dead.causes} == {"no-way-there", "filter"}, "a filter can send it, too"


def test_where_a_router_was_silent_before_it_refused_the_hop_is_not_claimed() -> None:
    silent = [Hop(ttl, None, None, None, None) for ttl in (1, 2)]
    last = Hop(3, "192.168.77.1", 0.001, PROHIBITED, "prohibited")
    trace = Trace(DEFAULT, "kernel", BY_Z, "prohibited", (*silent, last))
    found = verdict(seen("prohibited", icmp=PROHIBITED, trace=trace), bound("connected"))
    assert f"SYNs from {DEFAULT} end at hop 3 or before (192.168.77.1): prohibited" in found.evidence


def test_nothing_is_claimed_of_nothing() -> None:
    found = verdict()
    assert (found.kind, found.blames, found.evidence, found.remedies) == ("unclear", (), (), ())


def test_only_the_sources_that_a_nearer_box_refuses_are_said_to_be_refused_by_it() -> None:
    found = verdict(seen("refused", **refused(answerer=NEARER)), bound("refused", **refused(answerer=AS_FAR)))
    assert found.summary.startswith(f"a device nearer than the host refuses {DEFAULT}; the RST for {BOUND}")


def test_a_host_that_reports_its_own_absence_is_translated_and_not_blamed() -> None:
    absent = Icmp(3, 1, "host unreachable", "10.1.1.1")
    found = verdict(seen("unreachable", icmp=absent), bound("timeout"))
    assert (found.kind, found.blames) == ("unreachable", ())
    assert [(each.cause, each.box) for each in found.causes if each.certainty == "proven"] == [
        ("address-translation", None)
    ]
    assert "translation rules" in found.remedies[0]


def test_a_port_that_decides_for_one_source_alone_says_nothing_of_the_others() -> None:
    one, made = mixed(*["connected", "timeout"] * 7)
    again = [each._replace(experiment="same-port") for each in made]
    other = bound("connected", attempts=6)
    found = judge(case(one, other, attempts=(*made, *again, *attempts(other, *["connected"] * 6, first=30))))
    assert found.kind == "flow-dependent"
    assert DEFAULT in found.summary
    assert "not the source address" not in found.summary
    assert "access-list" in {each.cause for each in found.causes}


@pytest.mark.parametrize(
    ("works", "fails", "says"),
    [
        ([bound("connected")], [seen("timeout")], f"{BOUND} connects, {DEFAULT} does not"),
        ([bound("connected")], [seen("reset")], f"{BOUND} is served, {DEFAULT} is not"),
        ([bound("connected")], [seen("timeout"), bound("timeout", "192.168.77.60")], "192.168.77.60 do not"),
        (
            [bound("connected"), bound("connected", "172.16.1.60")],
            [seen("timeout")],
            f"172.16.1.60 connect, {DEFAULT} does",
        ),
    ],
)
def test_a_summary_is_a_sentence(works: list[Observation], fails: list[Observation], says: str) -> None:
    assert says in verdict(*fails, *works).summary
