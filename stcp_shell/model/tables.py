"""Entries of the kernel's tables: interfaces, addresses, routes, rules, neighbours."""

from typing import Annotated, NamedTuple, Optional

from .connection import family_of
from .record import Hardware, HostName, InterfaceName, PrefixLength, Redaction, Wire, Word, record

_SOME = "the list is truncated: there are more"
_AUTOMATIC = "the session read them automatically before a connect"


class Address(NamedTuple):
    """An address of an interface (`ifaddrmsg`, rtnetlink(7))."""

    address: Annotated[str, "numeric, a link-local one with its zone (fe80::1%enetA)"]
    prefix_length: Annotated[PrefixLength, "bits of the network prefix"]
    scope: Annotated[Word, "global, site, link or host"]
    broadcast: Annotated[Optional[str], "broadcast address; null: none"] = None
    peer: Annotated[Optional[str], "the other end of a point-to-point link; null: none"] = None
    label: Annotated[Optional[InterfaceName], "label of an alias, `enetA:1`; null: none"] = None
    flags: Annotated[tuple[Word, ...], "secondary, deprecated, tentative, ..."] = ()

    @property
    def family(self) -> str:
        return family_of(self.address)


class Interface(NamedTuple):
    """A network interface and its addresses."""

    ifindex: Annotated[int, "the kernel's index of the interface"]
    name: Annotated[InterfaceName, "name of the interface"]
    flags: Annotated[tuple[Word, ...], "UP, LOOPBACK, BROADCAST, RUNNING, ... (netdevice(7))"]
    mtu: Annotated[Optional[int], "bytes; null: not known"]
    hardware: Annotated[Optional[Hardware], "hardware address, hexadecimal with colons; null: none"]
    addresses: Annotated[tuple[Address, ...], "in the kernel's order"]


class NextHop(NamedTuple):
    """One next hop of a route."""

    gateway: Annotated[Optional[str], "address of the next router; null: the destination is on the link"]
    interface: Annotated[Optional[InterfaceName], "the outgoing interface; null: none"]
    weight: Annotated[int, "its weight among several next hops"] = 1


class Route(NamedTuple):
    """A row of a routing table (`rtmsg`, rtnetlink(7))."""

    destination: Annotated[str, Redaction("network", "prefix_length"), "0.0.0.0 or :: with length 0: the default route"]
    prefix_length: Annotated[PrefixLength, "bits of the network prefix"]
    hops: Annotated[tuple[NextHop, ...], "next hops; several: equal-cost multipath; none: prohibit, blackhole, ..."]
    kind: Annotated[Word, "unicast, local, broadcast, multicast, prohibit, unreachable, blackhole, throw"] = "unicast"
    source: Annotated[Optional[str], "the route's preferred source address (RTA_PREFSRC)"] = None
    metric: Annotated[Optional[int], "the route's metric; null: none"] = None
    table: Annotated[int, "routing table: 254 main, 255 local, 253 default"] = 254
    protocol: Annotated[Word, "what created it: kernel, boot, static, ra, dhcp, ..."] = "unspec"
    scope: Annotated[Word, "global, link, host, ..."] = "global"
    expires: Annotated[Optional[int], "remaining lifetime in seconds; null: none"] = None

    @property
    def family(self) -> str:
        return family_of(self.destination)


_TABLES = {253: "default", 254: "main", 255: "local"}


def table_name(number: int) -> str:
    """Return the name of a routing table as ip-route(8) shows it."""
    return _TABLES.get(number, str(number))


class Rule(NamedTuple):
    """A policy rule: which routing table is looked up for which packets (ip-rule(8))."""

    family: Annotated[Word, "inet or inet6"]
    priority: Annotated[int, "the smallest is tried first"]
    source: Annotated[Optional[str], "a prefix, `172.16.1.50/32`; null: all"]
    destination: Annotated[Optional[str], "a prefix; null: all"]
    action: Annotated[Word, "lookup, prohibit, unreachable, blackhole or goto"]
    table: Annotated[Optional[int], "the table that is looked up"]
    selectors: Annotated[tuple[str, ...], "further conditions, in ip-rule's words: `iif enetA`, `dport 2121`"] = ()

    def __str__(self) -> str:
        """Return the rule in the words of ip-rule(8), without the priority."""
        words = ["not"] if "not" in self.selectors else []
        words.append(f"from {self.source or 'all'}")
        words += [f"to {self.destination}"] if self.destination else []
        words += [word for word in self.selectors if word != "not"]
        if self.table is not None:
            words.append(f"{self.action} {table_name(self.table)}")
        elif self.action != "goto":  # its selectors name the target
            words.append(self.action)
        return " ".join(words)


