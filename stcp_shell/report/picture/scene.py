"""What a picture of the paths shows: for each destination the sources, their next hops, hops, and how each path ended.

All of it is from the records: connections, verdicts, traces, interfaces. What they do not tell is not made up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from ...facts import Icmp
from ..overview import Digest
from ..recall import icmp
from ..text.events import MALFORMED
from ..text.words import WORDING, role_of

Record = dict[str, Any]
MOST_LANES = 6  # sources that are drawn for a destination
MOST_TARGETS = 4
MOST_STOPS = 9  # boxes in a row
_MOST_KEPT = 200  # destinations, and sources of each, that are looked at
_HERE = ("no-route", "denied", "address-unavailable", "address-in-use", "unresolved", "cancelled", "error")
_OPEN = ("cancelled", "")  # they have no colour: nothing is known of an end


class Stop(NamedTuple):
    """A box on the way."""

    address: str  # empty: it did not answer
    what: str
    refuses: bool = False


class End(NamedTuple):
    """Where a path ends: `here` (on this host), `way` (behind its last stop), `target`."""

    place: str
    mark: str  # arrow, cross, question
    role: str  # good, bad, warn, none
    text: str
    by: str = ""  # who said so, in words


class Lane:
    """A source address and what is known of its path."""

    def __init__(self, source: str) -> None:
        self.source = source  # empty: none was chosen
        self.chosen_by = "bind"
        self.interface = ""  # that has the address
        self.gateway = self.out = ""
        self.hops: list[tuple[int, str]] = []
        self.outcomes: Counter[str] = Counter()
        self.outcome = ""
        self.icmp: Icmp | None = None
        self.rst = self.nearer = False
        self.blamed = ""

    def see(self, outcome: str, times: int, seen: Record) -> None:
        """Take in a connection, or a verdict's observation of one."""
        self.outcomes[outcome] += times
        self.outcome = outcome
        route = seen.get("route") or {}
        self.gateway, self.out = str(route.get("gateway") or ""), str(route.get("interface") or "")
        self.icmp = icmp(seen.get("icmp")) or (self.icmp if outcome != "connected" else None)
        self.rst = bool(seen.get("rst"))
        self.nearer = bool((seen.get("answerer") or {}).get("nearer"))
        if seen["chosen_by"] == "kernel":
            self.chosen_by = "kernel"

    @property
    def sender(self) -> str:
        """Who sent the ICMP error."""
        return self.icmp.sender if self.icmp and self.outcome != "connected" else ""


class Target:
    """A destination and the sources that went there."""

    def __init__(self, name: str, address: str, port: str) -> None:
        self.name = name
        self.address = address
        self.port = port
        self.lanes: dict[str, Lane] = {}
        self.more = 0  # sources that are not drawn

    @property
    def label(self) -> str:
        host = self.address or self.name
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def lane(self, source: str) -> Lane:
        """The lane of a source address; beyond the bound one that is thrown away."""
        if source not in self.lanes and len(self.lanes) >= _MOST_KEPT:
            return Lane(source)
        return self.lanes.setdefault(source, Lane(source))


class Scene:
    """The whole of it."""

    def __init__(self, digest: Digest) -> None:
        session = (digest.of("session") or [{}])[0]
        self.host = str(session.get("host", "this host"))
        self.interfaces: dict[str, list[str]] = {}  # addresses by interface, without prefix lengths
        self.prefixes: dict[str, str] = {}
        self._targets: dict[tuple[str, str, str], Target] = {}
        for kind, take in (("interfaces", self._take_interfaces), ("verdict", self._take_verdict)):
            _each(digest.of(kind), take)
        _each((row.sample | {"times": row.connections} for row in digest.summary.rows()), self._take_connection)
        _each(digest.of("trace"), self._take_trace)
        drawn = [target for target in self._targets.values() if target.lanes]
        everything = sorted(drawn, key=_interest, reverse=True)
        self.targets = everything[:MOST_TARGETS]
        self.more_targets = len(everything) - len(self.targets)
        for target in self.targets:
            self._arrange(target)

    def _target(self, destination: Record) -> Target:
        name, address, port = (str(destination.get(field) or "") for field in ("name", "address", "port"))
        if (name, address, port) not in self._targets and len(self._targets) >= _MOST_KEPT:
            return Target(name, address, port)
        return self._targets.setdefault((name, address, port), Target(name, address, port))

    def _take_interfaces(self, record: Record) -> None:
        if "counters" in record:
            return
        for interface in record["interfaces"]:
            addresses = self.interfaces.setdefault(str(interface["name"]), [])
            for address in interface["addresses"]:
                text = str(address["address"])
                self.prefixes[text] = f"{text}/{address['prefix_length']}"
                if text not in addresses:
                    addresses.append(text)

    def _take_connection(self, record: Record) -> None:
        source = record.get("source") or {}
        lane = self._target(record["destination"]).lane(str(source.get("address") or ""))
        lane.see(str(record["outcome"]), record["times"], record)

    def _take_verdict(self, record: Record) -> None:
        target = self._target(record["destination"])
        for seen in record["sources"]:
            lane = target.lane(str(seen["address"] or ""))
            lane.see(str(seen["outcome"]), int(seen["attempts"]), seen)
            if lane.outcome != "connected":
                lane.blamed = str(record.get("blames") or "")

    def _take_trace(self, record: Record) -> None:
        destination = self._target(record["destination"])
        for path in record["traces"]:
            source = str(path["source"] or "")
            destination.lane(source)
            for target in self._targets.values():
                if target.address == destination.address and source in target.lanes:
                    _traced(target.lanes[source], path)

    def _arrange(self, target: Target) -> None:
        """Lanes of one interface, and of one next hop, side by side; the most telling ones if there are too many."""
        owner = {address: name for name, addresses in self.interfaces.items() for address in addresses}
        for lane in target.lanes.values():
            lane.interface = owner.get(lane.source, "")
        lanes = sorted(target.lanes.values(), key=lambda lane: lane.outcome == "connected")
        bad = [lane for lane in lanes if lane.outcome != "connected"][: MOST_LANES - 1]
        chosen = [*bad, *[lane for lane in lanes if lane not in bad][: MOST_LANES - len(bad)]]
        target.more = len(lanes) - len(chosen)
        names = list(self.interfaces)
        chosen.sort(key=lambda lane: (names.index(lane.interface) if lane.interface in names else 99, lane.gateway))
        target.lanes = {lane.source: lane for lane in chosen}

    def own(self, address: str) -> bool:
        """Whether this host has the address."""
        return address in self.prefixes


