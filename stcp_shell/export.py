"""Reports of earlier logs, without a session, and the writing of any report to a file."""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import TextIOWrapper
from itertools import chain, islice
from typing import BinaryIO, TextIO

from .environment import Environment
from .errors import Failure, StcpError, reason
from .journal.reader import Losses, records
from .report.formats import FORMATS, WITHOUT_REMARKS

STDIN = "-"
_LONGEST = 1 << 24  # bytes in a line; what is longer is no record, and memory is not for it
_BLOCK = 256  # lines that are written at once


class NotALog(StcpError):
    """A file cannot be read as a session log."""


def report(environment: Environment, path: str, form: str, output: str | None, force: bool) -> str:
    """Write the report of a log to a file, or to standard output; answers what is to be told besides.

    Raises NotALog, Failure where the file cannot be written, and OSError where standard output takes no more.
    """
    name = "standard input" if path == STDIN else path
    with _opened(path, environment.stdin) as file:
        losses = Losses()
        found = records(_lines(file, name), losses)
        first = list(islice(found, 1))
        if not first and (losses.skipped or losses.torn):
            raise NotALog(f"{name}: this is no session log: none of its lines is a record")
        lines = FORMATS[form](chain(first, found), losses)
        if output is None:
            _show(lines, environment.stdout)
        else:
            save(lines, output, force, partial(_same, file), "--force")
    remarks = losses.remarks() if form in WITHOUT_REMARKS else []
    return f"{name}: {'; '.join(remarks)}" if remarks else ""


def save(lines: Iterable[str], path: str, force: bool, source: Callable[[str], bool], option: str) -> int:
    """Write lines to a new file, readable by its owner only; answers its size.

    Raises Failure where it is the log that the lines are made from (`source`), where it exists, unless `force`
    (which is asked for by `option`), and where it cannot be written.
    """
    if source(path):
        raise Failure(f"{path} is the log from which this is made: choose another name")
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
    size = 0
    try:
        with open(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            for line in lines:
                size += len(line.encode()) + 1
                file.write(line + "\n")
    except FileExistsError:
        raise Failure(f"{path} exists: choose another name, or say {option}") from None
    except (OSError, ValueError) as error:
        raise Failure(f"{path}: {reason(error) if isinstance(error, OSError) else error}") from None
    return size


def _opened(path: str, stdin: BinaryIO | None) -> BinaryIO:
    if path == STDIN:
        return stdin or open(os.devnull, "rb")
    try:
        return open(os.path.expanduser(path), "rb")
    except (OSError, ValueError) as error:
        raise NotALog(f"{path}: {(isinstance(error, OSError) and error.strerror) or error}") from None


def _lines(file: BinaryIO, name: str) -> Iterator[bytes]:
    """The lines; one that is too long comes cut, which makes it no record."""
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


def _same(file: BinaryIO, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except (OSError, ValueError):  # not there, or no path at all
        return False


def _show(lines: Iterator[str], out: TextIO) -> None:
    if isinstance(out, TextIOWrapper):
        out.reconfigure(encoding="utf-8")  # which is what HTML and SVG say of themselves
    while block := list(islice(lines, _BLOCK)):
        out.write("\n".join([*block, ""]))
