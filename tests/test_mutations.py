"""Damaged logs and random lines: a report or a message, and no traceback. scripts/fuzz does the same for longer."""

from random import Random

import mutations
import tickets
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import lines_of

SEEDS = st.integers(0, 2**64)


@settings(max_examples=80, deadline=mutations.SLOW * 1000)
@given(SEEDS)
def test_any_damaged_log_is_reported(seed: int) -> None:
    mutations.reported(mutations.damaged(Random(seed), list(lines_of(tickets.log()))))


@settings(max_examples=400, deadline=mutations.SLOW * 1000)
@given(SEEDS)
def test_any_line_is_parsed(seed: int) -> None:
    mutations.parsed(mutations.line(Random(seed)))
