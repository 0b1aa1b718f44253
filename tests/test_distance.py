"""Who answered a connect: the distance of the box, in the lab and in thought."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from operator import eq
from pathlib import Path
from typing import Any

import pytest
from children import paths
from conftest import in_lab
from programs import connecting, listening, port_of, run, shows, started, until

from stcp_shell.model.connection import Connection, Destination, HopDistance, ResolvedRoute
from stcp_shell.net.probes.hop_distance import furthest
from stcp_shell.report.text.connection import answerer_lines

A, CLIENT = ("172.16.1.50", "fd00:172:16:1::50"), ("10.1.1.1", "fd00:10:1:1::1")
NONE_NEARER = "no sign of a device nearer than 10.1.1.1; a device at the same distance would look the same"
NEARER, AS_FAR, NEXT = [64, 0, 1, True], [63, 1, 1, False], [64, 0, 0, False]
# by scenario: what is found for the default source and for the bound one; None: nobody answers
BOXES = {
    "open": (AS_FAR, AS_FAR),
    "no-listener": (AS_FAR, AS_FAR),
    "acl-reset": (AS_FAR, AS_FAR),
    "rst-router": (NEARER, AS_FAR),
    "answers-for-host": (NEXT, AS_FAR),
    "acl-drop": (None, AS_FAR),
    "acl-reject": (None, AS_FAR),
}


@pytest.fixture(scope="module")
def boxes(namespaces: None) -> Iterator[dict[str, Future[Any]]]:
    """What was found in each scenario, for the default and the bound source, by IPv4 and by IPv6."""
    pairs = [(client, source) for client, own in zip(CLIENT, A) for source in (None, own)]

    def ask(scenario: str) -> Any:
        return in_lab(scenario, *(partial(paths.box, client, source, 2.0) for client, source in pairs))

    with ThreadPoolExecutor(4) as pool:
        yield {scenario: pool.submit(ask, scenario) for scenario in BOXES}


@pytest.mark.parametrize("scenario", BOXES)
def test_how_far_away_the_box_is(boxes: dict[str, Future[Any]], scenario: str) -> None:
    assert boxes[scenario].result() == [*BOXES[scenario]] * 2


def test_connect_says_who_and_what_it_proves(namespaces: None, tmp_path: Path) -> None:
    one = "socket; connect -name 10.1.1.1 -port 2121 -who; socket; bind -name 172.16.1.50"
    done = run(tmp_path, "--lab=rst-router", "-c", f"{one}; connect -name 10.1.1.1 -port 2121 -who; log")
    forged = [
        "the RST arrived with TTL 64: about 0 hops back",
        "TTL was 64), 1 hop there",
        "a device nearer than 10.1.1.1 sent it, or the return",
    ]
    genuine = [
        "the SYN-ACK arrived with TTL 63: about 1 hop back",
        "TTL was 64), 1 hop there",
        "no sign of a device nearer than 10.1.1.1; a device at",
    ]
    shows(done, *forged, *genuine, "Session log", *forged, *genuine)
    found = [record["answerer"] for record in done.of("connection")]
    assert found == [
        {"ttl": 64, "hops_back": 0, "hops_forward": 1, "nearer": True},
        {"ttl": 63, "hops_back": 1, "hops_forward": 1, "nearer": False},
    ]


def test_the_connection_can_be_used_afterwards(namespaces: None, tmp_path: Path) -> None:
    done = run(tmp_path, "--lab=open", "-c", "socket; connect -name 10.1.1.1 -port 2121 -who; recv")
    shows(done, "the SYN-ACK arrived with TTL 63", "220 phx lab client ready")


def test_without_who_nothing_is_measured(namespaces: None, tmp_path: Path) -> None:
    done = run(tmp_path, "--lab=open", "-c", "socket; connect -name 10.1.1.1 -port 2121")
    assert done.connection["answerer"] is None
    assert "arrived with TTL" not in done.out


def test_an_icmp_error_names_its_sender_already(namespaces: None, tmp_path: Path) -> None:
    done = run(tmp_path, "--lab=acl-reject", "-c", "socket; connect -name 10.1.1.1 -port 2121 -who")
    assert (done.connection["outcome"], done.connection["answerer"]) == ("prohibited", None)
    assert done.connection["note"] is None


def test_what_cannot_be_measured_is_refused_before_the_connect(namespaces: None, tmp_path: Path) -> None:
    lines = """
        socket -type dgram
        connect -name 10.1.1.1 -port 2121 -who
        socket
        bind -interface enetA -device
        connect -name 10.1.1.1 -port 2121 -who
    """
    done = run(tmp_path, "--lab=open", "--keep-going", stdin=lines)
    datagram, device = done.err.splitlines()
    assert "-who is for stream sockets" in datagram
    assert "-who measures without SO_BINDTODEVICE" in device
    assert done.of("connection") == []


def test_ctrl_c_keeps_the_connection_and_ends_the_script(tmp_path: Path) -> None:
    """The listener's queue is full with the first connection: no SYN that measures is answered."""
    with listening(backlog=0) as server:
        commands = f"socket; connect -name 127.0.0.1 -port {port_of(server)} -who; note no"
        with started(tmp_path, "-c", commands) as process:
            until(lambda: connecting(process.pid), "a SYN that measures and waits")
            process.send_signal(2)
            out, _ = process.communicate(timeout=20)
    assert b"connected after" in out
    assert b"the distance of the device that replied is not known: interrupted" in out
    assert process.returncode == 130
    assert b"noted" not in out


