"""Session logs of earlier sessions: files, or standard input."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from itertools import chain, islice
from typing import BinaryIO, cast

from ..errors import StcpError
from ..model.entry import Entry
from .reader import ReadProblems, Redact, entries

STDIN = "-"
_LONGEST = 1 << 24  # bytes in a line; a longer line is not a record, and must not fill the memory


class NotALog(StcpError):
    """A file cannot be read as a session log."""


def opened(path: str, stdin: BinaryIO | None = None) -> BinaryIO:
    """Return the open file; `-` is standard input. Raises NotALog if the file cannot be opened."""
    if path == STDIN and stdin:
        return stdin
    try:
        return open(os.path.expanduser(path) if path != STDIN else os.devnull, "rb")
    except (OSError, ValueError) as error:
        raise NotALog(f"{path}: {(isinstance(error, OSError) and error.strerror) or error}") from None


def newest(state_folder: str) -> str:
    """Return the path of the newest session log, or `last` if a file has that name. Raises NotALog if there is none."""
    if os.path.exists("last"):
        return "last"
    folder = os.path.join(state_folder, "sessions")
    try:
        with os.scandir(folder) as entries:
            logs = [(entry.stat().st_mtime_ns, entry.path) for entry in entries if entry.name.endswith(".jsonl")]
        return max(logs)[1]
    except (OSError, ValueError):
        raise NotALog(f"last: there is no session log in {folder}") from None


def log_entries(file: BinaryIO, name: str, problems: ReadProblems, redact: Redact | None = None) -> Iterator[Entry]:
    """Return the records; the first one is read at once. Raises NotALog if none of the lines is a record."""
    found = entries(log_lines(file, name), problems, redact)
    first = list(islice(found, 1))
    if not first and (problems.skipped or problems.torn):
        raise NotALog(f"{name}: this is not a session log: none of its lines is a record")
    return chain(first, found)


def replayable(file: BinaryIO, name: str) -> BinaryIO:
    """Return the file; if it can be read only once, as a pipe, a temporary copy. Raises NotALog if copying fails."""
    if file.seekable():
        return file
    import shutil  # late import: only the redacted report of a pipe needs it

    copy = _temporary()
    try:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
    except OSError as error:
        raise NotALog(f"{name}: {error.strerror}") from None
    return copy


def _temporary() -> BinaryIO:
    import tempfile

    return cast("BinaryIO", tempfile.TemporaryFile())


def log_lines(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Yield the lines; a line that is too long is cut, so it is no valid record. Raises NotALog."""
    read = partial(file.readline, _LONGEST)
    try:
        for number, line in enumerate(iter(read, b"")):
            if not number and b"\0" in line:
                raise NotALog(f"{name}: this is a binary file, not a session log (it has a NUL byte)")
            yield line
            rest = line
            while len(rest) == _LONGEST and not rest.endswith(b"\n"):
                rest = read()
    except OSError as error:
        raise NotALog(f"{name}: {error.strerror}") from None
