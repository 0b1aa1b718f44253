"""A session: its start, its commands, its end."""

from typing import Annotated, NamedTuple

from .record import HostName, Wire, Word, record


@record("session", command=False)
class SessionBegun(NamedTuple):
    """The start of a session."""

    version: Annotated[Word, "version of the program"]
    host: Annotated[HostName, "this host's name"]
    system: Annotated[str, "kernel, release, machine"]
    arguments: Annotated[tuple[str, ...], "arguments of the command line"]
    pid: Annotated[int, "process ID"] = 0
    schema: Annotated[int, "version of the log format; 0: the log is older than version numbers"] = 0
    variables: Annotated[tuple[str, ...], "NAME=VALUE that the command line set"] = ()
    scripts: Annotated[tuple[str, ...], "the script FILEs of the command line"] = ()


@record("command", command=False)
class CommandGiven(NamedTuple):
    """A command, recorded before it runs."""

    text: Annotated[str, "the command as written"]
    origin: Annotated[str, Wire("from"), "where it comes from: typed, -c:1, <stdin>:3, FILE:LINE"]


@record("note")
class Note(NamedTuple):
    """A remark (note)."""

    text: Annotated[str, "the remark"]


@record("end", command=False)
class SessionEnd(NamedTuple):
    """The end of a session. If it is missing, the process was killed or is still running."""

    reason: Annotated[str, "why the session ended"]
    status: Annotated[int, "exit status"]
