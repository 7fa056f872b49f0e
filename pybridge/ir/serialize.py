"""Statements as JSON, and the digest that names what a statement says.

Every node is an object of its `kind`, the class name, and the fields of the dataclass. The digest
covers spaces, binders, hypotheses, conclusion, full name and `@` keys. It does not move with file,
line, layout or the prose of the docstring. A new kind of node leaves both versions as they are: what
statements without it say, and how they are written, does not change.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import Any, get_args

from pybridge.errors import StaleError
from pybridge.files.digest import text_digest
from pybridge.ir import nodes as n

IR_VERSION = 1
NORMALISATION_VERSION = 1

RECORDS = (n.Statement, n.Space, n.Binder, n.Hypothesis, n.Docstring)
UNIONS: dict[str, tuple[type, ...]] = {
    "Sort": get_args(n.Sort),
    "Term": get_args(n.Term),
    "Prop": get_args(n.Prop),
    "IndexSet": get_args(n.IndexSet),
}
KINDS: dict[str, type] = {made.__name__: made for group in (*UNIONS.values(), RECORDS) for made in group}


def to_json(statement: n.Statement) -> dict[str, Any]:
    """The whole statement, source text included."""
    return {
        "ir_version": IR_VERSION,
        "normalisation_version": NORMALISATION_VERSION,
        "digest": digest(statement),
        "statement": _encode(statement),
    }


def from_json(data: dict[str, Any]) -> n.Statement:
    """The statement of a dict made by `to_json`.

    Raises:
        StaleError: another IR version, an unknown node, or fields that do not belong to it.
    """
    version = data.get("ir_version") if isinstance(data, dict) else None
    if version != IR_VERSION:
        raise StaleError(
            f"this statement file has IR version {version!r}, this program reads {IR_VERSION}; "
            "write it again with `python -m pybridge.extract`"
        )
    statement = _decode(data.get("statement"))
    if not isinstance(statement, n.Statement):
        raise StaleError("this file holds no statement; write it again with `python -m pybridge.extract`")
    return statement


def digest(statement: n.Statement) -> str:
    """`sha256:…` over canonical JSON of what the statement says, with the two versions in front."""
    doc = _encode(statement.doc)
    keys = {key: doc[key] for key in ("modes", "measures", "uppers", "certificate", "notes")}
    said = ("name", "namespace", "spaces", "binders", "hypotheses", "conclusion", "binder_order")
    content = {key: _encode(getattr(statement, key)) for key in said} | {"keys": keys}
    return _sha256([IR_VERSION, NORMALISATION_VERSION, content])


def source_digest(statement: n.Statement) -> str:
    """`sha256:…` of the statement and docstring as written in Lean; moves with layout and prose."""
    return _sha256([statement.source, _encode(statement.doc)])


def _sha256(content: object) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text_digest(text)


def _encode(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    if not is_dataclass(value):
        return value
    return {"kind": type(value).__name__} | {f.name: _encode(getattr(value, f.name)) for f in fields(value)}


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decode(item) for item in value)
    if not isinstance(value, dict):
        return value
    kind = value.get("kind")
    made = KINDS.get(kind) if isinstance(kind, str) else None
    if made is None:
        raise StaleError(
            f"unknown IR node {value!r:.80}; write the file again with `python -m pybridge.extract`"
        )
    arguments = {key: _decode(item) for key, item in value.items() if key != "kind"}
    if set(arguments) != {field.name for field in fields(made)}:
        raise StaleError(
            f"the IR node {kind} has the fields {sorted(arguments)}; "
            "write the file again with `python -m pybridge.extract`"
        )
    return made(**arguments)
