"""JSON Schema of a serialised statement, derived from the node classes so that the two cannot drift apart."""

from __future__ import annotations

import types
from dataclasses import fields
from typing import Any, get_args, get_origin, get_type_hints

from pybridge.ir.serialize import IR_VERSION, KINDS, NORMALISATION_VERSION, UNIONS

_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
}


def _schema_of(hint: Any) -> dict[str, Any]:
    for name, members in UNIONS.items():
        if set(get_args(hint)) == set(members):
            return {"$ref": f"#/$defs/{name}"}
    if hint in _PLAIN:
        return _PLAIN[hint]
    if get_origin(hint) is tuple:
        return _tuple_schema(get_args(hint))
    if isinstance(hint, types.UnionType):
        return {"anyOf": [_schema_of(part) for part in get_args(hint)]}
    return {"$ref": f"#/$defs/{hint.__name__}"}


def _tuple_schema(parts: tuple[Any, ...]) -> dict[str, Any]:
    if parts[-1] is Ellipsis:
        return {"type": "array", "items": _schema_of(parts[0])}
    size = len(parts)
    return {
        "type": "array",
        "prefixItems": [_schema_of(part) for part in parts],
        "minItems": size,
        "maxItems": size,
    }


def _object_schema(made: type) -> dict[str, Any]:
    hints = get_type_hints(made)
    properties: dict[str, Any] = {"kind": {"const": made.__name__}}
    properties |= {field.name: _schema_of(hints[field.name]) for field in fields(made)}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _union_schema(members: tuple[type, ...]) -> dict[str, Any]:
    """The kind chooses the one definition that applies; `oneOf` would try all of them at every level."""
    names = [member.__name__ for member in members]
    return {
        "type": "object",
        "properties": {"kind": {"enum": names}},
        "required": ["kind"],
        "allOf": [
            {"if": {"properties": {"kind": {"const": name}}}, "then": {"$ref": f"#/$defs/{name}"}}
            for name in names
        ],
    }


def _definitions() -> dict[str, Any]:
    objects = {name: _object_schema(made) for name, made in KINDS.items()}
    return objects | {name: _union_schema(members) for name, members in UNIONS.items()}


SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A theorem statement of Living Inference",
    "type": "object",
    "properties": {
        "ir_version": {"const": IR_VERSION},
        "normalisation_version": {"const": NORMALISATION_VERSION},
        "digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
        "statement": {"$ref": "#/$defs/Statement"},
    },
    "required": ["ir_version", "normalisation_version", "digest", "statement"],
    "additionalProperties": False,
    "$defs": _definitions(),
}
