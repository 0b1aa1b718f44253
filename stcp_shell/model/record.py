"""How a record of the session log is declared: once, as a typed class shaped like its JSON.

    @record("note")
    class Note(NamedTuple):
        '''A remark.'''

        text: Annotated[str, "the remark"]

Writing and reading back (`coding`), the JSON Schema (`schema`), the documentation of the format (`documentation`) and
what is redacted (`log.redaction`) follow from the declaration. A field's hint says what it holds: text, numbers, truth
values, `Optional` ones of these, other declared classes, tuples of any; its `Annotated` texts say what it means. Wire
names stand here, so that a class can be renamed and old logs stay readable.
"""

import typing
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, Optional, TypeVar, Union

_C = TypeVar("_C", bound=type)


class Wire(NamedTuple):
    """A field's name in JSON, where Python's grammar forbids it."""

    name: str


class Redaction(NamedTuple):
    """What stand-ins do with a text: `word` and `interface` stay, a `host` is learned, `hardware` and `network` are
    mapped as what they are. Any other text has stand-ins for the addresses and names that are in it.
    """

    kind: str
    length: str = ""  # of a network: the field with its prefix length


class Range(NamedTuple):
    """The least and the largest value of a number."""

    least: int
    most: int


Word = typing.Annotated[str, Redaction("word")]  # of the program's own vocabulary
InterfaceName = typing.Annotated[str, Redaction("interface")]
HostName = typing.Annotated[str, Redaction("host")]
Hardware = typing.Annotated[str, Redaction("hardware")]  # hexadecimal with colons
PrefixLength = typing.Annotated[int, Range(0, 128)]
Port = typing.Annotated[int, Range(0, 65535)]
Octet = typing.Annotated[int, Range(0, 255)]


class Kind(NamedTuple):
    """What a record is called in the log."""

    type: str
    result: str = ""  # records of the type `result` hold an answer each, and this says which
    command: bool = True  # it came of a command, whose `seq` it names

    @property
    def name(self) -> str:
        """`connection`, `result/bound`."""
        return f"{self.type}/{self.result}" if self.result else self.type


KINDS: dict[type, Kind] = {}
RECORDS: dict[str, type] = {}  # by the kind's name


def record(type: str, result: str = "", command: bool = True) -> Callable[[_C], _C]:
    """Declare a class as a record of that type."""

    def declare(cls: _C) -> _C:
        kind = KINDS[cls] = Kind(type, result, command)
        RECORDS[kind.name] = cls
        return cls

    return declare


UNLOGGED: set[type] = set()


def unlogged(cls: _C) -> _C:
    """Declare a result that is shown and not kept: the log says it anyway, or it is the log."""
    UNLOGGED.add(cls)
    return cls


class Field(NamedTuple):
    """A field of a declared class."""

    name: str
    wire: str
    type: type  # str, int, float, bool, or a declared class; of a tuple that of its members
    many: bool  # a tuple of them
    optional: bool  # it may be null
    required: bool  # no default, and null is no value
    default: Any
    doc: str
    redaction: Optional[Redaction]
    range: Optional[Range]


@cache
def fields(cls: type) -> tuple[Field, ...]:
    """The fields of a class, in the order of the declaration."""
    hints = cls.__annotations__
    defaults = cls._field_defaults  # type: ignore[attr-defined]
    return tuple(_field(name, hints[name], defaults) for name in cls._fields)  # type: ignore[attr-defined]


def _field(name: str, hint: Any, defaults: dict[str, Any]) -> Field:
    notes: list[Any] = []
    hint = _bare(hint, notes)
    optional = typing.get_origin(hint) is Union
    if optional:
        (hint,) = [member for member in typing.get_args(hint) if member is not type(None)]
        hint = _bare(hint, notes)
    many = typing.get_origin(hint) is tuple
    if many:
        hint = _bare(typing.get_args(hint)[0], notes)
    docs = [note for note in notes if isinstance(note, str)]
    return Field(
        name,
        next((note.name for note in notes if isinstance(note, Wire)), name),
        hint,
        many,
        optional,
        name not in defaults and not optional,
        defaults.get(name),
        docs[0] if docs else "",
        next((note for note in notes if isinstance(note, Redaction)), None),
        next((note for note in notes if isinstance(note, Range)), None),
    )


def _bare(hint: Any, notes: list[Any]) -> Any:
    """The hint without its notes, which are gathered."""
    while typing.get_origin(hint) is typing.Annotated:
        inner, *more = typing.get_args(hint)
        notes += more
        hint = inner
    return hint


def is_declared(kind: type) -> bool:
    """Whether a field of that type holds an object with fields of its own."""
    return hasattr(kind, "_fields")
