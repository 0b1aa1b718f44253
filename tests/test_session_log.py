"""The session log: what is in it, whatever happens to the process, to the disk or to the file."""

import json
import os
import re
import select
import signal
import stat
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from programs import Run, closed_port, connecting, listening, logged, port_of, read, run, shows, silent, started, until

from stcp_shell import __version__
from stcp_shell.app.signals import ending
from stcp_shell.errors import Terminated
from stcp_shell.log.reader import ReadProblems, entries
from stcp_shell.log.writer import Journal
from stcp_shell.model.session import Note
from stcp_shell.report.text.words import WIDTH
from stcp_shell.report.transcript import transcript

EVERY = ["type", "seq", "time"]
CONNECTION = {
    *(*EVERY, "command", "socket", "protocol", "bound", "source", "chosen_by", "destination", "route", "outcome"),
    *("errno", "icmp", "elapsed", "rtt", "syn_retransmits", "rst", "syn", "answerer", "others", "note", "interrupted"),
    *("hold", "sent"),
}
WARNING = (
    "stcp-shell: the session log cannot be written ({}): records are kept in memory until it can be; "
    "log -save FILE saves them elsewhere\n"
)


def everything(port: int) -> str:
    """A session with every type of record."""
    return (
        f"socket; bind -name 127.0.0.1; connect -name localhost -port {port}; ifconfig lo; route print;"
        f" note it is {'slow ' * 30}; socket; connect -name 127.0.0.1 -port {closed_port()}; quit"
    )


def test_records_and_their_fields(tmp_path: Path) -> None:
    with listening() as server:
        done = run(tmp_path, "-D", "X=1", "-c", everything(port_of(server)))
    shows(done)
    kinds = [record["type"] for record in done.records]
    assert set(kinds) == {"session", "command", "result", "connection", "interfaces", "routes", "note", "end"}
    assert [record["seq"] for record in done.records] == list(range(1, len(kinds) + 1))
    for record in done.records:
        assert list(record)[:3] == EVERY
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["time"])
    times = [datetime.fromisoformat(record["time"][:-1]) for record in done.records]
    assert times == sorted(times)

    first, last = done.records[0], done.records[-1]
    assert set(first) == {
        *(*EVERY, "schema", "version", "host", "system", "arguments", "pid", "variables", "scripts"),
    }
    assert (first["version"], first["arguments"][:3]) == (__version__, ["-D", "X=1", "-c"])
    assert (first["variables"], first["scripts"]) == (["X=1"], [])
    assert last | {"time": 0} == {"type": "end", "seq": len(kinds), "time": 0, "reason": "quit", "status": 0}
    command = done.of("command")[1]
    assert (command["text"], command["from"]) == ("bind -name 127.0.0.1", "-c:1")
    (note,) = done.of("note")
    assert note["text"].startswith("it is slow slow")


def test_the_fields_of_a_connection(tmp_path: Path) -> None:
    with listening() as server:
        port = port_of(server)
        works, fails = run(tmp_path, "-c", everything(port)).of("connection")
    for record in works, fails:
        assert set(record) == CONNECTION
        assert set(record["destination"]) == {"name", "address", "port"}
        assert set(record["route"]) == {"gateway", "interface", "source", "table", "kind", "redirected"}
        assert set(record["source"]) == {"address", "port"}
        assert record["elapsed"] > 0
        assert (record["protocol"], record["icmp"], record["syn_retransmits"]) == ("tcp", None, 0)
    assert works["bound"] == {"address": "127.0.0.1", "port": 0}
    assert works["destination"] == {"name": "localhost", "address": "127.0.0.1", "port": port}
    assert (works["socket"], works["outcome"], works["errno"], works["chosen_by"]) == (1, "connected", None, "bind")
    assert 0 < works["rtt"] < 1
    assert (fails["socket"], fails["outcome"], fails["errno"], fails["chosen_by"]) == (
        *(2, "refused", "ECONNREFUSED"),
        "kernel",
    )
    assert (fails["source"]["address"], fails["bound"], fails["rtt"]) == ("127.0.0.1", None, None)


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    run(tmp_path, "-c", "socket", before=["sh", "-c", 'umask 0; exec "$@"', "-"])
    folder = tmp_path / "state" / "stcp-shell" / "sessions"
    (log,) = folder.iterdir()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, log)] == [0o700, 0o600]
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.parents[:2]] == [0o700, 0o700]
    folder.chmod(0o777)
    run(tmp_path, "-c", "socket")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("words", "lines", "reason", "status"),
    [
        (["-c", "socket"], "", "end of input", 0),
        (["-c", "quit; socket"], "", "quit", 0),
        (["-c", "use 7"], "", "a command failed", 1),
        ([], "conect\n", "a line does not parse", 2),
        ([], "", "end of input", 0),
    ],
)
def test_the_end_has_its_reason(tmp_path: Path, words: list[str], lines: str, reason: str, status: int) -> None:
    done = run(tmp_path, *words, stdin=lines)
    assert (done.records[-1]["reason"], done.records[-1]["status"], done.status) == (reason, status, status)


