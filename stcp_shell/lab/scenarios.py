"""What the lab is made of: one network that all scenarios share, and what each scenario adds to it.

A network is a text for each node, in the words of ip-batch: what follows `ip` on a command line. Nodes are made in the
order in which they are named; `host` is the calling process's own. Two things go beyond ip-batch: `netns NODE` means
that node's namespace, and `sysctl KEY=VALUE` sets a kernel parameter. A rule's family cannot be told by its address
in a batch, hence `-6` before some. A scenario is a small declaration: it adds lines to nodes, or whole nodes.
"""

from collections.abc import Mapping
from typing import NamedTuple

from stcp_shell.errors import brief, near_miss
from stcp_shell.lab.namespaces import LabUnavailable

PORT = 2121
DEFAULT = "acl-drop"


class Scenario(NamedTuple):
    """A state of the network."""

    name: str
    summary: str  # one line, as a sentence
    commands: Mapping[str, str] = {}  # by node: lines that follow those of `NETWORK`


# The client is one address on two links, each with a router as its peer. It answers by the router that leads to the
# address it was called from: what goes wrong is then the doing of the scenario alone.
#
# Routers limit their rejects to each sender, as in real life: five at once, then one a second (IPv4; every lab starts
# with a full bucket). Linux charges a reject twice to that bucket, as a route's and as an ICMP error, which would make
# it two at once: hence icmp_ratelimit=0. The route's share (net.ipv4.route.error_cost) is not to be had in a namespace.
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


def _rules(action: str) -> str:
    """An ACL without a firewall program: policy rules come after the local table, so that the router itself answers."""
    return f"""
        rule add from 192.168.77.50 {action}
        -6 rule add from fd00:192:168:77::50 {action}
    """


_ALL = (
    Scenario(
        "acl-drop",
        "Router Z silently drops what comes from 192.168.77.50: a time-out.",
        {"router-z": _rules("blackhole")},
    ),
    Scenario(
        "acl-reject",
        "Router Z rejects what comes from 192.168.77.50: ICMP 3/13, prohibited.",
        {"router-z": _rules("prohibit")},
    ),
    Scenario(
        "acl-reset",
        "Router Z leads 192.168.77.50 to a host that resets: connection refused.",
        {
            # a genuine RST, from a TCP that has the client's addresses and no listener
            "router-z": """
                link add decoy type veth peer name router-z netns decoy
                link set decoy up
                address add 10.1.2.1/30 dev decoy
                address add fd00:10:1:2::1/64 dev decoy nodad
                route add default via 10.1.2.2 table 100
                route add default via fd00:10:1:2::2 table 100
            """
            + _rules("lookup 100"),
            "decoy": """
                link set lo up
                address add 10.1.1.1/32 dev lo
                address add 10.1.1.7/32 dev lo
                address add fd00:10:1:1::1/128 dev lo nodad
                link set router-z up
                address add 10.1.2.2/30 dev router-z
                address add fd00:10:1:2::2/64 dev router-z nodad
                route add default via 10.1.2.1
                route add default via fd00:10:1:2::1
            """,
        },
    ),
    Scenario("open", "Nothing is filtered: both source addresses reach the client."),
)

SCENARIOS: Mapping[str, Scenario] = {scenario.name: scenario for scenario in _ALL}


def find(name: str) -> Scenario:
    """The scenario of that name. Raises `LabUnavailable`, which lists the names, for one that isn't there."""
    if name in SCENARIOS:
        return SCENARIOS[name]
    raise LabUnavailable(
        f"the lab has no scenario {brief(name)}{near_miss(name, SCENARIOS)}: it has {', '.join(SCENARIOS)}"
    )


def describe(name: str = DEFAULT) -> list[str]:
    """A picture of the network and what the scenario does to it: lines of at most 79 columns.

    Raises `LabUnavailable` for a name that isn't there.
    """
    scenario = find(name)
    return [
        f"Lab {scenario.name}, gone when this shell ends.",
        scenario.summary,
        "",
        "         enetA 172.16.1.50 ------ 172.16.1.1 router-a ---.",
        "phx_vos                                                   10.1.1.1 client",
        "         enetZ 192.168.77.50 -- 192.168.77.1 router-z ---'  port 2121",
        "               (default gateway 192.168.77.1)",
        "",
        "IPv6: fd00:172:16:1::50, fd00:192:168:77::50; client fd00:10:1:1::1",
        "Names: client, backup (several addresses), router-a, router-z, phx_vos",
    ]
