"""What is on the wire of the lab: the source addresses that getsockname names, and who really answers."""

from functools import partial
from pathlib import Path

import pytest
from children import captures, sessions
from children.captures import ACK, RST, SYN, Segment
from conftest import in_lab

from stcp_shell.lab import DEFAULT
from stcp_shell.log.reader import entries
from stcp_shell.model.connection import Connection

A, Z = "172.16.1.50", "192.168.77.50"
A6, Z6 = "fd00:172:16:1::50", "fd00:192:168:77::50"
CLIENT, CLIENT6 = "10.1.1.1", "fd00:10:1:1::1"
PROBES = [(CLIENT, None, Z), (CLIENT, A, A), (CLIENT6, None, Z6), (CLIENT6, A6, A6)]  # destination, bound, source


ENDS = [(address, bound) for address, bound, _ in PROBES]


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize("scenario", ["acl-drop", "acl-reject", "acl-reset", "open"])
def test_source_on_the_wire(scenario: str) -> None:
    """All SYNs go to router Z, from where getsockname says."""
    ((said, wire),) = in_lab(scenario, partial(captures.syns, "router-z", ENDS, 4))
    syns = [Segment(*row) for row in wire]
    assert said == [source for _, _, source in PROBES]
    assert [(syn.source, syn.destination) for syn in syns] == [(source, address) for address, _, source in PROBES]
    assert {(syn.interface, syn.port, syn.ttl) for syn in syns} == {("host", 2121, 64)}


@pytest.mark.usefixtures("namespaces")
def test_source_in_the_log_is_the_source_on_the_wire(tmp_path: Path) -> None:
    log = tmp_path / "log"
    commands = ""
    for address, bound, _ in PROBES:
        bind = f"bind -name {bound} -port 0; " if bound else ""
        family = "inet6" if ":" in address else "inet"
        commands += f"socket -family {family}; {bind}connect -name {address} -port 2121 -timeout 0.3; "
    program = ["-m", "stcp_shell", "--log", str(log), "-c", commands]
    ((status, wire),) = in_lab(DEFAULT, partial(sessions.program_on_the_wire, *program))
    assert status == 0
    ends = dict.fromkeys(tuple(segment[1:5]) for segment in wire)  # a slow machine may send one twice
    with log.open("rb") as lines:
        logged = [entry.record for entry in entries(lines) if isinstance(entry.record, Connection)]
    assert [found.source and found.source.address for found in logged] == [source for _, _, source in PROBES]
    assert list(ends) == [(*(found.source or ()), *found.destination.endpoint) for found in logged]


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize(("scenario", "node"), [("own-firewall", "router-z"), ("dead-next-hop", "nobody")])
def test_what_never_leaves(scenario: str, node: str) -> None:
    ((_, wire),) = in_lab(scenario, partial(captures.syns, node, ENDS))
    sources = {row[1] for row in wire}
    assert sources == ({A, A6} if scenario == "own-firewall" else set())


@pytest.mark.usefixtures("namespaces")
@pytest.mark.parametrize(
    ("scenario", "flags", "default", "bound"),
    [
        ("acl-reset", RST | ACK, 63, 63),
        ("no-listener", RST | ACK, 63, 63),
        ("rst-router", RST | ACK, 64, 63),
        ("answers-for-host", SYN | ACK, 64, 63),
        ("open", SYN | ACK, 63, 63),
    ],
)
def test_who_answers_is_as_far_away(scenario: str, flags: int, default: int, bound: int) -> None:
    """The TTL of the answer: 64 from the box next to this host, one less from behind a router."""
    (rows,) = in_lab(scenario, partial(captures.segments, "host", ENDS))
    answers = [Segment(*row) for row in rows]
    ttls = {segment.destination: segment.ttl for segment in answers if segment.flags == flags}
    assert {ttls[source] for source in (Z, Z6)} == {default}
    ends = [segment for segment in answers if segment.destination in (A, A6) and segment.flags & (RST | SYN)]
    assert {segment.ttl for segment in ends} == {bound}
