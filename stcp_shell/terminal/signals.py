"""SIGTERM and SIGHUP while the prompt waits: the prompt ends first, then they do what they do everywhere else.

An exception out of a signal handler would get lost in the prompt's event loop, or be shown as a traceback there.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def held_back(stop: Callable[[], None]) -> Iterator[None]:
    """While the block runs these signals only call `stop`; what handled them before is called at its end."""
    caught: list[tuple[int, FrameType | None]] = []

    def handle(number: int, frame: FrameType | None) -> None:
        caught.append((number, frame))
        stop()

    # Where it is ignored, or ends the process, nothing has to be called.
    previous = {int(each): before for each in _ENDING if callable(before := signal.getsignal(each))}
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
