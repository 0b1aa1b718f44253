"""A loaded host in the columns of ifconfig, route print and netstat; compared; and this host as one of them."""

from __future__ import annotations

import os
import random
from functools import partial
from pathlib import Path

import pytest
from conftest import in_namespace
from programs import run, shows
from random_hosts import build
from test_predict import ADDR, ROUTES, RULES, STCP

from stcp_shell.commands.live import live
from stcp_shell.lab.namespaces import inside, new_network


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "vos.txt").write_text(STCP)
    (tmp_path / "linux.txt").write_text(ADDR + RULES + ROUTES)
    (tmp_path / "later.txt").write_text(
        ADDR.replace("172.16.9.51", "172.16.9.52") + RULES + ROUTES.replace("9.1 ", "9.2 ")
    )
    (tmp_path / "routes.txt").write_text(ROUTES)
    return tmp_path


def test_the_interfaces_of_a_host(folder: Path) -> None:
    done = run(folder, "--no-log", "-c", "load vos.txt -host vos; ifconfig -host vos; ifconfig %vos#enetA -host vos")
    shows(
        done,
        "Number of interface(s) under IP: 3",
        "%vos#loop: <UP, LOOPBACK, RUNNING>",
        "172.16.9.50 netmask 0xffffff00",
        "Number of interface(s) under IP: 1",
    )
    done = run(folder, "--no-log", "-c", "load linux.txt -host phx; ifconfig -host phx; netstat -i -host phx")
    shows(done, "%phx#ethA: <", "172.16.9.51 netmask 0xffffff00 secondary\n", "ethZ  192.168.9.0/24  192.168.9.50")
    done = run(folder, "--no-log", "-c", "load linux.txt -host phx; ifconfig ethAA -host phx")
    assert done.err == "-c:1: ifconfig: phx has no interface ethAA (did you mean ethA?)\n"


def test_the_routes_of_a_host(folder: Path) -> None:
    done = run(folder, "--no-log", "-c", "load linux.txt -host phx; route print -host phx -all; netstat -r -host phx")
    shows(
        done,
        "Default Gateway: 192.168.9.1  ethZ\n",
        "10.2.0.0         172.16.9.1       255.255.0.0              -  ethA\n                 src 172.16.9.51\n",
        "10.3.0.0         -                255.255.0.0              -  -  unreachable\n",
        "Table 100\n",
        "Policy Rules\n",
        "1000:   from 172.16.9.50/32 lookup 100\n",
        "10.2.0.0/16        172.16.9.1         UG ",
        "10.3.0.0/16        unreachable        UR",
    )


def test_a_table_that_was_not_pasted_is_not_said_to_be_empty(folder: Path) -> None:
    done = run(folder, "--no-log", "-c", "load routes.txt -host phx; ifconfig -host phx; compare -host phx,phx")
    shows(done, "(the text of phx shows no interfaces)", "it does not hold the interfaces")
    (folder / "addresses.txt").write_text(ADDR)
    done = run(folder, "--no-log", "-c", "load addresses.txt; route print -host addresses; netstat -r -host addresses")
    shows(done, "none in the text", "shows no routes of the table main", "shows no routes of the table main")


def test_hosts_are_compared(folder: Path) -> None:
    done = run(folder, "--no-log", "-c", "load linux.txt -host a; load later.txt -host b; compare -host a,b")
    shows(
        done,
        "before  a (Linux)\nafter   b (Linux)\n",
        "ethA 172.16.9.51/24: gone",
        "ethA 172.16.9.52/24: new",
        "default: via 192.168.9.1 on ethZ => via 192.168.9.2 on ethZ",
        "unchanged: interfaces 3",
    )


def test_what_was_pasted_in_part_is_not_said_to_be_gone(folder: Path) -> None:
    (folder / "later.txt").write_text(ADDR + "and something that is no table\n")
    done = run(folder, "--no-log", "-c", "load linux.txt -host a; load later.txt -host b; compare -host a,b")
    assert "gone" not in done.out
    shows(done, "no change was found")


