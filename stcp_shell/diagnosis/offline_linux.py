"""Linux' route and source address, from pasted rules, routes and addresses, by the rules of `source_selection`.

A rule that cannot be evaluated from tables makes the answer conditional, a table that was not pasted makes it unknown.
"""

from __future__ import annotations

from ..model.connection import INET
from ..model.tables import Address, Interface, Label, NextHop, Route, Rule, SourcePolicy
from ..pasted.addresses import holds, number_of
from ..pasted.facts import BITS, WRITTEN, Hop, PolicyRule, Row, Way
from .offline import CONDITIONAL, Chosen, Inquiry, Path, Refused, Undecided
from .source_selection import by_route, choose4, choose6

_TABLES = {"255": "local", "254": "main", "253": "default"}
# fib_rules.h and fib4_rule_action: a rule `unreachable` gives ENETUNREACH, and a route of that kind EHOSTUNREACH.
_RULE_REFUSALS = {"unreachable": "no-route", "prohibit": "prohibited", "blackhole": "unreachable"}
_REFUSALS = {"unreachable": "unreachable", "prohibit": "prohibited", "blackhole": "unreachable"}
_USUAL = tuple(
    PolicyRule(0, Rule("inet", priority, None, None, "lookup", number), name)
    for priority, number, name in ((0, 255, "local"), (32766, 254, "main"), (32767, 253, "default"))
)
# RFC 6724, section 2.1; 2001::/32 and fec0::/10 as in ip-addrlabel(8)
LABELS = tuple(
    Label(prefix, length, label)
    for prefix, length, label in (
        *(("::1", 128, 0), ("::", 0, 1), ("2002::", 16, 2), ("::", 96, 3), ("::ffff:0:0", 96, 4)),
        *(("fc00::", 7, 5), ("2001::", 32, 6), ("2001:10::", 28, 7), ("fec0::", 10, 11), ("3ffe::", 16, 12)),
    )
)


def route(inquiry: Inquiry, source: str | None) -> Path | list[Path]:
    """Return the path to the destination; several if a multipath hash decides. Raises Refused and Undecided."""
    rules = _rules(inquiry)
    skip = -1
    for each in rules:
        rule = each.rule
        if rule.priority < skip or not _matches(inquiry, each, source):
            continue
        if each.line:
            inquiry.cite(each.line, f"rule: {rule}")
        if rule.action == "goto":
            skip = next(int(word[5:]) for word in rule.selectors if word.startswith("goto "))
        elif rule.action in _RULE_REFUSALS:
            raise Refused(_RULE_REFUSALS[rule.action], f"the rule {rule} refuses it")
        elif rule.action == "lookup":
            found = _in_table(inquiry, _TABLES.get(each.table, each.table), rule, source)
            if found:
                return found
        if each.line and rule.action == "lookup":
            inquiry.cited.pop(each.line, None)
    raise Refused("no-route", f"no table has a route to {inquiry.destination}")


def _rules(inquiry: Inquiry) -> tuple[PolicyRule, ...]:
    rules = [each for each in inquiry.host.rules if each.rule.family == inquiry.family]
    if f"rules {inquiry.family}" not in inquiry.host.shown:
        command = "ip rule" if inquiry.family == INET else "ip -6 rule"
        inquiry.lower(CONDITIONAL, f"`{command}` was not pasted: rules may lead to other tables")
        return _USUAL
    return tuple(sorted(rules, key=lambda each: each.rule.priority))


def _matches(inquiry: Inquiry, each: PolicyRule, source: str | None) -> bool:
    """Return whether a rule counts for a TCP socket that is bound to `source`, or unbound."""
    rule = each.rule
    inverted = "not" in rule.selectors
    if not each.readable:
        inquiry.lower(CONDITIONAL, f"the rule of priority {rule.priority} is not readable: it may lead elsewhere")
        return False
    fits = (rule.source is None or (source is not None and within(source, rule.source))) and (
        rule.destination is None or within(inquiry.destination, rule.destination)
    )
    if not inverted and not fits:
        return False
    for selector in rule.selectors:
        word, _, value = selector.partition(" ")
        if word in ("not", "goto", "suppress_prefixlength", "proto", "protocol") or selector in (
            "iif lo",
            "ipproto tcp",
        ):
            continue
        if word in ("iif", "oif", "tos", "dsfield", "l3mdev", "[detached]") or (word == "ipproto" and value != "tcp"):
            fits = False
            continue
        inquiry.lower(CONDITIONAL, f"the rule of priority {rule.priority} counts for {selector} only: not known here")
        fits = False
    return fits != inverted


def within(address: str, prefix: str) -> bool:
    network, _, length = prefix.partition("/")
    if (":" in address) != (":" in network):
        return False
    shift = (128 if ":" in address else 32) - int(length)
    return number_of(address) >> shift == number_of(network) >> shift


def _in_table(inquiry: Inquiry, table: str, rule: Rule, source: str | None) -> Path | list[Path] | None:
    """Return the path of the best row of a table; None: the next rule decides."""
    host, family = inquiry.host, inquiry.family
    if f"table {table} {family}" not in host.shown and f"all tables {family}" not in host.shown:
        if table == "main" and f"routes {family}" not in host.shown:
            raise Undecided("the routing table main was not pasted")
        if table == "local":
            return _own(inquiry)
        if table not in ("main", "default"):
            raise Undecided(f"the routing table {table}, which a rule leads to, was not pasted")
    least = next((int(word.split()[1]) for word in rule.selectors if word.startswith("suppress_prefixlength")), -1)
    for rows in inquiry.matches(table):
        usable = [row for row in rows if "dead" not in row.way.flags.split() and row.way.kind != "multicast"]
        if not usable:
            continue
        metric = min(_metric(row) for row in usable)
        best = [row for row in usable if _metric(row) == metric]
        row = best[0]
        if row.length is not None and row.length <= least:
            return None
        if row.way.kind == "throw":
            return None
        inquiry.cite(row.line, f"route: {row.way.kind if row.way.kind != 'unicast' else row.prefix}")
        if row.way.kind in _REFUSALS:
            raise Refused(_REFUSALS[row.way.kind], f"the route {row.prefix} is of the kind {row.way.kind}")
        return _paths(inquiry, best)
    return None


