"""Enclosed vectors: a float64 midpoint and a radius in the Euclidean norm, for each instance of a batch.

Derived vectors and their norms are remembered on their operands: ten theorems about one block add h + u once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike, NDArray

from pybridge.errors import NonFiniteError
from pybridge.runtime.enclosure import directed
from pybridge.runtime.enclosure.memo import Memo
from pybridge.runtime.enclosure.reals import EnclosedReal
from pybridge.runtime.norms.sums import blocked_dot, dot_radius, euclidean_norm
from pybridge.runtime.rounding import UNIT, bound_product, padded

if TYPE_CHECKING:
    from pybridge.runtime.enclosure.maps import EnclosedMap

Array = NDArray[np.float64]


class EnclosedVec:
    """A vector within Euclidean distance `rad` of `mid`.

    Attributes:
        mid: (d,) or (B, d) float64.
        rad: () or (B,) float64, ≥ 0; 0 for data. Infinite when overflow has left nothing known.
        image: (f, x) when this vector is f x and both are still in use, else None. Differences of images are
            taken before the map is applied, as (f - g) x and f (x - y): an error of interest must not drown
            in the rounding of the two large outputs.
        summands: (x, y) when this vector is x + y, likewise: (x + y) - (x + z) is y - z, and (x + y) - x is
            y.
    """

    __slots__ = ("__weakref__", "_image", "_memo", "_summands", "mid", "rad")
    __array_ufunc__ = None

    def __init__(
        self,
        mid: Float[np.ndarray, "*batch d"],
        rad: ArrayLike,
        image: tuple[EnclosedMap, EnclosedVec] | None = None,
    ) -> None:
        self.mid = mid
        self.rad: Array = np.asarray(rad, dtype=np.float64)
        self._image = (ref(image[0]), ref(image[1])) if image else None
        self._summands: tuple[ref[EnclosedVec], ref[EnclosedVec]] | None = None
        self._memo = Memo()

    @classmethod
    def exact(cls, value: ArrayLike) -> EnclosedVec:
        """Data, exact whatever run produced it: (d,) or (B, d), any float dtype up to float64."""
        mid = np.asarray(value, dtype=np.float64)
        if mid.ndim not in (1, 2):
            raise ValueError(f"a vector has shape (d,) or (B, d), not {mid.shape}")
        return cls(mid, 0.0)

    def __repr__(self) -> str:
        return f"EnclosedVec(mid={self.mid!r}, rad={self.rad!r})"

    @property
    def dimension(self) -> int:
        return self.mid.shape[-1]

    @property
    def image(self) -> tuple[EnclosedMap, EnclosedVec] | None:
        if self._image is None:
            return None
        f, x = self._image[0](), self._image[1]()
        return None if f is None or x is None else (f, x)

    @property
    def summands(self) -> tuple[EnclosedVec, EnclosedVec] | None:
        if self._summands is None:
            return None
        x, y = self._summands[0](), self._summands[1]()
        return None if x is None or y is None else (x, y)

    # ---- sums ----------------------------------------------------------------------------------------------
    def __add__(self, other: EnclosedVec | ZeroVec) -> EnclosedVec:
        if isinstance(other, ZeroVec):
            return self
        return self._memo.once_with("+", other, lambda: _total(self, other))

    def __sub__(self, other: EnclosedVec | ZeroVec) -> EnclosedVec:
        if isinstance(other, ZeroVec):
            return self
        # what cancels is not remembered here: an operand remembered on a sum of itself would be a cycle
        return _cancelled(self, other) or self._memo.once_with("-", other, lambda: _difference(self, other))

    def __neg__(self) -> EnclosedVec:
        return EnclosedVec(-self.mid, self.rad)

    # ---- measures ------------------------------------------------------------------------------------------
    def mid_norm(self) -> tuple[Array, Array]:
        """(lo, hi) around ‖mid‖."""
        return self._memo.once("mid norm", lambda: euclidean_norm(self.mid))

    def norm(self) -> EnclosedReal:
        """‖x‖₂ per instance: ‖mid‖ ± rad."""
        return self._memo.once("norm", self._norm)

    def _norm(self) -> EnclosedReal:
        lo, hi = self.mid_norm()
        return EnclosedReal(np.maximum(directed.add(lo, -self.rad)[0], 0.0), directed.add(hi, self.rad)[1])

    def inner(self, other: EnclosedVec | ZeroVec) -> EnclosedReal:
        """⟨x, y⟩ per instance: within ‖mid x‖ ry + rx ‖mid y‖ + rx ry and rounding of ⟨mid x, mid y⟩."""
        if isinstance(other, ZeroVec):
            return EnclosedReal(0.0, 0.0)
        return self._memo.once_with("inner", other, lambda: _inner(self, other))

    def require_finite(self, name: str) -> None:
        """Raises: NonFiniteError naming the variable and the place of the first NaN or infinity."""
        self._memo.once("finite", lambda: _require_finite(name, self.mid) or True)


class ZeroVec:
    """The zero vector of a space, of whatever dimension it is compared or added with."""

    __array_ufunc__ = None

    def __add__(self, other: Any) -> Any:
        return other

    def __sub__(self, other: Any) -> Any:
        return -other

    def __neg__(self) -> ZeroVec:
        return self

    def norm(self) -> EnclosedReal:
        return EnclosedReal(0.0, 0.0)

    def inner(self, other: Any) -> EnclosedReal:
        return EnclosedReal(0.0, 0.0)

    def require_finite(self, name: str) -> None:
        """Nothing to require."""


AnyVec = EnclosedVec | ZeroVec


def _sum(left: EnclosedVec, right: EnclosedVec, operation: np.ufunc) -> EnclosedVec:
    """left ± right, each entry rounded once: |fl(s) - s| ≤ u |fl(s)|, so u ‖mid‖. Sums do not underflow."""
    with np.errstate(over="ignore", invalid="ignore"):
        result = EnclosedVec(operation(left.mid, right.mid), 0.0)
        rounding = bound_product(UNIT, result.mid_norm()[1])
        result.rad = np.asarray(padded(left.rad + right.rad + rounding), dtype=np.float64)
    return without_overflow(result)


def _total(left: EnclosedVec, right: EnclosedVec) -> EnclosedVec:
    total = _sum(left, right, np.add)
    total._summands = (ref(left), ref(right))
    return total


def without_overflow(vector: EnclosedVec) -> EnclosedVec:
    """The vector itself, or 0 ± ∞ in instances where an entry or the radius has overflowed."""
    broken = ~np.isfinite(vector.mid_norm()[1]) | ~np.isfinite(vector.rad)
    if not np.any(broken):
        return vector
    mid = np.where(broken[..., None], 0.0, vector.mid)
    return EnclosedVec(mid, np.where(broken, np.inf, vector.rad), vector.image)


def _difference(left: EnclosedVec, right: EnclosedVec) -> EnclosedVec:
    if left is right:  # one vector, wherever in its ball it lies; not two that happen to be near
        return EnclosedVec(np.zeros_like(left.mid), 0.0)
    left_image, right_image = left.image, right.image
    if left_image and right_image:
        (f, x), (g, y) = left_image, right_image
        if x is y:
            return (f - g).image(x)
        if f is g:
            return f.image(x - y)
    return _sum(left, right, np.subtract)


def _cancelled(left: EnclosedVec, right: EnclosedVec) -> EnclosedVec | None:
    """left - right without a summand they share, if they do."""
    for rest, summand in _split(left):
        if summand is right:
            return rest
        for other_rest, other_summand in _split(right):
            if summand is other_summand:
                return rest - other_rest
    return None


def _split(vector: EnclosedVec) -> tuple[tuple[EnclosedVec, EnclosedVec], ...]:
    """(rest, summand) for each of its two summands."""
    if vector.summands is None:
        return ()
    x, y = vector.summands
    return (x, y), (y, x)


def _inner(left: EnclosedVec, right: EnclosedVec) -> EnclosedReal:
    left_norm, right_norm = left.mid_norm()[1], right.mid_norm()[1]
    with np.errstate(over="ignore", invalid="ignore"):
        middle = blocked_dot(*np.broadcast_arrays(left.mid, right.mid))
        spread = bound_product(left_norm, right.rad) + bound_product(left.rad, right_norm + right.rad)
        radius = padded(dot_radius(left.dimension, left_norm, right_norm) + spread)
    known = np.isfinite(middle) & np.isfinite(radius)
    middle, radius = np.where(known, middle, 0.0), np.where(known, radius, np.inf)
    return EnclosedReal(directed.add(middle, -radius)[0], directed.add(middle, radius)[1])


def _require_finite(name: str, array: Array) -> None:
    if np.isfinite(array).all():
        return
    place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    raise NonFiniteError(
        f"variable {name} holds {float(array[place])} at position {place}; nothing can be concluded from it. "
        "A model that overflows gives no measurement: try a wider dtype, or look at its weights."
    )
