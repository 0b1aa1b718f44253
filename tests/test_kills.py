"""Nothing that was shown is lost, whatever ends the process: scripts/torture does the same for longer."""

from pathlib import Path

import kills
import pytest


@pytest.mark.slow
@pytest.mark.parametrize(("terminal", "runs"), [(False, 35), (True, 15)], ids=["file", "terminal"])
def test_what_was_shown_is_in_the_log(tmp_path: Path, terminal: bool, runs: int) -> None:
    found = kills.rounds(tmp_path, runs, terminal)
    assert found.pop("shown") > 100 * runs
    assert found == {}