def _each(records: Iterable[Record], take: Any) -> None:
    for record in records:
        try:
            take(record)
        except MALFORMED:
            continue


def _interest(target: Target) -> tuple[int, int]:
    """Where sources differ there is most to see."""
    outcomes = {lane.outcome for lane in target.lanes.values()}
    return len(outcomes), len(target.lanes)


def _traced(lane: Lane, path: Record) -> None:
    lane.hops = [(int(hop["ttl"]), str(hop["address"] or "")) for hop in path["hops"]]
    last = path["hops"][-1] if path["hops"] else None
    if not lane.outcome:
        lane.outcome = str(path["outcome"])
        lane.chosen_by = str(path["chosen_by"])
        lane.icmp = icmp(last.get("icmp")) if last else None
        route = path.get("route") or {}
        lane.gateway, lane.out = str(route.get("gateway") or ""), str(route.get("interface") or "")


def way(lane: Lane, target: Target, scene: Scene) -> tuple[list[Stop], End]:
    """The boxes that a path is known to pass, and how it ends."""
    role = _role(lane)
    text = _text(lane)
    if lane.sender and (scene.own(lane.sender) or lane.sender == lane.source):
        return [], End("here", "cross", role, text, "by this host itself")
    if lane.outcome in _HERE:
        return [], End("here", "cross" if role == "bad" else "question", role, text)
    stops = _stops(lane, target)
    if lane.sender and lane.sender != target.address:
        stops = [*_before(stops, lane.sender), _refusing(stops, lane)]
        return stops, End("way", "cross", role, text, f"by {lane.sender}")
    if lane.outcome in ("connected", "refused") or lane.sender:
        mark = "arrow" if lane.outcome == "connected" else "cross"
        return stops, End("target", mark, role, text, _answer(lane))
    stops = [stop._replace(refuses=stop.address == lane.blamed != "") for stop in stops]
    return stops, End("way", "question", role, text, "no answer" if lane.outcome == "timeout" else "")


def _role(lane: Lane) -> str:
    if len(lane.outcomes) > 1:
        return "warn"
    return "none" if lane.outcome in _OPEN else role_of(lane.outcome)


def _stops(lane: Lane, target: Target) -> list[Stop]:
    stops = [Stop(lane.gateway, f"next hop on {lane.out}")] if lane.gateway else []
    for ttl, address in lane.hops:
        if address == target.address:
            break
        if address == lane.gateway or (ttl == 1 and lane.gateway and not address):
            continue
        stops.append(Stop(address, f"hop {ttl}" if address else f"hop {ttl}: silent"))
    if len(stops) > MOST_STOPS:
        stops[4:-3] = [Stop("", f"{len(stops) - 7} more hops")]
    return stops


def _before(stops: list[Stop], address: str) -> list[Stop]:
    known = [stop.address for stop in stops]
    return stops[: known.index(address)] if address in known else stops


def _refusing(stops: list[Stop], lane: Lane) -> Stop:
    what = next((stop.what for stop in stops if stop.address == lane.sender), "it sent an ICMP error")
    return Stop(lane.sender, what, refuses=True)


def _text(lane: Lane) -> str:
    """How the path's connects ended, and how many did."""
    if not lane.outcomes:
        return WORDING.get(lane.outcome, lane.outcome)
    if len(lane.outcomes) == 1:
        times = lane.outcomes[lane.outcome]
        return WORDING.get(lane.outcome, lane.outcome) + (f", {times} times" if times > 1 else "")
    return ", ".join(f"{times} {outcome}" for outcome, times in lane.outcomes.most_common(3))


def _answer(lane: Lane) -> str:
    if lane.nearer:
        return "by a nearer box"
    if lane.icmp and lane.outcome != "connected":
        return f"ICMP {lane.icmp.type}/{lane.icmp.code}"
    return "a RST" if lane.rst else ""
