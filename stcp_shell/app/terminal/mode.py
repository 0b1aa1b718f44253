"""The terminal's mode between two prompts: typed-ahead input is neither echoed into results nor edited by the kernel.

Ctrl-C stays a signal; its handler discards the waiting input, but not the output.
"""

from __future__ import annotations

import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

_INPUT, _LOCAL, _CHARACTERS = 0, 3, 6  # indices in the list of tcgetattr
_VMIN, _VTIME = b"\x01", b"\x00"


@contextmanager
def quiet(descriptor: int) -> Iterator[Callable[[], None]]:
    """Restore the mode at the end. Yields a function that sets the quiet mode, to be called again and again.

    A shell may have set another mode while the job was stopped.
    """
    try:
        before: list[Any] | None = termios.tcgetattr(descriptor)
    except termios.error:
        before = None  # no terminal
    try:
        yield lambda: _silence(descriptor)
    finally:
        if before is not None:
            with suppress(termios.error):  # a terminal that went away needs no mode
                termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def flush_input(descriptor: int) -> None:
    """Discard the input that was typed and not read."""
    with suppress(termios.error):
        termios.tcflush(descriptor, termios.TCIFLUSH)


def _silence(descriptor: int) -> None:
    with suppress(termios.error):
        mode = termios.tcgetattr(descriptor)
        before = [*mode[:_CHARACTERS], [*mode[_CHARACTERS]]]
        mode[_INPUT] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR)
        mode[_LOCAL] &= ~(termios.ECHO | termios.ICANON)
        mode[_LOCAL] |= termios.ISIG | termios.NOFLSH
        mode[_CHARACTERS][termios.VMIN], mode[_CHARACTERS][termios.VTIME] = _VMIN, _VTIME
        if mode != before:
            termios.tcsetattr(descriptor, termios.TCSANOW, mode)
