"""Results to lines of text, as they stand on the screen. Colour is asked for by role; who writes the lines decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from .. import results
from ..facts import Answerer, Connection, Icmp, Way
from .plain import visible, visible_lines

Paint = Callable[[str, str], str]  # (role: good, bad, warn, dim; text) -> text


def plain(role: str, text: str) -> str:
    """No colour."""
    return text


def duration(seconds: float) -> str:
    """A duration with as many digits as it deserves: `0.42 ms`, `31 ms`, `5.0 s`."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.2g} ms" if seconds < 0.00995 else f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s"


WORDING = {
    "connected": "connected",
    "refused": "connection refused",
    "timeout": "timed out",
    "unreachable": "unreachable",
    "prohibited": "prohibited",
    "no-route": "no route",
    "denied": "not permitted on this host",
    "address-unavailable": "no source address or port available",
    "address-in-use": "address in use",
    "cancelled": "cancelled",
    "unresolved": "the name does not resolve",
    "error": "failed",
}


_ROLES = {"connected": "good", "cancelled": "warn"}


def role_of(outcome: str) -> str:
    """The colour role of an outcome."""
    return _ROLES.get(outcome, "bad")


def headline(found: Connection) -> str:
    """How it ended, in one line."""
    words = WORDING.get(found.outcome, found.outcome)
    if found.outcome == "unresolved":
        return f"{words}: {found.note}"
    if found.protocol == "udp" and found.outcome == "connected":
        return "the kernel has chosen; no packet was sent (udp)"
    if found.outcome == "timeout":
        whose = "by the kernel" if found.errno else "our time-out"
        return f"{words} after {duration(found.elapsed)} ({whose})"
    errno = f" ({found.errno})" if found.errno else ""
    return f"{words}{errno} after {duration(found.elapsed)}"


def source_text(found: Connection) -> str:
    """The source address and who chose it."""
    if found.source is None:
        return "none was chosen"
    who = "as bound" if found.chosen_by == "bind" else "chosen by the kernel"
    return f"{found.source}, {who}"


def destination_text(found: Connection) -> str:
    """The destination with the name as it was typed, if it is another."""
    name = f" ({found.name})" if found.name != found.destination.address else ""
    others = f"; not tried: {', '.join(found.others)}" if found.others else ""
    return f"{found.destination}{name}{others}"


def way_text(way: Way | None) -> str:
    """Next hop and interface."""
    if way is None:
        return "not known: the kernel's routing tables cannot be read here"
    if way.kind == "none":
        return "none: the kernel has no route there"
    if way.kind not in ("unicast", "local"):
        return f"{'an' if way.kind[0] in 'au' else 'a'} {way.kind} route"
    if way.gateway:
        return f"via {way.gateway} on {way.interface}"
    return f"this host itself ({way.interface})" if way.kind == "local" else f"on the link {way.interface}"


def icmp_text(icmp: Icmp) -> str:
    """Type, code, meaning and sender."""
    return f"ICMP {icmp.type}/{icmp.code} {icmp.meaning}, sent by {icmp.sender}"


_FATES = {
    "dropped-here": "TCP_INFO: this host's own OUTPUT rules dropped the SYNs",
    "unresolved": "TCP_INFO: no SYN left this host, the next hop does not answer ARP or ND",
}


def evidence_lines(found: Connection) -> list[str]:
    """What was observed beside the errno."""
    lines: list[str] = []
    if found.icmp:
        own = found.source is not None and found.icmp.sender == found.source.address
        lines.append(icmp_text(found.icmp) + (", this host itself" if own else ""))
    elif found.rst:
        lines.append("a RST came, no ICMP error")
    elif found.outcome in ("timeout", "cancelled") and found.syn_retransmits is not None:
        sent = found.syn_retransmits + 1
        lines.append(_FATES.get(found.syn or "", f"{sent} SYN{'s' if sent > 1 else ''} sent, no answer"))
    if found.rtt and found.outcome == "connected":
        lines.append(f"round trip {duration(found.rtt)}")
        if found.syn_retransmits:
            lines.append(f"{found.syn_retransmits} SYN retransmits")
    if found.answerer:
        lines += answerer_lines(found, found.answerer)
    if found.note:
        lines.append(found.note)
    return lines


