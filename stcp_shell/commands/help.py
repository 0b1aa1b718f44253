"""The help texts, made from the declarations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..errors import Failure, near_miss
from ..language.declaration import Argument, Catalogue, Command, Option, command
from ..language.kinds import COMMAND
from ..model.results import Text
from ..report.text.words import fold

if TYPE_CHECKING:
    from .session import Session

LANGUAGE = """\
The language of typed lines, scripts, piped lines and -c
  -name value  an option       'two words'  a value; '' inside is one apostrophe
  a; b         two commands    $N or ${N}   a variable: set N 2121, or -D N=2121
  # or & at the start of a line      a comment"""


@command(
    "help",
    Argument("topic", COMMAND, "the command", required=False, rest=True),
    examples=["help", "help connect"],
    also=("?",),
)
def help_(session: Session, topic: str | None = None) -> Text:
    """List the commands, or explain one; `?` does the same."""
    return Text(explain(topic, session.catalogue) if topic else overview(session.catalogue))


def overview(catalogue: Catalogue) -> Iterator[str]:
    """Yield all the commands, one per line."""
    width = max(len(c.name) for c in catalogue)
    for family, commands in catalogue.families.items():
        yield family
        for each in commands:
            yield from fold(each.summary, f"  {each.name:<{width}}  ", " " * (width + 4))
        yield ""
    yield from LANGUAGE.split("\n")
    yield ""
    yield "help COMMAND explains one. Ctrl-C ends a wait, Ctrl-D or quit ends the session."


def explain(topic: str, catalogue: Catalogue) -> Iterator[str]:
    """Yield the help of one command, or of the members of a group (`help route`). Raises Failure if it is unknown."""
    members = catalogue.members(topic)
    alone = catalogue.get(topic)
    if not alone and not members:
        known = [c.name for c in catalogue]
        raise Failure(f"there is no command {topic[:40]!r}{near_miss(topic, known) or '; help lists the commands'}")
    found = [c for c in (alone, *(catalogue.get(f"{topic} {m}") for m in members)) if c]
    return _explained(found)


def _explained(commands: Sequence[Command]) -> Iterator[str]:
    for number, each in enumerate(commands):
        if number:
            yield ""
        yield from _choices(each.usage, "", "    ")
        yield ""
        for paragraph in "\n".join([each.summary, *each.details]).split("\n\n"):
            yield from fold(paragraph.replace("\n", " ").strip(), "  ")
            yield ""
        yield from _parameters(each)
        for example in each.examples:
            yield f"  example: {example}"


def _parameters(each: Command) -> Iterator[str]:
    rows = [
        (f"-{p.name} {p.kind.label}".rstrip() if isinstance(p, Option) else p.kind.label, p.help)
        for p in each.parameters
    ]
    width = max((len(name) for name, _ in rows if len(name) <= 24), default=0)
    hanging = " " * (width + 4)
    for name, text in rows:
        if len(name) <= width:
            yield from fold(text, f"  {name:<{width}}  ", hanging)
        else:
            yield from _choices(name, "  ", hanging)
            yield from fold(text, hanging)
    if rows:
        yield ""


def _choices(text: str, first: str, hanging: str) -> Iterator[str]:
    """Fold a text at spaces and after each `|`."""
    return (line.replace("| ", "|") for line in fold(text.replace("|", "| "), first, hanging))
