"""The session log: show, save, copy, compare it, and add a note to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import Failure
from ..language.declaration import Argument, Option, command
from ..language.kinds import FLAG, PATH, TEXT, choice
from ..model.results import Clip, Saved, Text
from ..model.session import Note
from ..report.formats import FORMATS, format_of
from .load import LIVE, NAMES, host_of
from .session import Session

if TYPE_CHECKING:
    from ..language.parser import Parser
    from ..log.redaction import Redactor
    from ..log.state import State
    from ..model.comparison import Comparison

_FORMAT = Option(
    "format", choice(*FORMATS)._replace(label="FORMAT"), f"{', '.join(FORMATS)} (that of the file's suffix, or text)"
)
_REDACT = Option("redact", FLAG, "replace addresses and host names by stand-ins")
_ALSO = Option("redact-also", TEXT, "with -redact: replace these words, too, with commas between them")
_KEY = Option("key", PATH, "with -redact: the key of the stand-ins; the file is created if it is missing")
_NEEDS = (("key", "redact"), ("redact-also", "redact"))


def known_suffix(parser: Parser, arguments: dict[str, Any]) -> None:
    """Raise ValueError if -save has a suffix that is no format's, and there is no -format: before anything runs."""
    if "format" not in arguments and (path := arguments.get("save")):
        try:
            format_of(path)
        except ValueError as why:
            raise ValueError(f"-save {path[-60:]}: {why}") from None


def _logs_exist(parser: Parser, arguments: dict[str, Any]) -> None:
    """Raise ValueError with --check for a log that does not exist, if no command before this one writes it."""
    written = {str(call.arguments.get(name)) for call in parser.calls for name in ("save", "file")}
    for path in filter(None, (arguments.get("old"), arguments.get("new"))):
        if parser.checking and path not in written and not os.path.exists(os.path.expanduser(path)):
            raise ValueError(f"{path[-60:]}: No such file or directory")


@command(
    "log",
    _FORMAT,
    _REDACT,
    _ALSO,
    _KEY,
    Option("save", PATH, "write the ticket to this file instead"),
    Option("force", FLAG, "with -save: overwrite an existing file"),
    needs=(*_NEEDS, ("force", "save")),
    examples=["log", "log -save ticket.txt", "log -save ticket.html", "log -redact -key ~/ticket.key"],
    parsing=known_suffix,
)
def log(
    session: Session,
    format: str | None = None,
    redact: bool = False,
    redact_also: str | None = None,
    key: str | None = None,
    save: str | None = None,
    force: bool = False,
) -> Text | Saved:
    """Show this session so far, as a support ticket.

    text, markdown and html hold everything: host, interfaces, routes, connections, verdicts, notes; markdown and html
    also show how to repeat the session, and html has a picture of the paths. svg is that picture alone, csv has a row
    for each connection, jsonl has the records themselves. `stcp-shell --report FILE` does the same for an earlier log.

    With -redact an address has the same stand-in throughout, addresses of one subnet stay in one subnet, and public
    addresses become some for benchmarks and documentation. With the same -key an address has the same stand-in in later
    tickets too, unless those of another network are there; without a key the stand-ins cannot be reversed.

    A script writes in the working folder and below only, and no hidden files, unless --allow-write permits more.
    """
    form = format or format_of(save or "")
    lines = _lines(session, form, redact, redact_also, key)
    return Text(lines) if save is None else _saved(session, lines, save, force)


def save_ticket(session: Session, path: str, force: bool) -> Saved:
    """Write the session so far to a new file, in the format that its suffix stands for. Raises Failure."""
    return _saved(session, _lines(session, format_of(path), False, None, None), path, force)


def _saved(session: Session, lines: Iterator[str], save: str, force: bool) -> Saved:
    from ..report.export import save as write  # late: few sessions save anything

    path = _writable(session, save)
    return Saved(path, write(lines, path, force, session.journal.writes_to, "-force"))


@command("copy", _FORMAT, _REDACT, _ALSO, _KEY, needs=_NEEDS, examples=["copy", "copy -format markdown -redact"])
def copy(
    session: Session,
    format: str = "text",
    redact: bool = False,
    redact_also: str | None = None,
    key: str | None = None,
) -> Clip:
    """Copy the ticket to the clipboard of the terminal, also over SSH, tmux and screen (OSC 52).

    The ticket is the same as for `log`. The terminal must have a clipboard and allow programs to write to it.
    """
    from .clipboard import condition, obstacle, sequence  # late: few sessions need it

    variables = session.environment.variables
    if why := obstacle(session.environment.stdout.isatty(), variables):
        raise Failure(f"{why}: use log -save FILE instead")
    text = "".join(f"{line}\n" for line in _lines(session, format, redact, redact_also, key))
    try:
        return Clip(sequence(text, variables), len(text.encode()), condition(variables))
    except ValueError as long:
        raise Failure(f"the ticket is too long: {long}; use log -save FILE instead") from None


