"""Which theorem is asked of which stage, and that each answer can be no."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pybridge.approx import Form, LowRank, SemanticCache, Sparse, Stage, compose
from pybridge.approx.matrices import product_map, streamed
from pybridge.approx.parts import MapParts
from pybridge.approx.stages import plan_for
from pybridge.approx.theorems import Sampled, asked_of, given
from pybridge.compress.low_rank import Factors
from pybridge.runtime.enclosure import EnclosedVec, EnclosureBackend, NormSource
from pybridge.runtime.norms import NormEnclosure
from pybridge.runtime.verdict import Evaluation, Verdict, evaluate

CACHE, SPARSE, LOW_RANK = SemanticCache(1.0), Sparse(0.5), LowRank(rank=1)
ASKED: dict[str, tuple[Stage, list[tuple[str, str, bool]]]] = {
    "cache": (CACHE, [("retrieval_bound", "total", True)]),
    "sparse": (SPARSE, [("sparse_activation_bound", "total", False)]),
    "low rank": (LOW_RANK, [("interpolation_bound", "total", False)]),
    "dropped": (
        compose(CACHE, SPARSE, LOW_RANK),
        [
            ("composition_bound_dropped", "total", False),
            ("retrieval_bound", "cache", True),
            ("sparse_activation_bound", "sparse", False),
            ("interpolation_bound", "low rank", False),
        ],
    ),
    "printed": (
        compose(SPARSE, LOW_RANK, form="printed"),
        [
            ("composition_bound_tight", "total", False),
            ("composition_bound", "total", False),
            ("sparse_activation_bound", "sparse", False),
            ("interpolation_bound", "low rank", False),
        ],
    ),
    "cached, and only reuse errs": (
        compose(CACHE, SPARSE, form=Form.CACHED),
        [
            ("composition_bound_cached_sharp", "total", True),
            ("composition_bound_cached", "total", True),
            ("retrieval_bound", "cache", True),
            ("sparse_activation_bound", "sparse", False),
        ],
    ),
}


@pytest.mark.parametrize("case", ASKED)
def test_a_stage_asks_its_own_theorems(case: str) -> None:
    stage, expected = ASKED[case]
    asked = asked_of(plan_for(stage, (3, 3), "m"))
    assert [(a.name, str(a.term), a.hits_only) for a in asked] == expected


W = np.diag(np.array([5.0, 4.0, 1.0], dtype=np.float32))
RESIDUAL = np.diag(np.array([0.0, 4.0, 0.0], dtype=np.float32))
FACTORS = Factors(5 * np.eye(3, 1, dtype=np.float32), np.eye(1, 3, dtype=np.float32))


def parts() -> MapParts:
    """W = diag(5, 4, 1), W_residual = diag(0, 4, 0), W_approx = diag(5, 0, 0), W_R = diag(0, 0, 1)."""
    whole = streamed(W, "w")
    sparse = whole - streamed(RESIDUAL, "r")
    return MapParts(RESIDUAL, FACTORS, whole, sparse, product_map(FACTORS.left, FACTORS.right, "uv"))


def sampled(x: list[float], cached: list[float], radius: float) -> Sampled:
    return Sampled(
        EnclosedVec.exact(np.array([x])), EnclosedVec.exact(np.array([cached])), np.array([True]),
        np.array([radius]),
    )  # fmt: skip


def answers(stage: Stage, at: Sampled, norms: Any = None) -> dict[str, Evaluation]:
    plan = plan_for(stage, (3, 3), "m")
    ops = EnclosureBackend(norms if norms is not None else NormSource())
    return {a.name: evaluate(a.check, ops, given(a, plan, parts(), at)) for a in asked_of(plan)}


@pytest.mark.parametrize("form", list(Form))
def test_errors_and_bounds_are_those_of_the_formulas(form: Form) -> None:
    x, cached, radius = [1.0, 2.0, 3.0], [1.0, 2.5, 3.0], 0.75
    found = answers(compose(CACHE, SPARSE, LOW_RANK, form=form), sampled(x, cached, radius))
    size = np.sqrt(14.0)
    expected = {
        "composition_bound_dropped": (np.hypot(8.0, 3.0), 5 * radius + 4 * size),
        "composition_bound_tight": (3.0, 5 * radius + 1 * size),
        "composition_bound": (3.0, 5 * radius + 1 * size + 4 * radius),
        "composition_bound_cached_sharp": (np.hypot(2.0, 3.0), 5 * radius + 1 * size),
        "composition_bound_cached": (np.hypot(2.0, 3.0), 5 * radius + 1 * size + 4 * radius),
        "retrieval_bound": (2.0 if form is Form.CACHED else 0.0, 5 * radius),
        "sparse_activation_bound": (8.0, 4 * size),
        "interpolation_bound": (3.0, 1 * size),
    }
    for name, evaluation in found.items():
        error, bound = expected[name]
        assert evaluation.verdicts[0] is Verdict.HOLDS, name
        assert evaluation.lhs_lo[0] - 1e-12 <= error <= evaluation.lhs_hi[0] + 1e-12  # type: ignore[index]
        assert evaluation.rhs_lo[0] <= bound * (1 + 1e-12)  # type: ignore[index]
        assert bound * (1 - 1e-12) <= evaluation.rhs_hi[0] <= 1.011 * bound  # type: ignore[index]
        assert evaluation.tightness[0] == pytest.approx(error / bound, rel=0.011, abs=1e-12)  # type: ignore[index]


@pytest.mark.parametrize("stage", [CACHE, compose(CACHE, SPARSE, LOW_RANK)], ids=["alone", "composed"])
def test_a_neighbour_farther_than_the_radius_is_an_unmet_hypothesis(stage: Stage) -> None:
    found = answers(stage, sampled([0.0, 0.0, 0.0], [0.6, 0.8, 0.0], 0.99))
    unmet = [name for name, e in found.items() if e.verdicts[0] is Verdict.HYPOTHESIS_UNMET]
    assert unmet == [name for name in found if name not in ("sparse_activation_bound", "interpolation_bound")]
    assert all(found[name].reasons[0] == "not met: hδ" for name in unmet)


class Halved(NormSource):
    """Norms that certify what is not so."""

    def enclose(self, linear_map: Any) -> NormEnclosure:
        found = super().enclose(linear_map)
        return NormEnclosure(found.lo / 2, found.hi / 2, found.label)


@pytest.mark.parametrize(
    ("stage", "x", "cached", "name"),
    [
        (CACHE, [1.0, 0, 0], [0.0, 0, 0], "retrieval_bound"),
        (SPARSE, [0, 1.0, 0], [0, 1.0, 0], "sparse_activation_bound"),
        (LOW_RANK, [0, 0, 1.0], [0, 0, 1.0], "interpolation_bound"),
        (compose(SPARSE, LOW_RANK), [0, 1.0, 0], [0, 1.0, 0], "composition_bound_dropped"),
        (compose(SPARSE, LOW_RANK, form="printed"), [0, 0, 1.0], [0, 0, 1.0], "composition_bound_tight"),
        (compose(CACHE, SPARSE, form="cached"), [1.0, 0, 0], [0.0, 0, 0], "composition_bound_cached_sharp"),
    ],
)
def test_a_wrong_norm_is_found_out(stage: Stage, x: list[float], cached: list[float], name: str) -> None:
    at = sampled(x, cached, 1.01 * float(np.linalg.norm(np.subtract(x, cached))))
    assert answers(stage, at)[name].verdicts[0] in (Verdict.HOLDS, Verdict.INCONCLUSIVE)  # within 1 %
    assert answers(stage, at, Halved())[name].verdicts[0] is Verdict.VIOLATED
