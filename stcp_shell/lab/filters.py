"""Scenarios of devices on the way: access lists, uRPF, stateful firewalls, proxies, loss."""

from .topology import BY_ROUTER_A, KNOWS_A, ROUTER_A, ROUTER_Z, Scenario, firewall, rules, rules_for_all

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
    # The paths of the two sources part at this host already. A connect of 172.16.1.50 by router Z is answered, too: its
    # answer comes by router A, and this host resets it.
    Scenario(
        "policy-route",
        "As acl-drop, but 172.16.1.50 has its own route, via router A.",
        "source-dependent",
        {"host": BY_ROUTER_A, "router-z": rules("blackhole")},
    ),
    # The second default route allows to try 192.168.77.50 by router A: the path decides.
    Scenario(
        "second-default",
        "Router Z drops port 2121; 172.16.1.50 goes by router A.",
        "path-dependent",
        {
            "host": BY_ROUTER_A
            + """
                route add default via 172.16.1.1 metric 100
                route add default via fd00:172:16:1::1 metric 2048
            """,
            "router-z": firewall("forward", "filter", "tcp dport 2121 drop", "tcp dport 2121 drop"),
        },
    ),
    Scenario(
        "two-signatures",
        "Each source has its own router, and each router rejects it.",
        "filtered",
        {
            "host": BY_ROUTER_A,
            "router-z": rules("prohibit"),
            "router-a": """
                rule add from 172.16.1.50 prohibit
                -6 rule add from fd00:172:16:1::50 prohibit
            """,
        },
        blames=(*ROUTER_Z, *ROUTER_A),
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
        "silent",
        {"router-z": rules_for_all("blackhole")},
    ),
    Scenario(
        "drop-port",
        "Router Z drops port 2121 for every source, and nothing else.",
        "filtered",
        {"router-z": firewall("forward", "filter", "tcp dport 2121 drop", "tcp dport 2121 drop")},
    ),
    # Answers to 172.16.1.50 come back by router A: router Z sees no SYN-ACK, and drops the ACK that follows it.
    Scenario(
        "stateful",
        "Router Z drops what belongs to no connection that it knows.",
        "half-open",
        {"router-z": firewall("forward", "filter", "ct state invalid drop", "ct state invalid drop")},
    ),
    # By the lowest bit of the source port. The kernel gives connect(2) even ports, and bind(2) odd ones.
    Scenario(
        "flow-hash",
        "Router Z drops half of the flows: those of odd source ports.",
        "flow-dependent",
        {
            "router-z": firewall(
                "forward",
                "filter",
                "tcp dport 2121 @th,15,1 1 drop",
                "tcp dport 2121 @th,15,1 1 drop",
            )
        },
    ),
    Scenario(
        "loss",
        "Router Z loses two of five SYNs, from whatever source.",
        "lossy",
        {
            "router-z": firewall(
                "forward",
                "filter",
                "tcp flags & (syn | ack) == syn numgen inc mod 5 < 2 drop",
                "tcp flags & (syn | ack) == syn numgen inc mod 5 < 2 drop",
            )
        },
    ),
    # It connects, and connect(2) shows no more: a SYN whose TTL ends at the router is accepted, too.
    Scenario(
        "answers-for-host",
        "Router Z accepts 192.168.77.50 in the client's place.",
        "intercepted",
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
)
