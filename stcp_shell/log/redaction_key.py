"""The key of the stand-ins: one that nobody knows, or one in a file, for who wants the same stand-ins again."""

from __future__ import annotations

import os
import stat

from ..errors import Failure, reason

_LENGTH = 32  # bytes; the file has them in hexadecimal


def key(path: str | None) -> bytes:
    """The key in a file, which is made where it is not there yet; None: a key that is thrown away.

    Raises Failure where the file can neither be read nor made, or holds something else.
    """
    if path is None:
        return os.urandom(_LENGTH)
    path = os.path.expanduser(path)
    try:
        return _read(path) or _new(path)
    except (OSError, ValueError) as error:
        raise Failure(f"{path}: {reason(error) if isinstance(error, OSError) else error}") from None


def _read(path: str) -> bytes | None:
    """None: there is no such file."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a FIFO must not hang us
    except FileNotFoundError:
        return None
    with open(file, "rb") as opened:
        text = opened.read(1024) if stat.S_ISREG(os.fstat(file).st_mode) else b""
    try:
        made = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        made = b""
    if len(made) != _LENGTH:
        raise ValueError(f"this is no key file ({2 * _LENGTH} hexadecimal digits): choose a new name, and one is made")
    return made


def _new(path: str) -> bytes:
    made = os.urandom(_LENGTH)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(made.hex() + "\n")
    return made
