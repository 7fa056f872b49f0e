"""Sentences of the paper that are false as printed, each refuted by exact arithmetic.

The labels P1, P2, … are those of docs/verification.md where it lists what was added to make a statement true.
Where the repaired theorem differs from the printed one by a hypothesis, the printed one is the Lean statement
without it, read and evaluated by the bridge, so these tests also prove that the hypothesis is needed.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pybridge.codegen.load import load
from pybridge.codegen.mutants import mutants
from pybridge.parser import read_project
from pybridge.runtime.exact import ExactBackend, ExactMap, ExactVec, compare, frobenius_norm, square_root
from pybridge.runtime.strategies import refutes

ROOT = Path(__file__).resolve().parents[2]
STATEMENTS = {statement.name: statement for statement in read_project(ROOT)}
REAL, L2 = ExactBackend("real"), ExactBackend("l2")
HALF, TINY = Fraction(1, 2), Fraction(1, 1000)


def without(theorem: str, hypothesis: str) -> ModuleType:
    """The check of a theorem that lost one hypothesis."""
    return load(next(m.statement for m in mutants(STATEMENTS[theorem]) if m.id == f"drop:{hypothesis}"))


def vector(*entries: int | Fraction) -> ExactVec:
    return ExactVec(tuple(Fraction(entry) for entry in entries))


def matrix(*rows: tuple[int | Fraction, ...]) -> ExactMap:
    return ExactMap(tuple(tuple(Fraction(entry) for entry in row) for row in rows), len(rows[0]))


def energy(clean: ExactVec, perturbed: ExactVec) -> Fraction:
    """V = ‖h - ĥ‖² / ‖h‖²."""
    return L2.inner(clean - perturbed, clean - perturbed) / L2.inner(clean, clean)


def test_p1_theorem_9_needs_a_nonnegative_error_growth() -> None:
    """α = 1, β = -2: β < α, yet (β/α)² = 4."""
    values = {"α": Fraction(1), "β": Fraction(-2)}
    assert refutes(without("residual_growth_contraction", "hβ"), REAL, values)
    assert not refutes(load(STATEMENTS["residual_growth_contraction"]), REAL, values)


@pytest.mark.parametrize(
    ("dropped", "c", "ρ", "n"),
    [("hc", Fraction(-1), HALF, 1), ("hρ0", Fraction(1), -HALF, 1), ("hρ1", Fraction(1), Fraction(2), 3)],
)
def test_p2_theorem_8_needs_all_three_hypotheses(dropped: str, c: Fraction, ρ: Fraction, n: int) -> None:
    """-1 ≤ -2, 1 ≤ 2/3 and 7 ≤ -1 are what the printed theorem would claim."""
    values = {"c": c, "ρ": ρ, "n": n}
    assert refutes(without("lyapunov_contraction_bound", dropped), REAL, values)
    assert not refutes(load(STATEMENTS["lyapunov_contraction_bound"]), REAL, values)


@pytest.mark.parametrize("n", [11, 12])
def test_p3_the_limit_is_looser_than_the_linear_bound_at_the_papers_own_figures(n: int) -> None:
    """At ρ = 0.96 the limit c/(1 - ρ) is 25c, against n·c with n = 11 or 12; the finite form is below n·c."""
    ρ = Fraction(96, 100)
    limit, finite = 1 / (1 - ρ), (1 - ρ**n) / (1 - ρ)
    assert limit == 25 > n
    assert finite < n


def test_p4_no_geometric_bound_gains_more_than_a_factor_n() -> None:
    """The claimed 23-fold gain over n·c is impossible for n = 11 or 12; at ρ = 0.96, n = 12 it is
    1.24-fold."""
    for n in range(1, 13):
        for numerator in range(100):
            finite = sum(Fraction(numerator, 100) ** i for i in range(n))
            assert n / finite <= n < 23
    gain = 12 / sum(Fraction(96, 100) ** i for i in range(12))
    assert round(float(gain), 2) == 1.24


def test_p5_the_printed_condition_says_nothing_of_the_real_contraction() -> None:
    """g = 1, cosθ = 0, L = 0 meet (1 + L)² < 1 + 2g cosθ + g², and this error still grows faster than the
    state."""
    h, u, hhat, uhat = vector(1, 0), vector(0, 1), vector(0, 0), vector(-1, 0)
    printed = load(STATEMENTS["preln_contraction_sufficient"])
    assert printed.conclusion(REAL, g=Fraction(1), cosθ=Fraction(0), L=Fraction(0)).all_true()
    ρ = energy(h + u, hhat + uhat) / energy(h, hhat)
    assert ρ == Fraction(5, 2)
    scalars = {"g": Fraction(1), "cosθ": Fraction(0), "L": Fraction(0), "ρ": ρ}
    values = {"h": h, "u": u, "hhat": hhat, "uhat": uhat, **scalars}
    assert refutes(without("preln_contraction", "hL"), L2, values)
    assert not refutes(load(STATEMENTS["preln_contraction"]), L2, values)


def test_p6_the_condition_is_out_of_reach_for_the_papers_own_gains() -> None:
    """α² ≤ 123 leaves L < 10.1, and the printed gains of 300 to 13 000 stand for L."""
    limit = square_root(Fraction(123)) - 1
    assert compare(limit, Fraction(101, 10)) < 0 < compare(limit, Fraction(10))
    assert all(not (1 + L) ** 2 < 123 for L in (300, 13_000))


PRUNED = matrix((1, 1), (1, Fraction(-101, 100)))
KEPT_LARGEST = matrix((0, 0), (0, Fraction(-101, 100)))


def test_p8_keeping_more_weights_can_enlarge_the_residual_in_operator_norm() -> None:
    """Pruning all of [[1, 1], [1, -1.01]] leaves 1.423; keeping its largest entry leaves 1.618."""
    nothing_kept, one_kept = L2.map_norm(PRUNED), L2.map_norm(PRUNED - KEPT_LARGEST)
    assert compare(nothing_kept, Fraction(1423, 1000)) < 0 < compare(nothing_kept, Fraction(1419, 1000))
    assert compare(one_kept, Fraction(1618, 1000)) > 0 > compare(one_kept, Fraction(1619, 1000))
    assert compare(frobenius_norm(PRUNED - KEPT_LARGEST), frobenius_norm(PRUNED)) < 0


@given(st.lists(st.integers(-8, 8), min_size=9, max_size=9), st.integers(0, 8))
def test_p8_in_frobenius_norm_the_sentence_is_true(entries: list[int], kept: int) -> None:
    def residual(keep: int) -> ExactMap:
        dropped = sorted(range(9), key=lambda i: -abs(entries[i]))[keep:]
        return matrix(
            *(tuple(entries[3 * r + c] if 3 * r + c in dropped else 0 for c in range(3)) for r in range(3))
        )

    assert compare(frobenius_norm(residual(kept + 1)), frobenius_norm(residual(kept))) <= 0


def test_p10_a_sum_of_injections_does_not_bound_the_output_error() -> None:
    """Two blocks x ↦ 2x, each adding an error of 1: 3 at the output, 2 in the sum of Theorem 7."""
    clean, perturbed = Fraction(1), Fraction(1)
    for _ in range(2):
        clean, perturbed = 2 * clean, 2 * perturbed + 1
    assert perturbed - clean == 3 > 2
    assert load(STATEMENTS["multi_layer_error_bound"]).conclusion(REAL, n=2, ε=lambda i: 1, εmax=1).all_true()


def test_p11_squared_ratios_do_not_add() -> None:
    """Two aligned errors of amplitude 1 have energy 4, not 1 + 1."""
    h, error = vector(1, 0), vector(1, 0)
    assert energy(h, h - error - error) == 4 > energy(h, h - error) + energy(h, h - error)


def test_p12_contraction_depends_on_the_direction_of_the_error() -> None:
    """One block u = diag(1, 0) h: ρ = 8/5 for one error and 2/5 for another of the same size."""
    block = matrix((1, 0), (0, 0))
    h = vector(1, 1)

    def ρ(error: ExactVec) -> Fraction:
        hhat = h - error
        return energy(h + block(h), hhat + block(hhat)) / energy(h, hhat)

    assert (ρ(vector(1, 0)), ρ(vector(0, 1))) == (Fraction(8, 5), Fraction(2, 5))


def test_p14_a_tighter_radius_can_come_with_a_larger_error() -> None:
    """f forgets the second coordinate: distance 2 costs nothing, distance 1 costs 1. Only the bound is
    monotone."""
    f, x = matrix((1, 0)), vector(0, 0)
    near, far = vector(1, 0), vector(0, 2)
    assert compare(L2.vec_norm(x - near), L2.vec_norm(x - far)) < 0
    assert compare(L2.vec_norm(f(x) - f(near)), L2.vec_norm(f(x) - f(far))) > 0
    bound = load(STATEMENTS["adaptive_monotonicity"])
    assert bound.conclusion(L2, f=f, δ_1=Fraction(1), δ_2=Fraction(2)).all_true()


def test_p15_a_contraction_factor_of_one_does_not_make_a_block_removable() -> None:
    """h = 1, u = -2, ĥ = û = 0: ρ = 1, and removing the block costs ‖u‖²/‖h + u‖² = 4."""
    h, u, nothing = vector(1), vector(-2), vector(0)
    assert energy(h + u, nothing + nothing) / energy(h, nothing) == 1
    assert energy(h + u, h) == 4


def test_p18_a_power_iteration_estimate_in_place_of_the_norm_makes_a_false_violation() -> None:
    """‖Wv‖/‖v‖ after thirty steps on diag(1, 0.99) from (1, 8) is below ‖W‖ = 1: no upper bound."""
    w, v = matrix((1, 0), (0, Fraction(99, 100))), vector(1, 8)
    for _ in range(30):
        v = w(v)
    ops = L2
    estimate = ops.div(ops.vec_norm(w(v)), ops.vec_norm(v))
    assert compare(estimate, Fraction(1)) < 0
    values = {"f": w, "x": vector(1, 0), "xc": vector(0, 0), "δ": Fraction(1), "N": estimate}
    assert refutes(without("retrieval_bound_of_norm_le", "hN"), L2, values)
    assert not refutes(load(STATEMENTS["retrieval_bound_of_norm_le"]), L2, values)
