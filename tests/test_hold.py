"""What a connection shows after connect(2) has succeeded: in the lab, and against services on loopback."""

from __future__ import annotations

import csv
import io
import socket
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from children import holds, labs, sessions
from conftest import in_lab
from programs import Run, closed_port, listening, logged, port_of, read, run, shows, started, until
from test_commands import fails

from stcp_shell.model.hold import Hold
from stcp_shell.net.probes.hold import SECONDS, Holding, hold, seconds, syn_acks
from stcp_shell.net.probes.socket_evidence import TcpInfo
from stcp_shell.report.text.hold import hold_text

A, Z, CLIENT = "172.16.1.50", "192.168.77.50", "10.1.1.1"
SILENT = 2122  # a port of the client whose service accepts and says nothing


@pytest.fixture(scope="module")
def one_way(namespaces: None) -> list[Any]:
    """Router Z is stateful and never sees the SYN-ACKs for A, which come back by router A: it drops A's ACK."""
    line = "socket; bind -name {}; connect -name 10.1.1.1 -port 2122 -hold; send hello"
    _, _, *answers = in_lab(
        "open",
        partial(holds.listen, "silent", SILENT),
        partial(labs.on, "router-z", "nft -f -", holds.INVALID),
        partial(holds.held, CLIENT, SILENT, [A, Z]),
        partial(holds.held, CLIENT, 2121, [A, Z]),
        partial(sessions.shown, "--no-log", "-c", line.format(A)),
        partial(sessions.shown, "--no-log", "-c", line.format(Z)),
    )
    return answers


def test_the_far_side_that_does_not_get_our_ack_is_half_open(one_way: list[Any]) -> None:
    half, whole, took = one_way[0]
    assert half == [2, 0, None, False, "half-open"]
    assert whole == [1, 0, None, True, "finished"]
    assert SECONDS <= took < 2 * SECONDS  # both at once


def test_a_banner_proves_the_opposite_at_once(one_way: list[Any]) -> None:
    half, whole, _ = one_way[1]
    assert half == [2, 0, None, False, "half-open"]
    assert whole == [None, 26, None, True, "finished"]


def test_connect_says_that_it_is_half_open_and_send_that_nothing_is_acknowledged(one_way: list[Any]) -> None:
    half, whole = one_way[2:]
    assert "; the far side has not finished the handshake" in half
    assert "its SYN-ACK came 2 times" in half
    assert "5 bytes not acknowledged yet after 0.3 s" in half
    assert "no SYN-ACK was repeated" in whole
    assert "sent 5 bytes" in whole
    assert "not acknowledged" not in whole


def held(folder: Path, manner: str, *more: str, delay: float = 0.0, address: str = "127.0.0.1") -> Run:
    """A connection to a service of that manner is held, and then more is done."""
    with holds.service(manner, delay, address) as port:
        family = "inet6" if ":" in address else "inet"
        first = f"socket -family {family}; connect -name {address} -port {port} -hold"
        return run(folder, "-c", "; ".join([first, *more]))


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_bytes_that_arrive_stay_for_recv(tmp_path: Path, address: str) -> None:
    done = held(tmp_path, "banner", "recv", "expect connected", delay=0.1, address=address)
    shows(done, "connected after", "finished on both sides: 11 bytes arrived after", "received 11 bytes", "220 ready")
    seen = done.connection["hold"]
    assert (seen["segments_in"], seen["received"], seen["end"]) == (None, 11, None)
    assert 0.05 < seen["seconds"] < SECONDS


def test_a_silent_service_has_finished_the_handshake(tmp_path: Path) -> None:
    done = held(tmp_path, "silent", "expect connected")
    shows(done, "connected after", "no SYN-ACK was repeated within 1.2 s")
    assert done.connection["hold"]["segments_in"] == 1
    assert SECONDS <= done.connection["hold"]["seconds"] < 2 * SECONDS
    assert done.connection["elapsed"] < 0.5  # that of the connect alone


