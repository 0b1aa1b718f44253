"""What `send` says of bytes that the peer does not acknowledge."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from time import monotonic

from programs import listening, logged, port_of, read, run, shows, started

LARGE = "x" * 30_000


def full(server: socket.socket) -> str:
    """The commands that connect to a service that never reads and takes 4 KiB."""
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return f"socket; setsockopt sndbuf 4096; connect -name 127.0.0.1 -port {port_of(server)}; set timeout 0.2"


def test_all_is_acknowledged_and_it_takes_no_time(tmp_path: Path) -> None:
    with listening() as server:
        before = monotonic()
        line = f"socket; connect -name 127.0.0.1 -port {port_of(server)}" + "; send x" * 20
        done = run(tmp_path, "-c", line)
        took = monotonic() - before
    values = [record["value"] for record in done.of("result") if record["result"] == "sent"]
    assert [value["unacknowledged"] for value in values] == [0] * 20
    assert "acknowledged" not in done.out
    assert took < 20 * 0.3


def test_a_peer_that_does_not_read(tmp_path: Path) -> None:
    with listening() as server:
        done = run(tmp_path, "-c", f"{full(server)}; send {LARGE}")
    (value,) = [record["value"] for record in done.of("result") if record["result"] == "sent"]
    assert 0 < value["unacknowledged"] <= value["bytes"]
    shows(done, f"sent {value['bytes']}", f"{value['unacknowledged']} bytes not acknowledged yet after 0.3 s")


def test_of_datagrams_it_is_not_known(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        line = f"socket -type dgram; connect -name 127.0.0.1 -port {port_of(receiver)}; send x"
        done = run(tmp_path, "-c", line)
    assert done.of("result")[-1]["value"]["unacknowledged"] is None


def test_ctrl_c_keeps_what_was_sent(tmp_path: Path) -> None:
    """Each of the first bytes is one more that waits for 0.3 s: the signal comes while one does."""
    log = tmp_path / "log"
    with listening() as server:
        line = f"{full(server)}; send {LARGE}" + "; send x" * 60
        with started(tmp_path, "--log", log, "-c", line) as process:
            logged(log, "result", 4)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    *_, last = [record["value"] for record in read(log) if record["type"] == "result"]
    assert last["interrupted"]
    assert last["unacknowledged"] > 0
    assert out.rstrip().endswith(b"not acknowledged yet")
