"""Which connects are made: as few as the question needs, and never more than the limit, on real sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from time import monotonic

import pytest

from stcp_shell.diagnosis.experiments import Plan
from stcp_shell.model.connection import Endpoint
from stcp_shell.net.probes.sweep import Sweep
from stcp_shell.net.probes.trial import SourceTest

OWN = frozenset({"127.0.0.1", "127.0.0.2"})


@pytest.fixture
def listener() -> Iterator[Endpoint]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield Endpoint(*server.getsockname())


@pytest.fixture
def closed() -> Iterator[Endpoint]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield Endpoint(*taken.getsockname())


def carried_out(port: Endpoint, sources: list[str | None], most: int = 8, room: int = 40) -> list[SourceTest]:
    """The tests of these sources after all that a plan wants."""
    tests = [SourceTest(port, source, None) for source in sources]
    plan, sweep = Plan(tests, 1.2, 0.05, most, (40000, 50000)), Sweep(0.0)

    def go_on() -> float | None:
        for step in plan.due(monotonic(), OWN, room - sweep.syns):
            sweep.start(step.test, step.way)
        return plan.again(monotonic())

    sweep.run(go_on)
    return tests


def outcomes(tests: list[SourceTest]) -> list[list[str]]:
    """How the connects of each source ended."""
    return [[trial.outcome for trial in test.trials] for test in tests]


def test_what_connects_is_not_asked_again(listener: Endpoint) -> None:
    assert outcomes(carried_out(listener, [None, "127.0.0.2"])) == [["connected"], ["connected"]]


def test_what_is_refused_alike_is_asked_ten_times_in_all(closed: Endpoint) -> None:
    assert outcomes(carried_out(closed, [None, "127.0.0.2"])) == [["refused"] * 5] * 2
    assert outcomes(carried_out(closed, [None])) == [["refused"] * 8]


def test_the_most_attempts_and_the_limit_are_kept(closed: Endpoint) -> None:
    assert outcomes(carried_out(closed, [None, "127.0.0.2"], most=2)) == [["refused"] * 2] * 2
    assert sum(map(len, outcomes(carried_out(closed, [None, "127.0.0.2"], room=6)))) <= 6


def test_repeats_have_ports_of_their_own(closed: Endpoint) -> None:
    """The kernel gives connect(2) and bind(2) ports of different parity: the repeats of both sources have either."""
    (test,) = carried_out(closed, ["127.0.0.1"])
    ports = [trial.probe.source.port for trial in test.trials[1:] if trial.probe.source]
    assert len(set(ports)) == len(ports) == 7
    assert all(40000 <= port <= 50000 for port in ports)
