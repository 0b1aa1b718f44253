"""The session log: seeing it, saving it, adding a note to it."""

import os

from ..errors import Failure
from ..journal.reader import Losses
from ..language.declaration import Argument, Option, command
from ..language.kinds import FLAG, PATH, TEXT, choice
from ..report.formats import FORMATS
from ..results import Noted, Saved, Text
from ..session import Session


@command(
    "log",
    Option("format", choice(*FORMATS)._replace(label="FORMAT"), f"{', '.join(FORMATS)} (text)"),
    Option("save", PATH, "write it to this file instead"),
    Option("force", FLAG, "with -save: write over a file that exists"),
    examples=["log", "log -save ticket.txt", "log -format html -save ticket.html"],
)
def log(session: Session, format: str = "text", save: str | None = None, force: bool = False) -> Text | Saved:
    """Show this session so far, as a ticket for those who are to help.

    text, markdown and html tell the whole of it: host, interfaces, routes, connections, verdicts, notes, and in the
    latter two how to do it again; html has a picture of the paths, which svg is alone. csv has a row for each
    connection, jsonl the records as they are. `stcp-shell --report FILE` does the same for an earlier log.
    """
    if force and not save:
        raise Failure("-force goes with -save FILE")
    from ..export import save as write  # late: few sessions save anything

    journal = session.journal
    losses = Losses(journal.dropped)
    lines = FORMATS[format](journal.records(losses), losses)
    if save is None:
        return Text(lines)
    path = os.path.expanduser(save)
    return Saved(path, write(lines, path, force, journal.writes_to, "-force"))


@command("note", Argument("text", TEXT, "what to remember", rest=True), examples=["note firewall rule 12 was added"])
def note(session: Session, text: str) -> Noted:
    """Write a remark into the session log."""
    return Noted(text)
