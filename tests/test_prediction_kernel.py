"""What is predicted from the pasted tables of random Linux hosts is what their kernel then does."""

from __future__ import annotations

from functools import partial

import pytest
from children import random_hosts
from conftest import in_namespace

ERRORS = {"no-route": ("ENETUNREACH",), "unreachable": ("EHOSTUNREACH", "EINVAL"), "prohibited": ("EACCES",)}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_the_kernel_does_what_is_predicted(seed: int) -> None:
    found = in_namespace(partial(random_hosts.predictions, seed))[-1]
    known = [each for each in found if each[4] != "unknown"]
    assert known
    for target, kernel, source, outcome, level in known:
        said = ERRORS[outcome] if outcome else (source,)
        assert kernel in said, f"{target}: {kernel}, not {source or outcome} ({level})"
