"""Every scenario of the lab gives what it promises, to plain sockets, in both families."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import pytest
from children import probes
from conftest import in_lab

from stcp_shell import lab
from stcp_shell.diagnosis.verdict import KINDS as VERDICTS

A, Z = ("172.16.1.50", "fd00:172:16:1::50"), ("192.168.77.50", "fd00:192:168:77::50")  # this host's own
CLIENT = ("10.1.1.1", "fd00:10:1:1::1")
ROUTER_A = ("172.16.1.1", "fd00:172:16:1::1")
ROUTER_Y, ROUTER_Z = ("10.1.2.2", "fd00:10:1:2::2"), ("192.168.77.1", "fd00:192:168:77::1")
NONE = (None, None)
KINDS = {kind.name for kind in VERDICTS} - {"unclear"}  # a fault that is there can be told
TOGETHER = 4  # labs at once: most of the time they wait


class Ending(NamedTuple):
    """How a connect ends by IPv4 and by IPv6: `connected`, `silence` or an errno, and the ICMP error that came."""

    outcome: tuple[str, str]
    icmp: tuple[Any, Any] = NONE  # type and code


class Either(str):
    """One ending or another, from connect to connect."""

    endings: frozenset[str]

    def __new__(cls, *endings: str) -> Either:
        made = super().__new__(cls, "|".join(endings))
        made.endings = frozenset(endings)
        return made

    def __eq__(self, other: object) -> bool:
        return other in self.endings

    def __ne__(self, other: object) -> bool:
        return other not in self.endings

    __hash__ = str.__hash__


CONNECTED = Ending(("connected", "connected"))
SILENCE = Ending(("silence", "silence"))
RESET = Ending(("ECONNREFUSED", "ECONNREFUSED"))
PROHIBITED = Ending(("EHOSTUNREACH", "EACCES"), ([3, 13], [1, 1]))
NET_UNREACHABLE = Ending(("ENETUNREACH", "ENETUNREACH"), ([3, 0], [1, 0]))
HOST_UNREACHABLE = Ending(("EHOSTUNREACH", "EHOSTUNREACH"), ([3, 1], [1, 3]))
TIME_EXCEEDED = Ending(("EHOSTUNREACH", "EHOSTUNREACH"), ([11, 0], [3, 0]))
NO_ROUTE = Ending(("ENETUNREACH", "ENETUNREACH"))
NOT_OURS = Ending(("EADDRNOTAVAIL", "EADDRNOTAVAIL"))
NO_PORT = Ending(("EADDRINUSE", "EADDRINUSE"))
PORT_UNREACHABLE = Ending(("ECONNREFUSED", "ECONNREFUSED"), ([3, 3], [1, 4]))
OFTEN_SILENT = Ending((Either("connected", "silence"),) * 2)
OFTEN_RESET = Ending((Either("connected", "ECONNREFUSED"),) * 2)
THEN_RESET = Ending((Either("connected", "ECONNRESET"),) * 2)
ANSWERED_BY_IPV6 = Ending(("silence", "connected"))


class Promise(NamedTuple):
    """What becomes of connects from the default and from the bound source address."""

    default: Ending
    bound: Ending
    senders: tuple[Any, Any] = (NONE, NONE)  # of the ICMP errors to either, by family
    sources: tuple[Any, Any] = (Z, A)  # what getsockname says


PROMISES = {
    "open": Promise(CONNECTED, CONNECTED),
    "acl-drop": Promise(SILENCE, CONNECTED),
    "acl-reject": Promise(PROHIBITED, CONNECTED, (ROUTER_Z, NONE)),
    "acl-reset": Promise(RESET, CONNECTED),
    "rst-router": Promise(RESET, CONNECTED),
    "policy-route": Promise(SILENCE, CONNECTED),
    "mended": Promise(CONNECTED, CONNECTED, sources=(A, A)),
    "urpf": Promise(CONNECTED, SILENCE),
    "no-return": Promise(CONNECTED, SILENCE),
    "filter-all": Promise(PROHIBITED, PROHIBITED, (ROUTER_Z, ROUTER_Z)),
    "drop-all": Promise(SILENCE, SILENCE),
    "answers-for-host": Promise(CONNECTED, CONNECTED),
    "own-firewall": Promise(SILENCE, CONNECTED),
    "own-reject": Promise(PROHIBITED, PROHIBITED, (Z, A)),
    "strict-rp-filter": Promise(CONNECTED, ANSWERED_BY_IPV6),
    "no-listener": Promise(RESET, RESET),
    "unreachable": Promise(NET_UNREACHABLE, NET_UNREACHABLE, (ROUTER_Z, ROUTER_Z)),
    "host-unreachable": Promise(HOST_UNREACHABLE, HOST_UNREACHABLE, (ROUTER_Z, ROUTER_Z)),
    "routing-loop": Promise(TIME_EXCEEDED, TIME_EXCEEDED, (ROUTER_Y, ROUTER_Y)),
    "no-route": Promise(NO_ROUTE, NO_ROUTE, sources=(("0.0.0.0", "::"), A)),
    "dead-next-hop": Promise(HOST_UNREACHABLE, HOST_UNREACHABLE, (Z, A)),
    "second-default": Promise(SILENCE, CONNECTED),
    "two-signatures": Promise(PROHIBITED, PROHIBITED, (ROUTER_Z, ROUTER_A)),
    "drop-port": Promise(SILENCE, SILENCE),
    "stateful": Promise(CONNECTED, CONNECTED),
    "flow-hash": Promise(SILENCE, SILENCE),
    "loss": Promise(OFTEN_SILENT, OFTEN_SILENT),
    "own-reset": Promise(RESET, RESET),
    "own-input": Promise(CONNECTED, SILENCE),
    "own-input-all": Promise(SILENCE, SILENCE),
    "own-redirect": Promise(CONNECTED, CONNECTED),
    "own-mark": Promise(SILENCE, CONNECTED),
    "ports-used": Promise(NO_PORT, NO_PORT, sources=(NONE, NONE)),
    "ftp-callback": Promise(SILENCE, CONNECTED),
    "ndmp-callback": Promise(SILENCE, CONNECTED),
    "near-host": Promise(CONNECTED, CONNECTED),
    "near-closed": Promise(RESET, RESET),
    "host-rejects": Promise(PORT_UNREACHABLE, PORT_UNREACHABLE, (CLIENT, CLIENT)),
    "takes-one": Promise(OFTEN_SILENT, OFTEN_SILENT),
    "takes-one-rst": Promise(OFTEN_RESET, OFTEN_RESET),
    "reset-after": Promise(THEN_RESET, CONNECTED),
    "dead-backend": Promise(SILENCE, SILENCE),
    "small-mtu": Promise(CONNECTED, CONNECTED),
    "black-hole": Promise(CONNECTED, CONNECTED),
    "answers-other": Promise(SILENCE, SILENCE),
    "single": Promise(SILENCE, NOT_OURS, sources=(Z, NONE)),
}
SLOW = {"host-unreachable", "dead-next-hop"}  # ARP and ND give up after 3 s


def promised(scenario: str) -> dict[str, dict[str, Any]]:
    """The same in the form of `probes.survey`."""
    promise = PROMISES[scenario]
    rows = {}
    for family, suffix in enumerate(["", "6"]):
        for probe, ending in enumerate([promise.default, promise.bound]):
            icmp = ending.icmp[family]
            rows[("default", "bound")[probe] + suffix] = {
                "source": promise.sources[probe][family],
                "outcome": ending.outcome[family],
                "icmp": icmp and [*icmp, promise.senders[probe][family]],
            }
    return rows


def run(scenario: str) -> Any:
    """Silence is believed after a second SYN has had no answer, anything else is waited for."""
    patience = {name: 1.3 if "silence" in row["outcome"] else 10.0 for name, row in promised(scenario).items()}
    return in_lab(scenario, partial(probes.survey, patience))[0]


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest, namespaces: None) -> Iterator[Mapping[str, Future[Any]]]:
    """All the scenarios that this test run asks for, several at once."""
    calls = [getattr(item, "callspec", None) for item in request.session.items if item.path == request.path]
    wanted = [call.params["scenario"] for call in calls if call]
    with ThreadPoolExecutor(TOGETHER) as pool:
        yield {scenario: pool.submit(run, scenario) for scenario in wanted}


@pytest.mark.parametrize(
    "scenario", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in PROMISES]
)
def test_outcomes(scenario: str, runs: Mapping[str, Future[Any]]) -> None:
    assert runs[scenario].result() == promised(scenario)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenario", "endings"),
    [
        ("loss", {"connected", "silence"}),
        ("takes-one", {"connected", "silence"}),
        ("takes-one-rst", {"connected", "ECONNREFUSED"}),
    ],
)
def test_endings_vary_from_connect_to_connect(namespaces: None, scenario: str, endings: set[str]) -> None:
    (four, six) = in_lab(scenario, partial(probes.outcomes, CLIENT[0], 14), partial(probes.outcomes, CLIENT[1], 14))
    assert set(four) == set(six) == endings
    if scenario.startswith("takes"):
        assert [four.count("connected"), four[0]] == [six.count("connected"), six[0]] == [1, "connected"]


@pytest.mark.parametrize("scenario", ["flow-hash", "dead-backend"])
def test_the_lowest_bit_of_the_source_port_decides(namespaces: None, scenario: str) -> None:
    for address in CLIENT:
        ports = {"connected": range(40000, 40006, 2), "silence": range(40001, 40006, 2)}
        found = in_lab(
            scenario, *(partial(probes.from_port, address, port) for each in ports.values() for port in each)
        )
        assert found == [ending for ending, each in ports.items() for _ in each]


def test_every_scenario_is_tried() -> None:
    assert set(PROMISES) == set(lab.SCENARIOS)


def test_every_kind_of_verdict_has_a_scenario() -> None:
    scenarios = lab.SCENARIOS.values()
    assert {scenario.verdict for scenario in scenarios} == KINDS
    assert {scenario.verdict6 for scenario in scenarios} <= KINDS | {None}


def test_only_boxes_that_speak_are_blamed() -> None:
    """In ICMP, that is. What this host sends to itself blames nobody."""
    for name, promise in PROMISES.items():
        senders = {address for sender in promise.senders for address in sender if address} - {*A, *Z}
        assert set(lab.SCENARIOS[name].blames) == senders, name


def test_verdicts_by_family() -> None:
    strict = lab.SCENARIOS["strict-rp-filter"]
    assert strict.deserved("10.1.1.1") == "local-rp-filter"
    assert strict.deserved("fd00:10:1:1::1") == "healthy"
    assert lab.SCENARIOS["open"].deserved("fd00:10:1:1::1") == "healthy"