@pytest.mark.parametrize("delay", [0.0, 0.1])
def test_a_service_that_closes_at_once(tmp_path: Path, delay: float) -> None:
    done = held(tmp_path, "closed", "expect closed", "sockets", "getpeername", "recv", delay=delay)
    shows(done, "connected after", "then closed by the peer (FIN)", "without a byte", "as expected: closed")
    shows(done, "peer address 127.0.0.1:", "the peer closed its side (FIN)")
    assert (done.connection["outcome"], done.connection["errno"]) == ("closed", None)
    assert (done.connection["hold"]["received"], done.connection["hold"]["end"]) == (0, "fin")
    assert done.connection["rtt"] is not None


@pytest.mark.parametrize("delay", [0.0, 0.1])
def test_a_service_that_resets_at_once(tmp_path: Path, delay: float) -> None:
    done = held(tmp_path, "reset", "expect reset", "sockets", delay=delay)
    shows(done, "reset (ECONNRESET)", "as expected: reset")
    assert (done.connection["outcome"], done.connection["errno"]) == ("reset", "ECONNRESET")
    if delay:  # else the RST may come before the connection is held
        shows(done, "connected after", "a RST came after ", ", and no byte before it")
        assert done.connection["hold"]["end"] == "rst"


def test_a_farewell_is_more_than_an_end(tmp_path: Path) -> None:
    done = held(tmp_path, "goodbye", "recv", "recv", delay=0.05)
    shows(done, "11 bytes arrived", "received 11 bytes", "the peer closed its side (FIN)")
    assert done.connection["outcome"] == "connected"


def test_csv_has_it_in_a_word(tmp_path: Path) -> None:
    done = held(tmp_path, "closed", "log -format csv", delay=0.05)
    (row,) = list(csv.DictReader(io.StringIO(done.out[done.out.index("time,outcome") :])))[:1]
    assert (row["outcome"], row["hold"]) == ("closed", "closed")


def test_without_hold_nothing_is_held(tmp_path: Path) -> None:
    with holds.service("closed") as port:
        done = run(tmp_path, "-c", f"socket; connect -name 127.0.0.1 -port {port}")
    assert (done.connection["outcome"], done.connection["hold"]) == ("connected", None)


