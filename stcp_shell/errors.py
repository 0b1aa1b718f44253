"""What can go wrong, as exceptions whose text is the one line that the user reads.

    StcpError
      Failure         a command could not be carried out (no such socket, address not local, ...)
      SyntaxProblem   a line does not parse; knows its column
      ScriptProblem   a script cannot be read (not there, a folder, binary, not UTF-8)
      OutputClosed    standard output went away (`| head -1`)
        OutputFull    standard output takes no more (a full disk)
    Terminated        SIGTERM or SIGHUP came; it is no StcpError, so that nothing on the way up takes it for one

A connection that is refused or times out is none of these: it is a finding, see `model.connection.Connection`.
"""

import errno
import os
import signal
from collections.abc import Iterable


class StcpError(Exception):
    """The root of this program's own exceptions."""


class Failure(StcpError):
    """A command could not be carried out."""


class SyntaxProblem(StcpError):
    """A line does not parse. `column` counts from 1."""

    def __init__(self, message: str, column: int = 1) -> None:
        super().__init__(message)
        self.column = column


class ScriptProblem(StcpError):
    """A script cannot be read."""


class OutputClosed(StcpError):
    """Nobody reads standard output any more."""


class OutputFull(OutputClosed):
    """Standard output takes no more: unlike one that was closed, a loss that the user has to be told of."""


class Terminated(BaseException):
    """SIGTERM or SIGHUP came. No Exception: on the way up it is for nobody but the end of the session."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def near_miss(word: str, known: Iterable[str]) -> str:
    """` (did you mean X?)` for the nearest of the `known` words, or nothing."""
    import difflib  # late: only a mistake needs it

    nearest = difflib.get_close_matches(word[:64].lower(), list(known), n=1, cutoff=0.6)
    return f" (did you mean {nearest[0]}?)" if nearest else ""


def brief(text: str, width: int = 40) -> str:
    """The text in quotation marks, cut to `width` characters: a message stays one line whatever was typed."""
    return repr(text if len(text) <= width else text[: width - 1] + "…")


def reason(error: OSError) -> str:
    """An OSError as `No route to host (EHOSTUNREACH)`, with what to do where file descriptors have run out."""
    if error.errno == errno.EMFILE:
        limit = os.sysconf("SC_OPEN_MAX")
        return f"the limit of {limit} open files is reached (EMFILE): close some, or raise it with ulimit -n"
    code = errno.errorcode.get(error.errno or 0, "")
    return f"{error.strerror or error} ({code})" if code else str(error.strerror or error)
