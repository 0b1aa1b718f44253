"""Folders and files that only this user may write, whatever the umask is."""

import errno
import os
import stat
from contextlib import suppress

_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def make_folders(path: str) -> None:
    """Create a folder with those above it that are missing, for this user only. Raises OSError."""
    if not path or os.path.isdir(path):
        return
    make_folders(os.path.dirname(path))
    with suppress(FileExistsError):  # created meanwhile; or a file, of which the next step says more
        os.mkdir(path, 0o700)


def own_folder(path: str) -> None:
    """Create a folder of this program, or take the others' right to write in it. Raises OSError if they keep it."""
    make_folders(path)
    status = os.stat(path)
    if status.st_mode & _OTHERS:
        with suppress(OSError):  # it belongs to somebody else
            os.chmod(path, 0o700)
            return
        raise OSError(errno.EPERM, "other users can write in this folder")


def trusted(path: str) -> bool:
    """Return whether a path may be opened to write: no part is a link of another user, who could aim it anywhere."""
    part = os.path.abspath(path)
    while True:
        try:
            status = os.lstat(part)
        except (OSError, ValueError):
            status = None  # opening it says more
        if status and stat.S_ISLNK(status.st_mode) and status.st_uid not in (0, os.geteuid()):
            return False
        if part == os.path.dirname(part):
            return True
        part = os.path.dirname(part)
