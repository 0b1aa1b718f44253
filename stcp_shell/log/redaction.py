"""Replaces addresses and host names in records by stand-ins, also inside text: once, before every report format.

A name can occur before the record that shows it to be a host name, and where the stand-ins of a network are depends on
all its addresses, so the log is read first. The declaration of a field says what it holds: the program's own words are
kept, and so are port numbers, times and all measured values; interface names, too, unless they are or hold the name of
a host.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from ..model.record import KINDS, Field, Redaction, fields, is_declared
from .names import Names
from .networks import Networks
from .notations import Notations
from .pseudonyms import Pseudonyms
from .reader import ReadProblems, declared, objects
from .standins import Standins
from .suspects import Suspects
from .upgrade import Record

_REMEMBERED = 16384  # texts in the cache
_LONGEST = 1 << 12  # characters of a text that is cached
_DEEPEST = 60
_HOST_PLACE = re.compile(r"(?<![\w.:-])[^\W\d]\w*(?=:[0-9]| port [0-9])|(?<=')[^\W\d]\w*(?=')")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


class Redactor:
    """Replaces all addresses and names in the records of a log by stand-ins under a key.

    `lines`: the log. `also`: words that somebody knows to be names. `own`: words of the program.
    """

    def __init__(self, key: bytes, lines: Iterable[bytes], also: Iterable[str] = (), own: Iterable[str] = ()) -> None:
        names, networks = Names(own), Networks()
        for word in also:
            names.add(word)
        learning = _Replacement(networks, Names())
        for record, _ in objects(lines, ReadProblems()):
            names.learn(record)
            learning.of(record)
        self._pseudonyms = Pseudonyms(key, networks)
        self._replacement = _Replacement(self._pseudonyms, names)
        self._suspects = Suspects(names.own)

    def __call__(self, record: Record) -> Record:
        """Return the record with stand-ins. Its type and its time are kept."""
        made = self._replacement.of(record)
        self._suspects.take(made)
        return made

    def remarks(self, option: str) -> list[str]:
        """Return what a person has to know who passes the records on. `option`: the one that replaces more words."""
        said = self._suspects.remarks(option)
        if missing := self._pseudonyms.places.missing:
            said.append(f"too many networks for the documentation ranges: {missing} may look like those of others")
        return said


class _Replacement:
    """Replaces what `Notations` finds in the values of a record."""

    def __init__(self, standins: Standins, names: Names) -> None:
        self._standins = standins
        self._notations = Notations(standins, names)
        self._names, self._sentences = names, Notations(standins, names.specific())
        self._texts: dict[str, str] = {}

    def of(self, record: Record) -> Record:
        cls = declared(record)
        answer = cls is not None and bool(KINDS[cls].result)
        made = self._object(record, None if answer else cls, 0)
        if answer:
            made["result"] = record["result"]
            made["value"] = self._value(record.get("value"), cls, 1)
        made["type"] = self._declared(record["type"], Redaction("word"), record)
        if _TIME.fullmatch(str(record.get("time"))):
            made["time"] = record["time"]
        return made

    def _object(self, value: Record, cls: type | None, depth: int) -> Record:
        """Return an object with stand-ins, as its class is declared; undeclared fields are treated as text."""
        known = _plan(cls)
        made = {}
        for name, inner in value.items():
            field = known.get(name)
            new = self._field(inner, field, value, depth + 1) if field else self._value(inner, None, depth + 1)
            made[name if field else self._text(name)] = new
        return made

    def _field(self, value: Any, field: Field, around: Record, depth: int) -> Any:
        if isinstance(value, str) and field.redaction:
            return self._declared(value, field.redaction, around)
        if field.redaction and isinstance(value, list):
            return [self._field(inner, field, around, depth + 1) for inner in value]
        return self._value(value, field.type if is_declared(field.type) else None, depth)

    def _declared(self, text: str, redaction: Redaction, around: Record) -> str:
        if redaction.kind == "word" and "." not in text and ":" not in text:
            return text
        if redaction.kind == "interface" and ":" not in text:
            return self._notations.word(text)
        if redaction.kind == "hardware":
            with suppress(ValueError, IndexError, StopIteration):
                return self._notations.hardware(text)
        if redaction.kind == "network":
            with suppress(KeyError, TypeError, ValueError):
                return self._standins.prefix(text, around[redaction.length])
        return self._prose(text) if redaction.kind == "prose" else self._text(text)

    def _value(self, value: Any, cls: type | None, depth: int) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, (dict, list)) and depth > _DEEPEST:
            return None  # no record of this program is so deep
        if isinstance(value, dict):
            return self._object(value, cls, depth)
        if isinstance(value, list):
            return [self._value(inner, cls, depth + 1) for inner in value]
        return value

    def _prose(self, text: str) -> str:
        """Return a sentence of this program with stand-ins; those of common words only where a host stands."""

        def host(found: re.Match[str]) -> str:
            return self._standins.name(found[0]) if found[0].lower() in self._names.words else found[0]

        return self._sentences.replaced(_HOST_PLACE.sub(host, text))

    def _text(self, text: str) -> str:
        """Return a text with stand-ins for the addresses and names in it."""
        made = self._texts.get(text)
        if made is None:
            made = self._notations.replaced(text)
            if len(text) <= _LONGEST:
                if len(self._texts) >= _REMEMBERED:
                    self._texts.clear()
                self._texts[text] = made
        return made


@cache
def _plan(cls: type | None) -> Mapping[str, Field]:
    """Return the fields of a class by their names in JSON."""
    return {field.wire: field for field in fields(cls)} if cls else {}
