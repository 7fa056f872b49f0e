"""Verification: what holds is verified, and every way of tampering is found, by the name of the map."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from pybridge.certify import verify
from pybridge.certify.lines import verification_lines
from pybridge.errors import CertificateError, LivingInferenceError, ModelError
from tests.models.folders import edit_config, save_tiny

FC = "transformer.h.2.mlp.c_fc.weight"
ATTN = "transformer.h.0.attn.c_attn.weight"


def edit_weights(folder: Path, edit: Callable[[dict[str, Tensor]], object]) -> None:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    edit(tensors)
    save_file(tensors, path, metadata={"format": "pt"})


def edit_bounds(folder: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "bounds.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    edit(record)
    path.write_text(json.dumps(record), encoding="utf-8")


def entry(record: dict[str, Any], name: str) -> dict[str, Any]:
    return next(bound for bound in record["maps"] if bound["name"] == name)


def findings(folder: Path, base: Path, cache_dir: Path) -> list[tuple[str, str]]:
    found = verify(folder, str(base), cache_dir=cache_dir)
    assert found.exit_code == (1 if found.findings else 0)
    return [(finding.about, finding.reason) for finding in found.findings]


def test_what_was_written_verifies(copy: Path, base: Path, cache_dir: Path) -> None:
    assert findings(copy, base, cache_dir) == []
    lines = verification_lines(verify(copy, str(base), cache_dir=cache_dir), copy, str(base))
    assert lines[0].startswith(f"Verified: {copy} against {base}: 23 maps")


def test_the_smallest_change_of_one_weight_names_its_map(copy: Path, base: Path, cache_dir: Path) -> None:
    def flip(tensors: dict[str, Tensor]) -> None:
        tensors[FC].view(torch.int32)[3, 5] ^= 1

    edit_weights(copy, flip)
    found = findings(copy, base, cache_dir)
    assert {about for about, _ in found} == {"2.mlp_up"}
    assert found[0][1].startswith("the weights are not those certified: sha256:")


def test_a_weight_beyond_the_bound_is_said_to_break_it(copy: Path, base: Path, cache_dir: Path) -> None:
    def push(tensors: dict[str, Tensor]) -> None:
        tensors[FC][3, 5] += 100.0

    edit_weights(copy, push)
    found = findings(copy, base, cache_dir)
    assert {about for about, _ in found} == {"2.mlp_up"}
    assert any("the bound does not hold: ‖W - Ŵ‖₂ is certified between" in reason for _, reason in found)


def test_a_zero_filled_in_with_a_negative_zero_is_still_another_weight(
    copy: Path, base: Path, cache_dir: Path
) -> None:
    def negate(tensors: dict[str, Tensor]) -> None:
        at = tuple((tensors[FC] == 0).nonzero()[0].tolist())
        tensors[FC][at] = -0.0

    edit_weights(copy, negate)
    assert [about for about, _ in findings(copy, base, cache_dir)] == ["2.mlp_up"]


def test_a_map_outside_the_certificate_must_be_the_base_model_s(
    copy: Path, base: Path, cache_dir: Path
) -> None:
    """0.q was left alone; it lies in one parameter with 0.k and 0.v, which were not."""

    def touch(tensors: dict[str, Tensor]) -> None:
        tensors[ATTN][0, 0] += 1.0

    edit_weights(copy, touch)
    [(about, reason)] = findings(copy, base, cache_dir)
    assert about == "0.q"
    assert "no bound is certified for them" in reason


@pytest.mark.parametrize(
    "name", ["transformer.wte.weight", "transformer.h.1.mlp.c_fc.bias", "transformer.ln_f.weight"]
)
def test_weights_outside_all_maps_must_be_the_base_model_s(
    copy: Path, base: Path, cache_dir: Path, name: str
) -> None:
    edit_weights(copy, lambda tensors: tensors[name].view(-1)[:1].add_(1.0))
    [(about, reason)] = findings(copy, base, cache_dir)
    assert about == name
    assert "not the base model's" in reason


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_weight_that_is_not_finite_names_its_map(
    copy: Path, base: Path, cache_dir: Path, bad: float
) -> None:
    edit_weights(copy, lambda tensors: tensors[FC][0, 0].fill_(bad))
    [(about, reason)] = findings(copy, base, cache_dir)
    assert about == "2.mlp_up"
    assert "not those certified, and have no norm" in reason


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
def test_the_other_files_are_certified_too(copy: Path, base: Path, cache_dir: Path, name: str) -> None:
    path = copy / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert findings(copy, base, cache_dir) == [(name, "the file is not the one certified")]


def test_a_changed_config_is_found_even_where_the_weights_are_the_same(
    copy: Path, base: Path, cache_dir: Path
) -> None:
    edit_config(copy, activation_function="relu")
    assert findings(copy, base, cache_dir) == [("config.json", "the file is not the one certified")]


def test_a_file_that_is_gone(copy: Path, base: Path, cache_dir: Path) -> None:
    (copy / "generation_config.json").unlink()
    [(about, reason)] = findings(copy, base, cache_dir)
    assert about == "generation_config.json"
    assert reason == "the file is missing"


def test_further_files_are_nobody_s_business(copy: Path, base: Path, cache_dir: Path) -> None:
    (copy / "README.md").write_text("mine")
    assert findings(copy, base, cache_dir) == []


@pytest.mark.parametrize("name", ["adapter_config.json", "chat_template.jinja", "tokenizer.model"])
def test_a_further_file_that_transformers_would_read_is_found(
    copy: Path, base: Path, cache_dir: Path, name: str
) -> None:
    (copy / name).write_text("{}")
    [(about, reason)] = findings(copy, base, cache_dir)
    assert about == name
    assert "not certified" in reason


def test_what_is_only_stated_is_said_to_be_unchecked(copy: Path, base: Path, cache_dir: Path) -> None:
    edit_bounds(copy, lambda record: record.update(method="magic"))
    lines = verification_lines(verify(copy, str(base), cache_dir=cache_dir), copy, str(base))
    assert lines[-1].startswith("Stated, not checked: ")
    assert "method magic" in lines[-1]


def shrink(record: dict[str, Any]) -> None:
    norm = entry(record, "1.v")["residual_norm"]
    norm["lo"], norm["hi"] = norm["lo"] / 2, norm["lo"] * 0.999


def grow(record: dict[str, Any]) -> None:
    norm = entry(record, "1.v")["residual_norm"]
    norm["lo"], norm["hi"] = norm["hi"] * 1.001, norm["hi"] * 2


def set_entry(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda record: entry(record, "1.v").__setitem__(key, value)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (shrink, "the bound does not hold: ‖W - Ŵ‖₂"),
        (grow, "the certified lower end is wrong: ‖W - Ŵ‖₂"),
        (lambda record: entry(record, "1.v")["weight_norm"].update(lo=900.0, hi=901.0), "‖W‖₂ is certified"),
        (set_entry("zeros", 7), "7 zeros are certified, 512 are there"),
        (set_entry("relative", {"lo": 0.0, "hi": 1e-3}), "the relative error is not the quotient"),
        (set_entry("relative", None), "the relative error is not the quotient"),
        (set_entry("weight_digest", "sha256:" + "0" * 64), "is not that of the base model's weights"),
        (set_entry("compressed_digest", "sha256:" + "0" * 64), "the weights are not those certified"),
        (set_entry("parameter", "transformer.wte.weight"), "its parameter is not called"),
    ],
)
def test_a_certificate_that_says_what_is_not_so_names_the_map(
    copy: Path, base: Path, cache_dir: Path, edit: Callable[[dict[str, Any]], None], reason: str
) -> None:
    edit_bounds(copy, edit)
    found = findings(copy, base, cache_dir)
    assert {about for about, _ in found} == {"1.v"}
    assert any(reason in said for _, said in found), found


def test_a_bound_that_is_true_but_not_ours_holds(copy: Path, base: Path, cache_dir: Path) -> None:
    """Sharper than what we would certify, and still above the truth: recomputed narrowly, it holds."""

    def sharpen(record: dict[str, Any]) -> None:
        from pybridge.certify.residual import Interval, relative_error
        from pybridge.runtime.norms import NormEnclosure

        bound = entry(record, "1.v")
        norm = bound["residual_norm"]
        norm["hi"] = norm["hi"] * (1 - 1e-4)
        relative = relative_error(NormEnclosure(**norm), NormEnclosure(**bound["weight_norm"]))
        assert isinstance(relative, Interval)
        bound["relative"] = {"lo": relative.lo, "hi": relative.hi}

    edit_bounds(copy, sharpen)
    assert findings(copy, base, cache_dir) == []


def test_a_map_struck_from_the_certificate_is_missed(copy: Path, base: Path, cache_dir: Path) -> None:
    edit_bounds(
        copy, lambda record: record.update(maps=[b for b in record["maps"] if b["name"] != "3.mlp_down"])
    )
    [(about, reason)] = findings(copy, base, cache_dir)
    assert about == "3.mlp_down"
    assert "no bound is certified" in reason


def test_the_digest_of_all_weights_counts(copy: Path, base: Path, cache_dir: Path) -> None:
    edit_bounds(copy, lambda record: record.update(weight_digest="sha256:" + "0" * 64))
    [(about, reason)] = findings(copy, base, cache_dir)
    assert (about, reason) == ("bounds.json", "its digest of all weights together is not theirs")


def refused(folder: Path, against: str, cache_dir: Path, error: type[LivingInferenceError], message: str):
    with pytest.raises(error, match=re.compile(message, re.DOTALL)):
        verify(folder, against, cache_dir=cache_dir)


def test_another_base_model_is_refused(copy: Path, cache_dir: Path, tmp_path: Path) -> None:
    refused(copy, "tiny-gpt2", cache_dir, CertificateError, "is not the model that was compressed")
    other = tmp_path / "other"
    other.mkdir()
    save_tiny(other, "gpt2")
    edit_weights(other, lambda tensors: tensors[FC][0, 0].add_(1.0))
    refused(copy, str(other), cache_dir, CertificateError, "is not the model that was compressed")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (set_entry("theorem", "retrieval_bound"), "stands on the theorem 'retrieval_bound'"),
        (set_entry("statement", "sha256:" + "0" * 64), "is not the one certified"),
        (set_entry("name", "99.v"), r"a map 99\.v of shape \(32, 32\)"),
        (set_entry("shape", [32, 31]), r"a map 1\.v of shape \(32, 31\)"),
    ],
)
def test_a_certificate_of_something_else_is_refused(
    copy: Path, base: Path, cache_dir: Path, edit: Callable[[dict[str, Any]], None], message: str
) -> None:
    edit_bounds(copy, edit)
    refused(copy, str(base), cache_dir, CertificateError, message)


def test_weights_that_cannot_be_read_are_refused(copy: Path, base: Path, cache_dir: Path) -> None:
    path = copy / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    refused(copy, str(base), cache_dir, ModelError, "truncated or damaged")
    path.unlink()
    refused(copy, str(base), cache_dir, ModelError, "no weights")


def test_pickled_weights_are_never_loaded(copy: Path, base: Path, cache_dir: Path) -> None:
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    refused(copy, str(base), cache_dir, ModelError, "never loaded")
