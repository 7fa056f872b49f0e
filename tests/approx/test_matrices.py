"""Streamed, termwise and pending images hold the exact ones; norms are those of the matrix formed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from pybridge.approx import matrices
from pybridge.approx.matrices import PendingImage, StreamedLeaf, product_map, streamed
from pybridge.runtime.enclosure import EnclosedMap, EnclosedVec, NormSource

RNG = np.random.default_rng(11)
W = RNG.normal(size=(7, 5)).astype(np.float32)
R = np.where(RNG.random(W.shape) < 0.5, W, np.float32(0))
U, V = RNG.normal(size=(7, 2)).astype(np.float32), RNG.normal(size=(2, 5)).astype(np.float32)
X = RNG.normal(size=(3, 5)) * np.array([[1.0], [1e-200], [1e200]])


def exactly(matrix: np.ndarray) -> list[list[Fraction]]:
    return [[Fraction(float(entry)) for entry in row] for row in matrix]


def times(a: list[list[Fraction]], b: list[list[Fraction]]) -> list[list[Fraction]]:
    columns = list(zip(*b, strict=True))
    return [[sum((p * q for p, q in zip(row, c, strict=True)), Fraction(0)) for c in columns] for row in a]


def minus(a: list[list[Fraction]], b: list[list[Fraction]]) -> list[list[Fraction]]:
    return [[p - q for p, q in zip(*rows, strict=True)] for rows in zip(a, b, strict=True)]


def holds(image: EnclosedVec, truth: list[list[Fraction]]) -> bool:
    """‖mid - truth‖ ≤ rad, instance by instance, in rationals."""
    return all(
        sum((Fraction(float(m)) - t) ** 2 for m, t in zip(mid, row, strict=True)) <= Fraction(float(rad)) ** 2
        for mid, row, rad in zip(image.mid, truth, np.broadcast_to(image.rad, len(truth)), strict=True)
    )


def cases() -> dict[str, tuple[EnclosedMap, list[list[Fraction]]]]:
    f, r, a = streamed(W, "w"), streamed(R, "r"), product_map(U, V, "uv")
    product = times(exactly(U), exactly(V))
    return {
        "one matrix": (f, exactly(W)),
        "sparse": (f - r, minus(exactly(W), exactly(R))),
        "less a product": (f - a, minus(exactly(W), product)),
        "three terms": (f - r - a, minus(minus(exactly(W), exactly(R)), product)),
        "nothing": (f - f, minus(exactly(W), exactly(W))),
        "twice": (f + f, minus(exactly(W), minus(exactly(0 * W), exactly(W)))),
    }


@pytest.mark.parametrize("at_once", [5, 2**17])
@pytest.mark.parametrize("case", cases())
def test_an_image_holds_the_exact_one(case: str, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrices, "_ENTRIES_AT_ONCE", at_once)  # a row at a time, or all at once
    linear_map, matrix = cases()[case]
    transposed = [list(column) for column in zip(*matrix, strict=True)]
    image = linear_map.image(EnclosedVec.exact(X))
    assert holds(image, times(exactly(X), transposed))
    scale = np.abs(X).max(axis=1) * (np.linalg.norm(W) + np.linalg.norm(U) * np.linalg.norm(V))
    assert np.all(image.rad <= 2e-14 * scale)


def test_a_moved_entry_is_not_held() -> None:
    """The containment test itself can fail."""
    moved = exactly(W)
    moved[2][3] *= 1 + Fraction(1, 10**12)
    image = streamed(W, "w").image(EnclosedVec.exact(X))
    assert not holds(image, times(exactly(X), [list(column) for column in zip(*moved, strict=True)]))


@pytest.mark.parametrize("case", cases())
def test_norms_and_cancellation_are_those_of_enclosed_maps(case: str) -> None:
    linear_map, matrix = cases()[case]
    truth = np.linalg.norm(np.array(matrix, dtype=np.float64), 2)
    norm = NormSource().enclose(linear_map)
    assert norm.lo <= truth * (1 + 1e-12) + 1e-300
    assert truth <= norm.hi * (1 + 1e-12)
    assert norm.hi <= 1.01 * truth * (1 + 1e-12)


def test_of_a_difference_of_images_only_the_difference_is_computed() -> None:
    f = streamed(W, "w")
    sparse, x = f - streamed(R, "r"), EnclosedVec.exact(X)
    left, right = f(x), sparse(x)
    error = left - right
    assert isinstance(left, PendingImage)
    assert isinstance(right, PendingImage)
    assert holds(error, times(exactly(X), [list(c) for c in zip(*exactly(R), strict=True)]))
    assert left._known is None
    assert right._known is None


def test_an_image_outlives_the_names_of_what_it_is_of() -> None:
    pending = streamed(W, "w").image(EnclosedVec.exact(X))
    assert holds(pending, times(exactly(X), [list(c) for c in zip(*exactly(W), strict=True)]))


def test_an_image_is_computed_once_and_forgotten_with_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    leaf, calls = StreamedLeaf(W, "w"), []
    once = StreamedLeaf.times
    monkeypatch.setattr(StreamedLeaf, "times", lambda self, x: calls.append(1) or once(self, x))
    x = EnclosedVec.exact(X)
    assert leaf.image(x) is leaf.image(x)
    assert len(calls) == 1
    widened = leaf.image(x, radius=0.5)
    assert np.all(widened.rad >= leaf.image(x).rad + 0.49 * np.abs(X).max(axis=1))
    del x
    assert len(leaf._images) == 0
