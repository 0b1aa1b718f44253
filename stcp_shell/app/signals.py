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


@contextmanager
def ending() -> Iterator[None]:
    """SIGTERM and SIGHUP raise Terminated; one that was ignored at the start (nohup) stays ignored."""

    def handle(number: int, frame: FrameType | None) -> None:
        for other in previous:
            signal.signal(other, signal.SIG_IGN)  # a second one must not interrupt the clean end
        raise Terminated(number)

    previous: dict[signal.Signals, Any] = {}
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            previous[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        _restore(previous)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Ignore signals during the clean end, which takes a millisecond."""
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
