"""Writes the session log, each record when it is complete, and reads this session's part back.

If the log cannot be written there is one warning; the records are kept in memory, written as soon as it can be, and
`log` still works.
"""

from __future__ import annotations

import json.encoder
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from errno import EAGAIN
from typing import Any

from ..environment import iso_time
from ..model.coding import to_json
from ..model.record import KINDS, UNLOGGED
from ..model.secrets import masked
from ..model.session import CommandGiven
from .logfile import LogFile

MOST_KEPT = 50_000  # records in memory; the oldest are dropped first
_REOPEN = 1.0  # seconds between two tries to open the file
_LAST = 3.0  # seconds that the reader of a pipe has at the end
encode = json.encoder.JSONEncoder(ensure_ascii=True, check_circular=False).encode


class Journal:
    """The log of one session. `path` None: no file is written (`--no-log`), the records are kept in memory.

    `fresh`: the file must not exist yet. `hold`: a block that no signal interrupts: a record is written whole, or its
    number is not used.
    """

    def __init__(
        self,
        path: str | None,
        clock: Callable[[], float],
        warn: Callable[[str], None],
        fresh: bool = False,
        hold: AbstractContextManager[object] | None = None,
    ) -> None:
        """Open the file. Raises NotOurs if it holds something else."""
        self.path = path
        self.commanded = 0  # `seq` of the last `command` record
        self.on_record: Callable[[str], None] | None = None  # called with each record as a line
        self._clock, self._warn, self._fresh = clock, warn, fresh
        self._hold = nullcontext() if hold is None else hold
        self._sequence = self._forgotten = 0
        self._kept: deque[bytes] = deque()  # what no regular file has
        self._file: LogFile | None = None
        self._tried = 0.0  # when it was opened, or could not be
        self._warned = False
        if path is not None:
            self._open(path)

    @property
    def begun(self) -> bool:
        """Whether there is a file."""
        return self._file is not None

    @property
    def dropped(self) -> int:
        """Records that are neither in memory nor in the file any more."""
        return self._file.dropped if self._file and self._file.regular else self._forgotten

    def write(self, record: Any, command: int = 0) -> int:
        """Add a record that `command` caused; return its sequence number. Never raises OSError."""
        kind = KINDS[type(record)]
        with self._hold:
            self._sequence += 1
            fields: dict[str, Any] = {"type": kind.type, "seq": self._sequence, "time": iso_time(self._clock())}
            if kind.command:
                fields["command"] = command
            if kind.result:
                fields |= {"result": kind.result, "value": to_json(record)}
            else:
                fields |= to_json(record)
            text = encode(fields) + "\n"
            self._put(text.encode("ascii"))
            if self.on_record:
                self.on_record(text)
            return self._sequence

    def command(self, text: str, origin: str) -> int:
        """Add the record of a command; return its sequence number."""
        self.commanded = self.write(CommandGiven(masked(text), origin))
        return self.commanded

    def lines(self) -> Iterator[bytes]:
        """Yield the lines of this session, oldest first; they are read from the file on demand."""
        if self._file is not None and self._file.regular:
            yield from self._file.lines()
        else:
            yield from list(self._kept)

    def writes_to(self, path: str) -> bool:
        """Return whether the session log is this file, also under another name."""
        return self._file is not None and self._file.same(path)

    def close(self) -> int:
        """Write what waits, and close the file; return how many records are missing in it, or 0 without a file.

        Where no file could be opened all are missing.
        """
        if self.path is None:
            return 0
        if self._file is None:
            self._open(self.path)
        if self._file is None:
            return self._sequence
        failed = self._file.settle(_LAST)
        missing = self._file.dropped + len(self._file.waiting) if failed else self._file.dropped
        return missing + self._file.close()

    def _open(self, path: str) -> None:
        """Open the file, and write what memory has."""
        self._tried = time.monotonic()
        try:
            file = LogFile(path, self._fresh, MOST_KEPT)
        except OSError as error:
            self._complain(error)
            return
        if file.path != path and not self._fresh:
            self._warn(f"another session is writing to {path}: the log of this one is {file.path}")
        self.path, self._file = file.path, file
        file.dropped = self._forgotten
        for line in self._kept:
            self._append(line)
        if file.regular:
            self._kept.clear()

    def _put(self, line: bytes) -> None:
        """Add a line to the file, or to what is kept in its place."""
        if self._file is None and self.path is not None and time.monotonic() - self._tried > _REOPEN:
            self._open(self.path)
        if self._file is None or not self._file.regular:
            self._kept.append(line)
            if len(self._kept) > MOST_KEPT:
                self._kept.popleft()
                self._forgotten += 1
        if self._file is not None:
            self._append(line)

    def _append(self, line: bytes) -> None:
        assert self._file is not None
        failed = self._file.append(line)
        if failed:
            self._complain(failed)
        elif self._warned:
            self._warned = False
            whole = f"{self._file.dropped} records are missing in it" if self._file.dropped else "it has all records"
            self._warn(f"the session log can be written again ({self.path}): {whole}")

    def _complain(self, error: OSError) -> None:
        """Warn, once until it can be written again. That a pipe is full passes."""
        if not self._warned and error.errno != EAGAIN:
            self._warned = True
            self._warn(
                f"the session log cannot be written ({self.path}: {error.strerror or error}): records are kept in "
                "memory until it can be; log -save FILE saves them elsewhere"
            )


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
