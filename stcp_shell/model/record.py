"""Declares the records of the session log: each once, as a typed class shaped like its JSON.

    @record("note")
    class Note(NamedTuple):
        '''A remark.'''

        text: Annotated[str, "the remark"]

The declaration determines how records are written and read (`coding`), the JSON Schema (`schema`), the documentation of
the format (`documentation`) and the redaction (`log.redaction`). The type hint of a field says what it holds: text,
numbers, booleans, `Optional` ones of these, other declared classes, or tuples of any of these; its `Annotated` text
says what it means. Wire names are declared here, so that a class can be renamed and old logs stay readable.
"""

import typing
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, Optional, TypeVar, Union

_C = TypeVar("_C", bound=type)


class Wire(NamedTuple):
    """A field's name in JSON, if the field has another name in Python (`from` is a keyword, for example)."""

    name: str


class Redaction(NamedTuple):
    """How redaction treats a text: `word` and `interface` are kept, a `host` is collected as a host name, `hardware`
    and `network` get stand-ins of the same kind. In any other text the addresses and names get stand-ins; in `prose`, a
    sentence of this program, a name that is a common word does so only where a host stands.
    """

    kind: str
    length: str = ""  # for a network: the field with its prefix length


class Range(NamedTuple):
    """The least and the largest value of a number."""

    least: int
    most: int


Word = typing.Annotated[str, Redaction("word")]  # of the program's own vocabulary
InterfaceName = typing.Annotated[str, Redaction("interface")]
Prose = typing.Annotated[str, Redaction("prose")]
HostName = typing.Annotated[str, Redaction("host")]
Hardware = typing.Annotated[str, Redaction("hardware")]  # hexadecimal with colons
PrefixLength = typing.Annotated[int, Range(0, 128)]
Port = typing.Annotated[int, Range(0, 65535)]
Octet = typing.Annotated[int, Range(0, 255)]


class Kind(NamedTuple):
    """How a record is identified in the log."""

    type: str
    result: str = ""  # for the type `result`: which result the record holds
    command: bool = True  # a command caused it; the record holds the `seq` of that command

    @property
    def name(self) -> str:
        """The type and the result: `connection`, `result/bound`."""
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
    type: type  # str, int, float, bool, or a declared class; for a tuple, the type of its members
    many: bool  # it is a tuple of that type
    optional: bool  # it may be null
    required: bool  # it has no default, and null is not allowed
    default: Any
    doc: str
    redaction: Optional[Redaction]
    range: Optional[Range]


@cache
def fields(cls: type) -> tuple[Field, ...]:
    """Return the fields of a class, in the order of the declaration."""
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
    """Return the hint without its annotations, which are added to `notes`."""
    while typing.get_origin(hint) is typing.Annotated:
        inner, *more = typing.get_args(hint)
        notes += more
        hint = inner
    return hint


def is_declared(kind: type) -> bool:
    """Return whether a field of that type holds an object with fields of its own."""
    return hasattr(kind, "_fields")
