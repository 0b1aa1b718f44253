"""The causes that can explain what was seen: a table with the place, the meaning, and what would prove each."""

from __future__ import annotations

from typing import NamedTuple

from ..model.diagnosis import Cause


class CauseKind(NamedTuple):
    """A cause. `where`: this-host, next-hop, network, destination or service, unless an observation says otherwise."""

    where: str
    meaning: str  # for `help`
    proof: str = ""  # what would tell it apart from others that look the same from here; empty: it is seen from here


CAUSES = {
    "no-route": CauseKind("this-host", "The kernel has no route to the destination."),
    "ports-used-up": CauseKind("this-host", "No ephemeral port is left for connects from that address."),
    "own-output-rules": CauseKind(
        "this-host", "This host's own firewall rules, or a prohibit route or rule, reject or drop what it sends."
    ),
    "own-input-rules": CauseKind("this-host", "This host's own firewall rules drop the answers."),
    "own-rp-filter": CauseKind("this-host", "This host's strict reverse path filter drops the answers."),
    "own-arp": CauseKind(
        "this-host",
        "This host gives no ARP reply for one of its addresses: rp_filter, arp_ignore or arp_filter.",
        "the neighbour table of the router, or tcpdump for ARP on this host",
    ),
    "own-redirect": CauseKind("this-host", "This host's own rules redirect the connects to a program on this host."),
    "own-mark": CauseKind("this-host", "This host's own rules send the SYNs out by another interface."),
    "unbound-connect": CauseKind(
        "this-host", "A program connects without bind(2): the kernel chooses the source address, by the route."
    ),
    "bound-elsewhere": CauseKind(
        "this-host", "A program binds to another address than the client uses, or the route has changed."
    ),
    "learned-redirect": CauseKind(
        "this-host",
        "This host follows an ICMP redirect that it has learned.",
        "the same test after ip route flush cache",
    ),
    "next-hop-silent": CauseKind("next-hop", "The next hop does not reply to ARP or ND."),
    "intercepted": CauseKind("network", "A device before the host accepts the connects in its place."),
    "filter": CauseKind(
        "network",
        "A firewall or an access list rejects or drops the connects of every source.",
        "tcpdump on the host: do the SYNs arrive there?",
    ),
    "access-list": CauseKind(
        "network",
        "A device treats source addresses differently on purpose.",
        "tcpdump on the host: a SYN that does not arrive is dropped on the way there",
    ),
    "urpf": CauseKind(
        "network",
        "A router drops packets whose source it would reach by another link (RFC 3704).",
        "the drop counters of the routers on the way there",
    ),
    "no-return-route": CauseKind(
        "network",
        "The answers to that source address do not come back.",
        "tcpdump on the host: the SYNs arrive, and it answers",
    ),
    "address-translation": CauseKind(
        "network",
        "A device on the way, or this host's own rules, translates addresses.",
        "the translation table of the device",
    ),
    "no-way-there": CauseKind("network", "A router has no route to the host, or gets no reply from it."),
    "routing-loop": CauseKind("network", "Routers send the packets in a circle."),
    "path": CauseKind("network", "The path by one next hop does not lead to the port.", "the same source by both"),
    "packet-loss": CauseKind("network", "Packets are lost at random."),
    "one-of-several-paths": CauseKind(
        "network", "One of several parallel paths (ECMP, LAG) drops.", "traceroutes from several source ports"
    ),
    "one-of-several-backends": CauseKind(
        "destination",
        "One of several hosts behind a load balancer is dead.",
        "the load balancer's health checks",
    ),
    "rate-limit": CauseKind(
        "network", "New connections are limited, or this host is banned.", "the same test after some minutes of quiet"
    ),
    "ack-lost": CauseKind(
        "network",
        "A device drops the last packet of the handshake, such as a stateful firewall that does not see the SYN-ACK.",
        "tcpdump on the host: does the ACK arrive?",
    ),
    "black-hole": CauseKind(
        "network", "Large packets are lost, and no device reports it.", "mtu -name HOST, from each source address"
    ),
    "answers-from-elsewhere": CauseKind("network", "The answers come from another address or port than the one asked."),
    "host-down": CauseKind("destination", "The host is down, or not at that address.", "the host's own console"),
    "no-listener": CauseKind("service", "No program listens on the port."),
    "one-at-a-time": CauseKind(
        "service", "The service takes one connection, or so many, at a time.", "the list of sessions of the service"
    ),
    "accept-queue-full": CauseKind(
        "service",
        "The program does not accept waiting connections.",
        "ss -ltn on the host: Recv-Q of the listener",
    ),
    "service-access-list": CauseKind("service", "The service itself rejects a source address."),
}


def explain(name: str, certainty: str, because: str, box: str | None = None, where: str = "") -> Cause:
    """Return a cause of the table with the observation that speaks for it."""
    return Cause(name, where or CAUSES[name].where, box, certainty, because)
