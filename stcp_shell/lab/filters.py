"""Scenarios in which a device drops or rejects on purpose: access lists and uRPF on router Z, this host's own rules."""

from .topology import KNOWS_A, ROUTER_Z, Scenario, firewall, rules, rules_for_all

FILTERS = (
    Scenario(
        "acl-drop",
        "Router Z drops 192.168.77.50: a timeout.",
        "source-dependent",
        {"router-z": rules("blackhole")},
    ),
    Scenario(
        "acl-reject",
        "Router Z rejects 192.168.77.50: ICMP 3/13, prohibited.",
        "source-dependent",
        {"router-z": rules("prohibit")},
        blames=ROUTER_Z,
    ),
    Scenario(
        "acl-reset",
        "Router Z diverts 192.168.77.50 to a host that sends a RST.",
        "source-dependent",
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
            + rules("lookup 100"),
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
    Scenario(
        "rst-router",
        "Router Z sends 192.168.77.50 a RST in the client's name.",
        "source-dependent",
        {
            "router-z": firewall(
                "forward",
                "filter",
                "ip saddr 192.168.77.50 meta l4proto tcp reject with tcp reset",
                "ip6 saddr fd00:192:168:77::50 meta l4proto tcp reject with tcp reset",
            )
        },
    ),
    # The default source is dropped as before. The paths of the two sources part at the host already, so that it is
    # unknown what router Z does with 172.16.1.50: that they are treated differently *somewhere* holds all the same.
    Scenario(
        "policy-route",
        "As acl-drop, but 172.16.1.50 has its own route, via router A.",
        "source-dependent",
        {
            "host": """
                route add default via 172.16.1.1 table 100
                route add default via fd00:172:16:1::1 table 100
                rule add from 172.16.1.50 lookup 100
                -6 rule add from fd00:172:16:1::50 lookup 100
            """,
            "router-z": rules("blackhole"),
        },
    ),
    Scenario(
        "mended",
        "As acl-drop, but this host has a route via router A.",
        "healthy",
        {
            "host": """
                route add 10.1.1.0/24 via 172.16.1.1
                route add fd00:10:1:1::/64 via fd00:172:16:1::1
            """,
            "router-z": rules("blackhole"),
        },
    ),
    # IPv6 has no rp_filter: a rule for packets that arrive on that link does the same
    Scenario(
        "urpf",
        "Router Z drops 172.16.1.50: not a source of that link (uRPF).",
        "bound-source-fails",
        {
            "router-z": """
                sysctl net.ipv4.conf.host.rp_filter=1
                -6 rule add iif host from fd00:172:16:1::/64 blackhole
            """
        },
    ),
    Scenario(
        "filter-all",
        "Router Z rejects every source: ICMP 3/13, prohibited.",
        "filtered",
        {"router-z": KNOWS_A + rules_for_all("prohibit")},
        blames=ROUTER_Z,
    ),
    Scenario(
        "drop-all",
        "Router Z drops every source: a timeout.",
        "filtered",
        {"router-z": rules_for_all("blackhole")},
    ),
    # it connects, and a connect shows no more: only the TTL of the answer shows that a nearer device sent it
    Scenario(
        "answers-for-host",
        "Router Z accepts 192.168.77.50 in the client's place.",
        "healthy",
        {
            "router-z": firewall(
                "prerouting",
                "nat",
                "ip saddr 192.168.77.50 ip daddr 10.1.1.1 tcp dport 2121 redirect",
                "ip6 saddr fd00:192:168:77::50 ip6 daddr fd00:10:1:1::1 tcp dport 2121 redirect",
            )
        },
        listeners=("client", "router-z"),
    ),
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
    # The answers to 172.16.1.50 arrive on enetA, and the route to the client is by enetZ. IPv6 has no rp_filter.
    Scenario(
        "strict-rp-filter",
        "Strict rp_filter on enetA drops the answers; IPv4 only.",
        "local-rp-filter",
        {"host": "sysctl net.ipv4.conf.enetA.rp_filter=1"},
        verdict6="healthy",
    ),
)
