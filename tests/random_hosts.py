"""Random multi-homed hosts, which ip(8) makes in the network namespace of this process."""

from __future__ import annotations

import random
import subprocess
from ipaddress import ip_interface, ip_network
from typing import NamedTuple

from children import world

KINDS = ("unreachable", "prohibit", "blackhole", "throw")
TABLES = ("100", "200", "300")


class Net(NamedTuple):
    """What differs between the families."""

    six: bool
    near: tuple[str, ...]  # the networks of cards
    wide: tuple[str, ...]  # what holds them
    far: tuple[str, ...]  # behind routers
    unroutable: str
    loopback: str
    multicast: str
    lengths: tuple[int, ...]
    bits: int
    half: str  # of all addresses

    def address(self, chance: random.Random, network: str, most: int = 30) -> str:
        """Return an address of a network."""
        return str(ip_network(network)[chance.randint(1, most)]) if "/" in network else network


FOUR = Net(
    False,
    tuple(f"10.{a}.{b}.0/24" for a in range(3) for b in range(3)),
    ("10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16", "10.0.0.0/8"),
    ("172.16.0.0/24", "172.16.1.0/24", "172.16.0.0/16", "172.16.0.0/12", "198.51.100.7", "172.16.1.9"),
    "203.0.113.5",
    "127.0.0.1",
    "224.1.1.1",
    (24, 24, 24, 24, 16, 27, 30, 32),
    32,
    "0.0.0.0/1",
)
SIX = Net(
    True,
    (
        *("fd00:0:0:1::/64", "fd00:0:0:2::/64", "fd00:0:1:1::/64", "fd00:1:1:1::/64", "2001:db8:0:1::/64"),
        *("2001:db8:0:2::/64", "2002:a00:1:1::/64", "fd00:0:0:3::/64"),
    ),
    ("fd00::/48", "fd00::/16", "2001:db8::/32", "fd00:0:1::/48"),
    ("2001:db8:f::/48", "2001:db8:f:1::/64", "fdff::/64", "fdff::/16", "2001:db8:f:1::9", "fdff::7"),
    "3fff::5",
    "::1",
    "ff05::5",
    (64, 64, 64, 64, 48, 124, 126, 128),
    128,
    "::/1",
)


