"""`bounds.json` comes back as it was written; every way of damaging it is one message that says where."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pybridge.certify.bounds import from_record, read_bounds, to_json
from pybridge.certify.certificate import Base, Certificate, MapBound
from pybridge.certify.residual import Interval
from pybridge.certify.theorem import theorem
from pybridge.errors import CertificateError
from pybridge.runtime.norms import CERTIFIED_UPPER, EXACT_ENCLOSURE, NormEnclosure

DIGEST = "sha256:" + "0" * 64
BOUND = MapBound(
    name="0.q",
    parameter="transformer.h.0.attn.c_attn.weight",
    shape=(3, 2),
    residual_norm=NormEnclosure(0.1, 0.1 + 2**-50, CERTIFIED_UPPER),
    weight_norm=NormEnclosure(1 / 3, 1 / 3, EXACT_ENCLOSURE),
    relative=Interval(5e-324, 1.7976931348623157e308),
    zeros=3,
    rank=None,
    sparse_zeros=None,
    theorem=theorem(),
    weight_digest=DIGEST,
    compressed_digest=DIGEST,
)
CERTIFICATE = Certificate(
    base=Base("gpt2", "the hub", DIGEST),
    weight_digest=DIGEST,
    dtype="float32",
    method="magnitude",
    settings={"sparsity": 0.5, "pattern": None},
    calibration=None,
    maps=(BOUND, replace(BOUND, name="0.k", relative=None, rank=2, sparse_zeros=1)),
    files={"config.json": DIGEST},
    versions={"python": "3.11"},
)


def test_it_comes_back_bit_for_bit(tmp_path: Path) -> None:
    (tmp_path / "bounds.json").write_bytes(to_json(CERTIFICATE))
    assert read_bounds(tmp_path) == CERTIFICATE
    assert to_json(read_bounds(tmp_path)) == to_json(CERTIFICATE)


def set_at(*path: Any) -> Callable[[Any], None]:
    *way, last, value = path

    def edit(record: Any) -> None:
        for key in way:
            record = record[key]
        record[last] = value

    return edit


def delete(*path: Any) -> Callable[[Any], None]:
    *way, last = path

    def edit(record: Any) -> None:
        for key in way:
            record = record[key]
        del record[last]

    return edit


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (set_at("kind", "a recipe"), "not a certificate: `kind` is 'a recipe'"),
        (set_at("schema_version", 2), "schema version 2, but this version reads 1"),
        (delete("schema_version"), "schema version None"),
        (set_at("schema_version", True), "schema version True, but this version reads 1"),
        (delete("base"), "b: `base` is missing"),
        (set_at("base", "gpt2"), "b: base: a JSON object was expected, not a str"),
        (set_at("base", "weight_digest", "sha256:12"), "b: base: `weight_digest` must be `sha256:`"),
        (set_at("maps", []), "no maps"),
        (set_at("maps", {}), "`maps` must be a list, not a dict"),
        (set_at("maps", 1, 7), r"b: maps\[1\]: a JSON object was expected, not a int"),
        (set_at("maps", 1, "name", "0.q"), "the map 0.q is certified twice"),
        (set_at("maps", 1, "shape", [3]), r"maps\[1\]: `shape` must be two counts"),
        (set_at("maps", 1, "shape", [3, -1]), "`shape` must be two counts"),
        (set_at("maps", 0, "zeros", 1.5), "`zeros` must be a count, not 1.5"),
        (set_at("maps", 0, "zeros", True), "`zeros` must be a count, not True"),
        (set_at("maps", 0, "rank", "2"), "`rank` must be a count, not '2'"),
        (set_at("maps", 0, "residual_norm", "label", "estimate"), "`label` must be 'exact enclosure' or"),
        (set_at("maps", 0, "residual_norm", "hi", 0.01), r"residual_norm: `hi` must be at least `lo`, 0\.1"),
        (set_at("maps", 0, "residual_norm", "hi", 10**400), "`hi` must be a finite number"),
        (set_at("maps", 0, "residual_norm", "lo", -1.0), "`lo` must be a finite number, 0 or more"),
        (set_at("maps", 0, "residual_norm", "lo", None), "`lo` must be a finite number, 0 or more, not None"),
        (set_at("maps", 0, "statement", "M2"), "`statement` must be `sha256:`"),
        (set_at("files", "config.json", 3), "files: `config.json` must be a text"),
        (set_at("files", "/dev/zero", DIGEST), "'/dev/zero' is no file of the certificate's own folder"),
        (set_at("files", "../other", DIGEST), "is no file of the certificate's own folder"),
        (set_at("calibration", 3), "calibration: a JSON object was expected, not a int"),
        (set_at("dtype", 32), "`dtype` must be a text, not 32"),
    ],
)
def test_damage_is_named_by_its_place(edit: Callable[[Any], None], message: str) -> None:
    record = json.loads(to_json(CERTIFICATE))
    edit(record)
    with pytest.raises(CertificateError, match=message):
        from_record(record, "b")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read as JSON"),
        (b"{", "cannot be read as JSON"),
        (b"\xff\xfe", "cannot be read as JSON"),
        (b"[" * 100_000, "cannot be read as JSON"),
        (b"[]", "a JSON object was expected, not a list"),
        (to_json(CERTIFICATE).replace(b"0.1,", b"NaN,"), "NaN is no JSON number"),
        (to_json(CERTIFICATE).replace(b"0.1,", b"1e999,"), "`lo` must be a finite number"),
    ],
)
def test_a_file_that_is_no_certificate(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "bounds.json").write_bytes(content)
    with pytest.raises(CertificateError, match=message):
        read_bounds(tmp_path)


def test_no_certificate_at_all(tmp_path: Path) -> None:
    with pytest.raises(CertificateError, match=r"no bounds\.json, so there is nothing to verify"):
        read_bounds(tmp_path)
    with pytest.raises(CertificateError, match=r"no such folder, so there is nothing to verify"):
        read_bounds(tmp_path / "nowhere")
    (tmp_path / "bounds.json").mkdir()
    with pytest.raises(CertificateError, match="cannot be read"):
        read_bounds(tmp_path)