@pytest.mark.parametrize(
    ("sent", "status", "reason"),
    [(signal.SIGTERM, 143, "SIGTERM"), (signal.SIGHUP, 129, "SIGHUP"), (signal.SIGINT, 130, "interrupted")],
)
def test_a_signal_ends_it_cleanly(tmp_path: Path, sent: signal.Signals, status: int, reason: str) -> None:
    log = tmp_path / "log.jsonl"
    with started(tmp_path, "--log", log) as process:
        assert process.stdin
        process.stdin.write(b"socket\n")
        process.stdin.flush()
        logged(log, "command")
        process.send_signal(sent)
        assert process.wait(20) == status
        assert process.stderr
        assert process.stderr.read() == b""
    assert read(log)[-1]["type"] == "end"
    assert (read(log)[-1]["reason"], read(log)[-1]["status"]) == (reason, status)


def test_a_signal_that_was_ignored_stays_ignored(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with started(tmp_path, "--log", log, before=["env", "--ignore-signal=HUP"]) as process:
        logged(log, "session")
        process.send_signal(signal.SIGHUP)
        process.communicate(b"socket\n", 20)
    assert read(log)[-1]["reason"] == "end of input"


def test_an_interrupted_connect_is_cancelled(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with silent() as port, started(tmp_path, "--log", log, "-c", f"socket; connect -name 127.0.0.1 -port {port}") as it:
        until(lambda: connecting(it.pid), "a connect that waits")
        it.send_signal(signal.SIGINT)
        assert it.wait(20) == 130
    *_, cancelled, end = read(log)
    assert (cancelled["outcome"], cancelled["errno"]) == ("cancelled", None)
    assert cancelled["source"]["address"] == "127.0.0.1"
    assert (end["type"], end["reason"], end["status"]) == ("end", "interrupted", 130)


def test_a_killed_process_loses_nothing_that_had_happened(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    refused = f"socket; connect -name 127.0.0.1 -port {closed_port()}; " * 20
    with silent() as port:
        lines = f"{refused} socket; connect -name 127.0.0.1 -port {port}"
        with started(tmp_path, "--log", log, "-c", lines) as process:
            logged(log, "command", 42)
            process.kill()
    found = read(log)
    assert [record["seq"] for record in found] == list(range(1, len(found) + 1))
    assert [record["type"] for record in found].count("connection") == 20
    assert found[-1]["text"] == f"connect -name 127.0.0.1 -port {port}"


def test_a_file_is_appended_to(tmp_path: Path) -> None:
    log = tmp_path / "new" / "log.jsonl"
    run(tmp_path, "--log", log, "-c", "note one")
    run(tmp_path, "--log", log, "-c", "note two")
    torn = log.read_text() + '{"type": "note", "se'
    log.write_text(torn)
    done = run(tmp_path, "--log", log, "-c", "note three; log")
    assert log.read_text().startswith(torn + "\n")
    notes = [entry.record.text for entry in entries(log.read_bytes().splitlines()) if entry.type == "note"]
    assert notes == ["one", "two", "three"]
    assert "note: three" in done.out
    assert "two" not in done.out  # the text is about this session


def test_two_sessions_do_not_write_one_file(tmp_path: Path) -> None:
    log, other = tmp_path / "log.jsonl", tmp_path / "log-2.jsonl"
    with started(tmp_path, "--log", log) as first:
        logged(log, "session")
        second = run(tmp_path, "--log", log, "-c", "note second; log")
        assert second.err == f"stcp-shell: another session is writing to {log}: the log of this one is {other}\n"
        assert "note: second" in second.out
        first.communicate(b"note first\n", 20)
    for path, text in ((log, "first"), (other, "second")):
        assert [record["text"] for record in read(path) if record["type"] == "note"] == [text]


def test_two_sessions_of_one_second_and_one_process_number_have_a_log_each(tmp_path: Path) -> None:
    path = str(tmp_path / "sessions" / "now-1.jsonl")  # as in two containers that share a home folder
    journals = [Journal(path, lambda: 0.0, pytest.fail, fresh=True) for _ in range(3)]
    for number, journal in enumerate(journals):
        journal.write(Note(str(number)), 1)
        assert journal.close() == 0
    names = ["now-1-2.jsonl", "now-1-3.jsonl", "now-1.jsonl"]
    assert sorted(path.name for path in (tmp_path / "sessions").iterdir()) == names
    assert [read(Path(journal.path or ""))[0]["text"] for journal in journals] == ["0", "1", "2"]


@pytest.mark.parametrize("text", ["socket\n", "x", "{}\n", '{"type": "note"}\n'])
def test_nothing_is_appended_to_a_file_that_is_no_log(tmp_path: Path, text: str) -> None:
    script = tmp_path / "a.stcp"
    script.write_text(text)
    done = run(tmp_path, "--log", script, "-c", "note it")
    assert (done.status, done.out) == (2, "")
    assert done.err == f"stcp-shell: --log {script} is no session log: nothing is appended to it; choose another file\n"
    assert script.read_text() == text


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("kind", ["file", "link"])
def test_files_and_links_of_other_users_are_refused(tmp_path: Path, kind: str) -> None:
    log, target = tmp_path / "log.jsonl", tmp_path / "target"
    run(tmp_path, "--log", target, "-c", "note old")
    before = target.read_bytes()
    if kind == "link":
        log.symlink_to(target)
    else:
        log.write_bytes(before)
    os.lchown(log, 65534, 65534)
    done = run(tmp_path, "--log", log, "-c", "note it")
    assert done.status == 2
    assert "of another user" in done.err or "belongs to another user" in done.err
    assert log.read_bytes() == target.read_bytes() == before


def test_a_disk_that_was_full_for_a_while_costs_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    with started(tmp_path, "--log", log, before=["prlimit", "--fsize=1000:"]) as process:
        assert process.stdin
        process.stdin.write(b"".join(b"note n%d\n" % number for number in range(50)))
        process.stdin.flush()
        assert process.stdout
        while b"note n49" not in process.stdout.readline():
            pass
        subprocess.run(["prlimit", "--pid", str(process.pid), "--fsize=unlimited:"], check=True)
        _, error = process.communicate(b"note last\n", 20)
    assert process.returncode == 0
    again = f"stcp-shell: the session log can be written again ({log}): it has all records\n"
    assert error.decode() == WARNING.format(f"{log}: File too large") + again
    found = read(log)
    assert [record["seq"] for record in found] == list(range(1, len(found) + 1))
    assert [record["text"] for record in found if record["type"] == "note"] == [f"n{n}" for n in range(50)] + ["last"]


def test_a_pipe_that_nobody_reads_holds_no_log_and_that_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    done = run(tmp_path, "--log", "fifo", "-c", "note one")
    assert (done.status, done.err) == (1, "stcp-shell: 4 records are missing in fifo\n")


@pytest.mark.parametrize("command", ["compare fifo", "log -force -save fifo", "record -force fifo"])
def test_a_script_does_not_wait_for_a_pipe(tmp_path: Path, command: str) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "a.stcp").write_text(f"{command}\n")
    done = run(tmp_path, "a.stcp")
    assert done.status == 1
    assert "this is no regular file" in done.err or "nobody reads this pipe" in done.err
    assert "nobody reads this pipe" in run(tmp_path, "--junit", "fifo", "-c", "note one").err


def test_a_link_to_nothing_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nothing")
    for words in (["-c", "log -save link"], ["-c", "log -save link -force"], ["--junit", "link", "-c", "note one"]):
        assert "link is a link to nothing: remove it, or choose another name" in run(tmp_path, *words).err
    assert not (tmp_path / "nothing").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")
def test_a_folder_that_is_a_link_of_another_user_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there")
    assert run(tmp_path, "--log", "link/mine.jsonl", "-c", "note one").status == 0
    os.lchown(tmp_path / "link", 65534, 65534)
    done = run(tmp_path, "--log", "link/log.jsonl", "-c", "note one")
    assert done.status == 2
    assert "link of another user" in done.err
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["mine.jsonl"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files of another user")
@pytest.mark.parametrize("make", [Path.touch, os.mkfifo])
def test_an_empty_log_and_a_pipe_of_another_user_are_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "log")
    (tmp_path / "log").chmod(0o666)
    os.chown(tmp_path / "log", 65534, 65534)
    done = run(tmp_path, "--log", "log", "-c", "note secret")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "belongs to another user" in done.err


@pytest.mark.parametrize("reads", [True, False])
def test_a_pipe_whose_reader_pauses_gets_everything(tmp_path: Path, reads: bool) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    data = bytearray()
    with started(tmp_path, "--log", fifo, stdout=subprocess.DEVNULL) as process:
        assert process.stdin
        assert process.stderr
        process.stdin.write(b"".join(b"note n%d\n" % number for number in range(1000)))
        process.stdin.close()
        if reads:
            until(lambda: select.select([reader], [], [], 0)[0] != [], "records")
            select.select([], [], [], 0.5)  # the pause: the pipe fills
            while (found := select.select([reader], [], [], 20)[0]) and (block := os.read(reader, 1 << 16)):
                data += block
            assert found
        error = process.stderr.read().decode()
    os.close(reader)
    if not reads:
        assert process.returncode == 1
        assert re.fullmatch(r"stcp-shell: \d+ records are missing in .*/fifo\n", error)
        return
    assert (process.returncode, error) == (0, "")
    records = [json.loads(line) for line in data.splitlines()]
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert [record["text"] for record in records if record["type"] == "note"] == [f"n{n}" for n in range(1000)]


def test_no_log(tmp_path: Path) -> None:
    done = run(tmp_path, "--no-log", "-c", "note kept; log")
    shows(done, "note: kept")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["folder", "under a file", "full", "full after a while"])
def test_a_log_that_cannot_be_written_is_kept_in_memory(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    log, why, before = {
        "folder": ("folder", "folder: Is a directory", []),
        "under a file": ("file/log", "file/log: Not a directory", []),
        "full": ("/dev/full", "/dev/full: No space left on device", []),
        "full after a while": ("log", "log: File too large", ["prlimit", "--fsize=1000"]),
    }[place]
    notes = [f"note number {number} {'x' * 40}" for number in range(20)]
    done = run(tmp_path, "--log", log, stdin="\n".join([*notes, "log"]), before=before)
    missing = re.fullmatch(
        re.escape(WARNING.format(why)) + rf"stcp-shell: (\d+) records are missing in {log}\n", done.err
    )
    assert missing, done.err
    assert done.status == 1
    assert re.findall(r"note: number (\d+) ", done.out) == [str(number) for number in range(20)]
    if before:
        written = read(tmp_path / "log")  # whole records only
        assert [record["seq"] for record in written] == list(range(1, len(written) + 1))
        assert len(written) > 2
        assert len(written) + int(missing[1]) == 2 * 20 + 3  # the session, commands and notes, log, the end


def test_the_text_of_a_session(tmp_path: Path) -> None:
    with listening() as server:
        lines = everything(port_of(server)).replace("quit", "use 7; socket; log")
        done = run(tmp_path, "--keep-going", "-c", lines)
    text = done.out[done.out.index("Session log of") :].splitlines()
    kept = [line for line in text if not line.startswith("stcp: ")]  # a command is not broken: it runs again
    assert [line for line in kept if len(line) > WIDTH or line != line.rstrip() or not line.isprintable()] == []
    unfolded = " ".join(line.strip() for line in text)
    assert re.search(r" failed: there is no socket 7 \(open: [\d, ]+\) \d\d:", unfolded)
    head, works, fails = (line.split() for line in text[-3:])
    assert head == ["Source", "address", "Chosen", "by", "Destination", "Outcome", "Count"]
    assert (works[:2], works[3:]) == (["127.0.0.1", "bind"], ["connected", "1"])
    assert (fails[:2], fails[3:]) == (["127.0.0.1", "kernel"], ["refused", "1"])


def saved(tmp_path: Path, *words: str) -> Run:
    return run(tmp_path, "--log", "own.jsonl", "-c", f"note it; log -save {' '.join(words)}")


def test_saving_the_text(tmp_path: Path) -> None:
    done = saved(tmp_path, "ticket.txt")
    text = (tmp_path / "ticket.txt").read_text()
    shows(done, f"{len(text.encode())} bytes saved in ticket.txt")
    assert "note: it" in text
    assert stat.S_IMODE((tmp_path / "ticket.txt").stat().st_mode) == 0o600
    again = saved(tmp_path, "ticket.txt")
    assert again.err == "-c:1: log: ticket.txt exists: choose another name, or use -force\n"
    assert (tmp_path / "ticket.txt").read_text() == text
    assert saved(tmp_path, "ticket.txt", "-force").status == 0
    assert saved(tmp_path, "no/folder").err == "-c:1: log: no/folder: No such file or directory (ENOENT)\n"


@pytest.mark.parametrize("name", ["own.jsonl", "./own.jsonl", "link"])
def test_saving_does_not_destroy_the_log_itself(tmp_path: Path, name: str) -> None:
    (tmp_path / "link").symlink_to("own.jsonl")
    done = saved(tmp_path, name, "-force")
    assert done.err == (f"-c:1: log: {name} is the log itself: choose another name\n")
    assert read(tmp_path / "own.jsonl")[-1]["type"] == "end"


def test_a_reader_takes_what_it_gets() -> None:
    lines = [b'{"type": "new", "x": 1}', b"[]", b"", b"\xff", b'{"seq": 1}', b'{"type": 1}', b'{"type": "note", "te']
    problems = ReadProblems()
    (entry,) = entries(lines, problems)
    assert (entry.type, entry.record, entry.problem, entry.line) == ("new", None, "", '{"type": "new", "x": 1}')
    assert (problems.skipped, problems.torn) == (4, True)
    odd = [b'{"type": "new"}', b'{"type": "note", "time": "2026-01-31T15:33:51.123Z"}', b'{"type": "connection"}']
    assert list(transcript(entries(odd), ReadProblems())) == [
        "15:33:51  (note record not understood: text: it is missing)",
        "--:--:--  (connection record not understood: socket: it is missing)",
        "(1 connection record is not understood by this version)",
        "(records of types that this version does not know: new (1))",
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM])
def test_a_signal_waits_until_a_record_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    log = tmp_path / "log.jsonl"
    write = os.write

    def interrupted(file: int, data: bytes) -> int:
        os.kill(os.getpid(), number)
        return write(file, data)

    with ending() as hold:
        journal = Journal(str(log), lambda: 0.0, pytest.fail, hold=hold)
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", interrupted)
            with pytest.raises(KeyboardInterrupt if number == signal.SIGINT else Terminated):
                journal.write(Note("one"), 1)
        journal.write(Note("two"), 1)
    assert [entry.record for entry in entries(journal.lines())] == [Note("one"), Note("two")]
    assert [record["text"] for record in read(log)] == ["one", "two"]
    journal.close()
