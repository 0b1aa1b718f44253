"""What a session gets from outside: streams, folders, clock, host name. Tests pass their own."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from io import TextIOWrapper
from typing import BinaryIO, NamedTuple, Optional, TextIO


class Environment(NamedTuple):
    """The surroundings of a session. Its code reads these fields, not the streams of `sys` or `os.environ`."""

    stdin: Optional[BinaryIO]
    stdout: TextIO
    stderr: TextIO
    variables: Mapping[str, str]
    host: str
    clock: Callable[[], float] = time.time  # seconds since the epoch

    @property
    def interactive(self) -> bool:
        """Whether standard input and standard output are both a terminal: a person types and reads."""
        return self.stdin is not None and self.stdin.isatty() and self.stdout.isatty()

    @property
    def state_folder(self) -> str:
        """The folder of history and session logs (XDG Base Directory Specification; a relative path is ignored)."""
        return os.path.join(self._base("XDG_STATE_HOME", os.path.join(".local", "state")), "stcp-shell")

    @property
    def config_folder(self) -> str:
        """The folder of settings (XDG Base Directory Specification; a relative path is ignored)."""
        return os.path.join(self._base("XDG_CONFIG_HOME", ".config"), "stcp-shell")

    def _base(self, variable: str, usual: str) -> str:
        base = self.variables.get(variable, "")
        if os.path.isabs(base):
            return base
        home = self.variables.get("HOME") or os.path.expanduser("~")
        return os.path.join(home, usual)

    def local_time(self) -> str:
        """Return `HH:MM:SS` of this host's clock, as in STCP's `ready` line."""
        return time.strftime("%H:%M:%S", time.localtime(self.clock()))


def iso_time(seconds: float) -> str:
    """Return a time since the epoch in ISO 8601: UTC, with milliseconds."""
    second, rest = divmod(int(seconds * 1000), 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(second))}.{rest:03d}Z"


def real() -> Environment:
    """Return the process's own streams and variables. A closed standard stream is replaced by the null device."""
    stdin = sys.stdin.buffer if sys.stdin else None
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.encoding.lower() != "utf-8":
        sys.stdout.reconfigure(errors="backslashreplace")  # like standard error: the locale may lack a character
    return Environment(stdin, sys.stdout or _null(), sys.stderr or _null(), os.environ, os.uname().nodename)


def _null() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")
