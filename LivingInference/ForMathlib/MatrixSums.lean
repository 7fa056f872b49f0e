/-
Copyright (c) 2026 The Living Inference authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
Authors: The Living Inference authors
-/
import Mathlib.Data.Matrix.Mul
import Mathlib.Data.Real.Basic
import Mathlib.Algebra.Order.BigOperators.Ring.Finset

/-!
# Sums of squares of a matrix times a vector

What the norms of `LivingInference.MatrixNorm` come down to, said of real matrices and of functions
on finite types, without any norm: for `W` and a vector `v`, the sum of the squares of `W v`,
against the Gram matrix, against the squares of the entries, and against row and column sums.

## Main results

* `sum_sq_mulVec_eq_gram`: `|W v|² = v · (WᵀW) v`.
* `sum_mul_mulVec`: `((A B) v)ᵢ = (A (B v))ᵢ`.
* `sum_sq_mulVec_le_frobenius`: `|W v|² ≤ (∑ Wᵢⱼ²) |v|²`.
* `sum_sq_mulVec_le_row_col`: `|W v|² ≤ R C |v|²` for absolute row sums at most `R` and absolute
  column sums at most `C` (the Schur test).
* `sum_sq_mul_le`: `∑ (A B)ᵢⱼ² ≤ (∑ Aᵢₖ²) (∑ Bₖⱼ²)`.
-/

open scoped Matrix

namespace LivingInference

/-- The squares of `W v` sum to `v · (WᵀW) v`: move one `W` to the other side. -/
theorem sum_sq_mulVec_eq_gram {m n : Type*} [Fintype m] [Fintype n]
    (W : Matrix m n ℝ) (v : n → ℝ) :
    ∑ i, (∑ j, W i j * v j) ^ 2 = ∑ j, v j * ∑ k, (Wᵀ * W) j k * v k := by
  have hmul : Wᵀ *ᵥ (W *ᵥ v) = (Wᵀ * W) *ᵥ v := Matrix.mulVec_mulVec v Wᵀ W
  have hmove : v ⬝ᵥ (Wᵀ *ᵥ (W *ᵥ v)) = (W *ᵥ v) ⬝ᵥ (W *ᵥ v) := by
    first -- two routes: uncompiled
      | exact Matrix.dotProduct_transpose_mulVec W v (W *ᵥ v)
      | rw [Matrix.dotProduct_mulVec, Matrix.vecMul_transpose]
  have hgram : (W *ᵥ v) ⬝ᵥ (W *ᵥ v) = v ⬝ᵥ ((Wᵀ * W) *ᵥ v) := by
    rw [← hmove, hmul]
  have hsums : ∑ i, (∑ j, W i j * v j) * (∑ j, W i j * v j)
      = ∑ j, v j * ∑ k, (Wᵀ * W) j k * v k := by
    first -- two routes: uncompiled
      | exact hgram
      | simpa only [dotProduct, Matrix.mulVec] using hgram
  calc ∑ i, (∑ j, W i j * v j) ^ 2
      = ∑ i, (∑ j, W i j * v j) * (∑ j, W i j * v j) :=
        Finset.sum_congr rfl fun i _ => sq (∑ j, W i j * v j)
    _ = ∑ j, v j * ∑ k, (Wᵀ * W) j k * v k := hsums

/-- A product of matrices applied to a vector. -/
theorem sum_mul_mulVec {m k n : Type*} [Fintype k] [Fintype n]
    (A : Matrix m k ℝ) (B : Matrix k n ℝ) (v : n → ℝ) (i : m) :
    ∑ j, (A * B) i j * v j = ∑ l, A i l * ∑ j, B l j * v j := by
  have hmul : A *ᵥ (B *ᵥ v) = (A * B) *ᵥ v := Matrix.mulVec_mulVec v A B
  have hentry : ((A * B) *ᵥ v) i = (A *ᵥ (B *ᵥ v)) i := (congrFun hmul i).symm
  first -- two routes: uncompiled
    | exact hentry
    | simpa only [dotProduct, Matrix.mulVec] using hentry

