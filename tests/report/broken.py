"""A record spoilt in every way that its schema has to notice."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

Record = dict[str, Any]


def assert_closed(schema: Record, record: Record, data_keys: frozenset[str]) -> None:
    """Valid as it is; refused with a field more, or one less, in any object at any depth.

    Args:
        data_keys: the fields whose value is an object with data for keys, which may be there or not.
    """
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    validator.validate(record)
    record = copy.deepcopy(record)
    objects = list(_objects(record, "", data_keys))
    assert len(objects) > 5
    for path, found in objects:
        found["surplus"] = 0
        assert not validator.is_valid(record), f"{path} may have an unknown field"
        del found["surplus"]
        for name, value in list(found.items()):
            del found[name]
            assert not validator.is_valid(record), f"{path} may lack {name}"
            found[name] = value
    validator.validate(record)


def _objects(value: Any, path: str, data_keys: frozenset[str]) -> Iterator[tuple[str, Record]]:
    """Every object with fixed fields; of a list of objects the first, and the others are taken out."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        del value[1:]
        yield from _objects(value[0], f"{path}/0", data_keys)
    elif isinstance(value, dict):
        if path.rsplit("/", 1)[-1] not in data_keys:
            yield path or "the record", value
        for name, inner in value.items():
            yield from _objects(inner, f"{path}/{name}", data_keys)
