"""The plug-in for pytest: `pytest checks/` runs each .stcp file as a test.

It is loaded in every run of pytest where the package is installed: what it needs is imported with the first script.
"""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that scripts are run with."""
    group = parser.getgroup("stcp-shell", "stcp-shell: .stcp files as tests")
    group.addoption(
        "--stcp-define",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="give a variable of the scripts a value; may be given again",
    )
    group.addoption(
        "--stcp-lab",
        nargs="?",
        const="",
        metavar="SCENARIO",
        help="run each script inside a practice network of its own (stcp-shell --lab=list lists them)",
    )
    parser.addini("stcp_timeout", "seconds that connect, accept and recv wait in .stcp files (60)")


def pytest_configure(config: pytest.Config) -> None:
    """Say at once, and once, what is wrong with the options. Raises UsageError."""
    if config.getoption("stcp_define") or config.getoption("stcp_lab") is not None or config.getini("stcp_timeout"):
        from .pytest_script import check_options

        check_options(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A .stcp file is a test."""
    if file_path.suffix != ".stcp":
        return None
    from .pytest_script import ScriptFile

    return ScriptFile.from_parent(parent, path=file_path)
