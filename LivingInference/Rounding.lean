/-
Copyright (c) 2026 The Living Inference authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
Authors: The Living Inference authors
-/
import Mathlib.Data.Real.Basic
import Mathlib.Algebra.Order.Field.Basic
import Mathlib.Tactic.Linarith
import Mathlib.Tactic.Ring
import LivingInference.ForMathlib.RecursiveDot

/-!
# Inequalities checked with rounding errors

The theorems of the library are about real numbers, a program holds rounded ones. If the two sides
of an inequality are computed with errors of at most `a` and `b`, the check allows `a + b`, no more
and no less. The third theorem turns the growth of a rounding error through `m` operations into the
number `γ` of numerical analysis.

## Main results

* `runtime_check_complete`: a true inequality passes (F1).
* `runtime_violation_sound`: a failed check is a false inequality (F1').
* `one_add_pow_sub_one_le_gamma`: `(1 + u) ^ m - 1` is at most `m * u / (1 - m * u)` (F2).

## Implementation notes

Where `a` and `b` come from is not said here; for a dot product summed from left to right it is
`recursive_dot_error`, which is stated with an existential and therefore not exported.

## References

* arXiv:2603.20991v1, which says that its theorems "hold exactly in IEEE 754"
* N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, Lemma 3.1
-/

namespace LivingInference

/-- **Theorem F1**, on the claim of arXiv:2603.20991v1 that its theorems hold exactly in IEEE 754: a
true inequality passes the check that allows for the errors of both sides.

Not in the paper. `flhs` exceeds `lhs` by at most `a`, and `frhs` falls short of `rhs` by at most
`b`. The tolerance is needed in full: `lhs = rhs = 0`, `flhs = a`, `frhs = -b`.

@mode property
-/
theorem runtime_check_complete
    (lhs rhs flhs frhs a b : ℝ)
    (hl : |flhs - lhs| ≤ a) (hr : |frhs - rhs| ≤ b)
    (h : lhs ≤ rhs) :
    flhs ≤ frhs + (a + b) := by
  have hleft : flhs - lhs ≤ a := (abs_le.mp hl).2
  have hright : -b ≤ frhs - rhs := (abs_le.mp hr).1
  linarith

/-- **Theorem F1'**, on the claim of arXiv:2603.20991v1 that its theorems hold exactly in IEEE 754:
a check that fails by more than the errors of both sides refutes the inequality itself.

Not in the paper. The contrapositive of Theorem F1, and what makes a reported violation a real one.

@mode property
-/
theorem runtime_violation_sound
    (lhs rhs flhs frhs a b : ℝ)
    (hl : |flhs - lhs| ≤ a) (hr : |frhs - rhs| ≤ b)
    (h : frhs + (a + b) < flhs) :
    rhs < lhs := by
  have hleft : flhs - lhs ≤ a := (abs_le.mp hl).2
  have hright : -b ≤ frhs - rhs := (abs_le.mp hr).1
  linarith

/-- Growth over `k` operations against what is left of one, by induction: a further factor
`1 + u` gains less than the lost `u` costs. -/
private theorem one_add_pow_mul_le_one (u : ℝ) (k : ℕ) (hu : 0 ≤ u) :
    (1 + u) ^ k * (1 - (k : ℝ) * u) ≤ 1 := by
  induction k with
  | zero => simp
  | succ k ih =>
    have hcast : ((k + 1 : ℕ) : ℝ) = (k : ℝ) + 1 := Nat.cast_add_one k
    have hgrowth : 0 ≤ (1 + u) ^ k := pow_nonneg (add_nonneg zero_le_one hu) k
    have hsquare : 0 ≤ ((k : ℝ) + 1) * u ^ 2 :=
      mul_nonneg (add_nonneg (Nat.cast_nonneg k) zero_le_one) (sq_nonneg u)
    have hexpand : (1 + u) * (1 - ((k : ℝ) + 1) * u)
        = 1 - (k : ℝ) * u - ((k : ℝ) + 1) * u ^ 2 := by ring
    have hstep : (1 + u) * (1 - ((k : ℝ) + 1) * u) ≤ 1 - (k : ℝ) * u :=
      hexpand.trans_le (sub_le_self _ hsquare)
    calc (1 + u) ^ (k + 1) * (1 - ((k + 1 : ℕ) : ℝ) * u)
        = (1 + u) ^ k * ((1 + u) * (1 - ((k : ℝ) + 1) * u)) := by
          rw [hcast, pow_succ, mul_assoc]
      _ ≤ (1 + u) ^ k * (1 - (k : ℝ) * u) := mul_le_mul_of_nonneg_left hstep hgrowth
      _ ≤ 1 := ih

/-- **Theorem F2**, on the claim of arXiv:2603.20991v1 that its theorems hold exactly in IEEE 754:
`m` operations of relative error at most `u` together have a relative error of at most
`m * u / (1 - m * u)`.

Not in the paper; the `γ` of numerical analysis. By induction `(1 + u) ^ m * (1 - m * u) ≤ 1`, and
one divides. `m * u < 1` is needed: `m = 1`, `u = 2` gives `2 ≤ -2`. `0 ≤ u` too: `m = 2`, `u = -3`
gives `3 ≤ -6 / 7`.

@mode property
-/
theorem one_add_pow_sub_one_le_gamma
    (u : ℝ) (m : ℕ)
    (hu : 0 ≤ u) (hm : (m : ℝ) * u < 1) :
    (1 + u) ^ m - 1 ≤ (m : ℝ) * u / (1 - (m : ℝ) * u) := by
  have hpos : 0 < 1 - (m : ℝ) * u := sub_pos.mpr hm
  have hkey : (1 + u) ^ m * (1 - (m : ℝ) * u) ≤ 1 := one_add_pow_mul_le_one u m hu
  have hexpand : ((1 + u) ^ m - 1) * (1 - (m : ℝ) * u)
      = (1 + u) ^ m * (1 - (m : ℝ) * u) - (1 - (m : ℝ) * u) := sub_one_mul _ _
  rw [le_div_iff₀ hpos, hexpand]
  linarith

end LivingInference
