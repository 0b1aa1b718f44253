"""The package as it is installed: metadata, commands, files, and the plug-in for Pygments."""

import os
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

import pytest
from child import ROOT

from stcp_shell import __version__


@pytest.fixture(scope="module")
def installed() -> metadata.Distribution:
    """The distribution where this Python installs to, not what a build left in the tree. In CI it must be there."""
    found = list(metadata.Distribution.discover(name="stcp-shell", path=[sysconfig.get_path("purelib")]))
    if found:
        return found[0]
    if os.environ.get("CI"):
        pytest.fail("the package is not installed")
    pytest.skip("the package is not installed: use scripts/test")


def run(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout


def test_version_is_that_of_the_metadata(installed: metadata.Distribution) -> None:
    assert installed.version == __version__


def test_changelog_begins_with_this_version() -> None:
    headings = [
        line for line in (ROOT / "CHANGELOG.rst").read_text(encoding="utf-8").splitlines() if line[:1].isdigit()
    ]
    assert headings[0].split()[0] == __version__


@pytest.mark.parametrize("name", ["stcp-shell", "stcp_calls"])
def test_both_commands_run(name: str, installed: metadata.Distribution) -> None:
    command = Path(sys.executable).with_name(name)
    assert run(str(command), "--version") == f"stcp-shell {__version__}\n"


def test_python_m_runs() -> None:
    assert run(sys.executable, "-m", "stcp_shell", "--version") == f"stcp-shell {__version__}\n"


def test_every_module_is_installed(installed: metadata.Distribution) -> None:
    there = {str(file) for file in installed.files or [] if file.parts[0] == "stcp_shell" and file.suffix != ".pyc"}
    files = [path for path in (ROOT / "stcp_shell").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    tree = {str(path.relative_to(ROOT)) for path in files}
    assert there == tree


def test_pygments_finds_the_lexer(installed: metadata.Distribution) -> None:
    from pygments.lexers import get_lexer_by_name, get_lexer_for_filename

    by_name, for_file = get_lexer_by_name("stcp"), get_lexer_for_filename("multihomed.stcp")
    assert type(by_name).__name__ == type(for_file).__name__ == "StcpLexer"


def test_pytest_finds_the_plug_in(installed: metadata.Distribution) -> None:
    (found,) = [point for point in installed.entry_points if point.group == "pytest11"]
    assert found.load().__name__ == "stcp_shell.app.pytest_plugin"
    told = run(sys.executable, "-m", "pytest", "--help")
    assert "--stcp-lab" in told
