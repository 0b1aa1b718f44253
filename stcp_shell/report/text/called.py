"""Who called back, as text."""

from __future__ import annotations

from collections.abc import Iterator

from ...model.called import AllCalled, Called
from .escape import visible
from .words import View, duration, fold


def all_called_lines(value: AllCalled, view: View) -> Iterator[str]:
    """Yield the lines of a result of `callback`, a block for each of our addresses."""
    for number, each in enumerate(value.results):
        if number:
            yield ""
        yield from called_lines(each, view)


def called_lines(record: Called, view: View) -> Iterator[str]:
    """Yield the control connection, the call, and what the server replied."""
    ours = f" from {record.control}" if record.control else ""
    yield from fold(visible(f"{record.protocol}: A: {record.server}{ours}"), "", "  ", view.width)
    role, text = _outcome(record)
    for line in fold(visible(text), "  ", "    ", view.width):
        yield view.paint(role, line)
    for reply in record.replies:
        yield from fold(visible(reply.replace("\n", " / ")), "  server: ", "    ", view.width)


def _outcome(record: Called) -> tuple[str, str]:
    after = "" if record.seconds is None else f" after {duration(record.seconds)}"
    why = f": {record.why}" if record.why else ""
    if record.caller is not None:
        came = f"B: came from {record.caller}{after}"
        if record.same:
            return "good", f"{came}: the address that the control connection goes to"
        return "bad", f"{came}, but the control connection goes to {record.server.address}: another source address"
    if record.outcome in ("not-called", "no-reply"):
        said = "no reply came" if record.outcome == "no-reply" else _said(record)
        here = record.control.address if record.control else "ADDR"
        return "warn", (
            f"B: no connection came; {said}{after}. From here it cannot be seen which address it used: on the server "
            f"run watch -peer {here}"
        )
    return ("warn" if record.outcome == "cancelled" else "bad"), f"{record.outcome}{after}{why}"


def _said(record: Called) -> str:
    """Return what the server's last reply says of the connection."""
    last = record.replies[-1] if record.replies else ""
    tried = last[:3] in ("421", "425", "426") or last.endswith(("(connect error)", "(timeout)"))
    return "the server says that it could not connect" if tried else f"the server's last reply was {last[:60]!r}"
