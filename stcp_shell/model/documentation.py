"""The documentation of the log format, made from the record declarations."""

from __future__ import annotations

import re
from typing import NamedTuple

from .declared import KINDS, RECORDS
from .record import Field, fields, is_declared


class Described(NamedTuple):
    """A type of record, or an object in records: its description, and what each field holds and means."""

    name: str
    text: str
    fields: tuple[tuple[str, str, str], ...]  # name, what it holds, what it means


def described() -> tuple[list[Described], list[Described]]:
    """Return the types of records, and the types of the objects in them."""
    parts: dict[str, type] = {}
    for cls in RECORDS.values():
        _gather(cls, parts)
    records = sorted(_described(_title(cls), cls) for cls in RECORDS.values())
    return records, sorted(_described(name, cls) for name, cls in parts.items())


def _title(cls: type) -> str:
    kind = KINDS[cls]
    return f"{kind.type}, result {kind.result}" if kind.result else kind.type


def _described(name: str, cls: type) -> Described:
    paragraph = (cls.__doc__ or "").partition("\n\n")[0]
    text = " ".join(line.strip() for line in paragraph.split("\n"))
    return Described(name, text, tuple((field.wire, _holds(field), field.doc) for field in fields(cls)))


def _gather(cls: type, parts: dict[str, type]) -> None:
    """Add the objects in a record to `parts`, each before the objects inside it."""
    for field in fields(cls):
        if is_declared(field.type) and _name(field.type) not in parts:
            parts[_name(field.type)] = field.type
            _gather(field.type, parts)


def _holds(field: Field) -> str:
    words = {str: "text", int: "number", float: "seconds", bool: "true or false"}
    kind = _name(field.type) if is_declared(field.type) else words[field.type]
    listed = f"list of {kind}" if field.many else kind
    return f"{listed} or null" if field.optional else listed


def _name(cls: type) -> str:
    """Return `ResolvedRoute` as `resolved route`."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", cls.__name__).lower()
