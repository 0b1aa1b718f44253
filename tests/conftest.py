"""What tests of several modules need: children that live in the lab, or in a network namespace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import pytest
from child import Call, command
from children import labs, world

# What started the tests may ignore it, as nohup does, and each program of theirs would.
signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Child(NamedTuple):
    """What a child process said: the answers of its calls, and how it ended."""

    answers: list[Any]
    status: int
    stderr: str

    @property
    def last(self) -> Any:
        """The answer of the last call."""
        assert self.status == 0, self.stderr
        return self.answers[-1]


def child(
    *calls: Call,
    before: Sequence[str] = (),
    python: str = sys.executable,
    environment: dict[str, str] | None = None,
    **options: Any,
) -> Child:
    """Make calls in a process of its own (see child.py). `before` is a command that runs it."""
    done = subprocess.run(
        [*before, *command(*calls, python=python)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | (environment or {}),
        **options,
    )
    without_nft(done.stderr)
    lines = done.stdout.splitlines()
    return Child(json.loads(lines[-1]) if lines else [], done.returncode, done.stderr)


def in_lab(scenario: str, *calls: Call, **options: Any) -> list[Any]:
    """The answers of calls in a process that has entered a lab."""
    done = child(partial(labs.enter, scenario), *calls, **options)
    assert done.status == 0, done.stderr
    return done.answers[1:]


@cache
def _unshare() -> tuple[str, ...]:
    """The command that gives a program a network namespace of its own, as a user or as root; empty: there is none."""
    for words in (("unshare", "-Urn"), ("unshare", "-n")):
        try:
            if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
                return words
        except FileNotFoundError:
            break
    return ()


def in_namespace(*calls: Call) -> list[Any]:
    """The answers of calls in a process in a new network namespace."""
    if not (words := _unshare()):
        if os.environ.get("CI"):
            pytest.fail("no network namespace can be made here: allow user namespaces, or run as root")
        pytest.skip("no network namespace can be made here: user namespaces are forbidden and this is not root")
    done = child(world.prepare, *calls, before=words)
    assert done.status == 0, done.stderr
    return done.answers[1:]


def without_nft(said: str) -> None:
    """Skip the test where the lab says that it has no nft: some scenarios need it. In CI that is a failure."""
    if "needs the program `nft`" in said and not os.environ.get("CI"):
        pytest.skip("nft is not installed: no scenario with a firewall")


@pytest.fixture(scope="session")
def namespaces() -> None:
    """Labs can be built here: a test that needs one asks for this. In CI a machine that cannot is a failure."""
    tried = child(partial(labs.enter, "open"))
    if tried.status == 0:
        return
    why = tried.stderr.strip().splitlines()[-1]
    if "LabUnavailable" not in why or os.environ.get("CI"):
        pytest.fail(f"no lab can be built here: {tried.stderr}")
    pytest.skip(why)
