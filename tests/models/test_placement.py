"""A model spread by a device map, part of it on disk, against the same model in memory."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from pybridge.errors import LivingInferenceError, ModelError, NonFiniteError, OutputError, SettingError
from pybridge.measure.positions import position_sets
from pybridge.measure.profile import ProfileSpec, measure_profile
from pybridge.models import OpenModel, delete_blocks, open_model, without_blocks
from pybridge.models.adapter import Adapter
from pybridge.models.folder import quiet_transformers
from pybridge.models.saving import save_model
from tests.models.folders import save_tiny
from tests.models.tiny import CONFIGS, MOE, tiny_ids

pytest.importorskip("accelerate", reason="a device map needs the extra `big`")

Map = dict[str, str | int]


def saved(tmp_path: Path, name: str = "llama") -> Path:
    with quiet_transformers():
        return save_tiny(tmp_path / "model", name)


def with_blocks_on_disk(adapter: Adapter, disk: tuple[int, ...] = (1, 3)) -> Map:
    """Every part on the CPU but these blocks."""
    places: Map = {}

    def place(path: str, module: torch.nn.Module) -> None:
        if path == adapter.block_path:
            places.update({f"{path}.{t}": "disk" if t in disk else "cpu" for t in range(adapter.n_blocks)})
        elif adapter.block_path.startswith(f"{path}."):
            for name, child in module.named_children():
                place(f"{path}.{name}", child)
        else:
            places[path] = "cpu"

    for name, child in adapter.model.named_children():
        place(name, child)
    return places


def both(tmp_path: Path, name: str, dtype: str = "float32") -> tuple[OpenModel, OpenModel]:
    """The model in memory, and the same with two blocks on disk."""
    folder = saved(tmp_path, name)
    plain = open_model(str(folder), dtype=dtype)
    spread = open_model(
        str(folder),
        dtype=dtype,
        device_map=with_blocks_on_disk(plain.adapter),
        offload_folder=tmp_path / "offload",
    )
    return plain, spread


def on_meta(adapter: Adapter) -> set[int]:
    return {t for t, block in enumerate(adapter.blocks) if all(p.is_meta for p in block.parameters())}


def observed(adapter: Adapter, ids: Tensor) -> list[Tensor]:
    """Residual points of a perturbed batch, then the inputs of every map."""
    seen: list[Tensor] = []
    names = [view.name for view in adapter.linear_maps()]
    with (
        adapter.replace_embedding(lambda h: h * 1.25),
        adapter.observe_residual("block", lambda _point, h: seen.append(h.clone())),
        adapter.observe_inputs(names, lambda _key, x: seen.append(x.clone())),
    ):
        adapter.trunk(ids)
    return seen


@pytest.mark.parametrize("name", CONFIGS)
def test_what_is_on_disk_computes_the_same_bits(name: str, tmp_path: Path) -> None:
    plain, spread = both(tmp_path, name)
    one, two, ids = plain.adapter, spread.adapter, tiny_ids()
    assert on_meta(two) == {1, 3}
    assert (spread.device, spread.dtype) == (plain.device, plain.dtype)
    assert spread.weight_digest() == plain.weight_digest()
    assert torch.equal(two.trunk(ids), one.trunk(ids))
    for left, right in zip(observed(one, ids), observed(two, ids), strict=True):
        assert torch.equal(left, right)
    state = one.run_from(0, torch.randn(2, 7, one.d_model), stop=2)
    assert torch.equal(two.run_from(2, state), one.run_from(2, state))
    with torch.no_grad():
        models: tuple[Any, ...] = (plain.model, spread.model)
        logits = [model(ids, use_cache=False).logits for model in models]
    assert torch.equal(*logits)
    assert on_meta(two) == {1, 3}
    assert spread.weight_digest() == plain.weight_digest()


@pytest.mark.parametrize("name", CONFIGS)
def test_matrices_on_disk_are_read_but_not_written(name: str, tmp_path: Path) -> None:
    plain, spread = both(tmp_path, name)
    pairs = zip(plain.adapter.linear_maps(True), spread.adapter.linear_maps(True), strict=True)
    for there, view in pairs:
        assert torch.equal(view.read(), there.read())
        if view.block in (1, 3):
            for change in (view.snapshot, lambda view=view: view.write(torch.zeros(view.shape))):
                with pytest.raises(ModelError, match=r"not in memory.*without --device-map"):
                    change()
    view = spread.adapter.linear_maps()[0]
    view.write(torch.zeros(view.shape))  # block 0 is in memory
    assert spread.weight_digest() != plain.weight_digest()


@pytest.mark.parametrize("name", ["gpt2", "lfm2", "mixtral", "llama-tied"])
@pytest.mark.parametrize("memory", [90_000, 1])
def test_auto_puts_on_disk_what_does_not_fit(name: str, memory: int, tmp_path: Path) -> None:
    folder, ids = saved(tmp_path, name), tiny_ids()
    plain = open_model(str(folder))
    spread = open_model(str(folder), device_map="auto", max_memory={"cpu": memory})
    assert on_meta(spread.adapter) >= {3}
    assert spread.device == torch.device("cpu")
    assert torch.equal(spread.adapter.trunk(ids), plain.adapter.trunk(ids))
    assert spread.weight_digest() == plain.weight_digest()


def test_auto_leaves_alone_what_fits(tmp_path: Path) -> None:
    spread = open_model(str(saved(tmp_path)), device_map="auto")
    assert on_meta(spread.adapter) == set()
    view = spread.adapter.linear_maps()[0]
    view.write(torch.zeros(view.shape))


@pytest.mark.parametrize("name", ["gpt2", "gemma3"])
def test_gains_of_norms_on_disk(name: str, tmp_path: Path) -> None:
    plain, spread = (opened.adapter for opened in both(tmp_path, name))
    for one, two in zip(plain.blocks, spread.blocks, strict=True):
        for here, there in zip(plain.norms(one), spread.norms(two), strict=True):
            left, right = here.gain, there.gain
            assert left is not None
            assert right is not None
            assert torch.equal(left, right)


def test_the_profile_has_the_same_numbers(tmp_path: Path) -> None:
    spec = ProfileSpec((0.01, 0.1), seed=3, granularity="sublayer", positions=position_sets(4, 17))
    plain, spread = (
        measure_profile(opened.adapter, tiny_ids(batch=1), spec) for opened in both(tmp_path, "lfm2")
    )
    assert spread == plain


def test_two_models_share_one_offload_folder(tmp_path: Path) -> None:
    folder, offload = str(saved(tmp_path, "mixtral")), tmp_path / "offload"
    options: dict[str, Any] = {"device_map": "auto", "max_memory": {"cpu": 1}, "offload_folder": offload}
    first, second = (open_model(folder, **options) for _ in range(2))
    expected = first.adapter.trunk(tiny_ids())
    del first
    gc.collect()
    assert torch.equal(second.adapter.trunk(tiny_ids()), expected)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_narrow_floats(dtype: str, tmp_path: Path) -> None:
    plain, spread = both(tmp_path, "gemma3", dtype)
    assert spread.dtype == getattr(torch, dtype)
    assert torch.equal(spread.adapter.trunk(tiny_ids()), plain.adapter.trunk(tiny_ids()))
    assert spread.weight_digest() == plain.weight_digest()


def test_gradients_reach_the_state_through_blocks_on_disk(tmp_path: Path) -> None:
    gradients = []
    for opened in both(tmp_path, "llama"):
        state = torch.linspace(-1, 1, 64).reshape(1, 2, 32).requires_grad_()
        gradients += torch.autograd.grad(opened.adapter.run_from(1, state).square().sum(), state)
    assert torch.equal(*gradients)


@pytest.mark.parametrize("name", ["gpt2", "lfm2", "qwen3-moe"])
def test_blocks_on_disk_are_skipped_deleted_and_saved(name: str, tmp_path: Path) -> None:
    plain, spread = both(tmp_path, name)
    ids = tiny_ids()
    with without_blocks(plain.adapter, [0, 1]):
        expected = plain.adapter.trunk(ids)
    with without_blocks(spread.adapter, [0, 1]):
        assert torch.equal(spread.adapter.trunk(ids), expected)
    spread.adapter = delete_blocks(spread.adapter, [0, 1])
    plain.adapter = delete_blocks(plain.adapter, [0, 1])
    assert torch.equal(spread.adapter.trunk(ids), expected)
    assert spread.weight_digest() == plain.weight_digest()
    for there, view in zip(plain.adapter.linear_maps(), spread.adapter.linear_maps(), strict=True):
        assert torch.equal(view.read(), there.read())
    save_model(spread, tmp_path / "smaller")
    again = open_model(str(tmp_path / "smaller"))
    assert torch.equal(again.adapter.trunk(ids), expected)
    assert again.weight_digest() == plain.weight_digest()
    models: tuple[Any, ...] = (spread.model, plain.model)
    cached, uncached = (
        model.generate(ids[:1], max_new_tokens=4, do_sample=False, use_cache=use, pad_token_id=0)
        for model, use in zip(models, (True, False), strict=True)
    )
    assert torch.equal(cached, uncached)


@pytest.mark.parametrize("name", ["llama", *MOE])
def test_what_is_written_goes_with_the_model_and_is_never_pickled(name: str, tmp_path: Path) -> None:
    folder, offload = saved(tmp_path, name), tmp_path / "offload"
    before = sorted(folder.rglob("*"))
    opened = open_model(str(folder), device_map="auto", max_memory={"cpu": 1}, offload_folder=offload)
    written = [path for path in offload.rglob("*") if path.is_file()]
    assert bool(written) == (name in MOE)  # a plain checkpoint is read where it lies
    assert {path.suffix for path in written} <= {".safetensors"}
    del opened
    gc.collect()
    assert list(offload.rglob("*")) == []
    assert sorted(folder.rglob("*")) == before


def refused(tmp_path: Path, kind: type[LivingInferenceError], **options: Any) -> str:
    with pytest.raises(kind) as caught:
        open_model(str(saved(tmp_path, "llama-tied")), **options)
    assert list((tmp_path / "offload").rglob("*")) == []
    return str(caught.value)


def test_options_that_exclude_each_other(tmp_path: Path) -> None:
    message = refused(tmp_path, SettingError, device="cuda", device_map="auto")
    assert "--device cuda puts the whole model on one device" in message
    assert "need a device map" in refused(tmp_path, SettingError, max_memory={"cpu": "1GiB"})
    assert "need a device map" in refused(tmp_path, SettingError, offload_folder=tmp_path / "offload")


def test_device_maps_that_do_not_fit(tmp_path: Path) -> None:
    place = {"offload_folder": tmp_path / "offload"}
    assert "Unknown device map 'balanced'" in refused(tmp_path, SettingError, device_map="balanced")
    assert "Unknown device map {}" in refused(tmp_path, SettingError, device_map={})
    message = refused(tmp_path, SettingError, device_map={"": "cpu", "model.layer.0": "cpu"}, **place)
    assert "places 'model.layer.0', and the model has no such part" in message
    message = refused(tmp_path, ModelError, device_map="auto", max_memory={"cpu": "much"}, **place)
    assert "Do the device map and the memory limits fit this model?" in message
    parts: Map = {"model.embed_tokens": "cpu", "model.layers": "disk", "lm_head": "cpu"}
    message = refused(tmp_path, ModelError, device_map=parts, **place)
    assert "model.norm.weight" in message


def test_tied_weights_that_are_parted(tmp_path: Path) -> None:
    folder = saved(tmp_path, "llama-tied")
    parts = with_blocks_on_disk(open_model(str(folder)).adapter)
    with pytest.raises(
        ModelError, match=r"lm_head.weight has no values where .*Give tied weights the same device"
    ):
        open_model(str(folder), device_map={**parts, "lm_head": "disk"})


def test_a_place_where_nothing_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Cannot make a folder for offloaded weights"):
        open_model(str(saved(tmp_path)), device_map="auto", offload_folder=tmp_path / "missing" / "folder")


def test_weights_on_disk_are_checked_too(tmp_path: Path) -> None:
    plain, _spread = both(tmp_path, "llama")
    view = plain.adapter.linear_maps()[-1]
    view.write(torch.full(view.shape, torch.nan))
    save_model(plain, tmp_path / "broken")
    with pytest.raises(NonFiniteError, match=r"model.layers.3.mlp.down_proj.weight: 1,536 of 1,536"):
        open_model(str(tmp_path / "broken"), device_map=with_blocks_on_disk(plain.adapter))


def test_without_accelerate_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pybridge.models.placement.importlib.util.find_spec", lambda _name: None)
    assert "pip install 'living-inference[big]'" in refused(tmp_path, SettingError, device_map="auto")


def test_a_model_without_values_has_no_digest_and_no_matrices() -> None:
    from transformers import AutoModelForCausalLM

    from pybridge.models.families import adapter_for
    from pybridge.models.fingerprint import weight_digest

    with torch.device("meta"):
        adapter = adapter_for(AutoModelForCausalLM.from_config(CONFIGS["gpt2"]))
    assert adapter.device.type == "meta"
    with pytest.raises(ModelError, match="a shape and no values"):
        weight_digest(adapter.model)
    with pytest.raises(ModelError, match="a shape and no values"):
        adapter.linear_maps()[0].read()
