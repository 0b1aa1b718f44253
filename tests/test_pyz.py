"""The one-file program, with every Python that scripts/pythons finds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from child import ROOT
from programs import environment
from terminals import Terminal


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("pyz") / "stcp-shell.pyz"
    build(target)
    return target


def build(target: Path) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "zipped" / "build.py"), str(target)]
    subprocess.run(command, check=True, capture_output=True)


def pythons() -> list[str]:
    found = subprocess.run([str(ROOT / "scripts" / "pythons")], capture_output=True, text=True, check=True).stdout
    return [line.partition(" ")[2] for line in found.splitlines()]


def alone(folder: Path, **more: str) -> dict[str, str]:
    """An environment without the tree; the cache lies in `folder`."""
    known = {name: value for name, value in environment(folder).items() if name != "PYTHONPATH"}
    return {**known, "XDG_CACHE_HOME": str(folder / "cache"), **more}


def run(python: str, pyz: Path, folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [python, "-W", "ignore", str(pyz), *words]
    return subprocess.run(
        command, cwd=folder, env=alone(folder, **more), capture_output=True, text=True, timeout=60, check=False
    )


def test_the_same_sources_make_the_same_bytes_and_few(pyz: Path, tmp_path: Path) -> None:
    build(tmp_path / "again.pyz")
    assert (tmp_path / "again.pyz").read_bytes() == pyz.read_bytes()
    assert pyz.stat().st_size < 2_000_000
    assert os.access(pyz, os.X_OK)


@pytest.mark.slow
@pytest.mark.parametrize("python", pythons())
def test_it_runs_with_every_python(pyz: Path, tmp_path: Path, python: str) -> None:
    for _ in range(2):  # the first start unpacks it
        done = run(python, pyz, tmp_path, "connect", "127.0.0.1:1", "-from", "127.0.0.9")
        assert (done.returncode, done.stderr) == (0, "")
        assert "source       127.0.0.9" in done.stdout
    assert "verdict: no-listener" in run(python, pyz, tmp_path, "diagnose", "127.0.0.1", "1", "-quick").stdout
    assert run(python, pyz, tmp_path, "--report", "last", "--format", "html").stdout.startswith("<!DOCTYPE html>")
    assert "lo" in run(python, pyz, tmp_path, "-c", "ifconfig -all; route print; netstat -r; help").stdout
    with Terminal(
        tmp_path, command=(python, str(pyz)), PYTHONPATH="", XDG_CACHE_HOME=str(tmp_path / "cache")
    ) as terminal:
        terminal.prompt()
        assert "plain input" not in terminal.text
        terminal.run("note typed")
        terminal.send("quit\r")
        assert terminal.end() == 0


def test_a_cache_that_cannot_be_used_or_is_not_ours_is_left_alone(pyz: Path, tmp_path: Path) -> None:
    assert run(sys.executable, pyz, tmp_path, "--version", XDG_CACHE_HOME="/proc/nothing").returncode == 0
    assert run(sys.executable, pyz, tmp_path, "--version").returncode == 0
    (made,) = (tmp_path / "cache" / "stcp-shell").iterdir()
    (made / "stcp_shell" / "__init__.py").write_text("raise SystemExit('taken over')")
    made.chmod(0o777)
    done = run(sys.executable, pyz, tmp_path, "--version")
    assert (done.returncode, done.stderr) == (0, "")
    shutil.rmtree(made)
    (tmp_path / "evil").mkdir()
    made.symlink_to(tmp_path / "evil")
    assert run(sys.executable, pyz, tmp_path, "--version").returncode == 0


def test_modules_beside_it_are_not_imported(pyz: Path, tmp_path: Path) -> None:
    (tmp_path / "selectors.py").write_text("raise SystemExit('imported')")
    assert run(sys.executable, pyz, tmp_path, "connect", "127.0.0.1", "1").returncode == 0


def test_without_prompt_toolkit_the_prompt_is_plain(tmp_path: Path) -> None:
    package = tmp_path / "prompt_toolkit"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('not there')")
    with Terminal(tmp_path, PYTHONPATH=f"{tmp_path}:{ROOT}") as terminal:
        terminal.prompt()
        assert "prompt_toolkit cannot be imported (not there): plain input" in " ".join(terminal.text.split())
        terminal.send("note one\r")
        terminal.wait("noted\nstcp:")
        terminal.send("accep\r")
        terminal.wait("did you mean accept?)\nstcp:")
        terminal.send("\x03")
        terminal.wait(lambda: terminal.lines.count("stcp:") + terminal.lines.count("stcp: ^C") >= 2)
        terminal.send("exit\r")
        assert terminal.end() == 0
