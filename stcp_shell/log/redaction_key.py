"""The key of the stand-ins: a random one that is not stored, or one in a file, to get the same stand-ins again."""

from __future__ import annotations

import os
import stat

from ..errors import Failure, reason

_LENGTH = 32  # bytes; the file holds them in hexadecimal


def key(path: str | None) -> bytes:
    """Return the key in a file, which is created if it does not exist; for None, a random key that is not stored.

    Raises Failure if the file can neither be read nor created, or holds something else.
    """
    if path is None:
        return os.urandom(_LENGTH)
    path = os.path.expanduser(path)
    try:
        return _read(path) or _new(path)
    except (OSError, ValueError) as error:
        raise Failure(f"{path}: {reason(error) if isinstance(error, OSError) else error}") from None


def _read(path: str) -> bytes | None:
    """Return the key in a file; None: there is no such file. Raises ValueError if it is not a key file."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # opening a FIFO must not block
    except FileNotFoundError:
        return None
    with open(file, "rb") as opened:
        status = os.fstat(file)
        text = opened.read(1024) if stat.S_ISREG(status.st_mode) else b""
    try:
        made = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        made = b""
    if len(made) != _LENGTH:
        raise ValueError(f"this is not a key file ({2 * _LENGTH} hexadecimal digits): give a new name to create one")
    if status.st_uid != os.geteuid():
        raise ValueError("the key belongs to another user, who can reverse the stand-ins")
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ValueError("other users may read the key, and can reverse the stand-ins: chmod 600 it first")
    return made


def _new(path: str) -> bytes:
    made = os.urandom(_LENGTH)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(made.hex() + "\n")
    return made
