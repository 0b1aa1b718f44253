"""The log's JSON Schema describes what there is, lets pass what readers must bear, and has a version."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from child import ROOT
from logs import connection, entries_of, route, stamped
from programs import run
from schemas import Record, conditions, definition, objects, schema, validate, validator
from tickets import log

from stcp_shell.log import SCHEMA
from stcp_shell.log.reader import ReadProblems
from stcp_shell.log.writer import records_of
from stcp_shell.model import checks, results, rows
from stcp_shell.model.connection import OUTCOMES, SYN_FATES, ResolvedRoute
from stcp_shell.model.record import KINDS, RECORDS, UNLOGGED
from stcp_shell.model.schema import schema as generated
from stcp_shell.report.formats import FORMATS
from stcp_shell.report.text.lines import RENDERERS

SCHEMA_FILE = ROOT / "stcp_shell" / "model" / "schema.json"
# What results are made of.
PARTS = {results.SocketRow, rows.BsdSocket}
STAMP = {"seq": 1, "time": "2026-01-31T15:33:51.123Z"}
NOTE = {"type": "note", **STAMP, "command": 1, "text": "x"}
_FIVE = {"socket": 1, "bytes": 5, "of": 5, "unacknowledged": 0, "interrupted": False}
SENT: Record = {"type": "result", **STAMP, "command": 1, "result": "sent", "value": _FIVE}


def properties(value: Any) -> Iterator[tuple[str, Record]]:
    for described in objects(value):
        yield from described["properties"].items()


def test_it_is_what_is_declared() -> None:
    """After a change of the declarations scripts/update generates it again."""
    made = json.dumps(generated(SCHEMA), indent=2) + "\n"
    if os.environ.get("UPDATE"):
        SCHEMA_FILE.write_text(made, "ascii")
    assert SCHEMA_FILE.read_text("ascii") == made, "out of step: run scripts/update"


def test_every_field_is_described() -> None:
    assert [name for name, field in properties(schema()) if not field.get("description")] == []


def test_every_field_is_written_always() -> None:
    assert [found for found in objects(schema()["$defs"]) if found["required"] != list(found["properties"])] == []


def test_every_type_is_described() -> None:
    described = schema()
    types = [known["type"]["const"] for known in conditions(described)]
    answers = [known["result"]["const"] for known in conditions(described) if "result" in known]
    assert described["properties"]["type"]["examples"] == sorted(set(types))
    assert set(types) == {kind.type for kind in KINDS.values()}
    assert set(answers) == {kind.result for kind in KINDS.values() if kind.result}
    assert len({id(definition(described, branch)) for branch in described["allOf"]}) == len(types) == len(RECORDS)


def test_every_result_is_logged_or_known_not_to_be() -> None:
    logged = {kind for kind in RENDERERS if kind in KINDS or hasattr(kind, "records")}
    assert logged.isdisjoint(UNLOGGED)
    assert logged.union(UNLOGGED) == set(RENDERERS)
    found = {value for value in vars(results).values() if isinstance(value, type)}
    tuples = {value for value in found if value.__module__ == results.__name__}
    assert tuples - PARTS <= {*KINDS, *UNLOGGED}


@pytest.mark.parametrize("value", [None, checks.Failed("", 1, "", ""), ResolvedRoute()])
def test_what_is_no_result_is_not_passed_over(value: Any) -> None:
    with pytest.raises(TypeError, match="is no @record and not @unlogged"):
        records_of(value)


@pytest.mark.parametrize("value", [results.Closed(1), rows.BsdSockets(())])
def test_what_is_only_shown_has_no_record(value: Any) -> None:
    assert records_of(value) == ()


def test_the_words_are_those_of_the_program() -> None:
    defined = schema()["$defs"]
    for words, name, field in (
        (OUTCOMES, "connection_record", "outcome"),
        (SYN_FATES, "connection_record", "syn"),
    ):
        assert ", ".join(words) in defined[name]["properties"][field]["description"]


def test_it_is_a_schema() -> None:
    validator().check_schema(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema()["$id"].endswith(f":{SCHEMA}")


@pytest.mark.parametrize(
    "record",
    [
        NOTE,
        SENT,
        {**NOTE, "new": {"deep": [1]}},
        {**SENT, "value": {**SENT["value"], "new": 1}},
        {**SENT, "result": "new", "value": 5},
        {"type": "new", **STAMP},
        {**NOTE, "type": "end", "reason": "x", "status": 1},
        {**NOTE, "type": "result", "error": "x"},
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
        {"type": "note", **STAMP, "command": 1},
        {"type": "note", **STAMP, "text": "x"},
        {**SENT, "new": 1},
        {**SENT, "result": "new"},
        {**SENT, "value": {**SENT["value"], "new": 1}},
        {**SENT, "value": {"socket": 1}},
        {"type": "result", **STAMP, "command": 1},
        connection(port=65536),
        connection(icmp={}),
    ],
)
def test_what_the_program_writes_is_all_described(record: Record) -> None:
    with pytest.raises(AssertionError, match="out of step"):
        validate([record])


def test_a_log_has_the_version(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", "note x")
    assert done.records[0]["schema"] == SCHEMA


def begun(**fields: Any) -> Record:
    """A session that an older version began."""
    return stamped("session", **{"version": "9", "host": "h", "system": "s", "arguments": [], **fields})


@pytest.mark.parametrize(("version", "told"), [(SCHEMA, 0), (SCHEMA + 1, SCHEMA + 1), ("2", 0), (None, 0), (True, 0)])
def test_logs_of_other_versions_are_read(version: Any, told: int) -> None:
    problems = ReadProblems()
    (entry,) = entries_of([begun(schema=version)], problems)
    assert problems.newer == told
    assert (entry.record is None) == (version.__class__ is not int) == bool(entry.problem)


def test_a_newer_log_is_shown_with_a_remark(tmp_path: Path) -> None:
    lines = [json.dumps(record) for record in (begun(schema=7), {"type": "new", **STAMP}, NOTE)]
    (tmp_path / "log").write_text("".join(f"{line}\n" for line in lines))
    done = run(tmp_path, "--report", "log")
    assert done.status == 0
    assert f"the log format is version 7, this program knows {SCHEMA}" in done.out
    assert "note: x" in done.out


def test_a_log_without_a_version_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(json.dumps(begun()) + "\n" + json.dumps(NOTE) + "\n")
    done = run(tmp_path, "--report", "log")
    assert (done.status, done.err) == (0, "")
    assert "the log format is version" not in done.out
    assert "not understood" not in done.out


# Records of version 1


def routes_of(*records: Record) -> list[ResolvedRoute | None]:
    return [entry.record.route for entry in entries_of(records) if entry.type == "connection"]


def verdict(outcome: str) -> Record:
    """A verdict of log() with one observation, which ended like that."""
    (found,) = [record for record in log() if record["type"] == "verdict"]
    return {**found, "sources": [{**found["sources"][0], "outcome": outcome}]}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"gateway": "10.1.1.1", "interface": "e"}, ResolvedRoute("10.1.1.1", "e", kind="unicast")),
        ({"gateway": None, "interface": "e"}, ResolvedRoute(None, "e", kind="unicast")),
        ({"gateway": None, "interface": "lo", "kind": "local"}, ResolvedRoute(None, "lo", kind="local")),
        ({"gateway": None, "interface": None}, None),
        ({"gateway": None, "interface": None, "kind": None}, None),
        ({"gateway": None, "interface": None, "kind": "none"}, ResolvedRoute()),
        (None, None),
    ],
)
def test_routes_of_version_1(written: Any, read: ResolvedRoute | None) -> None:
    """Where the tables could not be read it was an object of nulls; before that there was no `kind`."""
    assert routes_of(connection(route=written)) == [read]
    trace = next(record for record in log() if record["type"] == "trace")
    (entry,) = entries_of([{**trace, "traces": [{**trace["traces"][0], "route": written}]}])
    assert [path.route for path in entry.record.traces] == [read]


def test_attempts_that_differ_had_another_name() -> None:
    (early,) = entries_of([verdict("unsteady")])
    assert [seen.outcome for seen in early.record.sources] == ["inconsistent"]


def test_an_older_record_is_known_by_itself() -> None:
    """A file is appended to, also by an older program, and its first lines may be lost."""
    bare = connection(route={"gateway": "10.1.1.1", "interface": "e"})
    nothing = connection(route=dict.fromkeys(("gateway", "interface", "table", "kind")))
    records = [begun(schema=SCHEMA), connection(), bare, nothing, begun(), bare, connection()]
    known, old = ResolvedRoute(**route("192.168.77.1", "enetZ")), ResolvedRoute("10.1.1.1", "e", kind="unicast")
    assert routes_of(*records) == [known, old, None, old, known]
    healthy = {
        name: value for name, value in (verdict("connected") | {"kind": "healthy"}).items() if name != "severity"
    }
    (found,) = entries_of([begun(schema=SCHEMA), healthy][1:])
    assert found.record.severity == "good"


def test_the_command_line_of_an_old_session() -> None:
    words = ["--log", "x", "--timeout=3", "-D", "PORT=9", "--timeout", "4.0", "-DHOST=a=b", "-c", "socket"]
    words += ["p.stcp", "--", "-q.stcp"]
    (found,) = entries_of([begun(arguments=words)])
    assert found.record.variables == ("timeout=4", "PORT=9", "HOST=a=b")
    assert found.record.scripts == ("p.stcp", "-q.stcp")


@pytest.mark.parametrize(
    "data",
    ['"type": "result/bound"', '"type": "note", "text": "x", "n": NaN', '"type": "note", "text": "\u00fc", "n": 1e999'],
)
def test_what_only_looks_like_a_record(tmp_path: Path, data: str) -> None:
    lines = json.dumps(NOTE), f'{{{data}, "seq": 1, "time": "2026-01-31T15:33:51.123Z"}}', ""
    (tmp_path / "log").write_text("\n".join(lines), "utf-8")
    for form in FORMATS:
        done = run(tmp_path, "--report", "log", "--format", form, "--redact")
        assert done.status == 0, done.err
        assert not {"NaN", "Infinity"} & set(re.findall(r"\w+", done.out))
