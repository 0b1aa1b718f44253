"""The program as it is installed, from each side once: `scripts/test` runs this with every Python that it finds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from child import ROOT
from programs import Run, environment, run, shows
from terminals import Terminal

pytestmark = pytest.mark.smoke
COMMAND = Path(sys.executable).with_name("stcp-shell")
TO_CLIENT = "-name 10.1.1.1 -port 2121"
FROM_BOTH = f"socket; connect {TO_CLIENT}; socket; bind -name 172.16.1.50 -port 0; connect {TO_CLIENT}"
TABLES = "ifconfig -all; route print; netstat -r; route get -name 10.1.1.1"


@pytest.fixture(autouse=True, scope="module")
def installed() -> None:
    """The package is installed for this Python. In CI it must be."""
    if not COMMAND.exists():
        if os.environ.get("CI"):
            pytest.fail("the package is not installed")
        pytest.skip("the package is not installed: use scripts/test")


def alone(folder: Path) -> dict[str, str]:
    """An environment in which this Python finds the installed package, not the tree."""
    return {name: value for name, value in environment(folder).items() if name != "PYTHONPATH"}


def ours(folder: Path, *words: str | Path, **options: Any) -> Run:
    """Run the installed program in `folder` until it ends."""
    return run(folder, *words, env=alone(folder), **options)


def test_every_module_can_be_imported(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "tests" / "children" / "imports.py")]
    done = subprocess.run(command, cwd=tmp_path, env=alone(tmp_path), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert Path(done.stdout).is_relative_to(sys.prefix), "another one than was installed"


def test_scripts_are_parsed(tmp_path: Path) -> None:
    examples = sorted((ROOT / "scripts").rglob("*.stcp"))
    shows(ours(tmp_path, "--check", *examples), "no mistake found")
    wrong = ours(tmp_path, "--check", "-c", "note 'it''s; socket")
    assert wrong.status == 2
    assert "this quote is not closed" in wrong.err


@pytest.mark.usefixtures("namespaces")
def test_a_session_in_the_lab_and_its_reports(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    lines = f"{FROM_BOTH}; diagnose {TO_CLIENT} -timeout 2; traceroute {TO_CLIENT} -timeout 1; {TABLES}"
    session = ours(tmp_path, "--lab=acl-reject", "--log", log, "-c", lines)
    shows(session, "verdict: source-dependent", "the kernel agrees")
    for form, beginning in {"text": "Session log of stcp-shell", "html": "<!DOCTYPE html>"}.items():
        report = ours(tmp_path, "--report", log, "--format", form)
        shows(report, "source-dependent")
        assert report.out.startswith(beginning)
        assert all(outcome in report.out for outcome in ("prohibited", "connected"))


@pytest.mark.usefixtures("namespaces")
def test_lines_are_typed_at_the_prompt(tmp_path: Path) -> None:
    with Terminal(tmp_path, "--lab=acl-reject", command=[str(COMMAND)], PYTHONPATH="") as terminal:
        terminal.prompt()
        for line in ("socket", f"connect {TO_CLIENT}", "help connect", "route print", "log"):
            terminal.run(line)
        terminal.send("netst\t -r\r")
        terminal.prompt()
        terminal.send("quit\r")
        assert terminal.end() == 0
    shown = terminal.log.decode()
    assert "prohibited" in shown
    assert "Traceback" not in shown
