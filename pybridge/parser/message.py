"""What a row of the message table is, and the shorthand its examples are written in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

# A theorem's text, or the files of a project by path.
Example = str | Mapping[str, str | bytes]


class Message(NamedTuple):
    """`template` and `advice` are filled in with the fields of the place that fails."""

    template: str
    advice: str
    examples: tuple[Example, ...]


_BINDERS = (
    "{E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E] [NormedAddCommGroup F] [NormedSpace ℝ F] "
    "{k l : Type*} [Fintype k] [DecidableEq k] [Fintype l] [DecidableEq l] "
    "(f g : E →L[ℝ] F) (x y : E) (z : F) (a b : ℝ) (n : ℕ) (ε : ℕ → ℝ) "
    "(φ : E → F) (W : Matrix k l ℝ) (B : Matrix l k ℝ) (v : EuclideanSpace ℝ l)"
)


def theorem(conclusion: str) -> str:
    """A theorem on maps `f g`, vectors `x y` of E and `z` of F, reals `a b`, a length `n`, a sequence `ε`,
    a function `φ`, matrices `W`, `k` by `l`, and `B`, the other way round, and a vector `v` over `l`.
    """
    return f"theorem t {_BINDERS} : {conclusion}"


def with_keys(keys: str, conclusion: str = "‖f x‖ ≤ ‖f‖ * ‖x‖ + a") -> str:
    """The same theorem under a docstring with these key lines."""
    return f"/-- **Theorem 1**, §2.1: prose.\n\n{keys}\n-/\n{theorem(conclusion)}"
