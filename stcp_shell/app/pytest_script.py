"""A .stcp file as a test of pytest: parsed when it is collected, run by a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ..environment import real
from ..lab import SCENARIOS
from ..log.reader import entries
from ..model.checks import CommandFailed, Expectation
from ..model.entry import Entry
from ..model.session import CommandGiven
from ..report.text.escape import visible
from .options import UsageError, parse
from .scripts import given_variables, read_scripts

_ROOT = str(Path(__file__).resolve().parents[2])
# Neither the current folder, which -c puts first, nor that of the checks may hold a module that takes the place of one
# of the library: a check would pass that has not run.
_ISOLATED = (
    "import sys; sys.path[:] = [each for each in sys.path if each]; sys.path.append(sys.argv.pop(1)); "
    "from stcp_shell.app.program import main; main()"
)


class ScriptFailed(Exception):
    """An expectation was missed or a command failed; the text is the complete report."""


class ScriptFile(pytest.File):
    """A script file. If it does not parse, its collection fails and nothing of it runs."""

    def collect(self) -> Iterable[ScriptItem]:
        """Yield the one test. Raises CollectError with every mistake of the script, as --check prints them."""
        words = [*_options(self.config), "--", os.path.relpath(self.path)]
        arguments = parse(words)
        problems = read_scripts(arguments, given_variables(arguments), real()).problems
        if problems:
            raise self.CollectError("\n".join(visible(str(problem)) for problem in problems))
        yield ScriptItem.from_parent(self, name=self.path.stem, words=words)


class ScriptItem(pytest.Item):
    """A run of a script."""

    def __init__(self, *, words: list[str], **given: Any) -> None:
        super().__init__(**given)
        self._command = [sys.executable, "-c", _ISOLATED, _ROOT, "--no-log", "--format", "jsonl", *words]
        self._folder = os.getcwd()  # relative paths in the words start here; another test may change the folder

    def runtest(self) -> None:
        """Run the script. Raises ScriptFailed if its exit status is not 0, or it did not come to its end."""
        done = subprocess.run(
            self._command, cwd=self._folder, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        found = list(entries(done.stdout.splitlines()))
        if done.returncode or not found or found[-1].type != "end":
            said = done.stderr.decode("utf-8", "replace")
            wrong = list(complaints(found)) or said.splitlines()
            raise ScriptFailed("\n".join(map(visible, wrong or [f"exit status {done.returncode}, and no end"])))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the misses without a traceback: the fault is not in Python."""
        if isinstance(excinfo.value, ScriptFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the headline of a failure."""
        return self.path, None, os.path.relpath(self.path)


def complaints(found: Iterable[Entry]) -> Iterator[str]:
    """Yield the missed expectations and failed commands in a session's records, with the evidence indented."""
    given: Entry | None = None
    for entry in found:
        record = entry.record
        if isinstance(record, CommandGiven):
            given = entry
        elif given and given.seq == entry.command:
            where, text = given.record.origin, given.record.text
            if isinstance(record, Expectation) and not record.met:
                yield f"{where}: expected {record.expected}; seen {record.seen}"
                yield from (f"    {line}" for line in record.evidence)
            elif isinstance(record, CommandFailed):
                yield f"{where}: {text}: {record.error}"


def check_options(config: pytest.Config) -> None:
    """Raise pytest's UsageError if the shell would reject the options that pytest was given."""
    lab = config.getoption("stcp_lab")
    if lab and lab not in SCENARIOS:
        raise pytest.UsageError(
            f"--stcp-lab: there is no scenario {lab}: give a scenario, or put --stcp-lab after the files and folders"
        )
    try:
        given_variables(parse(list(_options(config))))
    except UsageError as error:
        raise pytest.UsageError(f"stcp-shell: {error}") from None


def _options(config: pytest.Config) -> Iterator[str]:
    """Yield the options that pytest was given as options of the shell."""
    for definition in config.getoption("stcp_define"):
        yield f"-D{definition}"
    lab = config.getoption("stcp_lab")
    if lab is not None:
        yield f"--lab={lab}"
    timeout = config.getini("stcp_timeout")
    if timeout:
        yield f"--timeout={timeout}"
