r"""The manual page, stcp-shell(1), made from the declarations: roff with the man macros (groff_man(7)).

Text goes through `roff`, so that no part of it is a roff request and a quoted command can be copied: a plain `-`
becomes a hyphen in the output, `\-` a minus.
"""

from collections.abc import Iterable, Iterator

from ..commands.help import LANGUAGE
from ..language.declaration import Catalogue, Command, Option
from ..language.kinds import Kind
from .options import OPTIONS, CliOption
from .status import EXIT_STATUS

_ESCAPES = str.maketrans(
    {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti", '"': r"\(dq", "|": r"|\:"}
)
DESCRIPTION = (
    "A shell that opens connections and shows which source address each one used, what chose the address, which route "
    "it took, how it ended, and the evidence. It is modelled on stcp_calls of the OpenVOS operating system, and also "
    "runs under that name.",
    "Without FILE and -c it reads commands from the terminal, or line by line from standard input if that is not a "
    "terminal. FILE and -c run instead, -c first; the FILE - is standard input, read as a script. A whole script is "
    "parsed before any part of it runs.",
    "A connection that is refused or times out is a finding: the script goes on and the exit status is 0, unless an "
    "expectation (see expect below) does not hold. A command that cannot be carried out ends the script, unless "
    "--keep-going is given.",
)
FILES = {
    "$XDG_STATE_HOME/stcp-shell/history": "The typed lines. Only the owner can read it, as all files in this folder.",
    "$XDG_STATE_HOME/stcp-shell/sessions/DATE-PID.jsonl": "The session logs: JSON Lines, one record per line.",
}
VARIABLES = {
    "XDG_STATE_HOME": "The base folder of these files; ~/.local/state if it is not set.",
    "NO_COLOR": "If it is set and not empty there are no colours, unless --color=always is given.",
    "TERM": "With dumb there are no colours and no line that shows how long a command has been waiting.",
}
EXAMPLES = {
    "Does the source address of a connection matter?": "stcp-shell -c 'diagnose -name HOST -port 2121'",
    "The same in a practice network where it matters:": (
        "stcp-shell --lab=acl-reject -c 'diagnose -name client -port 2121'"
    ),
    "Run the scripts of a folder, eight at a time, for continuous integration:": (
        "stcp-shell -j 8 --junit found.xml checks/*.stcp"
    ),
    "A support ticket from an earlier session:": "stcp-shell --report LOG.jsonl --format html --output ticket.html",
    "The outcomes of a script, for another program:": (
        "stcp-shell --format jsonl test.stcp | jq -r 'select(.outcome).outcome'"
    ),
}


def manual(version: str, catalogue: Catalogue) -> Iterator[str]:
    """Yield the lines of the page."""
    yield rf'.TH STCP\-SHELL 1 "" "stcp\-shell {roff(version)}" "User Commands"'
    yield from (".nr HY 0", ".ad l", ".SH NAME")  # no hyphenation, and no stretched gaps between words
    yield r"stcp\-shell, stcp_calls \- open connections and show their source addresses and outcomes"
    yield from (".SH SYNOPSIS", r"\fBstcp\-shell\fR [\fIoptions\fR] [\fIFILE\fR...]", ".SH DESCRIPTION")
    yield from paragraphs(DESCRIPTION)
    yield ".SH OPTIONS"
    for flag in OPTIONS:
        yield from tagged(_flag(flag), [flag.help])
    yield ".SH COMMANDS"
    for family, commands in catalogue.families.items():
        yield f".SS {roff(family)}"
        for command in commands:
            yield from _command(command)
    yield ".SH LANGUAGE"
    heading, *lines = LANGUAGE.split("\n")
    yield from (roff(f"{heading}:"), ".PP", *literal(line.removeprefix("  ") for line in lines))
    yield from (".SH EXIT STATUS", *_statuses())
    for title, entries in (("FILES", FILES), ("ENVIRONMENT", VARIABLES)):
        yield f".SH {title}"
        for name, text in entries.items():
            yield from tagged(rf"\fI{roff(name)}\fR", [text])
    yield ".SH EXAMPLES"
    for text, line in EXAMPLES.items():
        yield from (".PP", roff(text), ".PP", *literal([f"    {line}"]))
    see = (r"\fBstcp\-shell\-log\fR(5)", r"\fBip\fR(8)", r"\fBss\fR(8)", r"\fBtraceroute\fR(8)", r"\fBbind\fR(2)")
    yield from (".SH SEE ALSO", ", ".join((*see, r"\fBtcp\fR(7)")))


def roff(text: str) -> str:
    """Return the roff source that prints exactly this text."""
    escaped = text.translate(_ESCAPES)
    if not escaped.isascii():
        escaped = "".join(c if c.isascii() else rf"\[u{ord(c):04X}]" for c in escaped)
    return rf"\&{escaped}" if escaped.startswith((".", r"\(aq")) else escaped


def _flag(flag: CliOption) -> str:
    value = flag.usage.removeprefix(flag.name)
    return rf"\fB{roff(flag.name)}\fI{roff(value)}\fR" if value else rf"\fB{roff(flag.name)}\fR"


def _command(command: Command) -> Iterator[str]:
    arguments = command.usage.removeprefix(command.name)
    yield from (".TP", rf"\fB{roff(command.name)}\fR{roff(arguments)}", roff(command.summary))
    yield from paragraphs(_joined(command.details), ".IP")
    if command.parameters or command.examples:
        yield ".RS"
    for parameter in command.parameters:
        name = f"-{parameter.name}" if isinstance(parameter, Option) else ""
        yield from tagged(_parameter(name, parameter.kind), [parameter.help])
    if command.examples:
        yield from (".PP", "Examples:", ".PP", *literal(f"    {example}" for example in command.examples))
    if command.parameters or command.examples:
        yield ".RE"


def _parameter(name: str, kind: Kind) -> str:
    return (rf"\fB{roff(name)}\fR " if name else "") + (rf"\fI{roff(kind.label)}\fR" if kind.label else "")


def _joined(lines: Iterable[str]) -> list[str]:
    """Return the paragraphs of lines; an empty line separates them."""
    return [" ".join(paragraph.split("\n")) for paragraph in "\n".join(lines).split("\n\n") if paragraph.strip()]


def paragraphs(texts: Iterable[str], macro: str = ".PP") -> Iterator[str]:
    """Yield paragraphs of text."""
    for text in texts:
        yield from (macro, roff(text.strip()))


def tagged(tag: str, texts: Iterable[str]) -> Iterator[str]:
    """Yield a tag with its explanation below it."""
    yield from (".TP", tag.rstrip(), *map(roff, texts))


def literal(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines that are printed unchanged."""
    yield from (".EX", *(roff(line) for line in lines), ".EE")


def _statuses() -> Iterator[str]:
    for line in EXIT_STATUS.split("\n")[1:]:
        number, _, text = line.strip().partition("  ")
        yield from tagged(rf"\fB{roff(number)}\fR", [text.strip()])