@command(
    "compare",
    Argument("old", PATH, "a session log; without it: the first results of this session", required=False),
    Argument("new", PATH, "a later session log; without it: this session", required=False),
    Option("host", NAMES, "a loaded host, with this one; or two loaded hosts: the tables"),
    examples=["compare", "compare before.jsonl", "compare before.jsonl after.jsonl", "compare -host phx"],
    excludes=[("host", "old")],
    parsing=_logs_exist,
)
def compare(session: Session, old: str | None = None, new: str | None = None, host: tuple[str, ...] = ()) -> Comparison:
    """Show what has changed: results by source and destination, verdicts, addresses, routes.

    For each connection the last result counts. Without a log it shows the results that changed when they were tried
    again in this session, for example after a firewall change.
    """
    from ..log.comparison import compared, repeated  # late: few sessions compare anything
    from ..log.reader import entries
    from ..log.state import State

    if host:
        return _compared_hosts(session, host)
    if old is None:
        return repeated(entries(session.journal.lines()))
    before = _state(old)
    if new is None:
        return compared((old, before), ("this session", State.last(entries(session.journal.lines()))))
    return compared((old, before), (new, _state(new)))


def _compared_hosts(session: Session, names: tuple[str, ...]) -> Comparison:
    from ..log.comparison import compared
    from .loaded_state import state_of

    if len(names) > 2:
        raise Failure("-host takes one loaded host, or two")
    hosts = [host_of(session, name) for name in (names if len(names) == 2 else (*names, LIVE))]
    old, new = ((f"{host.name} ({host.system_name})", state_of(host)) for host in hosts)
    return compared(old, new)


@command("note", Argument("text", TEXT, "the remark", rest=True), examples=["note firewall rule 12 was added"])
def note(session: Session, text: str) -> Note:
    """Write a remark into the session log."""
    return Note(session.secrets.text(text))


@command(
    "record",
    Argument("file", PATH, "the script to write"),
    Option("force", FLAG, "overwrite an existing file"),
    examples=["record firewall.stcp"],
)
def record(session: Session, file: str, force: bool = False) -> Saved:
    """Save the commands of this session so far as a script that replays them.

    A sourced script becomes one line, with its path as given. A failed command becomes a comment, because it would
    end the script. A script writes in the working folder and below only, and no hidden files, unless --allow-write
    permits more.
    """
    from ..log.reader import ReadProblems, entries
    from ..report.export import save as write
    from ..report.replay import replay_lines

    journal = session.journal
    path = _writable(session, file)
    lost = [f"# {remark}" for remark in ReadProblems(journal.dropped).remarks()]
    size = write([*lost, *replay_lines(entries(journal.lines()))], path, force, journal.writes_to, "-force")
    return Saved(path, size)


def check_new(session: Session, path: str, force: bool) -> None:
    """Raise Failure if a ticket could not be written to a file: before what it shall hold is found out."""
    if os.path.exists(_writable(session, path)) and not force:
        raise Failure(f"{path} exists: choose another name, or use -force")


def _writable(session: Session, path: str) -> str:
    from .permission import may_write  # late: few sessions write a file

    return may_write(session, path)


def _lines(session: Session, format: str, redact: bool, also: str | None, key: str | None) -> Iterator[str]:
    """Return the lines of the ticket. Raises Failure if the key can neither be read nor created."""
    from ..log.reader import ReadProblems, entries  # late, like all that a ticket needs

    journal = session.journal
    problems = ReadProblems(journal.dropped, live=True)
    redactor = None
    if redact:
        from ..log.redaction import Redactor
        from ..log.redaction_key import key as key_of

        if key and not os.path.exists(os.path.expanduser(key)):
            _writable(session, key)
        redactor = Redactor(key_of(key), journal.lines(), (also or "").split(","), session.catalogue.words())
    lines = FORMATS[format].write(entries(journal.lines(), problems, redactor), problems)
    return _then(lines, session, redactor) if redactor else lines


def _then(lines: Iterator[str], session: Session, redactor: Redactor) -> Iterator[str]:
    """Yield the lines of a redacted ticket; then say beside it which words a person should look at."""
    yield from lines
    for remark in redactor.remarks("-redact-also"):
        session.warn(remark)


def _state(path: str) -> State:
    """Return the state at the end of a log. Raises Failure if the log cannot be read."""
    from ..log.files import NotALog, log_entries, opened
    from ..log.reader import ReadProblems
    from ..log.state import State

    expanded = os.path.expanduser(path)
    if os.path.exists(expanded) and not os.path.isfile(expanded) and not os.path.isdir(expanded):
        raise Failure(f"{path}: this is no regular file: a session log is one")
    try:
        with opened(path) as file:
            problems = ReadProblems()
            state = State.last(log_entries(file, path, problems))
            state.lacks = problems.remarks()
    except NotALog as problem:
        raise Failure(str(problem)) from None
    return state
