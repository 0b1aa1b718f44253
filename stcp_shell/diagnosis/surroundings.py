"""What is known about this host: its addresses, settings and counters, and which addresses are meant to leave it.

Besides `examine` the only module of verdicts that reads from the kernel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

from ..model.connection import INET6, Endpoint, family_of
from ..model.diagnosis import Bystander
from ..model.tables import Route, Rule
from ..net.tables import counters as interface_counters
from ..net.tables import rpfilter, settings, snmp
from ..net.tables.interfaces import interfaces, is_up
from ..net.tables.link_kinds import LinkKind, link_kinds
from ..net.tables.netlink import TablesUnavailable
from ..net.tables.routes import default_gateways
from ..net.tables.routes import rules as policy_rules
from . import changes
from .case import Host
from .policy_rules import Flow, deciding
from .prefix import within

COUNTERS = (
    "Ip.InReceives",
    "Ip.InDelivers",
    "Ip.ForwDatagrams",
    "Ip6InReceives",
    "Ip6InDelivers",
    "Ip6OutForwDatagrams",
    "Tcp.OutRsts",
    "TcpExt.IPReversePathFilter",
)
_VIRTUAL = ("veth", "tun", "tap", "bridge", "dummy")  # ports that lead to containers and guests, not to a network
_USUAL = (0, 32766, 32767)  # priorities of the rules that every host has


class Moment(NamedTuple):
    """The counters at one time."""

    stack: Mapping[str, int]
    sent: Mapping[str, int]  # packets sent, by interface


def now() -> Moment:
    """Read the counters."""
    figures = snmp.counters()
    sent = {each.interface: each.sent for each in interface_counters.counters().values()}
    return Moment({name: figures[name] for name in COUNTERS if name in figures}, sent)


def undelivered(before: Moment, after: Moment, six: bool) -> int | None:
    """Return how many packets arrived and were neither delivered nor forwarded; None: not known."""
    names = ("Ip6InReceives", "Ip6InDelivers", "Ip6OutForwDatagrams")
    if not six:
        names = ("Ip.InReceives", "Ip.InDelivers", "Ip.ForwDatagrams")
    if any(name not in before.stack or name not in after.stack for name in names):
        return None
    received, delivered, forwarded = (after.stack[name] - before.stack[name] for name in names)
    return received - delivered - forwarded if min(received, delivered, forwarded) >= 0 else None


class Surroundings:
    """The interfaces with their kinds, as they are before the experiments."""

    def __init__(self) -> None:
        self.interfaces = interfaces()
        self.kinds = link_kinds()
        self.places = {a.address: each.name for each in self.interfaces for a in each.addresses}
        self.own = frozenset(address.partition("%")[0] for address in self.places)
        self.before = now()

    def sending(self) -> frozenset[str]:
        """Return the interfaces that have sent packets since then, as far as their counters show it at once."""
        return frozenset(name for name, count in now().sent.items() if count > self.before.sent.get(name, count))

    def inner_bridges(self, gateways: Iterable[str]) -> frozenset[str]:
        """Return the bridges without an uplink: no hardware among their ports, and no gateway in their subnets."""
        return frozenset(
            kind.name
            for kind in self.kinds.values()
            if kind.kind == "bridge"
            and all(port.kind in _VIRTUAL for port in self._ports(kind))
            and not any(self.holds(kind.name, gateway) for gateway in gateways)
        )

    def holds(self, name: str, address: str) -> bool:
        """Return whether an address is in a subnet of an interface."""
        return any(within(address, network, length) for device, network, length in self.subnets() if device == name)

    def subnets(self) -> tuple[tuple[str, str, int], ...]:
        """Return the interface, the address and the prefix length of each address of this host."""
        return tuple((each.name, a.address, a.prefix_length) for each in self.interfaces for a in each.addresses)

    def _ports(self, bridge: LinkKind) -> list[LinkKind]:
        return [kind for kind in self.kinds.values() if kind.master == bridge.name]

    def bystanders(self, sources: Iterable[str], destination: str) -> list[Bystander]:
        """Return the addresses that are not meant to reach the destination, with the reason.

        They are those of the source addresses of which that is known, and those of interfaces that are down. IPv6
        link-local ones are left out: every interface has one.
        """
        hops = [hop.gateway for route in gateways_of(destination) for hop in route.hops if hop.gateway]
        bridges = self.inner_bridges(hops)
        found = [(each, self._outsider(each, destination, bridges)) for each in sources]
        aside = [Bystander(each, self.places.get(each, ""), reason) for each, reason in found if reason]
        return [*aside, *self._unusable(family_of(destination))]

    def _unusable(self, family: str) -> list[Bystander]:
        """Return the addresses of interfaces that are down, and IPv4 addresses for the link alone (RFC 3927)."""
        found = []
        for interface in self.interfaces:
            for address in interface.addresses:
                if address.family != family or (family == INET6 and address.scope == "link"):
                    continue
                if not is_up(interface):
                    found.append(Bystander(address.address, interface.name, "its interface is down"))
                elif address.scope == "link":
                    found.append(Bystander(address.address, interface.name, "a link-local address"))
        return found

    def _outsider(self, address: str, destination: str, bridges: frozenset[str]) -> str | None:
        """Return why a source address is not meant to reach the destination; None: it is."""
        name = self.places.get(address, "")
        kind = self.kinds.get(name)
        if kind and kind.loopback and not destination.startswith("127.") and destination != "::1":
            return "an address of the loopback interface"
        if name in bridges and not self.holds(name, destination):
            return "the address of a bridge without an uplink, as containers and guests use them"
        if address.startswith("169.254.") and not destination.startswith("169.254."):
            return "a link-local address"
        if kind and kind.kind == "dummy":
            return "the address of a dummy interface"
        return None


def gateways_of(destination: str) -> list[Route]:
    """Return the default routes of the destination's family, the preferred one first; none if netlink is denied."""
    try:
        return default_gateways(family_of(destination))
    except TablesUnavailable:
        return []


