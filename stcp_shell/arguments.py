"""The command line: its options, declared once for parsing and `--help`.

By hand and not by argparse, whose import alone takes a sixth of what the whole start-up may take.
"""

from collections.abc import Sequence
from typing import NamedTuple

from .errors import StcpError, near_miss
from .language.kinds import seconds
from .status import EXIT_STATUS


class UsageError(StcpError):
    """The command line does not parse."""


class Flag(NamedTuple):
    """An option of the command line. `value`: what its value is called; `optional`: it can do without."""

    name: str
    value: str
    help: str
    optional: bool = False


OPTIONS = (
    Flag("-c", "COMMANDS", "run these commands"),
    Flag("-D", "NAME=VALUE", "give a variable a value; may be given again"),
    Flag("--log", "FILE", "write the session log to FILE (appended to)"),
    Flag("--no-log", "", "write no session log"),
    Flag("--timeout", "SECONDS", "how long connect, accept and recv wait (60)"),
    Flag("--keep-going", "", "go on after a command that failed"),
    Flag("--check", "", "parse the scripts and run nothing"),
    Flag("--lab", "SCENARIO", "run inside a practice network; --lab=list lists the scenarios", optional=True),
    Flag("--color", "WHEN", "auto, always or never"),
    Flag("--report", "FILE", "make a report of a session log and run nothing; - is standard input"),
    Flag("--format", "FORMAT", "with --report: text (the default), markdown, html, csv, jsonl or svg"),
    Flag("--output", "FILE", "with --report: write it to FILE"),
    Flag("--force", "", "with --output: write over a file that exists"),
    Flag("--version", "", "print the version"),
    Flag("--help", "", "print this"),
)
_BY_NAME = {flag.name: flag for flag in OPTIONS} | {"-h": OPTIONS[-1]}
USAGE = "usage: stcp-shell [options] [FILE...]"


class Arguments:
    """The command line, taken apart."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.definitions: list[tuple[str, str]] = []
        self.files: list[str] = []
        self.log: str | None = None
        self.lab: str | None = None  # a scenario; empty: the default one
        self.timeout: str | None = None
        self.color = "auto"
        self.report: str | None = None  # a session log
        self.format: str | None = None
        self.output: str | None = None
        self.given: set[str] = set()


def parse(words: Sequence[str], scenarios: Sequence[str] = ()) -> Arguments:
    """Take a command line apart. Raises UsageError.

    `--lab` takes the next word only where that is one of `scenarios`; anything else is a FILE.
    """
    found = Arguments()
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            found.files += waiting
            break
        if word == "-" or not word.startswith("-"):
            found.files.append(word)
            continue
        flag, value = _split(word)
        found.given.add(flag.name)
        if flag.value and value is None:
            if flag.optional:
                value = waiting.pop(0) if waiting and waiting[0] in scenarios else ""
            elif not waiting:
                raise UsageError(f"{flag.name} needs a value: {flag.value}")
            else:
                value = waiting.pop(0)
        _store(found, flag.name, value or "")
    if {"--log", "--no-log"} <= found.given:
        raise UsageError("--log and --no-log exclude each other")
    _check_report(found)
    return found


def _check_report(found: Arguments) -> None:
    if "--report" in found.given:
        running = [name for name in ("-c", "--log", "--check", "--lab") if name in found.given]
        if found.files or running:
            raise UsageError(f"--report runs nothing: leave {(running or found.files)[0]} out")
    for name, needed in (("--format", "--report"), ("--output", "--report"), ("--force", "--output")):
        if name in found.given and needed not in found.given:
            raise UsageError(f"{name} goes with {needed} FILE")


def _split(word: str) -> tuple[Flag, str | None]:
    """The option and its value, if that is in the same word: `--log=FILE`, `-DN=1`."""
    name, equals, value = word.partition("=") if word.startswith("--") else (word[:2], word[2:], word[2:])
    flag = _BY_NAME.get(name)
    if flag is None:
        hint = near_miss(name, list(_BY_NAME)) or " (--help lists the options)"
        raise UsageError(f"unknown option {name}{hint}")
    if equals and not flag.value:
        raise UsageError(f"{name} takes no value")
    return flag, value if equals else None


def _store(found: Arguments, name: str, value: str) -> None:
    match name:
        case "-c":
            found.commands.append(value)
        case "-D":
            variable, equals, text = value.partition("=")
            if not equals:
                raise UsageError(f"-D {value}: write -D NAME=VALUE")
            found.definitions.append((variable, text))
        case "--log" | "--report" | "--output":
            if not value:
                raise UsageError(f"{name} needs a value: FILE")
            setattr(found, name[2:], value)
        case "--lab":
            found.lab = value
        case "--timeout":
            try:
                seconds(value)
            except ValueError as why:
                raise UsageError(f"--timeout {value}: {why}") from None
            found.timeout = value
        case "--color":
            if value not in ("auto", "always", "never"):
                raise UsageError(f"--color {value}: auto, always or never")
            found.color = value
        case "--format":
            from .report.formats import FORMATS  # late: only a report needs it

            if value not in FORMATS:
                raise UsageError(f"--format {value}: {', '.join(FORMATS)}")
            found.format = value


def help_text() -> str:
    """What `--help` prints."""
    rows = [(f"{flag.name} {_label(flag)}".rstrip(), flag.help) for flag in OPTIONS]
    width = max(len(name) for name, _ in rows)
    return "\n".join(
        [
            USAGE,
            "",
            "A shell after OpenVOS's stcp_calls: which source address did the connection use, and how did it end?",
            "With no FILE and no -c it reads commands from a terminal or from standard input; `help` lists them.",
            "",
            "options:",
            *(f"  {name:<{width}}  {text}" for name, text in rows),
            "",
            EXIT_STATUS,
        ]
    )


def _label(flag: Flag) -> str:
    return f"[{flag.value}]" if flag.optional else flag.value
