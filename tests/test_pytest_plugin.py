"""The plug-in for pytest: .stcp files as tests. It is tried in runs of pytest of their own."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from child import ROOT
from programs import PATIENCE, environment, listening, port_of

from stcp_shell.app.pytest_script import complaints
from stcp_shell.log.reader import entries

PYTEST = [sys.executable, "-m", "pytest", "-p", "stcp_shell.app.pytest_plugin", "-p", "no:cacheprovider", "-W", "error"]


def pytest_run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in `folder` with this plug-in and no other, whether it is installed or not."""
    return subprocess.run(
        [*PYTEST, *words],
        cwd=folder,
        env=environment(folder) | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def scripts(folder: Path, **texts: str) -> None:
    (folder / "checks").mkdir()
    for name, text in texts.items():
        (folder / "checks" / f"{name}.stcp").write_text(text)


def test_a_miss_is_the_failure_message(tmp_path: Path) -> None:
    with listening() as server:
        connect = f"socket\nconnect -name 127.0.0.1 -port {port_of(server)}\n"
        scripts(tmp_path, good=f"{connect}expect connected\n", bad=f"{connect}expect refused\nexpect connected\n")
        done = pytest_run(tmp_path, "checks")
    assert done.returncode == 1, done.stdout
    assert "1 failed, 1 passed" in done.stdout
    failure = done.stdout.partition("= FAILURES =")[2].partition("short test summary")[0].splitlines()
    assert failure[1].strip("_ ") == "checks/bad.stcp"
    said = re.fullmatch(r"checks/bad.stcp:3: expected refused to 127.0.0.1:\d+; seen connected after .*", failure[2])
    assert said
    assert failure[3].startswith("    connected after ")
    assert failure[4].startswith("    source 127.0.0.1:")
    why = f" - {said[0]}" if pytest.version_tuple >= (9,) else ""
    assert f"FAILED checks/bad.stcp::bad{why}\n" in done.stdout
    assert "Traceback" not in done.stdout
    assert ".py" not in "".join(failure)


def test_the_command_that_failed_is_the_failure_message(tmp_path: Path) -> None:
    scripts(tmp_path, one="socket\nuse 7\n")
    done = pytest_run(tmp_path, "checks")
    assert done.returncode == 1
    assert "\nchecks/one.stcp:2: use 7: there is no socket 7 (open: 1)\n" in done.stdout


def test_a_script_without_an_expectation_passes_when_it_ran_through(tmp_path: Path) -> None:
    scripts(tmp_path, one="socket\nnote hello\n")
    assert "1 passed" in pytest_run(tmp_path, "checks/one.stcp").stdout


def test_what_does_not_parse_is_an_error_at_collection(tmp_path: Path) -> None:
    scripts(tmp_path, bad="sockt\nsocket\nbind -x\necho $MISSING\n", good="socket\n")
    done = pytest_run(tmp_path, "checks")
    assert done.returncode == 2
    assert "ERROR collecting checks/bad.stcp" in done.stdout
    assert "\nchecks/bad.stcp:1:1: unknown command 'sockt' (did you mean socket?)\n" in done.stdout
    assert "\nchecks/bad.stcp:3:6: bind: unknown option '-x'" in done.stdout
    assert "\nchecks/bad.stcp:4:6: variable MISSING is not set" in done.stdout
    assert ".py" not in done.stdout.partition("= ERRORS =")[2]


def test_variables_and_the_time_out_are_passed_on(tmp_path: Path) -> None:
    scripts(
        tmp_path, one="set -default PORT 1\nsocket\nconnect -name $HOST -port $PORT\nexpect connected\nuse $timeout\n"
    )
    with listening() as server:
        done = pytest_run(
            tmp_path, "checks", "--stcp-define", "HOST=127.0.0.1", f"--stcp-define=PORT={port_of(server)}",
            "-o", "stcp_timeout=7",
        )  # fmt: skip
    assert "\nchecks/one.stcp:5: use $timeout: there is no socket 7 (open: 1)\n" in done.stdout
    assert "expected" not in done.stdout


@pytest.mark.usefixtures("namespaces")
def test_each_script_has_a_lab_of_its_own(tmp_path: Path) -> None:
    text = "socket\nconnect -name 10.1.1.1 -port 2121\nexpect prohibited -from 192.168.77.1\n"
    scripts(tmp_path, one=text, two=text)
    assert "2 passed" in pytest_run(tmp_path, "checks", "--stcp-lab=acl-reject").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--stcp-lab", "checks"], "--stcp-lab: there is no scenario checks: give a scenario, or put --stcp-lab after"),
        (["--stcp-define", "x", "checks"], "stcp-shell: -D x: write -D NAME=VALUE"),
        (["--stcp-define", "1=2", "checks"], "stcp-shell: -D '1' is not a variable name"),
        (["-o", "stcp_timeout=soon", "checks"], "stcp-shell: --timeout soon: a duration is a number of seconds"),
    ],
)
def test_options_that_are_wrong_are_said_once(tmp_path: Path, words: list[str], said: str) -> None:
    scripts(tmp_path, one="socket\n", two="socket\n")
    done = pytest_run(tmp_path, *words)
    assert done.returncode == 4
    assert done.stderr.count(said) == 1
    assert "Traceback" not in done.stderr + done.stdout


def test_hostile_text_is_harmless(tmp_path: Path) -> None:
    records = [
        {"type": "command", "seq": 1, "text": "use \x1b[2J", "from": "a\nb:1"},
        {"type": "result", "command": 1, "error": "\u202e"},
    ]
    assert len(list(complaints(entries(json.dumps(record).encode() for record in records)))) == 1
    name = "checks/a\x1b[2Jb.stcp"
    (tmp_path / "checks").mkdir()
    (tmp_path / name).write_text("use 7\n")
    done = pytest_run(tmp_path, "checks")
    assert "\\x1b[2Jb.stcp:1: use 7: there is no socket 7" in done.stdout


def test_who_has_no_scripts_pays_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(
        "import sys\n"
        "def test_mine():\n"
        "    ours = {name for name in sys.modules if name.startswith('stcp_shell')}\n"
        "    assert ours == {'stcp_shell', 'stcp_shell.app', 'stcp_shell.app.pytest_plugin'}\n"
    )
    done = pytest_run(tmp_path)
    assert "1 passed" in done.stdout, done.stdout


def test_our_own_run_takes_no_scripts() -> None:
    assert '\ntestpaths = ["tests"]\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert list((ROOT / "tests").rglob("*.stcp")) == []


def test_a_module_beside_a_check_does_not_let_it_pass(tmp_path: Path) -> None:
    check = "socket\nconnect -name 127.0.0.1 -port 1\nexpect connected\n"
    scripts(tmp_path, bad=check)
    for name in ("selectors", "socket", "stcp_shell"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(0)")
    code = "import sys; sys.path[:] = [each for each in sys.path if each]; import pytest; sys.exit(pytest.main())"
    command = [sys.executable, "-c", code, *PYTEST[3:], "checks"]
    given = environment(tmp_path) | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=given, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "expected connected to 127.0.0.1:1; seen refused" in done.stdout
