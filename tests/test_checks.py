"""Scripts that assert: expectations, their misses, several scripts at once, JUnit, and the exit status."""

import os
import re
import signal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from programs import Run, listening, run, shows, started, until

SCRIPT = """\
set -default PORT 2121
socket
connect -name 10.1.1.1 -port $PORT
expect prohibited -source 192.168.77.50 -from 192.168.77.1 -within 3
expect connected
expect prohibited -from 10.9.9.9
socket; bind -name 172.16.1.50; connect -name 10.1.1.1 -port $PORT; expect connected -source 172.16.1.50
diagnose -name 10.1.1.1 -port $PORT
expect verdict source-dependent
expect verdict healthy
"""


def script(folder: Path, text: str, name: str = "check.stcp") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def checked(namespaces: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("checks")
    return run(folder, "--lab=acl-reject", "--junit", folder / "junit.xml", script(folder, SCRIPT))._replace(
        err=(folder / "junit.xml").read_text()
    )


def test_a_miss_says_where_and_what_and_the_script_goes_on(checked: Run) -> None:
    assert checked.status == 1
    assert (
        "as expected: prohibited to 10.1.1.1:2121, from 192.168.77.50, ICMP error from 192.168.77.1, within"
        in checked.out
    )
    missed = r"check\.stcp:5: MISS: expected connected to 10.1.1.1:2121; seen prohibited after .*, from 192"
    assert re.search(rf"{missed}.*\n  prohibited \(EHOST", checked.out)
    assert (
        "check.stcp:6: MISS: expected prohibited to 10.1.1.1:2121, ICMP error from 10.9.9.9; seen prohibited after"
        in checked.out
    )
    assert (
        "check.stcp:10: MISS: expected verdict healthy to 10.1.1.1:2121; seen verdict source-dependent" in checked.out
    )
    assert checked.out.endswith("\n3 passed, 3 failed\n")


def test_the_log_has_the_expectations(checked: Run) -> None:
    found = checked.of("expectation")
    assert [record["met"] for record in found] == [True, False, False, True, True, False]
    assert found[1]["expected"] == "connected to 10.1.1.1:2121"
    assert found[1]["seen"].startswith("prohibited after ")
    assert any("ICMP 3/13" in line for line in found[1]["evidence"])


def test_junit_has_a_case_for_each_expectation(checked: Run) -> None:
    root = ElementTree.fromstring(checked.err)
    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["errors"]) == ("6", "3", "0")
    names = [case.attrib["name"] for case in root.iter("testcase")]
    assert names[1].endswith("check.stcp:5: expect connected: 192.168.77.50 -> 10.1.1.1:2121")
    assert names[5].endswith("-> 10.1.1.1:2121")
    failure = root.findall(".//failure")[0]
    said = r"expected connected to 10.1.1.1:2121; seen prohibited after .* m?s, from 192.168.77.50"
    assert re.fullmatch(said, failure.attrib["message"])
    assert "ICMP 3/13" in (failure.text or "")


def test_a_command_that_fails_is_an_error_in_junit_and_hostile_text_is_harmless(tmp_path: Path) -> None:
    path = script(tmp_path, "note '<&\"\u202e'\nuse 7\n", "<odd>&.stcp")
    done = run(tmp_path, "--junit", tmp_path / "j.xml", path)
    root = ElementTree.parse(tmp_path / "j.xml").getroot()
    assert done.status == 1
    assert root.attrib["errors"] == "1"
    assert root.findall(".//error")[0].attrib["message"] == "there is no socket 7 (none is open)"


def test_only_an_older_junit_file_is_overwritten(tmp_path: Path) -> None:
    precious, old = tmp_path / "thesis.txt", tmp_path / "j.xml"
    precious.write_text("years of work")
    done = run(tmp_path, "--junit", precious, "-c", "note it")
    assert (done.status, done.out, precious.read_text()) == (2, "", "years of work")
    assert done.err == f"stcp-shell: --junit {precious} is no JUnit file: it is not overwritten; choose another file\n"
    for number in (1, 2):
        assert run(tmp_path, "--junit", old, "-c", "use 7;" * number).status == 1
    full = run(tmp_path, "--no-log", "--junit", old, "-c", "use 7", before=["prlimit", "--fsize=100"])
    assert (full.status, full.err.splitlines()[-1]) == (1, f"stcp-shell: {old}: File too large (EFBIG)")
    assert ElementTree.parse(old).getroot().attrib["errors"] == "1"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".stcp")] == []


