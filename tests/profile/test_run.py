"""A whole profile: every family, batched and streamed, several runs, and what is refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pybridge_extracted
import pytest
import torch

from pybridge import replay
from pybridge.binding.ledger import Ledger
from pybridge.errors import NonFiniteError, OutputError, SettingError, TextError
from pybridge.measure.fragility import compression_fragility_index
from pybridge.measure.positions import position_sets
from pybridge.measure.profile import ProfileSpec, measure_profile
from pybridge.models.families import FAMILIES, adapter_for
from pybridge.models.opening import open_model
from pybridge.profile import ProfileRunSpec, run, seeds_of
from pybridge.profile.combinations import CombinationBackend
from pybridge.profile.memory import bytes_of_row, groups_of, rows_that_fit
from pybridge.profile.passes import Passes, Plan, Run
from pybridge.profile.record import settings_of
from pybridge.profile.texts import sequences_of
from pybridge.report import profile_schema
from pybridge.runtime.enclosure import EnclosureBackend
from pybridge.runtime.verdict import Verdict
from tests.models.folders import TEXT, save_tiny
from tests.models.tiny import CONFIGS, tiny_ids, tiny_model

TOKENS = 12
PLAN = Plan((0.01, 0.05, 0.1), (0,), "block", position_sets(4, TOKENS), rows_at_once=4)
CHECKS = [
    c for c in map(pybridge_extracted.load, pybridge_extracted.NAMES) if c.SCOPE in ("block", "profile")
]


def passes_of(adapter: Any, plan: Plan, checks: list[Any] | None = None) -> tuple[Passes, Ledger]:
    chosen = CHECKS if checks is None else checks
    ledger = Ledger(chosen, CombinationBackend(), lambda *_: None)
    return Passes(adapter, plan, ledger, Ledger(chosen, EnclosureBackend(), lambda *_: None)), ledger


@pytest.mark.parametrize("name", CONFIGS)
def test_every_family_is_profiled_and_holds_its_theorems(name: str) -> None:
    adapter = adapter_for(tiny_model(name))
    passes, ledger = passes_of(adapter, PLAN)
    runs = passes.run(tiny_ids(1, TOKENS))
    assert (
        ledger.count(Verdict.VIOLATED)
        == ledger.count(Verdict.ERROR)
        == ledger.count(Verdict.UNSUPPORTED)
        == 0
    )
    identity = next(t for t in ledger.tallies if t.check.NAME == "relative_error_ratio_identity")
    assert identity.verdicts == {Verdict.HOLDS: 3 * 2 * adapter.n_blocks}
    for setting in settings_of(runs, "block", adapter.d_model):
        assert setting.summary()["largest_identity_gap"] < 1e-10
        assert math.isclose(sum(block["budget"]["mean"] for block in setting.blocks()), 1.0, rel_tol=1e-9)
    assert len(passes.norms.rows(adapter, PLAN.positions)) >= 4 * adapter.n_blocks


def test_the_table_of_families_is_complete() -> None:
    assert {config.model_type for config in CONFIGS.values()} == set(FAMILIES)


@pytest.mark.parametrize("name", ["gpt2", "lfm2", "gemma3", "mixtral"])
def test_bfloat16_above_its_floor(name: str) -> None:
    adapter = adapter_for(tiny_model(name, torch.bfloat16))
    passes, ledger = passes_of(adapter, replace(PLAN, eps=(0.2,)))
    (found,) = passes.run(tiny_ids(1, TOKENS))
    assert any(row.error is not None for row in found.rows)
    assert ledger.count(Verdict.VIOLATED) == ledger.count(Verdict.ERROR) == 0


def test_parallel_blocks_have_no_sublayers() -> None:
    adapter = adapter_for(tiny_model("gpt-neox"))
    with pytest.raises(SettingError, match="no sublayer updates"):
        passes_of(adapter, replace(PLAN, granularity="sublayer"))[0].run(tiny_ids(1, TOKENS))


# ---- batched and streamed ----------------------------------------------------------------------------------
def numbers(found: tuple[Run, ...]) -> list[list[float]]:
    rows = [row for one in found for row in one.rows]
    assert all(row.error is not None for row in rows)
    return [
        [r.g, r.cos_theta, r.alpha_sq, r.error.L, r.error.rho, r.error.beta_sq, r.error.cos_phi]
        for r in rows
        if r.error
    ]


@pytest.mark.parametrize("name", ["gpt2", "llama", "lfm2"])
@pytest.mark.parametrize("rows_at_once", [2, 3])
def test_streamed_numbers_are_the_batched_ones(name: str, rows_at_once: int) -> None:
    """float64 blocks, so that the rounding of another batch is far below what is compared; RMSNorms are
    float32 inside whatever the model, row by row alike.
    """
    adapter, ids = adapter_for(tiny_model(name, torch.float64)), tiny_ids(1, TOKENS)
    batched, ledger = passes_of(adapter, PLAN)
    streamed, other = passes_of(adapter, replace(PLAN, rows_at_once=rows_at_once))
    first, second = numbers(batched.run(ids)), numbers(streamed.run(ids))
    for one, another in zip(first, second, strict=True):
        assert one == pytest.approx(another, rel=1e-5, abs=1e-6)
    for one, another in zip(ledger.tallies, other.tallies, strict=True):
        assert one.verdicts == another.verdicts, one.check.NAME


def test_a_group_of_eps_is_one_batch_with_the_clean_run() -> None:
    adapter = adapter_for(tiny_model("gpt2"))
    rows: list[int] = []
    with adapter.observe_residual("block", lambda point, h: rows.append(len(h)) if point == 0 else None):
        passes_of(adapter, replace(PLAN, rows_at_once=3))[0].run(tiny_ids(2, TOKENS))
    assert rows == [3, 2, 3, 2]  # 2 + 1 sizes, each beside the clean run, for two sequences


def test_the_estimate_of_memory_grows_and_leaves_two_rows() -> None:
    adapter = adapter_for(tiny_model("gpt2"))
    assert bytes_of_row(adapter, 2 * TOKENS) > 2 * bytes_of_row(adapter, TOKENS)
    assert rows_that_fit(1000, 10_000) == 5
    assert rows_that_fit(1000, 10) == 2
    assert groups_of((1.0, 2.0, 3.0), 3) == ((1.0, 2.0), (3.0,))
    assert groups_of((1.0, 2.0, 3.0), 2) == ((1.0,), (2.0,), (3.0,))


# ---- several runs ------------------------------------------------------------------------------------------
def test_a_run_is_the_profile_of_its_own_sequence_and_seed() -> None:
    adapter, ids = adapter_for(tiny_model("gpt2")), tiny_ids(2, TOKENS)
    plan = replace(PLAN, seeds=(3, 5))
    found = passes_of(adapter, plan)[0].run(ids)
    assert [(one.sequence, one.seed) for one in found] == [(0, 3), (0, 5), (1, 3), (1, 5)]
    for one in found:
        alone = ProfileSpec(plan.eps, one.seed, "block", plan.positions)
        assert one.rows == measure_profile(adapter, ids[one.sequence : one.sequence + 1], alone)


def test_what_is_averaged_are_ratios_and_products_of_single_runs() -> None:
    adapter = adapter_for(tiny_model("gpt2"))
    found = passes_of(adapter, PLAN)[0].run(tiny_ids(3, TOKENS))
    setting = settings_of(found, "block", adapter.d_model)[1]
    chosen = [[r for r in one.rows if (r.eps, r.positions) == (0.01, "skip:4")] for one in found]
    rhos = [[r.error.rho for r in rows if r.error] for rows in chosen]
    blocks, summary = setting.blocks(), setting.summary()
    assert blocks[1]["rho"]["mean"] == pytest.approx(sum(r[1] for r in rhos) / 3)
    energies = [rows[1].error.relative_error_in ** 2 for rows in chosen if rows[1].error]
    assert blocks[1]["V"]["mean"] == pytest.approx(sum(energies) / 3)
    assert blocks[0]["next_V"] == blocks[1]["V"]
    assert blocks[0]["downstream"]["mean"] == pytest.approx(sum(math.prod(r[1:]) for r in rhos) / 3)
    assert summary["product_of_all"]["mean"] == pytest.approx(sum(math.prod(r) for r in rhos) / 3)
    indices = [
        compression_fragility_index(
            amplifying_fraction=sum(v > 1 for v in r) / len(r), blocks=len(r), rho_max=max(r), d_model=32
        )
        for r in rhos
    ]
    assert summary["fragility_index"]["mean"] == pytest.approx(sum(indices) / 3)
    assert summary["fragility_index"]["lo"] < summary["fragility_index"]["mean"]
    assert [counts["contracting"] for counts in summary["all_blocks"]] == [
        sum(v < 1 for v in r) for r in rhos
    ]
    assert [counts["count"] for counts in summary["without_last_block"]] == [adapter.n_blocks - 1] * 3


def test_sequences_do_not_overlap_and_begin_alike(spec: ProfileRunSpec) -> None:
    opened = open_model(spec.model)
    ids = sequences_of(replace(spec, sequences=3), opened, TEXT * 8)
    whole = sequences_of(replace(spec, tokens=60), opened, TEXT * 8)
    assert ids.shape == (3, 24)
    assert torch.equal(ids.flatten()[:60], whole.flatten())
    opened.tokenizer = Fronted(opened.tokenizer)
    fronted = sequences_of(replace(spec, sequences=3), opened, TEXT * 8)
    assert fronted[:, 0].tolist() == [7, 7, 7]
    assert torch.equal(fronted[:, 1:].flatten()[:60], whole.flatten())


class Fronted:
    """A tokenizer that puts token 7 in front of every text."""

    bos_token_id, bos_token = 7, "<s>"

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __call__(self, text: str, **options: Any) -> dict[str, list[int]]:
        return {"input_ids": [7, *self._inner(text, **options)["input_ids"]]}


# ---- the record --------------------------------------------------------------------------------------------
def test_the_record_is_whole_and_the_same_twice(spec: ProfileRunSpec, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    spec = replace(spec, seeds=(0, 1), sequences=2, local_lipschitz=True, json=path)
    report = run(spec)
    assert report.exit_code == 0
    written = json.loads(path.read_text(encoding="utf-8"))
    again = run(replace(spec, json=None)).record
    jsonschema.validate(again, profile_schema.PROFILE_RECORD)
    for record in (written, again):
        assert record["timing"]["profile_s"] > 0
        record["timing"] = {}
    assert written == json.loads(json.dumps(again))
    jsonschema.validate(written, profile_schema.PROFILE_RECORD)
    assert written["kind"] == "living-inference profile"
    assert written["model"]["digest"].startswith("sha256:")
    assert written["text"]["digest"].startswith("sha256:")
    assert written["protocol"]["seeds"] == [0, 1]
    assert len(written["rows"]) == 2 * 2 * 2 * 2 * 4  # sequences, seeds, sizes, position sets, blocks
    assert len(written["blocks"]) == 2 * 2 * 4
    assert [row["block"] for row in written["local_lipschitz"]["blocks"]] == [0, 1, 2, 3]
    assert "estimate" in written["local_lipschitz"]["label"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.json"]


@pytest.mark.parametrize("name", ["lfm2", "gpt2"])
def test_sublayers_and_noise_are_in_the_schema_too(name: str, tmp_path: Path, text_file: Path) -> None:
    folder = save_tiny(tmp_path / name, name)
    noise = {"dtype": "bfloat16", "eps": (0.07,)} if name == "gpt2" else {}
    spec = ProfileRunSpec(str(folder), text_file, tokens=24, granularity="sublayer", **noise)
    jsonschema.validate(run(spec).record, profile_schema.PROFILE_RECORD)


def test_a_directional_ratio_stays_below_the_local_constant(spec: ProfileRunSpec) -> None:
    """For a small perturbation and a converged estimate; room for curvature."""
    record = run(replace(spec, eps=(1e-4,), local_lipschitz=True)).record
    directional = {row["block"]: row["L"]["mean"] for row in record["blocks"] if row["positions"] == "all"}
    for row in record["local_lipschitz"]["blocks"]:
        assert directional[row["block"]] <= 1.05 * row["estimate"]


# ---- violations --------------------------------------------------------------------------------------------
def doctored(name: str, **changes: Any) -> Any:
    check = pybridge_extracted.load(name)
    return SimpleNamespace(**{k: getattr(check, k) for k in dir(check) if not k.startswith("__")} | changes)


def steps_are_free(ops: Any, *, h: Any, u: Any, g: Any, cosθ: Any) -> Any:
    """‖h + u‖ ≤ ‖h‖ / 100: false."""
    return ops.le(ops.vec_norm(h + u), ops.div(ops.vec_norm(h), ops.real(100)))


def nothing_is_left(ops: Any, *, V: Any, ρ: Any, n: Any) -> Any:
    """V n ≤ 0: false."""
    return ops.le(V(n), ops.real(0))


@pytest.mark.parametrize(
    ("name", "conclusion", "place"),
    [
        ("residual_norm_sq", steps_are_free, "sequence 0, seed 0, block 0, positions all"),
        ("propagation_product", nothing_is_left, "profile, ε = 0.01"),
    ],
)
def test_a_violation_is_found_written_and_replays(
    spec: ProfileRunSpec,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    conclusion: Any,
    place: str,
) -> None:
    false = doctored(name, conclusion=conclusion)
    sequences = 2 if "sequence" in place else 1
    report = run(replace(spec, eps=(0.01,), sequences=sequences, json=tmp_path / "out.json"), checks=[false])
    assert report.exit_code == 1
    assert report.record["totals"]["VIOLATED"] > 0
    bundles = [Path(path) for path in report.record["violations"]]
    assert bundles
    wheres = [json.loads(path.read_text())["where"] for path in bundles]
    assert any(place in where for where in wheres)
    monkeypatch.setattr(pybridge_extracted, "load", lambda _name: false)
    outcome = replay.run(bundles[0])
    assert outcome.reproduced


def test_an_error_in_a_check_is_exit_code_two(spec: ProfileRunSpec) -> None:
    def broken(ops: Any, **_: Any) -> Any:
        raise ZeroDivisionError("our own mistake")

    report = run(spec, checks=[doctored("residual_norm_sq", conclusion=broken)])
    assert report.exit_code == 2
    assert report.record["totals"]["ERROR"] > 0


# ---- bad input ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tokens": 1}, "--tokens is 1"),
        ({"sequences": 0}, "--sequences is 0"),
        ({"rows_at_once": 1}, "--rows-at-once is 1"),
        ({"eps": ()}, "No --eps"),
        ({"eps": (0.0,)}, "--eps is 0"),
        ({"eps": (0.1, 0.1)}, "--eps 0.1 is given twice"),
        ({"eps": (float("nan"),)}, "--eps is nan"),
        ({"eps": (1e-7,)}, "noise floor of float32"),
        ({"eps": (0.05,), "dtype": "bfloat16"}, "noise floor of bfloat16"),
        ({"seeds": ()}, "No --seed"),
        ({"seeds": (-1,)}, "--seed is -1"),
        ({"seeds": (2, 2)}, "--seed 2 is given twice"),
        ({"skip_tokens": 24}, "--skip-tokens is 24"),
        ({"tokens": 65}, "the context of .* is 64 tokens"),
        ({"granularity": "head"}, "Unknown granularity"),
        ({"dataset": "x"}, "--text and --dataset"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    spec: ProfileRunSpec, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        run(replace(spec, **changes))


def test_seed_and_seeds_are_two_ways_to_say_it() -> None:
    assert seeds_of(None, None) == (0,)
    assert seeds_of([4, 2], None) == (4, 2)
    assert seeds_of(None, 3) == (0, 1, 2)
    with pytest.raises(SettingError, match="one of them"):
        seeds_of([1], 3)
    with pytest.raises(SettingError, match="--seeds is 0"):
        seeds_of(None, 0)


def test_a_text_too_short_for_the_sequences_says_both_counts(spec: ProfileRunSpec) -> None:
    with pytest.raises(TextError, match=r"120 tokens .* 240 are needed.*10 sequences of 24 tokens"):
        run(replace(spec, sequences=10))


def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    spec: ProfileRunSpec, tmp_path: Path
) -> None:
    with pytest.raises(OutputError):
        run(replace(spec, model="never opened", json=tmp_path / "nowhere" / "out.json"))


def test_damaged_weights_leave_no_record(tmp_path: Path, text_file: Path) -> None:
    folder = save_tiny(tmp_path / "model", "gpt2")
    opened = open_model(str(folder))
    with torch.no_grad():
        opened.model.transformer.h[1].ln_1.weight[0] = torch.inf  # type: ignore[union-attr]
    opened.model.save_pretrained(folder)  # type: ignore[operator]
    with pytest.raises(NonFiniteError):
        run(ProfileRunSpec(model=str(folder), text=text_file, tokens=24, json=tmp_path / "out.json"))
    assert not (tmp_path / "out.json").exists()
