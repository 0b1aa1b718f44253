"""Interfaces and routing tables in STCP's format, line by line. Tables may be endless: lines are never collected.

STCP's `ifconfig` and `route print` know one family, one table and one default gateway. Further information is added
after STCP's own columns, which stay in their places. Lines keep to 80 columns if the addresses allow it: notes that
do not fit are put below their row, indented.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ...model.connection import INET, INET6
from ...model.tables import Address, Interface, NextHop, Route, Rule, table_name
from .escape import visible

WIDTH = 80
PLAIN_PROTOCOLS = ("unspec", "kernel", "boot", "static")
# These decide whether the kernel uses an address as a source, or show how it was created.
_FLAGS = ("secondary", "temporary", "deprecated", "tentative", "dadfailed", "optimistic", "dynamic")
# The metrics that the kernel gives IPv6 routes by default (IP6_RT_PRIO_USER, IP6_RT_PRIO_ADDRCONF).
USUAL_METRICS = (256, 1024)

HEADERS = {
    INET: "Network Address  Gateway Address  Subnet Mask  Redirect Life  Interface",
    INET6: "Network Address           Gateway Address           Redirect Life  Interface",
}
REMEMBERED = 4096


def netmask(length: int) -> str:
    """Return an IPv4 prefix length as a mask: 24 is `255.255.255.0`."""
    return ".".join(str((0xFFFFFFFF << max(0, 32 - length) >> shift) & 255) for shift in (24, 16, 8, 0))


def ifconfig_lines(interfaces: Sequence[Interface], host: str, clock_text: str) -> Iterator[str]:
    """Yield STCP's `ifconfig`: the given interfaces, all their addresses, and `ready HH:MM:SS`."""
    yield f"Number of interface(s) under IP: {len(interfaces)}"
    yield ""
    for interface in interfaces:
        yield visible(f"%{host}#{interface.name}: <{_flags(interface)}>")
        for address in interface.addresses:
            yield visible(_address(address))
        yield ""
    yield f"ready {clock_text}"


def _flags(interface: Interface) -> str:
    unknown = interface.mtu is None and not interface.flags
    return "flags not known" if unknown else ", ".join(interface.flags)


def _address(address: Address) -> str:
    words = [address.address]
    if address.family == INET:
        words.append(f"netmask 0x{0xFFFFFFFF << max(0, 32 - address.prefix_length) & 0xFFFFFFFF:08x}")
    else:
        words.append(f"prefixlen {address.prefix_length}")
    words += [f"broadcast {address.broadcast}"] if address.broadcast else []
    words += [f"peer {address.peer}"] if address.peer else []
    words += [f"scope {address.scope}"] if address.scope in ("link", "site") else []
    words += [flag for flag in _FLAGS if flag in address.flags]
    words += [f"alias {address.label}"] if address.label else []
    return " ".join(words)


def route_lines(
    defaults: Sequence[Route],
    routes: Iterable[Route],
    clock_text: str,
    others: Iterable[Route] = (),
    rules: Iterable[Rule] = (),
    interrupted: Callable[[], bool] = bool,
) -> Iterator[str]:
    """Yield STCP's `route print`: default gateways, the main table, IPv6 in a block of its own, `ready HH:MM:SS`.

    `defaults` are the default routes of both families, `routes` the main table's rows of both families, IPv4 first;
    the default routes among them are skipped, because they are shown at the top of their block. `others`: the rows of
    further tables, table by table; `rules`: the policy rules. `interrupted` is called after the main table's last row.
    """
    known = frozenset(defaults)
    yield from _heading(INET, defaults)
    second = False
    tails = Tails(INET)
    for route in routes:
        if not second and ":" in route.destination:
            second = True
            tails = Tails(INET6)
            yield from _heading(INET6, defaults)
        if route.prefix_length or route not in known:
            yield from tails.lines(route)
    if not second and any(route.family == INET6 for route in defaults):
        yield from _heading(INET6, defaults)
    if interrupted():
        yield ""
        yield "The table changed while it was read: a row may be missing or appear twice."
    yield from _other_tables(others)
    yield from _rules(rules)
    yield f"ready {clock_text}"


def _heading(family: str, defaults: Sequence[Route]) -> Iterator[str]:
    if family == INET6:
        yield ""
    yield from _gateways([route for route in defaults if route.family == family])
    yield HEADERS[family]


