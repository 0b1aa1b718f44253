"""From experiments to cases: what comes in between, or goes away, costs no more than the evidence that it takes."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from stcp_shell.diagnosis import examine, findings
from stcp_shell.diagnosis.examine import Examination
from stcp_shell.diagnosis.follow_up import follow_up
from stcp_shell.diagnosis.request import Request, Target
from stcp_shell.diagnosis.surroundings import Surroundings
from stcp_shell.diagnosis.verdict import judge
from stcp_shell.errors import Failure
from stcp_shell.model.connection import Endpoint
from stcp_shell.model.diagnosis import Verdict
from stcp_shell.net.tables import counters, netlink, settings, snmp


@pytest.fixture
def closed() -> Iterator[Endpoint]:
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield Endpoint(*taken.getsockname())


@pytest.fixture
def listener() -> Iterator[Endpoint]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield Endpoint(*server.getsockname())


def examination(port: Endpoint, *sources: str, **request: Any) -> Examination:
    wanted = Request(**{"timeout": 1.2, "hold": 0.2, **request})
    return Examination("here", [Target(port, sources)], wanted, lambda *_: None, Surroundings(), 0.0)


def verdict(found: Examination) -> Verdict:
    found.run()
    follow_up(found)
    (case,) = findings.cases(found)
    return judge(case)


def raising(error: BaseException) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


def test_a_destination_that_was_not_tried_yet_is_unclear(closed: Endpoint) -> None:
    found = examination(closed)
    found.sweep.cancel()
    (case,) = findings.cases(found)
    assert case.observations == ()
    assert judge(case).kind == "unclear"


def test_the_attempts_of_a_source_without_an_answer_differ_in_their_ports(closed: Endpoint) -> None:
    found = verdict(examination(closed, "127.0.0.2"))
    assert found.kind == "no-listener"
    sources = [attempt.source for attempt in found.attempts]
    assert len(set(sources)) == len(sources) >= 10
    assert found.syns <= found.most_syns == 40


def test_a_service_is_asked_once_if_nothing_is_left_to_be_told_apart(listener: Endpoint) -> None:
    found = verdict(examination(listener, "127.0.0.2", quick=True))
    assert (found.kind, found.certainty) == ("healthy", "likely")
    assert [attempt.experiment for attempt in found.attempts] == ["sources", "sources"]
    assert any("quick" in line for line in found.evidence)


def test_ctrl_c_ends_it_with_what_is_known(closed: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examine, "controls", raising(KeyboardInterrupt()))
    found = examination(closed, "127.0.0.2")
    found.run()
    follow_up(found)
    assert found.sweep.cancelled
    (case,) = findings.cases(found)
    assert {seen.outcome for seen in case.observations} <= {"refused", "cancelled"}


def test_a_diagnosis_outlives_the_tracing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examine, "traces", raising(Failure("not an address of this host")))
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.create_connection(full.getsockname()):
        found = verdict(examination(Endpoint(*full.getsockname())))
    assert [seen.trace for seen in found.sources] == [None]
    assert found.kind in ("silent", "filtered", "limited", "unclear")


def test_without_proc_and_netlink_the_counters_are_not_known(closed: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snmp, "_TABLES", ("/nonexistent",))
    monkeypatch.setattr(snmp, "_TABLE6", "/nonexistent")
    monkeypatch.setattr(settings, "_ROOT", "/nonexistent")
    monkeypatch.setattr(netlink, "opened", raising(netlink.TablesUnavailable("denied")))
    monkeypatch.setattr(counters, "Dump", raising(netlink.TablesUnavailable("denied")))
    found = verdict(examination(closed, "127.0.0.2"))
    assert found.kind == "no-listener"
    assert found.readings == ()


def test_an_address_that_is_no_longer_of_this_host_is_context(listener: Endpoint) -> None:
    found = verdict(examination(listener, "192.0.2.77"))
    assert found.kind == "healthy"
    assert [(each.address, each.outcome) for each in found.context] == [("192.0.2.77", "address-unavailable")]
    assert "192.0.2.77" not in {seen.address for seen in found.sources}


def test_a_reset_counter_is_not_a_rise() -> None:
    assert snmp.rise(5, 3) is None
    assert snmp.rise(5, 5) == 0
