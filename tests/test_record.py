"""`record`: what was typed, as a script that replays."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from logs import entries_of
from programs import listening, port_of, run, shows
from shells import Shell

from stcp_shell.model.session import SessionBegun
from stcp_shell.report.replay import command_line, replay_lines


def commands(lines: Iterable[str]) -> list[str]:
    """The lines that are no comments."""
    return [line for line in lines if not line.startswith("#")]


@pytest.mark.usefixtures("namespaces")
def test_a_session_in_the_lab_replays(tmp_path: Path) -> None:
    typed = [
        "socket; connect -name 10.1.1.1 -port $PORT",
        "expect prohibited -from 192.168.77.1",
        "socket",
        "bind -name 172.16.1.50",
        "connect -name 10.1.1.1 -port $PORT",
        "expect connected",
        "note it's done; recv",
        "log -save ticket.txt",
        "record session.stcp",
    ]
    lab = "--lab=acl-reject"
    first = run(tmp_path, lab, "--timeout", "5", "-D", "PORT=2121", stdin="\n".join(typed))
    again = run(tmp_path, lab, "session.stcp")
    assert (first.status, again.status, again.err) == (0, 0, "")
    wanted = [(record["outcome"], record["chosen_by"]) for record in first.of("connection")]
    assert [(record["outcome"], record["chosen_by"]) for record in again.of("connection")] == wanted
    assert again.of("note")[0]["text"] == "it's done"
    assert "2 passed, 0 failed" in again.out
    lines = (tmp_path / "session.stcp").read_text().splitlines()
    assert lines[0].startswith("# Recorded by stcp-shell ")
    assert lines[1].startswith("# Run as: stcp-shell --lab=acl-reject --timeout 5 -D PORT=2121")
    assert lines[2:4] == ["set -default timeout 5", "set -default PORT 2121"]
    assert not [line for line in lines if line.startswith(("log", "record"))]


def test_what_failed_is_a_comment(tmp_path: Path) -> None:
    typed = "socket\nbind -name 192.0.2.1\nsockt\nuse 9\nnote on\nrecord x.stcp\n"
    done = run(tmp_path, "--keep-going", stdin=typed)
    assert done.status == 2
    lines = (tmp_path / "x.stcp").read_text().splitlines()
    assert lines[2] == "socket"
    assert lines[3].startswith("# failed: bind -name 192.0.2.1  (192.0.2.1 is not an address of this host")
    assert lines[4] == "# failed: sockt  (unknown command 'sockt' (did you mean socket?))"
    assert lines[5] == "# failed: use 9  (there is no socket 9 (open: 1))"
    assert lines[6:] == ["note on"]
    shows(run(tmp_path, "x.stcp"), "noted")


def test_a_sourced_script_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "inner.stcp").write_text("note inner\n")
    (tmp_path / "outer.stcp").write_text("socket\nsource inner.stcp\nset A 1\n")
    run(tmp_path, stdin="source outer.stcp\nsource outer.stcp\nnote $A\nrecord x.stcp\n")
    assert (tmp_path / "x.stcp").read_text().splitlines()[2:] == ["source outer.stcp", "source outer.stcp", "note $A"]
    shows(run(tmp_path, "x.stcp"), "noted")


def test_scripts_that_were_given_are_told_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "empty.stcp").write_text("")
    (tmp_path / "one.stcp").write_text("note one\nsource empty.stcp\n")
    (tmp_path / "two.stcp").write_text("note two\nrecord x.stcp\n")
    run(tmp_path, "-c", "note zero", "one.stcp", "two.stcp")
    lines = (tmp_path / "x.stcp").read_text().splitlines()[2:]
    assert lines == ["note zero", "note one", "source empty.stcp", "note two"]


def test_a_sourced_script_of_which_a_line_failed_is_told_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "inner.stcp").write_text("note inner\n")
    (tmp_path / "bad.stcp").write_text("note before\nuse 9\nsource inner.stcp\nnote after\n")
    run(tmp_path, "--keep-going", stdin="source bad.stcp\nrecord x.stcp\n")
    assert (tmp_path / "x.stcp").read_text().splitlines()[2:] == [
        "# source bad.stcp: a line in it failed; its lines follow",
        "note before",
        "# failed: use 9  (there is no socket 9 (none is open))",
        "note inner",
        "note after",
    ]


@pytest.mark.parametrize("value", ["plain", "2121", "it's; $x # no", "-c", "", "'", "& x", "fd00::1", "ü — ẞ"])
def test_values_come_back_as_they_were(tmp_path: Path, value: str) -> None:
    run(tmp_path, "-D", f"A={value}", "-c", "note x; record x.stcp")
    (tmp_path / "y.stcp").write_text("set\n")
    shown = run(tmp_path, "x.stcp", "y.stcp")
    assert (shown.status, shown.err) == (0, "")
    assert shown.out.endswith(f"stcp: set\nA = {value}\n")


def test_definitions_win_over_what_was_recorded(tmp_path: Path) -> None:
    run(tmp_path, "-D", "A=1", "-c", "note $A; record x.stcp")
    assert run(tmp_path, "-D", "A=2", "x.stcp").of("note")[0]["text"] == "2"


def test_a_script_that_exists_is_kept(tmp_path: Path) -> None:
    (tmp_path / "x.stcp").write_text("mine\n")
    done = run(tmp_path, "-c", "socket; record x.stcp")
    assert (done.status, done.err) == (1, "-c:1: record: x.stcp exists: choose another name, or use -force\n")
    assert (tmp_path / "x.stcp").read_text() == "mine\n"
    assert run(tmp_path, "-c", "socket; record x.stcp -force").status == 0
    assert (tmp_path / "x.stcp").read_text().endswith("\nsocket\n")
    assert (tmp_path / "x.stcp").stat().st_mode & 0o777 == 0o644


def test_the_log_is_not_written_over(tmp_path: Path) -> None:
    done = run(tmp_path, "--log", "s.jsonl", "-c", "socket; record s.jsonl -force")
    assert done.status == 1
    assert "s.jsonl is the log itself" in done.err


def test_what_is_typed_at_the_prompt(tmp_path: Path) -> None:
    with listening() as server:
        shell = Shell(tmp_path)
        lines = ["socket", f"connect -name 127.0.0.1 -port {port_of(server)}", f"record {tmp_path}/x.stcp"]
        shell.type(*(f"{line}\r" for line in lines))
        shows(run(tmp_path, "x.stcp"), "connected")
    assert commands((tmp_path / "x.stcp").read_text().splitlines()) == lines[:2]


def record(seq: int, text: str, source: str = "typed") -> dict[str, Any]:
    return {"type": "command", "seq": seq, "text": text, "from": source}


def session(**fields: Any) -> dict[str, Any]:
    return {"type": "session", "version": "9", "host": "h", "system": "s", "arguments": [], **fields}


@pytest.mark.parametrize(
    "text", ["note a\nquit", "note \x1b[2J", "note \u202egnp", "note \ud800", "note a\rsocket", "socket\x00"]
)
def test_a_log_that_was_tampered_with_smuggles_no_line_in(text: str) -> None:
    (line,) = replay_lines(entries_of([record(1, text)]))
    assert line.startswith("# failed: ")
    assert line.isprintable()


def test_odd_records_do_no_harm() -> None:
    odd: list[dict[str, Any]] = [
        {"type": "session"},
        session(arguments=["--nosuch", 7]),
        session(host="a\nquit", arguments=["\nquit"], variables=["1=2", "A=a\nb", "B", "C='d;e"]),
        {"type": "command"},
        {"type": "command", "text": 5},
        {"type": "command", "text": "quit"},
        {"type": "result", "error": "x", "command": 99},
        {"type": "result", "error": {"a": 1}, "command": None},
        {"seq": 1},
        record(1, "socket"),
        {"type": "command", "text": "socket", "from": "typed"},
    ]
    lines = list(replay_lines(entries_of(odd)))
    assert commands(lines) == ["set -default B ''", "set -default C '''d;e'", "socket", "socket"]
    assert lines[2] == r"# -D A=a\nb: not replayed, it has hidden characters"
    assert all(line.isprintable() for line in lines)


def test_a_log_that_does_not_tell_its_variables() -> None:
    """As those of older versions."""
    assert commands(replay_lines(entries_of([session(), record(1, "socket")]))) == ["socket"]


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["--log", "x"], ""),
        (["--lab"], "--lab "),
        (["--lab", "--timeout", "2"], "--lab "),
        (["--lab=acl-reject", "x.stcp"], "--lab=acl-reject "),
        (["--timeout", "2", "--lab", "urpf", "x.stcp"], "--lab=urpf "),
        (["--lab", "x.stcp"], "--lab "),
        (["--lab=$(x)"], ""),
    ],
)
def test_a_session_in_the_lab_is_repeated_there(words: list[str], options: str) -> None:
    """Outside of it the packets would go to real hosts."""
    assert command_line(SessionBegun("1", "h", "s", tuple(words)), "x.stcp") == f"stcp-shell {options}x.stcp"