/-- Cauchy–Schwarz in every row. -/
theorem sum_sq_mulVec_le_frobenius {m n : Type*} [Fintype m] [Fintype n]
    (W : Matrix m n ℝ) (v : n → ℝ) :
    ∑ i, (∑ j, W i j * v j) ^ 2 ≤ (∑ i, ∑ j, W i j ^ 2) * ∑ j, v j ^ 2 := by
  have hrow : ∀ i, (∑ j, W i j * v j) ^ 2 ≤ (∑ j, W i j ^ 2) * ∑ j, v j ^ 2 := fun i =>
    Finset.sum_mul_sq_le_sq_mul_sq Finset.univ (fun j => W i j) v
  have hpull : (∑ i, ∑ j, W i j ^ 2) * ∑ j, v j ^ 2 = ∑ i, (∑ j, W i j ^ 2) * ∑ j, v j ^ 2 :=
    Finset.sum_mul Finset.univ (fun i => ∑ j, W i j ^ 2) (∑ j, v j ^ 2)
  calc ∑ i, (∑ j, W i j * v j) ^ 2
      ≤ ∑ i, (∑ j, W i j ^ 2) * ∑ j, v j ^ 2 := Finset.sum_le_sum fun i _ => hrow i
    _ = (∑ i, ∑ j, W i j ^ 2) * ∑ j, v j ^ 2 := hpull.symm

private theorem sq_mulVec_le_row {m n : Type*} [Fintype n]
    (W : Matrix m n ℝ) (v : n → ℝ) (R : ℝ) (i : m)
    (hrow : ∑ j, |W i j| ≤ R) :
    (∑ j, W i j * v j) ^ 2 ≤ R * ∑ j, |W i j| * v j ^ 2 := by
  have hweight : ∀ j, 0 ≤ |W i j| * v j ^ 2 := fun j =>
    mul_nonneg (abs_nonneg (W i j)) (sq_nonneg (v j))
  have hprod : ∀ j, (W i j * v j) ^ 2 ≤ |W i j| * (|W i j| * v j ^ 2) := fun j => by
    have habs : |W i j| * |W i j| = W i j * W i j := abs_mul_abs_self (W i j)
    have heq : (W i j * v j) ^ 2 = |W i j| * (|W i j| * v j ^ 2) := by
      rw [← mul_assoc, habs, mul_pow, sq (W i j)]
    exact heq.le
  have hcs : (∑ j, W i j * v j) ^ 2 ≤ (∑ j, |W i j|) * ∑ j, |W i j| * v j ^ 2 :=
    Finset.sum_sq_le_sum_mul_sum_of_sq_le_mul Finset.univ
      (fun j _ => abs_nonneg (W i j)) (fun j _ => hweight j) (fun j _ => hprod j)
  exact hcs.trans (mul_le_mul_of_nonneg_right hrow (Finset.sum_nonneg fun j _ => hweight j))