def answerer_lines(found: Connection, box: Answerer) -> list[str]:
    """How far away the box is that answered, and what that proves."""
    what = "RST" if found.rst else "SYN-ACK"
    there = "the hops there are not known" if box.hops_forward is None else f"{_hops(box.hops_forward)} there"
    back = f"{_hops(box.hops_back)} back (if it left with {box.ttl + box.hops_back})"
    host, gateway = found.destination.address, found.route.gateway if found.route else None
    if box.nearer is None:
        proves = "how far the SYN went is not known, nor which box answered"
    elif box.nearer:
        proves = f"a box nearer than {host} sent it, or the way back is shorter than the way there"
    elif box.hops_forward == 0 and gateway and gateway != host:
        proves = f"the next hop itself, {gateway}, sent it: no router passed the SYN on"
    else:
        proves = f"no box nearer than {host} shows; one as far away would look the same"
    return [f"the {what} arrived with TTL {box.ttl}: {back}, {there}", proves]


def _hops(number: int) -> str:
    return "1 hop" if number == 1 else f"{number} hops"


def details(found: Connection) -> list[tuple[str, str]]:
    """Label and text of each line below the headline."""
    if found.outcome == "unresolved":
        return []
    lines = [
        ("source", source_text(found)),
        ("destination", destination_text(found)),
        ("route", way_text(found.route)),
    ]
    for line in evidence_lines(found):
        lines.append(("evidence", line))
    return lines


def _connection(found: Connection, paint: Paint) -> list[str]:
    head = f"socket {found.socket}: {paint(role_of(found.outcome), visible(headline(found)))}"
    return [head, *visible_lines([f"  {label.ljust(12)} {text}" for label, text in details(found)])]


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of cells as aligned lines."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        assert len(row) == len(widths)
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths)).rstrip()


def _opened(value: results.Opened, paint: Paint) -> list[str]:
    return [f"socket {value.socket}: {value.kind} {value.family}"]


def _current(value: results.Current, paint: Paint) -> Iterator[str]:
    yield f"socket {value.socket} is the current one ({value.state})"


def _closed(value: results.Closed, paint: Paint) -> list[str]:
    return [f"socket {value.socket}: closed"]


def _socket_table(value: results.SocketTable, paint: Paint) -> Iterator[str]:
    if not value.rows:
        yield "no sockets"
        return
    rows = [["", "No", "Type", "State", "Bound", "Local address", "Peer address"]]
    for row in value.rows:
        ends = [str(end) if end else "-" for end in (row.bound, row.local, row.peer)]
        rows.append(["*" if row.current else "", str(row.number), row.protocol, row.state, *ends])
    yield from map(visible, columns(rows))


def bound_text(value: results.Bound) -> str:
    """What the socket is bound to, and by what."""
    how = f" (the address of {value.interface})" if value.interface else ""
    device = f", device {value.device} (SO_BINDTODEVICE)" if value.device else ""
    return f"bound to {value.local}{how}{device}"


def _bound(value: results.Bound, paint: Paint) -> Iterator[str]:
    yield visible(f"socket {value.socket}: {bound_text(value)}")


def _listening(value: results.Listening, paint: Paint) -> Iterator[str]:
    yield visible(f"socket {value.socket}: listening on {value.local}, backlog {value.backlog}")


def _accepted(value: results.Accepted, paint: Paint) -> Iterator[str]:
    yield f"socket {value.socket}: {paint('good', 'accepted')} from {visible(value.peer)}"
    yield f"  {'local':<12} {visible(value.local)}, the address that the client used"
    yield f"  {'listener':<12} socket {value.listener}"


