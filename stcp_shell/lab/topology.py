"""The parts of a scenario: the network that all of them share, and functions for what they add to it.

A network is a text for each node, in the syntax of ip-batch: the words that follow `ip` on a command line. Nodes are
made in the order in which they are named; `host` is the calling process's own. Three additions to ip-batch:
`netns NODE` means that node's namespace, `sysctl KEY=VALUE` sets a kernel parameter, and `nft ...` is a line for
nftables. In a batch ip does not take a rule's family from its address, hence `-6` before some rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

PORT = 2121

# The client has one address on two links, each with a router as its peer. It replies by the router that leads to the
# source address of the connect: every failure is then caused by the scenario alone.
#
# Routers limit their rejects to each sender, as in real life: five at once, then one a second (IPv4; every lab starts
# with a full bucket). Linux charges a reject twice to that bucket, as a route's and as an ICMP error, which would leave
# two at once: hence icmp_ratelimit=0. The route's share (net.ipv4.route.error_cost) cannot be set in a namespace.
NETWORK: Mapping[str, str] = {
    "host": """
        link set lo up
        link add enetA type veth peer name host netns router-a
        link add enetZ type veth peer name host netns router-z
        link set enetA up
        link set enetZ up
        address add 172.16.1.50/24 broadcast + dev enetA
        address add fd00:172:16:1::50/64 dev enetA nodad
        address add 192.168.77.50/24 broadcast + dev enetZ
        address add fd00:192:168:77::50/64 dev enetZ nodad
        route add default via 192.168.77.1
        route add default via fd00:192:168:77::1
    """,
    "router-a": """
        sysctl net.ipv4.ip_forward=1
        sysctl net.ipv4.icmp_ratelimit=0
        sysctl net.ipv6.conf.all.forwarding=1
        link set lo up
        link add client type veth peer name router-a netns client
        link set host up
        link set client up
        address add 172.16.1.1/24 broadcast + dev host
        address add fd00:172:16:1::1/64 dev host nodad
        address add 10.1.1.2 peer 10.1.1.1/32 dev client
        address add fd00:10:1:1::2/128 dev client nodad
        route add fd00:10:1:1::1 dev client
        route add 10.1.1.7 via 10.1.1.1
    """,
    "router-z": """
        sysctl net.ipv4.ip_forward=1
        sysctl net.ipv4.icmp_ratelimit=0
        sysctl net.ipv6.conf.all.forwarding=1
        link set lo up
        link add client type veth peer name router-z netns client
        link set host up
        link set client up
        address add 192.168.77.1/24 broadcast + dev host
        address add fd00:192:168:77::1/64 dev host nodad
        address add 10.1.1.3 peer 10.1.1.1/32 dev client
        address add fd00:10:1:1::3/128 dev client nodad
        route add fd00:10:1:1::1 dev client
        route add 10.1.1.7 via 10.1.1.1
    """,
    "client": """
        link set lo up
        address add 10.1.1.7/32 dev lo
        link set router-a up
        link set router-z up
        address add 10.1.1.1 peer 10.1.1.2/32 dev router-a
        address add fd00:10:1:1::1/128 dev router-a nodad
        route add fd00:10:1:1::2 dev router-a
        address add 10.1.1.1 peer 10.1.1.3/32 dev router-z
        address add fd00:10:1:1::1/128 dev router-z nodad
        route add fd00:10:1:1::3 dev router-z
        route add 172.16.1.0/24 via 10.1.1.2
        route add 192.168.77.0/24 via 10.1.1.3
        route add fd00:172:16:1::/64 via fd00:10:1:1::2
        route add fd00:192:168:77::/64 via fd00:10:1:1::3
    """,
}

ROUTER_A = ("172.16.1.1", "fd00:172:16:1::1")
ROUTER_Z = ("192.168.77.1", "fd00:192:168:77::1")
HOST_A = ("172.16.1.50", "fd00:172:16:1::50")
CLIENT = ("10.1.1.1", "fd00:10:1:1::1")
# This host's packets from 172.16.1.50 leave via router A.
BY_ROUTER_A = """
    route add default via 172.16.1.1 table 100
    route add default via fd00:172:16:1::1 table 100
    rule add from 172.16.1.50 lookup 100
    -6 rule add from fd00:172:16:1::50 lookup 100
"""


class Scenario(NamedTuple):
    """A state of the network, and the right verdict for an observer who sees no more than this host."""

    name: str
    summary: str  # one line, as a sentence
    verdict: str  # the right kind of verdict
    commands: Mapping[str, str] = {}  # by node: lines that follow those of `NETWORK`
    blames: tuple[str, ...] = ()  # the devices that send ICMP errors; a timeout or a RST identifies no device
    listeners: tuple[str, ...] = ("client",)  # nodes that listen on `PORT`
    verdict6: str | None = None  # that of IPv6, if it is another
    service: str = ""  # a program of the host that the client uses: ftp or ndmp

    def deserved(self, address: str) -> str:
        """Return the right kind of verdict on connects to that address of the client."""
        return self.verdict6 if self.verdict6 and ":" in address else self.verdict


def rules(action: str) -> str:
    """Return an ACL without a firewall program: policy rules follow the local table, so the router itself replies."""
    return f"""
        rule add from 192.168.77.50 {action}
        -6 rule add from fd00:192:168:77::50 {action}
    """


def rules_for_all(action: str) -> str:
    """Return an ACL for every packet that the host sends through the router."""
    return f"""
        rule add iif host {action}
        -6 rule add iif host {action}
    """


def firewall(chain: str, kind: str, rule: str, rule6: str) -> str:
    """Return one rule in a chain of nftables, in each family."""
    return f"""
        nft add table ip lab
        nft add chain ip lab {chain} {{ type {kind} hook {chain} priority 0; }}
        nft add rule ip lab {chain} {rule}
        nft add table ip6 lab
        nft add chain ip6 lab {chain} {{ type {kind} hook {chain} priority 0; }}
        nft add rule ip6 lab {chain} {rule6}
    """


# Router Z of the plain network has no route to 172.16.1.0/24. It needs one to send ICMP errors to both sources.
KNOWS_A = """
    route add 172.16.1.0/24 via 192.168.77.50
    route add fd00:172:16:1::/64 via fd00:192:168:77::50
"""
