"""From a survey to its cases: what comes in between, or goes away, costs no more than the evidence that it takes."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from stcp_shell.diagnosis import examine
from stcp_shell.diagnosis.verdict import judge
from stcp_shell.errors import Failure
from stcp_shell.facts import Endpoint
from stcp_shell.net.probes import hop_distance, traceroute
from stcp_shell.net.probes.sweep import Line, Survey


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
    survey = Survey([Line(closed, None, None)], 1.0)
    survey.cancel()
    case = examine.case("here", closed, survey, {}, None)
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
    monkeypatch.setattr(hop_distance, "answerer", raising(error))
    survey = Survey([Line(closed, None, None), Line(closed, "127.0.0.1", None)], 1.0)
    survey.run()
    case = examine.case("here", closed, survey, {}, None)
    assert [seen.outcome for seen in case.observations] == ["refused"]
    assert survey.cancelled is cancelled


def test_a_diagnosis_outlives_the_tracing(closed: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traceroute, "traces", raising(Failure("not an address of this host")))
    survey = Survey([Line(closed, None, None)], 1.0)
    assert examine.paths(survey, 1.0) == {}
    assert not survey.cancelled
