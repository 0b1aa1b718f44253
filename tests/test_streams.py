"""Where lines come from and where results go: files, pipes, and streams that are full or closed."""

import os
import threading
from pathlib import Path

import pytest
from programs import environment, read, run, sessions, shows, started

FULL = "stcp-shell: standard output cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    ("content", "out"),
    [
        (b"", ""),
        (b"\n\n", "stcp:\nstcp:\n"),
        (b"#!/usr/bin/env stcp-shell\nsockets", "stcp: #!/usr/bin/env stcp-shell\nstcp: sockets\nno sockets\n"),
        (b"\xef\xbb\xbfsockets\r\nsockets\r\n", "stcp: sockets\nno sockets\n" * 2),
        (b"sockets", "stcp: sockets\nno sockets\n"),
    ],
)
def test_lines_as_editors_leave_them(tmp_path: Path, content: bytes, out: str) -> None:
    (tmp_path / "case.stcp").write_bytes(content)
    shows(fed := run(tmp_path, stdin=content))
    assert fed.out == out
    told = "".join(line for line in out.splitlines(True) if not line.startswith(("stcp:\n", "stcp: #")))
    for words, stdin in ((["case.stcp"], b""), (["-"], content)):
        shows(done := run(tmp_path, *words, stdin=stdin))
        assert done.out == told


def test_a_fifo_is_a_script(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    thread = threading.Thread(target=(tmp_path / "fifo").write_text, args=["sockets"], daemon=True)
    thread.start()
    shows(run(tmp_path, "fifo"), "no sockets")
    thread.join(20)


def test_what_is_read_and_in_which_order(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("note $X")
    (tmp_path / "two").write_text("set X changed; note $X\n")
    done = run(tmp_path, "-D", "X=1", "-c", "set X c", "two", "one", "-", stdin="note stdin")
    assert [record["text"] for record in done.of("note")] == ["changed", "changed", "stdin"]
    done = run(tmp_path, "-D", "X=1", "one", stdin="note stdin")
    assert [record["text"] for record in done.of("note")] == ["1"]


def test_a_writer_may_wait_for_each_answer(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        assert process.stdin
        assert process.stdout
        for number in (1, 2, 3):
            process.stdin.write(b"socket\n")
            process.stdin.flush()
            assert process.stdout.readline() == b"stcp: socket\n"
            assert process.stdout.readline() == b"socket %d: stream inet\n" % number
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_enough(tmp_path: Path, unbuffered: str) -> None:
    """`| head -1`: quiet, and the log says why it ended."""
    given = environment(tmp_path) | {"PYTHONUNBUFFERED": unbuffered}
    reader, writer = os.pipe()
    os.close(reader)
    done = run(tmp_path, "-c", "help; " * 5 + "note not reached", stdout=writer, env=given)
    assert (done.status, done.err) == (1, "")
    assert (done.records[-1]["reason"], done.records[-1]["status"]) == ("standard output was closed", 1)
    assert done.of("note") == []
    assert run(tmp_path, "--help", stdout=writer, env=given).err == ""
    os.close(writer)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_behind_standard_output(tmp_path: Path, unbuffered: str) -> None:
    given = environment(tmp_path) | {"PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("wb") as full:
        done = run(tmp_path, "-c", "help", stdout=full, env=given)
        assert (done.status, done.err) == (1, FULL)
        assert done.records[-1]["reason"] == FULL.removeprefix("stcp-shell: ").strip()
        done = run(tmp_path, "--help", stdout=full, env=given)
        assert (done.status, done.err) == (1, FULL)
        assert run(tmp_path, "-c", "use 7", stderr=full, env=given).status == 1
        assert run(tmp_path, "-c", "conect", stderr=full, env=given).status == 2


@pytest.mark.parametrize(
    ("redirection", "commands", "status"),
    [
        ("<&-", "", 0),
        ("<&-", "-", 0),
        (">&-", "-c 'socket; help'", 0),
        (">&-", "--help", 0),
        ("2>&-", "-c 'use 7'", 1),
        ("2>&-", "-c conect", 2),
        ("<&- >&- 2>&-", "-c 'socket; bind; listen'", 0),
        ("0>written", "", 1),
        ("0>written", "-", 2),
    ],
)
def test_closed_streams(tmp_path: Path, redirection: str, commands: str, status: int) -> None:
    before = ["sh", "-c", f'exec "$@" {commands} {redirection}', "-"]
    done = run(tmp_path, before=before)
    assert done.status == status
    assert done.err.count("\n") == (redirection == "0>written")
    for log in sessions(tmp_path):
        assert read(log)[-1]["status"] == status


def test_no_home(tmp_path: Path) -> None:
    """Without HOME and XDG_STATE_HOME the state folder is that of the user database; only `--log` is not there."""
    given = {name: value for name, value in environment(tmp_path).items() if name not in ("HOME", "XDG_STATE_HOME")}
    done = run(tmp_path, "--log", "log.jsonl", "-c", "log -save ~/no-such-folder/x", env=given)
    assert (done.status, done.err.count("\n")) == (1, 1)
    relative = given | {"HOME": str(tmp_path / "elsewhere"), "XDG_STATE_HOME": "relative"}
    assert run(tmp_path, "-c", "socket", env=relative).status == 0
    assert len(list((tmp_path / "elsewhere/.local/state/stcp-shell/sessions").iterdir())) == 1


def test_what_the_encoding_of_standard_output_lacks(tmp_path: Path) -> None:
    given = environment(tmp_path) | {"PYTHONIOENCODING": "ascii"}
    done = run(tmp_path, "-c", "echo caf\u00e9; help diagnose", env=given)
    assert (done.status, done.err) == (0, "")
    shows(done, "caf\\xe9", "ADDR\\u2026")
