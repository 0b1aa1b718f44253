"""Declared classes to JSON values and back, as `record` declares them.

A reader takes a record as any version may have written it: fields that it does not know are ignored, and those that
are missing have their default. What is of the wrong type is refused, with the path to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from .record import Field, Range, fields, is_declared

Decode = Callable[[Any], Any]
_new = tuple.__new__
_MOST = 2**53  # whole numbers that a float holds
_NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "an object",
    list: "a list",
}


class WrongType(ValueError):
    """A value is not what its declaration says. `path` leads to it: `sources[1].route.gateway`."""

    def __init__(self, why: str, path: str = "") -> None:
        super().__init__(f"{path}: {why}" if path else why)
        self.why = why
        self.path = path

    def within(self, name: str) -> WrongType:
        """The same, seen from the object around it."""
        dot = "." if self.path and not self.path.startswith("[") else ""
        return WrongType(self.why, f"{name}{dot}{self.path}")


def to_json(value: Any) -> dict[str, Any]:
    """The fields of a declared class by their names in JSON. Durations are rounded to microseconds."""
    return {
        name: part if convert is None or part is None else convert(part)
        for (name, convert), part in zip(_encoder(value.__class__), value)
    }


@cache
def _encoder(cls: type) -> tuple[tuple[str, Any], ...]:
    return tuple((field.wire, _converter(field)) for field in fields(cls))


def _converter(field: Field) -> Any:
    """What makes a JSON value of a field's; None: it is one already."""
    if is_declared(field.type):
        return (lambda values: [to_json(value) for value in values]) if field.many else to_json
    if field.many:
        return list
    return (lambda seconds: round(seconds, 6)) if field.type is float else None


@cache
def decoder(cls: type) -> Decode:
    """What makes an instance of a class of a JSON object. It raises WrongType.

    A log has 100,000 records of some twenty fields. So the usual case, every field there and of its type, is a function
    made for the class (`_source`), which halves the time; whatever else there is goes field by field.
    """
    declared = fields(cls)
    inner = {field.wire: _inner(field) for field in declared if field.many or is_declared(field.type)}

    def careful(data: Any) -> Any:
        if data.__class__ is not dict:
            raise WrongType(_needs(dict, data))
        return _new(cls, [_part(field, inner.get(field.wire), data) for field in declared])

    names: dict[str, Any] = {"new": _new, "cls": cls, "careful": careful, "WrongType": WrongType}
    names["get"] = _getter([field.wire for field in declared])
    names |= {f"inner{place}": inner.get(field.wire) for place, field in enumerate(declared)}
    exec(_source(declared), names)  # as namedtuple does it; nothing in the text is from outside
    made: Decode = names["decode"]
    return made


def _source(declared: Sequence[Field]) -> str:
    """The text of a function for the usual case."""
    checks, steps = [], []
    for place, field in enumerate(declared):
        name, kind = f"v{place}", field.type.__name__
        if field.many or is_declared(field.type):
            kind = "list" if field.many else "dict"
            steps.append(f"if {name} is not None: {name} = inner{place}({name})")
        check = f"{name}.__class__ is {kind}"
        if field.range:
            check += f" and {field.range.least} <= {name} <= {field.range.most}"
        checks.append(f"({name} is None or {check})" if field.optional else check)
    names = "".join(f"v{place}, " for place in range(len(declared)))
    lines = [
        "def decode(data):",
        "    try:",
        f"        {names}= get(data)",
        f"        if not ({' and '.join(checks)}):",
        "            return careful(data)",
        *(f"        {step}" for step in steps),
        "    except (LookupError, TypeError, WrongType):",
        "        return careful(data)",
        f"    return new(cls, ({names}))",
    ]
    return "\n".join(lines)


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) == 1:
        (name,) = names
        return lambda data: (data[name],)
    return itemgetter(*names)


def _part(field: Field, inner: Decode | None, data: dict[str, Any]) -> Any:
    """The value of a field."""
    if field.wire not in data:
        if field.required:
            raise WrongType("it is missing", field.wire)
        return field.default
    try:
        value = _checked(field, data[field.wire])
        return value if value is None or inner is None else inner(value)
    except WrongType as wrong:
        raise wrong.within(field.wire) from None


def _inner(field: Field) -> Decode:
    """What decodes an object within one, or a list."""
    member = decoder(field.type) if is_declared(field.type) else _scalar(field)
    if not field.many:
        return member

    def many(values: Any) -> tuple[Any, ...]:
        made = []
        for number, value in enumerate(values):
            try:
                made.append(member(value))
            except WrongType as wrong:
                raise wrong.within(f"[{number}]") from None
        return tuple(made)

    return many


def _scalar(field: Field) -> Decode:
    single = field._replace(many=False)
    return lambda value: _checked(single, value)


def _checked(field: Field, value: Any) -> Any:
    """The value, if it is of the type of the field; a whole number of seconds becomes a float."""
    if value is None and field.optional:
        return value
    needed: type = list if field.many else dict if is_declared(field.type) else field.type
    if needed is float and value.__class__ is int and abs(value) < _MOST:
        value = float(value)
    if type(value) is not needed:
        raise WrongType(_needs(needed, value))
    if limits := field.range:
        _check_range(limits, value)
    return value


def _check_range(limits: Range, value: Any) -> None:
    if not limits.least <= value <= limits.most:
        raise WrongType(f"{limits.least} to {limits.most} is needed")


def _needs(needed: type, value: Any) -> str:
    found = "null" if value is None else _NAMES.get(value.__class__, "something else")
    return f"{_NAMES[needed]} is needed, not {found}"
