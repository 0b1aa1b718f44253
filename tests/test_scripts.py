"""What lies under scripts/: the examples parse and tell their stories, the programs say what they lack."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from child import ROOT
from programs import read
from schemas import Record

SCRIPTS = ROOT / "scripts"
EXAMPLES = sorted(SCRIPTS.glob("examples/*.stcp"))
PROGRAMS = sorted(path for path in SCRIPTS.iterdir() if path.is_file() and not path.suffix)


def shell(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the shell in the project's folder, with its log in `folder`."""
    return subprocess.run(
        [sys.executable, "-m", "stcp_shell", *words],
        cwd=ROOT,
        env=os.environ | {"XDG_STATE_HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def in_lab(folder: Path, example: str) -> tuple[str, list[Record]]:
    """What an example shows in the lab, and its records."""
    log = folder / "log.jsonl"
    done = shell(folder, "--lab", "--log", str(log), f"scripts/examples/{example}.stcp")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout, read(log)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_parses(path: Path, tmp_path: Path) -> None:
    done = shell(tmp_path, "--check", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "no mistake found" in done.stdout


@pytest.mark.usefixtures("namespaces")
def test_the_demo_tells_that_the_source_address_decides(tmp_path: Path) -> None:
    shown, records = in_lab(tmp_path, "multihomed")
    found = [record for record in records if record["type"] == "connection"]
    assert [(record["outcome"], record["chosen_by"]) for record in found] == [
        ("timeout", "kernel"),
        ("connected", "bind"),
    ]
    ticket = shown.partition("Session log of stcp-shell")[2]
    assert [line.split() for line in ticket.splitlines()[-2:]] == [
        ["192.168.77.50", "kernel", "10.1.1.1:2121", "timeout", "1"],
        ["172.16.1.50", "bind", "10.1.1.1:2121", "connected", "1"],
    ]


@pytest.mark.usefixtures("namespaces")
def test_the_banner_is_read(tmp_path: Path) -> None:
    shown, _ = in_lab(tmp_path, "banner")
    assert "  220 phx lab client ready\n" in shown
    assert "the peer closed its side (FIN)" in shown


@pytest.mark.usefixtures("namespaces")
def test_the_callback_names_the_address_that_called(tmp_path: Path) -> None:
    shown, records = in_lab(tmp_path, "callback")
    assert "accepted from 127.0.0.2:" in shown
    assert [record["result"] for record in records if record["type"] == "result"][-2:] == ["accepted", "name"]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_a_program_can_be_run(path: Path) -> None:
    assert os.access(path, os.X_OK)
    assert path.read_text(encoding="utf-8").startswith(("#!/usr/bin/env bash\n", "#!/usr/bin/env python3\n"))


@pytest.mark.parametrize(
    ("lacking", "said"),
    [("version_info", "needs Python 3.9 or newer"), ("ensurepip", "install the package python3-venv")],
)
def test_install_says_what_python_lacks(lacking: str, said: str, tmp_path: Path) -> None:
    python = tmp_path / "python3"
    python.write_text(f'#!/bin/sh\ncase "$2" in *{lacking}*) exit 1;; esac\n', encoding="ascii")
    python.chmod(0o755)
    done = subprocess.run(
        [SCRIPTS / "install"],
        env=os.environ | {"PYTHON": str(python)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
