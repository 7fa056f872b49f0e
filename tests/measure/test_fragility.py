"""The fragility index and the Lyapunov budget against their formulas, worked by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pybridge.errors import SettingError
from pybridge.measure.fragility import compression_fragility_index, lyapunov_budget
from pybridge.measure.summary import downstream_products

ARGUMENTS: dict[str, Any] = {"amplifying_fraction": 0.25, "blocks": 8, "rho_max": math.e, "d_model": 1000}


def index(**changed: Any) -> float:
    return compression_fragility_index(**{**ARGUMENTS, **changed})


def test_the_index_is_the_sum_of_the_growth_and_the_width() -> None:
    assert index() == pytest.approx(0.25 * 8 * 1 + 2)
    assert index(rho_max=math.e**2, d_model=500) == pytest.approx(0.25 * 8 * 2 + 4)


@pytest.mark.parametrize("rho_max", [0.0, 0.4, 1.0])
def test_without_amplification_only_the_width_counts(rho_max: float) -> None:
    assert index(rho_max=rho_max) == 2.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amplifying_fraction", -0.01),
        ("amplifying_fraction", 1.01),
        ("amplifying_fraction", math.nan),
        ("blocks", 0),
        ("rho_max", -0.5),
        ("rho_max", math.inf),
        ("rho_max", math.nan),
        ("d_model", 0),
    ],
)
def test_an_argument_outside_its_range_is_named(name: str, value: float) -> None:
    with pytest.raises(SettingError, match=rf"^{name} must be .*; got {value!r}\.$"):
        index(**{name: value})


def test_the_budget_is_inverse_to_the_product_downstream() -> None:
    # ρ = ·, 2, 1/2, 4 -> products 4, 2, 4, 1 -> tolerances 1/4, 1/2, 1/4, 1
    budget = lyapunov_budget(downstream_products([9.0, 2.0, 0.5, 4.0]))
    assert budget == pytest.approx((0.125, 0.25, 0.125, 0.5))


def test_a_model_of_one_block_has_the_whole_budget() -> None:
    assert lyapunov_budget([1.0]) == (1.0,)


def test_tiny_products_do_not_overflow() -> None:
    assert lyapunov_budget([5e-324, 5e-324, 1.0]) == pytest.approx((0.5, 0.5, 0.0))


@pytest.mark.parametrize("unknown", [None, 0.0, math.inf])
def test_an_unknown_product_leaves_every_share_unknown(unknown: float | None) -> None:
    assert lyapunov_budget([2.0, unknown, 1.0]) is None


@pytest.mark.parametrize("bad", [-1.0, math.nan])
def test_a_product_that_is_none_is_refused(bad: float) -> None:
    with pytest.raises(SettingError, match="downstream product must be at least 0"):
        lyapunov_budget([bad, 1.0])


def test_no_blocks_are_refused() -> None:
    with pytest.raises(SettingError, match="at least one block"):
        lyapunov_budget([])
