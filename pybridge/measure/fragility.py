"""The paper's two summaries of a contraction profile: one number for a model, one share for each block."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pybridge.errors import SettingError

WIDTH_TERM = 2000.0
"""C of the Compression Fragility Index, in units of d_model (arXiv:2603.20991v1 §5.6)."""


def compression_fragility_index(
    *, amplifying_fraction: float, blocks: int, rho_max: float, d_model: int
) -> float:
    """CFI = f_amp · n · max(0, ln ρ_max) + C / d_model with C = 2000; a pure number, larger is more fragile.

    Source: arXiv:2603.20991v1 §5.6. ρ is the ratio of relative error *energies*, as in v1.

    Args:
        amplifying_fraction: f_amp, the share of blocks with ρ > 1, in [0, 1].
        blocks: n, the number of blocks.
        rho_max: largest ρ of a block, ≥ 0. At most 1 leaves only the term of the width.
        d_model: width of the residual stream.

    Raises:
        SettingError: an argument outside its range, NaN and infinity included.
    """
    _require("amplifying_fraction", amplifying_fraction, 0 <= amplifying_fraction <= 1, "between 0 and 1")
    _require("blocks", blocks, blocks >= 1, "at least 1")
    _require("rho_max", rho_max, 0 <= rho_max < math.inf, "finite and at least 0")
    _require("d_model", d_model, d_model >= 1, "at least 1")
    growth = math.log(max(1.0, rho_max))  # = max(0, ln ρ_max), and defined at ρ_max = 0
    return amplifying_fraction * blocks * growth + WIDTH_TERM / d_model


def lyapunov_budget(downstream: Sequence[float | None]) -> tuple[float, ...] | None:
    """Share of block t in the error a model may bear: (1 / ∏_{s>t} ρ_s), normalised to sum to one.

    Source: arXiv:2603.20991v1 §5.4.

    Args:
        downstream: ∏_{s>t} ρ_s for t = 0 … n-1 (`summary.downstream_products`); None where a factor is noise.

    Returns:
        n shares ≥ 0 whose sum is 1; None where a product is missing, or has left the range of float64
        (0 or infinity), as then the shares of all blocks are unknown.

    Raises:
        SettingError: no block, or a product that is negative or NaN.
    """
    if not downstream:
        raise SettingError("A Lyapunov budget needs the downstream product of at least one block; got none.")
    products = [product for product in downstream if product is not None]
    for product in products:
        _require("a downstream product", product, product >= 0, "at least 0: it is a product of ratios")
    if len(products) < len(downstream) or not all(0 < product < math.inf for product in products):
        return None
    smallest = min(products)
    tolerances = [smallest / product for product in products]  # 1 / product, scaled so that none overflows
    total = math.fsum(tolerances)
    return tuple(tolerance / total for tolerance in tolerances)


def _require(name: str, value: float, holds: bool, wanted: str) -> None:
    if not holds:
        raise SettingError(f"{name} must be {wanted}; got {value!r}.")