def test_junit_is_xml_whatever_scripts_hold(tmp_path: Path) -> None:
    odd = "\ufffe \uffff \ud800 \U0001ffff \x01 ]]> \u3164"
    path = tmp_path / os.fsdecode(b"odd\xff\xef\xbf\xbe.stcp")
    path.write_bytes(f"use {odd.encode('utf-8', 'surrogatepass').decode('utf-8', 'replace')}\n".encode())
    done = run(tmp_path, "--junit", tmp_path / "j.xml", "--keep-going", "-c", f"note '{odd[0]}'; use 7", path)
    assert done.status in (1, 2)
    path.write_text("note '\ufffe\uffff\u3164'\nuse 8\n", encoding="utf-8")
    done = run(tmp_path, "--junit", tmp_path / "j.xml", path)
    name = ElementTree.parse(tmp_path / "j.xml").getroot().findall(".//testcase")[0].attrib["name"]
    assert name.endswith(r"odd\udcff\ufffe.stcp:2: use 8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("expect connected", "expect: there is no connection yet: use connect first"),
        ("expect verdict healthy", "expect verdict: there is no diagnosis yet: use diagnose first"),
        ("expect conected", "expect: conected: write one of connected"),
        ("expect verdict helthy", "expect verdict: helthy: write one of"),
        ("expect connected -source nosuch", "expect: -source nosuch: nosuch is not an IPv4 address"),
        ("wait 0", "wait: 0: a duration is a number of seconds"),
    ],
)
def test_what_cannot_be_expected_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    done = run(tmp_path, "-c", text)
    assert done.status in (1, 2)
    assert said in done.err
    assert done.err.count("\n") == 1


def test_defaults_give_way_to_definitions(tmp_path: Path) -> None:
    path = script(tmp_path, "set -default A one\nset -default A two\necho $A $B\n")
    shows(run(tmp_path, "-D", "B=2", path), "one 2")
    shows(run(tmp_path, "-D", "A=1", "-D", "B=2", path), "1 2")


def test_a_missing_variable_is_an_error_before_the_first_packet(tmp_path: Path) -> None:
    with listening() as server:
        text = f"socket\nconnect -name 127.0.0.1 -port {server.getsockname()[1]}\necho $LATER\n"
        done = run(tmp_path, script(tmp_path, text))
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert done.status == 2
    assert "check.stcp:3:6: variable LATER is not set" in done.err


def test_check_tells_every_mistake_of_every_file(tmp_path: Path) -> None:
    one = script(tmp_path, "sockett\nsocket\nconnect -name x\n", "one.stcp")
    two = script(tmp_path, "bind -port 99999\n", "two.stcp")
    done = run(tmp_path, "--check", one, two)
    assert done.status == 2
    places = re.findall(r"(one|two)\.stcp:(\d+):(\d+): ", done.err)
    assert places == [("one", "1", "1"), ("one", "3", "1"), ("two", "1", "12")]
    assert done.records == []


def test_scripts_at_once_are_not_interleaved_and_are_told_in_the_given_order(tmp_path: Path) -> None:
    slow = script(tmp_path, "wait 0.6\necho slow ends\n", "slow.stcp")
    quick = script(tmp_path, "echo quick begins\necho quick ends\n", "quick.stcp")
    done = run(tmp_path, "-j", "2", slow, quick, script(tmp_path, "use 7\n", "bad.stcp"))
    assert done.status == 1
    texts = [line for line in done.out.splitlines() if not line.startswith("stcp:")]
    assert texts == ["slow ends", "quick begins", "quick ends"]
    assert "bad.stcp:1: use: there is no socket 7" in done.err


def test_scripts_at_once_share_nothing_and_are_counted_together(tmp_path: Path) -> None:
    with listening() as server:
        connect = f"socket; connect -name 127.0.0.1 -port {server.getsockname()[1]}"
        one = script(tmp_path, f"set -default A 1\n{connect}\nexpect connected\necho A is $A\n", "one.stcp")
        two = script(tmp_path, f"set -default A 2\n{connect}\nexpect refused\necho A is $A\n", "two.stcp")
        done = run(tmp_path, "-j", "4", "--no-log", "--junit", tmp_path / "j.xml", one, two)
    assert done.status == 1
    assert "A is 1" in done.out
    assert "A is 2" in done.out
    assert done.out.endswith("total: 1 passed, 1 failed\n")
    suites = ElementTree.parse(tmp_path / "j.xml").getroot().findall("testsuite")
    assert [Path(suite.attrib["name"]).name for suite in suites] == ["one.stcp", "two.stcp"]


