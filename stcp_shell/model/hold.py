"""What a connection showed while it was held after connect(2) had succeeded."""

from typing import Annotated, NamedTuple, Optional

from .endpoint import Endpoint
from .record import Word

LONG_ENOUGH = 1.1  # seconds: the first SYN-ACK is repeated after 1 s (RFC 6298, section 2.1)
HOLD_ENDS = ("fin", "rst")


class Hold(NamedTuple):
    """What a connection showed while it was held after connect(2) had succeeded, and nothing was sent."""

    seconds: Annotated[float, "how long it was held; it ends when a byte, a FIN or a RST arrives"]
    segments_in: Annotated[
        Optional[int],
        "from TCP_INFO: 1 for the SYN-ACK, and 1 for each time that it came again; null: not known (bytes, a FIN or a "
        "RST came, or this host repeated its SYN, which makes the peer repeat its SYN-ACK)",
    ]
    received: Annotated[int, "bytes that arrived; they stay in the socket"]
    end: Annotated[Optional[Word], "fin: the peer closed its side; rst: it was reset; null: it is still open"]
    seen_as: Annotated[
        Optional[Endpoint], "our source as the far end saw it, if it greets as `serve` does; null: it does not"
    ] = None

    @property
    def finished(self) -> Optional[bool]:
        """Whether the peer has finished the handshake, too; None: it is not known.

        False: it repeats its SYN-ACK, so our ACK does not get there, or its accept queue is full.
        """
        if self.received or self.end == "fin":
            return True
        if self.end or self.segments_in is None:
            return None
        if self.segments_in > 1:
            return False
        return True if self.seconds >= LONG_ENOUGH else None

    @property
    def word(self) -> str:
        """What it showed, in a word: finished, half-open, closed, reset, unknown."""
        if self.end and not self.received:
            return {"fin": "closed", "rst": "reset"}.get(self.end, "unknown")
        return {True: "finished", False: "half-open", None: "unknown"}[self.finished]
