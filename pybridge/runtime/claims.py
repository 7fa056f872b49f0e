"""Three-valued claims: a proposition of a statement as one arithmetic decided it, instance by instance.

Truth is Kleene's: 1 certainly true, -1 certainly false, 0 undecided. With these numbers `∧` is the minimum
and `↔` the product, so a whole batch is combined by one array operation. Claims about exact rationals have
0-dimensional truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Truth(IntEnum):
    """What can be said of a proposition."""

    FALSE = -1
    UNDECIDED = 0
    TRUE = 1


@dataclass(frozen=True, eq=False)
class Claim:
    """A decided proposition.

    Attributes:
        op: `≤ < = ≠` for a relation, `∧ ↔ ∀` for a combination.
        truth: int8 array over the batch (0-dimensional for one exact instance), values of `Truth`.
        left, right: the compared values; None for a combination.
        parts: the claims combined, in source order; empty for a relation.
    """

    op: str
    truth: NDArray[np.int8]
    left: Any = None
    right: Any = None
    parts: tuple[Claim, ...] = ()

    @property
    def is_relation(self) -> bool:
        return not self.parts and self.op in ("≤", "<", "=", "≠")

    def all_true(self) -> bool:
        """Certainly true in every instance."""
        return bool(np.all(self.truth == Truth.TRUE))

    def any_false(self) -> bool:
        """Certainly false in some instance."""
        return bool(np.any(self.truth == Truth.FALSE))


def relation(op: str, truth: ArrayLike, left: Any, right: Any) -> Claim:
    """A comparison of two values, `truth` from the arithmetic that compared them."""
    return Claim(op, np.asarray(truth, dtype=np.int8), left, right)


def decide(certainly_true: ArrayLike, certainly_false: ArrayLike) -> NDArray[np.int8]:
    """Truth from two tests that cannot both succeed."""
    return np.asarray(certainly_true, dtype=np.int8) - np.asarray(certainly_false, dtype=np.int8)


def both(left: Claim, right: Claim) -> Claim:
    """`left ∧ right`."""
    return Claim("∧", np.minimum(left.truth, right.truth), parts=(left, right))


def iff(left: Claim, right: Claim) -> Claim:
    """`left ↔ right`: decided exactly when both sides are."""
    return Claim("↔", np.multiply(left.truth, right.truth), parts=(left, right))


def forall(parts: Sequence[Claim]) -> Claim:
    """`∀` over finitely many instances; true when there is none."""
    truth = np.asarray(Truth.TRUE, dtype=np.int8)
    for part in parts:
        truth = np.minimum(truth, part.truth)
    return Claim("∀", truth, parts=tuple(parts))
