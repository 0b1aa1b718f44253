"""Damaged logs and random lines: a report or a message, and no traceback. scripts/fuzz does the same for longer."""

from random import Random

import mutations
from hypothesis import example, given, settings
from hypothesis import strategies as st

SEEDS = st.integers(0, 2**64)


@settings(max_examples=80, deadline=mutations.SLOW * 1000)
@given(SEEDS, st.sampled_from(mutations.sources()))
@example(11997266424525294592, mutations.sources()[1])  # a role that is none, in the picture
def test_any_damaged_log_is_reported(seed: int, source: list[bytes]) -> None:
    mutations.reported(mutations.damaged(Random(seed), source))


@settings(max_examples=400, deadline=mutations.SLOW * 1000)
@given(SEEDS)
def test_any_line_is_parsed(seed: int) -> None:
    mutations.parsed(mutations.line(Random(seed)))
