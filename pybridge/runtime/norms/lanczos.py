"""A unit vector that a symmetric positive semidefinite matrix stretches most, nearly.

Nothing here is certified: the vector only has to be good. What it is worth is found out afterwards by
multiplying. No theorem stands behind this module, and none is needed: the quotient of *any* vector is a lower
end (Lean `ratio_le_l2_opNorm`, N4).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.linalg import eigh, eigh_tridiagonal

CHECK_EVERY = 4
MOST_STEPS = 96


def top_vector(gram: Float[np.ndarray, "n n"], tolerance: float) -> Float[np.ndarray, " n"]:
    """Ritz vector of the largest Ritz value θ, its residual ‖Gv - θv‖ at most tolerance · θ where 96 steps
    suffice.

    Lanczos with full reorthogonalisation from a seeded Gaussian start; about 20 products G v for 1 %.
    """
    size = gram.shape[0]
    steps = min(size, MOST_STEPS)
    basis = np.zeros((steps, size))
    alpha, beta = np.zeros(steps), np.zeros(steps)
    vector = np.random.default_rng(0).standard_normal(size)
    basis[0] = vector / np.linalg.norm(vector)
    for step in range(steps):
        image = gram @ basis[step]
        alpha[step] = basis[step] @ image
        known = basis[: step + 1]
        for _ in range(2):  # "twice is enough" (Kahan, Parlett)
            image = image - known.T @ (known @ image)
        beta[step] = np.linalg.norm(image)
        last = step + 1 == steps or beta[step] <= 1e-14 * abs(alpha[: step + 1]).max()
        if last or step % CHECK_EVERY == CHECK_EVERY - 1:
            theta, weights = _top_of_tridiagonal(alpha[: step + 1], beta[:step])
            if last or beta[step] * abs(weights[-1]) <= tolerance * theta:
                return weights @ known
        basis[step + 1] = image / beta[step]
    raise AssertionError("the last step returns")


def _top_of_tridiagonal(diagonal: np.ndarray, off: np.ndarray) -> tuple[float, np.ndarray]:
    top = len(diagonal) - 1
    values, vectors = eigh_tridiagonal(diagonal, off, select="i", select_range=(top, top))
    return float(values[0]), vectors[:, 0]


def top_eigenvector(gram: Float[np.ndarray, "n n"]) -> Float[np.ndarray, " n"]:
    """The top eigenvector to LAPACK's accuracy, several times slower than `top_vector`."""
    top = gram.shape[0] - 1
    return eigh(gram, subset_by_index=[top, top])[1][:, 0]