def _nothing(value: results.NothingCame, paint: Paint) -> Iterator[str]:
    yield f"socket {value.socket}: {paint('bad', f'{value.what} within {duration(value.seconds)}')}"


def _sent(value: results.Sent, paint: Paint) -> Iterator[str]:
    part = f" of {value.of}" if value.bytes < value.of else ""
    yield f"socket {value.socket}: sent {value.bytes}{part} bytes{': the send buffer took no more' if part else ''}"


def _received(value: results.Received, paint: Paint) -> Iterator[str]:
    if not value.bytes and value.peer:
        yield f"socket {value.socket}: received an empty datagram"
        return
    if not value.bytes:
        yield f"socket {value.socket}: the peer sends no more (FIN)"
        return
    yield f"socket {value.socket}: received {value.bytes} bytes"
    for line in value.data.removesuffix("\n").split("\n"):
        yield f"  {visible(line.removesuffix(chr(13)))}"


def _shut_down(value: results.ShutDown, paint: Paint) -> Iterator[str]:
    what = {"read": "receives no more", "write": "sends no more", "both": "sends and receives no more"}[value.how]
    yield f"socket {value.socket}: {what}"


def _name(value: results.Name, paint: Paint) -> Iterator[str]:
    yield visible(f"socket {value.socket}: {value.which} address {value.endpoint}")


def _option(value: results.OptionValue, paint: Paint) -> Iterator[str]:
    other = f" (asked for {value.asked})" if value.asked is not None and value.asked != value.value else ""
    yield f"socket {value.socket}: {value.option} {value.value}{other}"


def _expectation(value: results.Expectation, paint: Paint) -> list[str]:
    if value.met:
        return [f"{paint('good', 'as expected')}: {visible(value.expected)}"]
    where = f"{visible(value.where)}: " if value.where else ""
    head = f"{where}{paint('bad', 'MISS')}: expected {visible(value.expected)}; seen {visible(value.seen)}"
    return [head, *[f"  {visible(line)}" for line in value.evidence]]


def _variables(value: results.Variables, paint: Paint) -> Iterator[str]:
    for name, text in value.values.items():
        yield f"{name} = {visible(text)}"


def _noted(value: results.Noted, paint: Paint) -> Iterator[str]:
    yield "noted"


def _saved(value: results.Saved, paint: Paint) -> Iterator[str]:
    yield f"{value.bytes} bytes saved in {visible(value.path)}"


def _sourced(value: results.Sourced, paint: Paint) -> Iterator[str]:
    return iter(())


def _clip(value: results.Clip, paint: Paint) -> list[str]:
    condition = f" ({value.condition})" if value.condition else ""
    return [f"{value.bytes} bytes sent to the terminal's clipboard{condition}; whether it took them it does not say"]


def _text(value: results.Text, paint: Paint) -> Iterable[str]:
    return value.lines


RENDERERS: dict[type, Callable[[Any, Paint], Iterable[str]]] = {
    Connection: _connection,
    results.Opened: _opened,
    results.Current: _current,
    results.Closed: _closed,
    results.SocketTable: _socket_table,
    results.Bound: _bound,
    results.Listening: _listening,
    results.Accepted: _accepted,
    results.NothingCame: _nothing,
    results.Sent: _sent,
    results.Received: _received,
    results.ShutDown: _shut_down,
    results.Name: _name,
    results.OptionValue: _option,
    results.Variables: _variables,
    results.Expectation: _expectation,
    results.Noted: _noted,
    results.Saved: _saved,
    results.Sourced: _sourced,
    results.Clip: _clip,
    results.Text: _text,
}


def lines(result: Any, paint: Paint = plain) -> Iterable[str]:
    """A result as lines without their ends; they may be made while they are read."""
    render = RENDERERS.get(type(result))
    if render is None:
        from . import findings  # late: most scripts only connect

        render = findings.RENDERERS[type(result)]
    return render(result, paint)
