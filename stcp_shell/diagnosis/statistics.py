"""How likely it is that chance alone made a difference (Fisher's exact test, one-sided, with `math.comb`).

A difference counts if chance would make it less than once in a thousand. Two kinds of chance are considered: each
packet is lost with some probability (the unit is a SYN), or each flow is treated in one of several ways by a hash of
its addresses and ports (the unit is a connect). Neither probability needs to be known.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from math import comb

from ..model.attempt import Attempt

CERTAIN = 1 / 1000
_CROWD = 6  # connects: services ask for room for 5 (4.3BSD) to 128, and Linux gives them one more
_MOMENT = 0.02  # seconds
MOMENTS = 3  # of a tenth of a second in each of which a stray event would have to come: at one in a second, 1 in 1000


def tail(good: int, bad: int, other_good: int, other_bad: int) -> float:
    """Return the probability that so many of all good ones, or more, are in the first group by chance."""
    first, every, total_good = good + bad, good + bad + other_good + other_bad, good + other_good
    ways = comb(every, first)
    most = min(first, total_good)
    return sum(comb(total_good, n) * comb(every - total_good, first - n) for n in range(good, most + 1)) / ways


def repeats(works: int, fails: int) -> int:
    """Return how many connects of each source make the difference certain, if each ends as its first one did.

    `works` and `fails`: number of sources. Any parting of the sources would be reported, so that all are counted.
    """
    partings = comb(works + fails, fails)
    number = 2
    while partings / comb((works + fails) * number, fails * number) >= CERTAIN:
        number += 1
    return number


def difference(
    works: Sequence[Attempt], fails: Sequence[Attempt], sources: tuple[int, int], good: Callable[[Attempt], bool]
) -> float:
    """Return the probability that chance made the difference between two groups of connects.

    `sources`: the number of source addresses in each group; `good`: how the first group's connects end.
    """
    partings = comb(sum(sources), sources[1])
    won, other_won = (sum(map(good, group)) for group in (works, fails))
    by_flow = tail(won, len(works) - won, other_won, len(fails) - other_won)
    lost, other_lost = (
        sum((attempt.syn_retransmits or 0) + (not good(attempt)) for attempt in group) for group in (works, fails)
    )
    by_packet = tail(won, lost, other_won, other_lost)
    return min(1.0, partings * max(by_flow, by_packet))


def sticks_to_flow(attempts: Iterable[Attempt]) -> float:
    """Return the probability that chance alone makes later SYNs of a flow fare like its first one.

    A flow is a source address with a port: retransmissions, and the same source port again.
    """
    flows: dict[object, list[bool]] = {}
    for attempt in attempts:
        if attempt.sent is None or not (attempt.accepted or attempt.outcome == "timeout"):
            continue
        lost = (attempt.syn_retransmits or 0) + (not attempt.accepted)
        flows.setdefault(attempt.source, []).extend([False] * lost + [True] * attempt.accepted)
    later = {True: [0, 0], False: [0, 0]}  # by the first result: later successes, later losses
    for first, *rest in flows.values():
        for each in rest:
            later[first][not each] += 1
    return tail(*later[True], *later[False])


def uncrowded(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Return the connects at whose time few others began: many at once fill the accept queue of a service for a moment.

    A SYN that finds it full gets no answer (Linux: `tcp_conn_request`), and that looks like loss.
    """
    times = sorted(_seconds(each.sent) for each in attempts if each.sent)

    def crowd(sent: str) -> int:
        at = _seconds(sent)
        return bisect(times, at + _MOMENT) - bisect(times, at - _MOMENT)

    return [each for each in attempts if each.sent is None or crowd(each.sent) <= _CROWD]


def lost_in_a_crowd(attempts: Sequence[Attempt]) -> tuple[int, int]:
    """Return how many connects that began together needed a retransmission, and how many there were."""
    alone = uncrowded(attempts)
    return recovered(attempts) - recovered(alone), len(attempts) - len(alone)


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()


def recovered(attempts: Iterable[Attempt]) -> int:
    """Return how many connects succeeded after a SYN that got no answer."""
    return sum(attempt.accepted and bool(attempt.syn_retransmits) for attempt in attempts)
