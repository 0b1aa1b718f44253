"""What the kernel's tables hold, as plain tuples: interfaces, addresses, routes, rules, neighbours.

Apart from `facts`, which every connect needs: these are imported by what looks at tables.
"""

from typing import NamedTuple, Optional

from .facts import family_of


class Address(NamedTuple):
    """An address of an interface (`ifaddrmsg`, rtnetlink(7))."""

    address: str
    prefix_length: int
    scope: str  # global, site, link, host
    broadcast: Optional[str] = None
    peer: Optional[str] = None  # the other end of a point-to-point link
    label: Optional[str] = None  # `enetA:1` for an alias that was given a name
    flags: tuple[str, ...] = ()  # secondary, deprecated, tentative, ...

    @property
    def family(self) -> str:
        return family_of(self.address)


class Interface(NamedTuple):
    """A network interface and its addresses, in the kernel's order."""

    ifindex: int
    name: str
    flags: tuple[str, ...]  # UP, LOOPBACK, BROADCAST, POINTOPOINT, RUNNING, ... (netdevice(7))
    mtu: Optional[int]  # bytes
    hardware: Optional[str]  # hardware address, hexadecimal with colons
    addresses: tuple[Address, ...]


class NextHop(NamedTuple):
    """One way out of a route. Gateway None: the destination is on the link."""

    gateway: Optional[str]
    interface: Optional[str]
    weight: int = 1


class Route(NamedTuple):
    """A row of a routing table (`rtmsg`, rtnetlink(7))."""

    destination: str  # `0.0.0.0` or `::` with prefix length 0 is the default route
    prefix_length: int
    hops: tuple[NextHop, ...]  # several: equal-cost multipath; none: prohibit, blackhole, ...
    kind: str = "unicast"  # unicast, local, broadcast, multicast, prohibit, unreachable, blackhole, throw
    source: Optional[str] = None  # the route's preferred source address (RTA_PREFSRC)
    metric: Optional[int] = None
    table: int = 254  # 254 main, 255 local, 253 default
    protocol: str = "unspec"  # who made it: kernel, boot, static, ra, dhcp, ...
    scope: str = "global"
    expires: Optional[int] = None  # seconds that are left to it

    @property
    def family(self) -> str:
        return family_of(self.destination)


class Rule(NamedTuple):
    """A policy rule, which says what routing table is looked up for whom (ip-rule(8))."""

    family: str
    priority: int
    source: Optional[str]  # `172.16.1.50/32`; None: all
    destination: Optional[str]
    action: str  # lookup, prohibit, unreachable, blackhole, goto
    table: Optional[int]
    selectors: tuple[str, ...] = ()  # whatever else it asks for, in ip-rule's words: `iif enetA`, `dport 2121`


class Neighbour(NamedTuple):
    """An entry of the ARP or neighbour table: whose hardware address a host on the link has (`ndmsg`, rtnetlink(7))."""

    address: str
    interface: str
    hardware: Optional[str]  # hexadecimal with colons; None: not known (yet)
    state: str  # reachable, stale, delay, probe, incomplete, failed, noarp, permanent, none
    flags: tuple[str, ...] = ()  # router, proxy, extern_learn

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
    """What the kernel is set to for the choice among IPv6 source addresses."""

    labels: tuple[Label, ...]
    prefers_temporary: frozenset[str] = frozenset()  # interfaces whose use_tempaddr is 2 (ip-sysctl)
    outgoing_only: bool = False  # use_oif_addrs_only of the outgoing interface


class Counters(NamedTuple):
    """What an interface has sent and received since it is there (`rtnl_link_stats64`)."""

    received: int  # packets
    receive_errors: int
    sent: int
    send_errors: int
    collisions: int
