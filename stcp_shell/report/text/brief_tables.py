"""A host's interfaces and routes, briefly: rows of cells, and one line for each."""

from collections.abc import Iterator
from typing import Any

from .stcp_tables import TABLES, USUAL_METRICS

Record = dict[str, Any]
INTERFACE_HEADINGS = ("Interface", "State", "Addresses", "MTU", "Hardware")
ROUTE_HEADINGS = ("Destination", "Next hop", "Interface", "Source", "Remarks")
# What every kernel has: the local, the main and the default table are looked up for all.
_USUAL_RULES = (("local", 0), ("main", 32766), ("default", 32767))


def interface_rows(record: Record, brief: bool = False) -> Iterator[tuple[str, str, str, str, str]]:
    """A row for each interface of an `interfaces` record. Raises what a malformed one makes."""
    for interface in record["interfaces"]:
        flags = interface["flags"]
        state = "up" if "UP" in flags else "down" if flags else "not known"
        there = interface["addresses"]
        if brief:
            there = [each for each in there if not str(each["address"]).startswith("fe80:")]  # every link has one
        addresses = ", ".join(map(_address, there))
        yield str(interface["name"]), state, addresses, _text(interface.get("mtu")), _text(interface.get("hardware"))


def interface_lines(record: Record) -> Iterator[str]:
    """A line for each: its name and its addresses."""
    for name, state, addresses, _, _ in interface_rows(record, brief=True):
        yield f"{name}: {addresses or 'no address'}{'' if state == 'up' else f' ({state})'}"


def route_rows(record: Record) -> Iterator[tuple[str, str, str, str, str]]:
    """A row for each next hop of a `routes` record, default routes first, further tables last."""
    main = [row for row in record["routes"] if row not in record["defaults"]]
    for row in [*record["defaults"], *main, *record["others"]]:
        default = row["prefix_length"] == 0
        destination = "default" if default else f"{row['destination']}/{row['prefix_length']}"
        if default and ":" in row["destination"]:
            destination += " (IPv6)"
        remarks = ", ".join(_remarks(row))
        for hop in row["hops"] or [{}]:
            gateway, interface = hop.get("gateway"), hop.get("interface")
            there = str(gateway) if gateway else "on the link" if interface else str(row["kind"])
            yield destination, there, _text(interface), _text(row.get("source")), remarks


def route_lines(record: Record) -> Iterator[str]:
    """A line for each row and for each policy rule."""
    seen = set()
    for destination, there, interface, source, remarks in route_rows(record):
        via = f"via {there}" if there != "on the link" and interface else there
        where = f" {interface}" if via == "on the link" else f" on {interface}" if interface else ""
        line = f"{destination} {via}{where}{f', source {source}' if source else ''}{f' ({remarks})' if remarks else ''}"
        if line not in seen and not destination.startswith("fe80::/"):  # every link has that one
            yield line
        seen.add(line)
    for rule in rule_rows(record):
        yield f"rule {rule}"


def rule_rows(record: Record) -> Iterator[str]:
    """The policy rules in the words of ip-rule(8), but for those that every kernel has."""
    for rule in record["rules"]:
        table = TABLES.get(rule["table"], rule["table"])
        if (table, rule["priority"]) in _USUAL_RULES and not (rule["source"] or rule["destination"]):
            continue
        words = [f"{rule['priority']}: from {rule['source'] or 'all'}"]
        words += [f"to {rule['destination']}"] if rule["destination"] else []
        words += [*map(str, rule["selectors"]), str(rule["action"])]
        yield " ".join([*words, *([str(table)] if table is not None else [])])


def _address(address: Record) -> str:
    flags = [flag for flag in ("deprecated", "tentative", "temporary", "secondary") if flag in address["flags"]]
    return f"{address['address']}/{address['prefix_length']}{''.join(f' {flag}' for flag in flags)}"


def _remarks(row: Record) -> Iterator[str]:
    if row["metric"] and not (":" in row["destination"] and row["metric"] in USUAL_METRICS):
        yield f"metric {row['metric']}"
    if row["kind"] != "unicast":
        yield str(row["kind"])
    if row["table"] != 254:
        yield f"table {TABLES.get(row['table'], row['table'])}"


def _text(value: Any) -> str:
    return "" if value is None else str(value)
