"""The examples of the help do what they say: each is run in the lab, as a session of its own."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from child import ROOT
from programs import environment, run, shows
from schemas import Record
from tickets import log

from stcp_shell.commands import CATALOGUE

OPEN = ["socket"]
CONNECTED = ["socket", "bind -name 172.16.1.50", "connect -name 10.1.1.1 -port 2121"]
CALLED = [
    "socket",
    "bind -name 127.0.0.1 -port 2199",
    "listen",
    "socket",
    "connect -name 127.0.0.1 -port 2199",
    "use 1",
]
# The state that the examples of a command are about.
BEFORE = {
    **dict.fromkeys(("use", "close", "bind", "connect", "listen", "getsockopt", "setsockopt", "set"), OPEN),
    **dict.fromkeys(("send", "recv", "shutdown", "expect", "log", "record", "copy"), CONNECTED),
    "accept": CALLED,
    "expect accepted": [*CALLED, "accept"],
    "expect callback": ["watch -peer 10.1.1.1 -for 0.2"],
    **{name: ["diagnose -name 10.1.1.1 -port 2121"] for name in ("expect verdict", "expect cause")},
}
TAKE_HOST = ("tables", "forget", "explain", "predict", "ifconfig", "route print", "netstat", "compare")
BEFORE |= {name: ["load tables.txt -host phx"] for name in TAKE_HOST}
BEFORE |= {name: ["load tables.txt", "predict 10.1.1.1"] for name in ("expect source", "expect level")}
TICKET = """\
%vos#enetA: <UP, BROADCAST, RUNNING>
172.16.1.50 netmask 0xffffff00 broadcast 172.16.1.255
%vos#enetZ: <UP, BROADCAST, RUNNING>
192.168.77.50 netmask 0xffffff00 broadcast 192.168.77.255
Default Gateway: 192.168.77.1
"""
NO_PASTE = "there is no standard input"
NO_TERMINAL = "standard output is not a terminal"  # so there is no clipboard
EXAMPLES = ROOT / "scripts" / "examples"
FIREWALL = EXAMPLES / "firewall.stcp"


def sessions(text: str) -> Iterator[list[Record]]:
    """The records of each session in JSON Lines of several."""
    for each in re.split(r'^(?=\{"type": "session")', text, flags=re.MULTILINE)[1:]:
        yield [json.loads(line) for line in each.splitlines()]


def brief(example: str) -> str:
    """An example that goes on until something happens, for a moment only."""
    if not example.startswith(("watch", "serve")):
        return example
    return re.sub(r" -(for|until) \S+", "", example) + " -for 0.2"


@pytest.mark.usefixtures("namespaces")
def test_every_example_of_the_help_runs(tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "multihomed.stcp", tmp_path)
    for name in ("before.jsonl", "after.jsonl"):
        (tmp_path / name).write_text("".join(f"{json.dumps(record)}\n" for record in log()))
    for name in ("tables.txt", "ifconfig.txt", "netstat.txt"):
        (tmp_path / name).write_text(TICKET)
    examples = {}
    for command in CATALOGUE:
        for number, shown in enumerate(command.examples):
            example = brief(shown)
            name = f"{command.name.replace(' ', '-')}-{number}.stcp"
            (tmp_path / name).write_text("\n".join([*BEFORE.get(command.name, []), example, ""]))
            examples[name] = example
    words = ["--lab=open", "--no-log", "--format", "jsonl", "-j", "24", "-D", "N=2121"]
    variables = environment(tmp_path) | {"HOME": str(tmp_path), "STCP_SHELL_PASSWORD": "ndmp"}
    done = run(tmp_path, *words, *examples, env=variables)
    expected = (NO_TERMINAL, NO_PASTE, "redacted; names that", "if one of these names somebody")
    assert [line for line in done.err.splitlines() if not any(each in line for each in expected)] == []
    found = list(sessions(done.out))
    assert len(found) == len(examples)
    ran = dict(zip(examples, found))
    for name, example in examples.items():
        assert any(record.get("text") == example for record in ran[name]), name
        failures = [record["error"] for record in ran[name] if record.get("error")]
        if name.startswith(("copy-", "paste-")):
            assert failures[0].startswith(NO_TERMINAL if name.startswith("copy-") else NO_PASTE)
            continue
        assert failures == [], name
        missed = any(record.get("met") is False for record in ran[name])
        assert (ran[name][-1]["type"], ran[name][-1]["status"]) == ("end", int(missed)), name


@pytest.mark.usefixtures("namespaces")
def test_the_example_of_checks_passes_where_nothing_is_filtered(tmp_path: Path) -> None:
    shows(
        run(tmp_path, "--lab=open", FIREWALL),
        "as expected: connected to 10.1.1.1:2121, within 1.0 s",
        "3 passed, 0 failed",
    )


@pytest.mark.usefixtures("namespaces")
def test_the_example_of_checks_tells_which_address_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "--lab=acl-reject", FIREWALL)
    assert done.status == 1
    assert "firewall.stcp:13: MISS: expected connected to 10.1.1.1:2121, within 1.0 s; seen prohibited" in done.out
    assert (
        "firewall.stcp:21: MISS: expected verdict healthy to 10.1.1.1:2121; seen verdict source-dependent" in done.out
    )
    assert done.out.endswith("\n1 passed, 2 failed\n")
