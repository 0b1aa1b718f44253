"""Converts declared classes to JSON values and back, as `record` declares them.

A reader accepts the records of any version: unknown fields are ignored, and missing fields get their default. A value
of the wrong type, or a missing field without a default, raises WrongType with the path to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from .record import Field, Range, fields, is_declared

Decode = Callable[[Any], Any]
_new = tuple.__new__
_MOST = 2**53  # a float holds every whole number below this
_NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "an object",
    list: "a list",
}


class WrongType(ValueError):
    """A value does not match its declaration. `path` is its place: `sources[1].route.gateway`."""

    def __init__(self, why: str, path: str = "") -> None:
        super().__init__(f"{path}: {why}" if path else why)
        self.why = why
        self.path = path

    def within(self, name: str) -> WrongType:
        """Return the same error with the path of the enclosing object, in which the field is `name`."""
        dot = "." if self.path and not self.path.startswith("[") else ""
        return WrongType(self.why, f"{name}{dot}{self.path}")


def to_json(value: Any) -> dict[str, Any]:
    """Return the fields of a declared class by their names in JSON. Durations are rounded to microseconds."""
    return {
        name: part if convert is None or part is None else convert(part)
        for (name, convert), part in zip(_encoder(value.__class__), value)
    }


@cache
def _encoder(cls: type) -> tuple[tuple[str, Any], ...]:
    return tuple((field.wire, _converter(field)) for field in fields(cls))


def _converter(field: Field) -> Any:
    """Return the function that converts a field's value to JSON; None: the value needs no conversion."""
    if is_declared(field.type):
        return (lambda values: [to_json(value) for value in values]) if field.many else to_json
    if field.many:
        return list
    return (lambda seconds: round(seconds, 6)) if field.type is float else None


@cache
def decoder(cls: type) -> Decode:
    """Return the function that makes an instance of a class from a JSON object. That function raises WrongType.

    A log can have 100,000 records of about twenty fields. Therefore a function is generated for the class (`_source`)
    for the usual case, in which every field is present and of its type: this halves the time. All other cases are
    decoded field by field.
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
    exec(_source(declared), names)  # as namedtuple does it; the source contains no external input
    made: Decode = names["decode"]
    return made


def _source(declared: Sequence[Field]) -> str:
    """Return the source of a function for the usual case."""
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
    """Return the value of a field."""
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
    """Return the function that decodes a nested object or a list."""
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
    """Return the value if it has the type of the field; a whole number of seconds becomes a float."""
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
