"""Real servers, and what `watch` and `callback` say of them: most bind their connection B, and some do not."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from child import ROOT
from children import servers
from conftest import child

pytestmark = pytest.mark.slow
FTP = "callback ftp"
BIND = ("vsftpd", "proftpd", "pure-ftpd", "pyftpdlib")
DO_NOT = ("twisted", "ndmjob")


@pytest.fixture(scope="module")
def unpacked() -> None:
    """The servers are there, and this is root, as most of them need it. In CI a machine without that is a failure."""
    done = subprocess.run([ROOT / "scripts" / "servers"], capture_output=True, text=True, check=False, timeout=300)
    why = (
        "real servers change to other users: this needs root"
        if os.getuid()
        else (done.stderr.strip().splitlines() or ["scripts/servers failed"])[-1]
        if done.returncode
        else ""
    )
    if why and os.environ.get("CI"):
        pytest.fail(why)
    if why:
        pytest.skip(why)


@pytest.fixture
def place() -> Iterator[str]:
    """A folder into which a server may look that has changed to another user: pytest's own are closed to it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield folder


def meet(place: str, server: str, words: str, drops: bool = False) -> list[Any]:
    words += {"pure-ftpd": " -user lab", "ndmjob": " -user ndmp"}.get(server, "")
    found: list[Any] = child(partial(servers.meet, server, words, place, drops), before=("unshare", "-n")).last
    return found


@pytest.mark.parametrize("server", BIND)
@pytest.mark.parametrize("more", ["", " -extended"], ids=["PORT", "EPRT"])
def test_a_server_that_binds_calls_from_the_address_that_the_client_uses(
    unpacked: None, place: str, server: str, more: str
) -> None:
    called, verdict = meet(place, server, FTP + more)
    assert (called["outcome"], called["same"]) == ("called", True), called
    assert verdict["kind"] == "callback-same-source", verdict["evidence"]


@pytest.mark.parametrize("server", DO_NOT)
def test_a_server_that_does_not_calls_from_the_address_that_the_kernel_chooses(
    unpacked: None, place: str, server: str
) -> None:
    called, verdict = meet(place, server, "callback ndmp" if server == "ndmjob" else FTP)
    assert (called["outcome"], called["same"]) == ("called", False), called
    assert called["caller"]["address"] == servers.HOST_Z
    assert verdict["kind"] == "callback-other-source", verdict["evidence"]


@pytest.mark.parametrize("server", DO_NOT)
def test_if_it_is_dropped_only_the_watch_knows_from_where_it_left(unpacked: None, place: str, server: str) -> None:
    called, verdict = meet(place, server, "callback ndmp" if server == "ndmjob" else FTP, drops=True)
    assert called["outcome"] in ("not-called", "no-reply")
    assert called["caller"] is None
    assert verdict["kind"] == "callback-other-source", verdict["evidence"]
    assert servers.HOST_Z in verdict["summary"]
