"""What to look for in captures and logs: the flows of the attempts that failed, and questions about them."""

from __future__ import annotations

from functools import partial

import pytest
from children import sessions
from conftest import in_namespace
from test_verdicts import ALIVE, BOUND, DEFAULT, PROHIBITED, attempts, bound, case, seen, verdict

from stcp_shell.diagnosis.verdict import judge
from stcp_shell.model.connection import Endpoint
from stcp_shell.model.diagnosis import Verdict
from stcp_shell.report import lookup


@pytest.mark.parametrize(
    ("ports", "said"),
    [
        ([39164, 39165, 39166], "39164-39166"),
        ([5, 3, 4, 9, 9], "3-5,9"),
        (list(range(1, 20, 2)), "1,3,5,7,9,11,13,15 and 2 more"),
        ([65535], "65535"),
    ],
)
def test_ports(ports: list[int], said: str) -> None:
    assert lookup.port_ranges(ports) == said


@pytest.mark.parametrize(
    ("moments", "said"),
    [
        (["2026-11-22T22:27:00.123Z", "2026-11-22T22:27:02.199Z"], "22:27:00.1-02.1"),
        (["2026-11-22T22:27:59.900Z", "2026-11-22T22:28:02.100Z"], "22:27:59.9-22:28:02.1"),
        (["2026-11-22T22:27:00.100Z"], "22:27:00.1"),
        (["2026-11-22T23:59:59.900Z", "2026-11-23T00:00:01.000Z"], "2026-11-22 23:59:59.9 - 2026-11-23 00:00:01.0"),
    ],
)
def test_times(moments: list[str], said: str) -> None:
    assert lookup.times(moments) == said


def test_only_what_failed_is_looked_for() -> None:
    found = verdict(seen("timeout"), bound("connected"))
    (search,) = lookup.searches(found)
    assert str(search) == f"look for {DEFAULT}:40000-40006 -> 10.1.1.1:2121, 10:00:00.0-00.6 UTC"
    assert BOUND not in "\n".join([*lookup.look_for(found), *lookup.questions(found)])


def test_a_connection_whose_handshake_does_not_finish_is_looked_for() -> None:
    half = seen("connected", hold=bound("connected").hold)
    (unfinished,) = attempts(half, "connected", hold=seen("connected").hold._replace(received=0, segments_in=2))  # type: ignore[union-attr]
    found = judge(case(half, attempts=(unfinished,)))._replace(severity="bad")
    assert [search.address for search in lookup.searches(found)] == [DEFAULT]


def test_nothing_is_looked_for_if_nothing_failed_or_left() -> None:
    assert lookup.searches(verdict(seen("connected"), bound("connected"))) == []
    none_left = [each._replace(sent=None) for each in attempts(seen("timeout"), "timeout")]
    assert lookup.searches(judge(case(seen("timeout"), attempts=tuple(none_left)))) == []
    assert lookup.searches(verdict(seen("timeout"))._replace(attempts=())) == [], "a log of an older version"


def test_who_signed_is_named() -> None:
    said = list(lookup.questions(verdict(seen("prohibited", icmp=PROHIBITED), bound("connected"))))
    assert said[0] == f"192.168.77.1 sent the ICMP error that rejected {DEFAULT}"
    assert f"  packet-tracer input INSIDE tcp {DEFAULT} 40006 10.1.1.1 2121" in said


def six() -> Verdict:
    """A verdict on an IPv6 address."""
    one = seen("timeout", "fd00:192:168:77::50")
    target = Endpoint("fd00:10:1:1::1", 2121)
    made = [each._replace(destination=target) for each in attempts(one, "timeout")]
    return judge(case(one, attempts=tuple(made), controls=(ALIVE,))._replace(destination=target))


def test_ipv6_is_in_brackets_and_its_errors_are_icmp6() -> None:
    (search,) = lookup.searches(six())
    assert str(search).startswith("look for [fd00:192:168:77::50]:40000 -> [fd00:10:1:1::1]:2121, ")
    assert "icmp6 and host fd00:192:168:77::50" in search.capture()


@pytest.mark.parametrize("which", ["IPv4", "IPv6"])
def test_the_commands_of_the_trace_are_ready(which: str) -> None:
    found = six() if which == "IPv6" else verdict(seen("timeout"), bound("connected"))
    commands = [line.strip() for line in lookup.questions(found) if line.startswith("  nft")]
    ready = [f"PATH=$PATH:/usr/sbin {line}" for line in commands if "monitor" not in line]
    assert len(ready) == 4
    (said,) = in_namespace(partial(sessions.shells, ready))
    assert said == [[0, ""]] * 4
