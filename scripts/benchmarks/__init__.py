"""What scripts/bench measures, a module a section. Each has `rows(quick)`, which yields the rows of its table."""
