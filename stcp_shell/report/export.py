"""Writes reports of earlier logs, without a session, and writes any report to a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from io import TextIOWrapper
from itertools import chain, islice
from typing import BinaryIO, TextIO

from ..environment import Environment
from ..errors import Failure
from ..log.files import STDIN, log_entries, log_lines, opened, replayable
from ..log.reader import ReadProblems
from ..log.redaction import Redactor
from ..log.saving import save as write_whole
from .formats import FORMATS

_BLOCK = 256  # lines per write


def report(
    environment: Environment,
    paths: Sequence[str],
    form: str,
    output: str | None,
    force: bool,
    key: bytes | None = None,
    also: Sequence[str] = (),
    own: Iterable[str] = (),
) -> str:
    """Write the report of one log or several to a file or to standard output.

    Return the remarks that are not in the report. `key`: addresses and names get stand-ins under that key, and `also`
    these words; `own` ones are the program's. Raises NotALog, Failure if the file cannot be written, and OSError if
    standard output cannot be written.
    """
    problems = ReadProblems()
    with ExitStack() as stack:
        logs: list[tuple[BinaryIO, str]] = []
        for path in paths:
            name = "standard input" if path == STDIN else path
            file = stack.enter_context(opened(path, environment.stdin))
            logs.append((stack.enter_context(replayable(file, name)) if key else file, name))
        redact = _redactor(logs, key, also, own) if key else None
        # The first record of each log is read at once: what is no log leaves no file behind.
        found = [log_entries(file, name, problems, redact) for file, name in logs]
        lines = FORMATS[form].write(chain.from_iterable(found), problems)
        if output is None:
            _show(lines, environment.stdout)
        else:
            save(lines, output, force, lambda target: any(_same(file, target) for file, _ in logs), "--force")
    remarks = [] if FORMATS[form].remarks else problems.remarks()
    remarks += redact.remarks("--redact-also") if redact else []
    return f"{', '.join(name for _, name in logs)}: {'; '.join(remarks)}" if remarks else ""


def _redactor(logs: Sequence[tuple[BinaryIO, str]], key: bytes, also: Sequence[str], own: Iterable[str]) -> Redactor:
    """Return the redactor. A log is read twice: the record that shows a word to be a host name may come after it."""
    starts = [file.tell() for file, _ in logs]
    redactor = Redactor(key, (line for file, name in logs for line in log_lines(file, name)), also, own)
    for (file, _), start in zip(logs, starts):
        file.seek(start)
    return redactor


def save(lines: Iterable[str], path: str, force: bool, source: Callable[[str], bool], option: str) -> int:
    """Write lines to a new file, readable by its owner only; return its size in bytes.

    Raises Failure if the file is the log that the lines are made from (`source`), if it exists and `force` is not set
    (`option` is the option that sets it), or if it cannot be written.
    """
    if source(path):
        raise Failure(f"{path} is the log itself: choose another name")
    return write_whole(path, lines, force, option)


def _same(file: BinaryIO, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except (OSError, ValueError):  # it does not exist, or is not a path
        return False


def _show(lines: Iterator[str], out: TextIO) -> None:
    if isinstance(out, TextIOWrapper):
        out.reconfigure(encoding="utf-8")  # the encoding that HTML and SVG declare
    while block := list(islice(lines, _BLOCK)):
        out.write("\n".join([*block, ""]))
