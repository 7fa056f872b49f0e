"""Stages of approximation of a linear map f(x) = W x, as values: cache, sparse, low rank, and composition.

Source: arXiv:2603.20991v1 §2. A stage says what is done; `plan_for` says what that means for a matrix of a
given shape.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from pybridge.compress.magnitude import kept_count
from pybridge.errors import SettingError


@dataclass(frozen=True)
class SemanticCache:
    """f(x) ≈ f(x_c), x_c the nearest remembered input, wherever ‖x - x_c‖ ≤ delta; error ≤ ‖f‖ δ.

    Inputs that find none are computed and remembered. When `capacity` inputs are remembered, the one unused
    for longest makes room.

    Args:
        delta: δ ≥ 0, an absolute Euclidean distance between inputs of the map.
        capacity: how many inputs a map remembers, ≥ 1.
    Raises: SettingError for values outside these ranges.
    Source: §2.1; Lean `retrieval_bound` (Theorem 1).
    """

    delta: float
    capacity: int = 1024

    def __post_init__(self) -> None:
        if not 0 <= self.delta < math.inf:
            raise SettingError(
                f"SemanticCache: delta is {self.delta:g}; a distance is 0 or more, and 0 reuses equal inputs."
            )
        if self.capacity < 1:
            raise SettingError(
                f"SemanticCache: capacity is {self.capacity}; a cache remembers at least 1 input, 1024 is "
                "the default."
            )


@dataclass(frozen=True)
class Sparse:
    """W ≈ W_sparse, the top `keep` fraction of all entries by magnitude; error ≤ ‖W_residual‖ ‖x‖.

    Raises: SettingError unless 0 < keep ≤ 1.
    Source: §2.2; Lean `sparse_activation_bound` (Theorem 2).
    """

    keep: float

    def __post_init__(self) -> None:
        kept_count(1, self.keep)


@dataclass(frozen=True)
class LowRank:
    """W_sparse ≈ W_approx, its truncated singular value decomposition; error ≤ ‖W_R‖ ‖x‖.

    Without a sparse stage W_sparse is W. A fixed rank is not the same compression for every component;
    `rank_frac` is.

    Args:
        rank: the rank, ≥ 1 and at most min(out, in) of every map it is put on.
        rank_frac: instead, a fraction in (0, 1] of min(out, in), rounded, at least rank 1.
    Raises: SettingError unless exactly one is given, within its range.
    Source: §2.3; Lean `interpolation_bound` (Theorem 3).
    """

    rank: int | None = None
    rank_frac: float | None = None

    def __post_init__(self) -> None:
        if (self.rank is None) == (self.rank_frac is None):
            raise SettingError("LowRank: give one of rank and rank_frac, such as rank=16 or rank_frac=0.25.")
        if self.rank is not None and self.rank < 1:
            raise SettingError(f"LowRank: rank is {self.rank}; a low-rank approximation has rank 1 at least.")
        if self.rank_frac is not None and not 0 < self.rank_frac <= 1:
            raise SettingError(
                f"LowRank: rank_frac is {self.rank_frac:g}; it is a fraction of the shorter side, in (0, 1]."
            )

    def rank_of(self, shape: tuple[int, int], name: str) -> int:
        """The rank for a matrix of this shape.

        Raises: SettingError naming the map if `rank` is above min(out, in).
        """
        side = min(shape)
        if self.rank_frac is not None:
            return max(1, round(self.rank_frac * side))
        assert self.rank is not None  # one of them is given
        if self.rank > side:
            raise SettingError(
                f"{name}: rank {self.rank} is above {side}, the shorter side of this {shape[0]} × {shape[1]} "
                "matrix. Choose fewer maps, a smaller rank, or rank_frac."
            )
        return self.rank


class Form(StrEnum):
    """What becomes of the residual W_residual = W - W_sparse in a composition (§2.4)."""

    DROPPED = "dropped"
    """ŷ = W_approx x_c: what a compressed layer runs (4c)."""
    PRINTED = "printed"
    """ŷ = W_approx x_c + W_residual x, as the paper prints it (Theorem 4; 4a)."""
    CACHED = "cached"
    """ŷ = W_approx x_c + W_residual x_c (4b)."""


Part = SemanticCache | Sparse | LowRank


@dataclass(frozen=True)
class Composition:
    """Several stages at once: W ≈ W_sparse ≈ W_approx at x ≈ x_c. Each term of the error is tracked apart.

    A stage that is not there changes nothing: without a cache x_c = x, without a sparse stage W_sparse = W,
    without a low-rank stage W_approx = W_sparse.

    Args:
        parts: at most one of each kind, at least one in all; they act in the paper's order whatever the order
            given.
        form: what becomes of the residual.
    Raises: SettingError for no part, a kind given twice, an unknown form, or a sparse stage alone whose
        residual is added again: that is W itself.
    """

    parts: tuple[Part, ...]
    form: Form = Form.DROPPED

    def __post_init__(self) -> None:
        kinds = [type(part).__name__ for part in self.parts]
        if not kinds:
            raise SettingError(
                "Composition: no stage is given; compose SemanticCache, Sparse and LowRank, or some of them."
            )
        if twice := [kind for kind in set(kinds) if kinds.count(kind) > 1]:
            raise SettingError(f"Composition: {twice[0]} is given twice; each stage acts once.")
        if self.form not in set(Form):
            raise SettingError(
                f"Composition: there is no form {self.form!r}; choose one of {', '.join(Form)}."
            )
        if kinds == [Sparse.__name__] and self.form != Form.DROPPED:
            raise SettingError(
                f"Composition: Sparse alone in the form {self.form!s} adds back what it drops, so nothing is "
                "approximated. Add a cache or a low rank, or choose the form dropped."
            )


Stage = Part | Composition


def compose(*stages: Stage, form: Form | str = Form.DROPPED) -> Composition:
    """The composition of stages; the parts of a composition among them count as given one by one."""
    parts = tuple(
        part for stage in stages for part in (stage.parts if isinstance(stage, Composition) else (stage,))
    )
    try:
        return Composition(parts, Form(form))
    except ValueError:
        raise SettingError(
            f"Composition: there is no form {form!r}; choose one of {', '.join(Form)}."
        ) from None


@dataclass(frozen=True)
class Plan:
    """What a stage means for one matrix; None where a part is absent.

    Attributes:
        form: of a composition; None for a stage on its own.
    """

    cache: SemanticCache | None
    keep: float | None
    rank: int | None
    form: Form | None


def plan_for(stage: Stage, shape: tuple[int, int], name: str) -> Plan:
    """The plan for a map of shape (out, in). Raises: SettingError as `LowRank.rank_of`."""
    composed = isinstance(stage, Composition)
    parts = stage.parts if composed else (stage,)
    cache = next((part for part in parts if isinstance(part, SemanticCache)), None)
    sparse = next((part for part in parts if isinstance(part, Sparse)), None)
    low_rank = next((part for part in parts if isinstance(part, LowRank)), None)
    return Plan(
        cache=cache,
        keep=sparse.keep if sparse else None,
        rank=low_rank.rank_of(shape, name) if low_rank else None,
        form=stage.form if composed else None,
    )
