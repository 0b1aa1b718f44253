"""`watch`: what a client opens (A), and what this host opens back to it (B)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from programs import run, shows
from terminals import Terminal

from stcp_shell.diagnosis.belonging import Seen
from stcp_shell.diagnosis.callbacks import CALLBACKS, Balance, judge
from stcp_shell.model.callback import Observed, Owner
from stcp_shell.model.connection import Destination, Endpoint
from stcp_shell.model.diagnosis import Verdict
from stcp_shell.model.route_get import RouteFound

A, Z, CLIENT = "172.16.1.50", "192.168.77.50", "10.1.1.1"
A6, Z6, CLIENT6 = "fd00:172:16:1::50", "fd00:192:168:77::50", "fd00:10:1:1::1"
UNTIL = "-for 15 -until callback"
FORMATS = ("text", "markdown", "html", "csv", "svg")
MANY = ",".join(f"10.9.{n >> 8}.{n & 255}" for n in range(3000))


@pytest.mark.parametrize(
    ("scenario", "client", "used", "left"),
    [
        ("ftp-callback", CLIENT, A, Z),
        ("ftp-callback", CLIENT6, A6, Z6),
        ("ndmp-callback", CLIENT, A, Z),
    ],
)
def test_a_callback_leaves_from_another_address_and_dies(
    namespaces: None, tmp_path: Path, scenario: str, client: str, used: str, left: str
) -> None:
    asserts = f"expect verdict callback-other-source; expect cause unbound-connect; expect callback -source {left}"
    done = run(tmp_path, f"--lab={scenario}", "-c", f"watch -peer {client} {UNTIL}; {asserts}")
    shows(done, "(connection A)", "callback-other-source")
    (verdict,) = done.of("verdict")
    assert (verdict["severity"], verdict["certainty"]) == ("bad", "proven")
    assert (
        f"  diagnose -name {client} -port {verdict['destination']['port']} -from {left},{used}" in verdict["remedies"]
    )
    assert any(f"src {used}" in line for line in verdict["remedies"])
    assert any(line.startswith("nothing was missed") for line in verdict["evidence"])
    called = [record for record in done.of("callback") if record["source"]["address"] == left]
    assert called[0]["used"] == [used]
    assert (called[0]["same"], called[0]["inferred"]) == (False, False)
    assert called[0]["route"]["source"] == left
    ended = next(record for record in done.of("observed") if record["role"] == "B" and record["ended"])
    assert ended["ended"] == "no-answer"
    assert ended["syns"] > 1
    assert (ended["source"]["address"], ended["destination"]["address"]) == (left, client)
    opened = next(record for record in done.of("observed") if record["role"] == "A")
    assert (opened["source"]["address"], opened["destination"]["address"]) == (client, used)


def test_the_network_that_lets_it_pass_does_not_make_it_right(namespaces: None, tmp_path: Path) -> None:
    again = f"watch -peer {CLIENT} {UNTIL}; expect callback -same-source"
    done = run(tmp_path, "--lab=ftp-callback", "-c", again)
    assert done.status == 1
    assert "MISS: expected a callback from the client's address" in done.out


def test_every_format_shows_both_connections(namespaces: None, tmp_path: Path) -> None:
    log = tmp_path / "log"
    run(tmp_path, "--lab=ftp-callback", "--log", log, "-c", f"watch -peer client {UNTIL}")
    made = {
        form: run(tmp_path, "--report", log, "--format", form).out
        for form in ("text", "markdown", "html", "csv", "svg")
    }
    for form in ("text", "markdown", "html"):
        assert "callback-other-source" in made[form]
    assert "Connections of the client (A) and back to it (B)" in made["html"]
    for row in ("watch A", "watch B"):
        assert row in made["csv"]
    for text in ("A: the client uses it", "B: the new connection"):
        assert text in made["svg"]
        assert text in made["html"]


def test_on_a_terminal_a_table_changes_in_place_and_ctrl_c_ends_it_with_the_verdict(
    namespaces: None, tmp_path: Path
) -> None:
    with Terminal(tmp_path, "--lab=ftp-callback", size=(40, 120)) as terminal:
        terminal.prompt()
        terminal.send(f"watch -peer {CLIENT}\r")
        terminal.wait(lambda: f"{A}:21" in terminal.text and f"B  {Z}" in terminal.text)
        terminal.wait("Ctrl-C ends it")
        assert terminal.text.count("Destination") == 1  # one table, which is drawn again and again
        terminal.send("\x03")
        terminal.wait("verdict: callback-other-source")
        terminal.prompt()


def test_piped_each_event_is_a_record_at_once(namespaces: None, tmp_path: Path) -> None:
    done = run(tmp_path, "--lab=ftp-callback", "--format", "jsonl", "-c", f"watch -peer {CLIENT} {UNTIL}")
    kinds = [json.loads(line)["type"] for line in done.out.splitlines()]
    assert kinds.index("callback") < kinds.index("observed") < kinds.index("verdict")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("-peer 127.0.0.1", "-peer 127.0.0.1 is an address of this host: name the client's address"),
        ("-peer 10.0.0.0/33", "10.0.0.0/33 is no prefix"),
        ("-peer 10.0.0.0/x", "10.0.0.0/x is no prefix"),
        ("-peer 999.1.1.1", "999.1.1.1 is not an IPv4 address"),
        ("-peer 10.1.1.1,", "watch: -peer 10.1.1.1,: an address is missing beside a comma"),
        ("-peer 127.9.9.9", "-peer 127.9.9.9 is an address of this host"),
        ("-peer ::1/128", "-peer ::1/128 is an address of this host"),
        ("-peer ::ffff:127.0.0.1", "-peer ::ffff:127.0.0.1 is an address of this host"),
        ("-peer 0.0.0.0", "-peer 0.0.0.0 is an address of this host"),
        ("-peer ff02::1", "-peer ff02::1 is no host's address"),
        ("-peer " + ",".join(f"10.{n >> 8}.{n & 255}.1" for n in range(5001)), "5001 peers are too many"),
        ("-peer 10.1.1.1 -until dawn", "write callback"),
        ("-peer 10.1.1.1 -port nosuchservice -for 1", "no such tcp service"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, words: str, says: str) -> None:
    done = run(tmp_path, "-c", f"watch {words}")
    assert done.status in (1, 2)
    assert says in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("peers", ["0.0.0.0/0,::/0", MANY], ids=["all", "many"])
def test_every_peer_and_thousands_of_peers(tmp_path: Path, peers: str) -> None:
    done = run(tmp_path, "-c", f"watch -peer {peers} -for 0.3; expect verdict no-callback")
    assert done.status == 0, done.out + done.err


def test_a_callback_is_expected_of_a_watch(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", "expect callback")
    assert done.err == "-c:1: expect callback: there is no watch yet: use watch first\n"


# What the connections mean, without any.
ROUTE = RouteFound(
    Destination(CLIENT, CLIENT, 0), None, Z, "gateway-subnet", "it is so", "192.168.77.1", "enetZ", "unicast", 254
)
QUIET = Balance(10.0, 1, 0, 0, "")


def opened(address: str, began: float = 0.0, until: float | None = None, **more: Any) -> Seen:
    record = Observed("A", Endpoint(CLIENT, 4000), Endpoint(address, 21), "established", None, False, Owner(10, "ftpd"))
    return Seen(record._replace(**more), began, until)


def called(address: str, began: float = 1.0, ended: str | None = "closed-here", **more: Any) -> Seen:
    since = "2026-11-26T10:00:00.000Z"
    record = Observed("B", Endpoint(address, 5000), Endpoint(CLIENT, 2121), "closed", ended, False, Owner(), since)
    return Seen(record._replace(**more), began, began + 1)


def judged(*seen: Seen, **balance: Any) -> Verdict:
    return judge(CLIENT, seen, {CLIENT: ROUTE}, QUIET._replace(**balance))


TABLE = {
    "callback-other-source": [
        [opened(A), called(Z)],
        [opened(A), called(Z, ended="refused")],
        [opened(A), called(A), called(Z)],
        [opened(A, 1.8), called(Z)],  # what was seen a second later may have begun before
        [opened(A, 0.0, 0.5), called(Z, 3.0)],  # the client has hung up meanwhile
        [opened(A), opened(Z, owner=Owner(11, "sshd")), called(Z, owner=Owner(10, "ftpd"))],
    ],
    "callback-same-source": [
        [opened(A), called(A)],
        [opened(A), called(A, ended=None, state="established")],
        [opened(A), opened(Z, owner=Owner(11, "sshd")), called(A, owner=Owner(10, "ftpd"))],
    ],
    "callback-failed": [
        *([opened(A), called(A, ended=ended)] for ended in ("refused", "no-answer", "failed")),
        *([opened(A), called(A, ended=ended, state="syn-sent")] for ended in (None, "gone")),
    ],
    "ambiguous": [
        [called(Z)],
        [opened(A), opened(Z), called(Z)],
        [opened(A), called(Z, guessed=True)],  # which side opened it is not known
        [opened(A, 9.0), called(Z)],  # later
        [opened(A, 0.0, 1.0), called(Z, 30.0)],  # long before
        [opened(A, source=Endpoint("10.1.1.9", 4000)), called(Z)],  # of another client
    ],
    "no-callback": [[], [opened(A)]],
}


@pytest.mark.parametrize(("kind", "seen"), [(kind, seen) for kind, rows in TABLE.items() for seen in rows])
def test_which_connection_belongs_to_which(kind: str, seen: list[Seen]) -> None:
    assert judged(*seen).kind == kind


def test_every_kind_has_its_rows() -> None:
    assert {kind.name for kind in CALLBACKS} == set(TABLE)


def test_an_inferred_source_proves_nothing() -> None:
    found = judged(opened(A), called(Z, inferred=True))
    assert (found.kind, found.certainty) == ("callback-other-source", "likely")
    assert any("inferred" in line for line in found.evidence)


def test_an_address_that_the_kernel_would_not_choose_was_bound() -> None:
    found = judged(opened(A), called("172.16.1.51"))
    assert [each.cause for each in found.causes] == ["bound-elsewhere"]
    assert not any("ip route replace" in line for line in found.remedies)


def test_the_connection_of_another_program_proves_nothing() -> None:
    found = judged(opened(A, owner=Owner(11, "sshd", "ssh.service")), called(Z, owner=Owner(12, "curl")))
    assert (found.kind, found.certainty) == ("callback-other-source", "possible")
    assert "A belongs to sshd (pid 11), B to curl (pid 12): they may have nothing" in "\n".join(found.evidence)
    for owner in (Owner(12, "ftpd"), Owner(12, "child", "ftp.service"), Owner(None, None, None, 0)):
        found = judged(opened(A, owner=Owner(11, "ftpd", "ftp.service")), called(Z, owner=owner))
        assert found.certainty == "proven", owner


def test_each_family_and_each_client_has_its_own_remedy() -> None:
    six, its = "fd00:10:1:1::1", ("fd00:172:16:1::50", "fd00:192:168:77::50")
    other = "10.1.1.2"
    found = judge(
        "clients",
        [
            opened(A),
            called(Z),
            opened(its[0], source=Endpoint(six, 4000)),
            called(its[1], destination=Endpoint(six, 2122)),
            opened("172.16.1.51", source=Endpoint(other, 4000)),
            called(Z, destination=Endpoint(other, 2123)),
        ],
        {
            CLIENT: ROUTE,
            other: ROUTE._replace(destination=Destination(other, other, 0)),
            six: ROUTE._replace(source=its[1], gateway="fe80::1"),
        },
        QUIET,
    )
    text = "\n".join(found.remedies)
    assert f"replace {CLIENT}/32 via 192.168.77.1 dev enetZ src {A}" in text
    assert f"replace {other}/32 via 192.168.77.1 dev enetZ src 172.16.1.51" in text
    assert f"-6 route replace {six}/128 via fe80::1 dev enetZ src {its[0]}" in text
    assert f"permit {Z} to {CLIENT} and {other}, besides {A} and 172.16.1.51" in text
    assert f"permit {its[1]} to {six}, besides {its[0]}" in text
    assert f"diagnose -name {other} -port 2123 -from {Z},172.16.1.51\n  diagnose -name {six} -port 2122" in text


def test_what_may_have_been_missed_is_said() -> None:
    def said(**balance: Any) -> str:
        return "\n".join(judged(opened(A), called(A), **balance).evidence)

    assert "nothing was missed" in said()
    assert "the others went elsewhere" in said(opened=12)
    assert "or were missed" in said(opened=12, lost=2)
    assert "2 times that events were lost" in said(lost=2)
    assert "7 more connections" in said(left_out=7)
    assert "missed" not in said(opened=None)


def test_programs_whose_setting_is_known() -> None:
    found = judged(opened(A), called(Z, owner=Owner(7, "bacula-fd")))
    assert any("FDSourceAddress" in line for line in found.remedies)