def test_what_did_not_connect_is_not_held(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", f"socket; connect -name 127.0.0.1 -port {closed_port()} -hold -who")
    assert (done.connection["outcome"], done.connection["hold"]) == ("refused", None)


def test_the_distance_of_a_device_that_closed_is_measured(namespaces: None, tmp_path: Path) -> None:
    done = held(tmp_path, "closed", delay=0.05)
    assert done.connection["answerer"] is None
    with holds.service("closed", 0.05) as port:
        done = run(tmp_path, "-c", f"socket; connect -name 127.0.0.1 -port {port} -hold -who")
    assert (done.connection["outcome"], done.connection["answerer"]["hops_back"]) == ("closed", 0)


def test_a_dgram_socket_cannot_be_held(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", "socket -type dgram; connect -name 127.0.0.1 -port 9 -hold")
    fails(done, "connect: -hold is for stream sockets: a dgram socket's connect sends no packet")


def sleeps(process: int) -> bool:
    """Whether a process waits for something."""
    return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "S"


@pytest.mark.parametrize(("number", "status"), [(2, 130), (15, 143)])
def test_a_signal_during_the_hold_keeps_the_finding(tmp_path: Path, number: int, status: int) -> None:
    log = tmp_path / "log"
    with listening() as server:
        line = f"socket; connect -name 127.0.0.1 -port {port_of(server)} -hold; note no"
        with started(tmp_path, "--log", log, "-c", line) as process:
            logged(log, "command", 2)
            connection, _ = server.accept()
            until(lambda: sleeps(process.pid), "the hold")
            process.send_signal(number)
            out, _ = process.communicate(timeout=20)
            connection.close()
    assert process.returncode == status
    (found,) = [record for record in read(log) if record["type"] == "connection"]
    assert (found["outcome"], found["hold"]["received"], found["interrupted"]) == ("connected", 0, True)
    assert b"is not known (too short a time)" in out
    assert b"noted" not in out


# The parts


@pytest.fixture
def pair() -> Any:
    """Both ends of a connection."""
    with listening() as server, socket.create_connection(server.getsockname()) as ours, server.accept()[0] as theirs:
        ours.setblocking(False)
        yield ours, theirs


def test_a_loop_that_is_late_misses_nothing(pair: Any) -> None:
    ours, theirs = pair
    holding = Holding(ours, 100.0, 1.0)
    assert not holding.expired(100.5)
    theirs.sendall(b"x")
    assert holding.expired(150.0)
    assert holding.done
    assert (holding.result().received, holding.result().finished) == (1, True)
    assert ours.recv(10) == b"x"
    assert holding.result().received == 1  # it stays as it was


def test_what_is_known_before_the_end(pair: Any) -> None:
    ours, theirs = pair
    holding = Holding(ours, 100.0)
    holding.step()
    assert not holding.done
    assert (holding.result().segments_in, holding.result().end) == (1, None)
    theirs.close()
    seen = hold(ours)
    assert (seen.end, seen.word, seen.finished) == ("fin", "closed", True)


def test_bytes_and_a_fin_together(pair: Any) -> None:
    ours, theirs = pair
    theirs.sendall(b"bye")
    theirs.close()
    seen = hold(ours)
    assert (seen.received, seen.end, seen.word) == (3, "fin", "finished")


def test_progress_is_shown_meanwhile(pair: Any) -> None:
    calls: list[int] = []
    hold(pair[0], 0.25, lambda: calls.append(1))
    assert len(calls) in (2, 3)


def test_slow_paths_are_held_longer() -> None:
    assert (seconds(None), seconds(0.1), seconds(2.0)) == (SECONDS, SECONDS, 4.0)


def info(segments_in: int, segments_out: int, retransmits: int = 0, state: int = 1) -> TcpInfo:
    return TcpInfo(state, 0.1, retransmits, 0, segments_out, segments_in)


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (None, None),
        (info(0, 0), None),  # the kernel is too old
        (info(1, 2), 1),
        (info(2, 3), 2),
        (info(4, 5), 4),
        (info(3, 2), 1),  # window updates
        (info(4, 3), 2),  # two of them, and a repeated SYN-ACK
        (info(1, 3, 1), 1),  # the first SYN was lost
        (info(2, 4, 1), None),  # an answer to each of two SYNs, or a repeated one
        (info(3, 5, 1), 3),
        (info(1, 1), 1),  # our ACK is held back
        (info(1, 2, state=8), None),
    ],
)
def test_how_often_the_syn_ack_came(given: TcpInfo | None, count: int | None) -> None:
    assert syn_acks(given) == count


@pytest.mark.parametrize(
    ("seen", "finished", "word", "said"),
    [
        (Hold(1.2, 1, 0, None), True, "finished", "no SYN-ACK was repeated within 1.2 s"),
        (Hold(0.3, 1, 0, None), None, "unknown", "not known (too short a time)"),
        (Hold(1.2, None, 0, None), None, "unknown", "not known (TCP_INFO does not tell)"),
        (
            Hold(1.2, 2, 0, None),
            False,
            "half-open",
            "came 2 times within 1.2 s: our ACK does not get there (or was lost",
        ),
        (Hold(4.0, 3, 0, None), False, "half-open", "came 3 times within 4.0 s: our ACK does not get there, or"),
        (Hold(0.1, None, 1, None), True, "finished", "1 byte arrived after 0.1 s"),
        (Hold(0.1, None, 9, "fin"), True, "finished", "9 bytes arrived after 0.1 s, and then the peer closed"),
        (Hold(0.1, None, 9, "rst"), True, "finished", "9 bytes arrived after 0.1 s, and then a RST"),
        (Hold(0.1, None, 0, "fin"), True, "closed", "the peer closed its side (FIN) after 0.1 s"),
        (Hold(0.1, None, 0, "rst"), None, "reset", "a RST came after 0.1 s"),
    ],
)
def test_what_it_means(seen: Hold, finished: bool | None, word: str, said: str) -> None:
    assert (seen.finished, seen.word) == (finished, word)
    assert said in hold_text(seen)
