"""`--format jsonl` on standard output: the session's records for another program, and nothing else there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from child import ROOT
from programs import PATIENCE, listening, run, started
from terminals import Terminal

JSONL = ("--no-log", "--format", "jsonl")


def records(text: str) -> list[dict[str, Any]]:
    """The records; a line that is none is an error."""
    assert text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def types(text: str) -> list[str]:
    return [record["type"] for record in records(text)]


def test_every_record_is_there_and_nothing_else(tmp_path: Path) -> None:
    done = run(tmp_path, *JSONL, "-c", "socket; echo seen; help; log; set; sockets; note done; route print; ifconfig")
    assert (done.status, done.err) == (0, "")
    kinds = types(done.out)
    assert (kinds[0], kinds[-1]) == ("session", "end")
    assert {"note", "routes", "interfaces"} < set(kinds)
    assert [record["seq"] for record in records(done.out)] == list(range(1, len(kinds) + 1))


def test_they_are_those_of_the_log(tmp_path: Path) -> None:
    with listening() as server:
        connect = f"connect -name 127.0.0.1 -port {server.getsockname()[1]}"
        done = run(tmp_path, "--format", "jsonl", "-c", f"socket; {connect}; expect connected; expect refused")
    assert done.status == 1
    assert records(done.out) == done.records
    assert [record["met"] for record in done.of("expectation")] == [True, False]


def test_a_table_that_is_shown_while_it_is_read_is_complete(tmp_path: Path) -> None:
    shown = run(tmp_path, "-c", "route print -all").of("routes")
    done = run(tmp_path, *JSONL, "-c", "route print -all")
    relayed = [record for record in records(done.out) if record["type"] == "routes"]
    assert [(r["count"], r["others_count"]) for r in relayed] == [(r["count"], r["others_count"]) for r in shown]


@pytest.mark.parametrize("where", ["file", "stdin"])
def test_failures_are_in_the_records_and_on_standard_error(tmp_path: Path, where: str) -> None:
    (tmp_path / "x.stcp").write_text("socket\nuse 7\n")
    done = run(tmp_path, *JSONL, *(["x.stcp"] if where == "file" else []), stdin="socket\nuse 7\n")
    assert done.status == 1
    source = "x.stcp" if where == "file" else "<stdin>"
    assert done.err == f"{source}:2: use: there is no socket 7 (open: 1)\n"
    assert types(done.out) == ["session", "command", "command", "result", "end"]


def test_what_does_not_parse_has_its_reason(tmp_path: Path) -> None:
    done = run(tmp_path, *JSONL, stdin="sockt\n")
    assert done.status == 2
    assert records(done.out)[1]["from"] == "<stdin>:1"
    assert records(done.out)[2]["error"].startswith("unknown command 'sockt'")


def test_of_scripts_at_once_each_is_whole(tmp_path: Path) -> None:
    (tmp_path / "slow.stcp").write_text("echo a\nwait 0.4\necho b\n")
    (tmp_path / "quick.stcp").write_text("echo c\necho d\n")
    done = run(tmp_path, "-j", "2", *JSONL, "slow.stcp", "quick.stcp")
    assert (done.status, done.err) == (0, "")
    texts = [record["text"] for record in records(done.out) if record["type"] == "command"]
    assert texts == ["echo a", "wait 0.4", "echo b", "echo c", "echo d"]
    assert types(done.out).count("end") == 2


def test_a_record_leaves_when_it_is_complete(tmp_path: Path) -> None:
    with started(tmp_path, *JSONL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"note first\n")
        process.stdin.flush()
        found = [json.loads(process.stdout.readline())["type"] for _ in range(3)]
        assert found == ["session", "command", "note"]
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    command = f"{sys.executable} -m stcp_shell --no-log --format jsonl -c 'wait 0.2; note x; wait 60' | head -n 1"
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, timeout=PATIENCE,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "html", "-c", "socket"], "--format html needs --report FILE; a session has text, jsonl"),
        (["--format", "jsonl", "--check", "-c", "socket"], "--format and --check exclude each other"),
        (["--format", "jsnl", "-c", "socket"], "did you mean jsonl?"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(tmp_path: Path, words: list[str], said: str) -> None:
    done = run(tmp_path, *words)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


def test_text_is_what_a_session_shows_anyway(tmp_path: Path) -> None:
    assert run(tmp_path, "--format", "text", "-c", "socket").out == "socket 1: stream inet\n"


def test_a_prompt_is_no_place_for_it(tmp_path: Path) -> None:
    with Terminal(tmp_path, *JSONL) as terminal:
        terminal.wait("stcp-shell: --format jsonl is for programs: give commands with -c or FILE")
        assert terminal.end() == 2
    with Terminal(tmp_path, *JSONL, "-c", "socket") as terminal:
        terminal.wait('"type": "end"')
        assert terminal.end() == 0
