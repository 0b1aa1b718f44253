"""The session log: seeing it, saving it, handing it on, comparing it, adding a note to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import Failure
from ..language.declaration import Argument, Option, command
from ..language.kinds import FLAG, PATH, TEXT, choice
from ..model.results import Clip, Saved, Text
from ..model.session import Note
from ..report.formats import FORMATS
from .session import Session

if TYPE_CHECKING:
    from ..log.state import State
    from ..model.comparison import Comparison

_FORMAT = Option("format", choice(*FORMATS)._replace(label="FORMAT"), f"{', '.join(FORMATS)} (text)")
_REDACT = Option("redact", FLAG, "put stand-ins in the place of addresses and host names")
_KEY = Option("key", PATH, "with -redact: the key of the stand-ins; the file is made if it is not there")


@command(
    "log",
    _FORMAT,
    _REDACT,
    _KEY,
    Option("save", PATH, "write it to this file instead"),
    Option("force", FLAG, "with -save: write over a file that exists"),
    examples=["log", "log -save ticket.txt", "log -format html -save ticket.html", "log -redact -key ~/ticket.key"],
)
def log(
    session: Session,
    format: str = "text",
    redact: bool = False,
    key: str | None = None,
    save: str | None = None,
    force: bool = False,
) -> Text | Saved:
    """Show this session so far, as a ticket for those who are to help.

    text, markdown and html tell the whole of it: host, interfaces, routes, connections, verdicts, notes, and in the
    latter two how to do it again; html has a picture of the paths, which svg is alone. csv has a row for each
    connection, jsonl the records as they are. `stcp-shell --report FILE` does the same for an earlier log.

    With -redact the same address has the same stand-in throughout, and what is in one subnet still is. With the same
    -key it has it in later tickets, too; without one nobody can tell again what stands for what.
    """
    if force and not save:
        raise Failure("-force goes with -save FILE")
    from ..report.export import save as write  # late: few sessions save anything

    lines = _lines(session, format, redact, key)
    if save is None:
        return Text(lines)
    path = os.path.expanduser(save)
    return Saved(path, write(lines, path, force, session.journal.writes_to, "-force"))


@command("copy", _FORMAT, _REDACT, _KEY, examples=["copy", "copy -format markdown -redact"])
def copy(session: Session, format: str = "text", redact: bool = False, key: str | None = None) -> Clip:
    """Put the ticket on the clipboard of the terminal, also over SSH, tmux and screen (OSC 52).

    What it holds is as for `log`. It takes a terminal that has a clipboard and lets programs write to it.
    """
    from .clipboard import condition, obstacle, sequence  # late: few sessions have a use for it

    variables = session.environment.variables
    if why := obstacle(session.environment.stdout.isatty(), variables):
        raise Failure(f"{why}: log -save FILE saves the ticket instead")
    text = "".join(f"{line}\n" for line in _lines(session, format, redact, key))
    try:
        return Clip(sequence(text, variables), len(text.encode()), condition(variables))
    except ValueError as long:
        raise Failure(f"the ticket is too long: {long}; log -save FILE saves it") from None


@command(
    "compare",
    Argument("old", PATH, "a session log; without one: what was seen first in this session", required=False),
    Argument("new", PATH, "a later one; without one: this session", required=False),
    examples=["compare", "compare before.jsonl", "compare before.jsonl after.jsonl"],
)
def compare(session: Session, old: str | None = None, new: str | None = None) -> Comparison:
    """Show what has changed: results by source and destination, verdicts, addresses, routes.

    Of each connection the last result counts. Without a log it shows what came out differently when it was tried
    again in this session, as after the firewall was changed.
    """
    from ..log.comparison import compared, repeated  # late: few sessions compare anything
    from ..log.reader import entries
    from ..log.state import State

    if old is None:
        return repeated(entries(session.journal.lines()))
    before = _state(old)
    if new is None:
        return compared((old, before), ("this session", State.last(entries(session.journal.lines()))))
    return compared((old, before), (new, _state(new)))


@command("note", Argument("text", TEXT, "what to remember", rest=True), examples=["note firewall rule 12 was added"])
def note(session: Session, text: str) -> Note:
    """Write a remark into the session log."""
    return Note(text)


@command(
    "record",
    Argument("file", PATH, "the script to write"),
    Option("force", FLAG, "write over a file that exists"),
    examples=["record firewall.stcp"],
)
def record(session: Session, file: str, force: bool = False) -> Saved:
    """Save the commands of this session so far as a script that replays them.

    A script that was sourced is one line, its path as it was given. What failed becomes a comment, for it would end
    the script.
    """
    from ..log.reader import ReadProblems, entries
    from ..report.export import save as write
    from ..report.replay import replay_lines

    journal = session.journal
    path = os.path.expanduser(file)
    lost = [f"# {remark}" for remark in ReadProblems(journal.dropped).remarks()]
    size = write([*lost, *replay_lines(entries(journal.lines()))], path, force, journal.writes_to, "-force")
    return Saved(path, size)


def _lines(session: Session, format: str, redact: bool, key: str | None) -> Iterator[str]:
    """The ticket. Raises Failure where the key cannot be had."""
    if key and not redact:
        raise Failure("-key goes with -redact")
    from ..log.reader import ReadProblems, entries  # late, like all that a ticket needs

    journal = session.journal
    problems = ReadProblems(journal.dropped)
    redactor = None
    if redact:
        from ..log.redaction import Redactor, collect_names
        from ..log.redaction_key import key as key_of

        redactor = Redactor(key_of(key), collect_names(journal.lines()))
    return FORMATS[format].write(entries(journal.lines(), problems, redactor), problems)


def _state(path: str) -> State:
    """How things stand at the end of a log. Raises Failure where it cannot be read."""
    from ..log.files import NotALog, log_entries, opened
    from ..log.reader import ReadProblems
    from ..log.state import State

    try:
        with opened(path) as file:
            problems = ReadProblems()
            state = State.last(log_entries(file, path, problems))
            state.lacks = problems.remarks()
    except NotALog as problem:
        raise Failure(str(problem)) from None
    return state