def _metric(row: Row) -> int:
    metric = row.way.metric
    return metric if metric is not None else (0 if row.way.family == INET else 1024)


def _paths(inquiry: Inquiry, best: list[Row]) -> Path | list[Path]:
    rows = best[:1]
    if inquiry.family == INET and len({row.way.gateway for row in best}) > 1 and best[0].length == 0:
        # fib_select_default, net/ipv4/fib_semantics.c
        inquiry.lower(CONDITIONAL, "of equal default routes a gateway whose ARP entry has failed is skipped")
    if inquiry.family != INET:
        gateways = [row for row in best if row.way.gateway or row.way.hops]
        rows = gateways if len(gateways) > 1 and best[0].way.gateway else rows
        if len(rows) == 1 and len(best) > 1 and best[0].way.kind == "unicast":
            inquiry.lower(CONDITIONAL, f"{len(best)} rows of {best[0].prefix} are equal: the first one is taken")
    paths = [Path(row, hop) for row in rows for hop in row.way.hops or (Hop(row.way.gateway, row.way.interface),)]
    if any(path.row.way.partly for path in paths):
        raise Undecided(f"the gateway of the route {rows[0].prefix} is masked or unreadable")
    return paths if len(paths) > 1 else paths[0]


def _own(inquiry: Inquiry) -> Path | None:
    """Return the path to an own address, for which the table local has a row: it was not pasted."""
    for each in inquiry.own:
        if number_of(each.own.address) == inquiry.number:
            inquiry.lower(CONDITIONAL, "the routing table local was not pasted (`ip route show table all`)")
            inquiry.cite(each.own.line, f"{each.own.address} is an address of the host")
            primary = next(
                (
                    k
                    for k in inquiry.on(each.interface)
                    if holds(k.own, each.own.address)
                    and "secondary" not in k.own.flags
                    and k.own.length == each.own.length
                ),
                each,
            )
            way = Way(inquiry.family, kind="local", interface=each.interface, source=primary.own.address, scope="host")
            return Path(
                Row(each.own.line, inquiry.number, BITS[inquiry.family], WRITTEN, way), Hop(None, each.interface)
            )
    return None


def source(inquiry: Inquiry, path: Path) -> Chosen:
    """Return the source address of an unbound socket. Raises Undecided."""
    row, hop = path
    found = by_route(inquiry.destination, _route(row, hop))
    if found and found.address:
        return Chosen(found.address, found.reason, row.line)
    interfaces = _interfaces(inquiry)
    shown = {each.name for each in interfaces}
    if hop.interface not in shown:
        return _hinted(inquiry, hop)
    if "ip addr" not in inquiry.host.shown:
        inquiry.lower(CONDITIONAL, "`ip addr` was not pasted: ifconfig hides addresses that have no label")
    if inquiry.family == INET:
        choice = choose4(_route(row, hop), NextHop(hop.gateway, hop.interface), interfaces)
    else:
        choice = choose6(inquiry.destination, hop.interface, interfaces, SourcePolicy(LABELS))
        if choice.rule in ("temporary", "first-of-equals"):
            inquiry.lower(CONDITIONAL, "use_tempaddr and the order of equal addresses are not in the tables")
    if choice.address is None:
        raise Undecided(choice.reason)
    line = next((k.own.line for k in inquiry.own if k.own.address == choice.address), 0)
    return Chosen(choice.address, choice.reason, line)


def _hinted(inquiry: Inquiry, hop: Hop) -> Chosen:
    """Return the address that a row of the routing table shows for an interface whose addresses were not pasted."""
    hints = inquiry.on(hop.interface)
    held = [each for each in hints if hop.gateway and holds(each.own, hop.gateway)]
    best = (held or hints)[:1]
    if not best or len({each.own.address for each in held or hints}) > 1:
        candidates = tuple(each.own.address for each in hints or inquiry.own)
        raise Undecided(f"the addresses of {hop.interface or 'the interface'} were not pasted (`ip addr`)", candidates)
    inquiry.lower(CONDITIONAL, f"`ip addr` was not pasted: {hop.interface} may have an earlier address")
    return Chosen(best[0].own.address, f"the address of {hop.interface} that its route names", best[0].own.line)


def _route(row: Row, hop: Hop) -> Route:
    """Return a row in the form of the kernel's tables."""
    way = row.way
    return Route(
        row.destination,
        row.length or 0,
        (NextHop(hop.gateway, hop.interface),),
        way.kind,
        way.source,
        way.metric,
        scope=way.scope,
    )


def _interfaces(inquiry: Inquiry) -> list[Interface]:
    """Return the interfaces whose addresses were pasted, in the form of the kernel's tables."""
    found = []
    for number, card in enumerate(inquiry.host.cards.values(), 1):
        index = card.settings.get("index", "")
        addresses = tuple(
            Address(
                own.address,
                own.length if own.length is not None else BITS[own.family],
                own.scope,
                None,
                own.peer,
                None,
                own.flags,
            )
            for own in card.addresses
        )
        if card.up is not False:
            number_ = int(index) if index.isdecimal() else number
            found.append(Interface(number_, card.name, card.flags, None, None, addresses))
    return found
