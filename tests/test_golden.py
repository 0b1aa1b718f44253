"""Goldens: what the program makes of a log that holds every record in all its variants, in every format, to the byte.

`golden/version1/every.jsonl` is a log as schema version 1 has them, with records of later versions, malformed ones and
lines that are none. `golden/version2/every.jsonl` has the well-formed ones of them as version 2 wrote them, and some
with what was new in it; `golden/version3/every.jsonl` the same for this version. A change that is meant to change
nothing changes nothing here. One that is meant to, once it has been looked at, is taken over by scripts/update.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import tickets
from logs import (
    CURRENT,
    GOLDEN,
    GOLDENS,
    MALFORMED,
    connection,
    entries_of,
    golden_records,
    icmp,
    made,
    route,
    stamped,
    whole_records,
    write,
)
from programs import run
from schemas import Record, validate

from stcp_shell.log import SCHEMA
from stcp_shell.log.comparison import compared
from stcp_shell.log.state import State
from stcp_shell.log.writer import Journal, encode
from stcp_shell.model.coding import to_json
from stcp_shell.model.connection import OUTCOMES, SYN_FATES
from stcp_shell.model.entry import Entry
from stcp_shell.model.record import KINDS, RECORDS, fields, is_declared
from stcp_shell.report.formats import FORMATS

LOGS = {1: GOLDEN, 2: GOLDENS / "version2" / GOLDEN.name, 3: CURRENT}
KEY = "0123456789abcdef" * 4
SUFFIXES = {form: {"text": "txt", "markdown": "md"}.get(form, form) for form in FORMATS}
WITHOUT_REMARKS = [form for form, each in FORMATS.items() if not each.remarks]
LOST = {
    1: "stcp-shell: every.jsonl: 3 lines are not valid in a session log; the last line is incomplete: "
    "the session was killed while writing it, or is still writing it\n",
    2: "",
    3: "",
}
AROUND = 3300  # records before and behind the middle of a long log, of which a report has 3000, or 150


def report(folder: Path, log: str, form: str, *words: str) -> tuple[str, str]:
    """A report with its line ends as they are, and what is said besides."""
    done = run(folder, "--report", log, "--format", form, *words)
    assert done.status == 0, done.err
    return done.out, done.err


def golden(path: Path, made: str) -> None:
    """Fail where a file is not what was made, but for style sheets; take that over where it is asked for."""
    made = re.sub(r"(<style>).*?(</style>)", r"\1\2", made, flags=re.DOTALL)
    if os.environ.get("UPDATE"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(made.encode())
        return
    known = path.read_bytes().decode()
    if made != known:
        before, now = (text.replace("\r", "\\r").split("\n") for text in (known, made))
        changes = "\n".join(difflib.unified_diff(before, now, str(path), "now", n=2, lineterm=""))
        pytest.fail(f"{changes}\nWhere that is right: scripts/update", pytrace=False)


def folded(text: str) -> str:
    """With each run of more than two equal lines as one, and how many they are."""
    return "".join(_runs(text.splitlines(keepends=True)))


def _runs(lines: Iterable[str]) -> Iterator[str]:
    for line, run_ in groupby(lines):
        number = len(list(run_))
        yield from [line, f"[{number} times]\n"] if number > 2 else [line] * number


# The log of this version


def current(entry: Entry) -> Record:
    """A record as this version writes it; of a type that it does not know, as it is."""
    if entry.record is None:
        made: Record = json.loads(entry.line)
        return made
    kind = KINDS[type(entry.record)]
    head = {"type": kind.type, "seq": entry.seq, "time": entry.time}
    if kind.command:
        head["command"] = entry.command
    value = to_json(entry.record) | ({"schema": SCHEMA} if kind.type == "session" else {})
    return head | ({"result": kind.result, "value": value} if kind.result else value)


def news() -> Iterator[Record]:
    """What version 1 has not."""
    begun = {"version": "0.2.0", "host": "new.example.net", "system": "Linux 6.12.0 x86_64", "arguments": ["x.stcp"]}
    given = {"variables": ["timeout=5", "WHO=it's me", "1=2"], "scripts": ["x.stcp"]}
    yield stamped("session", **begun, pid=78, schema=SCHEMA, **given)
    yield stamped("session", **begun, pid=79, schema=SCHEMA, variables=[], scripts=[])
    yield stamped("command", text="diagnose -name client -port 2121", **{"from": "x.stcp:1"})
    kernels = route("192.168.77.1", "enetZ") | {"source": "192.168.77.50", "table": 254}
    yield connection("192.168.77.50", route=kernels, interrupted=True, sent="2026-01-31T15:29:59.500Z")
    holds = [(1.2, 1, 0, None), (1.2, 2, 0, None), (0.031, None, 26, None), (0.0021, None, 26, "fin")]
    holds += [(0.4, None, 0, None), (0.0021, None, 0, "fin"), (0.0012, None, 0, "rst")]
    for seconds, segments_in, received, end in holds:
        hold = {"seconds": seconds, "segments_in": segments_in, "received": received, "end": end, "seen_as": None}
        outcome = "connected" if received or not end else {"fin": "closed", "rst": "reset"}[end]
        errno = "ECONNRESET" if outcome == "reset" else None
        yield connection("172.16.1.50", outcome, rtt=0.0003, errno=errno, hold=hold)
    yield connection("172.16.1.50", "reset", errno="ECONNRESET")
    for left, cut in ((None, False), (0, False), (20, False), (20, True)):
        sent = {"socket": 1, "bytes": 20, "of": 20, "unacknowledged": left, "interrupted": cut}
        yield stamped("result", command=1, result="sent", value=sent)
    target = {"name": "client", "address": "10.1.1.1", "port": 2121}
    yield stamped("trace", command=1, destination=target, others=[], most_hops=30, cancelled=True, traces=[])
    yield stamped("interfaces", command=1, host="phx_vos", interfaces=[], counters=[], automatic=False, more=False)
    tables: Record = {name: [] for name in ("defaults", "routes", "others", "rules", "neighbours", "links")}
    counts = dict.fromkeys(("count", "others_count", "neighbours_count"), 0)
    yield stamped("routes", command=1, **tables, **counts, automatic=True, more=False)
    yield stamped("routes", command=1, **tables, **counts, automatic=False, more=True)
    yield stamped("counted", command=1, routes=99_000, others=1, neighbours=7)
    (whole,) = [record for record in tickets.log() if record["type"] == "routes"]
    nowhere = {**whole["routes"][0], "hops": [{"gateway": None, "interface": None, "weight": 1}]}
    yield stamped("routes", command=1, **{**tables, **counts, "routes": [nowhere]}, automatic=True, more=False)
    yield stamped("verdict", command=1, **_verdict(target, []))
    hop = {"ttl": 1, "address": "192.168.77.1", "rtt": 0.0002, "icmp": icmp("192.168.77.1"), "outcome": "prohibited"}
    path = {"source": "192.168.77.50", "chosen_by": "bind", "route": kernels, "outcome": "prohibited", "hops": [hop]}
    refused = {"outcome": "prohibited", "errno": "EHOSTUNREACH", "icmp": icmp("192.168.77.1"), "trace": path}
    box = {"ttl": 63, "hops_back": 1, "hops_forward": 3, "nearer": True}
    held = {"seconds": 1.2, "segments_in": 1, "received": 26, "end": None, "seen_as": None}
    served = {"rtt": 0.0003, "answerer": box, "hold": held, "answered_at": 1, "tls": _tls(), "banner": "220 ready"}
    shy = {"hold": {**held, "segments_in": None, "received": 0, "end": "fin"}, "tls": _tls(None)}
    sources = [
        _observation("192.168.77.50", "enetZ", route=kernels, lost=2, **refused),
        _observation("172.16.1.50", "enetA", outcome="connected", **served),
        _observation("172.16.1.60", "enetA", outcome="closed", **shy),
        _observation("172.16.1.80", "enetA", outcome="connected", mtu=_mtu(kernels)),
        _observation(
            "172.16.1.70",
            "enetA",
            outcome="connected",
            tls=_tls(None) | {"acknowledged": False, "segments_missing": True},
        ),
    ]
    yield stamped("verdict", command=1, **_verdict(target, sources, **_details(kernels)))
    reached: Record = {"destination": {"name": "client", "address": "10.1.1.1", "port": 0}}
    yield stamped("mtu", command=1, **reached, cancelled=False, mtus=[_mtu(kernels), _mtu(None)])
    yield stamped("mtu", command=1, **reached, cancelled=True, mtus=[])
    yield from _predictions(reached)
    redirected = kernels | {"redirected": True}
    yield connection("192.168.77.50", "closed", route=redirected, hold=shy["hold"])
    yield connection("192.168.77.50", "reset", route=None, hold={**held, "received": 0, "end": "rst"})
    yield from _callbacks()
    yield stamped("end", reason="interrupted", status=130)


def _callbacks() -> Iterator[Record]:
    """The connections A and B, seen from each side."""
    here, there = {"address": "192.168.77.50", "port": 40001}, {"address": "10.1.1.1", "port": 2121}
    program = {"pid": 812, "command": "ftpd", "unit": "ftpd.service", "uid": 0}
    nobody = dict.fromkeys(program)
    seen = {"role": "B", "source": here, "destination": there, "owner": program, "state": "closed", "ended": "refused"}
    times = {"since": "2026-01-31T15:33:50.123Z", "seconds": 0.2}
    yield stamped("observed", command=1, **seen, **times, inferred=False, syns=2, guessed=False)
    open_one = {"role": "A", "source": there, "destination": here, "owner": nobody, "state": "established"}
    yield stamped(
        "observed", command=1, **open_one, ended=None, inferred=True, since=None, seconds=9.0, syns=None, guessed=True
    )
    found = next(record for record in map(current, entries_of(whole_records())) if record["type"] == "route")
    route_found = {name: value for name, value in found.items() if name not in ("type", "seq", "time", "command")}
    called = {"source": here, "destination": there}
    for used, same, inferred in ((["172.16.1.50"], False, False), (["192.168.77.50"], True, True), ([], None, False)):
        why = route_found if used else None
        yield stamped("callback", command=1, **called, inferred=inferred, used=used, same=same, route=why)
    server = {"name": "nas", "address": "172.16.1.50", "port": 21}
    asked = {"protocol": "ftp", "server": server, "control": there, "listener": there, "outcome": "called"}
    said = {"caller": here, "same": False, "seconds": 0.01, "replies": ["220 ready", "230 OK"], "why": None}
    yield stamped("called", command=1, **asked, **said)
    yield stamped("called", command=1, **asked, **{**said, "caller": {**here, "address": "172.16.1.50"}, "same": True})
    nothing = dict.fromkeys(("control", "listener", "caller", "same", "seconds"))
    failed = {**asked, **nothing, "protocol": "ndmp", "outcome": "failed", "replies": [], "why": "the login failed"}
    yield stamped("called", command=1, **failed)
    yield stamped("arrival", command=1, source=here, destination=there, state="accepted", ttl=61, mss=1460)
    yield stamped("arrival", command=1, source=here, destination=there, state="half-open", ttl=None, mss=None)
    greeted = {"seconds": 0.01, "segments_in": None, "received": 60, "end": None}
    yield connection("192.168.77.50", rtt=0.0003, hold={**greeted, "seen_as": {**here, "address": "203.0.113.7"}})
    accepted = {"socket": 3, "listener": 2, "local": "10.1.1.1:2121", "peer": "192.168.77.50:40001"}
    for expected, same in (("172.16.1.50", False), ("192.168.77.50", True)):
        value = {**accepted, "expected": [expected], "same": same}
        yield stamped("result", command=1, result="accepted", value=value)


def _verdict(target: Record, sources: list[Record], **more: Any) -> Record:
    said: Record = {"summary": "the attempts ended differently", "evidence": [], "remedies": []}
    none: Record = {name: [] for name in ("blames", "causes", "excluded", "attempts", "readings", "context")}
    head = {"kind": "unclear", "destination": target, "sources": sources, "severity": "warn", "certainty": "possible"}
    return {**head, **said, **none, "syns": 0, "most_syns": 40, "seconds": 0.1, **more}


def _details(route: Record) -> Record:
    """What a verdict of version 3 holds besides."""
    attempt = {
        "experiment": "sources",
        "sent": "2026-01-31T15:33:50.123Z",
        "source": {"address": "192.168.77.50", "port": 40001},
        "chosen_by": "kernel",
        "destination": {"address": "10.1.1.1", "port": 2121},
        **{name: route[name] for name in ("gateway", "interface")},
        **dict.fromkeys(("errno", "icmp", "syn_fate", "syn_retransmits", "rtt", "hold", "resets")),
        "outcome": "timeout",
        "rst": False,
        "elapsed": 3.0,
    }
    rejected = {"outcome": "prohibited", "errno": "EHOSTUNREACH", "icmp": icmp("192.168.77.1"), "syn_retransmits": 0}
    lost = {"syn_fate": "lost", "syn_retransmits": 2, "resets": 1, "experiment": "other-way", "gateway": None}
    held = {"seconds": 1.2, "segments_in": 2, "received": 0, "end": None, "seen_as": None}
    served = {"outcome": "connected", "rtt": 0.0003, "hold": held, "interface": None}
    reset = {"outcome": "refused", "errno": "ECONNREFUSED", "rst": True, "sent": None, "source": None}
    cause = {"cause": "filter", "where": "network", "box": "192.168.77.1", "certainty": "proven"}
    aside = {"address": "172.17.0.1", "interface": "docker0", "reason": "the address of a bridge without an uplink"}
    return {
        "blames": [
            {"box": "192.168.77.1", "sources": ["192.168.77.50"]},
            {"box": "172.16.1.1", "sources": []},
        ],
        "causes": [
            {**cause, "because": "192.168.77.1 sent ICMP 3/13"},
            {**cause, "cause": "access-list", "box": None, "certainty": "possible", "because": "a timeout"},
        ],
        "excluded": [{"cause": "host-down", "because": "172.16.1.50 reaches it"}],
        "attempts": [attempt, *({**attempt, **each} for each in (rejected, lost, served, reset))],
        "readings": [
            {"name": "Ip.InReceives", "before": 10, "after": 17},
            {"name": "net.ipv4.conf.enetA.rp_filter", "before": 1, "after": None},
        ],
        "context": [
            {**aside, "outcome": None},
            {**aside, "address": "10.99.0.1", "interface": "lo", "outcome": "timeout"},
        ],
        "syns": 12,
    }


def _predictions(reached: Record) -> Iterator[Record]:
    """A host that was pasted, and what it would do."""
    unread = {"file": "ticket.txt", "line": 4, "text": "default via xx.yy.1.1 dev eth0", "why": "the gateway is masked"}
    yield stamped(
        "tables",
        command=1,
        host="phx",
        system="linux",
        files=["ticket.txt"],
        interfaces=2,
        addresses=3,
        routes=4,
        rules=3,
        lines=[{"state": "row", "lines": 9}, {"state": "partly", "lines": 1}],
        unread=[unread],
        remarks=["the text ends without a newline: it may be cut"],
        same_text=["phx-2"],
    )
    yield stamped(
        "tables",
        command=1,
        host="aix",
        system="",
        **{key: [] for key in ("files", "lines", "unread", "remarks", "same_text")},
        **dict.fromkeys(("interfaces", "addresses", "routes", "rules"), 0),
    )
    cited = {"file": "ticket.txt", "line": 3, "text": "default via 192.168.77.1 dev enetZ", "why": "route: default"}
    none = dict.fromkeys(("asked", "client_used", "next_hop", "interface", "source", "outcome", "differs", "added"))
    many: Record = {key: [] for key in ("candidates", "missing", "rows", "remedies", "sure")}
    head: Record = {"host": "phx", "system": "linux", **reached, **none, **many, "level": "unknown", "why": "cut"}
    yield stamped("prediction", command=1, **head)
    yield stamped("prediction", command=1, **head | {"outcome": "no-route", "level": "certain"})
    known: Record = {
        "next_hop": "192.168.77.1",
        "interface": "enetZ",
        "source": "192.168.77.50",
        "level": "conditional",
    }
    known |= {"client_used": "172.16.1.50", "differs": True, "rows": [cited], "missing": ["`ip rule` was not pasted"]}
    known |= {"remedies": ["bind the socket to 172.16.1.50"], "sure": ["ip route get 10.1.1.1"]}
    yield stamped("prediction", command=1, **head | known | {"candidates": ["192.168.77.50"]})
    bound: Record = {"asked": "172.16.1.50", "added": "via 172.16.1.1", "source": "172.16.1.50"}
    bound |= {"client_used": "172.16.1.50", "differs": False}
    yield stamped("prediction", command=1, **head | bound | {"candidates": ["172.16.1.50", "172.16.1.51"]})


def _mtu(route: Record | None) -> Record:
    """A path MTU that a router limits, or that is not known."""
    none = dict.fromkeys(("mtu", "lost", "link", "limited_by", "cached", "errno"))
    if route is None:
        none_sent = {"source": None, "chosen_by": "kernel", "route": None, "outcome": "failed", "sent": 0}
        return {**none_sent, **none, "errno": "ENETUNREACH"}
    found = {"source": "172.16.1.80", "chosen_by": "bind", "route": route, "outcome": "confirmed", "sent": 2}
    return {**found, **none, "mtu": 1400, "lost": 1420, "link": 1500, "limited_by": "192.168.77.1", "cached": 1500}


def _tls(version: str | None = "TLSv1.3") -> Record:
    """A handshake that was completed, or one that stalled."""
    none = dict.fromkeys(("server_name", "cipher", "common_name", "issuer", "not_after", "fingerprint", "detail"))
    if version is None:
        waits = {"outcome": "stalled", "elapsed": 2.0, "received": 0, "acknowledged": None, "segments_missing": None}
        return {**waits, "version": None, "names": [], **none}
    name = {"server_name": "ftp.example.net", "common_name": "ftp.example.net", "names": ["ftp.example.net"]}
    made = {"outcome": "answered", "elapsed": 0.01, "received": 1500, "acknowledged": True, "segments_missing": False}
    rest = {"cipher": "TLS_AES_256_GCM_SHA384", "issuer": "Example CA", "not_after": "2027-01-01T00:00:00Z"}
    return {**none, **made, "version": version, **name, **rest, "fingerprint": "ab" * 32, "detail": "renegotiated"}


def _observation(address: str, interface: str, **seen: Any) -> Record:
    none = dict.fromkeys(("errno", "icmp", "syn", "route", "rtt", "answerer", "trace"))
    later = dict.fromkeys(("hold", "answered_at", "tls", "banner", "mtu")) | {"lost": 0}
    tried = {"chosen_by": "bind", "attempts": 3, "answered": 3, "rst": False, "elapsed": 0.0004}
    return {"address": address, "interface": interface, **none, **tried, **later, **seen}


def test_the_log_of_this_version() -> None:
    records = whole_records()
    new = [{**record, "seq": seq} for seq, record in enumerate(news(), len(records) + 1)]
    validate(new)
    assert list(map(current, entries_of(new))) == new
    made = map(current, entries_of([*records, *new]))
    golden(CURRENT, "".join(f"{encode(record)}\n" for record in made))
    assert [record["seq"] for record in golden_records(CURRENT)] == list(range(1, len(records) + len(new) + 1))


def test_it_is_what_the_writer_writes() -> None:
    records = [record for record in golden_records(CURRENT) if record["type"] in _types()]
    lines: list[str] = []
    journal = Journal(None, lambda: 0.0, pytest.fail)
    journal.on_record = lines.append
    for entry in entries_of(records):
        journal.write(entry.record, entry.command)
    written = [json.loads(line) for line in lines]
    stamps = [{name: record[name] for name in ("seq", "time")} for record in written]
    assert written == [record | stamp for record, stamp in zip(records, stamps)]
    assert list(map(list, written)) == list(map(list, records))
    validate(records)


def _types() -> set[str]:
    """The types of records that this version knows."""
    return {kind.type for kind in KINDS.values()}


def test_it_has_every_type_every_word_and_every_field() -> None:
    """Each field with and without a value, true and false, with and without members, where it can be that."""
    found = [entry.record for entry in entries_of(golden_records(CURRENT)) if entry.record is not None]
    assert {type(record) for record in found} == set(RECORDS.values())
    seen: dict[tuple[type, str], set[str]] = defaultdict(set)
    for record in found:
        _look(record, seen)
    for cls, name in list(seen):
        (field,) = [field for field in fields(cls) if field.name == name]
        wanted = {"null"} if field.optional else set()
        wanted |= {"some", "none"} if field.many else {"True", "False"} if field.type is bool else {"some"}
        assert wanted <= seen[cls, name], f"{cls.__name__}.{name}"
    connections = {record.outcome for record in found if KINDS[type(record)].type == "connection"}
    assert set(OUTCOMES) <= connections
    assert set(SYN_FATES) <= {record.syn_fate for record in found if KINDS[type(record)].type == "connection"}


def _look(value: Any, seen: dict[tuple[type, str], set[str]]) -> None:
    """Take notice of what the fields of an instance of a declared class are."""
    cls = value.__class__
    for field, part in zip(fields(cls), value):
        what = seen[cls, field.name]
        if part is None:
            what.add("null")
            continue
        if field.many:
            what.add("some" if part else "none")
        else:
            what.add(str(part) if field.type is bool else "some")
        if is_declared(field.type):
            for inner in part if field.many else [part]:
                _look(inner, seen)


@pytest.mark.parametrize("form", [form for form in SUFFIXES if form != "jsonl"])
def test_a_log_of_version_1_reads_like_one_of_this(form: str) -> None:
    old = whole_records()
    assert made(form, map(current, entries_of(old))) == made(form, old)


def test_a_log_of_version_1_compares_with_one_of_this() -> None:
    old = whole_records()
    new = list(map(current, entries_of(old)))
    found = compared(("old", State.last(entries_of(old))), ("new", State.last(entries_of(new))))
    assert found.changes == ()
    assert {each.what for each in found.unchanged} == {
        *("connection", "choice", "verdict", "interface", "address", "route", "rule"),
    }


# Reports


@pytest.fixture(params=sorted(LOGS))
def version(request: pytest.FixtureRequest) -> int:
    """Of the log."""
    found: int = request.param
    return found


@pytest.fixture
def every(tmp_path: Path, version: int) -> Path:
    """A folder with the log, and with the key of its stand-ins."""
    (tmp_path / GOLDEN.name).write_bytes(LOGS[version].read_bytes())
    (tmp_path / "key").write_text(f"{KEY}\n")
    (tmp_path / "key").chmod(0o600)
    return tmp_path


@pytest.mark.parametrize("form", [form for form in SUFFIXES if form != "jsonl"])
def test_every_record_in_every_format(every: Path, version: int, form: str) -> None:
    made, said = report(every, GOLDEN.name, form)
    golden(LOGS[version].with_suffix(f".{SUFFIXES[form]}"), made)
    assert said == (LOST[version] if form in WITHOUT_REMARKS else "")


def test_jsonl_is_the_log_but_for_what_is_no_record(every: Path, version: int) -> None:
    lines = LOGS[version].read_text("ascii").splitlines(keepends=True)
    made, said = report(every, GOLDEN.name, "jsonl")
    assert made == "".join(line for line in lines if line.startswith('{"type"') and line.endswith("\n"))
    assert said == LOST[version]


@pytest.mark.parametrize("form", [form for form in SUFFIXES if form != "svg"])
def test_every_record_redacted(every: Path, version: int, form: str) -> None:
    made, said = report(every, GOLDEN.name, form, "--redact", "--key", "key")
    golden(LOGS[version].with_suffix(f".redacted.{SUFFIXES[form]}"), made)
    lost = LOST[version].rstrip("\n") if form in WITHOUT_REMARKS else ""
    assert said.startswith(f"{lost}; redacted; " if lost else "stcp-shell: every.jsonl: redacted; ")
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
    golden(GOLDEN.with_name(f"middle.{SUFFIXES[form]}"), folded(made))
    assert said == ""


def test_of_the_log_of_version_1_only_the_end_is_malformed() -> None:
    found = list(entries_of(golden_records()))
    (mark,) = [number for number, entry in enumerate(found) if getattr(entry.record, "text", "") == MALFORMED]
    assert [entry for entry in found[:mark] if entry.problem] == []
    assert {entry.type for entry in found[mark + 1 : -1]} == {entry.type for entry in found[:mark]} & _types() - {"end"}
    assert [entry for entry in found[mark + 1 : -1] if not entry.problem] == []
    assert {entry.type for entry in found if entry.record is None and not entry.problem} == {"weather", "hail"}
