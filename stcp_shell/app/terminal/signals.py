"""Signals that wait until something is done: then they do what they do everywhere else.

An exception out of a signal handler would get lost in the prompt's event loop, or be shown as a traceback there; in the
middle of reading keys it would break prompt_toolkit's parser.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGHUP)
INTERRUPT = (signal.SIGINT,)


@contextmanager
def held_back(signals: Iterable[signal.Signals], stop: Callable[[], None] = lambda: None) -> Iterator[None]:
    """While the block runs these signals only call `stop`; what handled them before is called at its end."""
    caught: list[tuple[int, FrameType | None]] = []

    def handle(number: int, frame: FrameType | None) -> None:
        caught.append((number, frame))
        stop()

    # Where it is ignored, or ends the process, nothing has to be called.
    previous = {int(each): before for each in signals if callable(before := signal.getsignal(each))}
    for number in previous:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, before)
        if caught:
            number, frame = caught[0]
            previous[number](number, frame)
