"""The log's JSON Schema, and the stricter one that tests hold the program's own records to.

The schema lets fields and types pass that it does not know, for readers must. What the program writes itself it must
describe: in the strict variant a field or a type that it does not know is an error.
"""

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

Record = dict[str, Any]


def schema() -> dict[str, Any]:
    """The schema in the package."""
    loaded: dict[str, Any] = json.loads(files("stcp_shell.model").joinpath("schema.json").read_text("ascii"))
    return loaded


def strict() -> dict[str, Any]:
    """The schema without room for what it does not describe."""
    made = schema()
    for branch in made["allOf"]:
        definition(made, branch)["properties"] |= made["properties"]
    for described in objects(made["$defs"]):
        described["additionalProperties"] = False
    made["properties"]["type"] = {"enum": sorted({known["type"]["const"] for known in conditions(made)})}
    made["properties"]["result"] = {
        "enum": [known["result"]["const"] for known in conditions(made) if "result" in known]
    }
    return made


def conditions(described: dict[str, Any]) -> list[dict[str, Any]]:
    """By what each kind of record is known."""
    return [branch["if"]["properties"] for branch in described["allOf"]]


def definition(described: dict[str, Any], branch: dict[str, Any]) -> dict[str, Any]:
    """What holds for the records of a branch."""
    made: dict[str, Any] = described["$defs"][branch["then"]["$ref"].rpartition("/")[2]]
    return made


def objects(value: Any) -> Iterable[dict[str, Any]]:
    """Every schema of an object with its fields, however deep it stands."""
    if isinstance(value, dict):
        if value.get("type") == "object" and "properties" in value:
            yield value
        for inner in value.values():
            yield from objects(inner)


@cache
def validator(lenient: bool = False) -> Draft202012Validator:
    """It is compiled once: that takes longer than to validate a log."""
    return Draft202012Validator(schema() if lenient else strict())


def validate(records: Iterable[Record]) -> None:
    """Fail where a record is not what the schema describes."""
    found = [
        f"{record['type']}: {error.json_path}: {error.message[:200]}"
        for record in records
        for error in validator().iter_errors(record)
    ]
    assert not found, "\n".join(["stcp_shell/model/schema.json and the log are out of step:", *found[:5]])
