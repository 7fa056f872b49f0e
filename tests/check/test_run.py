"""A whole run on a tiny model: the record fits its schema, every theorem is in it, and nothing depends on
chance.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pybridge_extracted
import pytest

from pybridge.check import SCHEMA_VERSION, CheckSpec, run
from pybridge.report import schema

RUNTIME = [n for n in pybridge_extracted.NAMES if "runtime" in pybridge_extracted.load(n).MODES]


@pytest.fixture(scope="module")
def record(spec: CheckSpec, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("out") / "check.json"
    report = run(replace(spec, json=path))
    assert report.exit_code == 0
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(report.record))
    return written


def test_the_record_fits_its_schema(record: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema.CHECK_RECORD)
    jsonschema.validate(record, schema.CHECK_RECORD)
    assert schema.SCHEMA_VERSION == SCHEMA_VERSION


@pytest.mark.parametrize(
    "damage",
    [
        lambda r: r["profile"][0].pop("rho"),
        lambda r: r["profile"][0].update(positions="some"),
        lambda r: r["theorems"][0]["verdicts"].pop("VIOLATED"),
        lambda r: r["model"].update(digest="sha256:short"),
        lambda r: r.update(extra=1),
    ],
)
def test_the_schema_can_fail(record: Any, damage: Any) -> None:
    broken = json.loads(json.dumps(record))
    damage(broken)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema.CHECK_RECORD)


def test_there_is_a_row_for_every_block_eps_and_position_set(record: Any) -> None:
    rows = {(r["block"], r["eps"], r["positions"]) for r in record["profile"]}
    assert rows == {(b, e, p) for b in range(4) for e in (0.01, 0.1) for p in ("all", "skip:4")}
    assert len(record["profile"]) == len(rows)


def test_every_runtime_theorem_is_put_to_the_model(record: Any) -> None:
    by_name = {t["name"]: t for t in record["theorems"]}
    assert list(by_name) == RUNTIME
    assert all(t["instances"] > 0 for t in by_name.values())
    maps, vectors = len(record["maps"]), record["protocol"]["vectors"]
    assert maps == 4 * 6
    for name in (
        "retrieval_bound",
        "sparse_activation_bound",
        "interpolation_bound",
        "composition_bound_dropped",
    ):
        assert by_name[name]["instances"] == by_name[name]["hypotheses_met"] == maps * vectors
    for name in ("efficiency_dominance", "efficiency_dominance_iff", "adaptive_monotonicity"):
        assert by_name[name]["instances"] == maps
    assert by_name["multi_layer_error_bound"]["instances"] == 4
    assert by_name["relative_error_ratio_identity"]["instances"] == len(record["profile"])


def test_verdicts_add_up_and_nothing_is_violated_or_lost_to_rounding(record: Any) -> None:
    totals = record["totals"]
    assert totals["instances"] == sum(t["instances"] for t in record["theorems"])
    assert totals["VIOLATED"] == totals["ERROR"] == totals["UNSUPPORTED"] == 0
    for theorem in record["theorems"]:
        assert theorem["instances"] == sum(theorem["verdicts"].values())
        assert theorem["verdicts"]["INCONCLUSIVE"] <= 0.01 * theorem["instances"]


def test_theorem_10_agrees_with_the_profile(record: Any) -> None:
    by_name = {t["name"]: t for t in record["theorems"]}
    holds = sum(r["condition_holds"] for r in record["profile"])
    assert by_name["preln_contraction"]["hypotheses_met"] == holds
    assert all(r["rho"] < 1 for r in record["profile"] if r["condition_holds"])


def test_both_counts_are_in_the_summaries(record: Any) -> None:
    for summary in record["summaries"]:
        rows = [
            r
            for r in record["profile"]
            if (r["eps"], r["positions"]) == (summary["eps"], summary["positions"])
        ]
        assert summary["all_blocks"]["contracting"] == sum(r["rho"] < 1 for r in rows)
        assert summary["without_last_block"]["contracting"] == sum(
            r["rho"] < 1 for r in rows if r["block"] < 3
        )
        assert (summary["all_blocks"]["count"], summary["without_last_block"]["count"]) == (4, 3)
        assert summary["downstream"][-1] == 1


def without_timing(report: Any) -> Any:
    return {k: v for k, v in report.record.items() if k != "timing"}


def test_the_same_seed_gives_the_same_record_cached_or_not(spec: CheckSpec, tmp_path: Path) -> None:
    first, second = run(replace(spec, cache_dir=tmp_path)), run(replace(spec, cache_dir=tmp_path))
    assert without_timing(first) == without_timing(second)
    assert without_timing(run(replace(spec, seed=1))) != without_timing(first)


def test_a_damaged_cache_changes_nothing(spec: CheckSpec, tmp_path: Path) -> None:
    spec = replace(spec, cache_dir=tmp_path, maps=r"^1\.")
    sound = without_timing(run(spec))
    entries = [p for p in (tmp_path / "bounds").rglob("*") if p.is_file()]
    assert len(entries) > 6
    for i, entry in enumerate(entries):
        content = entry.read_bytes()
        entry.write_bytes(content[: len(content) // 2] if i % 2 else content.replace(b"hi", b"lo"))
    assert without_timing(run(spec)) == sound


def test_maps_are_chosen_by_regular_expression(spec: CheckSpec) -> None:
    record = run(replace(spec, maps=r"^[12]\.mlp")).record
    assert [m["name"] for m in record["maps"]] == ["1.mlp_up", "1.mlp_down", "2.mlp_up", "2.mlp_down"]


def test_sublayers_are_twice_as_many_rows(spec: CheckSpec) -> None:
    record = run(replace(spec, granularity="sublayer", maps="0.q", eps=(0.05,), skip_tokens=0)).record
    jsonschema.validate(record, schema.CHECK_RECORD)
    names = [(r["block"], r["sublayer"]) for r in record["profile"]]
    assert names == [(b, s) for b in range(4) for s in ("attention", "mlp")]
    (summary,) = record["summaries"]
    assert summary["without_last_block"]["count"] == 6
