"""The exceptions of this program. The text of each is the one line that the user reads.

    StcpError
      Failure         a command could not be carried out (no such socket, address not local, ...)
      SyntaxProblem   a line does not parse; holds the column
      ScriptProblem   a script cannot be read (missing, a folder, binary, not UTF-8)
      OutputClosed    standard output was closed by its reader (`| head -1`)
        OutputFull    standard output cannot be written (a full disk)
      TerminalUnusable  the terminal lacks what the prompt needs
    Terminated        SIGTERM or SIGHUP arrived; not a StcpError, so that no handler of StcpError catches it

A connection that is refused or times out is not an error but a finding: see `model.connection.Connection`.
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
    """The reader of standard output closed it."""


class OutputFull(OutputClosed):
    """Standard output cannot be written. Unlike a closed one, this is a loss that must be reported to the user."""


class TerminalUnusable(StcpError):
    """The terminal lacks what the prompt needs, or refuses it."""


class Terminated(BaseException):
    """SIGTERM or SIGHUP arrived. Not an Exception: only the code that ends the session handles it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def near_miss(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean X?)` for the nearest of the `known` words, or an empty text."""
    import difflib  # late: needed only after a mistake

    names = {each.lower(): each for each in known}
    nearest = difflib.get_close_matches(word[:64].lower(), names, n=1, cutoff=0.6)
    return f" (did you mean {names[nearest[0]]}?)" if nearest else ""


def brief(text: str, width: int = 40) -> str:
    """Return the text in quotation marks, cut to `width` characters: a message stays one line whatever was typed."""
    return repr(text if len(text) <= width else text[: width - 1] + "…")


def reason(error: OSError) -> str:
    """Return an OSError as `No route to host (EHOSTUNREACH)`; for EMFILE, what to do about it."""
    if error.errno == errno.EMFILE:
        limit = os.sysconf("SC_OPEN_MAX")
        return f"the limit of {limit} open files is reached (EMFILE): close some, or raise the limit with ulimit -n"
    code = errno.errorcode.get(error.errno or 0, "")
    return f"{error.strerror or error} ({code})" if code else str(error.strerror or error)
