/-
Copyright (c) 2026 The Living Inference authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
Authors: The Living Inference authors
-/
import Mathlib.Data.Real.Basic
import Mathlib.Algebra.Order.BigOperators.Group.Finset
import Mathlib.Algebra.Order.Field.Basic
import Mathlib.Algebra.Order.Ring.Pow
import Mathlib.Tactic.Linarith
import Mathlib.Tactic.Ring

/-!
# Costs, sums and ratios of reals

The paper's statements that speak of real numbers only: the expected cost of a cache, the sum of
per-layer errors, the finite geometric sum against its limit, and the ratios whose being below one
the paper calls contraction.

## Main results

* `efficiency_dominance`, `efficiency_dominance_iff`: when a cache is cheaper (Theorem 5).
* `multi_layer_error_bound`: a sum of `n` errors under one cap (Theorem 7).
* `lyapunov_contraction_bound`: the finite geometric sum is below its limit (Theorem 8).
* `geometric_le_linear`, `cap_le_geometric`: it lies between `c` and `n * c` (8a, 8b).
* `residual_growth_contraction`, `residual_growth_contraction_iff`: error growing slower than the
  state (Theorem 9).
* `preln_contraction_sufficient`: a numerator below its denominator (Theorem 10).

## Implementation notes

Hypotheses that the paper leaves out and that are needed are listed in each docstring; those that it
states or suggests and that are not needed are left out. Nothing here knows of a network:
`LivingInference.Residual` ties Theorem 10 to hidden states.

## References

* arXiv:2603.20991v1, §5.2
-/

namespace LivingInference

/-- **Theorem 5** of arXiv:2603.20991v1: with a positive hit rate and hits cheaper than a full
evaluation, the expected cost of the cached layer is below the full cost.

The paper prints the conclusion alone; the three hypotheses are our reading of it. `p ≤ 1` and the
signs of the costs are not needed.

@mode runtime property
@measure cHit hit cost; cFull full cost; p hit rate
@certificate no
-/
theorem efficiency_dominance
    (cLive cHit cFull p : ℝ)
    (hp : 0 < p) (hcost : cHit < cFull)
    (hcLive : cLive = p * cHit + (1 - p) * cFull) :
    cLive < cFull := by
  have hgain : 0 < p * (cFull - cHit) := mul_pos hp (sub_pos.mpr hcost)
  have hgap : cFull - cLive = p * (cFull - cHit) := by rw [hcLive]; ring
  linarith

/-- **Theorem 5 (iff)**, after Theorem 5 of arXiv:2603.20991v1: when every query pays for a lookup,
the cached layer is cheaper exactly when the lookup costs less than the expected saving.

Not in the paper, whose cost model has no lookup. A cache that is searched on every token can lose.

@mode runtime property
@measure cLookup lookup cost; cHit hit cost; cFull full cost; p hit rate
@certificate no
-/
theorem efficiency_dominance_iff
    (cLive cLookup cHit cFull p : ℝ)
    (hcLive : cLive = cLookup + p * cHit + (1 - p) * cFull) :
    cLive < cFull ↔ cLookup < p * (cFull - cHit) := by
  have hgap : cFull - cLive = p * (cFull - cHit) - cLookup := by rw [hcLive]; ring
  constructor
  · intro h
    linarith
  · intro h
    linarith

/-- **Theorem 7** of arXiv:2603.20991v1: `n` errors, each at most `εmax`, sum to at most `n * εmax`.

As in the paper, with a supplied cap in the place of the maximum, so that `n = 0` needs no exception
and no sign of `ε` is needed. It bounds a sum of numbers; that the error of a network's output is at
most this sum needs nonexpansive layers, which the paper does not assume.

@mode runtime property
@measure n block count; ε relative injections
@certificate no
-/
theorem multi_layer_error_bound
    (n : ℕ) (ε : ℕ → ℝ) (εmax : ℝ)
    (hε : ∀ i ∈ Finset.range n, ε i ≤ εmax) :
    ∑ i ∈ Finset.range n, ε i ≤ (n : ℝ) * εmax := by
  calc ∑ i ∈ Finset.range n, ε i
      ≤ ∑ _i ∈ Finset.range n, εmax := Finset.sum_le_sum hε
    _ = (n : ℝ) * εmax := by rw [Finset.sum_const, Finset.card_range, nsmul_eq_mul]

/-- **Theorem 8** of arXiv:2603.20991v1, §5.2: the finite geometric sum `c * (1 - ρ ^ n) / (1 - ρ)`
is at most its limit `c / (1 - ρ)`.

The paper names `ρ < 1` and a cap `c`; `0 ≤ c` and `0 ≤ ρ` are added. Without either it is false:
`c = -1`, `ρ = 1/2`, `n = 1` gives `-1 ≤ -2`, and `c = 1`, `ρ = -1/2`, `n = 1` gives `1 ≤ 2/3`. It
contains no dynamics.

