"""Reports: every format, of logs that are good, bad, long or being written."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import tickets
from children import sessions
from conftest import in_lab
from logs import EVIL, FORMULAS, connection, entries_of, made, mutants, stamped, whole_records, with_text, write
from programs import (
    PROGRAM,
    closed_port,
    environment,
    listening,
    logged,
    port_of,
    read,
    run,
    shows,
    started,
)
from schemas import Record

from stcp_shell.model.entry import Entry
from stcp_shell.model.record import KINDS
from stcp_shell.model.tables import Interfaces
from stcp_shell.report.csv import COLUMNS
from stcp_shell.report.excerpt import Gap, excerpt, important
from stcp_shell.report.formats import FORMATS
from stcp_shell.report.text.words import WIDTH

# Controls, bidirectional overrides and their like; a carriage return ends a row of CSV.
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """A session with every type of record."""
    folder = tmp_path_factory.mktemp("session")
    closed = closed_port()
    with listening() as server:
        lines = [
            "set N 1; socket; bind -name 127.0.0.1",
            f"connect -name localhost -port {port_of(server)}",
            "note it is slow",
            f"socket; connect -name 127.0.0.1 -port {closed}",
            "expect refused; expect connected; use 77",
            "conect",
            f"diagnose -name 127.0.0.1 -port {closed}",
            f"traceroute -name 127.0.0.1 -port {closed}",
            "route get -name 127.0.0.1; ifconfig -all; route print -all",
        ]
        run(folder, "--log", "log", "--keep-going", "--timeout", "5", stdin="\n".join(lines))
    records = read(folder / "log")
    known = {"session", "command", "connection", "result", "interfaces", "routes", "note", "expectation"}
    assert {record["type"] for record in records} == known | {"verdict", "trace", "route", "end"}
    return records


def report(folder: Path, log: str | Path, *words: str, stdin: bytes = b"") -> Any:
    """What --report makes of it."""
    return run(folder, "--report", log, *words, stdin=stdin)


# What is in a ticket


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_ticket_has_it_all(session: list[Record], form: str) -> None:
    text = made(form, session).replace("\\", "")
    first = session[0]
    for wanted in (
        *(first["host"], first["system"], first["version"], "--keep-going"),
        *("127.0.0.1", "refused", "ECONNREFUSED", "connected", "no-listener", "it is slow"),
        *("there is no socket 77", "no hop in between", "127.0.0.1/8", "unknown command"),
    ):
        assert wanted in text, wanted


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_the_same_in_the_session_and_afterwards(tmp_path: Path, form: str) -> None:
    done = run(
        tmp_path, "--log", "log", "-c", f"socket; connect -name 127.0.0.1 -port {closed_port()}; log -format {form}"
    )
    later = report(tmp_path, "log", "--format", form)
    same = [line for line in later.out.splitlines() if line in done.out]
    assert len(same) > 0.8 * len(later.out.splitlines())
    assert (later.status, later.err, later.records) == (0, "", [])


def test_it_runs_again(tmp_path: Path) -> None:
    with listening() as server:
        (tmp_path / "inner.stcp").write_text("socket\nconnect -name 127.0.0.1 -port $OTHER\n")
        lines = "socket; connect -name 127.0.0.1 -port $PORT; use 9\nconect\nsource inner.stcp\nnote 'it''s'\nlog\n"
        words = ["-D", f"PORT={port_of(server)}", "-D", f"OTHER={closed_port()}", "--timeout", "5", "--keep-going"]
        run(tmp_path, *words, "--log", "log", stdin=lines)
        (script,) = re.findall(r"```stcp\n(.*?)\n```", report(tmp_path, "log", "--format", "markdown").out, re.DOTALL)
        (tmp_path / "inner.stcp").unlink()
        (tmp_path / "again.stcp").write_text(script)
        again = run(tmp_path, "again.stcp")
    assert (again.status, again.err) == (0, "")
    outcomes = [(record["outcome"], record["destination"]) for record in read(tmp_path / "log") if "outcome" in record]
    assert [(record["outcome"], record["destination"]) for record in again.of("connection")] == outcomes
    assert [outcome for outcome, _ in outcomes] == ["connected", "refused"]
    assert again.of("note")[0]["text"] == "it's"


def test_jsonl_is_the_records_as_they_are(session: list[Record]) -> None:
    odd = [*session, {"type": "new", "x": {"y": [1.5, None, "\u202e"]}}]
    assert [json.loads(line) for line in made("jsonl", odd).splitlines()] == odd


def test_csv_has_a_row_for_each_connection(session: list[Record]) -> None:
    text = made("csv", session) + "\n"
    (verdict,) = [record for record in session if record["type"] == "verdict"]
    assert text.count("\r\n") == text.count("\n") == 3 + len(verdict["attempts"])
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    first, second = [row for row in rows if not row["experiment"]]
    assert list(first) == list(COLUMNS)
    assert (first["outcome"], first["bound_address"], first["bound_port"]) == ("connected", "127.0.0.1", "0")
    assert (second["outcome"], second["errno"], second["rst"]) == ("refused", "ECONNREFUSED", "true")
    assert float(first["elapsed_seconds"]) > 0
    assert first["destination_name"] == "localhost"
    tried = [[row["time"], row["source_port"]] for row in rows if row["experiment"]]
    assert tried == [[each["sent"], str(each["source"]["port"])] for each in verdict["attempts"]]


# The surroundings


def test_interfaces_and_routes_are_in_the_log_before_the_first_connect(tmp_path: Path) -> None:
    port = closed_port()
    connect = f"connect -name 127.0.0.1 -port {port}"
    done = run(tmp_path, "-c", f"socket; {connect}; socket; {connect}; diagnose -name 127.0.0.1 -port {port}")
    kinds = [record["type"] for record in done.records]
    assert kinds[:6] == ["session", "command", "command", "interfaces", "routes", "connection"]
    assert kinds.count("interfaces") == kinds.count("routes") == 1
    for record in done.records[3:5]:
        assert (record["command"], record["automatic"], record["more"]) == (done.records[2]["seq"], True, False)
    assert "lo" in [interface["name"] for interface in done.records[3]["interfaces"]]
    text = report(tmp_path, "-", stdin="".join(f"{json.dumps(r)}\n" for r in done.records).encode()).out
    assert "interfaces at that time:\n            lo: 127.0.0.1/8" in text


def test_they_are_not_read_where_nothing_connects(tmp_path: Path) -> None:
    assert {record["type"] for record in run(tmp_path, "-c", "socket; sockets").records} == {
        "session",
        "command",
        "end",
    }


def test_what_was_shown_is_not_written_again(tmp_path: Path) -> None:
    connect = f"socket; connect -name 127.0.0.1 -port {closed_port()}"
    for shown in "ifconfig; route print", "ifconfig -all; route print -all":
        done = run(tmp_path, "-c", f"{shown}; {connect}")
        kinds = [record["type"] for record in done.records]
        assert kinds.count("interfaces") == kinds.count("routes") == 1, shown
    assert len(run(tmp_path, "-c", f"ifconfig lo; {connect}").of("interfaces")) == 2


def test_they_are_written_again_after_a_change(namespaces: None, tmp_path: Path) -> None:
    changes = ["address add 172.16.1.99/24 dev enetA", "route add 10.9.0.0/16 via 172.16.1.1"]
    connect = "socket; connect -name 10.1.1.1 -port 2121"
    (records,) = in_lab("open", partial(sessions.changing, str(tmp_path / "log"), connect, 5, changes))
    kinds = [record["type"] for record in records if record["type"] != "command"][1:-1]
    tables = [record["interfaces"] for record in records if record["type"] == "interfaces"]
    addresses = [address["address"] for table in tables for row in table for address in row["addresses"]]
    routes = [row["destination"] for record in records if record["type"] == "routes" for row in record["routes"]]
    first = ["interfaces", "routes", "connection"]
    assert kinds == [*first, "interfaces", "connection", "connection", "routes", "connection", "connection"]
    assert (addresses.count("172.16.1.99"), routes.count("10.9.0.0")) == (1, 1)


def test_of_long_tables_the_beginning_is_taken(namespaces: None) -> None:
    (answers,) = in_lab("open", sessions.looks_at_long_tables)
    assert answers == [100, True, True, 2, []]


def test_without_netlink_there_is_what_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    from stcp_shell.commands import snapshot
    from stcp_shell.net.tables import interfaces, rtnetlink

    def denied(*_: object) -> None:
        raise rtnetlink.TablesUnavailable("denied")

    for module in rtnetlink, interfaces:
        monkeypatch.setattr(module, "Rtnetlink", denied)
    assert [type(record) for record in snapshot.Snapshot().records("host")] == [Interfaces]

    def nothing() -> None:
        raise OSError

    monkeypatch.setattr(interfaces, "interfaces", nothing)
    assert list(snapshot.Snapshot().records("host")) == []


# Long logs


def test_long_logs_are_condensed() -> None:
    plain = [stamped("command", text="socket", **{"from": "typed"}), connection()]
    records = plain * 5000
    records[4000:4000] = [stamped("note", text="in the middle")]
    records[6000:6000] = [{**plain[0], "seq": 7, "text": "use 9"}, stamped("result", command=7, error="no socket 9")]
    read = list(entries_of(records))
    shown = list(excerpt(read, 100, 100))
    gaps = [entry for entry in shown if isinstance(entry, Gap)]
    kept = [entry for entry in shown if isinstance(entry, Entry)]
    assert sum(gap.records for gap in gaps) + len(kept) == len(records)
    assert sum(gap.connections for gap in gaps) + sum(entry.type == "connection" for entry in kept) == 5000
    texts = [getattr(entry.record, "text", getattr(entry.record, "error", None)) for entry in kept[100:-100]]
    assert texts == ["in the middle", "use 9", "no socket 9"]
    assert list(excerpt(read[:200], 100, 100)) == read[:200]


def test_of_the_middle_all_is_kept_but_what_is_a_matter_of_course() -> None:
    kinds = {kind.type for kind in KINDS.values()}
    failed, answer, *others = entries_of(
        [
            stamped("result", error="no socket 9"),
            stamped("result", result="shutdown", value={"socket": 1, "how": "both"}),
            *(stamped(kind) for kind in (*kinds, "new")),
        ]
    )
    assert (important(failed), important(answer)) == (True, False)
    assert {entry.type for entry in others if not important(entry)} == {"command", "connection", "result", "new"}


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_report_says_what_it_leaves_out(form: str) -> None:
    records = [connection(outcome=outcome) for outcome in ("connected", "timeout") for _ in range(5000)]
    text = made(form, [*records, stamped("note", text="the last word")])
    assert len(text) < 2_000_000
    assert re.search(r"\d+ (records|connections) are left out here", text)
    assert text.count("5000") >= 2
    assert "the last word" in text
    assert made("csv", records).count("\n") == 10_000


def test_a_scan_does_not_take_all_of_the_memory() -> None:
    records = [connection(port=port, outcome="refused") for port in range(1, 5001)]
    for form in "text", "markdown", "html":
        assert (
            "4500 more connections, of other kinds, have no row in the table by source address: 4500 refused"
            in made(form, records).replace("\n", " ")
        )
    assert "Not drawn: 196 more destinations." in made("svg", records)


@pytest.mark.parametrize("form", ["text", "markdown", "html", "csv"])
def test_memory_does_not_grow_with_the_log(tmp_path: Path, form: str) -> None:
    """The figures for 100,000 are those of `scripts/bench reports`."""
    write(tmp_path / "long", [connection()] * 20_000)
    write(tmp_path / "short", [connection()])
    peaks = []
    for log in "long", "short":
        command = [*PROGRAM, "--report", log, "--format", form, "--output", f"{log}.{form}"]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment(tmp_path))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        assert status == 0
        peaks.append(usage.ru_maxrss / 1024)
    assert peaks[0] - peaks[1] < 32


# Bad input


def test_lines_that_are_no_records_are_counted(tmp_path: Path, session: list[Record]) -> None:
    log = write(tmp_path / "log", session)
    foreign = b'hello\n{"level": "info"}\n[1]\n\n\xff\xfe\n' + b"[" * 100_000 + b"\n" + b"1" * 5000 + b"\n"
    log.write_bytes(foreign + log.read_bytes() + b'{"type": "note", "te')
    for form in FORMATS:
        done = report(tmp_path, "log", "--format", form)
        assert done.status == 0
        said = re.sub(r"\s+", " ", done.out + done.err)
        assert "6 lines are not valid in a session log" in said, form
        assert "the last line is incomplete" in said, form
        assert bool(done.err) == (not FORMATS[form].remarks)


@pytest.mark.parametrize("form", list(FORMATS))
def test_unknown_types_and_fields(form: str) -> None:
    known = [connection(new_field={"a": [1]}), stamped("weather", rain=True), stamped("weather", rain=False)]
    text = made(form, known)
    assert ("weather" in text) == (form in ("text", "markdown", "html", "jsonl"))
    if form in ("text", "markdown", "html"):
        assert "types that this version does not know: weather (2)" in text


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "jsonl"])
def test_fields_of_newer_versions(form: str) -> None:
    def newer(value: Any) -> Any:
        if isinstance(value, list):
            return [newer(inner) for inner in value]
        return {**{n: newer(v) for n, v in value.items()}, "later": [1]} if isinstance(value, dict) else value

    records = whole_records()
    assert "not understood" not in made(form, records)
    assert made(form, map(newer, records)) == made(form, records)


@pytest.mark.parametrize("form", list(FORMATS))
def test_records_of_older_versions(form: str) -> None:
    old = connection()
    kept = ("command", "socket", "protocol", "source", "chosen_by", "destination", "outcome", "elapsed")
    old = {name: value for name, value in old.items() if name in ("type", "seq", "time", *kept)}
    assert "10.1.1.1" in made(form, [old])
    assert "not understood" not in made(form, [old])


@pytest.mark.parametrize("form", list(FORMATS))
def test_an_empty_log(tmp_path: Path, form: str) -> None:
    (tmp_path / "log").touch()
    done = report(tmp_path, "log", "--format", form)
    assert (done.status, done.err) == (0, "")
    if form in ("text", "markdown", "html"):
        assert "the log is empty" in done.out
    assert (done.out == "") == (form == "jsonl")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none", None, "none: No such file or directory"),
        (".", None, ".: Is a directory"),
        ("log", b"\x7fELF\0\1\n", "log: this is a binary file, not a session log (it has a NUL byte)"),
        ("log", b"Jan 31 host sshd: hello\n" * 3, "log: this is not a session log: none of its lines is a record"),
        ("-", None, "standard input: this is not a session log: none of its lines is a record"),
        ("/dev/zero", None, "/dev/zero: this is a binary file, not a session log (it has a NUL byte)"),
    ],
)
def test_files_that_are_no_logs(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = report(tmp_path, name, "--format", "html", "--output", "out.html", stdin=b"hello\n")
    assert (done.status, done.out, done.err) == (1, "", f"stcp-shell: {said}\n")
    assert not (tmp_path / "out.html").exists()


def test_a_log_that_is_being_written(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with started(tmp_path, "--log", log) as process:
        assert process.stdin
        process.stdin.write(b"note now\n")
        process.stdin.flush()
        logged(log, "note")
        for form in FORMATS:
            assert report(tmp_path, log, "--format", form).status == 0
        assert "now" in report(tmp_path, log).out
        assert "still running" in report(tmp_path, log, "--format", "markdown").out


def test_a_file_that_exists_is_not_written_over(tmp_path: Path) -> None:
    write(tmp_path / "log", [connection()])
    done = report(tmp_path, "log", "--output", "ticket.txt")
    assert (done.status, done.out, done.err) == (0, "", "")
    ticket = tmp_path / "ticket.txt"
    assert stat.S_IMODE(ticket.stat().st_mode) == 0o600
    before = ticket.read_text()
    again = report(tmp_path, "log", "--format", "csv", "--output", "ticket.txt")
    assert (again.status, again.err) == (1, "stcp-shell: ticket.txt exists: choose another name, or use --force\n")
    assert ticket.read_text() == before
    assert report(tmp_path, "log", "--format", "csv", "--output", "ticket.txt", "--force").status == 0
    assert ticket.read_text().startswith("time,")
    onto = report(tmp_path, "log", "--output", "./log", "--force")
    assert onto.err == "stcp-shell: ./log is the log itself: choose another name\n"
    assert read(tmp_path / "log") == [connection()]


def test_formats_are_saved_from_a_session(tmp_path: Path) -> None:
    saves = "; ".join(f"log -format {form} -save ticket.{form}" for form in FORMATS)
    done = run(tmp_path, "-c", f"socket; connect -name 127.0.0.1 -port {closed_port()}; {saves}")
    shows(done, *(f"saved in ticket.{form}" for form in FORMATS))
    again = run(tmp_path, "-c", "log -format html -save ticket.html")
    assert again.err == "-c:1: log: ticket.html exists: choose another name, or use -force\n"
    assert (tmp_path / "ticket.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--report", "x", "--format", "pdf"], f"--format pdf: write one of {', '.join(FORMATS)}"),
        (["--report"], "--report needs a value: FILE"),
        (["--report", "x", "-c", "socket"], "--report runs nothing: remove -c"),
        (["--output", "x"], "--output needs --report FILE"),
        (["--report", "x", "--force"], "--force needs --output FILE"),
    ],
)
def test_command_lines(tmp_path: Path, words: list[str], said: str) -> None:
    done = run(tmp_path, *words)
    assert (done.status, done.out, done.err) == (2, "", f"stcp-shell: {said}\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_standard_output_takes_no_more(tmp_path: Path) -> None:
    write(tmp_path / "log", [connection()] * 1000)
    with open("/dev/full", "wb") as full:
        done = run(tmp_path, "--report", "log", stdout=full)
    assert (done.status, done.err) == (1, "stcp-shell: standard output cannot be written: No space left on device\n")


# Hostile text


@pytest.mark.parametrize("form", ["text", "markdown", "html", "csv", "svg"])
@pytest.mark.parametrize("text", [EVIL, *FORMULAS, EVIL * 20, ""])
def test_hidden_characters_are_shown(session: list[Record], form: str, text: str) -> None:
    report = made(form, with_text(session, text))
    lines = f"{report}\n".split("\r\n" if form == "csv" else "\n")
    assert [line for line in lines if HIDDEN.search(line)] == []
    report.encode()


@pytest.mark.parametrize("text", [EVIL, *FORMULAS])
def test_no_cell_of_csv_is_a_formula(session: list[Record], text: str) -> None:
    rows = list(csv.reader(io.StringIO(made("csv", with_text(session, text)) + "\n", newline="")))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert len(rows) > 3
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@pytest.mark.parametrize("text", [EVIL, *FORMULAS, "| --- |", "- x", "1. x", "```", "~~~", "> x", "<b>"])
def test_markdown_stays_what_it_is(session: list[Record], text: str) -> None:
    """The structure is that of the harmless log: headings, tables with as many columns, fences."""

    def structure(report: str) -> list[str]:
        found, fence, cells = [], "", 0
        for line in report.partition("## To run it again")[0].splitlines():  # what cannot be run is left out there
            if fence:
                fence = "" if line.strip() == fence else fence
            elif opened := re.match(r"\s*(`{3,})", line):
                fence = opened[1]
                found.append("block")
            elif line.startswith("|"):
                now = len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))
                assert cells in (0, now), line
                cells = now
            else:
                assert not re.search(r"(?<!\\)(?:\\\\)*[`<>\[]", line), line
                assert "://" not in line
                cells = 0
                found += ["#"] if line.startswith("#") else []
        assert not fence
        return found

    assert structure(made("markdown", with_text(session, text))) == structure(made("markdown", with_text(session, "x")))


def is_json(record: Record) -> bool:
    """JSON has no infinite numbers, and none that is none."""
    try:
        return bool(json.dumps(record, allow_nan=False))
    except ValueError:
        return False


@pytest.mark.parametrize("form", list(FORMATS))
def test_nothing_that_is_malformed_ends_a_report(form: str) -> None:
    known = {(record["type"], record.get("result"), *record): record for record in whole_records()}
    every = [mutant for record in known.values() for mutant in mutants(record)]
    assert len(every) > 8000
    reports = len(every) // 140  # of which none leaves a record out
    for number in range(reports):
        some = every[number::reports]
        if form != "jsonl":
            assert not HIDDEN.search(made(form, some).replace("\r", ""))
        else:
            written = [record for record in some if is_json(record)]
            assert [json.loads(line) for line in made(form, some).splitlines()] == written


@pytest.mark.parametrize(
    ("besides", "problem"),
    [
        ({"elapsed": "long"}, "elapsed: a number is needed, not text"),
        ({"socket": True}, "socket: a whole number is needed, not true or false"),
        ({"outcome": None}, "outcome: text is needed, not null"),
        ({"others": "10.1.1.7"}, "others: a list is needed, not text"),
        ({"others": ["10.1.1.7", 7]}, "others[1]: text is needed, not a whole number"),
        ({"destination": {"name": "x", "address": None}}, "destination.port: it is missing"),
        ({"bound": {"address": "10.1.1.1", "port": 65536}}, "bound.port: 0 to 65535 is needed"),
        ({"route": []}, "route: an object is needed, not a list"),
        ({"icmp": {"type": 3}}, "icmp.code: it is missing"),
        ({"answerer": "a firewall"}, "answerer: an object is needed, not text"),
    ],
)
def test_a_record_of_a_wrong_type_is_refused_whole(besides: Record, problem: str) -> None:
    record = connection(**besides)
    lines = made("text", [record])
    assert max(map(len, lines.split("\n"))) <= WIDTH
    text = lines.replace("\n          ", " ")
    assert text.startswith(f"15:33:51  (connection record not understood: {problem})\n")
    assert "1 connection record is not understood by this version" in text
    assert "Source address" not in text
    assert f"(connection record not understood: {problem})" in made("markdown", [record]).replace("\\", "")
    (row,) = csv.DictReader(io.StringIO(made("csv", [record]), newline=""))
    told = {name: text for name, text in row.items() if text}
    assert told == {"time": record["time"], "note": f"not understood: {problem}", "seq": "1"}
    assert json.loads(made("jsonl", [record])) == record


def test_the_path_to_what_is_wrong_leads_into_lists() -> None:
    def problem(kind: str, **besides: Any) -> str:
        (record,) = [record for record in tickets.log() if record["type"] == kind]
        (entry,) = entries_of([record | besides])
        return entry.problem

    (link,) = next(record for record in tickets.log() if record["type"] == "interfaces")["interfaces"]
    first, *others = link["addresses"]
    odd = [{**link, "addresses": [*others, {**first, "prefix_length": 999}]}]
    assert problem("interfaces", interfaces=odd) == "interfaces[0].addresses[2].prefix_length: 0 to 128 is needed"
    assert problem("verdict", sources=[[]]) == "sources[0]: an object is needed, not a list"
    assert problem("trace", traces=[{"source": None}]) == "traces[0].chosen_by: it is missing"