def test_each_line_with_its_state(folder: Path) -> None:
    done = run(folder, "--no-log", "-c", "load vos.txt; tables -all")
    lines = [line for line in done.out.splitlines() if line.startswith("vos.txt:")]
    assert len(lines) == STCP.count("\n")
    shows(done, "vos.txt:1: frame: ifconfig -all", "vos.txt:5: row: %vos#loop: <UP", "vos.txt:14: frame: ready")


@pytest.mark.usefixtures("namespaces")
def test_this_host_is_predicted_beside_its_kernel(tmp_path: Path) -> None:
    commands = ("predict 10.1.1.1 -host live -client-used 172.16.1.50", "route get fd00:10:1:1::1 -host live")
    done = run(tmp_path, "--lab=policy-route", "-c", "; ".join([*commands, "compare -host live,live"]))
    shows(
        done,
        "live: to 10.1.1.1 via 192.168.77.1 by enetZ: source address 192.168.77.50, NOT",
        "this host:15: 32765: from 172.16.1.50/32 lookup 100",
        "the same\n",
        "live: to fd00:10:1:1::1 via fd00:192:168:77::1 by enetZ",
        "the same\n",
        "no change was found",
    )
    assert [each["source"] for each in done.of("prediction")] == [each["source"] for each in done.of("route")]


@pytest.mark.usefixtures("namespaces")
def test_what_the_tables_of_this_host_lack_is_not_certain(tmp_path: Path) -> None:
    """A route for a type of service is shown as any other, and the kernel does not use it."""
    (tmp_path / "tos.sh").write_text(
        "set -e\nip link set lo up\nip link add e0 type bridge\nip link set e0 up\nip address add 10.0.0.2/24 dev e0\n"
        "ip route add default tos 0x10 via 10.0.0.1\n"
    )
    words = ["unshare", "-Urn", "sh", "-c", '. ./tos.sh; exec "$@"', "sh"]
    done = run(tmp_path, "-c", "predict 203.0.113.9 -host live", before=words)
    (found,) = done.of("prediction")
    assert found["level"] == "conditional"
    assert "NOT what is predicted" in done.out


def live_is_read(hosts: int) -> list[str]:
    """What is not understood of this host's own tables, for some random hosts."""
    left = []
    for seed in range(hosts):
        network = new_network()
        try:
            with inside(network):
                build(random.Random(seed))
                left += [f"{seed}: {place.text}" for place, _ in live().unread()]
        finally:
            os.close(network)
    return left


@pytest.mark.slow
def test_every_line_of_a_random_host_is_understood() -> None:
    assert in_namespace(partial(live_is_read, 12))[-1] == []


def test_a_host_that_is_not_loaded(folder: Path) -> None:
    for command in ("ifconfig", "route print", "netstat -r", "route get 10.1.1.1", "compare", "tables", "forget"):
        done = run(folder, "--no-log", "-c", f"{command} -host nobody")
        assert "there is no loaded host nobody: use load or paste" in done.err
    assert "live is this host" in run(folder, "--no-log", "-c", "load vos.txt -host live").err
    done = run(folder, "--no-log", "-c", "load vos.txt; forget; tables")
    assert "no tables are loaded" in done.err


def test_the_predicted_way_is_drawn_dashed(folder: Path) -> None:
    """Nothing went by it: no node is proven, and the mark stands before the first one."""
    commands = "load vos.txt -host vos; predict 10.1.1.1 -client-used 172.16.9.50; log -format svg"
    done = run(folder, "--no-log", "-c", commands)
    picture = done.out[done.out.index("<svg") :]
    shows(done, "vos, predicted (conditional): from 192.168.9.50 via 192.168.9.1 to 10.1.1.1", "</svg>")
    assert 'class="p-line p-broken p-warn"' in picture
    assert "next hop on %vos#enetZ" in picture
    assert "the client of 10.1.1.1 is said to use 172.16.9.50" in picture
    refused = run(folder, "--no-log", "-c", "load linux.txt -host phx; predict 10.3.0.1; log -format svg").out
    assert "phx, predicted (certain): unreachable to 10.3.0.1" in refused