@mode runtime property
@measure c injection cap; ρ contraction cap; n block count
@certificate no
-/
theorem lyapunov_contraction_bound
    (c ρ : ℝ) (n : ℕ)
    (hc : 0 ≤ c) (hρ0 : 0 ≤ ρ) (hρ1 : ρ < 1) :
    c * (1 - ρ ^ n) / (1 - ρ) ≤ c / (1 - ρ) := by
  have hcpow : 0 ≤ c * ρ ^ n := mul_nonneg hc (pow_nonneg hρ0 n)
  have hnum : c * (1 - ρ ^ n) ≤ c := by
    rw [mul_one_sub]
    exact sub_le_self c hcpow
  exact div_le_div_of_nonneg_right hnum (sub_pos.mpr hρ1).le

/-- **Theorem 8a**, after Theorem 8 of arXiv:2603.20991v1, §5.2: the finite geometric sum never
exceeds the linear bound `n * c`.

The paper claims this of the limit `c / (1 - ρ)`, which beats `n * c` only when `n * (1 - ρ) > 1`.

@mode runtime property
@measure c injection cap; ρ contraction cap; n block count
@certificate no
-/
theorem geometric_le_linear
    (c ρ : ℝ) (n : ℕ)
    (hc : 0 ≤ c) (hρ0 : 0 ≤ ρ) (hρ1 : ρ < 1) :
    c * (1 - ρ ^ n) / (1 - ρ) ≤ (n : ℝ) * c := by
  have hpos : 0 < 1 - ρ := sub_pos.mpr hρ1
  have hρ : -1 ≤ ρ := by linarith
  have hbernoulli : 1 + (n : ℝ) * (ρ - 1) ≤ ρ ^ n := one_add_mul_sub_le_pow hρ n
  have hnum : 1 - ρ ^ n ≤ (n : ℝ) * (1 - ρ) := by linarith
  rw [div_le_iff₀ hpos]
  calc c * (1 - ρ ^ n) ≤ c * ((n : ℝ) * (1 - ρ)) := mul_le_mul_of_nonneg_left hnum hc
    _ = (n : ℝ) * c * (1 - ρ) := by ring

/-- **Theorem 8b**, after Theorem 8 of arXiv:2603.20991v1, §5.2: if there is a layer at all, the
finite geometric sum is at least one cap.

So it improves on `n * c` by a factor of at most `n`; a larger one, such as the 23 that the paper
gives for 12 layers, is impossible.

@mode runtime property
@measure c injection cap; ρ contraction cap; n block count
@certificate no
-/
theorem cap_le_geometric
    (c ρ : ℝ) (n : ℕ)
    (hc : 0 ≤ c) (hρ0 : 0 ≤ ρ) (hρ1 : ρ < 1) (hn : n ≠ 0) :
    c ≤ c * (1 - ρ ^ n) / (1 - ρ) := by
  have hpow : ρ ^ n ≤ ρ := pow_le_of_le_one hρ0 hρ1.le hn
  have hnum : 1 - ρ ≤ 1 - ρ ^ n := by linarith
  rw [le_div_iff₀ (sub_pos.mpr hρ1)]
  exact mul_le_mul_of_nonneg_left hnum hc

/-- **Theorem 9** of arXiv:2603.20991v1, §5.2: when the error grows by a smaller factor than the
state, the squared ratio of the factors is below one.

The paper omits `0 ≤ β`, without which it is false: `α = 1`, `β = -2` gives `4`. `0 < α` follows.

@mode runtime property
@measure α state growth; β error growth
@certificate no
-/
theorem residual_growth_contraction
    (α β : ℝ)
    (hβ : 0 ≤ β) (hαβ : β < α) :
    (β / α) ^ 2 < 1 := by
  have hα : 0 < α := hβ.trans_lt hαβ
  exact pow_lt_one₀ (div_nonneg hβ hα.le) ((div_lt_one hα).mpr hαβ) two_ne_zero

/-- **Theorem 9 (iff)**, after Theorem 9 of arXiv:2603.20991v1, §5.2: for `α > 0` the squared
ratio is below one exactly when `|β| < α`.

Not in the paper, which has one direction.

@mode runtime property
@measure α state growth; β error growth
@certificate no
-/
theorem residual_growth_contraction_iff
    (α β : ℝ)
    (hα : 0 < α) :
    (β / α) ^ 2 < 1 ↔ |β| < α := by
  first -- two routes: uncompiled
    | rw [div_pow, div_lt_one (pow_pos hα 2), sq_lt_sq, abs_of_pos hα]
    | rw [sq_lt_one_iff_abs_lt_one, abs_div, abs_of_pos hα, div_lt_one hα]

/-- **Theorem 10** of arXiv:2603.20991v1, §5.2: a square below a number, divided by that number, is
below one.

As printed in the paper: a fact about three reals, in which no hidden state and no ratio of errors
occurs. No sign is needed, since a number above a square is positive. `preln_contraction` says it of
the measured ratio.

@mode runtime property
@measure g gain; cosθ alignment; L lipschitz ratio
@certificate no
-/
theorem preln_contraction_sufficient
    (g cosθ L : ℝ)
    (hcond : (1 + L) ^ 2 < 1 + 2 * g * cosθ + g ^ 2) :
    (1 + L) ^ 2 / (1 + 2 * g * cosθ + g ^ 2) < 1 := by
  have hpos : 0 < 1 + 2 * g * cosθ + g ^ 2 := (sq_nonneg (1 + L)).trans_lt hcond
  exact (div_lt_one hpos).mpr hcond

end LivingInference
