"""A small judge of JSON Schema, apart from the code that writes ours. Refuses words it lacks."""

import re
from typing import Any

KINDS = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "null": lambda v: v is None,
}
TOLD = {"$schema", "$defs", "$id", "title", "description", "default", "examples", "format"}


def broken(schema: Any, value: Any, root: Any = None, at: str = "$") -> list[str]:
    """Where and why a value is not what the schema describes; empty when it is."""
    root = schema if root is None else root
    if isinstance(schema, bool):
        return [] if schema else [f"{at}: has no place here"]
    faults: list[str] = []
    for word, wanted in schema.items():
        if word in TOLD:
            continue
        judge = JUDGES[word]
        faults += judge(wanted, value, schema, root, at)
    return faults


def _type(wanted, value, schema, root, at):
    kinds = [wanted] if isinstance(wanted, str) else wanted
    return [] if any(KINDS[kind](value) for kind in kinds) else [f"{at}: is no {wanted}"]


def _reference(wanted, value, schema, root, at):
    target = root
    for step in wanted.removeprefix("#/").split("/"):
        target = target[step]
    return broken(target, value, root, at)


def _properties(wanted, value, schema, root, at):
    if not isinstance(value, dict):
        return []
    return [
        fault
        for key, inner in wanted.items()
        if key in value
        for fault in broken(inner, value[key], root, f"{at}.{key}")
    ]


def _additional(wanted, value, schema, root, at):
    known = schema.get("properties", {})
    rest = value if isinstance(value, dict) else {}
    return [
        fault
        for key in rest
        if key not in known
        for fault in broken(wanted, rest[key], root, f"{at}.{key}")
    ]


def _required(wanted, value, schema, root, at):
    if not isinstance(value, dict):
        return []
    return [f"{at}.{key}: is missing" for key in wanted if key not in value]


def _items(wanted, value, schema, root, at):
    if not isinstance(value, list):
        return []
    return [f for n, one in enumerate(value) for f in broken(wanted, one, root, f"{at}[{n}]")]


def _pattern(wanted, value, schema, root, at):
    if not isinstance(value, str) or re.search(wanted, value):
        return []
    return [f"{at}: {value!r} is not of the pattern"]


def _length(wanted, value, schema, root, at):
    return [f"{at}: is empty"] if isinstance(value, str) and len(value) < wanted else []


def _least(wanted, value, schema, root, at):
    return [f"{at}: is below {wanted}"] if KINDS["integer"](value) and value < wanted else []


def _most(wanted, value, schema, root, at):
    return [f"{at}: is above {wanted}"] if KINDS["integer"](value) and value > wanted else []


def _among(wanted, value, schema, root, at):
    return [] if value in wanted else [f"{at}: {value!r} is none of {wanted}"]


def _any_of(wanted, value, schema, root, at):
    if any(not broken(one, value, root, at) for one in wanted):
        return []
    return [f"{at}: fits none of {len(wanted)} shapes"]


def _all_of(wanted, value, schema, root, at):
    return [fault for one in wanted for fault in broken(one, value, root, at)]


def _if(wanted, value, schema, root, at):
    if broken(wanted, value, root, at):
        return []
    return broken(schema["then"], value, root, at)


JUDGES = {
    "type": _type,
    "$ref": _reference,
    "properties": _properties,
    "additionalProperties": _additional,
    "required": _required,
    "items": _items,
    "pattern": _pattern,
    "minLength": _length,
    "minimum": _least,
    "maximum": _most,
    "enum": _among,
    "const": lambda wanted, *rest: _among([wanted], *rest),
    "anyOf": _any_of,
    "allOf": _all_of,
    "if": _if,
    "then": lambda *_: [],
}
