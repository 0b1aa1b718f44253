"""The JSON Schema of the session log, made from the record declarations: `stcp_shell/model/schema.json`."""

from typing import Any

from .declared import KINDS, RECORDS
from .record import Field, fields, is_declared

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
_STAMP = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"
_COMMAND = {
    "type": "integer",
    "minimum": 0,
    "description": "seq of the command record that caused this record; 0: none",
}


def schema(version: int) -> dict[str, Any]:
    """Return the schema of that version of the format."""
    definitions: dict[str, Any] = {}
    branches = [_branch(name, cls, definitions) for name, cls in sorted(RECORDS.items())]
    types = sorted({KINDS[cls].type for cls in RECORDS.values()})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:stcp-shell:session-log:{version}",
        "title": f"A record of stcp-shell's session log, version {version}",
        "description": "The log is JSON Lines: each line is one record. Types and fields that are not described here "
        "may occur in logs of later versions: readers ignore them.",
        "type": "object",
        "properties": {
            "type": {"type": "string", "examples": types, "description": "what kind of record it is"},
            "seq": {"type": "integer", "minimum": 1, "description": "1, 2, 3, ... in a session"},
            "time": {
                "type": "string",
                "pattern": _STAMP,
                "description": "when it was written: ISO 8601, UTC, milliseconds",
            },
        },
        "required": ["type", "seq", "time"],
        "allOf": branches,
        "$defs": dict(sorted(definitions.items())),
    }


def _branch(name: str, cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the condition that identifies a record, and the schema that then applies."""
    kind = KINDS[cls]
    when: dict[str, Any] = {"properties": {"type": {"const": kind.type}}}
    made = _object(cls, definitions)
    if kind.result:
        when["properties"]["result"] = {"const": kind.result}
        when["required"] = ["result"]
        fields_of_value, made = made, {"type": "object", "description": made["description"], "properties": {}}
        made["properties"]["result"] = {"const": kind.result, "description": "which result it is"}
        made["properties"]["value"] = {**fields_of_value, "description": "its fields"}
        made["required"] = ["result", "value"]
    elif kind.type == "result":
        when["not"] = {"required": ["result"]}
    if kind.command:
        made["properties"] = {"command": _COMMAND, **made["properties"]}
        made["required"] = ["command", *made["required"]]
    key = f"{name.replace('/', '_')}_record"
    definitions[key] = made
    return {"if": when, "then": {"$ref": f"#/$defs/{key}"}}


def _object(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    declared = fields(cls)
    return {
        "type": "object",
        "description": (cls.__doc__ or "").partition("\n")[0],
        "properties": {field.wire: _property(field, definitions) for field in declared},
        "required": [field.wire for field in declared],
    }


def _property(field: Field, definitions: dict[str, Any]) -> dict[str, Any]:
    made = _value(field, definitions)
    if field.optional and "$ref" in made:
        made = {"anyOf": [made, {"type": "null"}]}
    elif field.optional:
        made["type"] = [made["type"], "null"]
    return {**made, "description": field.doc}


def _value(field: Field, definitions: dict[str, Any]) -> dict[str, Any]:
    if field.many:
        return {"type": "array", "items": _value(field._replace(many=False, range=None), definitions)}
    if is_declared(field.type):
        name = field.type.__name__
        if name not in definitions:
            definitions[name] = {}  # reserves its place before the objects that it refers to
            definitions[name] = _object(field.type, definitions)
        return {"$ref": f"#/$defs/{name}"}
    limits = field.range
    return {"type": _TYPES[field.type], **({"minimum": limits.least, "maximum": limits.most} if limits else {})}
