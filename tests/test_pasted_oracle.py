"""Pasted tables beside jc, an independent reader, where jc is right: plain unicast rows, addresses and masks."""

from __future__ import annotations

import random
from ipaddress import ip_network
from typing import Any

import jc
import pytest

from stcp_shell.pasted.host import Host
from stcp_shell.pasted.reading import read
from stcp_shell.pasted.text import decode

SEEDS = range(20)


def host_of(text: str) -> Host:
    host = read(decode(text.encode()), "t", Host("t"))[0]
    assert list(host.unread()) == []
    return host


def network(chance: random.Random) -> str:
    return str(ip_network((chance.getrandbits(32), chance.randint(1, 31)), strict=False))


def rows_of(host: Host) -> list[tuple[str, str | None, str]]:
    return [(row.prefix, row.way.gateway, row.way.interface) for row in host.rows]


def parsed(parser: str, text: str) -> list[dict[str, Any]]:
    found: Any = jc.parse(parser, text, quiet=True)
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize("seed", SEEDS)
def test_routes_of_iproute2(seed: int) -> None:
    chance = random.Random(seed)
    lines = [f"default via 10.0.0.{seed} dev eth0 proto dhcp metric 100"]
    lines += [f"{network(chance)} via 10.0.0.{chance.randint(1, 254)} dev eth{chance.randint(0, 3)}" for _ in range(30)]
    text = "\n".join([*lines, ""])
    theirs = [(row["ip"], row["via"], row["dev"]) for row in parsed("ip_route", text)]
    assert rows_of(host_of(text)) == theirs


@pytest.mark.parametrize("seed", SEEDS)
def test_routes_of_net_tools(seed: int) -> None:
    chance = random.Random(seed)
    head = "Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface"
    lines = []
    for _ in range(30):
        to = ip_network(network(chance))
        gateway = f"10.0.0.{chance.randint(1, 254)}"
        lines.append(f"{to.network_address!s:<15} {gateway:<15} {to.netmask!s:<15} UG    0      0        0 eth{seed}")
    text = "\n".join([head, *lines, ""])
    theirs = [
        (str(ip_network(f"{row['destination']}/{row['genmask']}")), row["gateway"], row["iface"])
        for row in parsed("route", text)
    ]
    assert rows_of(host_of(text)) == theirs


@pytest.mark.parametrize("seed", SEEDS)
def test_interfaces_of_net_tools(seed: int) -> None:
    chance = random.Random(seed)
    blocks = []
    for number in range(chance.randint(1, 5)):
        net = ip_network(f"10.{seed}.{number}.0/{chance.randint(24, 30)}")
        blocks.append(
            f"eth{number}: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n"
            f"        inet {net[1]}  netmask {net.netmask}  broadcast {net.broadcast_address}\n"
            f"        inet6 fe80::{seed}:{number + 1}  prefixlen 64  scopeid 0x20<link>\n"
            f"        ether 00:11:22:33:44:{number:02}  txqueuelen 1000  (Ethernet)\n"
        )
    text = "\n".join([*blocks])
    theirs = []
    for card in parsed("ifconfig", text):
        length = ip_network(f"0.0.0.0/{card['ipv4'][0]['mask']}").prefixlen
        theirs.append((card["name"], card["ipv4"][0]["address"], length))
        theirs.append((card["name"], card["ipv6"][0]["address"], card["ipv6"][0]["mask"]))
    found = host_of(text)
    assert [(card.name, own.address, own.length) for card in found.cards.values() for own in card.addresses] == theirs


@pytest.mark.parametrize("seed", SEEDS)
def test_routes_of_windows(seed: int) -> None:
    chance = random.Random(seed)
    rule = "=" * 75
    head = f"{rule}\nInterface List\n  1...........................Software Loopback Interface 1\n{rule}\n\n"
    head += f"IPv4 Route Table\n{rule}\nActive Routes:\n"
    head += "Network Destination        Netmask          Gateway       Interface  Metric"
    lines = []
    for _ in range(20):
        to = ip_network(network(chance))
        row = f"{to.network_address!s:>17} {to.netmask!s:>16} {f'10.0.0.{chance.randint(100, 254)}':>16}"
        lines.append(f"{row} {f'10.0.0.{seed + 1}':>16} {chance.randint(1, 400):>6}")
    text = "\n".join([head, *lines, rule, "Persistent Routes:", "  None", ""])
    (theirs,) = parsed("route_print", text)
    expected = [
        (
            str(ip_network(f"{row['network_destination']}/{row['netmask']}")),
            row["gateway"],
            row["interface"],
            row["metric"],
        )
        for row in theirs["ipv4_route_table"]["active_routes"]
    ]
    found = host_of(text)
    assert [(row.prefix, row.way.gateway, row.way.local, row.way.metric) for row in found.rows] == expected
