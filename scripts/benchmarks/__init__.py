"""The sections of scripts/bench, one module each. `rows(quick)` yields the rows of its table."""
