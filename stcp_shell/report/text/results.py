"""What the small commands found, as lines of text."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ... import results
from .escape import visible
from .words import Paint, columns, duration


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
