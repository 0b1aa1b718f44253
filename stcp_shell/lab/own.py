"""Scenarios in which this host itself is at fault: its own rules, translation, marks and ports."""

from .topology import Scenario, firewall

_BY_ROUTER_A = """
    route add default via 172.16.1.1 table 100
    route add default via fd00:172:16:1::1 table 100
"""

OWN = (
    Scenario(
        "own-firewall",
        "This host's own OUTPUT chain drops 192.168.77.50.",
        "local-firewall",
        {
            "host": firewall(
                "output",
                "filter",
                "ip saddr 192.168.77.50 tcp dport 2121 drop",
                "ip6 saddr fd00:192:168:77::50 tcp dport 2121 drop",
            )
        },
    ),
    Scenario(
        "own-reject",
        "This host's own OUTPUT chain rejects port 2121: ICMP 3/13.",
        "local-firewall",
        {
            "host": firewall(
                "output",
                "filter",
                "tcp dport 2121 reject with icmp type admin-prohibited",
                "tcp dport 2121 reject with icmpv6 type admin-prohibited",
            )
        },
    ),
    Scenario(
        "own-reset",
        "This host's own OUTPUT chain rejects port 2121 with a RST.",
        "local-firewall",
        {
            "host": firewall(
                "output", "filter", "tcp dport 2121 reject with tcp reset", "tcp dport 2121 reject with tcp reset"
            )
        },
    ),
    Scenario(
        "own-input",
        "This host's own INPUT chain drops the answers to 172.16.1.50.",
        "local-firewall",
        {
            "host": firewall(
                "input",
                "filter",
                "ip daddr 172.16.1.50 tcp sport 2121 drop",
                "ip6 daddr fd00:172:16:1::50 tcp sport 2121 drop",
            )
        },
    ),
    Scenario(
        "own-input-all",
        "This host's own INPUT chain drops every answer of port 2121.",
        "local-firewall",
        {"host": firewall("input", "filter", "tcp sport 2121 drop", "tcp sport 2121 drop")},
    ),
    # The answers to 172.16.1.50 arrive on enetA, and the route to the client is by enetZ. IPv6 has no rp_filter.
    Scenario(
        "strict-rp-filter",
        "Strict rp_filter on enetA drops the answers; IPv4 only.",
        "local-rp-filter",
        {"host": "sysctl net.ipv4.conf.enetA.rp_filter=1"},
        verdict6="healthy",
    ),
    # Nothing listens on the client, and a connect succeeds all the same.
    Scenario(
        "own-redirect",
        "This host's own rules redirect port 2121 to itself.",
        "local-rewrite",
        {
            "host": firewall(
                "output",
                "nat",
                "ip daddr 10.1.1.1 tcp dport 2121 redirect",
                "ip6 daddr fd00:10:1:1::1 tcp dport 2121 redirect",
            )
        },
        listeners=("host",),
    ),
    # No routing table says so: a mark leads the SYNs of 192.168.77.50 to router A, which drops them.
    Scenario(
        "own-mark",
        "A mark leads 192.168.77.50 to router A, which drops.",
        "local-rewrite",
        {
            "host": firewall(
                "output",
                "route",
                "ip saddr 192.168.77.50 tcp dport 2121 meta mark set 7",
                "ip6 saddr fd00:192:168:77::50 tcp dport 2121 meta mark set 7",
            )
            + _BY_ROUTER_A
            + """
                rule add fwmark 7 lookup 100
                -6 rule add fwmark 7 lookup 100
            """,
            "router-a": firewall("forward", "filter", "tcp dport 2121 drop", "tcp dport 2121 drop"),
        },
    ),
    Scenario(
        "ports-used",
        "This host has no ephemeral port left: nothing leaves.",
        "local-ports",
        {
            "host": """
                sysctl net.ipv4.ip_local_port_range=50000 50003
                sysctl net.ipv4.ip_local_reserved_ports=50000-50003
            """
        },
    ),
)
