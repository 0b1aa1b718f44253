"""The command line: its options, declared once for parsing and `--help`.

By hand and not by argparse, whose import alone takes a sixth of what the whole start-up may take.
"""

from collections.abc import Sequence
from typing import NamedTuple, Optional

from ..errors import StcpError, near_miss
from ..language.kinds import FLAG, PATH, SECONDS, Kind, choice, whole
from ..report.formats import FORMATS
from .status import EXIT_STATUS


class UsageError(StcpError):
    """The command line does not parse."""


class CliOption(NamedTuple):
    """An option of the command line. `optional`: it can do without its value."""

    name: str
    kind: Kind
    help: str
    optional: bool = False

    @property
    def usage(self) -> str:
        """The name with what its value is called."""
        label = f"[{self.kind.label}]" if self.optional else self.kind.label
        return f"{self.name} {label}".rstrip()


def _definition(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError("write -D NAME=VALUE")
    return name, value


def _format(text: str) -> str:
    if text not in FORMATS:
        raise ValueError(f"one of {', '.join(FORMATS)} is needed{near_miss(text, FORMATS)}")
    return text


OPTIONS = (
    CliOption("-c", Kind("COMMANDS", str), "run these commands"),
    CliOption("-D", Kind("NAME=VALUE", _definition), "give a variable a value; may be given again"),
    CliOption("--log", PATH, "write the session log to FILE (appended to)"),
    CliOption("--no-log", FLAG, "write no session log"),
    CliOption("--timeout", SECONDS, "how long connect, accept and recv wait (60)"),
    CliOption("--keep-going", FLAG, "go on after a command that failed"),
    CliOption("-j", Kind("N", whole(1, 1000)), "run up to N scripts at once, each as a session of its own"),
    CliOption("--junit", PATH, "write what `expect` found as JUnit XML"),
    CliOption("--check", FLAG, "parse the scripts and run nothing"),
    CliOption("--lab", Kind("SCENARIO", str, "scenario"), "run inside a practice network; list: which there are", True),
    CliOption("--color", choice("auto", "always", "never")._replace(label="WHEN"), "auto, always or never"),
    CliOption("--report", PATH, "make a report of a session log and run nothing; - is standard input"),
    CliOption(
        "--format", Kind("FORMAT", _format, "format"), "text or jsonl; with --report also markdown, html, csv or svg"
    ),
    CliOption("--output", PATH, "with --report: write it to FILE"),
    CliOption("--force", FLAG, "with --output: write over a file that exists"),
    CliOption("--redact", FLAG, "with --report: stand-ins for addresses and host names"),
    CliOption("--key", PATH, "with --redact: the stand-ins' key, which is made if it is not there"),
    CliOption(
        "--manual", choice("shell", "log")._replace(label="PAGE"), "print a manual page, as roff: shell or log", True
    ),
    CliOption(
        "--completion", choice("bash", "zsh", "fish")._replace(label="SHELL"), "print its completion: bash, zsh or fish"
    ),
    CliOption("--version", FLAG, "print the version"),
    CliOption("--help", FLAG, "print this"),
)
_BY_NAME = {flag.name: flag for flag in OPTIONS} | {"-h": OPTIONS[-1]}
SESSION_FORMATS = ("text", "jsonl")  # of standard output
USAGE = "usage: stcp-shell [options] [FILE...]"


class Arguments:
    """The command line, taken apart."""

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
        self.key: Optional[str] = None
        self.completion: Optional[str] = None  # a shell
        self.manual: Optional[str] = None  # a page
        self.given: set[str] = set()


def parse(words: Sequence[str], scenarios: Sequence[str] = ()) -> Arguments:
    """Take a command line apart. Raises UsageError.

    An optional value is the next word only where that is one of its choices, of `scenarios` for `--lab`; anything else
    is a FILE.
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
        raise UsageError("-j goes with FILEs")
    _check_report(found)
    return found


def _check_report(found: Arguments) -> None:
    if "--report" in found.given:
        running = [name for name in ("-c", "--log", "--check", "--lab") if name in found.given]
        if found.files or running:
            raise UsageError(f"--report runs nothing: leave {(running or found.files)[0]} out")
    elif found.format not in (None, *SESSION_FORMATS):
        raise UsageError(f"--format {found.format} goes with --report FILE; a session has {', '.join(SESSION_FORMATS)}")
    together = (("--output", "--report"), ("--force", "--output"), ("--redact", "--report"), ("--key", "--redact"))
    for name, needed in together:
        if name in found.given and needed not in found.given:
            raise UsageError(f"{name} goes with {needed}{'' if needed == '--redact' else ' FILE'}")


def _split(word: str) -> tuple[CliOption, Optional[str]]:
    """The option and its value, if that is in the same word: `--log=FILE`, `-DN=1`."""
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
    elif flag.name == "-j":
        found.jobs = value
    elif flag.kind is not FLAG:
        setattr(found, flag.name.removeprefix("--"), value)


def help_text() -> str:
    """What `--help` prints."""
    rows = [(flag.usage, flag.help) for flag in OPTIONS]
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
