"""Linux' route and source address, from pasted rules, routes and addresses, by the rules of `source_selection`.

A rule that cannot be evaluated from tables makes the answer conditional, a table that was not pasted makes it unknown.
"""

from __future__ import annotations

from ..model.connection import INET
from ..model.tables import Rule
from ..pasted.addresses import holds, number_of
from ..pasted.facts import BITS, WRITTEN, Hop, PolicyRule, Row, Way
from .offline import CONDITIONAL, Chosen, Inquiry, Path, Refused, Undecided
from .offline_linux_sources import by_rules6, by_tables

_TABLES = {"255": "local", "254": "main", "253": "default"}
# fib_rules.h and fib4_rule_action: a rule `unreachable` gives ENETUNREACH, and a route of that kind EHOSTUNREACH.
_RULE_REFUSALS = {"unreachable": "no-route", "prohibit": "prohibited", "blackhole": "unreachable"}
_REFUSALS = {"unreachable": "unreachable", "prohibit": "prohibited", "blackhole": "unreachable"}
_MANY = "TCP connects to one host, and this is a broadcast or multicast address"
_UNUSED = {"dead", "tos", "dsfield"}  # a socket has no type of service that it is not given
_USUAL = tuple(
    PolicyRule(0, Rule("inet", priority, None, None, "lookup", number), name)
    for priority, number, name in ((0, 255, "local"), (32766, 254, "main"), (32767, 253, "default"))
)


def route(inquiry: Inquiry, source: str | None) -> Path | list[Path]:
    """Return the path to the destination; several if a multipath hash decides. Raises Refused and Undecided."""
    if inquiry.family != INET and inquiry.number >> 120 == 0xFF:
        raise Refused("no-route", _MANY)
    try:
        found = _looked_up(inquiry, source)
    except Refused as refused:
        if inquiry.family == INET or source or not any(each.rule.source for each in _rules(inquiry)):
            raise
        return _again(inquiry, refused)
    kind = (found[0] if isinstance(found, list) else found).row.way.kind
    if inquiry.family == INET and source and (kind == "broadcast" or inquiry.number >> 28 == 14):
        raise Refused("no-route", _MANY)
    return found


def source(inquiry: Inquiry, path: Path) -> Chosen:
    """Return the source address of an unbound socket. Raises Refused and Undecided."""
    if path.chosen:
        return path.chosen
    try:
        return _accepted(inquiry, path)
    except Refused as refused:
        if {_outcome(inquiry, each) for each in inquiry.paths} - {refused.outcome}:
            raise Undecided(f"equal routes, of which not each is refused: {refused.why}") from None
        raise


def _outcome(inquiry: Inquiry, path: Path) -> str | None:
    try:
        _accepted(inquiry, path)
    except Refused as refused:
        return refused.outcome
    return None


def _accepted(inquiry: Inquiry, path: Path) -> Chosen:
    """Return the source address that a path gives.

    IPv4's connect(2) then looks up with it (`ip_route_connect`), and can be refused.
    """
    chosen = by_tables(inquiry, path)
    if inquiry.family != INET:
        return chosen
    first = f"with the source {chosen.address}, that the first lookup chose,"
    if chosen.address.startswith("127.") and not _is_loopback(inquiry, path.hop.interface):
        inquiry.lower(CONDITIONAL, "route_localnet is not in the tables")
        raise Refused("unreachable", f"{first} {path.hop.interface} takes no packet (`__mkroute_output`)")
    if number_of(chosen.address) >> 28 == 14:  # a local route can make the destination the source
        raise Refused("unreachable", f"{first} the kernel refuses: it is a multicast address")
    if "ip addr" in inquiry.host.shown and not _is_own(inquiry, chosen.address):
        raise Refused("no-route", f"{first} the kernel refuses: it is no address of the host")
    try:
        route(inquiry, chosen.address)
    except Refused as refused:
        raise Refused(refused.outcome, f"{first} {refused.why}") from None
    return chosen


def _is_loopback(inquiry: Inquiry, interface: str) -> bool:
    card = inquiry.host.cards.get(interface)
    return "LOOPBACK" in card.flags if card and card.flags else interface == "lo"


def _is_own(inquiry: Inquiry, address: str) -> bool:
    """Return whether packets may have that source (`__ip_dev_find`)."""
    rows = next(inquiry.prefixes.matches(number_of(address), INET, "local"), [])
    return any(each.own.address == address for each in inquiry.own) or any(row.way.kind == "local" for row in rows)


