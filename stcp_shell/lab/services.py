"""Scenarios in which the far end is at fault: the service, its host, or a load balancer in front of it."""

from .topology import CLIENT, KNOWS_A, Scenario, firewall, rules

_SYN = "tcp flags & (syn | ack) == syn"
_NEAR = (
    KNOWS_A
    + """
    address add 10.1.1.1/32 dev lo
    address add fd00:10:1:1::1/128 dev lo nodad
"""
)

SERVICES = (
    Scenario(
        "no-listener",
        "Nothing listens on the client's port: it sends a RST.",
        "no-listener",
        listeners=(),
    ),
    # It answers SYNs with TTL 1, and nothing stands in its place.
    Scenario(
        "near-host",
        "Router Z itself has the client's address, and serves.",
        "healthy",
        {"router-z": _NEAR},
        listeners=("router-z",),
    ),
    Scenario(
        "near-closed",
        "Router Z itself has the client's address: a RST.",
        "no-listener",
        {"router-z": _NEAR},
        listeners=("client",),
    ),
    Scenario(
        "host-rejects",
        "The client's own firewall rejects port 2121: ICMP 3/3.",
        "filtered",
        {
            "client": firewall(
                "input",
                "filter",
                "tcp dport 2121 reject with icmp type port-unreachable",
                "tcp dport 2121 reject with icmpv6 type port-unreachable",
            )
        },
        blames=CLIENT,
    ),
    # One connect in each family, whichever source comes first.
    Scenario(
        "takes-one",
        "The client takes one connection: then it drops every SYN.",
        "limited",
        {
            "client": firewall(
                "input",
                "filter",
                f"tcp dport 2121 {_SYN} limit rate over 1/day burst 1 packets drop",
                f"tcp dport 2121 {_SYN} limit rate over 1/day burst 1 packets drop",
            )
        },
    ),
    Scenario(
        "takes-one-rst",
        "The client takes one connection: then it sends RSTs.",
        "limited",
        {
            "client": firewall(
                "input",
                "filter",
                f"tcp dport 2121 {_SYN} limit rate over 1/day burst 1 packets reject with tcp reset",
                f"tcp dport 2121 {_SYN} limit rate over 1/day burst 1 packets reject with tcp reset",
            )
        },
    ),
    # The last packet of the handshake gets a RST: connect(2) has succeeded before.
    Scenario(
        "reset-after",
        "The client resets 192.168.77.50 right after it connected.",
        "source-dependent",
        {
            "client": firewall(
                "input",
                "filter",
                "ip saddr 192.168.77.50 tcp dport 2121 tcp flags & (syn | ack) == ack reject with tcp reset",
                "ip6 saddr fd00:192:168:77::50 tcp dport 2121 tcp flags & (syn | ack) == ack reject with tcp reset",
            )
        },
    ),
    Scenario(
        "dead-backend",
        "Router Z leads odd source ports to a host that is dead.",
        "flow-dependent",
        {
            # an IPv6 host without a route to it would send ICMPv6 1/0
            "client": "route add blackhole fd00:10:1:1::9/128",
            "router-z": """
                route add 10.1.1.9 via 10.1.1.1
                route add fd00:10:1:1::9 via fd00:10:1:1::1
            """
            + firewall(
                "prerouting",
                "nat",
                "ip daddr 10.1.1.1 tcp dport 2121 @th,15,1 1 dnat to 10.1.1.9",
                "ip6 daddr fd00:10:1:1::1 tcp dport 2121 @th,15,1 1 dnat to fd00:10:1:1::9",
            ),
        },
    ),
    Scenario(
        "answers-other",
        "The client replies from 10.1.1.7, to which nothing was sent.",
        "filtered",
        {
            "client": "address add fd00:10:1:1::7/128 dev lo nodad\n"
            + firewall(
                "output",
                "filter",
                "tcp sport 2121 ip saddr set 10.1.1.7",
                "tcp sport 2121 ip6 saddr set fd00:10:1:1::7",
            )
        },
    ),
    # What this program was made for: connection A of the client arrives on 172.16.1.50, and connection B of the server
    # leaves from 192.168.77.50, which router Z drops.
    Scenario(
        "ftp-callback",
        "As acl-drop; the client uses FTP in active mode: see watch.",
        "source-dependent",
        {"router-z": rules("blackhole")},
        service="ftp",
    ),
    Scenario(
        "ndmp-callback",
        "As acl-drop; the client makes NDMP backups: see watch.",
        "source-dependent",
        {"router-z": rules("blackhole")},
        service="ndmp",
    ),
)
