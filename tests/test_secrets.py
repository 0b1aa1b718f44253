"""Passwords: nowhere after they were typed or received."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import listening, port_of, run, started
from terminals import shell

from stcp_shell.model.secrets import Secrets, is_secret, masked, masked_words

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
        (r"send -line PASS\ hunter2", r"send -line PASS\ ***"),
        (r"send -line PASS\x20hunter2; note on", r"send -line PASS\x20***; note on"),
        ("send 'Cookie: a=hunter2; b=hunter2'", "send 'Cookie: ***'"),
        ("send -line 'X-Api-Key: hunter2'", "send -line 'X-Api-Key: ***'"),
        ("set PW hunter2", "set PW ***"),
        ("set FTP_PASS hunter2", "set FTP_PASS ***"),
        ("echo 'PASS hunter2'", "echo 'PASS ***'"),
        ("callback ftp h -user u -password hunter2", "callback ftp h -user u -password ***"),
        ("note --password=hunter2", "note --password=***"),
        ("sned -secret hunter2", "sned -secret ***"),
        ("note curl -u bob:hunter2", "note curl -u bob:***"),
        ("note http://bob:hunter2@h/x", "note http://bob:***@h/x"),
        ("send -line 'PASS: hunter2'", "send -line 'PASS: ***'"),
        ("send -line 'auth \"hunter2\"'", "send -line 'auth ***'"),
        ("send -line 'Authorization : Bearer hunter2'", "send -line 'Authorization : Bearer ***'"),
        (r"send '\tPASS hunter2'", r"send '\tPASS ***'"),
        ("send -line 'a1 LOGIN bob hunter2'", "send -line 'a1 LOGIN bob ***'"),
        ('send \'{"password": "hunter2"}\'', "send '{\"password\": ***'"),
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
        *("set PASSIVE 1", "set BYPASS on", "note AUTH TLS is required", "log -key ~/ticket.key", "set KEYS 2"),
        *("callback ftp h -user u -password-file /etc/p", "send -line PASV", "expect connected", "note key 7"),
        *("callback ndmp h -auth text", "note login to the host failed", "note http://host:80/x@y", "note token ring"),
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


@pytest.mark.parametrize(
    "line",
    [
        *("PASS hunter2", "500 unknown: PASS hunter2; hunter2", "AUTH PLAIN hunter2", "500 'AUTH PLAIN hunter2'"),
        *(
            "ACCT hunter2",
            "it's Authorization: Bearer hunter2",
            "Cookie: a=1; b=hunter2",
            "Set-Cookie: s=hunter2; Path=/",
        ),
        *("x-api-key: hunter2", "a1 AUTHENTICATE PLAIN hunter2"),
    ],
)
def test_what_a_peer_echoes_is_masked_to_the_end_of_the_line(line: str) -> None:
    assert SECRET not in masked(f"220 ready\r\n{line}\r\nbye", True)
    assert masked(f"220 ready\r\n{line}\r\nbye", True).endswith("\r\nbye")


def test_the_mechanisms_of_a_server_are_no_secrets() -> None:
    text = "250-AUTH PLAIN LOGIN CRAM-MD5\r\n250 AUTH=PLAIN"
    assert masked("250-AUTH PLAIN LOGIN CRAM-MD5", True) == text.partition("\r")[0]


@pytest.mark.parametrize("name", ["PW", "PASS", "PASS1", "FTP_PASSWD", "SECRET", "MY_TOKEN", "KEY", "AUTH", "DB_PWD"])
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)
    words = ["-D", f"{name}=a; {SECRET}", f"-D{name}={SECRET}", "-c", f"set {name} {SECRET}", "send", "PASS", SECRET]
    assert SECRET not in str(masked_words(words))


@pytest.mark.parametrize("name", ["N", "PORT", "PASSIVE", "BYPASS", "HOST", "timeout"])
def test_names_of_other_variables(name: str) -> None:
    assert not is_secret(name)
    assert masked_words(["-D", f"{name}=2121", "a.stcp"]) == ["-D", f"{name}=2121", "a.stcp"]


def test_two_lines_after_auth_login_are_secrets() -> None:
    one, two = "aHVudGVyMg==", "c2VjcmV0Mg=="
    secrets = Secrets({})
    together = f"send -line 'AUTH LOGIN'; send -line {one}; send -line '{two}'; send -line QUIT"
    shown = "send -line 'AUTH LOGIN'; send -line ***; send -line '***'; send -line QUIT"
    assert secrets.line(together) == shown
    for text, left in (("AUTH LOGIN", "'AUTH LOGIN'"), (one, "'***'"), (two, "'***'"), ("QUIT", "'QUIT'")):
        assert secrets.line(f"send -line '{text}'") == f"send -line {left}"
        secrets.learn("send", {"text": text, "line": True})
    assert secrets.text(f"334 {one} {two}") == "334 *** ***"


def test_what_the_peer_echoes_of_a_session_and_variables_are_masked_everywhere(tmp_path: Path) -> None:
    values = {"PW": "pw-value-1", "X": "x-value-22", "S": "s-value-333", "L": "bG9naW4tdmFsdWU=", "E": "echo-value-4"}
    with listening() as server:
        lines = [f"connect 127.0.0.1:{port_of(server)}", "set", "send -line 'PASS $PW'", "send -line PASS $X"]
        lines += [f"send -secret {values['S']}", "send -line 'AUTH LOGIN'", f"send -line {values['L']}"]
        lines += [f"send -line {values['L']}", f"echo 'PASS {values['E']}'", "recv", "set", "log -format html"]
        (tmp_path / "a.stcp").write_text("\n".join([*lines, f"expect received 'PASS {values['E']}'"]) + "\n")
        words = [
            "--keep-going",
            "-D",
            f"PW={values['PW']}",
            "-D",
            f"X={values['X']}",
            "--log",
            "l.jsonl",
            "--junit",
            "r.xml",
            "a.stcp",
        ]
        with started(tmp_path, *words) as process, server.accept()[0] as peer:
            peer.sendall(f"500 what is {' '.join(values.values())}?\r\n".encode())
            out, err = process.communicate(timeout=30)
    logged = (tmp_path / "l.jsonl").read_text()
    for sink in (str(out), str(err), logged, (tmp_path / "r.xml").read_text()):
        left = [name for name, value in values.items() if value in sink]
        assert left in ([], ["X"]), "a variable without the name of a secret may be shown before it is sent as one"
    assert f"X={values['X']}" in logged
    assert logged.count(values["X"]) <= 2  # among the arguments and the variables


def test_a_secret_that_is_sent_in_parts_is_masked(tmp_path: Path) -> None:
    """The line that is sent counts, not the commands that make it."""
    with listening() as server:
        lines = [f"connect 127.0.0.1:{port_of(server)}", "send 'PA'", "send 'SS '", f"send -line {SECRET}", "log"]
        (tmp_path / "s.stcp").write_text("\n".join([*lines, ""]))
        done = run(tmp_path, "s.stcp")
    assert SECRET not in f"{done.out}{done.err}{done.records}"
    secrets = Secrets({})
    assert secrets.line(f"send 'PASS '; send -line {SECRET}; note on") == "send 'PASS '; send -line ***; note on"
