"""Which policy rule decided: the rules in the kernel's order, applied to the packet of a lookup.

As `fib_rules_lookup` does it (Linux, net/core/fib_rules.c). The kernel names the table in which it found the route; the
rule is the one that leads there. A rule with a condition that cannot be checked here may or may not match, so that
several rules can remain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from socket import AF_INET, AF_INET6, inet_pton
from typing import NamedTuple

from ..model.connection import INET6
from ..model.tables import Rule

_REFUSING = {"ENETUNREACH": "unreachable", "EACCES": "prohibit", "EINVAL": "blackhole"}


class Flow(NamedTuple):
    """The packet of a lookup. It has no mark, no type of service, and no outgoing interface yet."""

    family: str
    destination: str
    source: str | None  # None: not chosen yet when the rules are tried
    protocol: str | None  # None: not given
    port: int  # 0: not given
    uid: int
    zone: str | None = None  # the interface that the destination's zone names
    loopback: str = "lo"  # the name of the loopback interface


def deciding(rules: Sequence[Rule], flow: Flow, table: int, prefix_length: int | None = None) -> list[Rule]:
    """Return the rules that may have led to the table in which the route was found: one, if it is certain.

    `prefix_length` is that of the route: a rule can suppress short ones.
    """
    found = []
    for rule, certain in walk(rules, flow):
        if rule.action != "lookup" or (rule.table != table and "l3mdev" not in rule.selectors):
            continue
        if prefix_length is not None and prefix_length <= _number_after(rule, "suppress_prefixlength", -1):
            continue
        found.append(rule)
        if certain:
            break
    return found


def refusing(rules: Sequence[Rule], flow: Flow, errno: str) -> list[Rule]:
    """Return the rules that may have rejected with that errno: `prohibit` EACCES, `unreachable` ENETUNREACH, etc."""
    return [rule for rule, _ in walk(rules, flow) if rule.action == _REFUSING.get(errno)]


def before(rules: Sequence[Rule], flow: Flow, last: Rule) -> list[int]:
    """Return the tables that are looked up on the way to a rule, in order."""
    tables: list[int] = []
    for rule, _ in walk(rules, flow):
        if rule == last:
            break
        if rule.table is not None and rule.table not in tables:
            tables.append(rule.table)
    return tables


def unasked(rules: Sequence[Rule], flow: Flow) -> list[Rule]:
    """Return the rules that do not match only because the lookup has no port, or no source port."""
    open_words = ("sport",) if flow.port else ("sport", "dport", "ipproto")
    missed = []
    for rule in rules:
        rest = tuple(word for word in rule.selectors if word.split()[0] not in open_words)
        if rest != rule.selectors and not matches(rule, flow) and matches(rule._replace(selectors=rest), flow):
            missed.append(rule)
    return missed


def by_protocol(rules: Sequence[Rule], flow: Flow) -> list[Rule]:
    """Return the rules that treat a UDP packet differently from the packet of the lookup."""
    datagram = flow._replace(protocol="udp")
    return [rule for rule in rules if matches(rule, flow) != matches(rule, datagram)]


def walk(rules: Sequence[Rule], flow: Flow) -> Iterator[tuple[Rule, bool]]:
    """Yield the rules that match or may match, in the order in which they are tried, each with whether it is certain.

    It ends at one that certainly rejects. After an uncertain `goto` the rules that it skips are uncertain.
    """
    target = doubt = -1
    for rule in rules:
        if rule.priority < target:
            continue
        matching = matches(rule, flow)
        if matching is False:
            continue
        certain = matching is True and rule.priority >= doubt
        if rule.action == "goto":
            jump = _number_after(rule, "goto", -1)
            target, doubt = (jump, doubt) if certain else (target, max(doubt, jump))
            continue
        if rule.action != "nop":
            yield rule, certain
        if certain and rule.action in _REFUSING.values():
            return


def matches(rule: Rule, flow: Flow) -> bool | None:
    """Return whether a rule is for this packet (`fib_rule_match`); None: a condition cannot be checked here."""
    parts: list[bool | None] = [_within(flow.source, rule.source), _within(flow.destination, rule.destination)]
    parts += [_selected(word, flow) for word in rule.selectors if word != "not"]
    every = False if False in parts else None if None in parts else True
    if every is None or "not" not in rule.selectors:
        return every
    return not every


def _within(address: str | None, wanted: str | None) -> bool:
    """Return whether an address is in a rule's prefix; one that is not chosen yet is in none."""
    if wanted is None:
        return True
    if address is None:
        return False
    network, _, length = wanted.partition("/")
    family = AF_INET6 if ":" in network else AF_INET
    one, two = (int.from_bytes(inet_pton(family, text.partition("%")[0]), "big") for text in (address, network))
    return (one ^ two) >> ((128 if family == AF_INET6 else 32) - int(length)) == 0


def _selected(word: str, flow: Flow) -> bool | None:
    """Check a condition in ip-rule's words. The packet is this host's own (`iif lo`), unmarked, of no service class."""
    name, _, value = word.partition(" ")
    if name in ("suppress_prefixlength", "goto"):
        return True
    if name == "iif":
        return value == flow.loopback
    if name == "oif":
        return value == flow.zone
    if name == "l3mdev":
        return None if flow.zone else False
    if name == "fwmark":
        mark, _, mask = value.partition("/")
        return int(mark, 0) & int(mask or "0xffffffff", 0) == 0
    if name in ("tos", "dscp"):
        return int(value, 0) == 0
    if name == "uidrange":
        first, last = value.split("-")
        return int(first) <= flow.uid <= int(last)
    if name == "ipproto":
        return value == (flow.protocol or ("udp" if flow.family != INET6 else None))
    if name == "dport":
        first, _, last = value.partition("-")
        return int(first) <= flow.port <= int(last or first)
    if name == "sport":
        return False  # the source port is chosen after the route
    return None


def _number_after(rule: Rule, name: str, otherwise: int) -> int:
    found = (word.partition(" ")[2] for word in rule.selectors if word.startswith(f"{name} "))
    return int(next(found, otherwise))
