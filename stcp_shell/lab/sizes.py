"""Scenarios in which a link on the way takes smaller packets than others."""

from .topology import Scenario, firewall

_SMALL_LINK = """
    link set client mtu 1400
"""
# the client still sends packets of 1500 bytes: only the way there is narrow

SIZES = (
    Scenario(
        "small-mtu",
        "Router Z's link to the client takes 1400 bytes: ICMP 3/4.",
        "healthy",
        {
            "router-z": _SMALL_LINK
            + """
            route add 172.16.1.0/24 via 192.168.77.50
            route add fd00:172:16:1::/64 via fd00:192:168:77::50
        """
        },
    ),
    Scenario(
        "black-hole",
        "The same, and router Z does not report it.",
        "healthy",
        {
            "router-z": _SMALL_LINK
            + firewall("output", "filter", "icmp type destination-unreachable drop", "icmpv6 type packet-too-big drop")
        },
    ),
)
