"""The paths of a picture: a source address, the devices that are known to be passed, and how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from ...model.callback import Observed
from ...model.connection import Connection, Destination, Icmp, ResolvedRoute
from ...model.diagnosis import Observation
from ...model.prediction import Prediction
from ...model.trace import Trace
from ..text.words import WORDING, role_of

MOST_KEPT = 200  # destinations, and sources of each, that are considered
MOST_NODES = 9  # devices on a path
_HERE = ("no-route", "denied", "address-unavailable", "address-in-use", "unresolved", "cancelled", "error")
# How watched connections ended, and the states of open ones, as outcomes.
_ENDED = {
    "refused": "refused",
    "no-answer": "timeout",
    "syn-sent": "timeout",
    "rejected-or-given-up": "error",
    "failed": "error",
    "reset": "reset",
}
_OPEN = ("cancelled", "")  # no colour: the end is not known


class Node(NamedTuple):
    """A device on the path."""

    address: str  # empty: it did not answer
    what: str
    refuses: bool = False
    proven: bool = True  # whether a packet of this source is known to have come so far


class End(NamedTuple):
    """Where a path ends: `here` (on this host), `way` (after its last node, or before one not proven), `target`."""

    place: str
    mark: str  # arrow, back (an arrow at this host), cross, question
    role: str  # good, bad, warn, none
    text: str
    by: str = ""  # the device or the reply that ended it, in words
    after: int = 0  # a question mark: how many nodes are proven, and stand before it


class Path:
    """A source address and what is known of its path."""

    def __init__(self, source: str) -> None:
        self.source = source  # empty: none was chosen
        self.chosen_by = "bind"
        self.interface = ""  # the interface that has the address
        self.gateway = self.out = ""
        self.hops: list[tuple[int, str]] = []
        self.outcomes: Counter[str] = Counter()
        self.outcome = ""
        self.icmp: Icmp | None = None
        self.rst = self.nearer = False
        self.blamed = ""
        self.part = ""  # A: the target opened it; B: this host opened it, as a program of its own did; empty: a test
        self.predicted: Prediction | None = None

    def see(self, seen: Connection | Observation, times: int) -> None:
        """Add a connection, or an observation of a verdict, that occurred `times` times."""
        self.outcomes[seen.outcome] += times
        self.outcome = seen.outcome
        self.take_route(seen.route)
        self.icmp = seen.icmp or (self.icmp if seen.outcome != "connected" else None)
        self.rst = bool(seen.rst)
        self.nearer = bool(seen.answerer and seen.answerer.nearer)
        if seen.chosen_by == "kernel":
            self.chosen_by = "kernel"

    def watch(self, seen: Observed) -> None:
        """Add a connection that was watched."""
        self.part = seen.role
        self.outcome = _ENDED.get(seen.ended or seen.state, "connected")
        self.outcomes[self.outcome] += 1
        self.rst = seen.ended == "refused"

    def predict(self, said: Prediction) -> None:
        """Make it the way that is predicted for another host."""
        self.predicted = said
        self.interface = "predicted"
        self.gateway, self.out = said.next_hop or "", said.interface or "an interface that is not known"

    def use(self) -> None:
        """Make it the address of another host that its client is said to use."""
        self.part, self.interface, self.outcome = "A", "as was said", ""

    @property
    def origin(self) -> str:
        """What its source address is."""
        if self.predicted:
            return f"predicted, {self.predicted.level}"
        if self.part:
            return {"A": "A: the client uses it", "B": "B: the new connection"}.get(self.part, self.part)
        return "chosen by the kernel" if self.chosen_by == "kernel" else "as bound"

    def take_route(self, route: ResolvedRoute | None) -> None:
        """Set the next hop and the interface, as far as the kernel reported them."""
        self.gateway, self.out = (route.gateway or "", route.interface or "") if route else ("", "")

    def trace(self, found: Trace) -> None:
        """Add the hops; if no connect was seen, also how the path ended."""
        self.hops = [(hop.ttl, hop.address or "") for hop in found.hops]
        if not self.outcome:
            self.outcome = found.outcome
            self.chosen_by = found.chosen_by
            self.icmp = found.hops[-1].icmp if found.hops else None
            self.take_route(found.route)

    @property
    def sender(self) -> str:
        """The address of the device that sent the ICMP error; empty: none."""
        return self.icmp.sender if self.icmp and self.outcome != "connected" else ""


class Target:
    """A destination and the sources that were used for it; `host`: a loaded host, for which that is predicted."""

    def __init__(self, destination: Destination, host: str = "") -> None:
        self.host = host
        self.name = destination.name
        self.address = destination.address or ""
        self.label = str(destination) if destination.port else self.address
        self.paths: dict[str, Path] = {}
        self.more = 0  # sources that are not drawn

    def path(self, source: str | None, part: str = "") -> Path:
        """Return the path of a source address; beyond the limit, one that is not kept."""
        name = source or ""
        key = f"{part} {name}" if part else name
        if key not in self.paths and len(self.paths) >= MOST_KEPT:
            return Path(name)
        return self.paths.setdefault(key, Path(name))


def walked(path: Path, target: Target, own: Callable[[str], bool]) -> tuple[list[Node], End]:
    """Return the devices that a path is known to pass, and how it ends."""
    if path.predicted:
        return _foretold(path, path.predicted)
    role = _role(path)
    text = _text(path)
    if path.part == "A":
        return [], End("target", "back", role, text or "connected, as was said", "by the client")
    if path.sender and (own(path.sender) or path.sender == path.source):
        return [], End("here", "cross", role, text, "by this host itself")
    if path.outcome in _HERE:
        return [], End("here", "cross" if role == "bad" else "question", role, text)
    nodes = _nodes(path, target)
    if path.sender and path.sender != target.address:
        nodes = [*_before(nodes, path.sender), _refusing(nodes, path)]
        return nodes, End("way", "cross", role, text, f"by {path.sender}")
    if path.outcome in ("connected", "refused", "closed", "reset") or path.sender:
        mark = "arrow" if path.outcome == "connected" else "cross"
        return nodes, End("target", mark, role, text, _answer(path))
    replied = {address for _, address in path.hops if address}
    after = max((place for place, node in enumerate(nodes, 1) if node.address in replied), default=0)
    nodes = [
        node._replace(refuses=node.address == path.blamed != "", proven=place <= after)
        for place, node in enumerate(nodes, 1)
    ]
    return nodes, End("way", "question", role, text, "no answer" if path.outcome == "timeout" else "", after)


def _foretold(path: Path, said: Prediction) -> tuple[list[Node], End]:
    """Return a way that nothing has gone by: no node of it is proven."""
    if said.outcome:
        return [], End("here", "cross", "bad", f"{WORDING.get(said.outcome, said.outcome)}, {said.level}", "predicted")
    nodes = [Node(path.gateway, f"next hop on {path.out}", proven=False)] if path.gateway else []
    return nodes, End("way", "question", "warn" if said.differs else "none", "predicted", "nothing was sent")


def _role(path: Path) -> str:
    if len(path.outcomes) > 1:
        return "warn"
    return "none" if path.outcome in _OPEN else role_of(path.outcome)


def _nodes(path: Path, target: Target) -> list[Node]:
    nodes = [Node(path.gateway, f"next hop on {path.out}")] if path.gateway else []
    for ttl, address in path.hops:
        if address == target.address:
            break
        if address == path.gateway or (ttl == 1 and path.gateway and not address):
            continue
        nodes.append(Node(address, f"hop {ttl}" if address else f"hop {ttl}: no answer"))
    if len(nodes) > MOST_NODES:
        nodes[4:-3] = [Node("", f"{len(nodes) - 7} more hops")]
    return nodes


def _before(nodes: list[Node], address: str) -> list[Node]:
    known = [node.address for node in nodes]
    return nodes[: known.index(address)] if address in known else nodes


def _refusing(nodes: list[Node], path: Path) -> Node:
    what = next((node.what for node in nodes if node.address == path.sender), "sent an ICMP error")
    return Node(path.sender, what, refuses=True)


def _text(path: Path) -> str:
    """Return how the connects of the path ended, and their number."""
    if not path.outcomes:
        return WORDING.get(path.outcome, path.outcome)
    if len(path.outcomes) == 1:
        times = path.outcomes[path.outcome]
        return WORDING.get(path.outcome, path.outcome) + (f", {times} times" if times > 1 else "")
    return ", ".join(f"{times} {outcome}" for outcome, times in path.outcomes.most_common(3))


def _answer(path: Path) -> str:
    if path.nearer:
        return "by a nearer device"
    if path.icmp and path.outcome != "connected":
        return f"ICMP {path.icmp.type}/{path.icmp.code}"
    return "a RST" if path.rst else ""
