"""The results of the small commands as lines of text."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ...model.checks import Expectation
from ...model.results import (
    Accepted,
    Bound,
    Clip,
    Closed,
    Current,
    Listening,
    Opened,
    OptionValue,
    Received,
    Saved,
    Sent,
    ShutDown,
    SocketName,
    SocketTable,
    Sourced,
    Text,
    Variables,
    WaitTimedOut,
)
from ...model.session import Note
from .escape import visible
from .words import View, columns, duration


def _opened(value: Opened, view: View) -> list[str]:
    return [f"socket {value.socket}: {value.kind} {value.family}"]


def _current(value: Current, view: View) -> Iterator[str]:
    yield f"socket {value.socket} is the current one ({value.state})"


def _closed(value: Closed, view: View) -> list[str]:
    return [f"socket {value.socket}: closed"]


def _socket_table(value: SocketTable, view: View) -> Iterator[str]:
    if not value.rows:
        yield "no sockets"
        return
    rows = [["", "No", "Type", "State", "Bound", "Local address", "Peer address"]]
    for row in value.rows:
        ends = [str(end) if end else "-" for end in (row.bound, row.local, row.peer)]
        rows.append(["*" if row.current else "", str(row.number), row.protocol, row.state, *ends])
    yield from map(visible, columns(rows))


def bound_text(value: Bound) -> str:
    """Return what the socket is bound to, and how it was requested."""
    how = f" (the address of {value.interface})" if value.interface else ""
    device = f", device {value.device} (SO_BINDTODEVICE)" if value.device else ""
    return f"bound to {value.local}{how}{device}"


def _bound(value: Bound, view: View) -> Iterator[str]:
    yield visible(f"socket {value.socket}: {bound_text(value)}")


def _listening(value: Listening, view: View) -> Iterator[str]:
    yield visible(f"socket {value.socket}: listening on {value.local}, backlog {value.backlog}")


def _accepted(value: Accepted, view: View) -> Iterator[str]:
    yield f"socket {value.socket}: {view.paint('good', 'accepted')} from {visible(value.peer)}"
    yield f"  {'local':<12} {visible(value.local)}, the address that the client used"
    if value.expected:
        to = visible(", ".join(value.expected))
        text, role = (
            (f"as expected: this session is connected to {to}", "good")
            if value.same
            else (f"another address than expected: this session is connected to {to}", "bad")
        )
        yield f"  {'caller':<12} {view.paint(role, text)}"
    yield f"  {'listener':<12} socket {value.listener}"


def _nothing(value: WaitTimedOut, view: View) -> Iterator[str]:
    yield f"socket {value.socket}: {view.paint('warn', f'{value.what} within {duration(value.seconds)}')}"


def _sent(value: Sent, view: View) -> Iterator[str]:
    part = f" of {value.of}" if value.bytes < value.of else ""
    yield f"socket {value.socket}: sent {value.bytes}{part} bytes{': the send buffer is full' if part else ''}"
    if value.unacknowledged:
        number = value.unacknowledged
        after = "" if value.interrupted else " after 0.3 s"
        late = f"{number} byte{'s' if number > 1 else ''} not acknowledged yet{after}"
        yield f"  {'evidence':<12} {view.paint('warn', late)}"


def _received(value: Received, view: View) -> Iterator[str]:
    if not value.bytes and value.peer:
        yield f"socket {value.socket}: received an empty datagram"
        return
    if not value.bytes:
        yield f"socket {value.socket}: the peer closed its side (FIN)"
        return
    yield f"socket {value.socket}: received {value.bytes} bytes"
    for line in value.data.removesuffix("\n").split("\n"):
        yield f"  {visible(line.removesuffix(chr(13)))}"


def _shut_down(value: ShutDown, view: View) -> Iterator[str]:
    what = {"read": "receives no more", "write": "sends no more", "both": "sends and receives no more"}
    yield visible(f"socket {value.socket}: {what.get(value.how, value.how)}")


def _name(value: SocketName, view: View) -> Iterator[str]:
    yield visible(f"socket {value.socket}: {value.which} address {value.endpoint}")


def _option(value: OptionValue, view: View) -> Iterator[str]:
    other = f" (asked for {value.asked})" if value.asked is not None and value.asked != value.value else ""
    yield f"socket {value.socket}: {value.option} {value.value}{other}"


def _expectation(value: Expectation, view: View) -> list[str]:
    if value.met:
        return [f"{view.paint('good', 'as expected')}: {visible(value.expected)}"]
    where = f"{visible(value.where)}: " if value.where else ""
    head = f"{where}{view.paint('bad', 'MISS')}: expected {visible(value.expected)}; seen {visible(value.seen)}"
    return [head, *[f"  {visible(line)}" for line in value.evidence]]


def _variables(value: Variables, view: View) -> Iterator[str]:
    for name, text in value.values.items():
        yield f"{name} = {visible(text)}"


def _noted(value: Note, view: View) -> Iterator[str]:
    yield "noted"


def _saved(value: Saved, view: View) -> Iterator[str]:
    yield f"{value.bytes} bytes saved in {visible(value.path)}"


def _sourced(value: Sourced, view: View) -> Iterator[str]:
    return iter(())


def _clip(value: Clip, view: View) -> list[str]:
    condition = f" ({value.condition})" if value.condition else ""
    return [f"{value.bytes} bytes sent to the terminal's clipboard{condition}; the terminal does not confirm it"]


def _text(value: Text, view: View) -> Iterable[str]:
    return value.lines


RENDERERS: dict[type, Callable[[Any, View], Iterable[str]]] = {
    Opened: _opened,
    Current: _current,
    Closed: _closed,
    SocketTable: _socket_table,
    Bound: _bound,
    Listening: _listening,
    Accepted: _accepted,
    WaitTimedOut: _nothing,
    Sent: _sent,
    Received: _received,
    ShutDown: _shut_down,
    SocketName: _name,
    OptionValue: _option,
    Variables: _variables,
    Expectation: _expectation,
    Note: _noted,
    Saved: _saved,
    Sourced: _sourced,
    Clip: _clip,
    Text: _text,
}
