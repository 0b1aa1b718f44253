"""The typed lines, kept from one session to the next in a file that only its owner can read."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from contextlib import suppress

from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from ...log.privacy import make_folders
from ...model.secrets import masked

NAME = "history"


class WithoutSecrets(History):
    """A history that masks passwords, also in memory: the arrow keys would show them."""

    hide: Callable[[str], str] = staticmethod(masked)  # also what the session knows to be secret

    def append_string(self, string: str) -> None:
        """Add a line."""
        super().append_string(self.hide(string))


class _InMemory(WithoutSecrets, InMemoryHistory):
    pass


class PrivateHistory(WithoutSecrets, FileHistory):
    """prompt_toolkit's file, kept open: it can be written even if the limit on open files is reached.

    A failed write (the disk is full) is reported once, in `trouble`; the history goes on in memory.
    """

    def __init__(self, path: str, file: int) -> None:
        super().__init__(path)
        self.trouble = ""
        self._file: int | None = file

    def store_string(self, string: str) -> None:
        """Write an entry at once and as a whole: other sessions may write to the file as well."""
        if self._file is None:
            return
        lines = "".join(f"+{line}\n" for line in string.split("\n"))
        entry = f"\n# {time.strftime('%Y-%m-%d %H:%M:%S')}\n{lines}".encode("utf-8", "replace")
        try:
            os.write(self._file, entry)
        except OSError as error:
            self.trouble = f"the history cannot be written ({self.filename!s}: {error.strerror}): it is kept in memory"
            self.close()

    def close(self) -> None:
        """Close the file; nothing is written any more."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def open_history(folder: str, warn: Callable[[str], None]) -> History:
    """Return the history in `folder`; creates folder (0700) and file (0600). If that fails: in memory, with a warning.

    The file is created before prompt_toolkit could do it, which would make it readable by everybody.
    """
    path = os.path.join(folder, NAME)
    try:
        make_folders(folder)
        _make_private(folder, 0o700)
        # Not blocking: a FIFO that nobody reads must not block the program.
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    except OSError as error:
        return _in_memory(path, error.strerror or str(error), warn)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        return _in_memory(path, "not a regular file", warn)
    _make_private(file, 0o600)
    return PrivateHistory(path, file)


def remember(history: History, line: str) -> None:
    """Add a line that the prompt did not read. As at the prompt, a repeated line is kept once."""
    if history.get_strings()[-1:] != [line]:
        history.append_string(line)


def _make_private(place: str | int, mode: int) -> None:
    """Remove the access of other users: an older version, or another creator, may have allowed it."""
    with suppress(OSError):  # it belongs to another user, who allows this user to write it
        if os.stat(place).st_mode & 0o077:
            os.chmod(place, mode)


def _in_memory(path: str, why: str, warn: Callable[[str], None]) -> History:
    warn(f"the history cannot be kept ({path}: {why}): it ends with this session")
    return _InMemory()
