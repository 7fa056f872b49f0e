"""A bundle gives back what one instance of a batch was given: every kind of measured value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pybridge.errors import BundleError, UnsupportedError
from pybridge.runtime.bundle import Bundle, pack, read, to_files
from pybridge.runtime.enclosure import (
    EnclosedMap,
    EnclosedReal,
    EnclosedVec,
    EnclosureBackend,
    MeasuredFunction,
)
from pybridge.runtime.verdict import Verdict, evaluate

RNG = np.random.default_rng(0)
BATCH, WIDTH, BLOCKS = 3, 4, 5
TEXTS = {"theorem": "t", "where": "here", "statement": "sha256:0", "verdict": "VIOLATED"}


def vectors() -> EnclosedVec:
    return EnclosedVec(RNG.standard_normal((BATCH, WIDTH)), RNG.random(BATCH) * 1e-9)


def data() -> EnclosedVec:
    return EnclosedVec(RNG.standard_normal((BATCH, WIDTH)), np.zeros(BATCH))


def through_files(folder: Path, given: Mapping[str, Any], index: int, count: int | None = None) -> Bundle:
    bindings, arrays = pack(given, dict.fromkeys(given, "something"), index, BATCH, count)
    text, data = to_files({**TEXTS, "bindings": bindings}, arrays, "v")
    (folder / "v.json").write_bytes(text)
    (folder / "v.npz").write_bytes(data)
    return read(folder / "v.json")


def assert_same(found: EnclosedVec, whole: EnclosedVec, index: int) -> None:
    np.testing.assert_array_equal(found.mid, whole.mid[index])
    assert found.rad == whole.rad[index]


@pytest.mark.parametrize("index", range(BATCH))
def test_a_function_comes_back_as_its_table(tmp_path: Path, index: int) -> None:
    h, hhat, u, dense = data(), data(), vectors(), vectors()
    given = {"f": MeasuredFunction([(h, u), (hhat, dense)]), "h": h, "hhat": hhat}
    found = through_files(tmp_path, given, index).given
    assert_same(found["f"](found["h"]), u, index)
    assert_same(found["f"](found["hhat"]), dense, index)
    with pytest.raises(UnsupportedError, match="where it was not measured"):
        found["f"](found["h"] - found["hhat"])


@pytest.mark.parametrize("measured", [BLOCKS, BLOCKS + 1])
def test_a_sequence_comes_back_as_far_as_it_was_measured(tmp_path: Path, measured: int) -> None:
    """V has n + 1 entries, ρ has n."""
    lo = RNG.random((measured, BATCH))
    found = through_files(tmp_path, {"V": lambda i: EnclosedReal(lo[i], lo[i] + 1)}, 1, BLOCKS).given["V"]
    for i in range(measured):
        assert (found(i).lo, found(i).hi) == (lo[i, 1], lo[i, 1] + 1)
    for i in (measured, -1):
        with pytest.raises(IndexError):
            found(i)


def test_an_empty_sequence_comes_back(tmp_path: Path) -> None:
    found = through_files(tmp_path, {"V": [].__getitem__}, 0, 0).given["V"]
    with pytest.raises(IndexError):
        found(0)


def test_a_sequence_of_vectors_comes_back(tmp_path: Path) -> None:
    states = [vectors() for _ in range(BLOCKS + 1)]
    found = through_files(tmp_path, {"h": states.__getitem__}, 2, BLOCKS).given["h"]
    for i, state in enumerate(states):
        assert_same(found(i), state, 2)
    with pytest.raises(IndexError):
        found(-1)


def test_matrices_come_back(tmp_path: Path) -> None:
    weight = RNG.standard_normal((2, 3)).astype(np.float32)
    left, right = RNG.standard_normal((2, 1)), RNG.standard_normal((1, 3))
    given = {"W": EnclosedMap.exact(weight), "A": EnclosedMap.factored(left, right)}
    found = through_files(tmp_path, given, 0).given
    ops = EnclosureBackend()
    for name, value in given.items():
        ours, theirs = ops.matrix_norm(value), ops.matrix_norm(found[name])
        assert (ours.lo, ours.hi) == (theirs.lo, theirs.hi)
        x = EnclosedVec.exact(np.arange(3.0))
        np.testing.assert_array_equal(ops.lin_map(found[name]).image(x).mid, ops.lin_map(value).image(x).mid)


def a_false_theorem(ops: Any, *, f: Any, V: Any, W: Any, h: Any, n: int) -> Any:
    return ops.le(ops.vec_norm(f(h)) + ops.sum(0, n + 1, V) + ops.matrix_norm(W), ops.real(0))


def test_a_violation_of_everything_is_violated_again(tmp_path: Path) -> None:
    h, amplitudes = data(), RNG.random((BLOCKS + 1, BATCH))
    given = {
        "f": MeasuredFunction([(h, vectors())]),
        "V": lambda i: EnclosedReal.exact(amplitudes[i]),
        "W": EnclosedMap.exact(RNG.standard_normal((2, 3))),
        "h": h,
        "n": BLOCKS,
    }
    check = SimpleNamespace(
        NAME="t",
        MODES=("runtime",),
        MEASURED=dict.fromkeys(given, "something"),
        SOLVED=(),
        complete=lambda ops, **values: values,
        hypotheses=lambda ops, **values: (),
        guards=lambda ops, **values: (),
        conclusion=a_false_theorem,
    )
    whole = evaluate(check, EnclosureBackend(), given)
    assert set(whole.verdicts) == {Verdict.VIOLATED}
    again = evaluate(check, EnclosureBackend(), through_files(tmp_path, given, 1, BLOCKS).given)
    assert again.verdicts.tolist() == [Verdict.VIOLATED]
    assert whole.lhs_lo is not None
    assert again.lhs_lo is not None
    np.testing.assert_allclose(again.lhs_lo[0], whole.lhs_lo[1], rtol=1e-12)


def test_what_is_no_measured_value_is_refused() -> None:
    for value, message in ((True, "a truth value"), ("x", "cannot record a str")):
        with pytest.raises(TypeError, match=message):
            pack({"v": value}, {"v": "something"}, 0, 1)
    with pytest.raises(TypeError, match="a sequence of natural"):
        pack({"v": lambda i: 1}, {"v": "something"}, 0, 1, 2)


def test_the_first_version_is_still_read_and_a_later_one_is_not(tmp_path: Path) -> None:
    through_files(tmp_path, {"x": EnclosedReal.exact(0.5)}, 0)
    path = tmp_path / "v.json"
    record = json.loads(path.read_bytes())
    path.write_text(json.dumps(record | {"schema_version": 1}), encoding="utf-8")
    assert read(path).given["x"].lo == 0.5
    path.write_text(json.dumps(record | {"schema_version": 3}), encoding="utf-8")
    with pytest.raises(BundleError, match="schema version 3; this version of living-inference reads 1 and 2"):
        read(path)


def test_a_damaged_function_is_one_message(tmp_path: Path) -> None:
    h = vectors()
    through_files(tmp_path, {"f": MeasuredFunction([(h, h)])}, 0)
    path = tmp_path / "v.json"
    record = json.loads(path.read_bytes())
    del record["bindings"]["f"]["arrays"]["value0_mid"]
    record["bindings"]["f"]["arrays"]["extra"] = record["bindings"]["f"]["arrays"]["value0_rad"]
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(BundleError, match="is damaged: KeyError"):
        read(path)
