"""Passwords: nowhere after they were typed or received."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import listening, port_of, run
from terminals import shell

from stcp_shell.model.secrets import masked

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("send -line PASS hunter2", "send -line PASS ***"),
        ("send 'PASS hunter2'", "send 'PASS ***'"),
        (r"send 'pass hunter2 with a blank\r\n'; note on", "send 'pass ***'; note on"),
        ("send -line 'PASS hunter''2; hunter2'", "send -line 'PASS ***'"),
        ("send -line PASS hunter2; note on", "send -line PASS ***; note on"),
        ("send 'AUTH PLAIN hunter2'", "send 'AUTH PLAIN ***'"),
        (r"send 'GET / HTTP/1.0\r\nAuthorization: Basic hunter2\r\n\r\n'", None),
        ("send 'Proxy-Authorization: hunter2'", "send 'Proxy-Authorization: ***'"),
        ("send -secret hunter2", "send -secret ***"),
        ("send -line -secret 'hunter2'", "send -line -secret '***'"),
        ("set FTP_PASSWORD hunter2", "set FTP_PASSWORD ***"),
        ("set -default token hunter2", "set -default token ***"),
        ("-D PASSWORD=hunter2", "-D PASSWORD=***"),
        ("note password: hunter2", "note password: ***"),
        ("https://h/?api_key=hunter2", "https://h/?api_key=***"),
        ("PASS hunter2", "PASS ***"),
    ],
)
def test_what_follows_is_masked(line: str, left: str | None) -> None:
    made = masked(line)
    assert SECRET not in made
    assert left is None or made == left


@pytest.mark.parametrize(
    "line",
    [
        *("note 5 of 5 PASS", "send -line 'AUTH TLS'", "send -line 'USER lab'", "note bypass the wall", "set N 2121"),
        *("callback ftp h -user u -password-file /etc/p", "send -line PASV", "expect connected", "note key 7"),
    ],
)
def test_other_lines_stay(line: str) -> None:
    assert masked(line) == line


def test_a_session_shows_and_keeps_no_password(tmp_path: Path) -> None:
    with listening() as server:
        (tmp_path / "login.stcp").write_text(
            f"connect 127.0.0.1:{port_of(server)}\nsend -line 'USER lab'\nsend -line 'PASS {SECRET}'\n"
            f"send -secret {SECRET}\nset LAB_PASSWORD {SECRET}\nset\nnote password={SECRET}\nlog\nlog -format html\n"
        )
        done = run(tmp_path, "-D", f"TOKEN={SECRET}", "login.stcp")
        with server.accept()[0] as peer:
            sent = peer.recv(1000)
    assert done.status == 0
    assert sent == f"USER lab\r\nPASS {SECRET}\r\n{SECRET}".encode()
    assert SECRET not in done.out + done.err + str(done.records)
    assert "PASS ***" in done.out


def test_the_history_has_no_password(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        terminal.send(f"note password={SECRET}\r")
        terminal.wait("noted")
        terminal.send("\x1b[A")
        terminal.wait("stcp: note password=***")
    assert SECRET not in (tmp_path / "stcp-shell" / "history").read_text()