/-- The Schur test: Cauchy–Schwarz in every row with the weights `|W i j|`, then the sums change
places and each column sum is at most `C`. -/
theorem sum_sq_mulVec_le_row_col {m n : Type*} [Fintype m] [Fintype n]
    (W : Matrix m n ℝ) (v : n → ℝ) (R C : ℝ)
    (hR0 : 0 ≤ R)
    (hrow : ∀ i, ∑ j, |W i j| ≤ R)
    (hcol : ∀ j, ∑ i, |W i j| ≤ C) :
    ∑ i, (∑ j, W i j * v j) ^ 2 ≤ R * C * ∑ j, v j ^ 2 := by
  have hrows : ∑ i, (∑ j, W i j * v j) ^ 2 ≤ ∑ i, R * ∑ j, |W i j| * v j ^ 2 :=
    Finset.sum_le_sum fun i _ => sq_mulVec_le_row W v R i (hrow i)
  have hpull : R * ∑ i, ∑ j, |W i j| * v j ^ 2 = ∑ i, R * ∑ j, |W i j| * v j ^ 2 :=
    Finset.mul_sum Finset.univ (fun i => ∑ j, |W i j| * v j ^ 2) R
  have hswap : ∑ i, ∑ j, |W i j| * v j ^ 2 = ∑ j, ∑ i, |W i j| * v j ^ 2 := Finset.sum_comm
  have hcols : ∀ j, ∑ i, |W i j| * v j ^ 2 ≤ C * v j ^ 2 := fun j => by
    have hsum : (∑ i, |W i j|) * v j ^ 2 = ∑ i, |W i j| * v j ^ 2 :=
      Finset.sum_mul Finset.univ (fun i => |W i j|) (v j ^ 2)
    exact hsum.symm.trans_le (mul_le_mul_of_nonneg_right (hcol j) (sq_nonneg (v j)))
  have hsum : C * ∑ j, v j ^ 2 = ∑ j, C * v j ^ 2 :=
    Finset.mul_sum Finset.univ (fun j => v j ^ 2) C
  have hcolumns : ∑ i, ∑ j, |W i j| * v j ^ 2 ≤ C * ∑ j, v j ^ 2 := by
    rw [hswap, hsum]
    exact Finset.sum_le_sum fun j _ => hcols j
  calc ∑ i, (∑ j, W i j * v j) ^ 2 ≤ ∑ i, R * ∑ j, |W i j| * v j ^ 2 := hrows
    _ = R * ∑ i, ∑ j, |W i j| * v j ^ 2 := hpull.symm
    _ ≤ R * (C * ∑ j, v j ^ 2) := mul_le_mul_of_nonneg_left hcolumns hR0
    _ = R * C * ∑ j, v j ^ 2 := (mul_assoc R C (∑ j, v j ^ 2)).symm

/-- The squares of the entries of a product: Cauchy–Schwarz in every entry. -/
theorem sum_sq_mul_le {m k n : Type*} [Fintype m] [Fintype k] [Fintype n]
    (A : Matrix m k ℝ) (B : Matrix k n ℝ) :
    ∑ i, ∑ j, (A * B) i j ^ 2 ≤ (∑ i, ∑ l, A i l ^ 2) * ∑ l, ∑ j, B l j ^ 2 := by
  have hentry : ∀ i j, (A * B) i j ^ 2 ≤ (∑ l, A i l ^ 2) * ∑ l, B l j ^ 2 := fun i j => by
    have hcs : (∑ l, A i l * B l j) ^ 2 ≤ (∑ l, A i l ^ 2) * ∑ l, B l j ^ 2 :=
      Finset.sum_mul_sq_le_sq_mul_sq Finset.univ (fun l => A i l) fun l => B l j
    first -- two routes: uncompiled
      | exact hcs
      | rw [Matrix.mul_apply]; exact hcs
  have hswap : ∑ j, ∑ l, B l j ^ 2 = ∑ l, ∑ j, B l j ^ 2 := Finset.sum_comm
  have hrow : ∀ i, ∑ j, (A * B) i j ^ 2 ≤ (∑ l, A i l ^ 2) * ∑ l, ∑ j, B l j ^ 2 := fun i => by
    have hpull : (∑ l, A i l ^ 2) * ∑ j, ∑ l, B l j ^ 2
        = ∑ j, (∑ l, A i l ^ 2) * ∑ l, B l j ^ 2 :=
      Finset.mul_sum Finset.univ (fun j => ∑ l, B l j ^ 2) (∑ l, A i l ^ 2)
    rw [← hswap, hpull]
    exact Finset.sum_le_sum fun j _ => hentry i j
  have hpull : (∑ i, ∑ l, A i l ^ 2) * ∑ l, ∑ j, B l j ^ 2
      = ∑ i, (∑ l, A i l ^ 2) * ∑ l, ∑ j, B l j ^ 2 :=
    Finset.sum_mul Finset.univ (fun i => ∑ l, A i l ^ 2) (∑ l, ∑ j, B l j ^ 2)
  rw [hpull]
  exact Finset.sum_le_sum fun i _ => hrow i

end LivingInference
