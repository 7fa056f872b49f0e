"""What schemas are built of: objects that are whole and closed, lists, and the few kinds of values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Schema = dict[str, Any]

NUMBER: Schema = {"type": "number"}
NUMBER_OR_NULL: Schema = {"type": ["number", "null"]}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
FLAG: Schema = {"type": "boolean"}
TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
COUNT_OR_NULL: Schema = {"type": ["integer", "null"], "minimum": 0}
DIGEST: Schema = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
POSITIONS_PATTERN = "^(all|skip:[1-9][0-9]*)$"
POSITIONS: Schema = {"type": "string", "pattern": POSITIONS_PATTERN}


def closed(properties: Schema, *, null: bool = False) -> Schema:
    """All properties are required; no others are allowed."""
    return {
        "type": _type("object", null),
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def list_of(items: Schema, *, length: int | None = None, null: bool = False) -> Schema:
    """Of any length, unless one is given."""
    exactly = {} if length is None else {"minItems": length, "maxItems": length}
    return {"type": _type("array", null), "items": items, **exactly}


def keyed_by(pattern: str, values: Schema) -> Schema:
    """An object whose keys are data, such as a block's number."""
    return {"type": "object", "patternProperties": {pattern: values}, "additionalProperties": False}


def record_schema(kind: str, version: int, properties: Schema) -> Schema:
    """A whole file."""
    head: Schema = {"kind": {"const": kind}, "schema_version": {"const": version}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind,
        **closed(head | properties),
    }


def each(names: Iterable[str], schema: Schema) -> Schema:
    """The same for all of these names."""
    return dict.fromkeys(names, schema)


def _type(name: str, null: bool) -> str | list[str]:
    return [name, "null"] if null else name
