"""Many connects at once: what Ctrl-C finds under way is cancelled, whatever it was doing, and never connected."""

import socket
from collections.abc import Iterator

import pytest

from stcp_shell.model.connection import Endpoint
from stcp_shell.net.probes.probe import Probe
from stcp_shell.net.probes.sweep import Sweep
from stcp_shell.net.probes.trial import SourceTest, Way


@pytest.fixture
def listener() -> Iterator[Endpoint]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield Endpoint(*server.getsockname())


@pytest.fixture
def banner() -> Iterator[Endpoint]:
    """A service that says something, once: the connection waits in the queue and is served by hand."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Endpoint(*server.getsockname())


def made(sweep: Sweep, test: SourceTest, way: Way) -> None:
    """Make one connect and wait until it is over."""
    sweep.start(test, way)
    sweep.run(lambda: None)


@pytest.mark.parametrize("before", [True, False], ids=["before its SYN", "after its SYN"])
def test_an_attempt_that_is_interrupted_while_it_starts_is_cancelled(
    listener: Endpoint, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    start, started = Probe.start, []

    def interrupted(probe: Probe) -> None:
        started.append(probe)
        if len(started) == 2 and before:
            raise KeyboardInterrupt
        start(probe)
        if len(started) == 2:
            probe.code = None  # it would wait
            raise KeyboardInterrupt

    monkeypatch.setattr(Probe, "start", interrupted)
    tests = [SourceTest(listener, source, None) for source in (None, "127.0.0.1", "127.0.0.1")]
    sweep = Sweep(0.0)
    left = list(tests)

    def plan() -> None:
        while left:
            sweep.start(left.pop(0), Way(5.0))

    sweep.run(plan)
    assert sweep.cancelled
    assert not sweep.waiting
    assert [[trial.outcome for trial in test.trials] for test in tests] == [["connected"], ["cancelled"], []]
    assert started[1].elapsed() < 1
    assert all(probe.sock.fileno() < 0 for probe in started), "no socket is left behind"


def test_a_connection_that_is_held_tells_how_it_goes_on(listener: Endpoint) -> None:
    """Nobody accepts: the kernel has finished the handshake, and nothing arrives."""
    test = SourceTest(listener, "127.0.0.1", None)
    made(Sweep(0.0), test, Way(1.0, hold=0.2))
    (trial,) = test.trials
    assert trial.held is not None
    assert (trial.outcome, trial.held.received, trial.held.end) == ("connected", 0, None)
    assert 0.2 <= trial.held.seconds < 2


@pytest.mark.parametrize("reset", [False, True], ids=["FIN", "RST"])
def test_a_far_side_that_ends_it_at_once_has_an_outcome_of_its_own(listener: Endpoint, reset: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        test = SourceTest(Endpoint(*server.getsockname()), None, None)
        sweep = Sweep(0.0)
        sweep.start(test, Way(2.0, hold=5.0))
        accepted, _ = server.accept()
        if reset:
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        accepted.close()
        sweep.run(lambda: None)
    (trial,) = test.trials
    assert trial.outcome == ("reset" if reset else "closed")
    assert trial.attempt().accepted
    assert sweep.elapsed() < 3, "what has ended is not held any longer"


def test_an_aborted_connect_leaves_its_port_free(listener: Endpoint) -> None:
    test = SourceTest(listener, "127.0.0.1", None)
    sweep = Sweep(0.0)
    made(sweep, test, Way(1.0, abort=True))
    source = test.trials[0].probe.source
    assert source is not None
    made(sweep, test, Way(1.0, "same-port", abort=True, port=source.port))
    assert test.trials[1].probe.source == source
    assert [trial.outcome for trial in test.trials] == ["connected", "connected"]


def test_a_source_that_was_removed_is_an_attempt_of_which_nothing_left(listener: Endpoint) -> None:
    test = SourceTest(listener, "192.0.2.77", None)
    made(Sweep(0.0), test, Way(1.0))
    attempt = test.trials[0].attempt()
    assert (attempt.outcome, attempt.errno, attempt.sent) == ("address-unavailable", "EADDRNOTAVAIL", None)
    assert attempt.syns == 0


def test_times_are_those_of_the_start_whatever_the_clock_does_meanwhile(listener: Endpoint) -> None:
    test = SourceTest(listener, None, None)
    sweep = Sweep(1_000_000_000.0)
    made(sweep, test, Way(1.0))
    sent = test.trials[0].attempt().sent
    assert sent is not None
    assert sent.startswith("2001-09-09T01:46:4")
