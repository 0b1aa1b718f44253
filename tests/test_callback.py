"""`callback`, `serve` and `accept`: who calls, seen from the client and from the far end."""

from __future__ import annotations

import os
import socket
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from children import callbacks, labs
from conftest import in_lab
from programs import closed_port, environment, listening, logged, port_of, run, shows, started, until
from terminals import Terminal

PASSWORD = "geheim 7"


def on_the_client(tmp_path: Path, scenario: str, words: str, *before: Any, **variables: str) -> dict[str, Any]:
    log = str(tmp_path / "log")
    call = partial(callbacks.client, ["-c", words], log, **{"STCP_SHELL_PASSWORD": PASSWORD, **variables})
    records = in_lab(scenario, *before, call)[-1]
    text = Path(log).read_text(encoding="utf-8")
    assert PASSWORD not in text
    (found,) = [record for record in records if record["type"] == "called"]
    return dict(found)


@pytest.mark.parametrize(
    ("words", "protocol"),
    [
        ("callback ftp -name 172.16.1.50 -user lab", "ftp"),
        ("callback ftp -name 172.16.1.50 -extended", "ftp"),
        ("callback ftp -name fd00:172:16:1::50", "ftp"),
        ("callback ndmp -name 172.16.1.50 -user lab", "ndmp"),
    ],
)
@pytest.mark.parametrize("passes", [True, False], ids=["passes", "is dropped"])
def test_who_called(namespaces: None, tmp_path: Path, words: str, protocol: str, passes: bool) -> None:
    let = [partial(labs.on, "router-z", f"ip {six}rule del from {source} blackhole") for six, source in SOURCES]
    found = on_the_client(tmp_path, f"{protocol}-callback", f"{words} -timeout 12", *(let if passes else []))
    server = found["server"]["address"]
    if passes:
        assert (found["outcome"], found["same"]) == ("called", False)
        assert found["caller"]["address"] == ("fd00:192:168:77::50" if ":" in server else "192.168.77.50")
    else:
        assert (found["outcome"], found["caller"]) == ("not-called", None)
        assert 3.5 < found["seconds"] < 9  # the server gives up after 4 s
        assert any("425" in reply or "connect error" in reply for reply in found["replies"])
    if "-extended" in words:
        assert found["listener"]["address"] == "10.1.1.1"


SOURCES = (("", "192.168.77.50"), ("-6 ", "fd00:192:168:77::50"))


@pytest.mark.parametrize(
    ("server", "protocol", "says"),
    [
        ("flood", "ftp", "more than 64 KiB"),
        ("long_line", "ftp", "more than 64 KiB"),
        ("speaks_ssh", "ftp", "not FTP: 'SSH-2.0-OpenSSH_9.2'"),
        ("trickles", "ftp", "no reply in time"),
        ("binary", "ftp", "not FTP"),
        ("mute", "ftp", "no reply in time"),
        ("hangs_up", "ftp", "closed the connection"),
        ("refuses_port", "ftp", "500 Illegal PORT command"),
        ("control_characters", "ftp", "530 no"),
        ("huge_ndmp", "ndmp", "announces a message of"),
        ("empty_fragments", "ndmp", "empty fragments"),
        ("short_ndmp", "ndmp", "no NDMP header"),
        ("old_ndmp", "ndmp", "NDMP 2 at most"),
        ("absurd_text", "ndmp", "shorter than its parts"),
        ("mute", "ndmp", "no reply in time"),
        ("hangs_up", "ndmp", "closed the connection"),
        ("binary", "ndmp", "announces a message of"),
    ],
)
def test_a_server_that_means_harm(tmp_path: Path, server: str, protocol: str, says: str) -> None:
    port = callbacks.hostile(server)
    user = "-user x -auth text" if protocol == "ndmp" else ""
    secret = tmp_path / "secret"
    secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
    secret.chmod(0o600)
    words = f"callback {protocol} -name 127.0.0.1 -port {port} {user} -timeout 1.5 -password-file {secret}"
    done = run(tmp_path, "-c", words)
    assert says in done.out.replace("\n    ", " ")
    assert "\x1b" not in done.out
    assert done.of("called")[0]["outcome"] in ("failed", "refused", "no-reply")


