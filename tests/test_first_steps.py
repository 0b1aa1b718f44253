"""The first minutes: a command on the command line, settings, the end of a session, what fits on the terminal."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from programs import Run, environment, run, shows
from terminals import Terminal, shell

from stcp_shell.app.paper import folded


def config(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "config" / "stcp-shell" / "config.stcp"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def with_config(folder: Path, *words: str) -> Run:
    return run(folder, *words, env={**environment(folder), "XDG_CONFIG_HOME": str(folder / "config")})


# --- the command line


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["note", "it's", "$HOME", "a;b"], "noted"),
        (["connect", "127.0.0.1:1"], "socket 1: connection refused"),
        (["CONNECT", "127.0.0.1:1"], "socket 1: connection refused"),
        (["connect", "127.0.0.1", "1", "-from", "127.0.0.9"], "127.0.0.9"),
        (["route", "get", "127.0.0.1"], "127.0.0.1"),
        (["-q", "help", "connect"], "connect [-name] HOST"),
    ],
)
def test_a_command_on_the_command_line(tmp_path: Path, words: list[str], shown: str) -> None:
    done = run(tmp_path, *words)
    shows(done, shown)
    if words[0] == "note":
        assert done.of("note")[0]["text"] == "it's $HOME a;b"


def test_a_file_of_a_commands_name_wins_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "help").write_text("note from the file\n")
    done = run(tmp_path, "help")
    assert [record["text"] for record in done.of("note")] == ["from the file"]
    assert done.err == "stcp-shell: help is a file here, which is run as a script; for the command use -c\n"


def test_the_report_of_the_last_session_and_the_format_by_the_suffix(tmp_path: Path) -> None:
    assert run(tmp_path, "--report", "last").err.startswith("stcp-shell: last: there is no session log in ")
    run(tmp_path, "-c", "note the first")
    run(tmp_path, "-c", "note the second")
    shows(run(tmp_path, "--report", "last"), "note: the second")
    assert run(tmp_path, "--report", "last", "--output", "t.html").status == 0
    assert (tmp_path / "t.html").read_text().startswith("<!DOCTYPE html>")
    shows(run(tmp_path, "-c", "note x; log -save t.md; log -save t.csv; log -save no_suffix"), "saved in t.md")
    heads = [(tmp_path / name).read_text().splitlines()[0] for name in ("t.md", "t.csv", "no_suffix")]
    assert heads[0].startswith("#")
    assert "," in heads[1]
    assert heads[2].startswith("Session log")


KNOWN = ("txt", "md", "html", "csv", "svg", "jsonl")


@pytest.mark.parametrize(
    "line", ["log -save l.xyz", "diagnose 127.0.0.1:1 -save x.foo", "diagnose h 1 -save a.html.gz"]
)
def test_a_suffix_of_no_format_is_an_error_before_anything_runs(tmp_path: Path, line: str) -> None:
    for words in (["--check", "-c", line], ["-c", line]):
        done = run(tmp_path, *words)
        assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
        assert all(suffix in done.err for suffix in KNOWN)
    assert not [path.name for path in tmp_path.iterdir() if path.suffix in (".xyz", ".foo", ".gz")]


def test_a_report_to_a_suffix_of_no_format_needs_the_format(tmp_path: Path) -> None:
    run(tmp_path, "-c", "note x")
    done = run(tmp_path, "--report", "last", "--output", "r.pdf")
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert all(suffix in done.err for suffix in KNOWN)
    assert run(tmp_path, "--report", "last", "--format", "html", "--output", "r.pdf").status == 0
    shows(run(tmp_path, "-c", "log -format csv -save l.xyz"), "saved in l.xyz")


def test_the_proof_in_one_step(tmp_path: Path) -> None:
    done = run(tmp_path, "diagnose", "127.0.0.1:1", "-quick", "-save", "proof.html")
    shows(done, "verdict: no-listener", "saved in proof.html")
    assert "no-listener" in (tmp_path / "proof.html").read_text()
    assert "Until" in (tmp_path / "proof.html").read_text()
    assert "killed" not in (tmp_path / "proof.html").read_text()
    again = run(tmp_path, "diagnose", "127.0.0.1:1", "-quick", "-save", "proof.html")
    assert again.err == "-c:1: diagnose: proof.html exists: choose another name, or use -force\n"
    assert not again.of("verdict")  # it is said before the work, not after it


def test_quiet_shows_results_only(tmp_path: Path) -> None:
    (tmp_path / "a.stcp").write_text("note one\nsocket\n")
    assert run(tmp_path, "-q", "a.stcp").out == "noted\nsocket 1: stream inet\n"
    with Terminal(tmp_path, "-q", size=(24, 80)) as terminal:
        terminal.prompt()
        assert "stcp-shell" not in terminal.text
        terminal.send("quit\r")
        assert terminal.end() == 0
        assert "session log" not in terminal.text


def test_transcripts_run_again_wherever_they_come_from(tmp_path: Path) -> None:
    shown = "stcp-shell 0.1.0; help lists\nstcp: note one\nnoted\n\nstcp: note two\nnoted\n"
    (tmp_path / "a.stcp").write_text(shown)
    (tmp_path / "b.stcp").write_bytes(shown.encode("utf-16"))
    for words, stdin in ((["a.stcp"], ""), (["b.stcp"], ""), (["-c", shown], ""), (["-c", "source a.stcp"], "")):
        done = run(tmp_path, *words, stdin=stdin)
        assert [record["text"] for record in done.of("note")] == ["one", "two"]
        assert "3 lines without the prompt skipped: output of a transcript" in done.err
    done = run(tmp_path, before=["sh", "-c", 'exec "$@" < a.stcp', "-"])
    assert [record["text"] for record in done.of("note")] == ["one", "two"]
    done = run(tmp_path, stdin=shown.partition("\n")[2])
    assert [record["text"] for record in done.of("note")] == ["one", "two"]
    assert "2 lines without the prompt skipped" in done.err


@pytest.mark.parametrize("suffix", ["txt", "md", "html"])
def test_a_ticket_runs_again(tmp_path: Path, suffix: str) -> None:
    hostile = "note '```stcp stcp: note bad'"
    run(tmp_path, "--keep-going", "-c", f"note a<b&c; {hostile}; log -save t.{suffix}; use 7")
    ticket = (tmp_path / f"t.{suffix}").read_text()
    for words, stdin in (([f"t.{suffix}"], ""), (["-c", ticket], ""), ([], ticket)):
        done = run(tmp_path, *words, stdin=stdin)
        assert (done.status, [record["text"] for record in done.of("note")]) == (0, ["a<b&c", "```stcp stcp: note bad"])
    assert run(tmp_path, "--check", f"t.{suffix}").out == "2 commands, no mistake found\n"


@pytest.mark.parametrize(
    "shown",
    [
        "> stcp: note one\n> noted\n>> stcp: note x<y\n",
        "<p>hello</p>\n<pre>stcp: note one\nnoted\nstcp: note x&lt;y</pre>\n",
        "```stcp\nnote one\nnote x<y\n```\nsome text\n",
    ],
)
def test_a_quoted_transcript_runs_again(tmp_path: Path, shown: str) -> None:
    (tmp_path / "a.txt").write_text(shown)
    done = run(tmp_path, "a.txt")
    assert [record["text"] for record in done.of("note")] == ["one", "x<y"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.stcp").write_bytes("note one\r\nnote \u201eh\u00e9\r\n".replace("\u201e", "x").encode(encoding))
    assert [record["text"] for record in run(tmp_path, "a.stcp").of("note")] == ["one", "xh\u00e9"]


def test_a_mistake_on_a_terminal_is_folded(tmp_path: Path) -> None:
    with Terminal(tmp_path, "-c", "connect 10.1.1.1", size=(24, 80)) as terminal:
        assert terminal.end() == 2
        assert max(map(len, terminal.text.splitlines())) <= 80


# --- settings


def test_settings_come_first_and_options_win(tmp_path: Path) -> None:
    config(tmp_path, "set timeout 3\nset N 2121\n")
    shows(with_config(tmp_path, "-c", "set"), "N = 2121", "timeout = 3")
    shows(with_config(tmp_path, "--timeout", "4", "-D", "N=1", "-c", "set"), "N = 1", "timeout = 4")


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ("set timeout x\n", 0o600, ":1:13: set: timeout x: a duration is a number of seconds"),
        ("set N 1\nsocket\n", 0o600, ":2: socket: only set lines are settings"),
        ("set N 1\n", 0o666, ": others can write it: it is ignored; chmod go-w it"),
        ("set N \0\n", 0o600, ": this is a binary file, not a script"),
    ],
)
def test_settings_that_are_wrong_are_said_and_not_used(tmp_path: Path, text: str, mode: int, said: str) -> None:
    path = config(tmp_path, text, mode)
    done = with_config(tmp_path, "-c", "set; note on")
    assert done.status == 0
    assert f"{path}{said}" in done.err
    assert "N = " not in done.out


# --- the terminal


def test_history_clear_and_the_end(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        terminal.run("note one")
        terminal.run("History 2")
        assert "note one\nHistory 2" in terminal.text
        terminal.run("clear")
        assert terminal.text.startswith("stcp:")
        terminal.send("exit\r")
        assert terminal.end() == 0
        assert "session log:" in terminal.text


def test_long_results_go_through_the_pager_and_short_ones_do_not(tmp_path: Path) -> None:
    pager = tmp_path / "pager"
    pager.write_text('#!/bin/sh\necho "PAGED: $(wc -l) lines"\n')
    pager.chmod(0o700)
    with Terminal(tmp_path, PAGER=str(pager)) as terminal:
        terminal.prompt()
        terminal.run("note short")
        assert "PAGED" not in terminal.text
        terminal.run("help commands")
        assert "PAGED: " in terminal.text
        terminal.send("help commands\rnote next\r")  # keys that wait are for the shell, and not for a pager
        terminal.wait("noted\nstcp:")
        assert terminal.text.count("PAGED") <= 1


@pytest.mark.skipif(not shutil.which("less"), reason="less is not there")
def test_less_shows_what_is_long_and_ctrl_c_there_does_not_end_the_shell(tmp_path: Path) -> None:
    with Terminal(tmp_path, PAGER="less", LESS="FRX") as terminal:
        terminal.prompt()
        terminal.send("help commands\r")
        terminal.wait(lambda: terminal.lines[-1].startswith(":"))
        known = len(terminal.log)
        terminal.send("\x03")
        terminal.wait(lambda: len(terminal.log) > known)  # the terminal drops what is typed before Ctrl-C has arrived
        terminal.send("q")
        terminal.prompt()
        terminal.run("note alive")
        assert "noted" in terminal.text


COMMANDS = (
    *(
        "help",
        "help commands",
        "help verdicts",
        "help diagnose",
        "help connect",
        "help route get",
        "sockets",
        "set",
        "ifconfig -all",
        "route print -all",
    ),
    *("route get 127.0.0.1", "netstat -r", "netstat -i", "netstat -a", "connect 127.0.0.1 1", "connect [::1]:1"),
    *("diagnose 127.0.0.1 1 -quick", "log", "history", "bind 203.0.113.77", "connect -nam x", "help conect"),
)


@pytest.mark.parametrize("size", [(24, 80), (20, 60), (50, 200)])
def test_every_line_fits_on_the_terminal(tmp_path: Path, size: tuple[int, int]) -> None:
    """No line is broken by the terminal itself: it would be at any character, and the next one has no indentation."""
    with Terminal(tmp_path, size=size) as terminal:
        terminal.prompt()
        terminal.run("note a word" + " or two" * 5)
        for line in COMMANDS:
            terminal.run(line)
    for line in terminal.log.decode().replace("\r\n", "\n").split("\n"):
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line).rsplit("\r", 1)[-1]
        assert len(plain) <= size[1] or " " not in plain.strip(), plain


def test_folded_lines_lose_nothing_and_words_stay_whole() -> None:
    red, end = "\x1b[31m", "\x1b[0m"
    line = f"  {'word ' * 40}{red}{'x' * 90}{end} columns   kept"
    for width in (60, 80, 200):
        parts = list(folded(line, width))
        assert " ".join(" ".join(parts).split()) == " ".join(line.split())
        plain = [part.replace(red, "").replace(end, "").strip() for part in parts]
        assert all(len(part) <= width or " " not in part for part in plain)
    assert list(folded("short", 60)) == ["short"]
    assert list(folded("a " + "y" * 130 + "  b", 60)) == ["a", "  " + "y" * 130, "  b"]


def test_a_line_can_be_written_with_the_editor(tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "note from the editor" > "$1"\n')
    editor.chmod(0o700)
    with Terminal(tmp_path, EDITOR=str(editor), VISUAL="") as terminal:
        terminal.prompt()
        terminal.send("note x\x18\x05")
        terminal.wait("note from the editor")
        terminal.send("\r")
        terminal.wait("noted")
