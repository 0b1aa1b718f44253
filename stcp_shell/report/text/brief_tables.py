"""A host's interfaces and routes, briefly: rows of cells, and one line for each."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.connection import INET6
from ...model.tables import Address, Interfaces, NextHop, Route, Routes, table_name
from .stcp_tables import USUAL_METRICS

INTERFACE_HEADINGS = ("Interface", "State", "Addresses", "MTU", "Hardware")
ROUTE_HEADINGS = ("Destination", "Next hop", "Interface", "Source", "Remarks")
# Every kernel has these: the local, the main and the default table are looked up for all packets.
_USUAL_RULES = (("local", 0), ("main", 32766), ("default", 32767))
_FLAGS = ("deprecated", "tentative", "temporary", "secondary")
_NOWHERE = NextHop(None, None)


def interface_rows(record: Interfaces, brief: bool = False) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield a row for each interface."""
    for interface in record.interfaces:
        state = "up" if "UP" in interface.flags else "down" if interface.flags else "not known"
        there = interface.addresses
        if brief:
            there = tuple(each for each in there if not each.address.startswith("fe80:"))  # every link has one
        mtu = "" if interface.mtu is None else str(interface.mtu)
        yield interface.name, state, ", ".join(map(_address, there)), mtu, interface.hardware or ""


def interface_lines(record: Interfaces) -> Iterator[str]:
    """Yield a line for each interface: its name and its addresses."""
    for name, state, addresses, _, _ in interface_rows(record, brief=True):
        yield f"{name}: {addresses or 'no address'}{'' if state == 'up' else f' ({state})'}"


def route_rows(record: Routes) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield a row for each next hop, default routes first, further tables last."""
    main = [row for row in record.routes if row not in record.defaults]
    for row in [*record.defaults, *main, *record.others]:
        destination = f"{row.destination}/{row.prefix_length}" if row.prefix_length else "default"
        if not row.prefix_length and row.family == INET6:
            destination += " (IPv6)"
        remarks = ", ".join(_remarks(row))
        for hop in row.hops or (_NOWHERE,):
            there = hop.gateway or ("on the link" if hop.interface else row.kind)
            yield destination, there, hop.interface or "", row.source or "", remarks


def route_lines(record: Routes) -> Iterator[str]:
    """Yield a line for each row and for each policy rule."""
    seen = set()
    for destination, there, interface, source, remarks in route_rows(record):
        via = f"via {there}" if there != "on the link" and interface else there
        where = f" {interface}" if via == "on the link" else f" on {interface}" if interface else ""
        line = f"{destination} {via}{where}{f', source {source}' if source else ''}{f' ({remarks})' if remarks else ''}"
        if line not in seen and not destination.startswith("fe80::/"):  # every link has this route
            yield line
        seen.add(line)
    for rule in rule_rows(record):
        yield f"rule {rule}"


def rule_rows(record: Routes) -> Iterator[str]:
    """Yield the policy rules in the words of ip-rule(8), except those that every kernel has."""
    for rule in record.rules:
        usual = rule.table is not None and (table_name(rule.table), rule.priority) in _USUAL_RULES
        if not usual or rule.source or rule.destination:
            yield f"{rule.priority}: {rule}"


def _address(address: Address) -> str:
    flags = [flag for flag in _FLAGS if flag in address.flags]
    return f"{address.address}/{address.prefix_length}{''.join(f' {flag}' for flag in flags)}"


def _remarks(row: Route) -> Iterator[str]:
    if row.metric and not (row.family == INET6 and row.metric in USUAL_METRICS):
        yield f"metric {row.metric}"
    if row.kind != "unicast":
        yield row.kind
    if row.table != 254:
        yield f"table {table_name(row.table)}"