@pytest.mark.slow
def test_eight_at_a_time_wait_together(tmp_path: Path) -> None:
    import time

    scripts = [script(tmp_path, "wait 1\n", f"{number}.stcp") for number in range(16)]
    begun = time.monotonic()
    assert run(tmp_path, "-j", "8", "--no-log", *scripts).status == 0
    assert time.monotonic() - begun < 8, "one after the other would take 16 s"


def test_sigterm_ends_all_scripts_and_each_log(tmp_path: Path) -> None:
    scripts = [script(tmp_path, "echo on\nwait 60\n", f"{number}.stcp") for number in range(2)]
    folder = tmp_path / "state" / "stcp-shell" / "sessions"
    with started(tmp_path, "-j", "2", *scripts) as process:
        until(lambda: sum('"wait 60"' in log.read_text() for log in folder.glob("*")) == 2, "both wait")
        process.terminate()
        process.communicate(timeout=20)
    assert process.returncode == 143
    assert all('"reason": "SIGTERM"' in log.read_text() for log in folder.glob("*"))


def test_many_scripts_behind_a_slow_one_need_few_descriptors(tmp_path: Path) -> None:
    slow = script(tmp_path, "wait 1\necho slow\n", "slow.stcp")
    quick = [script(tmp_path, f"echo quick {number}\n", f"{number}.stcp") for number in range(100)]
    done = run(tmp_path, "-j", "4", "--no-log", slow, *quick, before=["prlimit", "--nofile=40"])
    assert (done.status, done.err) == (0, "")
    texts = [line for line in done.out.splitlines() if not line.startswith("stcp:")]
    assert texts == ["slow", *(f"quick {number}" for number in range(100))]


def test_fewer_at_once_if_the_system_does_not_allow_more(tmp_path: Path) -> None:
    scripts = [script(tmp_path, "wait 0.2\necho done\n", f"{number}.stcp") for number in range(20)]
    done = run(tmp_path, "-j", "20", "--no-log", *scripts, before=["prlimit", "--nofile=25"])
    assert (done.status, done.err, done.out.count("\ndone")) == (0, "", 20)


def test_output_that_cannot_be_kept_and_scripts_that_are_killed_are_said(tmp_path: Path) -> None:
    slow = script(tmp_path, "wait 1\necho slow\n", "slow.stcp")
    wordy = script(tmp_path, f"echo {'x' * 60_000}\n" * 40, "wordy.stcp")
    killed = script(tmp_path, "echo on\nwait 60\n", "killed.stcp")
    words = ["-j", "4", "--no-log", "--junit", "j.xml"]
    with started(tmp_path, *words, slow, wordy, killed, before=["prlimit", "--fsize=100000"]) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        until(lambda: len(children.read_text().split()) == 2, "the wordy one has ended")
        os.kill(int(children.read_text().split()[-1]), signal.SIGKILL)
        out, error = process.communicate(timeout=20)
    assert process.returncode == 137
    assert b"slow" in out
    assert error.decode().splitlines() == [
        f"stcp-shell: {wordy}: its output is cut: File too large (EFBIG)",
        f"stcp-shell: {killed}: it was ended by SIGKILL",
    ]
    assert ElementTree.parse(tmp_path / "j.xml").getroot().attrib["errors"] == "2"


def test_scripts_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    scripts = [script(tmp_path, "wait 60\n", f"{number}.stcp") for number in range(2)]
    folder = tmp_path / "state" / "stcp-shell" / "sessions"
    with started(tmp_path, "-j", "2", *scripts) as process:
        until(lambda: sum('"wait 60"' in log.read_text() for log in folder.glob("*")) == 2, "both wait")
        process.kill()
    ends = until(lambda: [log for log in folder.glob("*") if '"reason": "SIGTERM"' in log.read_text()][1:], "two ends")
    assert len(ends) == 1
