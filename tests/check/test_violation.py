"""A false bound is caught, its bundle replays to the same verdict, a damaged bundle is one clear message."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pybridge_extracted
import pytest

from pybridge import replay
from pybridge.check import CheckSpec, run
from pybridge.errors import BundleError
from pybridge.report import schema


def doctored(name: str, **changes: Any) -> Any:
    """An extracted check with some of its attributes replaced."""
    check = pybridge_extracted.load(name)
    return SimpleNamespace(**{k: getattr(check, k) for k in dir(check) if not k.startswith("__")} | changes)


def a_tenth_of_the_bound(ops: Any, *, f: Any, x: Any, xc: Any, δ: Any) -> Any:
    """Theorem 1 with a tenth of its right-hand side: false."""
    return ops.le(ops.vec_norm(f(x) - f(xc)), ops.div(ops.map_norm(f) * δ, ops.real(10)))


def always_contracting(ops: Any, *, n: Any, ε: Any, εmax: Any) -> Any:
    """Σ ε ≤ εmax: false for more than one block."""
    return ops.le(ops.sum(0, n, lambda i: ε(i)), εmax)


def steps_are_free(ops: Any, *, h: Any, u: Any, g: Any, cosθ: Any) -> Any:
    """‖h + u‖ ≤ ‖h‖ / 2: false."""
    return ops.le(ops.vec_norm(h + u), ops.div(ops.vec_norm(h), ops.real(2)))


def dropped_for_nothing(ops: Any, **values: Any) -> Any:
    """A dropped residual costs nothing: false; sparse and factored maps go through the bundle."""
    f, approx, x, xc = (values[k] for k in ("f", "fApprox", "x", "xc"))
    return ops.le(ops.vec_norm(f(x) - approx(xc)), ops.real(0))


def half_the_product(ops: Any, *, V: Any, ρ: Any, n: Any) -> Any:
    """Theorem D1 without its last factor and with nothing to begin with: false."""
    return ops.le(V(n), ops.real(0) * V(0))


def errors_do_not_add_up(ops: Any, *, V: Any, ρ: Any, c: Any, n: Any) -> Any:
    """Theorem D3 with its last injection alone, halved: false for these models."""
    return ops.le(V(n), ops.div(c(n - 1), ops.real(100)))


def compression_is_free(ops: Any, **values: Any) -> Any:
    """‖u - û‖ ≤ L ‖h - ĥ‖ without the injected error: false in the first compressed block."""
    f, fhat, h, hhat, L = (values[k] for k in ("f", "fhat", "h", "hhat", "L"))
    return ops.le(ops.vec_norm(f(h) - fhat(hhat)), L * ops.vec_norm(h - hhat))


def steps_without_injection(ops: Any, **values: Any) -> Any:
    """‖h + u - (ĥ + û)‖ ≤ ‖h - ĥ‖: false."""
    h, u, hhat, uhat = (values[k] for k in ("h", "u", "hhat", "uhat"))
    return ops.le(ops.vec_norm(h + u - (hhat + uhat)), ops.vec_norm(h - hhat))


def removals_vanish(ops: Any, *, V: Any, ρ: Any, r: Any, n: Any, v: Any) -> Any:
    """V n ≤ 0: false."""
    return ops.le(V(n), ops.real(0) * v)


def nothing_is_removed(ops: Any, *, h: Any, u: Any, g: Any) -> Any:
    """‖h + u‖ ≤ 0: false."""
    return ops.le(ops.vec_norm(h + u), ops.real(0) * g)


def a_tenth_of_the_matrix(ops: Any, *, W: Any, x: Any, **_: Any) -> Any:
    """‖W x‖ ≤ ‖W‖ ‖x‖ / 10⁶: false."""
    right = ops.matrix_norm(W) * ops.vec_norm(x)
    return ops.le(ops.vec_norm(ops.lin_map(W)(x)), ops.div(right, ops.real(1000000)))


FALSE = {
    "propagation_product": half_the_product,
    "heterogeneous_bound": errors_do_not_add_up,
    "sublayer_split": compression_is_free,
    "residual_step_with_injection": steps_without_injection,
    "layer_removal_downstream": removals_vanish,
    "residual_norm_lower": nothing_is_removed,
    "matrix_retrieval_bound": a_tenth_of_the_matrix,
    "retrieval_bound": a_tenth_of_the_bound,
    "multi_layer_error_bound": always_contracting,
    "residual_norm_sq": steps_are_free,
    "composition_bound_dropped": dropped_for_nothing,
}
LOAD: Callable[[str], Any] = lambda name: doctored(name, conclusion=FALSE[name])  # noqa: E731


@pytest.mark.parametrize("name", FALSE)
def test_a_false_bound_is_violated_and_replays(spec: CheckSpec, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out.json"
    report = run(replace(spec, json=out, maps="mlp_up"), checks=[LOAD(name)])
    assert report.exit_code == 1
    assert report.record["totals"]["VIOLATED"] > 0
    bundles = [Path(p) for p in report.record["violations"]]
    assert bundles
    assert all(b.parent == tmp_path / "out.violations" for b in bundles)
    assert len(bundles) == min(3, report.record["totals"]["VIOLATED"])
    beyond = report.record["totals"]["VIOLATED"] - len(bundles)
    assert [
        text.startswith(f"{name}: {beyond:,} of ") for text in report.record["violations_not_written"]
    ] == ([True] if beyond else [])
    for bundle in bundles:
        outcome = replay.run(bundle, load=LOAD)
        assert (outcome.recorded, outcome.replayed) == ("VIOLATED", "VIOLATED")
        record = json.loads(bundle.read_text(encoding="utf-8"))
        assert record["reason"].startswith("certainly not left ≤ right")
        assert outcome.reason.startswith(
            "certainly not left ≤ right"
        )  # one row may be summed in another order
        assert record["model"] == report.record["model"]


def test_the_true_theorem_holds_on_the_same_data_and_a_changed_statement_is_said(
    spec: CheckSpec, tmp_path: Path
) -> None:
    report = run(replace(spec, json=tmp_path / "out.json", maps="0.q"), checks=[LOAD("retrieval_bound")])
    path = Path(report.record["violations"][0])
    outcome = replay.run(path)
    assert (outcome.replayed, outcome.reproduced) == ("HOLDS", False)
    assert not any("has changed" in line for line in outcome.lines())
    changed = doctored("retrieval_bound", conclusion=a_tenth_of_the_bound, STATEMENT="sha256:other")
    lines = list(replay.run(path, load=lambda name: changed).lines())
    assert any("The statement has changed" in line and "sha256:other" in line for line in lines)


def test_an_error_is_exit_code_2(spec: CheckSpec) -> None:
    def broken(ops: Any, **values: Any) -> Any:
        raise RuntimeError("a bug of ours")

    report = run(replace(spec, maps="0.q"), checks=[doctored("retrieval_bound", conclusion=broken)])
    assert report.exit_code == 2
    assert "a bug of ours" in report.record["theorems"][0]["examples"]["ERROR"][0]


def test_a_place_that_takes_no_bundle_does_not_hide_the_violation(spec: CheckSpec, tmp_path: Path) -> None:
    (tmp_path / "out.violations").write_text("in the way")
    report = run(replace(spec, json=tmp_path / "out.json", maps="0.q"), checks=[LOAD("retrieval_bound")])
    assert report.exit_code == 1
    assert report.record["violations"] == []
    assert "out.violations" in report.record["violations_not_written"][0]


@pytest.fixture(scope="module")
def sound_bundle(
    model_folder: Path, text_file: Path, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    spec = CheckSpec(model=str(model_folder), text=text_file, tokens=32, maps="0.q", cache_dir=cache_dir)
    report = run(replace(spec, json=folder / "out.json"), checks=[LOAD("retrieval_bound")])
    return Path(report.record["violations"][0])


@pytest.fixture
def bundle(sound_bundle: Path, tmp_path: Path) -> Path:
    for suffix in (".json", ".npz"):
        (tmp_path / sound_bundle.with_suffix(suffix).name).write_bytes(
            sound_bundle.with_suffix(suffix).read_bytes()
        )
    return tmp_path / sound_bundle.name


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


DAMAGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "missing": (lambda p: p.unlink(), "Cannot read"),
    "not json": (lambda p: p.write_text("{"), "not JSON"),
    "another json": (lambda p: p.write_text("[1]"), "not a violation bundle"),
    "another kind": (lambda p: edit(p, kind="recipe"), "not a violation bundle"),
    "a later schema": (lambda p: edit(p, schema_version=99), "schema version 99"),
    "no bindings": (lambda p: edit(p, bindings={"f": {}}), "damaged"),
    "an unknown theorem": (lambda p: edit(p, theorem="fermat"), "fermat"),
    "no place": (lambda p: edit(p, where=None), "no 'where'"),
    "no statement": (lambda p: edit(p, statement=None), "no 'statement'"),
    "no verdict": (lambda p: edit(p, verdict=None), "no 'verdict'"),
    "an unknown verdict": (lambda p: edit(p, verdict="FINE"), "no verdict"),
    "an unknown backend": (lambda p: edit(p, backend="oracle"), "oracle"),
    "no data": (lambda p: p.with_suffix(".npz").unlink(), r"belongs beside"),
    "damaged data": (lambda p: p.with_suffix(".npz").write_bytes(b"PK" + bytes(50)), "SHA-256"),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_bundle_is_one_message(bundle: Path, kind: str) -> None:
    damage, message = DAMAGES[kind]
    damage(bundle)
    with pytest.raises(BundleError, match=message):
        replay.run(bundle)


def test_pickled_data_is_never_loaded(bundle: Path) -> None:
    import hashlib

    data = bundle.with_suffix(".npz")
    np.savez(data, v0_weight=np.array([{"a": 1}], dtype=object))  # type: ignore[arg-type]
    record = json.loads(bundle.read_text(encoding="utf-8"))
    edit(bundle, data=record["data"] | {"sha256": hashlib.sha256(data.read_bytes()).hexdigest()})
    with pytest.raises(BundleError, match="damaged"):
        replay.run(bundle)


def test_the_schema_allows_a_run_with_violations(spec: CheckSpec, tmp_path: Path) -> None:
    import jsonschema

    report = run(replace(spec, json=tmp_path / "o.json", maps="0.q"), checks=[LOAD("retrieval_bound")])
    jsonschema.validate(json.loads((tmp_path / "o.json").read_text(encoding="utf-8")), schema.CHECK_RECORD)
    assert report.exit_code == 1
