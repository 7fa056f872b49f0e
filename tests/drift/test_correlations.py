"""Which pairs are compared, over which blocks, and what is left out."""

from __future__ import annotations

from dataclasses import replace

from pybridge.drift.correlations import NO_PRODUCT, PAIRS, Correlation, correlations
from pybridge.drift.rows import DriftRow


def row(block: int, injected: float | None, drift: float | None, downstream: float | None) -> DriftRow:
    left_out = None if injected is not None else "noise"
    return DriftRow(block, "all", injected, drift, left_out, 1.0, downstream)


ROWS = tuple(row(t, 1.0 + t, 10.0 - t, 2.0**-t) for t in range(7))


def found(rows: tuple[DriftRow, ...], pair: tuple[str, str], *, shorter: bool = False) -> Correlation:
    every = correlations(rows, resamples=100, seed=0)
    (one,) = [c for c in every if c.pair == pair and c.without_last_block is shorter]
    return one


def test_every_pair_for_all_blocks_and_without_the_last() -> None:
    every = correlations((*ROWS, *(replace(r, positions="skip:4") for r in ROWS)), resamples=100, seed=0)
    assert [(c.positions, c.without_last_block, c.pair) for c in every] == [
        (positions, shorter, pair)
        for positions in ("all", "skip:4")
        for shorter in (False, True)
        for pair in PAIRS
    ]
    counts = {(c.without_last_block, c.found.count) for c in every if c.found is not None}
    assert counts == {(False, 7), (True, 6)}


def test_signs_are_those_of_the_pairs() -> None:
    signs = {pair: found(ROWS, pair).found for pair in PAIRS}
    assert [round(some.r) for some in signs.values() if some] == [1, 1, -1]


def test_what_is_noise_is_left_out_by_name() -> None:
    rows = (row(0, None, None, 4.0), replace(ROWS[1], downstream=None), *ROWS[2:])
    with_product = found(rows, ("drift", "downstream"))
    assert with_product.left_out == {0: "noise", 1: NO_PRODUCT}
    assert with_product.found is not None
    assert with_product.found.count == 5
    assert found(rows, ("drift", "injected")).left_out == {0: "noise"}


def test_too_few_blocks_give_a_reason_and_no_number() -> None:
    short = found(ROWS[:5], ("drift", "downstream"), shorter=True)
    assert (short.found, short.reason) == (None, "4 blocks can be compared, 5 are needed")
    flat = tuple(replace(r, downstream=1.0) for r in ROWS)
    assert found(flat, ("drift", "downstream")).reason == "the downstream product is the same for every block"


def test_how_often_the_product_covers_the_amplification() -> None:
    rows = tuple(row(t, 1.0, 2.0, 3.0 if t < 3 else 1.0) for t in range(7))
    assert found(rows, ("amplification", "downstream")).within_product == 3
    assert found(rows, ("drift", "injected")).within_product is None
