"""What a connection showed while it was held, as text."""

from __future__ import annotations

from ...model.hold import LONG_ENOUGH, Hold
from .words import duration

_ENDS = {"fin": ", and then the peer closed its side (FIN)", "rst": ", and then a RST"}
_FINISHED = "the handshake is finished on both sides"


def hold_text(seen: Hold, source: str | None = None) -> str:
    """Return whether the peer has finished the handshake, too, and what shows it. `source`: the address here."""
    took = duration(seen.seconds)
    if seen.received:
        came = "1 byte" if seen.received == 1 else f"{seen.received} bytes"
        saw = f"; the far end saw {seen.seen_as}" if seen.seen_as else ""
        if seen.seen_as and source and seen.seen_as.address != source.partition("%")[0]:
            saw += f", not {source}"
        return f"{_FINISHED}: {came} arrived after {took}{_ENDS.get(seen.end or '', '')}{saw}"
    if seen.end == "fin":
        return f"{_FINISHED}: the peer closed its side (FIN) after {took}, without a byte"
    if seen.end:
        return f"a RST came after {took}, and no byte before it"
    if seen.finished is False:
        once = " (or was lost once)" if seen.segments_in == 2 else ""
        return (
            f"its SYN-ACK came {seen.segments_in} times within {took}: our ACK does not get there{once}, or its accept "
            "queue is full"
        )
    if seen.finished:
        return f"no SYN-ACK was repeated within {took}, and no byte came: {_FINISHED}, as far as this shows"
    why = "too short a time" if seen.seconds < LONG_ENOUGH else "TCP_INFO does not tell"
    return f"nothing came within {took}; whether the far side has finished the handshake is not known ({why})"
