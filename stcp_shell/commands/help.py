"""The help texts, made from the declarations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import near_miss
from ..language.declaration import Argument, Catalogue, Command, Option, command, foreign
from ..language.kinds import COMMAND
from ..model.results import Text
from ..report.text.words import fold
from .topics import TOPICS

if TYPE_CHECKING:
    from ..language.parser import Parser
    from .session import Session

LANGUAGE = """\
The language of typed lines, scripts, piped lines and -c
  -name value  an option       'two words'  a value; '' inside is one apostrophe
  a; b         two commands    $N or ${N}   a variable: set N 2121, or -D N=2121
  # or & at the start of a line      a comment"""


def _is_known(parser: Parser, arguments: dict[str, Any]) -> None:
    """Raise ValueError if there is no such command or topic."""
    topic = arguments.get("topic")
    if topic and not _exists(topic, parser.catalogue):
        words = [*(c.name for c in parser.catalogue), *TOPICS, "commands"]
        hint = foreign(topic) or near_miss(topic, words) or "; help lists them"
        raise ValueError(f"there is no command or topic {topic[:40]!r}{hint}")


def _exists(topic: str, catalogue: Catalogue) -> bool:
    return bool(topic in (*TOPICS, "commands") or catalogue.get(topic) or catalogue.members(topic))


@command(
    "help",
    Argument("topic", COMMAND, "the command or topic", required=False, rest=True),
    examples=["help", "help connect", "help verdicts", "help commands"],
    also=("?",),
    parsing=_is_known,
)
def help_(session: Session, topic: str | None = None) -> Text:
    """List the commands and topics, or explain one; `?` does the same."""
    columns = session.columns()
    return Text(explain(topic, session.catalogue, columns) if topic else overview(session.catalogue, columns))


def overview(catalogue: Catalogue, width: int) -> Iterator[str]:
    """Yield the names of all commands and topics: they fit on a screen."""
    for family, commands in catalogue.families.items():
        names = "  ".join(each.name.replace(" ", "\xa0") for each in commands)  # a name is not broken
        for line in fold(names, f"{family:<22} ", " " * 23, width):
            yield line.replace("\xa0", " ")
    yield from fold("  ".join((*TOPICS, "commands")), f"{'Topics':<22} ", " " * 23, width)
    yield ""
    yield "help COMMAND explains one, help commands each in a line, help TOPIC a subject."
    yield "Begin with: diagnose HOST PORT. Ctrl-C ends a wait, Ctrl-D or quit the session."


def every_command(catalogue: Catalogue, columns: int) -> Iterator[str]:
    """Yield what each command does."""
    width = max(len(c.name) for c in catalogue)
    for family, commands in catalogue.families.items():
        yield family
        for each in commands:
            yield from fold(each.summary, f"  {each.name:<{width}}  ", " " * (width + 4), columns)
        yield ""
    yield from LANGUAGE.split("\n")


def about(topic: str, width: int) -> Iterator[str]:
    """Yield the text of a topic."""
    from .topic import blocks, source  # late: few sessions need it

    bullets = {"item": ("- ", "  "), "term": ("", ""), "meaning": ("    ", "    "), "text": ("", "")}
    before = ""
    for block in blocks(source(topic)):
        if before and (before, block.kind) not in (("term", "meaning"), ("item", "item")):
            yield ""
        before = block.kind
        if block.kind == "title":
            yield from (block.text, "-" * len(block.text))
        elif block.kind == "literal":
            yield from (f"    {line}".rstrip() for line in block.text.split("\n"))
        else:
            yield from fold(block.text, *bullets[block.kind], width)


def explain(topic: str, catalogue: Catalogue, width: int) -> Iterator[str]:
    """Yield the help of one command, or of the members of a group (`help route`)."""
    if topic == "commands":
        return every_command(catalogue, width)
    if topic in TOPICS:
        return about(topic, width)
    members = catalogue.members(topic)
    alone = catalogue.get(topic)
    found = [c for c in (alone, *(catalogue.get(f"{topic} {m}") for m in members)) if c]
    return _explained(found, width)


def _explained(commands: Sequence[Command], width: int) -> Iterator[str]:
    for number, each in enumerate(commands):
        if number:
            yield ""
        yield from (f"  {example}" for example in each.examples)
        if each.examples:
            yield ""
        yield from _choices(each.usage, "", "    ", width)
        yield ""
        for paragraph in "\n".join([each.summary, *each.details]).split("\n\n"):
            yield from fold(paragraph.replace("\n", " ").strip(), "  ", width=width)
            yield ""
        yield from _parameters(each, width)


def _parameters(each: Command, columns: int) -> Iterator[str]:
    rows = [
        (f"-{p.name} {p.kind.label}".rstrip() if isinstance(p, Option) else p.kind.label, p.help)
        for p in each.parameters
    ]
    width = max((len(name) for name, _ in rows if len(name) <= 24), default=0)
    hanging = " " * (width + 4)
    for name, text in rows:
        if len(name) <= width:
            yield from fold(text, f"  {name:<{width}}  ", hanging, columns)
        else:
            yield from _choices(name, "  ", hanging, columns)
            yield from fold(text, hanging, width=columns)


def _choices(text: str, first: str, hanging: str, width: int) -> Iterator[str]:
    """Fold a text at spaces and after each `|`."""
    return (line.replace("| ", "|") for line in fold(text.replace("|", "| "), first, hanging, width))
