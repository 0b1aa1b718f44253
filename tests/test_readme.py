"""README.rst and the topics of `help` are in step with the program: scripts/update writes what has changed into them.

Parts of them are made here, each between two comments: sessions and lists.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import fill, indent

import pytest
from child import ROOT
from programs import read, run
from schemas import Record

from stcp_shell.commands.topics import TOPICS as TOPIC_NAMES
from stcp_shell.diagnosis.callbacks import CALLBACKS
from stcp_shell.diagnosis.causes import CAUSES
from stcp_shell.diagnosis.verdict import KINDS
from stcp_shell.lab import SCENARIOS
from stcp_shell.model.connection import OUTCOMES
from stcp_shell.model.documentation import described

README = ROOT / "README.rst"
TOPICS = ROOT / "stcp_shell" / "commands" / "topics"
LINES = [
    "socket",
    "connect -name 10.1.1.1 -port 2121",
    "socket",
    "bind -name 172.16.1.50 -port 0",
    "connect -name 10.1.1.1 -port 2121",
    "log",
]
# What differs from one run to the next, and what it becomes.
VARYING = {
    r"\d{4}-\d\d-\d\d": "DATE",
    r"\d\d:\d\d:\d\d(\.\d{3})?": "TIME",
    r"(?<=[\d\]]):\d{5}\b": ":PORT",
    r"\b\d[\d.]* ms": "N ms",
    r"(?<=after )\d[\d.]* s": "N s",
    r"\d+ SYNs": "N SYNs",
    r"fe80::[0-9a-f:]+": "fe80::N",
    r"\(Linux [^)]*\)": "(Linux)",
}


# What differs in a diagnosis besides: ports, and how many ICMP errors a router held back.
VARYING_ATTEMPTS = {
    r"\s+": " ",
    r"\d/3": "N/3",
    r", \d of 3 attempts(; the others got no answer)?": ", N of 3 attempts",
    r"50:[\d,-]+ -> (\S+), [\d:.-]+ UTC": r"50:PORTS -> \1, TIMES UTC",
    r"sent in [\d.]+ m?s": "sent in N s",
    r"all \d+ SYNs": "all N SYNs",
}


def attempts(text: str) -> str:
    for pattern, word in VARYING_ATTEMPTS.items():
        text = re.sub(pattern, word, text)
    return normal(text)


def normal(text: str) -> str:
    for pattern, word in VARYING.items():
        text = re.sub(pattern, word, text)
    return text


def keep_in_step(file: Path, part: str, made: str, normal: Callable[[str], str] = normal) -> None:
    """Compare a part of a file with what the program says now; under UPDATE write it."""
    text = file.read_text(encoding="utf-8")
    begin, end = f".. {part} begins: see tests/test_readme.py\n", f".. {part} ends\n"
    assert begin in text, f"{file} has no comment {begin}"
    before, _, rest = text.partition(begin)
    stands, _, after = rest.partition(end)
    made = f"\n{made.strip(chr(10))}\n\n"
    if os.environ.get("UPDATE") and normal(stands) != normal(made):
        file.write_text(f"{before}{begin}{made}{end}{after}", encoding="utf-8")
        return
    assert normal(stands) == normal(made), f"{file} is out of step: run scripts/update"


def literal(text: str) -> str:
    return "::\n\n" + indent(text, "    ")


def in_lab(folder: Path, *words: str, lines: Sequence[str] = ()) -> tuple[str, list[Record]]:
    """What the shell says in the lab, and the records that it writes."""
    done = subprocess.run(
        [sys.executable, "-m", "stcp_shell", "--lab", *words],
        cwd=ROOT,
        env=os.environ | {"XDG_STATE_HOME": str(folder)},
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    (log,) = folder.rglob("*.jsonl")
    return done.stdout, read(log)


@pytest.mark.usefixtures("namespaces")
def test_session(tmp_path: Path) -> None:
    said, _ = in_lab(tmp_path, "--timeout", "2", lines=LINES)
    typed = re.sub(r"  \(<stdin>:\d+\)", "", said)  # a typed line has no place that the log could name
    keep_in_step(TOPICS / "problem.rst", "session", literal(f"$ stcp-shell --lab --timeout 2\n{typed}"))


@pytest.mark.usefixtures("namespaces")
def test_diagnosis(tmp_path: Path) -> None:
    line = "diagnose -name 10.1.1.1 -port 2121"
    said, _ = in_lab(tmp_path, "acl-reject", "-c", line)
    for file in (README, TOPICS / "verdicts.rst"):
        keep_in_step(file, "diagnosis", literal(f"stcp: {line}\n{said}"), attempts)


def test_scenarios() -> None:
    listing = [f"``{name}``\n    {scenario.summary}" for name, scenario in SCENARIOS.items()]
    keep_in_step(TOPICS / "lab.rst", "scenarios", "\n".join(listing))


def test_every_type_of_record() -> None:
    records, _ = described()
    types: dict[str, str] = {}
    for record in records:
        kind = record.name.partition(",")[0]
        types[kind] = record.text if kind not in types else "What another command found, or why it failed."
    lines = [f"``{kind}``\n    {fill(text, 114, subsequent_indent='    ')}" for kind, text in types.items()]
    outcomes = fill(f"The ``outcome`` of a connection is one of {', '.join(f'``{each}``' for each in OUTCOMES)}.", 118)
    keep_in_step(TOPICS / "records.rst", "record types", "\n".join([*lines, "", outcomes]))


def test_every_kind_of_verdict() -> None:
    keep_in_step(
        TOPICS / "verdicts.rst", "verdicts", "\n".join(f"``{kind.name}``\n    {kind.meaning}" for kind in KINDS)
    )


def test_every_kind_of_verdict_of_a_watch() -> None:
    keep_in_step(
        TOPICS / "callbacks.rst",
        "verdicts of watch",
        "\n".join(f"``{kind.name}``\n    {kind.meaning}" for kind in CALLBACKS),
    )


def test_every_cause() -> None:
    lines = []
    for name, cause in CAUSES.items():
        proof = f" To tell: {cause.proof}." if cause.proof else ""
        text = fill(f"{cause.where}: {cause.meaning}{proof}", 114, subsequent_indent="    ")
        lines.append(f"``{name}``\n    {text}")
    keep_in_step(TOPICS / "verdicts.rst", "causes", "\n".join(lines))


def test_it_is_short_and_names_every_topic() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 250
    assert [topic for topic in TOPIC_NAMES if f"``{topic}``" not in text] == []
    assert {path.stem for path in TOPICS.glob("*.rst")} == set(TOPIC_NAMES)


@pytest.mark.parametrize("topic", TOPIC_NAMES)
def test_every_topic_is_shown_and_printed(topic: str, tmp_path: Path) -> None:
    """Nothing of the markup is left in the text, and every word of the source is in both."""
    shown = run(tmp_path, "help", topic).out
    assert "``" not in shown
    assert all(len(line) <= 80 or line.startswith("    ") for line in shown.splitlines())
    words = re.findall(r"\w+", re.sub(r"(?m)^\.\. .*$", "", (TOPICS / f"{topic}.rst").read_text(encoding="utf-8")))
    assert words == re.findall(r"\w+", shown)
    page = run(tmp_path, "--manual", topic).out
    assert page.startswith(f".TH STCP\\-SHELL\\-{topic.upper()} 7")


@pytest.mark.parametrize("name", ["README.rst", "CHANGELOG.rst", *(f"{TOPICS}/{topic}.rst" for topic in TOPIC_NAMES)])
def test_is_valid(name: str) -> None:
    command = [sys.executable, "-m", "docutils", "--report=info", "--halt=warning", str(ROOT / name), os.devnull]
    assert subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stderr == ""
