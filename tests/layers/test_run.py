"""A whole run: its record, going on after it was ended, a violation, and that nothing depends on chance."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pybridge_extracted
import pytest

from pybridge import replay
from pybridge.layers import RemoveSpec, bench, run
from pybridge.layers.cells import Scorer
from pybridge.layers.criteria import Criterion
from pybridge.models.fingerprint import weight_digest
from pybridge.models.opening import open_model
from tests.models.folders import save_tiny
from tests.models.test_placement import with_blocks_on_disk


@pytest.fixture(scope="module")
def spec(model_folder: Path, text_file: Path, calibration_file: Path) -> RemoveSpec:
    return RemoveSpec(
        model=str(model_folder),
        count=2,
        text=text_file,
        calibration=calibration_file,
        tokens=32,
        context=24,
        chunks=3,
        compare=True,
    )


@pytest.fixture(scope="module")
def record(spec: RemoveSpec, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("out")
    report = run(replace(spec, json=folder / "r.json", out=folder / "shorter"))
    assert report.exit_code == 0
    written = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(report.record))
    return written


def test_the_record_says_what_it_is_and_of_what(record: Any, spec: RemoveSpec) -> None:
    assert (record["kind"], record["schema_version"]) == ("living-inference remove-layers", 1)
    assert record["model"]["digest"] == weight_digest(open_model(spec.model).model)
    assert record["text"]["source"] == "the file dog.txt"
    assert record["evaluation"]["protocol"]["text"] != record["text"]["digest"]
    assert record["evaluation"]["apart_from_the_criterion"] is True
    assert record["protocol"]["rho_over"] == "both"
    assert record["environment"]["versions"]["torch"]
    assert {block["block"] for block in record["blocks"]} == set(range(4))


def test_the_choice_is_the_nearest_rho(record: Any) -> None:
    choice = record["choice"]
    assert choice["decides"] == ["all", "skip:4"]
    distances = {
        block["block"]: max(abs(over["rho"] - 1) for over in block["rho"].values())
        for block in record["blocks"]
    }
    assert choice["order"] == sorted(distances, key=lambda t: distances[t])[:2]
    assert choice["removed"] == sorted(choice["order"])
    assert sorted(choice["removed"] + choice["kept"]) == list(range(4))
    assert choice["llama_cpp"] == f"--prune-layers {','.join(map(str, choice['removed']))}"
    assert set(choice["by_positions"]) == {"all", "skip:4"}


def test_every_criterion_is_compared_at_every_k(record: Any) -> None:
    rows = {(row["label"], row["count"]): row for row in record["comparison"]}
    assert set(rows) == {(name, k) for name in ("rho all", "rho skip:4", *Criterion) for k in (1, 2)}
    for label, positions in (("rho skip:4", "skip:4"), ("rho all", "all")):
        distances = {b["block"]: abs(b["rho"][positions]["rho"] - 1) for b in record["blocks"]}
        assert rows[label, 2]["order"] == sorted(distances, key=lambda t: distances[t])[:2]
    assert record["left_out"] == []
    for row in rows.values():
        assert len(row["blocks"]) == row["count"]
        assert row["speed_up"] == pytest.approx(row["whole_s"] / row["shorter_s"])
        assert row["speed_up_limit"] == pytest.approx(1 / (1 - row["share"]))
        dense = record["evaluation"]["perplexity"]
        assert row["perplexity"] - dense == pytest.approx(row["regret"]["regret"], rel=1e-6)
        assert row["regret"]["regret_interval"]["lo"] < row["regret"]["regret_interval"]["hi"]
    same = [row for row in rows.values() if row["blocks"] == record["choice"]["removed"]]
    assert {row["perplexity"] for row in same} == {record["evaluation"]["result"]["perplexity"]}


def test_removal_json_beside_the_weights(record: Any) -> None:
    out = Path(record["written"]["folder"])
    told = json.loads((out / "removal.json").read_text(encoding="utf-8"))
    assert (told["kind"], told["schema_version"]) == ("living-inference removal", 1)
    assert told["base"]["digest"] == record["model"]["digest"]
    assert told["weights"] == record["written"]["weights"] == open_model(str(out)).weight_digest()
    assert told["removed"] == record["choice"]["removed"]
    assert told["criterion"] == "rho"
    assert told["theorems"]["totals"]["VIOLATED"] == 0
    assert told["files"] == record["written"]["files"]


def test_nothing_but_time_differs_between_two_runs(record: Any, spec: RemoveSpec) -> None:
    def timeless(value: Any) -> Any:
        if isinstance(value, dict):
            timed = ("_s", "speed_up", "speed_up_limit", "share", "timing", "written")
            return {k: timeless(v) for k, v in value.items() if not k.endswith(timed)}
        return [timeless(v) for v in value] if isinstance(value, list) else value

    again = json.loads(json.dumps(run(spec).record))
    assert timeless(again) == timeless(record)


def test_the_same_command_goes_on_where_it_was_ended(
    record: Any, spec: RemoveSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended before the third set of blocks; afterwards every set is scored once over both runs."""
    scored: list[tuple[int, ...]] = []
    original = Scorer._scored

    def ending(self: Scorer, removed: tuple[int, ...]) -> Any:
        if len(scored) == 3:
            raise KeyboardInterrupt
        scored.append(removed)
        return original(self, removed)

    kept = replace(spec, store=tmp_path / "store.sqlite")
    monkeypatch.setattr(Scorer, "_scored", ending)
    with pytest.raises(KeyboardInterrupt):
        run(kept, checks=[])

    def counting(self: Scorer, removed: tuple[int, ...]) -> Any:
        scored.append(removed)
        return original(self, removed)

    monkeypatch.setattr(Scorer, "_scored", counting)
    after = run(kept, checks=[]).record
    assert len(scored) == len(set(scored))
    assert [row["perplexity"] for row in after["comparison"]] == [
        row["perplexity"] for row in record["comparison"]
    ]
    monkeypatch.setattr(Scorer, "_scored", lambda *_: pytest.fail("scored again"))
    assert run(kept, checks=[]).record["comparison"] == after["comparison"]


