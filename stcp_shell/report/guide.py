"""The help texts, made from the declarations."""

from collections.abc import Iterator, Mapping, Sequence

from ..errors import Failure, near_miss
from ..language.declaration import Catalogue, Command, Option
from .events import fold

LANGUAGE = """\
The language, typed, in scripts, piped and after -c
  -name value  an option       'two words'  a value; '' inside is one apostrophe
  a; b         two commands    $N or ${N}   a variable: set N 2121, or -D N=2121
  # or & at the start of a line      a comment"""


def overview(families: Mapping[str, Sequence[Command]]) -> Iterator[str]:
    """All the commands, a line each."""
    width = max(len(c.name) for commands in families.values() for c in commands)
    for family, commands in families.items():
        yield family
        for command in commands:
            yield from fold(command.summary, f"  {command.name:<{width}}  ", " " * (width + 4))
        yield ""
    yield from LANGUAGE.split("\n")
    yield ""
    yield "help COMMAND explains one. Ctrl-C ends a wait, Ctrl-D or quit ends the session."


def explain(topic: str, catalogue: Catalogue) -> Iterator[str]:
    """One command, or the members of a group (`help route`). Raises Failure for an unknown one."""
    members = catalogue.members(topic)
    command = catalogue.get(topic)
    if not command and not members:
        known = [c.name for c in catalogue]
        raise Failure(f"there is no command {topic[:40]!r}{near_miss(topic, known) or '; help lists them'}")
    found = [c for c in (command, *(catalogue.get(f"{topic} {m}") for m in members)) if c]
    return _explained(found)


def _explained(commands: Sequence[Command]) -> Iterator[str]:
    for number, command in enumerate(commands):
        if number:
            yield ""
        yield from _choices(command.usage, "", "    ")
        yield ""
        for paragraph in "\n".join([command.summary, *command.details]).split("\n\n"):
            yield from fold(paragraph.replace("\n", " ").strip(), "  ")
            yield ""
        yield from _parameters(command)
        for example in command.examples:
            yield f"  example: {example}"


def _parameters(command: Command) -> Iterator[str]:
    rows = [
        (f"-{p.name} {p.kind.label}".rstrip() if isinstance(p, Option) else p.kind.label, p.help)
        for p in command.parameters
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
    """Folded behind a `|`, too."""
    return (line.replace("| ", "|") for line in fold(text.replace("|", "| "), first, hanging))
