"""A host's tables in words: each address, each route, each flag (as the FreeBSD handbook explains netstat -r)."""

from __future__ import annotations

from collections.abc import Iterator

from ...pasted.facts import BITS, Own, Row
from ...pasted.host import Host

# netstat(1) of the BSDs, macOS and AIX, route(8); where systems differ the words name them.
_FLAGS = {
    "U": "up",
    "G": "by a gateway",
    "H": "one host",
    "S": "static",
    "C": "host routes are made from it",
    "c": "host routes are made from it (macOS, OpenBSD)",
    "L": "leads to a hardware address",
    "l": "an own address (OpenBSD, NetBSD)",
    "W": "made from a network's route",
    "D": "made by an ICMP redirect",
    "M": "changed by an ICMP redirect",
    "R": "rejects",
    "B": "discards",
    "b": "a broadcast address",
    "I": "for sockets that are bound to its interface (macOS)",
    "P": "one of several equal ones (OpenBSD)",
    "!": "rejects",
    "d": "down",
    "Z": "by DHCP or a zone (Solaris)",
}
_LINUX = {"U": "up", "G": "by a gateway", "H": "one host", "!": "rejects", "D": "by a redirect", "M": "changed"}
_KINDS = {
    "unreachable": "is rejected by the host itself",
    "prohibit": "is rejected by the host itself as prohibited",
    "blackhole": "is discarded by the host itself",
    "throw": "ends the lookup in this table: the next rule decides",
    "local": "is delivered to the host itself",
    "broadcast": "is broadcast",
    "multicast": "is multicast",
    "persistent": "is stored for the next start, and not active because of that",
}


def explained(host: Host) -> Iterator[str]:
    """Yield a line for each address, rule and route, with the place of its text."""
    for card in host.cards.values():
        if not card.addresses:
            yield f"{_where(host, card.line)}{card.name}: an interface without addresses"
        for own in card.addresses:
            yield f"{_where(host, own.line)}{card.name} has {_own(own)}"
    for each in host.rules:
        yield f"{_where(host, each.line)}rule {each.rule.priority}: {each.rule}"
    linux = host.system == "linux"
    owned = {each.address for each in host.addresses()}
    for row in host.rows:
        itself = row.length == BITS[row.way.family] and row.destination in owned and not row.way.gateway
        way = f"is the host itself, by {row.way.interface}" if itself and row.way.interface else _way(row)
        yield f"{_where(host, row.line)}{_subject(row)} {way}{_flags(row, linux)}"


def _where(host: Host, line: int) -> str:
    place = host.place(line)
    return f"{place.file}:{place.line}: "


def _own(own: Own) -> str:
    text = f"the address {own.address}"
    if own.length is None:
        return f"{text}; its prefix length is not shown"
    text += f"/{own.length} ({own.origin})"
    if own.peer:
        text += f", and {own.peer} is at the other end"
    return text + "".join(f", {flag}" for flag in own.flags)


def _subject(row: Row) -> str:
    if row.name:
        return f"{row.name} (a name, which can be any network or host)"
    if row.length == 0:
        return "default, what no longer prefix holds,"
    if row.length is None:
        return f"network or host {row.destination} (the length is not shown)"
    if row.length == BITS[row.way.family]:
        return f"host {row.destination}"
    return f"network {row.prefix} (length: {row.origin})"


def _way(row: Row) -> str:
    way = row.way
    if way.kind in _KINDS:
        return _KINDS[way.kind]
    if way.kind == "neighbour":
        return f"is a neighbour on {way.interface}, with the hardware address {way.written}"
    by = f" by {way.interface}" if way.interface else ""
    by += f" by the card of {way.local}" if way.local and not way.interface else ""
    if way.hops:
        text = "goes to one of " + ", ".join(f"{hop.gateway or 'the link'} by {hop.interface}" for hop in way.hops)
    elif way.gateway:
        text = f"goes to the router {way.gateway}{by}"
    elif way.partly:
        text = f"goes to {way.written}, which is no address,{by}"
    else:
        text = f"is on the link{by}"
    if way.local and way.interface and not way.gateway:
        text += f", from the own address {way.local}"
    if way.source:
        text += f", from {way.source} (src)"
    if way.metric is not None:
        text += f", metric {way.metric}"
    return text + (f", table {way.table}" if way.table != "main" else "")


def _flags(row: Row, linux: bool) -> str:
    words = _LINUX if linux else _FLAGS
    flags = row.way.flags
    if not flags or " " in flags or flags[0] not in "U!RB":
        return f" [{flags}]" if flags else ""
    return " [" + "; ".join(f"{flag} {words.get(flag, 'not known')}" for flag in dict.fromkeys(flags)) + "]"
