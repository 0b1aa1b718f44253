"""What is predicted from the pasted tables of random Linux hosts is what their kernel then does."""

from __future__ import annotations

from functools import partial

import kernel_choices
import pytest
from conftest import in_namespace


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 40, 8))
def test_the_kernel_does_what_is_predicted(first: int) -> None:
    """No prediction is wrong that does not say that it is unknown; few say so."""
    found = in_namespace(partial(kernel_choices.checks, first, 8))[-1]
    assert [each for each in found if each[2] == "wrong"] == []
    for colon in (False, True):
        verdicts = [verdict for _, check, verdict in found if (":" in check[0]) == colon]
        assert verdicts.count("right") >= 0.6 * len(verdicts) > 0
