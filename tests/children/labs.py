"""The lab that a test's child is in."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading

from stcp_shell import lab
from stcp_shell.lab.namespaces import inside

NODES: dict[str, int] = {}  # of the lab that this process is in: their network namespaces


def enter(scenario: str) -> None:
    """Move this process into a lab."""
    NODES.update(lab.enter(scenario))


def refusal(scenario: str = lab.DEFAULT) -> str:
    """Why there is no lab to be had."""
    try:
        lab.enter(scenario)
    except lab.LabUnavailable as error:
        return str(error)
    raise AssertionError("the lab was built")


def hold() -> None:
    """Be in a lab until standard input ends; prints each namespace, and whether its descriptor is inherited."""
    enter(lab.DEFAULT)
    said = [[os.readlink(f"/proc/self/fd/{number}"), os.get_inheritable(number)] for number in NODES.values()]
    print(json.dumps(said), flush=True)
    sys.stdin.read()


def on(node: str, command: str, text: str = "") -> None:
    """Run a command on one of the lab's machines."""
    with inside(NODES[node]):
        subprocess.run(command.split(), input=text, text=True, check=True)


def hide_nft() -> None:
    """As if nft was not installed."""
    which = shutil.which
    shutil.which = lambda name, *how, **more: None if name == "nft" else which(name, *how, **more)  # type: ignore[assignment]


def start_thread() -> None:
    """A thread that does not end."""
    threading.Thread(target=threading.Event().wait, daemon=True).start()


def user() -> int:
    """Who runs this, if it is with a Python that the package runs on."""
    assert sys.version_info >= (3, 9)
    return os.getuid()
