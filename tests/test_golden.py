"""Goldens: what the program makes of a log that holds every record in all its variants, in every format, to the byte.

`golden/version1/every.jsonl` is a log as schema version 1 has them, with records of later versions, malformed ones and
lines that are none. A change that is meant to change nothing changes nothing here. One that is meant to, once it has
been looked at, is taken over by `GOLDEN_UPDATE=1 pytest tests/test_golden.py`.
"""

import difflib
import os
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import pytest
from logs import GOLDEN as LOG
from logs import Record, golden_records, stamped, whole_records, write
from programs import run
from schemas import schema, validator

FOLDER = LOG.parent
KEY = "0123456789abcdef" * 4
SUFFIXES = {"text": "txt", "markdown": "md", "html": "html", "csv": "csv", "svg": "svg", "jsonl": "jsonl"}
WITHOUT_REMARKS = ("csv", "jsonl", "svg")
LOST = (
    "stcp-shell: every.jsonl: 3 lines are no record of a session log; the last line is torn: "
    "the session was killed while it wrote it, or is writing it still\n"
)
EARLIER = ("bound", "errno", "icmp", "rtt", "syn_retransmits")  # fields of a connection that the oldest logs have not
AROUND = 3300  # records before and behind the middle of a long log, of which a report has 3000, or 150


def report(folder: Path, log: str, form: str, *words: str) -> tuple[str, str]:
    """A report with its line ends as they are, and what is said besides."""
    done = run(folder, "--report", log, "--format", form, *words)
    assert done.status == 0, done.err
    return done.out, done.err


def golden(name: str, made: str) -> None:
    """Fail where a file is not what was made, but for style sheets; take that over where it is asked for."""
    made = re.sub(r"(<style>).*?(</style>)", r"\1\2", made, flags=re.DOTALL)
    path = FOLDER / name
    if os.environ.get("GOLDEN_UPDATE"):
        path.write_bytes(made.encode())
        return
    known = path.read_bytes().decode()
    if made != known:
        before, now = (text.replace("\r", "\\r").split("\n") for text in (known, made))
        changes = "\n".join(difflib.unified_diff(before, now, str(path), "now", n=2, lineterm=""))
        pytest.fail(f"{changes}\nWhere that is right: GOLDEN_UPDATE=1 pytest tests/test_golden.py", pytrace=False)


def folded(text: str) -> str:
    """With each run of more than two equal lines as one, and how many they are."""
    return "".join(_runs(text.splitlines(keepends=True)))


def _runs(lines: Iterable[str]) -> Iterator[str]:
    for line, run_ in groupby(lines):
        number = len(list(run_))
        yield from [line, f"[{number} times]\n"] if number > 2 else [line] * number


@pytest.fixture
def every(tmp_path: Path) -> Path:
    """A folder with the log, and with the key of its stand-ins."""
    (tmp_path / LOG.name).write_bytes(LOG.read_bytes())
    (tmp_path / "key").write_text(f"{KEY}\n")
    return tmp_path


@pytest.mark.parametrize("form", [form for form in SUFFIXES if form != "jsonl"])
def test_every_record_in_every_format(every: Path, form: str) -> None:
    made, said = report(every, LOG.name, form)
    golden(f"every.{SUFFIXES[form]}", made)
    assert said == (LOST if form in WITHOUT_REMARKS else "")


def test_jsonl_is_the_log_but_for_what_is_no_record(every: Path) -> None:
    lines = LOG.read_text("ascii").splitlines(keepends=True)
    made, said = report(every, LOG.name, "jsonl")
    assert made == "".join(line for line in lines if line.startswith('{"type"') and line.endswith("\n"))
    assert said == LOST


@pytest.mark.parametrize("form", [form for form in SUFFIXES if form != "svg"])
def test_every_record_redacted(every: Path, form: str) -> None:
    made, said = report(every, LOG.name, form, "--redact", "--key", "key")
    golden(f"every.redacted.{SUFFIXES[form]}", made)
    assert said == (LOST if form in WITHOUT_REMARKS else "")
    for original in ("192.168.77.50", "10.1.1.1", "fd00:10:1:1::1", "phx_vos", "02:00:5e:10:00:0a", "nowhere"):
        assert original not in made


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_the_middle_of_a_long_log(tmp_path: Path, form: str) -> None:
    """One record of each type stands where a report leaves out what tells nothing."""
    known: dict[str, Record] = {}
    for record in golden_records():
        known.setdefault("failed" if "error" in record else record["type"], record)
    command = known.pop("command")
    filler = stamped("command", text="socket", **{"from": "typed"})
    middle = [
        each
        for seq, record in enumerate(known.values(), 7)
        for each in ({**command, "seq": seq, "text": f"before {record['type']}"}, {**record, "command": seq})
    ]
    write(tmp_path / "middle.jsonl", [*[filler] * AROUND, *middle, *[filler] * AROUND])
    made, said = report(tmp_path, "middle.jsonl", form)
    golden(f"middle.{SUFFIXES[form]}", folded(made))
    assert said == ""


def test_the_log_has_every_type_and_answer() -> None:
    """And what is not malformed in it is what the schema describes."""
    found = golden_records()
    described = schema()
    assert set(described["properties"]["type"]["examples"]) < {record["type"] for record in found}
    answers = described["$defs"]["result_record"]["properties"]["result"]["description"].replace(" or ", ", ")
    assert set(answers.split(", ")) <= {record["result"] for record in found if "result" in record}
    for kind, field in (("connection", "outcome"), ("verdict", "kind")):
        words = described["$defs"][f"{kind}_record"]["properties"][field].get("examples")
        assert set(words or described["$defs"]["outcome"]["examples"]) <= {
            record[field] for record in found if record["type"] == kind and field in record
        }
    whole = whole_records()
    for record in whole:
        early = dict.fromkeys(EARLIER) if record["type"] == "connection" else {}
        validator(lenient=True).validate(early | record)
    assert len(whole) > 150
