"""Writes the session log, each record flushed when it is complete, and reads this session's part back.

If the log cannot be written (any more), there is one warning and the records are kept in memory: the session continues
and `log` still works.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json.encoder
import os
import stat
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from ..environment import iso_time
from ..model.coding import to_json
from ..model.record import KINDS, UNLOGGED
from ..model.session import CommandGiven

MOST_KEPT = 50_000  # records in memory, if there is no file; the oldest are dropped first
encode = json.encoder.JSONEncoder(ensure_ascii=True, check_circular=False).encode


class Journal:
    """The log of one session. `path` None: no file is written (`--no-log`), the records are kept in memory."""

    def __init__(self, path: str | None, clock: Callable[[], float], warn: Callable[[str], None]) -> None:
        self.path = path
        self.dropped = 0  # records that were dropped from memory
        self.commanded = 0  # `seq` of the last `command` record
        self.on_record: Callable[[str], None] | None = None  # called with each record as a line
        self._clock = clock
        self._warn = warn
        self._sequence = 0
        self._kept: deque[bytes] = deque(maxlen=MOST_KEPT)
        self._file: int | None = None
        self._writable = self._regular = False
        self._start = 0  # where this session's records begin in the file
        if path is not None:
            try:
                self._open(path)
            except OSError as error:
                self.close()
                self._give_up(error)

    def write(self, record: Any, command: int = 0) -> int:
        """Add a record that `command` caused; return its sequence number. Never raises OSError."""
        kind = KINDS[type(record)]
        self._sequence += 1
        fields: dict[str, Any] = {"type": kind.type, "seq": self._sequence, "time": iso_time(self._clock())}
        if kind.command:
            fields["command"] = command
        if kind.result:
            fields |= {"result": kind.result, "value": to_json(record)}
        else:
            fields |= to_json(record)
        text = encode(fields) + "\n"
        line = text.encode("ascii")
        if self._writable:
            try:
                self._append(line)
            except OSError as error:
                self._give_up(error)
        if not (self._writable and self._regular):
            self.dropped += len(self._kept) == MOST_KEPT
            self._kept.append(line)
        if self.on_record:
            self.on_record(text)
        return self._sequence

    def command(self, text: str, origin: str) -> int:
        """Add the record of a command; return its sequence number."""
        self.commanded = self.write(CommandGiven(text, origin))
        return self.commanded

    def lines(self) -> Iterator[bytes]:
        """Yield the lines of this session, oldest first; they are read from the file on demand."""
        if self._regular:
            yield from self._file_lines()
        yield from list(self._kept)

    def writes_to(self, path: str) -> bool:
        """Return whether the session log is this file, also under another name."""
        try:
            return self._file is not None and os.path.samestat(os.fstat(self._file), os.stat(path))
        except (OSError, ValueError):  # it does not exist, or is not a path
            return False

    def close(self) -> None:
        """Close the file. Later records are kept in memory."""
        self._writable = self._regular = False
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self, path: str) -> None:
        folder = os.path.dirname(path)
        if folder:
            with contextlib.suppress(FileExistsError):  # it is a file: the open below reports that more clearly
                os.makedirs(folder, mode=0o700, exist_ok=True)
        flags = os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK  # a FIFO without a reader must not block
        try:
            file = os.open(path, flags | os.O_RDWR, 0o600)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            file = os.open(path, flags | os.O_WRONLY, 0o600)
        self._file = file
        status = os.fstat(file)
        if stat.S_ISREG(status.st_mode):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OSError(errno.EBUSY, "another session is writing to it") from None
            self._regular = True
            self._start = status.st_size
            if status.st_size and os.pread(file, 1, status.st_size - 1) != b"\n":
                self._append(b"\n")  # a killed session left an incomplete line: start on a new one
                self._start += 1
        self._writable = True

    def _append(self, line: bytes) -> None:
        """Write a line. The file's length is always read from the kernel: Ctrl-C may come right after a write."""
        assert self._file is not None
        written = 0
        try:
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError:
            self._take_back(written)
            raise

    def _take_back(self, written: int) -> None:
        """Remove what a failed write left after the last complete record."""
        if written and self._file is not None and self._regular:
            with contextlib.suppress(OSError):  # readers skip an incomplete last line
                os.ftruncate(self._file, os.fstat(self._file).st_size - written)

    def _give_up(self, error: OSError) -> None:
        """Continue in memory; records in the file are still read from it."""
        self._writable = False
        self._warn(
            f"the session log cannot be written ({self.path}: {error.strerror or error}): "
            "records are kept in memory; save them with log -save FILE"
        )

    def _file_lines(self) -> Iterator[bytes]:
        assert self._file is not None
        position, end, rest = self._start, os.fstat(self._file).st_size, b""
        while position < end and self._file is not None:
            chunk = os.pread(self._file, min(1 << 16, end - position), position)
            if not chunk:
                break  # the file was truncated by another process
            position += len(chunk)
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole


def records_of(result: Any) -> tuple[Any, ...]:
    """Return the records to log for a command's result. Raises TypeError if its type is not declared."""
    kind = type(result)
    if kind in KINDS:
        return (result,)
    if hasattr(result, "records"):
        return tuple(result.records())
    if kind in UNLOGGED:
        return ()
    raise TypeError(f"{kind.__name__} is no @record and not @unlogged: declare it in stcp_shell/model")


def default_path(state_folder: str, now: float) -> str:
    """Return the path of a new log for a session that starts at `now`, in the sessions folder."""
    name = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    return os.path.join(state_folder, "sessions", f"{name}-{os.getpid()}.jsonl")
