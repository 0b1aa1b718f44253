"""`@command`: the one place where a command is declared.

Name, options with their kinds, help text and function stand together. They make a `Command`, which the parser,
completion, highlighting, `help` and the manual all read.

    @command("use", Argument("number", SOCKET, "the socket's number"))
    def use(session: Session, number: int) -> Current:
        '''Make another socket the current one.'''
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from keyword import iskeyword
from typing import Any, NamedTuple, Optional, Union

from ..errors import near_miss
from .kinds import FLAG, Kind


class Option(NamedTuple):
    """`-name VALUE`, or `-name` alone for a FLAG.

    `bare`: the value may stand without `-name`; several such options are taken in the order of their declaration.
    """

    name: str
    kind: Kind
    help: str
    required: bool = False
    bare: bool = False

    @property
    def usage(self) -> str:
        name = f"[-{self.name}]" if self.bare else f"-{self.name}"
        text = f"{name} {self.kind.label}".rstrip()
        return text if self.required else f"[{text}]"


class Argument(NamedTuple):
    """A word without a `-name`. `rest`: it takes all that follows, joined by spaces; `many`: all such words (tuple)."""

    name: str
    kind: Kind
    help: str
    required: bool = True
    rest: bool = False
    many: bool = False

    @property
    def usage(self) -> str:
        label = self.kind.label + "..." * self.many
        return label if self.required else f"[{label}]"


class Command(NamedTuple):
    """A declared command.

    `parsing`: what it does in the parser, before it runs (`set`, `source`); raises ValueError for values that cannot
    work. `also`: its other names. `excludes`: options of which only one can be given. `needs`: options that need
    another one, `save|redact` either of two.
    """

    name: str
    run: Callable[..., Any]
    options: dict[str, Option]
    arguments: tuple[Argument, ...]
    examples: tuple[str, ...]
    parsing: Optional[Callable[[Any, dict[str, Any]], None]]
    also: tuple[str, ...]
    excludes: tuple[tuple[str, ...], ...]
    needs: tuple[tuple[str, str], ...]

    @property
    def bare(self) -> list[Option]:
        """The options whose value may stand alone."""
        return [option for option in self.options.values() if option.bare]

    @property
    def parameters(self) -> list[Union[Option, Argument]]:
        """Options and arguments, in the order in which they were declared."""
        return [*self.options.values(), *self.arguments]

    @property
    def usage(self) -> str:
        return " ".join([self.name, *(p.usage for p in self.parameters)])

    @property
    def summary(self) -> str:
        return (self.run.__doc__ or "").partition("\n")[0]

    @property
    def details(self) -> list[str]:
        """The help text after the first line, without its indentation."""
        return [line.strip() for line in (self.run.__doc__ or "").rstrip().splitlines()[1:]]


def command(
    name: str,
    *parameters: Union[Option, Argument],
    examples: Iterable[str] = (),
    parsing: Optional[Callable[[Any, dict[str, Any]], None]] = None,
    also: tuple[str, ...] = (),
    excludes: Iterable[tuple[str, ...]] = (),
    needs: Iterable[tuple[str, str]] = (),
) -> Callable[[Callable[..., Any]], Command]:
    """Declare the decorated function as a command. It gets the session and a keyword for each given parameter."""
    options = {p.name: p for p in parameters if isinstance(p, Option)}
    arguments = tuple(p for p in parameters if isinstance(p, Argument))

    def declare(run: Callable[..., Any]) -> Command:
        return Command(name, run, options, arguments, tuple(examples), parsing, also, tuple(excludes), tuple(needs))

    return declare


def keyword_of(name: str) -> str:
    """Return the name of the function's parameter for an option: `-from` is `from_`."""
    return f"{name}_" if iskeyword(name) else name.replace("-", "_")


# What other programs are called that do what commands of this one do.
_FOREIGN = {
    **dict.fromkeys(("telnet", "nc", "ncat", "netcat", "curl", "test-netconnection", "tnc"), "connect"),
    **dict.fromkeys(("ping", "ping6", "fping", "hping3", "nping"), "traceroute or diagnose"),
    **dict.fromkeys(("tracert", "tracepath", "traceroute6", "mtr", "pathping"), "traceroute"),
    **dict.fromkeys(("ip", "ipconfig"), "ifconfig or route print"),
    **dict.fromkeys(("ss", "sockstat"), "netstat"),
    **dict.fromkeys(("nmap", "tcping"), "diagnose"),
}


def foreign(word: str) -> str:
    """Return a hint for the name of another program, or an empty text."""
    meant = _FOREIGN.get(word.lower())
    return f" (did you mean {meant}?)" if meant else ""


class Catalogue:
    """All the commands, by name, whatever its case, and by family; a name may be two words (`route print`)."""

    def __init__(self, families: Mapping[str, Sequence[Command]]) -> None:
        self.families = families
        self._commands = {c.name: c for family in families.values() for c in family}
        self._others = {name: c for c in self._commands.values() for name in c.also}
        self._groups: dict[str, list[str]] = {}
        for name in self._commands:
            if " " in name:
                group, _, member = name.partition(" ")
                self._groups.setdefault(group, []).append(member)

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def get(self, name: str) -> Optional[Command]:
        name = name.lower()
        return self._commands.get(name) or self._others.get(name)

    def members(self, group: str) -> list[str]:
        """Return the second words that may follow `group`; empty if it is not a group."""
        return self._groups.get(group.lower(), [])

    def first_words(self) -> list[str]:
        """Return the words that a line may start with."""
        others = filter(str.isalpha, self._others)
        return list(dict.fromkeys([*(name.partition(" ")[0] for name in self._commands), *others]))

    def words(self) -> frozenset[str]:
        """Return the words of all commands, and the names of their options."""
        return frozenset(word for each in self for word in (*each.name.split(), *each.options))

    def hint(self, word: str) -> str:
        """Return a hint for an unknown first word: the nearest known word, or where the commands are listed."""
        return foreign(word) or near_miss(word, self.first_words()) or " (help lists the commands)"


__all__ = ["FLAG", "Argument", "Catalogue", "Command", "Option", "command", "foreign", "keyword_of"]
