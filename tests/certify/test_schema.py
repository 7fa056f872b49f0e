"""`docs/bounds.schema.json` and the reader of `bounds.json` accept the same files."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pybridge.certify.bounds import from_record, to_json
from pybridge.errors import CertificateError
from tests.certify.test_bounds import CERTIFICATE, DIGEST

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs/bounds.schema.json").read_text("utf-8"))
SCHEMA_SAYS = jsonschema.Draft202012Validator(SCHEMA)
RECORD = json.loads(to_json(CERTIFICATE))
WRITTEN = RECORD | {"calibration": {"text_digest": DIGEST, "context": 32}}

Place = tuple[str | int, ...]

# no number such as 3.0, a whole one to a schema and no count to the reader: the description says so
VALUES: tuple[Any, ...] = (
    *(None, True, "", "x", DIGEST, DIGEST + "\n", DIGEST.upper(), "estimate", "exact enclosure"),
    *(-1, 0, 1, 2, 1.5, -0.5, 10**400, [], {}, [3, 2], [3, -1], [3, True], [3], [3, 2, 1], ["3", 2]),
    *({"lo": 0.0, "hi": 1.0}, {"lo": 0.0}, {"lo": 0, "hi": 1, "label": "certified upper"}, {"x": 1}),
    *({"a.json": DIGEST}, {"/etc/passwd": DIGEST}, {"a/../../b": DIGEST}, {"..": "x"}, {"": "x"}, {".": "x"}),
    *({"...": "x"}, {"a..b/c": "x"}, {"a/..": "x"}),
)


def reader_accepts(record: Any) -> bool:
    try:
        from_record(record, "bounds.json")
    except CertificateError:
        return False
    return True


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Every field and item of a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        yield (*here, key)
        yield from places(held, (*here, key))


def with_value(place: Place, value: Any) -> Any:
    record, last = _opened(place)
    record[1][last] = copy.deepcopy(value)
    return record[0]


def without(place: Place) -> Any:
    record, last = _opened(place)
    del record[1][last]
    return record[0]


def _opened(place: Place) -> tuple[tuple[Any, Any], Any]:
    """A copy of the record with the object or list that holds the place, and the key there."""
    whole = inner = copy.deepcopy(WRITTEN)
    *way, last = place
    for key in way:
        inner = inner[key]
    return (whole, inner), last


def shown(place: Place) -> str:
    return ".".join(map(str, place))


PLACES = list(places(WRITTEN))


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_what_is_written_fits(written: Path) -> None:
    record = json.loads((written / "bounds.json").read_text("utf-8"))
    assert record["calibration"] is not None
    SCHEMA_SAYS.validate(record)
    SCHEMA_SAYS.validate(RECORD)
    assert reader_accepts(WRITTEN)


@pytest.mark.parametrize("place", PLACES, ids=shown)
def test_a_field_is_required_by_both_or_by_neither(place: Place) -> None:
    record = without(place)
    assert SCHEMA_SAYS.is_valid(record) == reader_accepts(record)


def test_every_required_field_is_one_that_the_test_above_takes_away() -> None:
    deleted = {place[-1] for place in PLACES}
    objects = [SCHEMA, SCHEMA["properties"]["base"], *SCHEMA["$defs"].values()]
    required = {name for found in objects for name in found.get("required", ())}
    assert required <= deleted
    assert {"kind", "relative", "label", "statement", "source"} <= required


@pytest.mark.parametrize("place", PLACES, ids=shown)
def test_a_value_is_accepted_by_both_or_by_neither(place: Place) -> None:
    for value in VALUES:
        record = with_value(place, value)
        if place[-1] in ("lo", "hi") and lo_above_hi(record, place):
            continue  # no schema can compare two fields; the reader does
        if place == ("maps", 0, "name") or place == ("maps", 1, "name"):
            record["maps"][1 - int(place[1])]["name"] = "another"
        assert SCHEMA_SAYS.is_valid(record) == reader_accepts(record), (place, value)


def lo_above_hi(record: Any, place: Place) -> bool:
    for key in place[:-1]:
        record = record[key]
    lo, hi = record["lo"], record["hi"]
    return all(type(end) in (int, float) for end in (lo, hi)) and not lo <= hi


def test_fields_that_are_not_described_are_left_alone_by_both() -> None:
    record = with_value(("remark",), "mine")
    record["maps"][0]["remark"] = "mine"
    assert SCHEMA_SAYS.is_valid(record)
    assert reader_accepts(record)