def _gateways(defaults: Sequence[Route]) -> Iterator[str]:
    if not defaults:
        yield "Default Gateway: none"
    for route in defaults:
        for hop, notes in _hops(route):
            gateway = hop.gateway or ("on the link" if hop.interface else "none")
            line = "  ".join(word for word in (f"Default Gateway: {gateway}", hop.interface) if word)
            yield from _noted(visible(line), visible(", ".join(notes)), " " * 17).split("\n")


class Tails(dict[tuple[object, ...], tuple[str, str]]):
    """A cache of the columns to the right of the destination, for one family, by the route without its destination.

    They are mostly the same as in another row, so they are made once: a long table takes a fifth of the time. The
    memory for the cache is bounded.
    """

    def __init__(self, family: str) -> None:
        self._nowhere, self._width = ("0.0.0.0", 16) if family == INET else ("::", 25)

    def __missing__(self, key: tuple[Any, ...]) -> tuple[str, str]:
        if len(self) >= REMEMBERED:
            self.clear()
        made = self[key] = _tail(Route(self._nowhere, *key))
        return made

    def lines(self, route: Route) -> Sequence[str]:
        """Return the lines of a row: one, unless there are several next hops or long notes."""
        suffix, tail = self[route[1:]]
        head = (route.destination + suffix).ljust(self._width)
        if (excess := len(head) - self._width) > 0:
            # A long destination takes the free space on its right, if there is enough.
            tail = tail.replace(" " * (excess + 2), "  ", 1)
        if "\n" not in tail:
            return (head + tail,)
        return (head + tail).replace("\0", head).split("\n")


def _tail(route: Route) -> tuple[str, str]:
    """Return the destination's suffix, and the rest of the row. In further lines NUL stands for the destination."""
    life = "-" if route.expires is None else str(route.expires)
    tails = []
    for hop, notes in _hops(route):
        gateway = (hop.gateway or "-").removesuffix(f"%{hop.interface}")  # the zone is in the next column
        if route.family == INET:
            mask = netmask(route.prefix_length)
            # A long mask takes space from the column on its right, which is nearly always empty.
            row = f" {gateway:<15}  {mask}{life:>{26 - len(mask)}}  {hop.interface or '-'}"
        else:
            row = f" {gateway:<24}  {life:>13}  {hop.interface or '-'}"
        indent = 16 if route.family == INET else 25
        tails.append(_noted(visible(row), visible(", ".join(notes)), " " * (indent + 1), indent))
    return ("" if route.family == INET else f"/{route.prefix_length}"), "\n\0".join(tails)


def _noted(line: str, notes: str, indent: str, before: int = 0) -> str:
    """Return a line with notes after it, or below it if they do not fit. `before`: columns to its left."""
    if not notes:
        return line
    fits = before + len(line) + 2 + len(notes) <= WIDTH
    return f"{line}  {notes}" if fits else f"{line}\n{indent}{notes}"


def _hops(route: Route) -> Iterator[tuple[NextHop, list[str]]]:
    """Yield the next hops, each with the notes beside it."""
    notes = [f"src {route.source}"] if route.source else []
    if route.metric and not (route.family == INET6 and route.metric in USUAL_METRICS):
        notes.append(f"metric {route.metric}")
    if route.kind != "unicast":
        notes.append(route.kind)
    if route.protocol not in PLAIN_PROTOCOLS:
        notes.append(f"by {route.protocol}")
    if len(route.hops) < 2:
        yield (route.hops[0] if route.hops else NextHop(None, None)), notes
        return
    for number, hop in enumerate(route.hops, 1):
        path = f"path {number} of {len(route.hops)}"
        yield hop, [path, *([f"weight {hop.weight}"] if hop.weight != 1 else []), *notes]


def _other_tables(routes: Iterable[Route]) -> Iterator[str]:
    title = None
    tails = Tails(INET)
    for route in routes:
        if title != (title := (route.table, route.family)):
            tails = Tails(route.family)
            yield ""
            yield f"Table {table_name(route.table)}{' (IPv6)' if route.family == INET6 else ''}"
            yield HEADERS[route.family]
        yield from tails.lines(route)


def _rules(rules: Iterable[Rule]) -> Iterator[str]:
    """Yield the rules, family by family."""
    family = None
    for rule in rules:
        if family != (family := rule.family):
            yield ""
            yield f"Policy Rules{' (IPv6)' if family == INET6 else ''}"
        yield visible(f"{f'{rule.priority}:':<8}{rule}")
