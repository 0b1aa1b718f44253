"""A connect as text: a headline, and below it what was observed."""

from __future__ import annotations

from ...model.connection import Connection, HopDistance, Icmp, ResolvedRoute
from .escape import visible, visible_lines
from .hold import hold_text
from .words import WORDING, View, duration, role_of


def headline(found: Connection) -> str:
    """Return how the connect ended, in one line."""
    words = WORDING.get(found.outcome, found.outcome)
    if found.outcome == "unresolved":
        return f"{words}: {found.note}"
    if found.protocol == "udp" and found.outcome == "connected":
        return "the source address is chosen; no packet was sent (udp)"
    if found.outcome == "timeout":
        whose = "kernel timeout" if found.errno else "local timeout"
        return f"{words} after {duration(found.elapsed)} ({whose})"
    errno = f" ({found.errno})" if found.errno else ""
    if seen := found.hold:
        connected = f"{WORDING['connected']} after {duration(found.elapsed)}"
        then = {"closed": "then closed by the peer (FIN)", "reset": f"then reset{errno}"}.get(found.outcome)
        if then:
            return f"{connected}, {then} after another {duration(seen.seconds)}"
        return connected if seen.finished is not False else f"{connected}; the far side has not finished the handshake"
    return f"{words}{errno} after {duration(found.elapsed)}"


def role(found: Connection) -> str:
    """Return the colour role: a connection that only this host takes for one is no good one."""
    return "warn" if found.hold and found.hold.finished is False else role_of(found.outcome)


def source_text(found: Connection) -> str:
    """Return the source address, and whether bind(2) or the kernel chose it."""
    if found.source is None:
        return "none was chosen"
    who = "as bound" if found.chosen_by == "bind" else "chosen by the kernel"
    return f"{found.source}, {who}"


def destination_text(found: Connection) -> str:
    """Return the destination, with the name as typed if it differs."""
    to = found.destination
    name = f" ({to.name})" if to.name != to.address else ""
    others = f"; not tried: {', '.join(found.others)}" if found.others else ""
    return f"{to}{name}{others}"


def route_text(route: ResolvedRoute | None) -> str:
    """Return the next hop and the interface."""
    if route is None:
        return "not known: the kernel's routing tables cannot be read here"
    if route.kind == "none":
        return "none: the kernel has no route to it"
    if route.kind not in ("unicast", "local"):
        return f"{'an' if route.kind.startswith(('a', 'u')) else 'a'} {route.kind} route"
    if route.gateway:
        return f"via {route.gateway} on {route.interface}"
    return f"this host itself ({route.interface})" if route.kind == "local" else f"on the link {route.interface}"


def icmp_text(icmp: Icmp) -> str:
    """Return type, code, meaning and sender of an ICMP error."""
    return f"ICMP {icmp.type}/{icmp.code} {icmp.meaning}, sent by {icmp.sender}"


_FATES = {
    "dropped-here": "TCP_INFO: this host's own OUTPUT rules dropped the SYNs",
    "unresolved": "TCP_INFO: no SYN left this host, the next hop does not answer ARP or ND",
}


def evidence_lines(found: Connection) -> list[str]:
    """Return what was observed besides the errno."""
    lines: list[str] = []
    if found.icmp:
        own = found.source is not None and found.icmp.sender == found.source.address
        lines.append(icmp_text(found.icmp) + (", this host itself" if own else ""))
    elif found.rst:
        lines.append("a RST came, no ICMP error")
    elif found.outcome in ("timeout", "cancelled") and found.syn_retransmits is not None:
        sent = found.syn_retransmits + 1
        lines.append(_FATES.get(found.syn_fate or "", f"{sent} SYN{'s' if sent > 1 else ''} sent, no answer"))
    if found.rtt and found.accepted:
        lines.append(f"round trip {duration(found.rtt)}")
        if found.syn_retransmits:
            lines.append(f"{found.syn_retransmits} SYN retransmits")
    if found.hold:
        lines.append(hold_text(found.hold, found.source.address if found.source else None))
    if found.answerer:
        lines += answerer_lines(found, found.answerer)
    if found.note:
        lines.append(found.note)
    return lines


def answerer_lines(found: Connection, box: HopDistance) -> list[str]:
    """Return how far away the device is that replied, and what that proves."""
    what = "RST" if found.rst else "SYN-ACK"
    there = "the number of hops there is not known" if box.hops_forward is None else f"{_hops(box.hops_forward)} there"
    back = f"about {_hops(box.hops_back)} back (if its initial TTL was {box.ttl + box.hops_back})"
    host, gateway = found.destination.address, found.route.gateway if found.route else None
    if box.nearer is None:
        proves = "it is not known how far the SYN went, nor which device replied"
    elif box.nearer:
        proves = f"a device nearer than {host} sent it, or the return path is shorter than the forward path"
    elif box.hops_forward == 0 and gateway and gateway != host:
        # A SYN that this host's own NAT redirects to itself is forwarded by no router, either.
        proves = f"the next hop, {gateway}, or this host (its own NAT or redirect) sent it: no router forwarded the SYN"
    else:
        proves = f"no sign of a device nearer than {host}; a device at the same distance would look the same"
    return [f"the {what} arrived with TTL {box.ttl}: {back}, {there}", proves]


def _hops(number: int) -> str:
    return "1 hop" if number == 1 else f"{number} hops"


def details(found: Connection) -> list[tuple[str, str]]:
    """Return the label and the text of each line below the headline."""
    if found.outcome == "unresolved":
        return []
    lines = [
        ("source", source_text(found)),
        ("destination", destination_text(found)),
        ("route", route_text(found.route)),
    ]
    for line in evidence_lines(found):
        lines.append(("evidence", line))
    return lines


def connection_lines(found: Connection, view: View) -> list[str]:
    head = f"socket {found.socket}: {view.paint(role(found), visible(headline(found)))}"
    return [head, *visible_lines([f"  {label.ljust(12)} {text}" for label, text in details(found)])]
