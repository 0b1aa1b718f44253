"""What people and programs do to a program: one line says what is wrong and what to do, and nothing is lost."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

import pytest
from programs import Run, listening, nobody_came, port_of, run, shows

LIMITED = ["prlimit", "--nofile=30"]


def complains(done: Run, status: int, said: str) -> None:
    """One line on standard error, and that status."""
    assert (done.status, done.err) == (status, said + "\n")


@pytest.mark.parametrize(
    ("commands", "said"),
    [
        ("use 7", "use: there is no socket 7 (none is open)"),
        ("socket; close 7", "close: there is no socket 7 (open: 1)"),
        (
            "socket; close; bind -port 0",
            "bind: there is no current socket: open one with socket",
        ),
        (
            "socket; socket; close; send x",
            "send: there is no current socket: open one with socket, or choose one of 1 with use N",
        ),
        (
            "socket; connect -name ::1 -port 1",
            "connect: ::1 is an IPv6 address and the socket is inet: open one with socket -family inet6",
        ),
        (
            "socket -family inet6; bind -name 127.0.0.1",
            "bind: 127.0.0.1 is an IPv4 address and the socket is inet6: open one with socket -family inet",
        ),
        (
            "socket; connect -name 127.0.0.1 -port nosuch",
            "connect: -port nosuch: no such tcp service in /etc/services: give the port number",
        ),
        ("socket; accept", "accept: socket 1 is not listening (state: open): use listen first"),
        ("socket -type dgram; listen", "listen: socket 1 is a dgram socket: this command is for stream sockets"),
        ("socket; send x", "send: socket 1 is not connected (state: open)"),
        ("socket; recv", "recv: socket 1 is not connected (state: open)"),
        ("socket; shutdown", "shutdown: socket 1 is not connected (state: open)"),
        ("socket; getpeername", "getpeername: socket 1 has no peer (state: open)"),
        ("socket; bind; bind", "bind: socket 1 is already bound: open a new one with socket"),
        (
            "socket; connect -name 127.0.0.1 -port 1; bind",
            "bind: socket 1 cannot be reused (refused): open a new one with socket",
        ),
        ("socket; setsockopt ttl 999", "setsockopt: ttl 999: Invalid argument (EINVAL)"),
        (
            "socket -type dgram; getsockopt nodelay",
            "getsockopt: nodelay is for stream sockets and socket 1 is dgram",
        ),
        (
            "socket; connect -name 127.0.0.1 -port 1; getsockopt ttl",
            "getsockopt: socket 1 has no options any more (refused): open a new one with socket",
        ),
    ],
)
def test_commands_that_cannot_be_carried_out(tmp_path: Path, commands: str, said: str) -> None:
    done = run(tmp_path, "-c", f"{commands}; note not reached")
    complains(done, 1, f"-c:1: {said}")
    assert done.of("note") == []
    (error,) = [record["error"] for record in done.of("result") if "error" in record]
    assert said.endswith(error)


def test_an_address_that_is_not_local(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", "socket; bind -name 203.0.113.1")
    assert (done.status, done.err.count("\n")) == (1, 1)
    assert done.err.startswith(
        "-c:1: bind: 203.0.113.1 is not an address of this host (EADDRNOTAVAIL); its addresses are "
    )
    assert "127.0.0.1" in done.err


def test_connect_without_a_socket_and_again_opens_one_and_says_its_number(tmp_path: Path) -> None:
    with listening() as server:
        connect = f"connect 127.0.0.1:{port_of(server)}"
        done = run(tmp_path, "-c", f"{connect}; {connect} -from 127.0.0.9; connect 127.0.0.1 1; connect ::1 1; sockets")
    opened = re.findall("^socket (.): stream (.*)$", done.out, re.MULTILINE)
    assert opened == [("1", "inet"), ("2", "inet"), ("3", "inet"), ("4", "inet6")]
    found = done.of("connection")
    assert [each["socket"] for each in found] == [1, 2, 3, 4]
    assert [each["source"]["address"] for each in found] == ["127.0.0.1", "127.0.0.9", "127.0.0.1", "::1"]
    assert [each["chosen_by"] for each in found] == ["kernel", "bind", "kernel", "kernel"]


def test_connect_from_a_source_uses_an_open_socket_and_not_a_bound_one(tmp_path: Path) -> None:
    lines = "socket; connect 127.0.0.1 1 -from 127.0.0.9; socket; bind 127.0.0.8; connect 127.0.0.1 1 -from 127.0.0.9"
    found = run(tmp_path, "-c", f"{lines}; connect 127.0.0.1 1 -from 203.0.113.1")
    assert [(each["socket"], each["source"]["address"]) for each in found.of("connection")] == [
        (1, "127.0.0.9"),
        (3, "127.0.0.9"),
    ]
    assert "203.0.113.1 is not an address of this host" in found.err


def test_keep_going(tmp_path: Path) -> None:
    (tmp_path / "case.stcp").write_text("use 7\nsocket\nuse 8\nnote reached\n")
    done = run(tmp_path, "--keep-going", "case.stcp")
    assert done.status == 1
    assert done.err == (
        "case.stcp:1: use: there is no socket 7 (none is open)\ncase.stcp:3: use: there is no socket 8 (open: 1)\n"
    )
    assert len(done.of("note")) == 1
    fed = run(tmp_path, "--keep-going", stdin="conect\nuse 7\nnote reached")
    assert (fed.status, len(fed.of("note")), fed.err.count("\n")) == (2, 1, 2)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.stcp", None, "stcp-shell: none.stcp: No such file or directory"),
        (".", None, "stcp-shell: .: Is a directory"),
        ("/dev/null", None, "stcp-shell: /dev/null: this is no regular file: a script is one"),
        ("x", b"\x7fELF\0\1", "stcp-shell: x: this is a binary file, not a script (it has a NUL byte)"),
        ("x", b"socket\nnote \xe9\n", "stcp-shell: x:2: not UTF-8 (byte 0xe9): save it as UTF-8"),
        ("x", b"source x", "x:1:1: x sources itself: {0}/x -> {0}/x"),
        ("x", b"socket\nsource none", "x:2:1: none: No such file or directory"),
        ("x", b"note a\x1b[2Jb", "x:1:7: control character \\x1b in the line: remove it"),
        ("x", b"socket\rsockets\r", "x:1:7: control character \\x0d in the line: remove it"),
        ("x", b"a" * 1_000_000, "x:1:1: unknown command '" + "a" * 39 + "…' (help lists the commands)"),
    ],
)
def test_scripts_that_are_none(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = run(tmp_path, name)
    complains(done, 2, said.format(tmp_path))
    assert (done.out, done.records) == ("", [])


def test_scripts_that_source_each_other_without_end(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"chain{number}").write_text(f"source chain{number + 1}")
        (tmp_path / f"tree{number}").write_text(f"source tree{number + 1}\n" * 2)
    (tmp_path / "ring").write_text("source ring2")
    (tmp_path / "ring2").write_text("source ring")
    complains(run(tmp_path, "chain0"), 2, "chain49:1:1: chain50: scripts source each other more than 50 deep")
    assert "more than 1000 files are sourced" in run(tmp_path, "tree20").err
    chain = " -> ".join(str(tmp_path / name) for name in ("ring", "ring2", "ring"))
    complains(run(tmp_path, "ring"), 2, f"ring2:1:1: ring sources itself: {chain}")


def test_a_million_bytes_in_a_line(tmp_path: Path) -> None:
    text = "x" * 1_000_000
    done = run(tmp_path, stdin=f"note {text}\nnote after")
    assert [len(record["text"]) for record in done.of("note")] == [1_000_000, 5]


def test_check_runs_nothing(tmp_path: Path) -> None:
    with listening() as server:
        lines = f"socket; connect -name 127.0.0.1 -port {port_of(server)}"
        (tmp_path / "case.stcp").write_text(lines)
        for done in run(tmp_path, "--check", "case.stcp"), run(tmp_path, "--check", stdin=lines):
            assert (done.status, done.out, done.err) == (0, "2 commands, no mistake found\n", "")
            assert done.records == []
        assert nobody_came(server)
    complains(
        run(tmp_path, "--check", stdin="conect"),
        2,
        "<stdin>:1:1: unknown command 'conect' (did you mean connect?)",
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"note \xe9", "<stdin>:2:6: byte 0xe9 is not UTF-8: write the line in UTF-8 (send accepts \\xHH)"),
        (b"note a\0b", "<stdin>:2:7: control character \\x00 in the line: remove it"),
    ],
)
def test_bytes_that_are_no_text(tmp_path: Path, line: bytes, said: str) -> None:
    done = run(tmp_path, stdin=b"socket\n" + line + b"\nsocket\n")
    complains(done, 2, said)
    assert len(done.of("command")) == 2
    if b"\0" not in line:
        assert run(tmp_path, "-c", os.fsdecode(line)).err == said.replace("<stdin>:2", "-c:1") + "\n"
        assert run(tmp_path, "-D", os.fsdecode(b"X=\xe9")).err == "stcp-shell: -D X: its value is not UTF-8\n"


def test_a_banner_does_nothing_to_the_terminal(tmp_path: Path) -> None:
    with listening() as server:

        def greet() -> None:
            with server.accept()[0] as client:
                client.sendall(b"220 \x1b[2J\x1b]0;owned\x07 \xff\xc2\x9b31m \xe2\x80\xae\r\nnext\n")

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        connect = f"connect -name 127.0.0.1 -port {port_of(server)}"
        done = run(tmp_path, "-c", f"socket; {connect}; recv -timeout 9; log")
        thread.join(20)
    shows(done, r"  220 \x1b[2J\x1b]0;owned\x07 \xff\x9b31m \u202e", "  next", "Session log of")
    assert all(line.isprintable() for line in done.out.splitlines())


def test_file_descriptors_run_out(tmp_path: Path) -> None:
    closes = "; ".join(f"close {number}" for number in range(2, 9))
    commands = f"{'socket; ' * 40} close 1; socket; {closes}; use 9; connect -name 127.0.0.1 -port 1; log"
    done = run(tmp_path, "--keep-going", "-c", commands, before=LIMITED)
    told = "-c:1: socket: the limit of 30 open files is reached (EMFILE): close some, or raise the limit with ulimit -n"
    assert set(done.err.splitlines()) == {told}
    assert done.status == 1
    assert done.connection["outcome"] == "refused"
    assert "Session log of" in done.out
    assert len([record for record in done.of("command") if record["text"] == "socket"]) == 41


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--no-lgo"], "unknown option --no-lgo (did you mean --no-log?)"),
        (["-x"], "unknown option -x (--help lists the options)"),
        (["-c"], "-c needs a value: COMMANDS"),
        (["--no-log=1"], "--no-log takes no value"),
        (["--log"], "--log needs a value: FILE"),
        (["--log="], "--log needs a value: FILE"),
        (["--log", "x", "--no-log"], "--log and --no-log exclude each other"),
        (["--timeout", "x"], "--timeout x: a duration is a number of seconds, more than 0 and at most 86400"),
        (["--manual", "lgo"], "--manual lgo: the pages are shell, log and the topics of help"),
        (["--color", "red"], "--color red: write one of auto, always, never"),
    ],
)
def test_command_lines_that_do_not_parse(tmp_path: Path, words: list[str], said: str) -> None:
    complains(run(tmp_path, *words), 2, f"stcp-shell: {said}")


def test_lines_and_values_have_a_limit(tmp_path: Path) -> None:
    script = tmp_path / "x.stcp"
    for text, said in (
        ("set A aaaaaaaaaa\n" + "set A $A$A\n" * 40, ":14:7: the word is longer than 64 KiB with its variables"),
        ("set A " + "a" * 70_000, ":1:"),
        ("note " + "a" * (1 << 20), ":1:1048576: the line is longer than 1 MiB: is this a script?"),
    ):
        script.write_text(text)
        done = run(tmp_path, "--check", script)
        assert (done.status, done.out) == (2, "")
        assert said in done.err.splitlines()[0]
    piped = run(tmp_path, "--keep-going", stdin="note " + "a" * (3 << 20) + "\nnote b\n")
    assert (piped.status, piped.err) == (2, "<stdin>:1:1048576: the line is longer than 1 MiB: is this a script?\n")
    assert [record["text"] for record in piped.of("note")] == ["b"]


def test_long_blanks_and_prompts_take_no_time(tmp_path: Path) -> None:
    script = tmp_path / "x.stcp"  # with time squared the test would not end
    blanks = f"note 'a'{' ' * 900_000}\nnote a;{chr(9) * 900_000}\n"
    script.write_text("note " + "${" * 300_000 + "\n")
    assert run(tmp_path, "--check", script).out == "1 command, no mistake found\n"
    for text, commands in ((blanks, 2), (f"{'stcp: ' * 150_000}note b\nstcp: note c\n", 2)):
        script.write_text(text)
        assert run(tmp_path, "--check", script).out == f"{commands} commands, no mistake found\n"


def test_only_regular_files_are_sourced_and_a_pipe_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for words in (["--check", "-c", "source fifo"], ["-c", "source fifo"], ["-c", "source /dev/zero"]):
        done = run(tmp_path, *words)
        assert done.status == 2
        assert "this is no regular file: a script is one" in done.err
    done = run(tmp_path, "fifo", before=["sh", "-c", '(echo note piped > fifo) & exec "$@"', "-"])
    assert [record["text"] for record in done.of("note")] == ["piped"]


def test_a_script_writes_in_the_working_folder_only(tmp_path: Path) -> None:
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    for folder in (here, elsewhere):
        folder.mkdir()
    (here / "link").symlink_to(elsewhere)
    refused = [elsewhere / "x", "../x", ".bashrc", ".git/hooks/post-commit", "link/x"]
    lines = [f"{verb} {path}" for path in refused for verb in ("record -force", "log -force -save", "log -redact -key")]
    (here / "evil.stcp").write_text("\n".join([*lines, "log -save fine.txt", "record sub.stcp"]))
    for words, stdin in ((["evil.stcp"], ""), (["-c", "source evil.stcp"], ""), ([], (here / "evil.stcp").read_text())):
        done = run(here, "--no-log", "--keep-going", *words, stdin=stdin)
        told = [
            line for line in done.err.splitlines() if "a script writes in the working folder and below only" in line
        ]
        assert len(told) == len(lines)
        assert (here / "fine.txt").exists()
        assert list(elsewhere.iterdir()) == []
        assert not (here / ".bashrc").exists()
        (here / "fine.txt").unlink()
        (here / "sub.stcp").unlink()
    allowed = run(here, "--no-log", "--keep-going", "--allow-write", elsewhere, "evil.stcp")
    assert allowed.err.count("a script writes") == len(lines) - 6
    assert sorted(path.name for path in elsewhere.iterdir()) == ["x"]
    assert run(here, "--no-log", "-c", f"log -save {tmp_path}/typed").status == 0


def test_modules_in_the_working_folder_take_no_place_of_the_library(tmp_path: Path) -> None:
    for name in ("select", "socket", "signal", "json", "argparse"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    assert run(tmp_path, "-c", "echo hi").out == "hi\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["diagnoze", "127.0.0.1", "80"], "did you mean diagnose?"),
        (["telnet", "127.0.0.1", "80"], "did you mean connect?"),
        (["127.0.0.1:80"], "stcp-shell connect 127.0.0.1:80"),
        (["127.0.0.1", "80"], "stcp-shell connect 127.0.0.1 80"),
        (["diagnose", "127.0.0.1", "80", "--timeout", "2"], "write -timeout"),
        (["--check", "-c", "connect localhost 0"], "-c:1:19: connect: -port 0: a connect needs a port from 1 to 65535"),
        (
            ["--check", "-c", "help telnet"],
            "-c:1:6: help: there is no command or topic 'telnet' (did you mean connect?)",
        ),
        (["-c", "help conect"], "-c:1:6: help: there is no command or topic 'conect' (did you mean connect?)"),
        (["--check", "-c", "compare a"], "-c:1:9: compare: a: No such file or directory"),
    ],
)
def test_what_cannot_work_is_said_in_one_line_before_anything_runs(tmp_path: Path, words: list[str], said: str) -> None:
    done = run(tmp_path, *words)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


def test_a_log_that_the_script_writes_can_be_compared(tmp_path: Path) -> None:
    assert run(tmp_path, "--check", "-c", "log -save a.jsonl; compare a.jsonl").status == 0
