"""README.rst is in step with the program. UPDATE_README=1 writes what has changed into it.

Parts of it are made here, each between two comments: sessions, the table of commands, the help, the scenarios.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import indent, wrap
from typing import Any

import pytest
from programs import Record, read

from stcp_shell.app.options import help_text
from stcp_shell.commands import CATALOGUE
from stcp_shell.facts import OUTCOMES, VERDICTS
from stcp_shell.lab import SCENARIOS

ROOT = Path(__file__).parent.parent
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


def normal(text: str) -> str:
    for pattern, word in VARYING.items():
        text = re.sub(pattern, word, text)
    return text


def keep_in_step(part: str, made: str) -> None:
    """Compare a part of the README with what the program says now; under UPDATE_README write it."""
    text = README.read_text(encoding="utf-8")
    begin, end = f".. {part} begins: see tests/test_readme.py\n", f".. {part} ends\n"
    assert begin in text, f"README.rst has no comment {begin}"
    before, _, rest = text.partition(begin)
    stands, _, after = rest.partition(end)
    made = f"\n{made.strip(chr(10))}\n\n"
    if os.environ.get("UPDATE_README") and normal(stands) != normal(made):
        README.write_text(f"{before}{begin}{made}{end}{after}", encoding="utf-8")
        return
    assert normal(stands) == normal(made), (
        "README.rst is out of step: UPDATE_README=1 scripts/test tests/test_readme.py"
    )


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
    keep_in_step("diagnosis", literal(f"stcp: {line}\n{said}"))


def test_scenarios() -> None:
    listing = [f"``{name}``\n    {scenario.summary}" for name, scenario in SCENARIOS.items()]
    keep_in_step("scenarios", "\n".join(listing))


@pytest.mark.usefixtures("namespaces")
def test_every_record_and_its_fields_are_explained(tmp_path: Path) -> None:
    commands = "ifconfig -all; route print -all; note x; connect -name backup -port 2121; socket; bind; recv"
    commands += "; diagnose -name client -port 2121; expect verdict healthy"
    commands += "; traceroute -name client -port 2121; route get -name backup; netstat -r; netstat -i"
    _, records = in_lab(tmp_path, "acl-reject", "--keep-going", "-c", f"socket; {commands}")
    section = README.read_text(encoding="utf-8").partition("\nThe session log\n")[2]
    common = section.partition("\n``session``\n")[0]
    for record in records:
        _, heading, rest = section.partition(f"\n``{record['type']}``\n")
        assert heading, f"{record['type']} is not explained"
        explained = common + rest.partition("\n\n``")[0]
        unknown = [field for field in fields(record) if f"``{field}``" not in explained]
        assert unknown == [], f"{record['type']}: fields are not explained"
    kinds = {record["type"] for record in records}
    known = {"session", "command", "interfaces", "routes", "route", "note", "connection", "result", "trace", "end"}
    assert kinds == known | {"verdict", "expectation"}


def fields(value: Any) -> Iterator[str]:
    """The names of all fields; of those in a `result`, which are named for themselves, not."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from fields(inner) if name != "value" else ()
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)


def test_outcomes_and_verdicts() -> None:
    text = README.read_text(encoding="utf-8")
    assert [word for word in (*OUTCOMES, *VERDICTS) if f"``{word}``" not in text] == []


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
