"""Typed records: what the operating system reported, what commands found, and what a session log holds.

NamedTuples, not dataclasses: importing `dataclasses` takes longer than the rest of the start-up. Their type hints are
read at run time, also on Python 3.9: modules that declare records write `Optional[X]` and do not use
`from __future__ import annotations`.

Addresses are text as inet_ntop(3) writes them, a link-local one with its zone (`fe80::1%enetA`); families are `inet`
and `inet6`; times are seconds.
"""
