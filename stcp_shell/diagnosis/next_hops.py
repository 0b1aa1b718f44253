"""Keeps connects back while it is not known whether their next hop replies to ARP (RFC 826) or ND (RFC 4861).

The kernel queues so many bytes of packets for a next hop that does not (`unres_qlen_bytes`, arp(7)), and drops older
ones: then TCP_INFO does not tell a SYN that never left from one that this host's own rules dropped.
"""

from __future__ import annotations

from typing import Optional

from ..model.connection import family_of
from ..net.probes.trial import SourceTest
from ..net.tables.netlink import TablesUnavailable
from ..net.tables.rtnetlink import Rtnetlink

AT_ONCE = 32  # sources whose SYNs may wait for one next hop
_UNRESOLVED = ("incomplete", "failed")
_Hop = tuple[Optional[str], str]  # interface, address


class NextHops:
    """The next hops of a diagnosis, and the tests that were begun by them."""

    def __init__(self) -> None:
        self._begun: dict[_Hop, list[SourceTest]] = {}
        self._known: set[_Hop] = set()  # they reply

    def admits(self, test: SourceTest) -> bool | None:
        """Return whether a test may begin, or go on, now; None: never, its next hop does not reply."""
        hop = _hop(test)
        begun = self._begun.setdefault(hop, [])
        if not test.trials and len(begun) >= AT_ONCE and hop not in self._known:
            if _unresolved(hop):
                return None if all(_over(each) for each in begun) else False
            self._known.add(hop)
        if not test.trials:
            begun.append(test)
        return True


def _hop(test: SourceTest) -> _Hop:
    route = test.route
    gateway = route.gateway if route else None
    return route.interface if route else None, (gateway or test.destination.address).partition("%")[0]


def _over(test: SourceTest) -> bool:
    """Whether its SYNs had the time that they were given, or the kernel has reported an error."""
    return any(trial.probe.code is not None for trial in test.trials)


def _unresolved(hop: _Hop) -> bool:
    """Return whether the kernel waits for the next hop's reply, or has given up; False if that cannot be read."""
    try:
        with Rtnetlink() as tables:
            found = [each for each in tables.neighbours(family_of(hop[1])) if each.state in _UNRESOLVED]
    except TablesUnavailable:
        return False
    return hop in [(each.interface, each.address.partition("%")[0]) for each in found]
