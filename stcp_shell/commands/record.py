"""The session log: seeing it, saving it, adding a note to it."""

import os
from collections.abc import Iterator

from ..errors import Failure, reason
from ..journal.reader import Losses
from ..journal.writer import Journal
from ..language.declaration import Argument, Option, command
from ..language.kinds import FLAG, PATH, TEXT
from ..results import Noted, Saved, Text
from ..session import Session


@command(
    "log",
    Option("save", PATH, "write it to this file instead"),
    Option("force", FLAG, "with -save: write over a file that exists"),
    examples=["log", "log -save ticket.txt"],
)
def log(session: Session, save: str | None = None, force: bool = False) -> Text | Saved:
    """Show this session so far, as text for a support ticket."""
    from ..report.ticket import ticket

    if force and not save:
        raise Failure("-force goes with -save FILE")
    lines = ticket(session.journal.records(), Losses(session.journal.dropped))
    return _save(lines, save, force, session.journal) if save else Text(lines)


@command("note", Argument("text", TEXT, "what to remember", rest=True), examples=["note firewall rule 12 was added"])
def note(session: Session, text: str) -> Noted:
    """Write a remark into the session log."""
    return Noted(text)


def _save(lines: Iterator[str], path: str, force: bool, journal: Journal) -> Saved:
    path = os.path.expanduser(path)
    if journal.writes_to(path):
        raise Failure(f"{path} is this session's own log, from which the text is made: choose another name")
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
    size = 0
    try:
        with open(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            for line in lines:
                size += len(line.encode()) + 1
                file.write(line + "\n")
    except FileExistsError:
        raise Failure(f"{path} exists: choose another name, or say -force") from None
    except (OSError, ValueError) as error:
        raise Failure(f"{path}: {reason(error) if isinstance(error, OSError) else error}") from None
    return Saved(path, size)
