"""The command line: its options, declared once for parsing and `--help`.

Written by hand, without argparse, whose import alone takes a sixth of the time that the whole start-up may take.
"""

import os
from collections.abc import Collection, Sequence
from typing import NamedTuple, Optional

from ..commands.topics import TOPICS
from ..errors import StcpError, near_miss
from ..language.declaration import foreign
from ..language.kinds import FLAG, PATH, SECONDS, TEXT, Kind, choice, host_and_port, is_address, whole
from ..language.syntax import as_word
from ..report.formats import FORMATS, format_of
from .status import EXIT_STATUS


class UsageError(StcpError):
    """The command line does not parse."""


class CliOption(NamedTuple):
    """An option of the command line. `optional`: its value can be omitted."""

    name: str
    kind: Kind
    help: str
    optional: bool = False

    @property
    def usage(self) -> str:
        """The name with the label of its value."""
        label = f"[{self.kind.label}]" if self.optional else self.kind.label
        return f"{self.name} {label}".rstrip()


def _definition(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError("write -D NAME=VALUE")
    return name, value


SESSION_FORMATS = ("text", "jsonl")  # of standard output
_REPORT_FORMATS = [form for form in FORMATS if form not in SESSION_FORMATS]


def _format(text: str) -> str:
    if text not in FORMATS:
        raise ValueError(f"write one of {', '.join(FORMATS)}{near_miss(text, FORMATS)}")
    return text


OPTIONS = (
    CliOption("-c", Kind("COMMANDS", str), "run these commands"),
    CliOption("-D", Kind("NAME=VALUE", _definition), "set a variable; can be repeated"),
    CliOption("--log", PATH, "append the session log to FILE"),
    CliOption("--no-log", FLAG, "write no session log"),
    CliOption("--timeout", SECONDS, "seconds that connect, accept and recv wait (10)"),
    CliOption("-q", FLAG, "show results only: no greeting, no lines of scripts, no place of the log"),
    CliOption("--keep-going", FLAG, "go on after a failed command"),
    CliOption("-j", Kind("N", whole(1, 1000)), "run up to N scripts at once, each as its own session"),
    CliOption("--junit", PATH, "write the results of `expect` as JUnit XML"),
    CliOption("--allow-write", PATH, "scripts may write this file, or below this folder; can be repeated"),
    CliOption("--check", FLAG, "parse the scripts and run nothing"),
    CliOption(
        "--lab", Kind("SCENARIO", str, "scenario"), "run inside a practice network; list: print the scenarios", True
    ),
    CliOption("--color", choice("auto", "always", "never")._replace(label="WHEN"), "auto, always or never"),
    CliOption("--report", PATH, "make a report of session logs; last: the newest in their folder, -: standard input"),
    CliOption(
        "--format",
        Kind("FORMAT", _format, "format"),
        f"text or jsonl; with --report also {', '.join(_REPORT_FORMATS)} (or as FILE ends)",
    ),
    CliOption("--output", PATH, "with --report: write the report to FILE"),
    CliOption("--force", FLAG, "with --output: overwrite an existing file"),
    CliOption("--redact", FLAG, "with --report: replace addresses and host names by stand-ins"),
    CliOption(
        "--redact-also",
        TEXT._replace(label="WORDS"),
        "with --redact: replace these words, too, with commas between them",
    ),
    CliOption("--key", PATH, "with --redact: the key of the stand-ins; FILE is created if it is missing"),
    CliOption(
        "--manual",
        choice("shell", "log", *TOPICS)._replace(label="PAGE"),
        "print a manual page, as roff: shell, log, or a topic of `help`",
        True,
    ),
    CliOption(
        "--completion",
        choice("bash", "zsh", "fish")._replace(label="SHELL"),
        "print a completion script: bash, zsh or fish",
    ),
    CliOption("--version", FLAG, "print the version"),
    CliOption("--help", FLAG, "print this help"),
)
_BY_NAME = {flag.name: flag for flag in OPTIONS} | {"-h": OPTIONS[-1]}
USAGE = "usage: stcp-shell [options] [COMMAND... | FILE...]"


class Arguments:
    """The parsed command line."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.definitions: list[tuple[str, str]] = []
        self.files: list[str] = []
        self.log: Optional[str] = None
        self.lab: Optional[str] = None  # a scenario; empty: the default one
        self.timeout: Optional[float] = None
        self.color = "auto"
        self.jobs = 0  # scripts at once; 0: all in one session, one after the other
        self.junit: Optional[str] = None
        self.report: Optional[str] = None  # a session log
        self.format: Optional[str] = None
        self.output: Optional[str] = None
        self.allow_write: list[str] = []
        self.key: Optional[str] = None
        self.redact_also: Optional[str] = None  # words with commas between them
        self.completion: Optional[str] = None  # a shell
        self.manual: Optional[str] = None  # a page
        self.given: set[str] = set()
        self.notice = ""  # what to say before anything else


def parse(words: Sequence[str], scenarios: Sequence[str] = (), commands: Collection[str] = ()) -> Arguments:
    """Parse a command line. Raises UsageError.

    If the first FILE is one of the first words of `commands`, and no file, all the words from there on are a command.

    An optional value is the next word only if that is one of its choices, for `--lab` one of `scenarios`; any other
    word is a FILE.
    """
    found = Arguments()
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            found.files += waiting
            break
        if word == "-" or not word.startswith("-"):
            if commands and not found.files and not found.commands and _is_command(found, word, waiting, commands):
                found.commands.append(" ".join(map(_as_written, [word, *waiting])))
                break
            found.files.append(word)
            continue
        flag, value = _split(word)
        found.given.add(flag.name)
        if flag.kind is not FLAG and value is None:
            if flag.optional:
                offered = flag.kind.choices or scenarios
                value = waiting.pop(0) if waiting and waiting[0] in offered else "".join(flag.kind.choices[:1])
            elif not waiting:
                raise UsageError(f"{flag.name} needs a value: {flag.kind.label}")
            else:
                value = waiting.pop(0)
        _store(found, flag, value or "")
    for one, other in (("--log", "--no-log"), ("--log", "-j"), ("--format", "--check")):
        if {one, other} <= found.given:
            raise UsageError(f"{one} and {other} exclude each other")
    if found.jobs and not (found.files or found.commands):
        raise UsageError("-j needs scripts: give FILEs or -c")
    if found.manual and found.files:
        raise UsageError(f"--manual {found.files[0]}: the pages are shell, log and the topics of help")
    _check_report(found)
    return found


def _is_command(found: Arguments, word: str, others: Sequence[str], commands: Collection[str]) -> bool:
    """Return whether a word is a command, not a file. Raises UsageError if it looks like a wrong command."""
    if word.lower() not in commands:
        hint = "" if found.given & {"--manual", "--report"} else _no_file(word, others, commands)
        if hint:
            raise UsageError(hint)
        return False
    if not os.path.exists(word):
        return True
    found.notice = f"{word} is a file here, which is run as a script; for the command use -c"
    return False


def _as_written(word: str) -> str:
    """Return a word of the command line as one word of the language; options stay options."""
    plain = word.isascii() and word.isprintable() and not any(each in word for each in " ;#'$")
    return word if word[:1] == "-" and word.lstrip("-")[:1].isalpha() and plain else as_word(word)


def _no_file(word: str, others: Sequence[str], commands: Collection[str]) -> str:
    """Return what a first word may stand for that is no file: a command, or a host; empty: it may be a file."""
    if "/" in word or os.path.lexists(word):
        return ""
    name, number = host_and_port(word)
    if is_address(name) or (number.isdecimal() and not others):
        meant = " ".join([word, *others]) if is_address(name) else word
        return f"{word[:60]}: there is no such file; for a connection: stcp-shell connect {meant[:80]}"
    if "." not in word and (hint := foreign(word) or near_miss(word, commands)):
        return f"{word[:60]}: there is no such command or file{hint}"
    return ""


def _check_report(found: Arguments) -> None:
    if "--report" in found.given:
        running = [name for name in ("-c", "--log", "--check", "--lab") if name in found.given]
        if running:
            raise UsageError(f"--report runs nothing: remove {running[0]}")
    elif found.format not in (None, *SESSION_FORMATS):
        raise UsageError(f"--format {found.format} needs --report FILE; a session has {', '.join(SESSION_FORMATS)}")
    if found.output and found.format is None:
        try:
            format_of(found.output)
        except ValueError as why:
            raise UsageError(f"--output {found.output[-60:]}: {why}; or give --format") from None
    together = (
        *(("--output", "--report"), ("--force", "--output"), ("--redact", "--report")),
        *(("--key", "--redact"), ("--redact-also", "--redact")),
    )
    for name, needed in together:
        if name in found.given and needed not in found.given:
            raise UsageError(f"{name} needs {needed}{'' if needed == '--redact' else ' FILE'}")


def _split(word: str) -> tuple[CliOption, Optional[str]]:
    """Return the option, and its value if that is in the same word: `--log=FILE`, `-DN=1`."""
    name, equals, value = word.partition("=") if word.startswith("--") else (word[:2], word[2:], word[2:])
    flag = _BY_NAME.get(name)
    if flag is None:
        hint = near_miss(name, list(_BY_NAME)) or " (--help lists the options)"
        raise UsageError(f"unknown option {name}{hint}")
    if equals and flag.kind is FLAG:
        raise UsageError(f"{name} takes no value")
    return flag, value if equals else None


def _store(found: Arguments, flag: CliOption, text: str) -> None:
    if not text and flag.kind in (PATH, SECONDS):
        raise UsageError(f"{flag.name} needs a value: {flag.kind.label}")
    try:
        value = flag.kind.convert(text)
    except ValueError as why:
        raise UsageError(f"{flag.name} {text}: {why}") from None
    if flag.name == "-c":
        found.commands.append(value)
    elif flag.name == "-D":
        found.definitions.append(value)
    elif flag.name == "--allow-write":
        found.allow_write.append(value)
    elif flag.name == "-j":
        found.jobs = value
    elif flag.kind is not FLAG:
        setattr(found, flag.name.removeprefix("--").replace("-", "_"), value)


def help_text() -> str:
    """Return the text of `--help`."""
    rows = [(flag.usage, flag.help) for flag in OPTIONS]
    width = max(len(name) for name, _ in rows)
    return "\n".join(
        [
            USAGE,
            "",
            "A shell modelled on OpenVOS's stcp_calls: which source address did a connection use, and how did it end?",
            "COMMAND is a command of the shell: stcp-shell diagnose client:2121. Without COMMAND, FILE and -c",
            "it reads commands from a terminal or from standard input; `help` lists them.",
            "",
            "options:",
            *(f"  {name:<{width}}  {text}" for name, text in rows),
            "",
            EXIT_STATUS,
        ]
    )