def test_without_calibration_the_search_is_left_out_and_the_text_is_said(spec: RemoveSpec) -> None:
    record = run(replace(spec, calibration=None, count=1), checks=[]).record
    assert record["evaluation"]["apart_from_the_criterion"] is False
    assert record["text"]["digest"] == record["evaluation"]["protocol"]["text"]
    assert [row["criterion"] for row in record["left_out"]] == ["greedy"]
    assert "greedy" not in {row["criterion"] for row in record["comparison"]}


@pytest.mark.parametrize("criterion", Criterion)
def test_every_criterion_chooses(spec: RemoveSpec, criterion: Criterion) -> None:
    record = run(replace(spec, criterion=criterion.value, compare=False), checks=[]).record
    choice = record["choice"]
    assert len(choice["removed"]) == 2
    assert record["comparison"] == []
    assert (choice["runs"] is not None) == (criterion is Criterion.ANGULAR)
    assert (choice["rounds"] is not None) == (criterion is Criterion.GREEDY)
    if criterion is Criterion.ANGULAR:
        assert choice["removed"][1] == choice["removed"][0] + 1


def test_a_violation_is_exit_code_1_with_a_bundle_that_replays(spec: RemoveSpec, tmp_path: Path) -> None:
    check = pybridge_extracted.load("layer_removal_downstream")
    false = SimpleNamespace(
        **{k: getattr(check, k) for k in dir(check) if not k.startswith("__")}
        | {"conclusion": lambda ops, *, V, ρ, r, n, v: ops.le(V(n), ops.real(0) * v)}
    )
    report = run(replace(spec, compare=False, count=1, json=tmp_path / "r.json"), checks=[false])
    assert report.exit_code == 1
    assert report.record["theorems"]["totals"]["VIOLATED"] == 2
    bundles = [Path(path) for path in report.record["violations"]]
    assert len(bundles) == 2
    assert all(bundle.parent == tmp_path / "r.violations" for bundle in bundles)
    outcome = replay.run(bundles[0], load=lambda _name: false)
    assert (outcome.recorded, outcome.replayed) == ("VIOLATED", "VIOLATED")


@pytest.mark.parametrize("family", ["lfm2", "gpt2", "gpt-neox"])
def test_from_a_folder_to_a_folder(tmp_path: Path, spec: RemoveSpec, family: str) -> None:
    (tmp_path / "model").mkdir()
    model = save_tiny(tmp_path / "model", family)
    report = run(replace(spec, model=str(model), compare=False, out=tmp_path / "out"), checks=[])
    assert report.exit_code == 0
    assert open_model(str(tmp_path / "out")).adapter.n_blocks == 2


@pytest.mark.parametrize("family", ["llama", "lfm2"])
def test_blocks_on_disk_give_the_same_choice_scores_and_weights(
    tmp_path: Path, spec: RemoveSpec, monkeypatch: pytest.MonkeyPatch, family: str
) -> None:
    (tmp_path / "model").mkdir()
    model = save_tiny(tmp_path / "model", family)
    there = replace(spec, model=str(model), compare=False, out=tmp_path / "plain")
    plain = run(there, checks=[]).record
    on_disk = with_blocks_on_disk(open_model(str(model)).adapter)

    def spread(name: str, **options: Any) -> Any:
        assert options.pop("device_map") == "auto"
        return open_model(name, device_map=on_disk, **options)

    monkeypatch.setattr(bench, "open_model", spread)
    record = run(replace(there, device_map="auto", out=tmp_path / "spread"), checks=[]).record
    assert record["choice"] == plain["choice"]
    for name in ("weights", "files", "parameters", "parameters_before"):
        assert record["written"][name] == plain["written"][name]
    assert record["evaluation"]["result"]["regret"] == plain["evaluation"]["result"]["regret"]
