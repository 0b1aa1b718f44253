"""What a pasted text holds, and which source address its host would choose."""

from typing import Annotated, NamedTuple, Optional

from .connection import Destination
from .record import HostName, Word, record
from .route_get import RouteFound

LEVELS = ("certain", "documented", "conditional", "unknown")


class LineCount(NamedTuple):
    """How many lines are in a state."""

    state: Annotated[Word, "row, head, idle, frame, partly, or not understood"]
    lines: Annotated[int, "how many"]


class UnreadLine(NamedTuple):
    """A line that is partly or not understood."""

    file: Annotated[str, "the file it is in, or `pasted`"]
    line: Annotated[int, "its number, from 1"]
    text: Annotated[str, "the line"]
    why: Annotated[str, "the problem; empty: no reader knows the line"]


@record("tables")
class LoadedTables(NamedTuple):
    """The tables of a host that were loaded from a text (load, paste, tables)."""

    host: Annotated[HostName, "the name that it was loaded under"]
    system: Annotated[Word, "its system: linux, freebsd, windows, ...; bsd: one of the BSDs; empty: not known"]
    files: Annotated[tuple[str, ...], "the files, or `pasted`"]
    interfaces: Annotated[int, "number of interfaces"]
    addresses: Annotated[int, "number of its own addresses"]
    routes: Annotated[int, "number of routes"]
    rules: Annotated[int, "number of policy rules"]
    lines: Annotated[tuple[LineCount, ...], "each line is in one state"]
    unread: Annotated[tuple[UnreadLine, ...], "the first lines that are partly or not understood"]
    remarks: Annotated[tuple[str, ...], "what the text lacks, what was undone in it, what contradicts itself"] = ()
    same_text: Annotated[tuple[HostName, ...], "further hosts that the same text shows"] = ()


class CitedRow(NamedTuple):
    """A line that a prediction rests on."""

    file: Annotated[str, "the file it is in, or `pasted`"]
    line: Annotated[int, "its number, from 1"]
    text: Annotated[str, "the line"]
    why: Annotated[str, "its part in the prediction"]


@record("prediction")
class Prediction(NamedTuple):
    """Which route and source address a loaded host would choose for a new connection (predict)."""

    host: Annotated[HostName, "the name that the host was loaded under"]
    system: Annotated[Word, "its system; empty: not known"]
    destination: Annotated[Destination, "the destination; its port is 0"]
    asked: Annotated[Optional[str], "the source address that the socket is bound to; null: the system chooses"]
    client_used: Annotated[Optional[str], "the address of the host that the client used; null: not given"]
    next_hop: Annotated[Optional[str], "the next router; null: on the link, none, or not known"]
    interface: Annotated[Optional[str], "the outgoing interface; null: not known"]
    source: Annotated[Optional[str], "the source address; null: none, or not known"]
    level: Annotated[Word, "how sure it is: " + ", ".join(LEVELS)]
    candidates: Annotated[tuple[str, ...], "the addresses that it can be"] = ()
    outcome: Annotated[Optional[Word], "a refusal by the host itself: unreachable, no-route, ...; null: none"] = None
    differs: Annotated[
        Optional[bool], "whether the source differs from the address that the client used; null: cannot be said"
    ] = None
    why: Annotated[str, "why this source address"] = ""
    missing: Annotated[tuple[str, ...], "what is not known; the prediction holds if it changes nothing"] = ()
    rows: Annotated[tuple[CitedRow, ...], "the lines that it rests on"] = ()
    remedies: Annotated[tuple[str, ...], "what makes the source the address that the client used"] = ()
    sure: Annotated[tuple[str, ...], "commands of that host that show the answer"] = ()
    added: Annotated[Optional[str], "the route that `-with` added; null: none"] = None


class PredictedLive(NamedTuple):
    """A prediction from this host's own tables, beside what its kernel says (predict -host live)."""

    prediction: Prediction
    kernel: RouteFound

    def records(self) -> tuple[Prediction, RouteFound]:
        """Return both for the log."""
        return (self.prediction, self.kernel)

    def checked(self) -> "PredictedLive":
        """Return it with a prediction that is not sure if the kernel says otherwise."""
        said = self.prediction
        if self.agrees or said.level == "unknown":
            return self
        missing = "what decides is not in these tables, as a route for a type of service: the kernel says otherwise"
        return self._replace(prediction=said._replace(level="conditional", missing=(*said.missing, missing)))

    @property
    def agrees(self) -> bool:
        """Whether next hop, interface and source address, or the refusal, are the same."""
        said, kernel = self.prediction, self.kernel
        if said.outcome or kernel.source is None:
            return said.outcome is not None and kernel.source is None
        return (said.source, said.next_hop, said.interface) == (kernel.source, kernel.gateway, kernel.interface)
