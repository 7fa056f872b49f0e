"""Every method writes a folder that transformers loads, whose certificate verifies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from pybridge.certify import CompressSpec, compress, verify
from pybridge.certify.lines import outcome_lines
from pybridge.compress import METHODS
from pybridge.errors import LivingInferenceError, NonFiniteError, OutputError, SettingError, TextError
from pybridge.models import open_model
from tests.models.folders import save_tiny
from tests.models.tiny import CONFIGS

SPARSE: dict[str, Any] = {"sparsity": 0.5}
LOW_RANK: dict[str, Any] = {"rank": 3}
PRUNING = ("magnitude", "colnorm", "wanda", "sparsegpt")
SETTINGS = {name: SPARSE if name in PRUNING else LOW_RANK for name in METHODS} | {
    name: SPARSE | LOW_RANK for name in METHODS if "+" in name or name == "composition"
}


@pytest.fixture
def spec(base: Path, text_file: Path, cache_dir: Path, tmp_path: Path) -> CompressSpec:
    return CompressSpec(
        model=str(base),
        out=tmp_path / "out",
        calibration=text_file,
        tokens=64,
        context=32,
        cache_dir=cache_dir,
    )


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_written_loaded_and_verified(spec: CompressSpec, base: Path, method: str) -> None:
    outcome = compress(replace(spec, method=method, **SETTINGS[method]))
    bounds = outcome.certificate.maps
    assert len(bounds) == 24
    verification = verify(spec.out, str(base), cache_dir=spec.cache_dir)
    assert verification.findings == ()
    assert verification.certificate == outcome.certificate
    assert (outcome.certificate.calibration is not None) == bool(METHODS[method].needs)
    for bound in bounds:
        assert 0 < bound.residual_norm.lo <= bound.residual_norm.hi
        assert bound.rank == (3 if "rank" in SETTINGS[method] else None)
        if "sparsity" in SETTINGS[method] and "rank" not in SETTINGS[method]:
            assert bound.zeros == bound.shape[0] * round(0.5 * bound.shape[1])


@pytest.mark.parametrize("family", ["gpt2", "llama-tied"])
def test_transformers_loads_it_and_it_is_what_was_certified(
    spec: CompressSpec, tmp_path: Path, family: str
) -> None:
    folder = tmp_path / "dense"
    folder.mkdir()
    save_tiny(folder, family)
    certificate = compress(replace(spec, model=str(folder), method="magnitude", sparsity=0.25)).certificate
    model = AutoModelForCausalLM.from_pretrained(spec.out)
    assert len(AutoTokenizer.from_pretrained(spec.out)("the quick fox")["input_ids"]) == 3
    opened = open_model(str(spec.out))
    ids = torch.arange(8)[None]
    assert torch.equal(model(ids).logits, opened.model(ids).logits)
    assert opened.weight_digest() == certificate.weight_digest
    dense = {view.name: view.read() for view in open_model(str(folder)).adapter.linear_maps()}
    for view, bound in zip(opened.adapter.linear_maps(), certificate.maps, strict=True):
        difference = (dense[view.name].double() - view.read().double()).numpy()
        truth = float(np.linalg.svd(difference, compute_uv=False)[0])
        assert bound.residual_norm.lo <= truth <= bound.residual_norm.hi
        assert bound.residual_norm.hi <= 1.02 * truth
    names = {path.name for path in spec.out.iterdir()}
    assert {"bounds.json", "config.json", "model.safetensors", "tokenizer.json"} <= names
    assert not any(name.endswith((".bin", ".pt", ".pkl")) for name in names)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_narrow_weights_are_certified_as_they_are_stored(spec: CompressSpec, base: Path, dtype: str) -> None:
    outcome = compress(replace(spec, method="svd", rank=4, dtype=dtype))
    assert outcome.certificate.dtype == dtype
    assert verify(spec.out, str(base), cache_dir=spec.cache_dir).findings == ()
    assert AutoModelForCausalLM.from_pretrained(spec.out).dtype == getattr(torch, dtype)


def test_sequential_and_one_pass_wanda_differ_after_the_first_block(spec: CompressSpec) -> None:
    pruned = []
    for one_pass in (False, True):
        out = spec.out.with_name(f"one_pass_{one_pass}")
        outcome = compress(replace(spec, out=out, sparsity=0.5, one_pass=one_pass))
        pruned.append({bound.name: bound.compressed_digest for bound in outcome.certificate.maps})
    different = {name for name in pruned[0] if pruned[0][name] != pruned[1][name]}
    assert different
    assert not any(name.startswith("0.") for name in different)


def test_only_the_maps_that_match_are_touched(spec: CompressSpec, base: Path) -> None:
    outcome = compress(replace(spec, method="magnitude", pattern="2:4", maps="mlp_up$"))
    assert [bound.name for bound in outcome.certificate.maps] == [f"{t}.mlp_up" for t in range(4)]
    assert outcome.zeros * 2 == outcome.weights
    dense = {view.name: view.read() for view in open_model(str(base)).adapter.linear_maps()}
    for view in open_model(str(spec.out)).adapter.linear_maps():
        assert torch.equal(view.read(), dense[view.name]) == (view.component != "mlp_up")


def test_the_report_says_what_zeros_do_not_save(spec: CompressSpec) -> None:
    lines = outcome_lines(compress(replace(spec, sparsity=0.5)), spec.out)
    text = "\n".join(lines)
    assert "Zeros: 24,576 of the 49,152 weights of these maps (50.00%)" in text
    assert "zeros save none" in text
    assert "tokens/s before" in text
    assert lines[-1].endswith(f"pybridge verify {spec.out} --against {spec.model}")


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"method": "magic"}, SettingError, "No method is called 'magic'. Choose one of: magnitude, "),
        ({"sparsity": 1.0}, SettingError, r"sparsity is 1, but a fraction set to zero lies in \[0, 1\)"),
        ({"sparsity": -0.1}, SettingError, "sparsity is -0.1"),
        ({"sparsity": float("nan")}, SettingError, "sparsity is nan"),
        ({"sparsity": None}, SettingError, "needs --sparsity or --pattern"),
        ({"pattern": "2:4"}, SettingError, "say the same thing twice"),
        ({"sparsity": None, "pattern": "4:2"}, SettingError, "at least 1 and at most all"),
        ({"sparsity": None, "pattern": "2of4"}, SettingError, "not of the form kept:of"),
        ({"sparsity": None, "pattern": "2:5"}, SettingError, r"0\.q|width|groups"),
        ({"rank": 4}, SettingError, "takes no --rank;"),
        ({"method": "svd", "sparsity": None, "rank": 33}, SettingError, "rank is 33, above what 0.q"),
        ({"method": "svd", "sparsity": None, "rank": 0}, SettingError, "rank is 0"),
        ({"method": "svd", "sparsity": None, "rank_frac": 2.0}, SettingError, "^--rank-frac is 2, but"),
        ({"method": "svd", "sparsity": None}, SettingError, "svd needs --rank or --rank-frac; give one"),
        ({"rank_frac": 0.5}, SettingError, "wanda takes no --rank-frac; leave it out"),
        ({"maps": "nothing"}, SettingError, "matches none of the 24 linear maps"),
        ({"maps": "("}, SettingError, "no regular expression"),
        ({"calibration": None}, SettingError, "needs calibration text"),
        ({"context": 100}, SettingError, "this model takes 64 tokens"),
        ({"tokens": 6400}, TextError, "6,400 are needed"),
        ({"calibration_dataset": "wikitext"}, SettingError, "both name a text"),
        ({"dtype": "float8"}, LivingInferenceError, "float8"),
    ],
)
def test_bad_input_leaves_nothing(
    spec: CompressSpec, changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    before = sorted(spec.out.parent.iterdir())
    with pytest.raises(error, match=message):
        compress(replace(spec, **{"sparsity": 0.5, **changes}))
    assert sorted(spec.out.parent.iterdir()) == before


def test_an_output_folder_that_exists_is_refused_before_any_work(spec: CompressSpec) -> None:
    spec.out.mkdir()
    with pytest.raises(OutputError, match="exists already; nothing is overwritten"):
        compress(replace(spec, model="/no/such/model", sparsity=0.5))


def test_activations_that_are_not_finite_are_named(spec: CompressSpec, tmp_path: Path) -> None:
    """Weights are finite; float16 overflows in the forward pass."""
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "hot"
    folder.mkdir()
    save_tiny(folder, "gpt2")
    tensors = load_file(folder / "model.safetensors")
    tensors["transformer.h.1.mlp.c_fc.weight"].mul_(2.0**12)
    tensors["transformer.h.1.ln_2.weight"].mul_(2.0**8)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(NonFiniteError, match=r"1\.mlp_down|2\.q"):
        compress(replace(spec, model=str(folder), sparsity=0.5, dtype="float16"))
    assert not spec.out.exists()


@pytest.mark.parametrize("family", sorted(CONFIGS))
def test_every_family_comes_back_from_disk_as_it_was_certified(
    spec: CompressSpec, tmp_path: Path, family: str
) -> None:
    """Fused, transposed and stacked parameters are written and read by transformers in its own way."""
    folder = tmp_path / "dense"
    folder.mkdir()
    save_tiny(folder, family)
    outcome = compress(replace(spec, model=str(folder), method="magnitude", sparsity=0.5))
    assert 0.45 < outcome.zeros / outcome.weights < 0.55
    assert verify(spec.out, str(folder), cache_dir=spec.cache_dir).findings == ()
