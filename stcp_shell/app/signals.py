"""Signals that end a session cleanly in every case, or are held back until a block is done."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ..errors import Terminated

ENDING = (signal.SIGTERM, signal.SIGHUP)
INTERRUPT = (signal.SIGINT,)


class Hold:
    """A block in which the signals that end a session wait for its end. It may be entered again inside itself."""

    def __init__(self) -> None:
        self._depth = 0
        self._caught: list[int] = []

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(self, *error: object) -> None:
        self._depth -= 1
        if self._caught and not self._depth:
            self._end(self._caught.pop(0))

    @contextmanager
    def released(self) -> Iterator[None]:
        """Let signals act at once within the block, in the middle of the one that holds them; also one that waits."""
        depth, self._depth = self._depth, 0
        try:
            if self._caught:
                self._end(self._caught.pop(0))
            yield
        finally:
            self._depth = depth

    def forget(self) -> None:
        """Forget the signals that wait: what they would end has ended."""
        self._caught.clear()

    def handle(self, number: int, frame: FrameType | None) -> None:
        """The handler of the signals: raises KeyboardInterrupt or Terminated, at once or at the end of the block."""
        if self._depth:
            self._caught.append(number)
        else:
            self._end(number)

    def _end(self, number: int) -> None:
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        for other in ENDING:
            signal.signal(other, signal.SIG_IGN)  # a second one must not interrupt the clean end
        raise Terminated(number)


@contextmanager
def ending() -> Iterator[Hold]:
    """SIGTERM and SIGHUP raise Terminated; one that was ignored at the start (nohup) stays ignored. Yield the hold."""
    hold = Hold()
    previous: dict[signal.Signals, Any] = {}
    for number in (*INTERRUPT, *ENDING):
        if signal.getsignal(number) != signal.SIG_IGN:
            previous[number] = signal.signal(number, hold.handle)
    try:
        yield hold
    finally:
        _restore(previous)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore signals during the clean end: it takes a millisecond, or what a log that cannot be written may take."""
    previous = {number: signal.signal(number, signal.SIG_IGN) for number in (*INTERRUPT, *ENDING)}
    try:
        yield
    finally:
        _restore(previous)


def _restore(previous: dict[signal.Signals, Any]) -> None:
    for number, before in previous.items():
        signal.signal(number, before)


@contextmanager
def held_back(signals: Iterable[signal.Signals], stop: Callable[[], None] = lambda: None) -> Iterator[None]:
    """While the block runs these signals only call `stop`; their previous handler is called at its end.

    An exception from a signal handler would get lost in the prompt's event loop, or be shown as a traceback there;
    in the middle of reading keys it would break prompt_toolkit's parser.
    """
    caught: list[tuple[int, FrameType | None]] = []

    def handle(number: int, frame: FrameType | None) -> None:
        caught.append((number, frame))
        stop()

    # If a signal is ignored or ends the process, there is no handler to call.
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
