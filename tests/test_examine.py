"""From a sweep to its cases: what comes in between, or goes away, costs no more than the evidence that it takes."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from stcp_shell.diagnosis import examine
from stcp_shell.diagnosis.verdict import judge
from stcp_shell.errors import Failure
from stcp_shell.model.connection import Endpoint
from stcp_shell.net.probes.sweep import SourceTest, Sweep


@pytest.fixture
def closed() -> Iterator[Endpoint]:
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield Endpoint(*taken.getsockname())


def raising(error: BaseException) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


def test_a_destination_that_was_not_tried_yet_is_unclear(closed: Endpoint) -> None:
    sweep = Sweep([SourceTest(closed, None, None)], 1.0)
    sweep.cancel()
    case = examine.case("here", closed, sweep, {}, None)
    assert case.observations == ()
    assert judge(case).kind == "unclear"


@pytest.mark.parametrize(
    ("error", "cancelled"),
    [(KeyboardInterrupt(), True), (Failure("not an address of this host"), False), (OSError("gone"), False)],
    ids=["Ctrl-C", "a source that has gone", "an option that the kernel lacks"],
)
def test_a_diagnosis_outlives_the_measuring_of_distances(
    closed: Endpoint, monkeypatch: pytest.MonkeyPatch, error: BaseException, cancelled: bool
) -> None:
    monkeypatch.setattr(examine, "hop_distance", raising(error))
    sweep = Sweep([SourceTest(closed, None, None), SourceTest(closed, "127.0.0.1", None)], 1.0)
    sweep.run()
    case = examine.case("here", closed, sweep, {}, None)
    assert [seen.outcome for seen in case.observations] == ["refused"]
    assert sweep.cancelled is cancelled


def test_a_diagnosis_outlives_the_tracing(closed: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examine, "traces", raising(Failure("not an address of this host")))
    sweep = Sweep([SourceTest(closed, None, None)], 1.0)
    assert examine.paths(sweep, 1.0) == {}
    assert not sweep.cancelled
