"""The connections of a client (A) and those that a program of this host opens back to it (B)."""

from typing import Annotated, NamedTuple, Optional

from .connection import Endpoint
from .diagnosis import Verdict
from .record import Range, Word, record
from .route_get import RouteFound

_Count = Annotated[int, Range(0, 2**31)]
ENDINGS = (
    "refused",  # the SYN was answered by a RST
    "no-answer",  # SYNs were repeated, and nothing came
    "rejected-or-given-up",  # an ICMP error, or the program gave up before the SYN was repeated
    "failed",  # it never connected, and the kernel has wiped how it ended
    "closed-here",  # connected; this host closed first
    "closed-by-peer",  # connected; the peer closed first
    "closed",  # connected; which side closed first was not seen
    "reset",  # connected, and then a RST of either side
    "gone",  # it was there at one look and not at the next: how it ended was not seen
)
FAILED = ("refused", "no-answer", "rejected-or-given-up", "failed")


class Owner(NamedTuple):
    """The program that has a socket, as far as this user may see it."""

    pid: Annotated[Optional[int], Range(0, 2**31), "process; null: not visible for this user, or gone"] = None
    command: Annotated[Optional[str], "name of the program (/proc/PID/comm); null: as the process"] = None
    unit: Annotated[Optional[str], "the systemd unit, from the control group; null: none"] = None
    uid: Annotated[Optional[int], Range(0, 2**32), "user; null: the kernel did not say"] = None

    def __str__(self) -> str:
        """Return the most telling of what is known."""
        if self.command:
            return f"{self.command} (pid {self.pid})"
        return self.unit or (f"uid {self.uid}" if self.uid is not None else "unknown")


@record("observed")
class Observed(NamedTuple):
    """A connection with a peer that was watched; the record is written when it has ended, or at the end (watch)."""

    role: Annotated[Word, "A: the peer opened it; B: this host opened it"]
    source: Annotated[Endpoint, "the side that opened it"]
    destination: Annotated[Endpoint, "the other side; port 0: the kernel has wiped it"]
    state: Annotated[Word, "its last state: syn-sent, established, ...; closed"]
    ended: Annotated[Optional[Word], "how it ended: " + ", ".join(ENDINGS) + "; null: it has not"]
    inferred: Annotated[bool, "whether the source is inferred: the kernel has wiped it, and it would choose this one"]
    owner: Annotated[Owner, "the program that has the socket on this host"]
    since: Annotated[Optional[str], "when it was seen first (UTC); null: it was there before"] = None
    seconds: Annotated[float, "from then to its end, or to the end of the watch"] = 0.0
    syns: Annotated[Optional[int], Range(0, 2**31), "SYNs that this host sent; null: not known"] = None
    guessed: Annotated[bool, "whether the role is a guess: only that its local port does not listen speaks for B"] = (
        False
    )

    @property
    def own(self) -> Endpoint:
        """The end on this host."""
        return self.source if self.role == "B" else self.destination

    @property
    def peer(self) -> Endpoint:
        """The end on the peer."""
        return self.destination if self.role == "B" else self.source

    @property
    def failed(self) -> bool:
        """Whether it never connected."""
        return self.ended in FAILED


@record("callback")
class Callback(NamedTuple):
    """A connection B as soon as it was seen: its source address, against the address that the client uses (watch)."""

    source: Annotated[Endpoint, "where it left from"]
    destination: Annotated[Endpoint, "where it goes; port 0: the kernel has wiped it"]
    inferred: Annotated[bool, "whether the source is inferred, as of `observed`"]
    used: Annotated[tuple[str, ...], "this host's addresses in the client's connections A; none: none was seen"]
    same: Annotated[Optional[bool], "whether the source is the address that the client uses; null: not decided"]
    route: Annotated[Optional[RouteFound], "why the kernel would choose its source; null: not looked up"] = None


class Watched(NamedTuple):
    """The end of a watch: its connections, and the verdict. The other records were written meanwhile."""

    connections: tuple[Observed, ...]
    verdict: Verdict
    cancelled: bool

    def records(self) -> tuple[Verdict]:
        """Return the record that is still to be written."""
        return (self.verdict,)
