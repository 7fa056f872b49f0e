"""Large arrays go when their owner lets go: remembered results form no reference cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import numpy as np
import pytest

from pybridge.runtime.enclosure import EnclosedMap, EnclosedVec, NormSource
from pybridge.runtime.enclosure.memo import Memo


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def test_maps_vectors_and_all_they_were_asked_for_are_freed_at_once() -> None:
    def use() -> list[ref]:
        rng = np.random.default_rng(0)
        f, g = EnclosedMap.exact(rng.standard_normal((4, 3))), EnclosedMap.exact(rng.standard_normal((4, 3)))
        x, y = EnclosedVec.exact(rng.standard_normal(3)), EnclosedVec.exact(rng.standard_normal(3))
        source = NormSource()
        made = [
            f,
            g,
            f - g,
            x,
            y,
            x - y,
            y - x,
            x + y,
            (x + y) - x,
            (x + y) - (y + x),
            f(x),
            f(x) - g(x),
            f(x) - f(y),
            f(x) - (g(y) + f(y)),
            (f - g)(x),
        ]
        (f - g).norm(source)
        x.inner(y)
        y.inner(x)
        return [ref(value) for value in made] + [ref(leaf) for _, leaf in f.terms]

    assert [alive for alive in use() if alive() is not None] == []


def test_an_image_forgets_a_map_that_is_gone() -> None:
    x = EnclosedVec.exact(np.ones(3))
    image = EnclosedMap.exact(np.ones((2, 3))).image(x)
    assert image.image is None
    assert np.all((image - EnclosedVec.exact(np.zeros(2))).mid == 3.0)


def test_a_memo_computes_once_and_does_not_hold_the_operand() -> None:
    class Operand:
        pass

    memo, operand, calls = Memo(), Operand(), []
    for _ in range(2):
        memo.once_with("+", operand, lambda: calls.append(1))
        memo.once("norm", lambda: calls.append(2))
    assert calls == [1, 2]
    gone = ref(operand)
    del operand
    assert gone() is None
