"""README.rst is in step with the program: scripts/update writes what has changed into it.

Parts of it are made here, each between two comments: sessions, tables, lists, the help.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from textwrap import fill, indent, wrap

import pytest
from child import ROOT
from programs import read
from schemas import Record

from stcp_shell.app.options import help_text
from stcp_shell.commands import CATALOGUE
from stcp_shell.diagnosis.callbacks import CALLBACKS
from stcp_shell.diagnosis.causes import CAUSES
from stcp_shell.diagnosis.verdict import KINDS
from stcp_shell.lab import SCENARIOS
from stcp_shell.model.connection import OUTCOMES
from stcp_shell.model.documentation import described

README = ROOT / "README.rst"
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
    r"\d\d:\d\d:\d\d": "TIME",
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


def keep_in_step(part: str, made: str, normal: Callable[[str], str] = normal) -> None:
    """Compare a part of the README with what the program says now; under UPDATE write it."""
    text = README.read_text(encoding="utf-8")
    begin, end = f".. {part} begins: see tests/test_readme.py\n", f".. {part} ends\n"
    assert begin in text, f"README.rst has no comment {begin}"
    before, _, rest = text.partition(begin)
    stands, _, after = rest.partition(end)
    made = f"\n{made.strip(chr(10))}\n\n"
    if os.environ.get("UPDATE") and normal(stands) != normal(made):
        README.write_text(f"{before}{begin}{made}{end}{after}", encoding="utf-8")
        return
    assert normal(stands) == normal(made), "README.rst is out of step: run scripts/update"


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
    keep_in_step("session", literal(f"$ stcp-shell --lab --timeout 2\n{typed}"))


@pytest.mark.usefixtures("namespaces")
def test_diagnosis(tmp_path: Path) -> None:
    line = "diagnose -name 10.1.1.1 -port 2121"
    said, _ = in_lab(tmp_path, "acl-reject", "-c", line)
    keep_in_step("diagnosis", literal(f"stcp: {line}\n{said}"), attempts)


def test_scenarios() -> None:
    listing = [f"``{name}``\n    {scenario.summary}" for name, scenario in SCENARIOS.items()]
    keep_in_step("scenarios", "\n".join(listing))


def test_every_type_of_record() -> None:
    records, _ = described()
    types: dict[str, str] = {}
    for record in records:
        kind = record.name.partition(",")[0]
        types[kind] = record.text if kind not in types else "What another command found, or why it failed."
    lines = [f"``{kind}``\n    {fill(text, 114, subsequent_indent='    ')}" for kind, text in types.items()]
    outcomes = fill(f"The ``outcome`` of a connection is one of {', '.join(f'``{each}``' for each in OUTCOMES)}.", 118)
    keep_in_step("record types", "\n".join([*lines, "", outcomes]))


def test_every_kind_of_verdict() -> None:
    keep_in_step("verdicts", "\n".join(f"``{kind.name}``\n    {kind.meaning}" for kind in KINDS))


def test_every_kind_of_verdict_of_a_watch() -> None:
    keep_in_step("verdicts of watch", "\n".join(f"``{kind.name}``\n    {kind.meaning}" for kind in CALLBACKS))


def test_every_cause() -> None:
    lines = []
    for name, cause in CAUSES.items():
        proof = f" To tell: {cause.proof}." if cause.proof else ""
        text = fill(f"{cause.where}: {cause.meaning}{proof}", 114, subsequent_indent="    ")
        lines.append(f"``{name}``\n    {text}")
    keep_in_step("causes", "\n".join(lines))


def test_commands() -> None:
    keep_in_step("table of commands", "\n".join(table()))


def table() -> Iterator[str]:
    for family, commands in CATALOGUE.families.items():
        yield from (f"**{family}**", "", ".. list-table::", "   :widths: 45 55", "")
        for command in commands:
            # a long list of choices is for `help`
            usage = re.sub(r"\S+(?:\|\S+){4,}", "OPTION", command.usage)
            for start, text in (("   * - ", f"``{usage}``"), ("     - ", command.summary)):
                yield from wrap(text, 110, initial_indent=start, subsequent_indent=" " * 7, break_on_hyphens=False)
        yield ""


def test_help() -> None:
    keep_in_step("help", literal(help_text()))


@pytest.mark.parametrize("name", ["README.rst", "CHANGELOG.rst"])
def test_is_valid(name: str) -> None:
    command = [sys.executable, "-m", "docutils", "--report=info", "--halt=warning", str(ROOT / name), os.devnull]
    assert subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stderr == ""
