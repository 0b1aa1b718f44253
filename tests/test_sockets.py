"""The sockets of every program, as the kernel tells of them: dumps, events, who opened a connection, how it ended."""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from child import Call
from children import sockets
from conftest import child, in_namespace


def looped(call: Call) -> Any:
    """The answer of a call in a network namespace of its own, in which there is loopback and nothing else."""
    return in_namespace(sockets.loopback, call)[-1]


def test_every_callback_that_is_refused_at_once_is_seen() -> None:
    lost, number, kinds = looped(partial(sockets.refused, 200))
    assert (lost, number) == (0, 200)
    assert kinds == [["B", "failed"], ["B", "refused"]]  # failed: a blocking connect wipes how it ended


def test_who_opened_a_connection_and_who_closed_it_first() -> None:
    rows = looped(sockets.roles)
    ends = sorted([role, opened, local, remote, ended] for role, opened, local, remote, _, ended, _ in rows)
    assert ends == [
        ["A", False, sockets.HERE, sockets.PEER, "closed-by-peer"],  # although nothing listens on its port any more
        ["B", True, sockets.HERE, sockets.PEER, "closed-here"],
    ]


def test_a_connection_to_a_listener_that_nobody_saw_is_no_callback() -> None:
    number, _, guessed, by_this_host, ended = looped(sockets.one_shot)
    assert (number, guessed, by_this_host) == (1, False, False)
    assert ended.startswith("closed")


def test_what_the_peer_keeps_open_is_no_second_connection() -> None:
    ((role, _, _, _, _, ended, _),) = looped(sockets.half_closed)
    assert (role, ended) == ("B", "closed-here")


def test_a_reset_is_no_close() -> None:
    ((role, _, _, _, _, ended, _),) = looped(sockets.reset)
    assert (role, ended) == ("B", "reset")


def test_other_peers_fill_no_buffer() -> None:
    assert looped(partial(sockets.busy, 2000)) == [0, 1]


@pytest.mark.parametrize(
    "peers",
    [
        ["127.0.0.2"],
        ["127.0.1.0/24", "127.0.2.4/30", "::1"],
        ["::ffff:127.0.0.2", "::ffff:127.0.2.0/120"],
        ["127.0.0.0/8"],
        ["0.0.0.0/0"],
        ["::/0"],
        ["::1/128", "127.0.2.1"],
        [f"127.0.1.{number}" for number in range(1, 250, 2)],
        [f"127.{high}.{low}.1" for high in range(8) for low in range(200)],  # more than a filter can hold
    ],
    ids=lambda peers: f"{peers[0]}-{len(peers)}",
)
def test_the_kernel_passes_on_what_the_peers_say(peers: list[str]) -> None:
    tried = ["127.0.0.2", "127.0.0.3", "127.0.1.1", "127.0.1.2", "127.0.2.1", "127.0.2.5", "127.0.2.9", "::1"]
    dumped, told, meant = looped(partial(sockets.filters, peers, tried))
    # What is too long for a program of the kernel's passes, and is left out afterwards.
    assert [address for address in dumped if address in meant] == meant
    assert [address for address in told if address in meant] == meant
    if len(peers) < 1000 and not any("/0" in peer for peer in peers):
        assert dumped == told == meant


def test_an_ipv4_mapped_address_is_the_ipv4_address() -> None:
    ((role, opened, local, remote, state, _, _),) = looped(sockets.mapped)
    assert (role, opened, local, remote, state) == ("B", True, sockets.HERE, sockets.PEER, "established")


def test_nobody_sees_the_connections_of_root() -> None:
    rows = child(sockets.as_nobody).last
    assert sorted((role, state) for role, _, _, _, state, _, _ in rows) == [("B", "closed"), ("B", "established")]


@pytest.mark.skipif(os.getuid() != 0 and not os.environ.get("CI"), reason="to mount /proc needs root")
def test_with_hidden_processes_the_connections_are_seen_and_their_programs_are_not() -> None:
    rows = child(sockets.hide_processes, sockets.as_nobody, before=("unshare", "-m", "-p", "-f")).last
    assert sorted((role, state) for role, _, _, _, state, _, _ in rows) == [("B", "closed"), ("B", "established")]


@pytest.mark.skipif(os.getuid() != 0, reason="to mount control groups needs root")
def test_the_unit_of_a_program_is_that_of_its_control_group(tmp_path: Path) -> None:
    units = child(sockets.loopback, partial(sockets.in_unit, str(tmp_path)), before=("unshare", "-m", "-n")).last
    if units is None:
        pytest.skip("control groups of version 2 cannot be mounted here")
    (unit,) = units
    assert re.fullmatch(rf"{sockets.UNIT}\d+\.service", unit)


def test_events_that_are_lost_are_announced() -> None:
    lost, later = looped(partial(sockets.flooded, 500))
    assert lost >= 1
    assert later == 1


def test_where_netlink_is_denied_proc_is_read_and_what_is_missed_is_said() -> None:
    answer = looped(sockets.without_netlink)
    if answer is None:
        pytest.skip("no seccomp filter can be set here")
    rows, missed, is_proc = answer
    assert [(row[0], row[5]) for row in rows] == [("B", "closed-here")]
    assert "0.1 s" in missed
    assert is_proc
