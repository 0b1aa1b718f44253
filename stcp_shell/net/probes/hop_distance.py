"""How far away the device is that answered a connect: the distance reveals a firewall that answers for a host.

IP_MINTTL (ip(7); IPV6_MINHOPCOUNT, ipv6(7)) makes the kernel ignore packets that arrive with a smaller TTL, also while
a connect waits: the largest minimum at which the answer still arrives is its TTL. The smallest TTL of our own (IP_TTL)
that still gets the answer gives the distance there. Both are found by probing with three values at once and continuing
in a quarter of the range.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from time import monotonic
from typing import Optional

from ...model.connection import Endpoint, HopDistance
from . import socket_evidence
from .probe import Probe, run
from .syn_probe import PATIENCE, syn_probe

MOST_HOPS = 64
_TTLS = 256  # the TTL is a byte
_INITIAL = (64, 128, 255)  # usual TTLs of packets as systems send them
_SLACK, _ROUND_TRIPS = 0.15, 4  # an answer is late after this many seconds on top of this many round trips
_CONFIRMATIONS = 2
_ANSWERS = ("connected", "refused")

# For each value: True (the answer came), False (an ICMP error came instead) or None (no answer).
Ask = Callable[[Sequence[int]], list[Optional[bool]]]


def hop_distance(
    destination: Endpoint,
    source: str | None,
    timeout: float,
    outcome: str | None = None,
    progress: Callable[[], None] | None = None,
) -> HopDistance | None:
    """Measure how far away the sender of the RST or SYN-ACK of a numeric destination is; it takes about 20 SYNs.

    `source`: the address to bind to; None: the kernel chooses. `outcome`: the answer to measure, `refused` or
    `connected`; None: whichever comes. `timeout`: seconds for the whole measurement; `progress` is called ten times a
    second meanwhile. Return None if there is no such answer (any more), if it did not come in time, and off Linux. If
    routers spread traffic by ports (ECMP) the figures are not those of one path. Raises Failure and OSError as
    `syn_probe` does.
    """
    if not socket_evidence.LINUX:
        return None
    question = _Question(destination, source, timeout, progress)
    if not question.settle(outcome):
        return None
    with suppress(_TimeIsUp):
        # Counted downwards from MOST_HOPS, so that small numbers get the answer and large ones do not.
        spare = furthest(question.spare_hops, 0, MOST_HOPS)
        forward = None if spare is None else MOST_HOPS - spare - 1
        ttl = furthest(question.least_ttl, 1, _TTLS, _likely(forward))
        if ttl is not None:
            back = min(initial for initial in _INITIAL if initial >= ttl) - ttl
            return HopDistance(ttl, back, forward, None if forward is None else back < forward)
    return None


def _likely(forward: int | None) -> set[int]:
    """Return the TTLs to try first: for each usual initial TTL, of a device where the SYN ends and of a nearer one."""
    if forward is None:
        return set()
    return {value for initial in _INITIAL for value in (initial - forward, initial - forward + 1, initial + 1)}


class _TimeIsUp(Exception):
    """The user's timeout is over."""


class _Question:
    """A destination that is probed in several ways: does the same answer come?"""

    def __init__(
        self, destination: Endpoint, source: str | None, timeout: float, progress: Callable[[], None] | None
    ) -> None:
        self._destination = destination
        self._source = source
        self._progress = progress
        self._deadline = monotonic() + timeout
        self._patience = min(PATIENCE, timeout / 2)
        self._outcome = ""

    def settle(self, outcome: str | None) -> bool:
        """Find the answer and how long it takes, with a plain SYN or a second one; return whether it came."""
        for _ in range(2):
            (probe,) = self._run([{}])
            said = probe.outcome(None)
            if probe.icmp is None and said in ([outcome] if outcome else _ANSWERS):
                self._outcome = said
                self._patience = min(PATIENCE, _SLACK + _ROUND_TRIPS * probe.elapsed())
                return True
        return False

    def least_ttl(self, values: Sequence[int]) -> list[bool | None]:
        """Return whether the answer arrives with each of these TTLs or a larger one."""
        return self._ask([{"least_ttl": value} for value in values])

    def spare_hops(self, values: Sequence[int]) -> list[bool | None]:
        """Return whether a SYN whose TTL is MOST_HOPS less each of these values gets the answer."""
        return self._ask([{"hop_limit": MOST_HOPS - value} for value in values])

    def _ask(self, ways: Sequence[dict[str, int]]) -> list[bool | None]:
        if monotonic() > self._deadline:
            raise _TimeIsUp
        return [self._verdict(probe) for probe in self._run(ways)]

    def _verdict(self, probe: Probe) -> bool | None:
        if probe.icmp:
            return False
        return True if probe.outcome(None) == self._outcome else None

    def _run(self, ways: Sequence[dict[str, int]]) -> list[Probe]:
        probes: list[Probe] = []
        try:
            for way in ways:
                probes.append(syn_probe(self._destination, self._source, self._patience, **way))
            run(probes, self._progress)
        finally:
            for probe in probes:
                probe.sock.close()
        return probes


def furthest(ask: Ask, low: int, beyond: int, likely: Collection[int] = ()) -> int | None:
    """Return the largest value from `low` that gets the answer, if all below it do; `beyond` is known to get none.

    `likely`: the values to start with. None: not even `low` gets the answer. A missing answer may be a lost packet: the
    value above the result is tried again before the result counts.
    """
    refused: set[int] = set()  # no answer for certain: an ICMP error came

    def answered(values: Sequence[int]) -> list[int]:
        answers = ask(values)
        assert len(answers) == len(values)
        refused.update(value for value, answer in zip(values, answers) if answer is False)
        return [value for value, answer in zip(values, answers) if answer]

    points = {low, *(value for value in likely or _quarters(low, beyond) if low < value < beyond)}
    if not (yes := answered(sorted(points))):
        return None
    while True:
        low = max(yes)
        high = min((point for point in points if point > low), default=beyond)
        while high - low > 1:
            points = _quarters(low, high)
            low = max([low, *answered(sorted(points))])
            high = min((point for point in points if point > low), default=high)
        if high == beyond or high in refused or not answered([high] * _CONFIRMATIONS):
            return low
        yes, points = [high], set()


def _quarters(low: int, high: int) -> set[int]:
    """Return the values that divide a range into four."""
    return {low + (high - low) * part // 4 for part in (1, 2, 3)} - {low}
