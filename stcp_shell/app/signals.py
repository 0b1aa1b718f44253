"""Signals that end a session, cleanly in every case."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Terminated(BaseException):
    """SIGTERM or SIGHUP came. No Exception: on the way up it is for nobody but the end of the session."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


@contextmanager
def ending() -> Iterator[None]:
    """SIGTERM and SIGHUP raise Terminated; one that was ignored when we started (nohup) stays ignored."""

    def handle(number: int, frame: FrameType | None) -> None:
        for other in previous:
            signal.signal(other, signal.SIG_IGN)  # a second one must not cut the clean end short
        raise Terminated(number)

    previous: dict[signal.Signals, Any] = {}
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            previous[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        _restore(previous)


@contextmanager
def undisturbed() -> Iterator[None]:
    """No signal cuts the clean end short: it takes a millisecond."""
    previous = {number: signal.signal(number, signal.SIG_IGN) for number in _ENDING}
    try:
        yield
    finally:
        _restore(previous)


def _restore(previous: dict[signal.Signals, Any]) -> None:
    for number, before in previous.items():
        signal.signal(number, before)
