"""Scenarios of what is missing: a route, a link, a listener, an address.

Each fault is a real one: a router that cannot reach the client has no route to it, and a silent gateway is not
plugged in.
"""

from .topology import KNOWS_A, ROUTER_Z, Scenario, rules

_CLIENT_IS_NOT_HERE = """
    route del 10.1.1.1 dev client
    route del 10.1.1.7
    route del fd00:10:1:1::1 dev client
"""

# a switch with no host on it: the cable keeps its carrier, and no ARP or ND request gets a reply
_NOBODY = "link set lo up\nlink set {} up"

FAULTS = (
    Scenario(
        "no-return",
        "The client has no route back to 172.16.1.0/24.",
        "bound-source-fails",
        {
            "client": """
                route del 172.16.1.0/24
                route del fd00:172:16:1::/64
            """
        },
    ),
    Scenario(
        "unreachable",
        "Router Z has no route to the client: ICMP 3/0.",
        "unreachable",
        {"router-z": KNOWS_A + _CLIENT_IS_NOT_HERE},
        blames=ROUTER_Z,
    ),
    Scenario(
        "host-unreachable",
        "The client sends router Z no ARP reply: ICMP 3/1 after 3 s.",
        "unreachable",
        {
            "router-z": KNOWS_A,
            "client": "link set router-z netns nobody",
            "nobody": _NOBODY.format("router-z"),
        },
        blames=ROUTER_Z,
    ),
    # A TTL of 64 runs out at router Y; a traceroute shows both in turn
    Scenario(
        "routing-loop",
        "Routers Z and Y send packets back and forth: ICMP 11/0.",
        "unreachable",
        {
            "router-z": KNOWS_A
            + _CLIENT_IS_NOT_HERE
            + """
                link add router-y type veth peer name router-z netns router-y
                link set router-y up
                address add 10.1.2.1/30 dev router-y
                address add fd00:10:1:2::1/64 dev router-y nodad
                route add default via 10.1.2.2
                route add default via fd00:10:1:2::2
            """,
            "router-y": """
                sysctl net.ipv4.ip_forward=1
                sysctl net.ipv4.icmp_ratelimit=0
                sysctl net.ipv6.conf.all.forwarding=1
                link set lo up
                link set router-z up
                address add 10.1.2.2/30 dev router-z
                address add fd00:10:1:2::2/64 dev router-z nodad
                route add default via 10.1.2.1
                route add default via fd00:10:1:2::1
            """,
        },
        blames=("10.1.2.2", "fd00:10:1:2::2"),
    ),
    Scenario(
        "no-route",
        "This host has no route to the client.",
        "no-route",
        {
            "host": """
                route del default via 192.168.77.1
                route del default via fd00:192:168:77::1
            """
        },
    ),
    Scenario(
        "dead-next-hop",
        "No ARP reply from the gateway: nothing leaves, 3/1 after 3 s.",
        "next-hop-silent",
        {
            "router-z": "link set host netns nobody",
            "nobody": _NOBODY.format("host"),
        },
    ),
    Scenario(
        "single",
        "As acl-drop, but only enetZ has an address: no comparison.",
        "silent",
        {
            "host": """
                address del 172.16.1.50/24 dev enetA
                address del fd00:172:16:1::50/64 dev enetA
            """,
            "router-z": rules("blackhole"),
        },
    ),
)
