"""Writes a file whole: it is complete, or the old one is still there."""

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress

from ..errors import Failure, reason


def save(path: str, lines: Iterable[str], force: bool, option: str, mode: int = 0o600) -> int:
    """Write lines to a file, a new one for its owner only (`mode`); return its size in bytes.

    Raises Failure if it exists and `force` is not set (`option` is the option that sets it), or cannot be written.
    """
    if os.path.islink(path) and not os.path.exists(path):
        raise Failure(f"{path} is a link to nothing: remove it, or choose another name")
    try:
        old = os.stat(path) if force and os.path.exists(path) else None
        if old is None:
            return _fill(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), path, lines)
        if not stat.S_ISREG(old.st_mode):  # a device, a pipe
            return _fill(_device(path), "", lines)
        return _replace(os.path.realpath(path), old, lines)
    except FileExistsError:
        raise Failure(f"{path} exists: choose another name, or use {option}") from None
    except (OSError, ValueError) as error:
        raise Failure(f"{path}: {reason(error) if isinstance(error, OSError) else error}") from None


def _device(path: str) -> int:
    """Open what is no file. Raises OSError: a pipe without a reader would let this wait for ever."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ENXIO and stat.S_ISFIFO(os.stat(path).st_mode):
            raise OSError(errno.ENXIO, "nobody reads this pipe") from None
        raise
    os.set_blocking(file, True)
    return file


def _replace(path: str, old: os.stat_result, lines: Iterable[str]) -> int:
    """Write a file beside the old one, which keeps owner and mode, and rename it."""
    beside = os.path.join(os.path.dirname(path), f".stcp-shell-{os.getpid()}.new")
    with suppress(FileNotFoundError):  # of a process that was killed and had this number
        os.unlink(beside)
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with suppress(OSError):  # only root may give files away
        os.fchown(file, old.st_uid, old.st_gid)
    os.fchmod(file, stat.S_IMODE(old.st_mode))
    size = _fill(file, beside, lines)
    os.replace(beside, path)
    return size


def _fill(file: int, remove: str, lines: Iterable[str]) -> int:
    """Write and close a file; after an error remove it."""
    size = 0
    try:
        with open(file, "w", encoding="utf-8") as opened:
            for line in lines:
                size += len(line.encode()) + 1
                opened.write(line + "\n")
    except BaseException:
        with suppress(OSError):
            if remove:
                os.unlink(remove)
        raise
    return size
