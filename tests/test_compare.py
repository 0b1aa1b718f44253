"""`compare`: what has changed between two logs, or from the beginning to the end of one, and what is not claimed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from logs import entries_of, lines_of, write
from programs import closed_port, listening, port_of, run, shows
from schemas import Record
from tickets import GATEWAY, HOST, OTHER, OWN, REMOTE, TARGET, connection, log, row

from stcp_shell.log.comparison import MOST_CHANGES, compared, repeated
from stcp_shell.log.state import MOST_PAIRS, State
from stcp_shell.model.comparison import Change, Comparison
from stcp_shell.report.text.comparison import comparison_lines

PAIR = f"{OWN} -> {REMOTE}:21 tcp"
REFUSED = {"outcome": "refused", "errno": "ECONNREFUSED", "rst": True}


def two(old: list[Record], new: list[Record]) -> Comparison:
    return compared(("old", State.last(entries_of(old))), ("new", State.last(entries_of(new))))


def changed(old: list[Record], new: list[Record], *kinds: str) -> list[tuple[str | None, ...]]:
    """What has changed, without how severe it is."""
    return [tuple(change)[:4] for change in two(old, new).changes if not kinds or change.what in kinds]


def interfaces(*addresses: str, up: bool = True, **fields: Any) -> Record:
    (record,) = [record for record in log() if record["type"] == "interfaces"]
    (link,) = record["interfaces"]
    own = [{**link["addresses"][0], "address": address} for address in addresses]
    return {**record, "interfaces": [{**link, "addresses": own, "flags": ["UP"] if up else []}], **fields}


def routes(*rows: Record, **fields: Any) -> Record:
    (record,) = [record for record in log() if record["type"] == "routes"]
    return {**record, "routes": list(rows), "count": len(rows), **fields}


def test_a_log_is_as_it_is() -> None:
    found = two(log(), log())
    assert found.changes == ()
    assert {each.what: each.number for each in found.unchanged} == {
        **dict.fromkeys(("connection", "choice", "verdict", "interface", "rule"), 1),
        "address": 3,
        "route": 2,
    }
    assert found.remarks == ()
    assert (found.old.host, found.old.time, found.old.connections) == (HOST, "2026-01-31T15:33:01.123Z", 2)


def test_an_outcome_that_changed() -> None:
    assert changed([connection(OWN, outcome="timeout")], [connection(OWN)]) == [
        ("connection", PAIR, "timeout", "connected"),
    ]


def test_the_same_outcome_from_another_box() -> None:
    def refusal(who: str) -> list[Record]:
        return [connection(OWN, outcome="prohibited", icmp={"type": 3, "code": 13, "meaning": "", "from": who})]

    assert changed(refusal(GATEWAY), refusal(REMOTE)) == [
        ("connection", PAIR, f"prohibited, ICMP 3/13 from {GATEWAY}", f"prohibited, ICMP 3/13 from {REMOTE}"),
    ]
    assert changed([connection(OWN, **REFUSED)], [connection(OWN, outcome="timeout", syn="unresolved")]) == [
        ("connection", PAIR, "refused, a RST", "timeout, unresolved"),
    ]


def test_another_way() -> None:
    other = {"gateway": None, "interface": "eth8"}
    assert changed([connection(OWN)], [connection(OWN, route=other)]) == [
        ("connection", PAIR, f"connected, via {GATEWAY} on eth7", "connected, on the link eth8"),
    ]
    assert changed([connection(OWN, route=None)], [connection(OWN, route=other)]) == []  # it is not known


def test_what_was_tried_on_one_side_only() -> None:
    assert changed([connection(OWN)], [connection(OTHER)], "connection") == [
        ("connection", PAIR, f"connected, via {GATEWAY} on eth7", None),
        ("connection", f"{OTHER} -> {REMOTE}:21 tcp", None, f"connected, via {GATEWAY} on eth7"),
    ]


def test_the_kernel_chooses_another_source() -> None:
    assert changed([connection(OWN)], [connection(OTHER)], "choice") == [("choice", f"{REMOTE}:21 tcp", OWN, OTHER)]
    assert changed([connection(OWN)], [connection(OTHER, chosen_by="bind")], "choice") == []


def test_the_last_result_counts() -> None:
    old = [connection(OWN), connection(OWN, outcome="timeout"), connection(OWN, outcome="cancelled")]
    found = two(old, [connection(OWN)])
    assert found.changes == (Change("connection", PAIR, "timeout", "connected"),)
    assert "old: 1 of the pairs of source and destination had different results; the last is compared" in found.remarks


def test_verdicts() -> None:
    (verdict,) = [record for record in log() if record["type"] == "verdict"]
    fixed = {**verdict, "kind": "healthy", "severity": "good", "blames": None, "sources": []}
    assert changed([verdict], [fixed], "verdict") == [
        ("verdict", f"{REMOTE}:21 tcp", f"filtered, ICMP error from {GATEWAY}", "healthy"),
    ]
    for before, after, severity in ((verdict, fixed, "good"), (fixed, verdict, "bad")):
        (change,) = [change for change in two([before], [after]).changes if change.what == "verdict"]
        assert change.severity == severity


def test_addresses() -> None:
    assert changed([interfaces(OWN, OTHER)], [interfaces(OWN, REMOTE)], "address") == [
        ("address", f"eth7 {OTHER}/24", "there", None),
        ("address", f"eth7 {REMOTE}/24", None, "there"),
    ]
    assert changed([interfaces(OWN)], [interfaces(up=False)], "interface") == [("interface", "eth7", "up", None)]


@pytest.mark.parametrize("part", [{"automatic": False}, {"more": True}])
def test_what_a_part_of_the_interfaces_lacks_is_not_gone(part: Record) -> None:
    assert changed([interfaces(OWN)], [{**interfaces(**part), "interfaces": []}]) == []
    assert changed([{**interfaces(**part), "interfaces": []}], [interfaces(OWN)]) == []


def test_routes() -> None:
    old = routes(row("0.0.0.0", 0, GATEWAY), row("192.0.2.0", 24, None, OWN), row("10.0.0.0", 8, GATEWAY))
    new = routes(row("0.0.0.0", 0, OTHER), row("192.0.2.0", 24, None, OWN), row("::", 0, "fe80::1"))
    assert changed([old], [new]) == [
        ("route", "default", f"via {GATEWAY} on eth7", f"via {OTHER} on eth7"),
        ("route", "10.0.0.0/8", f"via {GATEWAY} on eth7", None),
        ("route", "default (IPv6)", None, "via fe80::1 on eth7"),
    ]


def test_what_is_behind_the_first_rows_is_not_gone() -> None:
    old, new = routes(row("10.0.0.0", 8, GATEWAY)), routes(row("192.0.2.0", 24, None), count=5000)
    found = two([old], [new])
    assert found.changes == (Change("route", "192.0.2.0/24", None, "on the link eth7"),)
    assert "new: only the first rows of long tables (routes) are in the log and compared" in found.remarks


def test_rules_and_their_tables() -> None:
    (rule,) = routes()["rules"]
    other = {**row("10.0.0.0", 8, OTHER), "table": 100}
    new = routes(others=[other, {**other, "table": 255}], rules=[{**rule, "table": 100}])
    assert changed([routes()], [new]) == [
        ("route", "10.0.0.0/8 table 100", None, f"via {OTHER} on eth7"),
        ("rule", f"inet 10: from {OWN}/32 lookup main", "there", None),
        ("rule", f"inet 10: from {OWN}/32 lookup 100", None, "there"),
    ]
    assert changed([routes()], [routes(rules=[])], "rule") == []  # `route print` without -all


def test_one_log_before_and_after() -> None:
    records = [
        connection(OWN, outcome="timeout"),
        connection(OTHER),
        connection(OWN, outcome="timeout"),
        connection(OWN),
    ]
    found = repeated(entries_of(records))
    assert found.changes == (Change("connection", PAIR, "timeout", "connected"),)
    assert [each.what for each in found.unchanged] == [
        "choice"
    ]  # at first and in the end; what was tried once is left out
    same = repeated(entries_of([connection(OWN), connection(OWN)]))
    assert {each.what: each.number for each in same.unchanged} == {"connection": 1, "choice": 1}


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "connection"},
        {"type": "connection", "destination": 5, "outcome": []},
        {"type": "interfaces", "interfaces": [{"name": []}]},
        {"type": "routes", "routes": 1, "rules": None},
        {"type": "verdict", "destination": {"address": None, "name": None, "port": "x"}},
        {"type": "session", "host": 5, "time": []},
        {"type": "new"},
        {**connection(OWN), "outcome": {}, "source": {"address": ["x"]}},
    ],
)
def test_odd_records(odd: Record) -> None:
    found = two([connection(OWN), odd], [odd])
    assert len(list(comparison_lines(found))) > 3
    refused = "old: 1 records are not understood"
    assert (refused in found.remarks) == (odd["type"] != "new")


def many(count: int, outcome: str) -> Iterator[Record]:
    for number in range(count):
        yield connection(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", outcome=outcome)


def test_more_than_memory_is_for() -> None:
    before = State.last(entries_of(many(MOST_PAIRS + 7, "timeout")))
    after = State.last(entries_of(many(MOST_PAIRS, "connected")))
    found = compared(("old", before), ("new", after))
    assert len(found.changes) == MOST_CHANGES
    assert found.left_out >= MOST_PAIRS - MOST_CHANGES
    assert "old: 7 results are left out: the log has too many pairs of source and destination" in found.remarks
    assert f"and {found.left_out} more changes" in list(comparison_lines(found))


def test_a_long_log_takes_no_more_memory(tmp_path: Path) -> None:
    (record,) = lines_of([connection(OWN)])
    with (tmp_path / "long").open("wb") as file:
        for _ in range(20):
            file.write(record * 1000)
    done = run(tmp_path, "-c", "compare long long", before=["prlimit", "--data=40000000"])  # less than the log takes
    shows(done, "unchanged: connections 1")


def test_the_command(tmp_path: Path) -> None:
    write(tmp_path / "old", [*log(), connection(OWN, outcome="timeout")])
    write(tmp_path / "new", [*log(), connection(OWN)])
    done = run(tmp_path, "-c", "compare old new; log")
    shows(
        done,
        f"before  old, {HOST}, 2026-01-31 15:33:01 UTC, connections",
        f"  {PAIR}: timeout => connected",
        "unchanged: ",
    )
    assert done.out.count(f"{PAIR}: timeout => connected") == 2  # the ticket has it, too
    (found,) = done.of("comparison")
    assert found["changes"] == [
        {"what": "connection", "subject": PAIR, "before": "timeout", "after": "connected", "severity": "warn"},
    ]


def test_a_log_and_this_session(tmp_path: Path) -> None:
    write(tmp_path / "old", [connection(OWN)])
    done = run(tmp_path, "-c", "socket; connect -name 127.0.0.1 -port 1; compare old")
    shows(
        done,
        "after   this session, ",
        f"{PAIR}: not tried again (was connected",
        "127.0.0.1 -> 127.0.0.1:1 tcp: new, refused",
    )


def test_this_session_alone(tmp_path: Path) -> None:
    with listening() as server:
        port = port_of(server)
        connect = f"socket; connect -name 127.0.0.1 -port {port}; close"
        closed = closed_port()
        before = run(tmp_path, "-c", f"{connect}; socket; connect -name 127.0.0.1 -port {closed}; {connect}; compare")
    shows(before, "first in this session", "no change was found", "unchanged: connections 1")
    assert "no test was repeated" not in before.out
    once = run(tmp_path, "-c", f"socket; connect -name 127.0.0.1 -port {closed}; compare")
    assert "(no test was repeated in this session: repeat one, or name a log)" in once.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "bad: No such file or directory"),
        (b"\x7fELF\0\0", "bad: this is a binary file, not a session log (it has a NUL byte)"),
        (b"a\nb\n", "bad: this is not a session log: none of its lines is a record"),
    ],
)
def test_what_is_no_log(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "bad").write_bytes(content)
    write(tmp_path / "good", [connection(OWN)])
    for words in ("bad", "bad good", "good bad"):
        done = run(tmp_path, "-c", f"compare {words}")
        assert (done.status, done.err) == (1, f"-c:1: compare: {said}\n")
    assert run(tmp_path, "-c", "compare .").err == "-c:1: compare: .: Is a directory\n"


def test_logs_that_lack_something(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    torn = json.dumps(connection(OWN)) + "\n[]\nother program\n" + '{"type": "connection", "se'
    (tmp_path / "torn").write_text(torn)
    done = run(tmp_path, "-c", "compare empty torn")
    shows(
        done,
        f"{PAIR}: new, connected",
        "(empty: the log has no records)",
        "(torn: 2 lines are not valid",
        "(torn: the last line is incomplete",
    )


def test_a_log_that_is_being_written(tmp_path: Path) -> None:
    done = run(tmp_path, "--log", "own", "-c", "note x; compare own; compare own own")
    shows(done, "no change was found", "no change was found")


def test_hostile_texts_do_nothing(tmp_path: Path) -> None:
    hostile = connection(
        "\x1b[2J\u202e<b>|=1+1", destination={"name": "x\n", "address": None, "port": 1}, outcome="\x07o"
    )
    (verdict,) = [record for record in log() if record["type"] == "verdict"]
    for name, kind in (("old", "a"), ("new", "b")):
        evil = {**verdict, "kind": f"{kind}\x1b[31m", "severity": '\x1b[31m"><b>'}
        write(tmp_path / name, [{**log()[0], "host": "\x1b]0;x\x07"}, hostile, evil])
    colored = run(tmp_path, "--color", "always", "-c", "compare old new")
    assert colored.status == 0
    assert set(re.findall("\x1b[^m]*m", colored.out)) <= {"\x1b[31m", "\x1b[33m", "\x1b[0m"}
    assert "a\\x1b[31m, ICMP error from" in colored.out
    done = run(tmp_path, "-c", "compare old; log")
    assert done.status == 0
    assert all(line.isprintable() for line in done.out.split("\n"))
    for form in ("html", "markdown", "csv"):
        run(tmp_path, "--log", "own", "-c", f"compare old; log -format {form} -save {form}")
        assert not set((tmp_path / form).read_text()) & set("\x1b\x07\u202e")
    assert "<b>" not in (tmp_path / "html").read_text()


def test_redaction_of_a_comparison(tmp_path: Path) -> None:
    write(tmp_path / "old", [*log(), connection(OWN, outcome="timeout")])
    done = run(tmp_path, "-c", "compare old; log -redact -format jsonl")
    lines = done.out[done.out.index('{"type": "session"') :]
    assert '"comparison"' in lines
    assert [original for original in (OWN, REMOTE, GATEWAY, TARGET, HOST) if original in lines] == []
