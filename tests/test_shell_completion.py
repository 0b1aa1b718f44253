"""Completion of the command line in real shells: what they offer is looked at on their screens."""

import os
import re
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest
from programs import environment, run
from terminals import Terminal

from stcp_shell.app.options import OPTIONS
from stcp_shell.lab import SCENARIOS

SHELLS = ("bash", "zsh", "fish")
# What is typed, what is offered for it, and what is not.
CASES = {
    "stcp-shell --l": (["--log", "--lab"], ["--no-log", "check.stcp"]),
    "stcp-shell --lab ": (["open", "acl-reject", "list"], ["always"]),
    "stcp-shell --lab=acl-re": (["acl-reject", "acl-reset"], ["acl-drop", "check.stcp"]),
    "stcp-shell --color ": (["auto", "always", "never"], ["check.stcp", "open"]),
    "stcp-shell --no-log --format j": (["jsonl"], ["html"]),
    "stcp-shell --completion ": (["bash", "zsh", "fish"], ["check.stcp"]),
    "stcp-shell --report ": (["old.jsonl"], ["check.stcp"]),
    "stcp-shell --junit ": (["notes.txt", "old.jsonl"], []),
    "stcp-shell --keep-going c": (["check.stcp"], ["notes.txt"]),
    "stcp-shell folder/": (["inner.stcp"], ["inner.txt"]),
    "stcp-shell one.stcp fo": (["folder"], ["notes.txt"]),
    "stcp_calls --no": (["--no-log"], ["--log "]),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("check.stcp", "call.stcp", "notes.txt", "old.jsonl", "folder/inner.stcp", "folder/inner2.stcp"):
        path = tmp_path / "here" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / "here" / "folder" / "inner.txt").write_text("")
    for shell in SHELLS:
        (tmp_path / shell).write_text(run(tmp_path, "--completion", shell).out)
    return tmp_path


def there(shell: str) -> None:
    """Skip where a shell is not installed; in CI it has to be."""
    if shutil.which(shell):
        return
    if os.environ.get("CI"):
        pytest.fail(f"{shell} is not installed")
    pytest.skip(f"completion is NOT TRIED: {shell} is not installed")


def offered(screen: str, words: list[str]) -> list[str]:
    """Which of the words stand on a screen by themselves."""
    there = screen.replace("/", " ").split()
    return [word for word in words if word.strip() in there]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_offers(shell: str, folder: Path) -> None:
    there(shell)
    setup = {
        "bash": "bind 'set completion-query-items 0'; bind 'set page-completions off'; PS1='$ '",
        "zsh": "autoload -Uz compinit && compinit -u -D; zstyle ':completion:*' verbose no; LISTMAX=1000; PROMPT='$ '",
    }[shell]
    listing = "\x1b?" if shell == "bash" else "\x04"  # lists what there is, and completes nothing
    options = ["--norc", "--noprofile", "-i"] if shell == "bash" else ["-f", "-i"]
    with Terminal(folder, command=[shell, *options], HOME=str(folder), LC_ALL="C.UTF-8") as terminal:
        terminal.send(f"{setup}; cd {folder}/here; . {folder}/{shell}; clear\r")
        terminal.wait(lambda: terminal.text == "$")
        for typed, (wanted, unwanted) in CASES.items():
            terminal.send(f"{typed}{listing}")
            terminal.wait(partial(lambda words: offered(below(terminal), words) == words, wanted))
            assert offered(below(terminal), unwanted) == [], typed
            terminal.send("\x15clear\r")
            terminal.wait(lambda: terminal.text == "$")


def below(terminal: Terminal) -> str:
    """What stands on the screen but the typed line."""
    return "\n".join(line for line in terminal.lines if not line.startswith("$"))


@pytest.mark.parametrize("typed", CASES)
def test_offers_of_fish(typed: str, folder: Path) -> None:
    there("fish")
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"source {folder}/fish; complete -C '{typed}'"],
        cwd=folder / "here",
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    found = "\n".join(line.partition("\t")[0].replace("--lab=", "") for line in done.stdout.splitlines())
    wanted, unwanted = CASES[typed]
    assert done.stderr == ""
    assert offered(found, wanted) == wanted
    if typed not in ("stcp-shell --report ", "stcp-shell --keep-going c", "stcp-shell folder/"):
        assert offered(found, unwanted) == []  # of files it offers the others behind those


@pytest.mark.parametrize("shell", SHELLS)
def test_all_options_and_scenarios_are_in_it(shell: str, folder: Path) -> None:
    script = (folder / shell).read_text()
    for flag in OPTIONS:
        name = flag.name.lstrip("-")
        assert any(text in script for text in (flag.name, f"-l {name} ", f"-s {name} "))
    assert " ".join(["list", *SCENARIOS]) in script
    assert not re.search("@[A-Z]+@", script)


def test_another_shell_is_told_of_those_that_there_are(tmp_path: Path) -> None:
    done = run(tmp_path, "--completion", "tcsh")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("stcp-shell: --completion tcsh: write one of bash, zsh, fish")
