"""Models with dead layers, which compression makes: checked as far as there is something to check, never an
error.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console
from safetensors.torch import load_file, save_file

from pybridge.check import CheckSpec, run
from pybridge.measure.inputs import ALL_THE_SAME
from pybridge.report import print_record, schema


def checked(spec: CheckSpec, folder: Path, dead: Callable[[str], bool], **settings: Any) -> dict[str, Any]:
    """The record of a check of the tiny model with the weights of the `dead` names set to zero."""
    shutil.copytree(spec.model, folder)
    path = folder / "model.safetensors"
    weights = load_file(path)
    zeroed = [name for name in weights if dead(name)]
    for name in zeroed:
        weights[name].zero_()
    assert zeroed
    save_file(weights, path, metadata={"format": "pt"})
    report = run(replace(spec, model=str(folder), **settings))
    assert report.exit_code == 0
    assert report.record["totals"]["VIOLATED"] == report.record["totals"]["ERROR"] == 0
    jsonschema.validate(report.record, schema.CHECK_RECORD)
    return report.record


def printed(record: dict[str, Any]) -> str:
    stream = StringIO()
    print_record(record, Console(file=stream, width=200))
    return stream.getvalue()


def unsupported(record: dict[str, Any]) -> list[str]:
    return [m["name"] for m in record["maps"] if m["unsupported"] is not None]


def test_one_dead_mlp(spec: CheckSpec, tmp_path: Path) -> None:
    record = checked(spec, tmp_path / "m", lambda name: ".h.1.mlp." in name)
    assert unsupported(record) == ["1.mlp_down"]
    (dead,) = [m for m in record["maps"] if m["name"] == "1.mlp_down"]
    assert (dead["unsupported"], dead["cached_positions"], dead["hit_rate"]) == (ALL_THE_SAME, [], None)
    assert dead["operator_norms"]["weight"]["hi"] == 0
    by_name = {t["name"]: t for t in record["theorems"]}
    alive = 23 * record["protocol"]["vectors"]
    assert by_name["retrieval_bound"]["verdicts"]["UNSUPPORTED"] == 1
    assert by_name["retrieval_bound"]["reasons"] == {ALL_THE_SAME: 1}
    assert by_name["retrieval_bound"]["verdicts"]["HOLDS"] == alive
    assert by_name["sparse_activation_bound"]["verdicts"]["HOLDS"] == alive + record["protocol"]["vectors"]
    assert (
        f"1 linear map (1.mlp_down) without the theorems that need a cached input: {ALL_THE_SAME}"
        in printed(record)
    )
    assert all(r["rho"] is not None for r in record["profile"])
    assert record["totals"]["INCONCLUSIVE"] == 0


def test_a_dead_block_leaves_the_whole_profile_and_the_compressed_run_decided(
    spec: CheckSpec, tmp_path: Path
) -> None:
    record = checked(spec, tmp_path / "m", lambda name: ".h.1." in name)
    by_name = {t["name"]: t["verdicts"] for t in record["theorems"]}
    for name, count in (("propagation_product", 4), ("heterogeneous_bound", 2), ("running_bound", 2)):
        assert by_name[name]["HOLDS"] == count
    dead = [r for r in record["lockstep"]["blocks"] if r["block"] == 1]
    assert {(r["injected"], r["L"]) for r in dead} == {(0.0, 0.0)}
    removed = [r for r in record["removals"] if r["block"] == 1]
    assert {(r["removal_error"], r["measured"], r["tightness"]) for r in removed} == {(0.0, 0.0, 1.0)}


def test_an_mlp_that_adds_nothing_is_an_update_of_zero(spec: CheckSpec, tmp_path: Path) -> None:
    record = checked(spec, tmp_path / "m", lambda name: ".h.1.mlp." in name, granularity="sublayer")
    rows = [r for r in record["profile"] if (r["block"], r["sublayer"]) == (1, "mlp")]
    assert len(rows) == 4
    assert {(r["g"], r["cos_theta"], r["L"], r["rho"], r["condition_holds"]) for r in rows} == {
        (0.0, 0.0, 0.0, 1.0, False)
    }


def test_dead_blocks(spec: CheckSpec, tmp_path: Path) -> None:
    record = checked(spec, tmp_path / "m", lambda name: ".h." in name)
    assert unsupported(record) == [m["name"] for m in record["maps"]]
    assert {(r["g"], r["rho"]) for r in record["profile"]} == {(0.0, 1.0)}
    assert "24 linear maps (0.q, 0.k, 0.v, …) without" in printed(record)


def test_a_model_of_zeros(spec: CheckSpec, tmp_path: Path) -> None:
    record = checked(spec, tmp_path / "m", lambda name: True)
    assert {r["noise"] for r in record["profile"]} == {"the incoming state is zero"}
    assert all(r["rho"] is None for r in record["profile"])
    assert printed(record).count("h_0 or a later state of the residual stream is zero") == 4


def test_an_embedding_of_zeros(spec: CheckSpec, tmp_path: Path) -> None:
    """Without embeddings h_0 = 0, and the biases alone make a stream that no error reaches."""
    record = checked(spec, tmp_path / "m", lambda name: "wte" in name or "wpe" in name)
    assert record["profile"][0]["noise"] == "the incoming state is zero"
    assert len({r["noise"] for r in record["profile"]}) > 1


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_a_dead_mlp_in_low_precision(spec: CheckSpec, tmp_path: Path, dtype: str) -> None:
    record = checked(spec, tmp_path / "m", lambda name: ".h.1.mlp." in name, dtype=dtype, eps=(0.2,))
    assert unsupported(record) == ["1.mlp_down"]
