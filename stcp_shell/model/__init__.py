"""What is known, as typed records: what the operating system said, what commands found, what a session log holds.

NamedTuples and not dataclasses: importing `dataclasses` costs more than the rest of the start-up. Their hints are read
at run time, on Python 3.9 as well: `Optional[X]`, and no `from __future__ import annotations` in this room.

Addresses are text as inet_ntop(3) writes them, a link-local one with its zone (`fe80::1%enetA`); families are `inet`
and `inet6`; times are seconds.
"""
