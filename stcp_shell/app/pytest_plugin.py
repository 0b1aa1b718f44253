"""The plug-in for pytest: `pytest checks/` runs each .stcp file as a test.

If the package is installed, every run of pytest loads it: its other modules are imported with the first script.
"""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options for running scripts."""
    group = parser.getgroup("stcp-shell", "stcp-shell: .stcp files as tests")
    group.addoption(
        "--stcp-define",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a variable of the scripts; can be repeated",
    )
    group.addoption(
        "--stcp-lab",
        nargs="?",
        const="",
        metavar="SCENARIO",
        help="run each script inside its own practice network (stcp-shell --lab=list lists the scenarios)",
    )
    parser.addini("stcp_timeout", "seconds that connect, accept and recv wait in .stcp files (60)")


def pytest_configure(config: pytest.Config) -> None:
    """Check the options before the run, and only once. Raises UsageError."""
    if config.getoption("stcp_define") or config.getoption("stcp_lab") is not None or config.getini("stcp_timeout"):
        from .pytest_script import check_options

        check_options(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect each .stcp file as a test."""
    if file_path.suffix != ".stcp":
        return None
    from .pytest_script import ScriptFile

    return ScriptFile.from_parent(parent, path=file_path)
