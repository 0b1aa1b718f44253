"""Tables of other systems that people pasted: what is read from them is what is in them.

The samples are not part of the project; the tests run where they lie beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stcp_shell.diagnosis.prediction import predict
from stcp_shell.model.prediction import Prediction
from stcp_shell.pasted.facts import Hop
from stcp_shell.pasted.host import Host
from stcp_shell.pasted.prefixes import Prefixes
from stcp_shell.pasted.reading import read
from stcp_shell.pasted.text import decode

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not beside the project")


def facts_of(hosts: list[Host], persistent: bool = False) -> Iterator[tuple[Any, ...]]:
    """Yield the facts as the samples' truth writes them; or those and routes that only a next start makes active."""
    for host in hosts:
        for card in host.cards.values():
            for own in card.addresses:
                yield (host.place(own.line).line, "addr", card.name, own.address.lower(), own.length)
        for row in host.rows:
            if row.way.kind != "gateway" and (row.way.kind == "persistent") == persistent:
                length = None if row.name else row.length
                gateway = row.way.gateway or (row.way.hops[0].gateway if row.way.hops else None)
                interface = row.way.interface or (row.way.hops[0].interface if row.way.hops else "")
                destination = row.name or row.destination
                yield (host.place(row.line).line, "route", destination, length or 0, gateway or "", interface)
        for rule in host.rules:
            yield (host.place(rule.line).line, "rule", rule.rule.priority, rule.table)


def _bare(text: Any) -> str:
    import ipaddress

    word = str(text or "").partition("%")[0]
    try:
        return str(ipaddress.ip_address(word))
    except ValueError:
        return word


def truth_of(name: str) -> Iterator[tuple[Any, ...]]:
    for line in (SAMPLES / "truth.jsonl").read_text().splitlines():
        fact = json.loads(line)
        if fact["sample"] != name:
            continue
        if fact["kind"] == "addr":
            yield (fact["line"], "addr", fact["iface"], _bare(fact["addr"]), fact.get("plen"))
        elif fact["kind"] == "route":
            gateway = _bare(fact.get("gw"))
            numeric = gateway if gateway[:1].isdigit() or ":" in gateway else ""
            destination = _bare(fact["dst"])
            if (
                fact.get("flags", "")
                and "!" in str(fact["flags"])
                and destination == "0.0.0.0"
                and fact.get("plen", 0) > 32
            ):
                destination = "::"
            interface = fact.get("iface") or fact.get("ifindex") or ""
            yield (fact["line"], "route", destination, fact.get("plen") or 0, numeric, interface)
        elif fact["kind"] == "rule":
            yield (fact["line"], "rule", fact.get("prio", 0), fact["table"])


def normal(fact: tuple[Any, ...]) -> tuple[Any, ...]:
    if fact[1] == "addr":
        return (*fact[:3], _bare(fact[3]), *fact[4:])
    return (*fact[:2], _bare(fact[2]), fact[3], _bare(fact[4]), fact[5]) if fact[1] == "route" else fact


def read_sample(path: Path) -> list[Host]:
    return read(decode(path.read_bytes()), path.name, Host(path.stem))


NAMES = [path.name for path in sorted((SAMPLES / "tables").glob("*")) if path.suffix in (".txt", ".json")]


@pytest.mark.parametrize("name", NAMES)
def test_facts_of_a_sample(name: str) -> None:
    hosts = read_sample(SAMPLES / "tables" / name)
    found, right = {normal(fact) for fact in facts_of(hosts)}, set(truth_of(name))
    kept = {normal(fact) for fact in facts_of(hosts, persistent=True)}
    assert found - right == set()
    assert right - found - kept == set()


@pytest.mark.parametrize("name", NAMES)
def test_each_line_has_one_state(name: str) -> None:
    hosts = read_sample(SAMPLES / "tables" / name)
    lines = len(hosts[0].pastes[0].lines)
    assert sum(hosts[0].counts().values()) == lines


CASES = [json.loads(line) for line in (SAMPLES / "cases.jsonl").read_text().splitlines()] if SAMPLES.is_dir() else []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_question_is_answered_right_and_none_surer_than_that(case: dict[str, Any]) -> None:
    host = Host(case["id"])
    for file in case["files"]:
        read(decode((SAMPLES / file).read_bytes()), file, host)
    found = predict(host, Prefixes(host), case["dst"], None, case["client_used"])
    assert (found.source, found.level, found.differs) == (case["source"], case["level"], case["differs"])
    if case["next_hop"] and case["next_hop"][0].isdigit():
        assert found.next_hop == case["next_hop"]
    assert set(case.get("candidates_next_hop", ())) <= {hop.gateway for hop in _hops(found, host)}


def _hops(found: Prediction, host: Host) -> list[Hop]:
    lines = {row.line for row in found.rows}
    return [Hop(row.way.gateway, "") for row in host.rows if host.place(row.line).line in lines]