def host(
    around: Surroundings,
    destination: Endpoint,
    sources: Sequence[Optional[str]],
    far_end: bool,
    rerouted: Sequence[str],
) -> Host:
    """Return the facts about this host that a verdict on a destination needs."""
    defaults = gateways_of(destination.address)
    hops = [hop for route in defaults for hop in route.hops if hop.interface and hop.gateway]
    after = now()
    rules = _rules(destination.address)
    return Host(
        addresses=around.own,
        gateways=tuple((hop.interface or "", hop.gateway or "") for hop in hops),
        strict=rpfilter.strict(around.places.values()),
        no_carrier=frozenset(kind.name for kind in around.kinds.values() if kind.up and not kind.carrier),
        arp={each.name: _arp(each.name) for each in around.interfaces if is_up(each)},
        subnets=around.subnets(),
        bridges=around.inner_bridges(hop.gateway or "" for hop in hops),
        counters={
            name: (around.before.stack[name], value)
            for name, value in after.stack.items()
            if name in around.before.stack
        },
        sent={
            name: value - around.before.sent[name] for name, value in after.sent.items() if name in around.before.sent
        },
        ports=settings.port_range(),
        rule_of={source: rule for source in sources if source and (rule := _rule_of(rules, destination, source))},
        second_defaults=tuple(_default(route) for route in defaults[1:]),
        far_end=far_end,
        changes=changes.of_interfaces(around.interfaces, interfaces()),
        rerouted=tuple(rerouted),
    )


def _rules(destination: str) -> list[Rule]:
    try:
        return policy_rules(family_of(destination))
    except TablesUnavailable:
        return []


def _rule_of(rules: Sequence[Rule], destination: Endpoint, source: str) -> str | None:
    """Return the rule, besides the usual ones, that may decide the route from a source address."""
    flow = Flow(family_of(destination.address), destination.address, source, "tcp", destination.port, -1)
    for rule in rules:
        if rule.priority not in _USUAL and rule.table and deciding([rule], flow, rule.table):
            return f"{rule.priority}: {rule}"
    return None


def _default(route: Route) -> str:
    hops = " and ".join(f"via {hop.gateway} on {hop.interface}" for hop in route.hops)
    return f"default {hops}" + (f" metric {route.metric}" if route.metric else "")


def _arp(interface: str) -> dict[str, int]:
    """Return the effective settings: the larger of `all` and the interface's own one counts (ip-sysctl)."""
    found = {}
    for name in ("arp_ignore", "arp_filter"):
        values = [settings.of_interface(each, name) for each in ("all", interface)]
        found[name] = max(value or 0 for value in values)
    return found
