"""The content of a picture of the paths: for each destination the sources, next hops, hops, and how each path ended.

It shows only what the records contain: connections, verdicts, traces, interfaces, predictions.
"""

from __future__ import annotations

from ...model.callback import Callback, Observed
from ...model.connection import Destination
from ...model.diagnosis import Verdict
from ...model.prediction import Prediction
from ...model.tables import Interfaces
from ...model.trace import Traces
from ..overview import Overview
from .paths import MOST_KEPT, Path, Target

MOST_PATHS = 6  # sources that are drawn for a destination
MOST_TARGETS = 4


class Scene:
    """The content of the whole picture."""

    def __init__(self, overview: Overview) -> None:
        begun = overview.begun
        self.host = begun.host if begun else "this host"
        self.interfaces: dict[str, list[str]] = {}  # addresses by interface, without prefix lengths
        self.prefixes: dict[str, str] = {}
        self._targets: dict[tuple[str, Destination], Target] = {}
        for interfaces in overview.records(Interfaces):
            self._take_interfaces(interfaces)
        for verdict in overview.records(Verdict):
            self._take_verdict(verdict)
        for row in overview.summary.rows():
            source = row.sample.source.address if row.sample.source else None
            self._target(row.sample.destination).path(source).see(row.sample, row.connections)
        for traces in overview.records(Traces):
            self._take_traces(traces)
        for observed in overview.records(Observed):
            peer = observed.peer.address
            self._target(Destination(peer, peer, 0)).path(observed.own.address, observed.role).watch(observed)
        for call in overview.records(Callback):
            if call.route and call.source.address == call.route.source:
                peer = call.destination.address
                self._target(Destination(peer, peer, 0)).path(call.source.address, "B").take_route(call.route.route)
        for said in overview.records(Prediction):
            self._take_prediction(said)
        drawn = [target for target in self._targets.values() if target.paths]
        everything = sorted(drawn, key=_interest, reverse=True)
        self.targets = everything[:MOST_TARGETS]
        self.more_targets = len(everything) - len(self.targets)
        for target in self.targets:
            self._arrange(target)

    def _target(self, destination: Destination, host: str = "") -> Target:
        key = (host, destination)
        if key not in self._targets and len(self._targets) >= MOST_KEPT:
            return Target(destination, host)
        return self._targets.setdefault(key, Target(destination, host))

    def _take_prediction(self, said: Prediction) -> None:
        target = self._target(said.destination, said.host)
        if said.differs and said.client_used:
            target.path(said.client_used).use()
        target.path(said.source or "not known").predict(said)

    def _take_interfaces(self, record: Interfaces) -> None:
        if record.counters is not None:
            return
        for interface in record.interfaces:
            addresses = self.interfaces.setdefault(interface.name, [])
            for address in interface.addresses:
                self.prefixes[address.address] = f"{address.address}/{address.prefix_length}"
                if address.address not in addresses:
                    addresses.append(address.address)

    def _take_verdict(self, record: Verdict) -> None:
        target = self._target(record.destination)
        for seen in record.sources:
            path = target.path(seen.address)
            path.see(seen, seen.attempts)
            if path.outcome != "connected":
                path.blamed = next((blame.box for blame in record.blames if seen.address in blame.sources), "")

    def _take_traces(self, record: Traces) -> None:
        destination = self._target(record.destination)
        for found in record.traces:
            source = found.source or ""
            destination.path(source)
            for target in self._targets.values():
                if target.address == destination.address and source in target.paths:
                    target.paths[source].trace(found)

    def _arrange(self, target: Target) -> None:
        """Put paths of one interface, and of one next hop, side by side; of too many, prefer those that failed."""
        owner = {address: name for name, addresses in self.interfaces.items() for address in addresses}
        for path in target.paths.values() if not target.host else ():
            path.interface = owner.get(path.source, "")
        paths = sorted(target.paths.values(), key=lambda path: path.outcome == "connected")
        keys = {id(path): key for key, path in target.paths.items()}
        bad = [path for path in paths if path.outcome != "connected"][: MOST_PATHS - 1]
        chosen = [*bad, *[path for path in paths if path not in bad][: MOST_PATHS - len(bad)]]
        target.more = len(paths) - len(chosen)
        names = list(self.interfaces)
        chosen.sort(key=lambda path: (names.index(path.interface) if path.interface in names else 99, path.gateway))
        target.paths = {keys[id(path)]: path for path in chosen}

    def shown(self, path: Path, target: Target) -> str:
        """Return the source address of a path, of this host with its prefix length; empty: there is none."""
        return path.source if target.host else self.prefixes.get(path.source, path.source)

    def own(self, address: str) -> bool:
        """Return whether this host has the address."""
        return address in self.prefixes


def _interest(target: Target) -> tuple[int, int]:
    """Return a sort key: the destinations whose sources differ most are the most interesting."""
    outcomes = {path.outcome for path in target.paths.values()}
    return len(outcomes), len(target.paths)
