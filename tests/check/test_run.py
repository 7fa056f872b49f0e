"""A whole run on a tiny model: the record fits its schema, every theorem is in it, and nothing depends on
chance.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pybridge_extracted
import pytest

import pybridge.check
from pybridge.check import SCHEMA_VERSION, CheckSpec, run
from pybridge.models.fingerprint import weight_digest
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
        lambda r: r.update(schema_version=1),
        lambda r: r["lockstep"]["blocks"][0].pop("alpha"),
        lambda r: r["lockstep"]["end_to_end"][0]["tightness"].pop("heterogeneous"),
        lambda r: r["removals"][0].update(measured="0.1"),
        lambda r: r["protocol"].pop("compressed"),
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
    assert by_name["propagation_product"]["hypotheses_met"] == 4
    assert by_name["relative_error_ratio_identity"]["instances"] == len(record["profile"])
    for name in ("residual_norm_sq", "growth_factor_pos", "layer_removal_identity"):
        assert by_name[name]["instances"] == 4 * 2  # of the clean run: once for both ε
    for name in ("residual_step_with_injection", "sublayer_split", "energy_injection"):
        assert by_name[name]["instances"] == by_name[name]["hypotheses_met"] == 4 * 2
    for name in ("running_bound", "heterogeneous_bound", "budget_allocation"):
        assert by_name[name]["instances"] == by_name[name]["hypotheses_met"] == 2
    for name in ("geometric_injection_bound", "capped_injection_bound", "nonexpansive_error_bound"):
        assert by_name[name]["instances"] == 2
    assert by_name["layer_removal_downstream"]["hypotheses_met"] == 4 * 2


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


def test_the_compressed_model_has_a_row_a_block_and_its_ends(record: Any) -> None:
    found = record["lockstep"]
    assert (found["compressed_maps"], found["of_maps"]) == (24, 24)
    rows = [(r["positions"], r["block"]) for r in found["blocks"]]
    assert rows == [(p, b) for p in ("all", "skip:4") for b in range(4)]
    ledger = {t["name"]: t for t in record["theorems"]}
    for end in found["end_to_end"]:
        assert end["measured"] <= end["heterogeneous"]
        last = [r for r in found["blocks"] if r["positions"] == end["positions"]][-1]
        assert last["next_amplitude"] == end["measured"]
        assert (end["geometric"] is None) == (end["factor_cap"] >= 1)
    tightest = max(end["tightness"]["heterogeneous"] for end in found["end_to_end"])
    assert math.isclose(ledger["heterogeneous_bound"]["tightness"], tightest, rel_tol=1e-12)
    met = sum(end["expanding_blocks_absolute"] == 0 for end in found["end_to_end"])
    assert ledger["nonexpansive_error_bound"]["hypotheses_met"] == met


def test_every_block_is_removed_once_for_each_position_set(record: Any) -> None:
    rows = {(r["block"], r["positions"]): r for r in record["removals"]}
    assert list(rows) == [(b, p) for p in ("all", "skip:4") for b in range(4)]
    for (block, positions), row in rows.items():
        assert row["measured"] <= row["bound"] * (1 + 1e-12)
        (profile,) = [
            r for r in record["profile"] if (r["block"], r["positions"], r["eps"]) == (block, positions, 0.01)
        ]
        e1 = profile["g"] ** 2 / profile["growth"]
        assert math.isclose(row["removal_error"], e1, rel_tol=1e-9)


def test_only_the_blocks_named_are_removed(spec: CheckSpec) -> None:
    record = run(replace(spec, maps="0.q", removals="2,0")).record
    assert [r["block"] for r in record["removals"]] == [0, 2, 0, 2]
    assert record["protocol"]["removals"] == "2,0"
    jsonschema.validate(record, schema.CHECK_RECORD)


def test_no_removals_leave_their_theorem_without_an_instance(spec: CheckSpec) -> None:
    record = run(replace(spec, maps="0.q", removals="none")).record
    assert record["removals"] == []
    (e3,) = [t for t in record["theorems"] if t["name"] == "layer_removal_downstream"]
    assert e3["instances"] == 0


def test_only_the_chosen_maps_are_compressed(spec: CheckSpec) -> None:
    record = run(replace(spec, maps=r"^2\.mlp", removals="none")).record
    assert (record["lockstep"]["compressed_maps"], record["lockstep"]["of_maps"]) == (2, 24)
    assert [r["injected"] == 0 for r in record["lockstep"]["blocks"]] == [True, True, False, True] * 2
    assert [r["amplitude"] == 0 for r in record["lockstep"]["blocks"]] == [True, True, True, False] * 2
    assert record["totals"]["INCONCLUSIVE"] == 0
    (split,) = [t for t in record["theorems"] if t["name"] == "sublayer_split"]
    assert split["verdicts"] == dict.fromkeys(split["verdicts"], 0) | {"HOLDS": 4, "UNSUPPORTED": 4}


def test_the_model_runs_as_before_when_the_check_is_done(
    spec: CheckSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    original = pybridge.check.open_model

    def opening(*args: Any, **options: Any) -> Any:
        opened.append(original(*args, **options))
        return opened[-1]

    monkeypatch.setattr(pybridge.check, "open_model", opening)
    record = run(replace(spec, removals="none")).record
    assert weight_digest(opened[0].model) == record["model"]["digest"]


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
