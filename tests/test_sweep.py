"""Many connects at once: what Ctrl-C finds under way is cancelled, whatever it was doing, and never connected."""

import socket
from collections.abc import Iterator

import pytest

from stcp_shell.model.connection import Endpoint
from stcp_shell.net.probes.probe import Probe
from stcp_shell.net.probes.sweep import SourceTest, Sweep


@pytest.fixture
def listener() -> Iterator[Endpoint]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield Endpoint(*server.getsockname())


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
    sweep = Sweep(tests, 5.0)
    sweep.run()
    assert sweep.cancelled
    assert sweep.done
    assert [[probe.outcome(None) for probe in test.attempts] for test in tests] == [["connected"], ["cancelled"], []]
    assert started[1].elapsed() < 1
    assert all(probe.sock.fileno() < 0 for probe in started), "no socket is left behind"
