"""What tests of several modules need: children that live in the lab."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parent.parent


class Child(NamedTuple):
    """What a child process said: the values that it printed as JSON, and how it ended."""

    value: Any
    status: int
    stderr: str


def lab_command(code: str, python: str = sys.executable) -> list[str]:
    """A Python program with the lab and the probes at hand; it has not entered yet."""
    path = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'tests')!r}]; sys.dont_write_bytecode = True"
    return [python, "-c", f"{path}\nimport json, os, socket, probes\nfrom stcp_shell import lab\n{code}"]


def in_lab(
    code: str,
    *,
    before: Sequence[str] = (),
    python: str = sys.executable,
    environment: dict[str, str] | None = None,
    **options: Any,
) -> Child:
    """Run a program in a child. Its last output line is read as JSON; `before` is a command that runs it."""
    done = subprocess.run(
        [*before, *lab_command(code, python)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | (environment or {}),
        **options,
    )
    without_nft(done.stderr)
    lines = done.stdout.splitlines()
    return Child(json.loads(lines[-1]) if lines else None, done.returncode, done.stderr)


def without_nft(said: str) -> None:
    """Skip the test where the lab says that it has no nft: some scenarios need it. In CI that is a failure."""
    if "needs the program `nft`" in said and not os.environ.get("CI"):
        pytest.skip("nft is not installed: no scenario with a firewall")


@pytest.fixture(scope="session")
def namespaces() -> None:
    """Labs can be built here: a test that needs one asks for this. In CI a machine that cannot is a failure."""
    tried = in_lab("lab.enter('open')")
    if tried.status == 0:
        return
    why = tried.stderr.strip().splitlines()[-1]
    if "LabUnavailable" not in why or os.environ.get("CI"):
        pytest.fail(f"no lab can be built here: {tried.stderr}")
    pytest.skip(why)
