/-
Copyright (c) 2026 The Living Inference authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
Authors: The Living Inference authors
-/
import Mathlib.Data.Real.Basic
import Mathlib.Algebra.Order.BigOperators.Group.Finset
import Mathlib.Algebra.Order.Ring.Abs
import Mathlib.Tactic.Linarith
import Mathlib.Tactic.Ring

/-!
# The rounding error of a dot product

A dot product is summed from left to right in an arithmetic whose every product and every sum has a
relative error of at most `u`: the standard model, without underflow or overflow. The theorem bounds
the error of the sum by the sum of the absolute products. Another order of summation obeys another
bound, often a smaller one.

## Main results

* `recursive_dot_error`: the error after `n` terms is at most `(1 + u) ^ (n + 1) - 1` times the sum
  of the absolute products.

## References

* N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, §3.1
-/

namespace LivingInference

/-- One step of a rounded sum. `s` stands for the exact `S` with an error of at most
`(A - 1) * T`, where `T` bounds `|S|`; the rounded product `p` is added, and the sum rounded.
The new error is `(s - S) * (1 + η) + S * η + p * (δ + η + δ * η)`. -/
theorem rounded_add_error (s S T p u A δ η : ℝ)
    (hu : 0 ≤ u) (hδ : |δ| ≤ u) (hη : |η| ≤ u) (hA : 1 + u ≤ A)
    (hS : |S| ≤ T) (hs : |s - S| ≤ (A - 1) * T) :
    |(s + p * (1 + δ)) * (1 + η) - (S + p)| ≤ (A * (1 + u) - 1) * (T + |p|) := by
  have hsplit : (s + p * (1 + δ)) * (1 + η) - (S + p)
      = (s - S) * (1 + η) + S * η + p * (δ + η + δ * η) := by ring
  have hη1 : |1 + η| ≤ 1 + u := by
    have htriangle : |1 + η| ≤ |(1 : ℝ)| + |η| := abs_add_le 1 η
    rw [abs_one] at htriangle
    linarith
  have hold : |(s - S) * (1 + η)| ≤ (A - 1) * T * (1 + u) := by
    rw [abs_mul]
    exact mul_le_mul hs hη1 (abs_nonneg _) ((abs_nonneg _).trans hs)
  have hround : |S * η| ≤ T * u := by
    rw [abs_mul]
    exact mul_le_mul hS hη (abs_nonneg _) ((abs_nonneg _).trans hS)
  have hδη : |δ * η| ≤ u * u := by
    rw [abs_mul]
    exact mul_le_mul hδ hη (abs_nonneg _) hu
  have hgrowth : (1 + u) * (1 + u) ≤ A * (1 + u) :=
    mul_le_mul_of_nonneg_right hA (add_nonneg zero_le_one hu)
  have hfactor : |δ + η + δ * η| ≤ A * (1 + u) - 1 := by
    have houter : |δ + η + δ * η| ≤ |δ + η| + |δ * η| := abs_add_le (δ + η) (δ * η)
    have hinner : |δ + η| ≤ |δ| + |η| := abs_add_le δ η
    linarith
  have hnew : |p * (δ + η + δ * η)| ≤ |p| * (A * (1 + u) - 1) := by
    rw [abs_mul]
    exact mul_le_mul_of_nonneg_left hfactor (abs_nonneg p)
  have houter : |(s - S) * (1 + η) + S * η + p * (δ + η + δ * η)|
      ≤ |(s - S) * (1 + η) + S * η| + |p * (δ + η + δ * η)| := abs_add_le _ _
  have hinner : |(s - S) * (1 + η) + S * η| ≤ |(s - S) * (1 + η)| + |S * η| := abs_add_le _ _
  rw [hsplit]
  calc |(s - S) * (1 + η) + S * η + p * (δ + η + δ * η)|
      ≤ (A - 1) * T * (1 + u) + T * u + |p| * (A * (1 + u) - 1) := by linarith
    _ = (A * (1 + u) - 1) * (T + |p|) := by ring

/-- The rounding error of a dot product summed from left to right. `s k` is the computed sum of the
first `k` products; each step makes a relative error `δ` in the product and `η` in the sum. -/
theorem recursive_dot_error
    (x y s : ℕ → ℝ) (u : ℝ) (n : ℕ)
    (hu : 0 ≤ u) (h0 : s 0 = 0)
    (hs : ∀ k ∈ Finset.range n, ∃ δ η : ℝ, |δ| ≤ u ∧ |η| ≤ u ∧
      s (k + 1) = (s k + x k * y k * (1 + δ)) * (1 + η)) :
    |s n - ∑ k ∈ Finset.range n, x k * y k|
      ≤ ((1 + u) ^ (n + 1) - 1) * ∑ k ∈ Finset.range n, |x k * y k| := by
  induction n with
  | zero => simp [h0]
  | succ n ih =>
    obtain ⟨δ, η, hδ, hη, hstep⟩ := hs n (Finset.self_mem_range_succ n)
    have hprev : |s n - ∑ k ∈ Finset.range n, x k * y k|
        ≤ ((1 + u) ^ (n + 1) - 1) * ∑ k ∈ Finset.range n, |x k * y k| :=
      ih fun k hk =>
        hs k (Finset.mem_range.mpr ((Finset.mem_range.mp hk).trans (Nat.lt_succ_self n)))
    have hS : |∑ k ∈ Finset.range n, x k * y k| ≤ ∑ k ∈ Finset.range n, |x k * y k| :=
      Finset.abs_sum_le_sum_abs _ _
    have hA : 1 + u ≤ (1 + u) ^ (n + 1) :=
      le_self_pow₀ (le_add_of_nonneg_right hu) (Nat.succ_ne_zero n)
    have hsum : ∑ k ∈ Finset.range (n + 1), x k * y k
        = (∑ k ∈ Finset.range n, x k * y k) + x n * y n := Finset.sum_range_succ _ n
    have habs : ∑ k ∈ Finset.range (n + 1), |x k * y k|
        = (∑ k ∈ Finset.range n, |x k * y k|) + |x n * y n| := Finset.sum_range_succ _ n
    have hpow : (1 + u) ^ (n + 1 + 1) = (1 + u) ^ (n + 1) * (1 + u) := pow_succ (1 + u) (n + 1)
    rw [hstep, hsum, habs, hpow]
    exact rounded_add_error (s n) _ _ (x n * y n) u _ δ η hu hδ hη hA hS hprev

end LivingInference
