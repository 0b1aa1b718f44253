"""The log's JSON Schema describes what there is, lets pass what readers must bear, and has a version."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import run
from schemas import Record, objects, schema, validate, validator

from stcp_shell import facts, findings, results
from stcp_shell.facts import OUTCOMES, VERDICTS
from stcp_shell.log import SCHEMA
from stcp_shell.log.entries import RECORDS, UNLOGGED, entries
from stcp_shell.log.reader import Losses, records
from stcp_shell.log.table_entries import RECORDS as FINDINGS
from stcp_shell.log.table_entries import UNLOGGED as UNLOGGED_FINDINGS
from stcp_shell.report.text.lines import RENDERERS

# What results are made of, and what is kept for the JUnit file.
PARTS = {
    *(results.SocketRow, results.Check, results.Failed, findings.SecondLook, findings.BsdBlock, findings.BsdSocket),
    *(findings.Side, findings.Change, findings.Unchanged),
}
STAMP = {"seq": 1, "time": "2026-01-31T15:33:51.123Z"}
NOTE = {"type": "note", **STAMP, "command": 1, "text": "x"}


def properties(value: Any) -> Iterator[tuple[str, Record]]:
    for definition in objects(value):
        yield from definition["properties"].items()


def test_every_field_is_described() -> None:
    assert [name for name, field in properties(schema()) if not field.get("description", "$ref" in field)] == []


def test_every_type_is_described() -> None:
    known = schema()["properties"]["type"]["examples"]
    written = {kind for kind, _ in (*RECORDS.values(), *FINDINGS.values())}
    assert written | {"session", "command", "verdict", "end"} <= set(known)
    assert [f"{kind}_record" for kind in known] == [name for name in schema()["$defs"] if name.endswith("_record")]


def test_every_result_is_logged_or_known_not_to_be() -> None:
    logged = {*RECORDS, *FINDINGS, findings.Diagnosed}
    unlogged = UNLOGGED | UNLOGGED_FINDINGS
    assert not logged & unlogged
    assert logged | unlogged == {*RENDERERS}
    classes = {value for module in (results, findings) for value in vars(module).values() if isinstance(value, type)}
    tuples = {value for value in classes if value.__module__ in (results.__name__, findings.__name__)}
    assert tuples - PARTS == (logged | unlogged) - {facts.Connection}


@pytest.mark.parametrize("value", [None, results.Check("", 1, "", results.Expectation(True, "", "", ())), facts.Way()])
def test_what_is_no_result_is_not_passed_over(value: Any) -> None:
    with pytest.raises(TypeError, match="neither logged nor known not to be"):
        entries(value, 1)


@pytest.mark.parametrize("value", [results.Closed(1), findings.BsdSockets([])])
def test_what_is_only_shown_has_no_record(value: Any) -> None:
    assert entries(value, 1) == []


def test_the_words_are_those_of_the_program() -> None:
    defined = schema()["$defs"]
    assert tuple(defined["outcome"]["examples"]) == OUTCOMES
    assert tuple(defined["verdict_record"]["properties"]["kind"]["examples"]) == VERDICTS


def test_it_is_a_schema() -> None:
    validator().check_schema(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema()["$id"].endswith(f":{SCHEMA}")


@pytest.mark.parametrize(
    "record",
    [
        NOTE,
        {**NOTE, "new": {"deep": [1]}},
        {"type": "new", **STAMP},
        {**NOTE, "type": "end", "reason": "x", "status": 1},
    ],
)
def test_what_is_new_passes(record: Record) -> None:
    validator(lenient=True).validate(record)


@pytest.mark.parametrize(
    "record",
    [
        {**NOTE, "new": 1},
        {"type": "new", **STAMP},
        {**NOTE, "text": 1},
        {**NOTE, "time": "yesterday"},
        {"type": "note", **STAMP},
    ],
)
def test_what_the_program_writes_is_all_described(record: Record) -> None:
    with pytest.raises(AssertionError, match="out of step"):
        validate([record])


def test_a_log_has_the_version(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", "note x")
    assert done.records[0]["schema"] == SCHEMA


@pytest.mark.parametrize(("version", "told"), [(SCHEMA, 0), (SCHEMA + 1, SCHEMA + 1), ("2", 0), (None, 0), (True, 0)])
def test_logs_of_other_versions_are_read(version: Any, told: int) -> None:
    session = {"type": "session", **STAMP, "schema": version, "version": "9", "host": "h", "system": "s", "pid": 1}
    losses = Losses()
    assert len(list(records([json.dumps(session).encode() + b"\n"], losses))) == 1
    assert losses.newer == told


def test_a_newer_log_is_shown_with_a_remark(tmp_path: Path) -> None:
    session = {"type": "session", **STAMP, "schema": 7, "version": "9", "host": "h", "system": "s", "arguments": []}
    lines = [json.dumps(record) for record in (session, {"type": "new", **STAMP}, NOTE)]
    (tmp_path / "log").write_text("".join(f"{line}\n" for line in lines))
    done = run(tmp_path, "--report", "log")
    assert done.status == 0
    assert "its format has version 7, this program knows 1" in done.out
    assert "note: x" in done.out


def test_a_log_without_a_version_is_read_as_it_is(tmp_path: Path) -> None:
    session = {"type": "session", **STAMP, "version": "0.1.0", "host": "h", "system": "s", "arguments": [], "pid": 1}
    (tmp_path / "log").write_text(json.dumps(session) + "\n" + json.dumps(NOTE) + "\n")
    done = run(tmp_path, "--report", "log")
    assert (done.status, done.err) == (0, "")
    assert "its format" not in done.out
