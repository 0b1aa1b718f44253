"""The file of a session log: lines are appended whole, and those that cannot be written at the moment wait.

A disk that is full, a pipe whose reader pauses, a folder that is missing: all of that can pass. So each new line tries
again, and so does the end of the session.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import stat
import sys
from collections import deque
from collections.abc import Iterator
from time import monotonic

from ..errors import StcpError
from .privacy import make_folders, own_folder, trusted

_MOST_NAMES = 100  # that are tried if other sessions write to the file
_BEGIN = b'{"type": "session"'  # of a session log, in each version
_AGAIN = (errno.EAGAIN, errno.EWOULDBLOCK)


class NotOurs(StcpError):
    """The file holds something else than session logs: nothing is appended to it."""


class LogFile:
    """An open file. `path` is the one that was given, or one like it if another session writes to that."""

    def __init__(self, path: str, fresh: bool, most: int) -> None:
        """Open it, or create it with its folder, for its owner only. Raises OSError, NotOurs.

        `fresh`: it must not exist yet, in a folder of this program; `most`: how many lines may wait; then the oldest
        are dropped.
        """
        self.path = path
        self.waiting: deque[bytes] = deque()
        self.dropped = 0  # lines that were dropped because too many waited
        self._most = most
        self._lengths: deque[int] = deque(maxlen=1 << 16)  # of the last lines that went into a pipe
        self.regular = True
        self._file = -1
        folder = os.path.dirname(path)
        own_folder(folder) if fresh else make_folders(folder)
        for number in range(1, _MOST_NAMES + 1):
            self.path = path if number == 1 else f"-{number}".join(os.path.splitext(path))
            with contextlib.suppress(BlockingIOError, *([FileExistsError] if fresh else [])):
                self._open(fresh)
                return
        raise OSError(errno.EBUSY, "other sessions are writing to it")

    def append(self, line: bytes) -> OSError | None:
        """Write a line after those that wait; return the error if it has to wait, too. Raises nothing."""
        self.waiting.append(line)
        failed = self._drain()
        if len(self.waiting) > self._most:
            del self.waiting[1]  # the first one may be written in part
            self.dropped += 1
        return failed

    def settle(self, seconds: float) -> OSError | None:
        """Write what waits; a pipe's reader has so much time to go on reading. Return the error if something waits."""
        until = monotonic() + seconds
        while (failed := self._drain()) and failed.errno in _AGAIN and (left := until - monotonic()) > 0:
            select.select([], [self._file], [], left)
        return failed

    def lines(self) -> Iterator[bytes]:
        """Yield the lines of this session in a regular file, and those that wait."""
        position, end, rest = self._start, os.fstat(self._file).st_size if self.regular else self._start, b""
        while position < end:
            chunk = os.pread(self._file, min(1 << 16, end - position), position)
            if not chunk:
                break  # the file was truncated by another process
            position += len(chunk)
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
        for line in list(self.waiting):
            yield rest + line
            rest = b""

    def same(self, path: str) -> bool:
        """Return whether it is this file, also under another name."""
        try:
            return os.path.samestat(os.fstat(self._file), os.stat(path))
        except (OSError, ValueError):  # it does not exist, or is not a path
            return False

    def close(self) -> int:
        """Close it; return how many lines are lost with a pipe that nobody has open to read."""
        if self._file < 0:
            return 0
        lost = 0 if self.regular else self._unread()
        os.close(self._file)
        self._file = -1
        return lost

    def _unread(self) -> int:
        """Return how many lines of the pipe nobody will read. This session has it open to read, too: that must end."""
        import termios  # late: few logs are pipes

        try:
            length = int.from_bytes(fcntl.ioctl(self._file, termios.FIONREAD, bytes(4)), sys.byteorder)
            other = os.open(f"/proc/self/fd/{self._file}", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:  # no pipe
            return 0
        os.dup2(other, self._file)
        os.close(other)
        poll = select.poll()
        poll.register(self._file, 0)
        if not length or not poll.poll(0):  # POLLERR: there is no reader
            return 0
        lines = 0
        while length > 0 and self._lengths:
            length -= self._lengths.pop()
            lines += 1
        return lines

    def _open(self, fresh: bool) -> None:
        if not trusted(self.path):
            raise NotOurs(f"{self.path} is, or lies behind, a link of another user: choose another file")
        # A FIFO without a reader must not block.
        flags = os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | (os.O_EXCL if fresh else 0)
        try:
            self._file = os.open(self.path, flags | os.O_RDWR, 0o600)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            self._file = os.open(self.path, flags | os.O_WRONLY, 0o600)
        try:
            self._take()
        except BaseException:
            self.close()
            raise

    def _take(self) -> None:
        """Look whether the file may be used, and go to its end. Raises NotOurs, BlockingIOError: it is in use."""
        status = os.fstat(self._file)
        size = status.st_size
        self.regular = stat.S_ISREG(status.st_mode)
        self._start = size if self.regular else 0
        if status.st_uid != os.geteuid() and not stat.S_ISCHR(status.st_mode):
            raise NotOurs(f"{self.path} belongs to another user: choose another file")
        if not self.regular:
            return
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if size and os.pread(self._file, len(_BEGIN), 0) != _BEGIN[:size]:
            raise NotOurs(f"{self.path} is no session log: nothing is appended to it; choose another file")
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            os.write(self._file, b"\n")  # after a line that a killed session left incomplete
            self._start += 1

    def _drain(self) -> OSError | None:
        """Write the lines that wait. The file's length is always read from the kernel."""
        while self.waiting:
            line = self.waiting[0]
            written = 0
            try:
                while written < len(line):
                    written += os.write(self._file, line[written:])
            except OSError as error:
                self._take_back(line, written)
                return error
            self.waiting.popleft()
            if not self.regular:
                self._lengths.append(len(line))
        return None

    def _take_back(self, line: bytes, written: int) -> None:
        """Remove a line that was written in part; what cannot be removed is completed later."""
        try:
            if written and self.regular:
                os.ftruncate(self._file, os.fstat(self._file).st_size - written)
                written = 0
        except OSError:
            pass  # readers skip an incomplete last line
        self.waiting[0] = line[written:]
