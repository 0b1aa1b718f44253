"""The path MTU by source address, without root: who limits it, and black holes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from children import sessions
from conftest import in_lab
from programs import run, shows

Z, A = ("192.168.77.50", "fd00:192:168:77::50"), ("172.16.1.50", "fd00:172:16:1::50")
ROUTER_Z = ("192.168.77.1", "fd00:192:168:77::1")


def found(records: list[Any]) -> dict[str, Any]:
    """The path MTUs of a session's records, by source address."""
    return {each["source"]: each for record in records if record["type"] == "mtu" for each in record["mtus"]}


def test_an_open_path(namespaces: None, tmp_path: Path) -> None:
    done = run(tmp_path, "--lab=open", "-c", "mtu -name client")
    seen = found(done.records)
    assert {
        source: (each["outcome"], each["mtu"], each["limited_by"]) for source, each in seen.items()
    } == dict.fromkeys([*Z, *A], ("confirmed", 1500, None))
    shows(done, "172.16.1.50     1500  1460", "the host answered a packet of 1500 bytes")


def test_a_router_reports_a_smaller_link(namespaces: None, tmp_path: Path) -> None:
    seen = found(run(tmp_path, "--lab=small-mtu", "-c", "mtu -name client").records)
    for family in (0, 1):
        for source in (Z[family], A[family]):
            each = seen[source]
            assert (each["outcome"], each["mtu"], each["limited_by"]) == ("confirmed", 1400, ROUTER_Z[family])


@pytest.mark.slow
def test_a_black_hole_is_named_and_its_size_is_narrowed_down(namespaces: None) -> None:
    (records,) = in_lab("black-hole", partial(sessions.changed, [], "mtu -name client -timeout 25"))
    for each in found(records).values():
        assert (each["outcome"], each["mtu"], each["lost"], each["limited_by"]) == ("black-hole", 1400, 1420, None)


@pytest.mark.slow
def test_a_black_hole_on_the_path_of_one_source(namespaces: None) -> None:
    by_router_a = [
        "route add default via 172.16.1.1 table 100",
        "rule add from 172.16.1.50 lookup 100",
    ]
    (records,) = in_lab("black-hole", partial(sessions.changed, by_router_a, "mtu -name 10.1.1.1 -timeout 30"))
    seen = found(records)
    assert (seen[A[0]]["outcome"], seen[A[0]]["mtu"]) == ("confirmed", 1500)
    assert seen[Z[0]]["outcome"] == "black-hole"


def test_a_host_that_answers_no_datagram_says_nothing_of_the_size(namespaces: None, tmp_path: Path) -> None:
    done = run(tmp_path, "--lab=drop-all", "-c", "mtu -name 10.1.1.1 -timeout 3")
    assert {(each["outcome"], each["mtu"], each["lost"]) for each in found(done.records).values()} == {
        ("unknown", None, None)
    }


@pytest.mark.slow
def test_loss_is_no_black_hole(namespaces: None) -> None:
    """Half of the datagrams are lost at random, whatever their size."""
    lossy = "nft add table ip l; nft add chain ip l o '{ type filter hook output priority 0; }'; "
    rule = "nft add rule ip l o udp dport 33534-33999 numgen random mod 2 0 drop"
    (said, records) = in_lab(
        "open",
        partial(sessions.shells, [f"PATH=$PATH:/usr/sbin; {lossy}{rule}"]),
        partial(sessions.changed, [], "mtu -name 10.1.1.1 -timeout 15"),
    )
    assert said == [[0, ""]]
    for each in found(records).values():
        assert (each["outcome"], each["lost"]) in (("confirmed", None), ("unknown", None)), each


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("mtu -name nosuch", "nosuch: Name or service not known"),
        ("mtu -name 10.1.1.1 -from 10.9.9.9", "-from 10.9.9.9: not a usable address of this host"),
        ("mtu -name 224.0.0.1", "224.0.0.1 is a multicast address"),
        ("mtu", "-name"),
    ],
)
def test_what_cannot_be_measured_is_one_line(namespaces: None, tmp_path: Path, line: str, message: str) -> None:
    done = run(tmp_path, "--lab=open", "-c", line)
    assert done.status in (1, 2)
    assert message in done.err
    assert done.err.count("\n") == 1


def test_this_host_itself(namespaces: None, tmp_path: Path) -> None:
    seen = found(run(tmp_path, "--lab=open", "-c", "mtu -name 127.0.0.1").records)
    assert seen["127.0.0.1"]["mtu"] == 65535


@pytest.mark.slow
def test_a_diagnosis_includes_it(namespaces: None) -> None:
    line = "diagnose -name 10.1.1.1 -port 2121 -mtu; expect cause black-hole"
    (records,) = in_lab("black-hole", partial(sessions.changed, [], line))
    (verdict,) = [record for record in records if record["type"] == "verdict"]
    (expectation,) = [record for record in records if record["type"] == "expectation"]
    assert verdict["kind"] == "unclear", "it connects, and is not healthy"
    assert [cause["cause"] for cause in verdict["causes"]] == ["black-hole"]
    assert expectation["met"]
