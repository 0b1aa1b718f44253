"""The course of a session: its beginning, its commands, its end."""

from typing import Annotated, NamedTuple, Optional

from .record import HostName, Wire, Word, record


@record("session", command=False)
class SessionBegun(NamedTuple):
    """Opens the log."""

    version: Annotated[Word, "of the program"]
    host: Annotated[HostName, "this host's name"]
    system: Annotated[str, "kernel, release, machine"]
    arguments: Annotated[tuple[str, ...], "of the command line"]
    pid: Annotated[int, "process"] = 0
    schema: Annotated[int, "version of this format; 0: the log was written before there was one"] = 0
    variables: Annotated[Optional[tuple[str, ...]], "NAME=VALUE that the command line set; null: not known"] = None
    scripts: Annotated[Optional[tuple[str, ...]], "the FILEs of the command line; null: not known"] = None


@record("command", command=False)
class CommandGiven(NamedTuple):
    """A command, before it runs."""

    text: Annotated[str, "as written"]
    origin: Annotated[str, Wire("from"), "typed, -c:1, <stdin>:3, FILE:LINE"]


@record("note")
class Note(NamedTuple):
    """A remark (note)."""

    text: Annotated[str, "the remark"]


@record("end", command=False)
class SessionEnd(NamedTuple):
    """Ends the log; where it is missing the process was killed."""

    reason: Annotated[str, "why"]
    status: Annotated[int, "exit status"]
