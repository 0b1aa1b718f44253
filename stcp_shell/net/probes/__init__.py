"""Connects as questions: one at a time, many at once, with small TTLs, and what the kernel says of them."""
