"""The shell itself: variables, scripts, help, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..language.declaration import Argument, Option, command
from ..language.kinds import COUNT, FLAG, NAME, PATH, TEXT, seconds
from ..language.syntax import MOST_VALUE, is_name
from ..model.results import Sourced, Text, Variables
from ..report.text.escape import visible
from .session import Session

if TYPE_CHECKING:
    from ..language.parser import Parser

# Variables that the shell itself uses, and how their values are checked.
SETTINGS = {"timeout": seconds}


def check_variable(name: str, value: str) -> None:
    """Raise ValueError if a variable cannot have this name or this value."""
    if not is_name(name):
        raise ValueError(f"{name[:40]!r} is not a variable name: use letters, digits and _, no digit first")
    if len(value) > MOST_VALUE:
        raise ValueError(f"{name}: its value is longer than {MOST_VALUE >> 10} KiB")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name}: its value is not UTF-8") from None
    if name in SETTINGS:
        try:
            SETTINGS[name](value)
        except ValueError as why:
            raise ValueError(f"{name} {value[:40]}: {why}") from None


def _assign(parser: Parser, arguments: dict[str, Any]) -> None:
    name, value = arguments.get("name"), arguments.get("value")
    if name is None:
        return
    if arguments.get("default") and name in parser.variables:
        return
    if value is None:
        raise ValueError(f"{name[:40]} needs a value: set NAME VALUE")
    check_variable(name, value)
    parser.variables[name] = value


def _include(parser: Parser, arguments: dict[str, Any]) -> None:
    parser.include(arguments["file"])


@command(
    "set",
    Option("default", FLAG, "only if it has no value yet, from -D or an earlier set"),
    Argument("name", NAME, "the variable", required=False),
    Argument("value", TEXT, "its value", required=False, rest=True),
    examples=["set N 2121", "connect -name 10.1.1.1 -port $N", "set timeout 5", "set -default PORT 2121"],
    parsing=_assign,
)
def set_(session: Session, name: str | None = None, value: str = "", default: bool = False) -> Variables:
    """Set a variable, which is used as $NAME or ${NAME}; without a name list all variables.

    The variable `timeout` is the time in seconds that connect, accept and recv wait.
    """
    if name is None:
        return Variables({each: session.shown(each) for each in sorted(session.variables)})
    if not (default and name in session.variables):
        session.variables[name] = value
    return Variables({name: session.shown(name)})


@command("source", Argument("file", PATH, "a script"), examples=["source multihomed.stcp"], parsing=_include)
def source(session: Session, file: str) -> Sourced:
    """Run the commands of a script here. A relative path starts at the folder of the script that contains it."""
    return Sourced(file)


@command(
    "history",
    Argument("count", COUNT, "how many lines (20)", required=False),
    examples=["history", "history 100"],
)
def history(session: Session, count: int = 20) -> Text:
    """List the lines that were typed last, in this session and in earlier ones; Ctrl-R searches them."""
    return Text(map(visible, session.history()[-count:]))


@command("clear")
def clear(session: Session) -> Text:
    """Clear the screen, as Ctrl-L does."""
    session.clear()
    return Text(())


@command("quit", also=("exit",))
def quit_(session: Session) -> Text:
    """End the session; `exit` does the same, and so does the end of the input."""
    session.ended = True
    return Text(())
