"""How likely chance is: Fisher's exact test against counting every arrangement."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from test_verdicts import attempts, bound, seen

from stcp_shell.diagnosis import statistics
from stcp_shell.model.attempt import Attempt


@pytest.mark.parametrize("table", list(product(range(4), repeat=4)))
def test_the_tail_is_that_of_all_arrangements(table: tuple[int, int, int, int]) -> None:
    good, bad, other_good, _ = table
    first, every = good + bad, sum(table)
    total = good + other_good
    ways = [sum(place < total for place in chosen) for chosen in combinations(range(every), first)]
    assert statistics.tail(*table) == pytest.approx(sum(each >= good for each in ways) / len(ways))


@pytest.mark.parametrize(("works", "fails"), [(1, 1), (1, 2), (2, 1), (3, 3), (1, 9), (128, 128)])
def test_so_many_repeats_are_enough_and_one_less_is_not(works: int, fails: int) -> None:
    number = statistics.repeats(works, fails)
    accepted = attempts(seen("connected"), *["connected"] * works * number)
    silent = attempts(bound("timeout"), *["timeout"] * fails * number)

    def chance(less: int) -> float:
        parts = accepted[: works * (number - less)], silent[: fails * (number - less)]
        return statistics.difference(*parts, (works, fails), lambda attempt: attempt.accepted)

    assert chance(0) < statistics.CERTAIN
    assert number == 2 or chance(1) >= statistics.CERTAIN


def test_a_retransmission_weakens_a_difference() -> None:
    works, fails = attempts(seen("connected"), *["connected"] * 7), attempts(bound("timeout"), *["timeout"] * 7)

    def chance(made: list[Attempt]) -> float:
        return statistics.difference(made, fails, (1, 1), lambda attempt: attempt.accepted)

    assert chance(works) < statistics.CERTAIN
    assert chance([each._replace(syn_retransmits=1) for each in works]) > statistics.CERTAIN


def test_what_sticks_to_a_flow() -> None:
    made = attempts(seen("timeout"), *["connected", "timeout"] * 7)
    again = [each._replace(experiment="same-port") for each in made]
    assert statistics.sticks_to_flow(made) == 1.0, "one SYN of each flow says nothing"
    assert statistics.sticks_to_flow([*made, *again]) < statistics.CERTAIN
    turned = [each._replace(outcome="timeout" if each.accepted else "connected") for each in again]
    assert statistics.sticks_to_flow([*made, *turned]) == 1.0


def test_a_retransmission_that_succeeds_does_not_stick() -> None:
    made = [each._replace(syn_retransmits=1) for each in attempts(seen("connected"), *["connected"] * 9)]
    assert statistics.recovered(made) == 9
    assert statistics.sticks_to_flow(made) == 1.0


def test_losses_in_a_crowd_are_not_counted_as_loss() -> None:
    """The SYNs of many connects at once find the accept queue of a small service full for a moment."""
    alone = attempts(seen("connected"), *["connected"] * 9)
    assert statistics.uncrowded(alone) == alone
    crowd = [each._replace(sent="2026-11-26T10:00:30.000Z", syn_retransmits=1) for each in alone]
    assert statistics.uncrowded([*alone, *crowd]) == alone
    assert statistics.recovered(statistics.uncrowded([*alone, *crowd])) == 0
    assert statistics.uncrowded(crowd[:6]) == crowd[:6], "a service that asks for five takes six"
