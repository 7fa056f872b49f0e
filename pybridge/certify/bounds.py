"""`bounds.json`: a certificate as a file that anybody can read."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from pybridge.certify.certificate import Base, Certificate, MapBound
from pybridge.certify.fields import Fields
from pybridge.certify.residual import Interval
from pybridge.certify.theorem import Theorem
from pybridge.errors import CertificateError
from pybridge.files.record import record_bytes
from pybridge.runtime.norms import CERTIFIED_UPPER, EXACT_ENCLOSURE, NormEnclosure

BOUNDS_FILE = "bounds.json"
KIND = "living-inference certificate"
SCHEMA_VERSION = 1
LABELS = (EXACT_ENCLOSURE, CERTIFIED_UPPER)
"""An estimate certifies nothing and has no place in a certificate."""


def to_json(certificate: Certificate) -> bytes:
    """UTF-8 JSON; floats come back bit for bit, NaN and infinity never occur."""
    record = {"kind": KIND, "schema_version": SCHEMA_VERSION, **asdict(certificate)}
    record["maps"] = [_map_record(bound) for bound in certificate.maps]
    return record_bytes(record)


def _map_record(bound: MapBound) -> dict[str, Any]:
    record = asdict(bound)
    return record | {"theorem": bound.theorem.name, "statement": bound.theorem.statement}


def read_bounds(folder: Path) -> Certificate:
    """The certificate of a folder.

    Raises: CertificateError if there is none, or if it is damaged or of another schema.
    """
    path = folder / BOUNDS_FILE
    try:
        record = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except FileNotFoundError:
        what = f"no {BOUNDS_FILE}" if folder.is_dir() else "no such folder"
        raise CertificateError(
            f"{folder}: {what}, so there is nothing to verify. Name a folder that "
            "`pybridge compress --out` wrote."
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise CertificateError(f"{path}: cannot be read as JSON: {error}.") from None
    return from_record(record, str(path))


def from_record(record: Any, where: str) -> Certificate:
    """The certificate that a JSON value says. Raises: CertificateError naming the place that is wrong."""
    top = Fields.of(record, where)
    if record.get("kind") != KIND:
        raise CertificateError(f"{where}: not a certificate: `kind` is {record.get('kind')!r}, not {KIND!r}.")
    version = record.get("schema_version")
    if version is True or version != SCHEMA_VERSION:  # True == 1 in Python, not in JSON
        raise CertificateError(
            f"{where}: schema version {version!r}, but this version reads "
            f"{SCHEMA_VERSION}. Verify with the version that wrote it."
        )
    base = top.object("base")
    certificate = Certificate(
        base=Base(base.text("name"), base.text("source"), base.digest("weight_digest")),
        weight_digest=top.digest("weight_digest"),
        dtype=top.text("dtype"),
        method=top.text("method"),
        settings=top.mapping("settings"),
        calibration=top.mapping_or_none("calibration"),
        maps=tuple(_map_bound(entry) for entry in top.objects("maps")),
        files=top.texts("files"),
        versions=top.texts("versions"),
    )
    _require_distinct(certificate, where)
    _require_inside(certificate, where)
    return certificate


def _map_bound(entry: Fields) -> MapBound:
    return MapBound(
        name=entry.text("name"),
        parameter=entry.text("parameter"),
        shape=entry.shape("shape"),
        residual_norm=_enclosure(entry.object("residual_norm")),
        weight_norm=_enclosure(entry.object("weight_norm")),
        relative=_interval(entry),
        zeros=entry.count("zeros"),
        rank=entry.count_or_none("rank"),
        sparse_zeros=entry.count_or_none("sparse_zeros"),
        theorem=Theorem(entry.text("theorem"), entry.digest("statement")),
        weight_digest=entry.digest("weight_digest"),
        compressed_digest=entry.digest("compressed_digest"),
    )


def _enclosure(ends: Fields) -> NormEnclosure:
    lo, hi = ends.ends()
    return NormEnclosure(lo, hi, ends.one_of("label", LABELS))


def _interval(entry: Fields) -> Interval | None:
    if entry.mapping_or_none("relative") is None:
        return None
    return Interval(*entry.object("relative").ends())


def _require_distinct(certificate: Certificate, where: str) -> None:
    names = [bound.name for bound in certificate.maps]
    if not names:
        raise CertificateError(f"{where}: no maps; a certificate of nothing verifies nothing.")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise CertificateError(f"{where}: the map {twice} is certified twice.")


def _require_inside(certificate: Certificate, where: str) -> None:
    """A certificate speaks of its own folder; it must not make a verifier read elsewhere."""
    for name in certificate.files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or name in ("", "."):
            raise CertificateError(f"{where}: files: {name!r} is no file of the certificate's own folder.")


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")