class Building:
    """The lines of ip(8) that make one family of a host, and what is of interest in it."""

    def __init__(self, chance: random.Random, net: Net, cards: list[str]) -> None:
        self.chance, self.net, self.cards = chance, net, cards
        self.own: list[str] = []
        self.networks: list[str] = []
        self.routed: list[str] = []
        self.addresses = [self._address(card) for card in cards for _ in range(chance.choice((0, 1, 1, 2, 3, 4)))]
        if chance.random() < 0.3:
            self.addresses += [self._address("lo") for _ in range(chance.randint(1, 2))]
        self.networks = self.networks or [net.near[0]]
        self.routes = [self._route() for _ in range(chance.randint(1, 9))]
        self.rules = [self._rule() for _ in range(chance.choice((0, 0, 1, 2, 3, 5)))]

    def often(self, share: float, text: str) -> str:
        """Return the text in that share of the cases."""
        return text if self.chance.random() < share else ""

    def _address(self, card: str) -> str:
        chance, net = self.chance, self.net
        again = self.networks and chance.random() < 0.4
        network = chance.choice(self.networks if again else net.near)
        address, length = net.address(chance, network), chance.choice(net.lengths)
        if card == "lo" and chance.random() < 0.7:
            length = net.bits
        self.own.append(address)
        self.networks.append(network)
        words = f"addr add {address}/{length}"
        if chance.random() < 0.08:
            words = f"addr add {address} peer {net.address(chance, chance.choice(net.near))}"
            words += f"/{chance.choice((net.bits, net.bits, net.lengths[0]))}"
        words += f" dev {card}" + self.often(0.07, " noprefixroute") + self.often(0.07, " metric 50")
        if net.six:
            return words + " nodad" + self.often(0.1, " preferred_lft 0 valid_lft 9999") + self.often(0.05, " home")
        return words + self.often(0.4, " brd +") + self.often(0.08, " scope link") + self.often(0.02, " scope host")

    def _to(self) -> str:
        net = self.net
        pools = (("default",), net.far, net.far, net.wide, net.near, (net.address(self.chance, net.near[0]),))
        to = self.chance.choice(self.chance.choice(pools))
        self.routed.append(net.unroutable if to == "default" else net.address(self.chance, to))
        return to

    def _gateway(self) -> str:
        return self.net.address(self.chance, self.chance.choice(self.networks))

    def _hop(self) -> str:
        card = self.chance.choice(self.cards)
        return f"via {self._gateway()} dev {card}" + self.often(0.6, " onlink")

    def _route(self) -> str:
        chance, to = self.chance, self._to()
        verb = "route append" if chance.random() < 0.7 else "route add"
        more = self.often(0.3, f" metric {chance.choice((0, 10, 20))}")
        more += self.often(0.3, f" table {chance.choice(TABLES)}")
        draw = chance.random()
        if draw < 0.12:
            return f"{verb} {chance.choice(KINDS)} {to}{more}"
        more += self.often(0.25, f" src {chance.choice(self.own)}") if self.own else ""
        if draw < 0.2:
            return f"{verb} {to} dev {chance.choice(self.cards)}{more}" + self.often(0.1, " scope host")
        if draw < 0.28:
            return f"{verb} {to}{more} nexthop {self._hop()} nexthop {self._hop()} weight 3"
        if draw < 0.3:
            return f"{verb} local {to}{more} dev lo"
        if draw < 0.33 and not self.net.six:
            return f"{verb} {to} via inet6 fe80::1 dev {chance.choice(self.cards)}{more}"
        if draw < 0.35 and not self.net.six:
            return f"{verb} {to} tos 0x10 {self._hop()}{more}"
        if draw < 0.35 and self.net.six:
            return f"{verb} {to} from {chance.choice(self.networks)} {self._hop()}{more}"
        more += self.often(0.1, f" pref {chance.choice(('high', 'low'))}") if self.net.six else ""
        if draw < 0.5:
            return f"{verb} {to} via {self._gateway()}{more}"
        return f"{verb} {to} {self._hop()}{more}"

    def _rule(self) -> str:
        chance, net = self.chance, self.net
        own = chance.choice(self.own or [net.unroutable])
        to = chance.choice((*net.far, *self.networks, *self.routed))
        selectors = (f"from {own}", f"from {own}", f"from {chance.choice(self.networks)}", f"to {to}", f"to {to}")
        others = (
            "",
            f"from {own} to {to}",
            f"from {net.half}",
            "fwmark 7",
            "fwmark 0/0xff",
            "iif lo",
            f"iif {self.cards[0]}",
        )
        more = (f"oif {self.cards[0]}", f"iif lo to {to}", f"iif lo from {own}", "tos 0x10")
        what = self.often(0.12, "not ") + chance.choice((*selectors, *others, *more))
        table = f"lookup {chance.choice((*TABLES, 'main', 'default'))}"
        suppressed = f"lookup main suppress_prefixlength {chance.choice((0, 0, 16))}"
        refusals = (chance.choice(("unreachable", "prohibit", "blackhole")), chance.choice(("goto 32766", "goto 9000")))
        action = chance.choice((table, table, table, table, suppressed, *refusals))
        return f"rule add {what} pref {chance.randint(0, 999) * 10} {action}"

    def targets(self) -> list[str]:
        """Return about eight destinations."""
        chance, net = self.chance, self.net
        found = [*chance.sample(self.own, min(2, len(self.own))), net.unroutable, net.address(chance, net.far[0])]
        found += [net.address(chance, chance.choice(self.networks)) for _ in range(2)]
        found += chance.sample(self.routed, min(3, len(self.routed)))
        found += [net.loopback] if chance.random() < 0.2 else []
        found += [net.multicast] if chance.random() < 0.05 else []
        if chance.random() < 0.1 and not net.six:
            found.append(str(ip_interface(chance.choice(self.networks)).network.broadcast_address))
        return list(dict.fromkeys(found))


def build(chance: random.Random) -> list[str]:
    """Make a host in this namespace; what `ip` refuses is left out. Return the destinations to try."""
    world.prepare()
    cards, lines, late = [], ["link set lo up"], []
    for number in range(chance.randint(1, 4)):
        veth = chance.random() < 0.5
        cards.append(f"{'eth' if veth else 'br'}{number}")
        lines.append(f"link add {cards[-1]} type " + (f"veth peer name far{number}" if veth else "bridge"))
        lines.append(f"link set {cards[-1]} up")
        if veth and chance.random() < 0.8:
            lines.append(f"link set far{number} up")
            late += [f"link set far{number} down"] * (chance.random() < 0.1)
        late += [f"link set {cards[-1]} down"] * (chance.random() < 0.06)
    families = [Building(chance, net, cards) for net in (FOUR, SIX)]
    lines += [line for family in families for line in chance.sample(family.addresses, len(family.addresses))]
    batch("\n".join(lines))
    for family, option in zip(families, ("-4", "-6")):
        batch("\n".join([*family.routes, *family.rules]), option)
    batch("\n".join(late) or "link")
    return [target for family in families for target in family.targets()]


def batch(lines: str, *options: str) -> str:
    """Return what ip(8) prints for some lines; it goes on after one that it refuses."""
    words = ["ip", *options, "-force", "-batch", "-"]
    return subprocess.run(words, input=lines + "\n", capture_output=True, text=True, check=False).stdout