def test_a_server_that_is_ready_later(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", f"callback ftp -name 127.0.0.1 -port {callbacks.hostile('is_ready_later')} -timeout 5")
    assert "the server's last reply was '550 no files'" in " ".join(done.out.split())
    assert done.of("called")[0]["outcome"] == "not-called"


def test_a_password_that_the_server_sends_back_is_hidden(tmp_path: Path) -> None:
    line = f"callback ftp -name 127.0.0.1 -port {callbacks.hostile('echoes')} -user x -timeout 5"
    given = environment(tmp_path) | {"STCP_SHELL_PASSWORD": "k\u00e4se\u20ac"}
    done = run(tmp_path, "--log", "log", "-c", line, env=given)
    assert "530 no, not PASS ********" in done.out
    assert "k\u00e4se" not in done.out + (tmp_path / "log").read_text()
    assert "k\\u00e4se" not in (tmp_path / "log").read_text()


def test_a_password_is_asked_for_without_echo_and_kept_nowhere(namespaces: None, tmp_path: Path) -> None:
    with Terminal(tmp_path, "--lab=ftp-callback") as terminal:
        terminal.prompt()
        terminal.send("callback ftp -name 127.0.0.1 -user lab -timeout 6\r")
        terminal.wait("Password of lab:")
        terminal.send(f"{PASSWORD}\r")
        terminal.wait("226 done")
        terminal.prompt()
        assert PASSWORD not in terminal.text
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or PASSWORD.encode() not in path.read_bytes()


def test_a_password_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o640)
    done = run(tmp_path, "-c", f"callback ftp -name 127.0.0.1 -port 1 -user x -password-file {secret}")
    assert done.status == 1
    assert "others may read it: chmod 600 it first" in done.err
    assert PASSWORD not in done.err
    os.mkfifo(tmp_path / "fifo", 0o600)  # one that nobody writes must not block
    done = run(tmp_path, "-c", f"callback ftp -name 127.0.0.1 -port 1 -user x -password-file {tmp_path}/fifo")
    assert "fifo: not a file" in done.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("callback ftp -name 127.0.0.1 -user x", "the password of x is missing"),
        ("callback ndmp -name 127.0.0.1", "-user is missing"),
        ("callback ndmp -name ::1 -auth none", "NDMP has IPv4 only"),
        ("callback ftp -name 127.0.0.1 -from ::1,127.0.0.1", "-from ::1: 127.0.0.1 is of another address family"),
        ("callback ftp -name 127.0.0.1 -from 10.99.0.1", "not an address of this host"),
        ("callback ftp -name 127.0.0.1 -user x -password-file /nonexistent", "No such file"),
        ("callback ftp -name 127.0.0.1 -user x -password-file /dev/null", "not a file"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, words: str, says: str) -> None:
    done = run(tmp_path, "-c", words)
    assert done.status == 1
    assert says in done.err
    assert done.err.count("\n") == 1


def test_serve_greets_and_connect_says_what_it_saw(tmp_path: Path) -> None:
    port, far = closed_port(), tmp_path / "far.jsonl"
    with started(tmp_path, "--log", far, "-c", f"serve -port {port} -count 1 -for 15"):
        until(lambda: listens(port), "the listener")
        done = run(tmp_path, "-c", f"socket; connect -name 127.0.0.1 -port {port} -hold; recv")
        (seen,) = logged(far, "arrival")
    source = done.connection["source"]
    assert f"the far end saw {source['address']}:{source['port']}" in done.out
    assert f"stcp-shell saw 127.0.0.1 {source['port']} at 127.0.0.1 {port} ttl 64 mss" in done.out
    assert (seen["source"], seen["state"], seen["ttl"]) == (source, "accepted", 64)
    assert done.connection["hold"]["seen_as"] == source


def listens(port: int) -> bool:
    tables = "".join(Path(f"/proc/net/{name}").read_text(encoding="ascii") for name in ("tcp", "tcp6"))
    return any(f":{port:04X}" in line and " 0A " in line for line in tables.splitlines())


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run(tmp_path, "-c", f"serve -port {taken.getsockname()[1]} -for 1")
    assert "is in use (EADDRINUSE): choose another with -port" in done.err


def test_translation_and_a_lost_answer_are_seen_by_both_ends(namespaces: None, tmp_path: Path) -> None:
    far, near = str(tmp_path / "far.jsonl"), str(tmp_path / "near.jsonl")
    nat = "add table ip n\nadd chain ip n p { type nat hook postrouting priority 100; }\n"
    nat += "add rule ip n p ip saddr 172.16.1.50 oifname client masquerade\n"
    lost = "add table ip l\nadd chain ip l p { type filter hook prerouting priority -300; }\n"
    lost += "add rule ip l p ip daddr 192.168.77.50 tcp sport 2200 tcp flags & (syn | ack) == syn | ack drop\n"
    in_lab(
        "open",
        partial(labs.on, "router-z", "/usr/sbin/nft -f -", nat),
        partial(labs.on, "router-z", "ip route add 172.16.1.0/24 via 192.168.77.50"),
        partial(labs.on, "router-z", "/usr/sbin/nft -f -", lost),
        partial(callbacks.far_end, 6.0, far),
        partial(callbacks.near, ["-c", "diagnose -name 10.1.1.1 -port 2200 -timeout 2; wait 6"], near),
    )
    done = run(tmp_path, "--report", near, far)
    shows(done, "the far end saw 10.1.1.3, not 172.16.1.50", "As both ends saw it:")
    text = done.out.replace("\n    ", " ")
    assert "its address is translated on the way" in text
    assert "the SYN arrived; the SYN-ACK, or the ACK, is lost" in text


def test_accept_compares_the_caller(tmp_path: Path) -> None:
    port = closed_port()
    with listening() as control:
        lines = f"socket; bind -name 127.0.0.1 -port {port}; listen"
        lines += f"; socket; connect -name 127.0.0.1 -port {port_of(control)}"
        other = f"socket; bind -name 127.0.0.2; connect -name 127.0.0.1 -port {port}; use 1; accept"
        same = f"socket; connect -name 127.0.0.1 -port {port}; use 1; accept"
        asserts = "expect accepted -source 127.0.0.2; expect accepted -source 127.0.0.1"
        done = run(tmp_path, "-c", f"{lines}; {other}; {asserts}; {same}; expect accepted -source 127.0.0.1")
    assert "another address than expected: this session is connected to 127.0.0.1" in done.out
    assert "as expected: this session is connected to 127.0.0.1" in done.out
    assert [record["met"] for record in done.of("expectation")] == [True, False, True]
    compared = [record["value"]["same"] for record in done.of("result") if record["result"] == "accepted"]
    assert compared == [False, True]
