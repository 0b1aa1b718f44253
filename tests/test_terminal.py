"""The interactive shell: most of it on a pipe, what only a real terminal shows on a pty."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from io import StringIO
from itertools import islice
from pathlib import Path

import pytest
from child import command
from children import imports
from programs import read
from schemas import Record
from shells import Shell, pasted
from terminals import Terminal, history, shell

from stcp_shell.app.terminal.history import PrivateHistory, open_history
from stcp_shell.app.terminal.progress import LiveLine, describe, live_line
from stcp_shell.app.terminal.toolbar import toolbar
from stcp_shell.commands.session import Waiting

BY_THE_PROMPT = "\x01"  # Ctrl-A: with a key that is no text it is the prompt that takes what follows
BLOCK = "socket\nnote one\nuse 1\nnote two"
HANGS = "connect -name 10.1.1.1 -port 2121 -timeout 60"


def log_of(state: Path) -> list[Record]:
    (path,) = (state / "stcp-shell" / "sessions").iterdir()
    return read(path)


def ran(state: Path) -> list[object]:
    return [record["text"] for record in log_of(state) if record["type"] == "command"]


# --- lines


@pytest.mark.parametrize("before", ["", BY_THE_PROMPT])
@pytest.mark.parametrize("enter", ["\r", "\n", "\r\n"])
def test_lines_typed_ahead_run_one_by_one(tmp_path: Path, before: str, enter: str) -> None:
    typed = BLOCK.replace("\n", enter)
    assert Shell(tmp_path).type(before, typed, "\r") == BLOCK.split("\n")
    assert history(tmp_path) == BLOCK.split("\n")


@pytest.mark.parametrize("before", ["", BY_THE_PROMPT])
@pytest.mark.parametrize("enter", ["\r", "\n", "\r\n"])
def test_a_pasted_block_is_the_same_as_its_lines_typed_ahead(tmp_path: Path, before: str, enter: str) -> None:
    text = BLOCK.replace("\n", enter)
    assert Shell(tmp_path).type(before, pasted(text), "\r") == BLOCK.split("\n")
    assert history(tmp_path) == BLOCK.split("\n")


@pytest.mark.parametrize("before", ["", BY_THE_PROMPT])
def test_the_last_line_of_a_paste_stays_to_be_edited(tmp_path: Path, before: str) -> None:
    assert Shell(tmp_path).type(before, pasted("note one\nnote tw"), "o words\r") == ["note one", "note two words"]
    assert history(tmp_path) == ["note one", "note two words"]


def test_a_paste_goes_where_the_cursor_is(tmp_path: Path) -> None:
    left = "\x1b[D"
    assert Shell(tmp_path).type("note ad", left, pasted("b c"), "\r") == ["note ab cd"]
    assert Shell(tmp_path).type("note ad", left, pasted("b\nnote c"), "\r") == ["note abd", "note c"]


def test_prompts_comments_blank_lines_and_tabs_in_a_paste(tmp_path: Path) -> None:
    text = "stcp_calls\n\nsocket\r\n\r\n& the second\n  \n\tnote\ta ; use 1\n"
    assert Shell(tmp_path).type(pasted(text)) == ["socket", "note\ta", "use 1"]
    assert history(tmp_path) == ["stcp_calls", "socket", "& the second", "\tnote\ta ; use 1"]


@pytest.mark.parametrize("before", ["", BY_THE_PROMPT])
@pytest.mark.parametrize("paste", [pasted, str])
def test_of_a_transcript_that_is_pasted_only_the_lines_with_the_prompt_run(
    tmp_path: Path, before: str, paste: Callable[[str], str]
) -> None:
    shell = Shell(tmp_path)
    text = "stcp-shell 0.1.0\nready 15:33:51\nstcp: socket\nsocket 1: stream inet\n\nstcp: use 1\nsocket 1: open\n"
    if before and paste is str:
        before = ""  # keys that wait for the prompt one by one are a person's
    assert shell.type(before, paste(text), "\r" if before else "") == ["socket", "use 1"]
    assert "(4 lines without the prompt skipped: output of a transcript)" in shell.stdout.getvalue()


@pytest.mark.parametrize("paste", [pasted, str])
def test_a_pasted_ticket_or_quoted_transcript_runs_again(tmp_path: Path, paste: Callable[[str], str]) -> None:
    ticket = "# Session log of stcp-shell\n\n```stcp\nsocket\nuse 1\n```\n"
    page = '<!DOCTYPE html>\n<h1>Session log of stcp-shell</h1>\n<pre class="stcp">socket\nuse 1</pre>\n</html>\n'
    quoted = "> stcp: socket\n> socket 1: stream inet\n> stcp: use 1\n"
    for text in (ticket, page, quoted):
        assert Shell(tmp_path).type("", paste(text), "") == ["socket", "use 1"]


def test_a_tab_in_lines_typed_ahead_completes_nothing(tmp_path: Path) -> None:
    assert Shell(tmp_path).type("note\tcon\tx\r") == ["note\tcon\tx"]


def test_a_line_that_fails_does_not_end_the_paste(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    assert shell.type(pasted("use 7\nsokket\nnote x\n")) == ["use 7", "sokket", "note x"]
    assert "did you mean socket" in shell.stderr.getvalue()


def test_a_thousand_lines(tmp_path: Path) -> None:
    lines = [f"note line {number}" for number in range(1000)]
    assert Shell(tmp_path).type(pasted("\n".join(lines) + "\n")) == lines
    assert history(tmp_path) == lines


def test_quit_ends_it_and_what_was_typed_ahead_does_not_run(tmp_path: Path) -> None:
    assert Shell(tmp_path).type(pasted("quit\nnote x\n")) == ["quit"]


@pytest.mark.parametrize("before", ["", BY_THE_PROMPT])
def test_ctrl_c_drops_what_was_typed_before_it(tmp_path: Path, before: str) -> None:
    shell = Shell(tmp_path)
    assert not shell.type(before, "note a\rnote b\rnote c\x03")
    assert "(2 waiting lines will not run)" in shell.stdout.getvalue()


def test_characters_that_are_no_text_in_a_paste(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.type(pasted("note a\x1b]0;b\x07\nnote \udcff\n"))
    assert "control character" in shell.stderr.getvalue()
    assert "\x1b" not in shell.stdout.getvalue() + shell.stderr.getvalue()
    assert len(history(tmp_path)) == 2


# --- history


def test_the_history_is_private(tmp_path: Path) -> None:
    Shell(tmp_path).type("socket\r")
    folder = tmp_path / "stcp-shell"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "history").stat().st_mode) == 0o600


def test_a_history_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.touch(mode=0o644)
    history = open_history(str(tmp_path), lambda text: None)
    assert isinstance(history, PrivateHistory)
    history.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("what", ["file", "folder", "fifo"])
def test_where_no_history_can_be_kept_one_warning(tmp_path: Path, what: str) -> None:
    if what == "file":
        (tmp_path / "stcp-shell").touch()
    elif what == "folder":
        (tmp_path / "stcp-shell" / "history").mkdir(parents=True)
    else:
        (tmp_path / "stcp-shell").mkdir()
        os.mkfifo(tmp_path / "stcp-shell" / "history")
    shell = Shell(tmp_path)
    assert shell.type("note a\r", BY_THE_PROMPT, "note b\r") == ["note a", "note b"]
    assert shell.stderr.getvalue().count("the history cannot be kept") == 1


def test_a_history_that_takes_no_more_is_said_once(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    (tmp_path / "stcp-shell").mkdir()
    (tmp_path / "stcp-shell" / "history").symlink_to("/dev/full")
    shell.type("note a\r")
    assert shell.stderr.getvalue().count("not a regular file") == 1
    full = os.open("/dev/full", os.O_WRONLY)
    history = PrivateHistory("/dev/full", full)
    history.store_string("a")
    assert "No space left" in history.trouble
    history.trouble = ""
    history.store_string("b")
    assert not history.trouble


# --- toolbar, live line


def test_the_toolbar(tmp_path: Path) -> None:
    shell = Shell(tmp_path, host="phx_vos")
    assert toolbar(shell.session, lab=True) == " no socket | timeout 10 s | lab phx_vos "
    shell.interpreter.run_line("set timeout 2.5; socket; bind -name 127.0.0.1 -port 0")
    port = shell.session.socket().sock.getsockname()[1]
    assert toolbar(shell.session, lab=False) == f" socket 1 tcp bound 127.0.0.1:{port} | timeout 2.5 s | host phx_vos "
    shell.interpreter.run_line(f"listen; socket; connect -name 127.0.0.1 -port {port}")
    mine = shell.session.socket().sock.getsockname()[1]
    assert f"socket 2 tcp connected 127.0.0.1:{mine} → 127.0.0.1:{port} |" in toolbar(shell.session, lab=False)
    shell.session.end("", 0)


def test_the_toolbar_shows_hostile_names_and_does_not_obey_them(tmp_path: Path) -> None:
    assert "\\x1b]0;x\\x07" in toolbar(Shell(tmp_path, host="\x1b]0;x\x07").session, lab=False)


def test_the_live_line_keeps_its_figures() -> None:
    waiting = Waiting("connect to 10.1.1.1:2121 from 192.168.77.50", 1.26, 58.74, 2)
    full = "connect to 10.1.1.1:2121 from 192.168.77.50: 1.3 s, 2 SYNs sent, 58.7 s left"
    assert describe(waiting, 99) == full
    assert describe(waiting, 40) == "connec…: 1.3 s, 2 SYNs sent, 58.7 s left"
    figures = "1.3 s, 2 SYNs sent, 58.7 s left"
    for width in range(100):
        assert len(describe(waiting, width)) <= width
        assert describe(waiting, width).endswith(figures) == (width >= len(figures))
    assert describe(Waiting("accept on \x1b", 0, -0.01), 99) == "accept on \\x1b: 0.0 s, 0.0 s left"
    assert "1 SYN sent" in describe(waiting._replace(syns=1), 99)


def test_the_live_line_is_erased_once() -> None:
    stream = StringIO()
    line = LiveLine(stream)
    line.erase()
    assert not stream.getvalue()
    line.show(Waiting("recv", 1, 2))
    drawn = stream.getvalue()
    line.erase()
    line.erase()
    assert stream.getvalue() == drawn + "\r\x1b[K"
    assert live_line(stream, {"TERM": "xterm"}) is None  # no terminal


# --- late imports


@pytest.mark.parametrize("words", [["-c", "socket; sockets; log"], ["script.stcp"], []])
def test_without_a_terminal_neither_prompt_toolkit_nor_pygments_is_imported(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "script.stcp").write_text("socket\nhelp\n")
    done = subprocess.run(
        command(partial(imports.of_a_session, *words)),
        input="socket\n",
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"XDG_STATE_HOME": str(tmp_path)},
        timeout=60,
        check=False,
    )
    assert "socket 1" in done.stdout
    assert not done.stderr.strip()
    assert done.stdout.endswith("\n[[]]\n")


# --- a real terminal


def test_the_first_screen(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        terminal.wait("no socket | timeout 10 s | host ")
        assert terminal.lines[0].startswith("stcp-shell 0")
        assert "help lists the commands; session log:" in terminal.lines[0]
        terminal.run("socket")
        terminal.wait("socket 1 tcp open | timeout 10 s")
        terminal.send("\x04")
        assert terminal.end() == 0
    assert log_of(tmp_path)[-1]["reason"] == "end of input"


def test_without_a_log_the_greeting_says_so(tmp_path: Path) -> None:
    with shell(tmp_path, "--no-log") as terminal:
        assert "no session log is written" in terminal.text
        terminal.send("quit\r")
        assert terminal.end() == 0


def test_ctrl_c_at_the_prompt_gives_a_new_one(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        terminal.send("\x03")
        terminal.wait(lambda: terminal.text.count("stcp:") == 2)
        terminal.prompt()
        terminal.send("nonsense")
        terminal.wait("nonsense")
        terminal.send("\x03")
        terminal.wait(lambda: terminal.text.count("stcp:") == 3)
        terminal.run("note x")
        terminal.child.kill(signal.SIGINT)
        terminal.wait(lambda: terminal.text.count("stcp:") == 5)
        terminal.prompt()
        terminal.send("\x04")
        assert terminal.end() == 0
    assert ran(tmp_path) == ["note x"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_a_signal_at_the_prompt_ends_the_session(tmp_path: Path, number: signal.Signals, term: str) -> None:
    with shell(tmp_path, term=term) as terminal:
        terminal.send("sock")
        terminal.wait(lambda: terminal.edited == "stcp: sock")
        terminal.child.kill(number)
        assert terminal.end() == 128 + number
        assert "Traceback" not in terminal.text
    assert {"type": "end", "reason": number.name, "status": 128 + number}.items() <= log_of(tmp_path)[-1].items()


def test_a_dumb_terminal_gets_text_alone(tmp_path: Path) -> None:
    with shell(tmp_path, term="dumb") as terminal:
        terminal.run("socket")
        terminal.paste("sockets\nnote x\nuse 1")
        terminal.wait(lambda: terminal.edited == "stcp: use 1")
        terminal.send("\r")
        terminal.prompt()
        terminal.send("\x04")
        assert terminal.end() == 0
        assert b"\x1b" not in terminal.log
    assert ran(tmp_path) == history(tmp_path) == ["socket", "sockets", "note x", "use 1"]


@pytest.mark.parametrize(
    ("when", "no_color", "colored"),
    [("auto", "", True), ("auto", "1", False), ("never", "", False), ("always", "1", True)],
)
def test_colors_are_where_they_are_wanted(tmp_path: Path, when: str, no_color: str, colored: bool) -> None:
    with shell(tmp_path, "--color", when, NO_COLOR=no_color) as terminal:
        terminal.send("bind -name 127.0.0.1")
        terminal.wait(lambda: terminal.edited == "stcp: bind -name 127.0.0.1")
        assert (terminal.colors > {"default"}) == colored
        terminal.send("\r")
        terminal.wait("there is no current socket")
        assert (b"\x1b[31m" in terminal.log) == colored


def test_completion_at_the_prompt(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        terminal.send("conn")
        terminal.wait(lambda: terminal.edited == "stcp: conn")
        terminal.send("\t")
        terminal.wait(lambda: terminal.edited == "stcp: connect")
        terminal.send(" -t\t")
        terminal.wait(lambda: terminal.edited == "stcp: connect -timeout")
        terminal.send("\x15socket -type \t")
        terminal.wait("dgram")


def test_the_next_session_has_the_history_of_the_last(tmp_path: Path) -> None:
    Shell(tmp_path).type("note first\rsocket\r")
    with shell(tmp_path) as terminal:
        terminal.send("\x1b[A")
        terminal.wait(lambda: terminal.edited == "stcp: socket")
        terminal.send("\x15no\x1b[A")
        terminal.wait(lambda: terminal.edited == "stcp: note first")


def test_the_history_is_suggested(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        terminal.run("note the rule was added")
        terminal.send("note the")
        terminal.wait(lambda: terminal.edited == "stcp: note the rule was added")
        terminal.send("\x1b[C\r")
        terminal.wait(lambda: terminal.text.count("noted") == 2)
    assert ran(tmp_path) == ["note the rule was added"] * 2


def test_a_connect_that_reached_nothing_is_not_suggested(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        terminal.run("connect 127.0.0.1 1")
        terminal.run("connect 127.0.0.1x.invalid 1")
        terminal.send("connect 127.0.0.1")
        terminal.wait(lambda: terminal.edited == "stcp: connect 127.0.0.1 1")


def test_at_the_limit_of_open_files_the_prompt_goes_on(tmp_path: Path) -> None:
    limited = ["bash", "-c", f"ulimit -n 32; exec {sys.executable} -m stcp_shell"]
    with shell(tmp_path, command=limited) as terminal:
        terminal.paste("socket\n" * 40)
        terminal.wait("EMFILE")
        terminal.run("note still here")
        terminal.send("bind -name \t")
        terminal.wait(lambda: terminal.edited == "stcp: bind -name")
        terminal.send("\x03")
        terminal.wait("bind -name")
        terminal.prompt()
        terminal.send("\x04")
        assert terminal.end() == 0
        assert "Traceback" not in terminal.text
    assert history(tmp_path)[-1] == "note still here"


def test_a_line_of_a_megabyte_can_be_pasted(tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        text = f"note {'x' * 1_000_000}\nnote y\n"
        pasting = threading.Thread(target=terminal.paste, args=(text,))
        pasting.start()
        terminal.wait("stcp: note y\nnoted")
        pasting.join()
    assert [len(str(text)) for text in ran(tmp_path)] == [1_000_005, 6]


# --- in the lab: a connect that hangs


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("way", ["bracketed", "typed ahead", "typed meanwhile"])
def test_ctrl_c_ends_the_connect_and_drops_the_rest(tmp_path: Path, way: str) -> None:
    rest = "".join(f"note line {number}\r" for number in range(1000))  # more than the kernel holds for us
    with shell(tmp_path, "--lab", term="xterm") as terminal:
        send = terminal.paste if way == "bracketed" else terminal.send
        if way == "typed meanwhile":
            terminal.send(f"socket\r{HANGS}\r")
            terminal.wait(" s left")
            text = rest
        else:
            text = f"socket\r{HANGS}\r{rest}"
        typing = threading.Thread(target=send, args=(text,))
        typing.start()
        terminal.wait("connect to 10.1.1.1:2121 from 192.168.77.50:")
        typing.join()
        terminal.send("\x03")
        terminal.wait("cancelled after")
        terminal.wait("1000 waiting lines will not run")
        terminal.prompt()
        assert " s left" not in terminal.text
        terminal.run("note after")
        terminal.send("\x04")
        assert terminal.end() == 0
    assert ran(tmp_path) == ["socket", HANGS, "note after"]
    assert [record["outcome"] for record in log_of(tmp_path) if record["type"] == "connection"] == ["cancelled"]
    assert "note line 0" not in history(tmp_path)


@pytest.mark.usefixtures("namespaces")
def test_the_live_line_goes_when_the_result_comes(tmp_path: Path) -> None:
    with shell(tmp_path, "--lab") as terminal:
        terminal.wait("lab phx_vos")
        terminal.paste("socket\nconnect -name 10.1.1.1 -port 2121 -timeout 1\nsocket\nnote next")
        terminal.wait("connect to 10.1.1.1:2121 from 192.168.77.50: 0.")
        terminal.wait(lambda: terminal.edited == "stcp: note next")
        assert "connect to" not in terminal.text
        lines = [line for line in terminal.lines if line.startswith(("stcp: ", "socket "))]
        assert [line.split(" after ")[0] for line in islice(lines, 7)] == [
            "stcp: socket",
            "socket 1: stream inet",
            "stcp: connect -name 10.1.1.1 -port 2121 -timeout 1",
            "socket 1: timed out",
            "stcp: socket",
            "socket 2: stream inet",
            "stcp: note next",
        ]


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_a_script_on_a_terminal_has_the_live_line_too(tmp_path: Path, term: str) -> None:
    (tmp_path / "wait.stcp").write_text("socket\nconnect -name 10.1.1.1 -port 2121 -timeout 1\n")
    with Terminal(tmp_path, "--lab", "--color=never", str(tmp_path / "wait.stcp"), term=term) as terminal:
        if term == "xterm":
            terminal.wait("1 SYN sent, 0.")
        assert terminal.end() == 0
        assert " s left" not in terminal.text
        assert (b"\x1b" in terminal.log) == (term == "xterm")


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_a_connect_waits_ends_the_session(tmp_path: Path, number: signal.Signals) -> None:
    with shell(tmp_path, "--lab") as terminal:
        terminal.send(f"socket\r{HANGS}\r")
        terminal.wait(" s left")
        terminal.child.kill(number)
        assert terminal.end() == 128 + number
        assert " s left" not in terminal.text
    assert log_of(tmp_path)[-1]["reason"] == number.name
