"""How far away the box is that answered a connect: what a firewall that answers for a host gives itself away by.

IP_MINTTL (ip(7); IPV6_MINHOPCOUNT, ipv6(7)) has the kernel pass over what arrives with a smaller TTL, also while a
connect waits: which minimum still lets the answer through is its TTL. Which TTL of our own (IP_TTL) still brings the
answer is the distance there. Both are found by asking with three values at once and going on in a quarter of the range.
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
_INITIAL = (64, 128, 255)  # what systems send with
_SLACK, _ROUND_TRIPS = 0.15, 4  # an answer is late after so many seconds more than so many round trips
_CONFIRMATIONS = 2
_ANSWERS = ("connected", "refused")

Ask = Callable[[Sequence[int]], list[Optional[bool]]]  # values to yes, no (an ICMP error came instead) or silence


def hop_distance(
    destination: Endpoint,
    source: str | None,
    timeout: float,
    outcome: str | None = None,
    progress: Callable[[], None] | None = None,
) -> HopDistance | None:
    """Who sends the RST or SYN-ACK that a connect to a numeric destination gets; about 20 further SYNs find it out.

    `source`: what to bind to; None leaves it to the kernel. `outcome`: what is to be measured, `refused` or
    `connected`; None: whichever comes. `timeout`: seconds for all; `progress` is called ten times a second meanwhile.
    None is answered where there is no such answer (any more), where it did not come in time, and where the kernel
    cannot do it. Where routers spread traffic by ports (ECMP) the figures are not those of one path. Raises Failure
    and OSError as `syn_probe` does.
    """
    if not socket_evidence.LINUX:
        return None
    question = _Question(destination, source, timeout, progress)
    if not question.settle(outcome):
        return None
    with suppress(_TimeIsUp):
        # Counted downwards from MOST_HOPS, so that small numbers are answered and large ones are not.
        spare = furthest(question.spare_hops, 0, MOST_HOPS)
        forward = None if spare is None else MOST_HOPS - spare - 1
        ttl = furthest(question.least_ttl, 1, _TTLS, _likely(forward))
        if ttl is not None:
            back = min(initial for initial in _INITIAL if initial >= ttl) - ttl
            return HopDistance(ttl, back, forward, None if forward is None else back < forward)
    return None


def _likely(forward: int | None) -> set[int]:
    """Where to look first: a box as far away as the SYN gets, and one that is nearer, whatever it sends with."""
    if forward is None:
        return set()
    return {value for initial in _INITIAL for value in (initial - forward, initial - forward + 1, initial + 1)}


class _TimeIsUp(Exception):
    """The user's time-out came."""


class _Question:
    """A destination that is asked in many ways whether it gives the same answer."""

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
        """Learn the answer and how long it takes, with a plain SYN or a second one."""
        for _ in range(2):
            (probe,) = self._run([{}])
            said = probe.outcome(None)
            if probe.icmp is None and said in ([outcome] if outcome else _ANSWERS):
                self._outcome = said
                self._patience = min(PATIENCE, _SLACK + _ROUND_TRIPS * probe.elapsed())
                return True
        return False

    def least_ttl(self, values: Sequence[int]) -> list[bool | None]:
        """Whether the answer comes with these TTLs, or larger ones."""
        return self._ask([{"least_ttl": value} for value in values])

    def spare_hops(self, values: Sequence[int]) -> list[bool | None]:
        """Whether the answer comes for a SYN whose TTL is so much below MOST_HOPS."""
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
    """The largest value from `low` that is answered, where all below it are; `beyond` is known not to be.

    `likely`: the values to start with. None: not even `low` is answered. Silence may be a lost packet: the value next
    to the result is asked again before it counts.
    """
    refused: set[int] = set()  # no answer, and that for sure

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
    """The values in between that cut a range into four."""
    return {low + (high - low) * part // 4 for part in (1, 2, 3)} - {low}