def _again(inquiry: Inquiry, refused: Refused) -> Path | list[Path]:
    """Look up with a source that is chosen without a route: IPv6 does after a refusal (`ip6_dst_lookup_tail`)."""
    chosen = by_rules6(inquiry, None)
    try:
        found = _looked_up(inquiry, chosen.address)
    except Refused as second:
        raise Refused(second.outcome, f"{refused.why}; with the source {chosen.address}, {second.why}") from None
    if isinstance(found, list):
        return [path._replace(chosen=chosen) for path in found]
    return found._replace(chosen=chosen)


def _looked_up(inquiry: Inquiry, source: str | None) -> Path | list[Path]:
    skip = -1
    for each in _rules(inquiry):
        rule = each.rule
        if "[unresolved]" in rule.selectors:  # a goto to no rule leads on to the next one
            continue
        if rule.priority < skip or not _matches(inquiry, each, source):
            continue
        if each.line:
            inquiry.cite(each.line, f"rule: {rule}")
        if rule.action == "goto":
            skip = next(int(word[5:]) for word in rule.selectors if word.startswith("goto "))
        elif rule.action in _RULE_REFUSALS:
            raise Refused(_RULE_REFUSALS[rule.action], f"the rule {rule} refuses it")
        elif rule.action == "lookup":
            found = _in_table(inquiry, _TABLES.get(each.table, each.table), rule)
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
    source = source or ("0.0.0.0" if inquiry.family == INET else None)  # `fib4_rule_match` compares it in any case
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
        if word != "fwmark" or int(value.partition("/")[0], 0):
            fits = False  # 0: packets without a mark have it
    return fits != inverted


def within(address: str, prefix: str) -> bool:
    network, _, length = prefix.partition("/")
    if (":" in address) != (":" in network):
        return False
    shift = (128 if ":" in address else 32) - int(length)
    return number_of(address) >> shift == number_of(network) >> shift


def _in_table(inquiry: Inquiry, table: str, rule: Rule) -> Path | list[Path] | None:
    """Return the path of the best row of a table; None: the next rule decides."""
    host, family = inquiry.host, inquiry.family
    if f"table {table} {family}" not in host.shown and f"all tables {family}" not in host.shown:
        if table == "main" and f"routes {family}" not in host.shown:
            raise Undecided("the routing table main was not pasted")
        if table == "local":
            return _own(inquiry)
        if table != "default" and not (table == "main" and f"routes {family}" in host.shown):
            raise Undecided(f"the routing table {table}, which a rule leads to, was not pasted, or is empty")
    elif f"table {table} {family}" not in host.shown and table != "default":
        inquiry.lower(CONDITIONAL, f"no row of the table {table} is there, which a rule leads to")
    best = _best(inquiry, table)
    if not best or best[0].way.kind == "throw":
        return None
    row = best[0]
    if row.way.kind in _REFUSALS:
        inquiry.cite(row.line, f"route: {row.way.kind}")
        raise Refused(_REFUSALS[row.way.kind], f"the route {row.prefix} is of the kind {row.way.kind}")
    least = next((int(word.split()[1]) for word in rule.selectors if word.startswith("suppress_prefixlength")), -1)
    if row.length is not None and row.length <= least:  # `fib_rules_lookup` asks this of routes that refuse nothing
        return None
    if table == "local" and _outdone(inquiry, row):
        return None
    inquiry.cite(row.line, f"route: {row.way.kind if row.way.kind != 'unicast' else row.prefix}")
    return _paths(inquiry, best)


def _best(inquiry: Inquiry, table: str) -> list[Row]:
    """Return the rows of a table that have the longest prefix, and of these the ones of the least metric."""
    for rows in inquiry.matches(table):
        usable = [row for row in rows if not _UNUSED & set(row.way.flags.split()) and row.way.kind != "multicast"]
        if any("from" in row.way.flags.split() for row in usable):
            raise Undecided(f"the table {table} has a route to {usable[0].prefix} for certain source addresses only")
        if usable:
            metric = min(_metric(row) for row in usable)
            return [row for row in usable if _metric(row) == metric]
    return []


def _outdone(inquiry: Inquiry, row: Row) -> bool:
    """Return whether main has a longer prefix than a row of local, and the two are one table (`fib_trie_table`).

    IPv4 keeps them as one until somebody adds or deletes a rule.
    """
    rules = [(each.rule.priority, each.table, each.rule.selectors) for each in _rules(inquiry)]
    if inquiry.family != INET or rules != [(each.rule.priority, each.table, ()) for each in _USUAL]:
        return False
    other = _best(inquiry, "main")
    if not other or (other[0].length or 0) <= (row.length or 0):
        return False
    inquiry.lower(CONDITIONAL, f"{other[0].prefix} goes before local {row.prefix}, unless a rule was ever added")
    return True


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
