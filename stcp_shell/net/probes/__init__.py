"""Connects as probes: one at a time, many at once, or with small TTLs, and what the kernel reports of them."""