class Neighbour(NamedTuple):
    """An entry of the ARP or neighbour table: the hardware address of a host on the link (`ndmsg`, rtnetlink(7))."""

    address: Annotated[str, "address of the host"]
    interface: Annotated[InterfaceName, "interface to the link"]
    hardware: Annotated[Optional[Hardware], "hexadecimal with colons; null: not known (yet)"]
    state: Annotated[Word, "reachable, stale, delay, probe, incomplete, failed, noarp, permanent, none"]
    flags: Annotated[tuple[Word, ...], "router, proxy, extern_learn"] = ()

    @property
    def family(self) -> str:
        return family_of(self.address)


class Label(NamedTuple):
    """A row of the policy table of RFC 6724, section 2.1, as the kernel holds it (ip-addrlabel(8))."""

    prefix: str
    prefix_length: int
    label: int
    ifindex: int = 0  # 0: for every interface


class SourcePolicy(NamedTuple):
    """The kernel's settings for the choice of an IPv6 source address."""

    labels: tuple[Label, ...]
    prefers_temporary: frozenset[str] = frozenset()  # interfaces whose use_tempaddr is 2 (ip-sysctl)
    outgoing_only: bool = False  # use_oif_addrs_only of the outgoing interface


class Counters(NamedTuple):
    """What an interface has sent and received since it was created (`rtnl_link_stats64`)."""

    interface: Annotated[InterfaceName, "name of the interface"]
    received: Annotated[int, "packets"]
    receive_errors: Annotated[int, "packets"]
    sent: Annotated[int, "packets"]
    send_errors: Annotated[int, "packets"]
    collisions: Annotated[int, "number of collisions"]


class Link(NamedTuple):
    """The index of an interface."""

    interface: Annotated[InterfaceName, "name of the interface"]
    ifindex: Annotated[int, "the kernel's index of the interface"]


@record("interfaces")
class Interfaces(NamedTuple):
    """This host's interfaces (ifconfig, netstat -i)."""

    host: Annotated[HostName, "this host's name"]
    interfaces: Annotated[tuple[Interface, ...], "in the kernel's order"]
    counters: Annotated[Optional[tuple[Counters, ...]], "counters, for netstat -i; null: not read"] = None
    automatic: Annotated[bool, _AUTOMATIC] = False
    more: Annotated[bool, _SOME] = False


@record("routes")
class Routes(NamedTuple):
    """Routing tables (route print, netstat -r). Of long tables only the first rows are kept."""

    defaults: Annotated[tuple[Route, ...], "the default routes of both families"]
    routes: Annotated[tuple[Route, ...], "the first rows of the main table"]
    total: Annotated[int, Wire("count"), "rows of the main table that were read"]
    others: Annotated[tuple[Route, ...], "the first rows of the other tables; for netstat, of the table local"]
    others_total: Annotated[int, Wire("others_count"), "rows of the other tables that were read"]
    rules: Annotated[tuple[Rule, ...], "policy rules; none: not read"]
    neighbours: Annotated[Optional[tuple[Neighbour, ...]], "neighbours, for netstat; null: not read"] = None
    neighbours_total: Annotated[int, Wire("neighbours_count"), "neighbours that were read"] = 0
    links: Annotated[Optional[tuple[Link, ...]], "interface indexes, for netstat; null: not read"] = None
    automatic: Annotated[bool, _AUTOMATIC] = False
    more: Annotated[bool, _SOME] = False


@record("counted")
class Counted(NamedTuple):
    """How much of long tables is not in the log: known when they have been read to their end (route print, netstat -r).

    The record `routes` of the same command has their first rows.
    """

    routes: Annotated[int, "rows of the main table that are not in the log"]
    others: Annotated[int, "rows of the other tables that are not"]
    neighbours: Annotated[int, "neighbours that are not"]