def found(answerer: HopDistance, rst: bool = True, gateway: str | None = "10.0.0.1") -> list[str]:
    """What is said of a box."""
    connection = Connection(
        socket=1,
        protocol="tcp",
        bound=None,
        source=None,
        chosen_by="kernel",
        destination=Destination("10.1.1.1", "10.1.1.1", 1),
        route=ResolvedRoute(gateway, "eth0", kind="unicast"),
        outcome="refused" if rst else "connected",
        errno=None,
        icmp=None,
        elapsed=0.1,
        rtt=None,
        syn_retransmits=0,
        rst=rst,
        answerer=answerer,
    )
    return answerer_lines(connection, answerer)


@pytest.mark.parametrize(
    ("answerer", "gateway", "said"),
    [
        (HopDistance(62, 2, 2, False), "10.0.0.1", NONE_NEARER),
        (HopDistance(125, 3, 2, False), "10.0.0.1", NONE_NEARER),
        (
            HopDistance(254, 1, 2, True),
            "10.0.0.1",
            "a device nearer than 10.1.1.1 sent it, or the return path is shorter than the forward path",
        ),
        (
            HopDistance(64, 0, 0, False),
            "10.0.0.1",
            "the next hop, 10.0.0.1, or this host (its own NAT or redirect) sent it: no router forwarded the SYN",
        ),
        (HopDistance(64, 0, 0, False), "10.1.1.1", NONE_NEARER),
        (HopDistance(64, 0, 0, False), None, NONE_NEARER),
        (HopDistance(60, 4, None, None), "10.0.0.1", "it is not known how far the SYN went, nor which device replied"),
    ],
)
def test_what_it_proves(answerer: HopDistance, gateway: str | None, said: str) -> None:
    assert found(answerer, gateway=gateway)[1] == said


def test_the_figures() -> None:
    said = "the SYN-ACK arrived with TTL 126: about 2 hops back (if its initial TTL was 128), 1 hop there"
    assert found(HopDistance(126, 2, 1, False), rst=False)[0] == said


def asking(
    threshold: int, lost: Callable[[int], bool] = lambda number: False, sure: bool = False
) -> tuple[Callable[[Sequence[int]], list[bool | None]], list[int]]:
    """Something that answers up to a value, but for what is lost; and what it was asked."""
    asked: list[int] = []
    numbers = itertools.count()

    def ask(values: Sequence[int]) -> list[bool | None]:
        asked.extend(values)
        no = False if sure else None
        return [True if value <= threshold and not lost(next(numbers)) else no for value in values]

    return ask, asked


@pytest.mark.parametrize("sure", [True, False])
def test_finds_every_value_with_few_questions(sure: bool) -> None:
    for threshold in range(1, 256):
        ask, asked = asking(threshold, sure=sure)
        assert furthest(ask, 1, 256) == threshold
        assert len(asked) <= 4 * 4 + 2


@pytest.mark.parametrize("threshold", [64, 100, 254, 255])
def test_a_lost_packet_does_not_mislead(threshold: int) -> None:
    for lost in range(12):
        ask, _ = asking(threshold, lost=partial(eq, lost))
        assert furthest(ask, 1, 256) == threshold, f"question {lost} was lost"


@pytest.mark.parametrize("likely", [{63, 64, 65}, {250}, {1}, {300, 0}])
@pytest.mark.parametrize("threshold", [1, 40, 63, 64, 65, 128, 255])
def test_where_it_starts_does_not_matter(threshold: int, likely: set[int]) -> None:
    assert furthest(asking(threshold)[0], 1, 256, likely) == threshold


def test_what_never_answers() -> None:
    assert furthest(asking(0)[0], 1, 256) is None
