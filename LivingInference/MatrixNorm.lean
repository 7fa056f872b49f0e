/-
Copyright (c) 2026 The Living Inference authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
Authors: The Living Inference authors
-/
import Mathlib.Analysis.CStarAlgebra.Matrix
import Mathlib.Analysis.Real.Sqrt
import Mathlib.Tactic.Ring
import LivingInference.Bounds
import LivingInference.ForMathlib.MatrixSums
import LivingInference.ForMathlib.OpNorm

/-!
# Matrices as linear maps, and bounds on their norms

A weight `W : Matrix m n ℝ` is stored with one row per output, as in `torch.nn.Linear`, and acts on
`EuclideanSpace ℝ n`, whose norm is the root of the sum of squares. `‖W‖` is the norm of that map,
the largest singular value. The first part says the theorems of `LivingInference.Bounds` of stored
matrices; the second bounds `‖W‖` by numbers that a program can compute.

## Main results

* `linMap`, `linMap_apply`, `linMap_add`, `norm_linMap`: a matrix as a map (M0).
* `matrix_retrieval_bound`, `matrix_sparse_activation_bound`, `matrix_composition_bound_dropped`:
  Theorems 1, 2 and 4c said of matrices (M1, M2, M4c).
* `euclidean_norm_sq`: what the norm of a vector is (N0).
* `l2_opNorm_le_frobenius`, `l2_opNorm_le_sqrt_row_col`, `l2_opNorm_sq_le_gram`: upper ends from
  the entries, from row and column sums, from the Gram matrix (N1, N2, N3).
* `ratio_le_l2_opNorm`: a lower end from any vector (N4).
* `l2_opNorm_sq_le_completed_gram`: the certificate of a Cholesky factorisation (N5).
* `l2_opNorm_sq_eq_gram`, `l2_opNorm_transpose`: the Gram matrix of either side (N6, N8).
* `factored_gram_error`: a product of two factors, one of them replaced (N7).
* `frobenius_mul_sq_le`: the entries of a product, for the rounding of a computed one (N9).

## Implementation notes

No theorem here knows of rounding: they speak of the real matrix. What the program adds for its own
arithmetic is in `pybridge.runtime.norms`, beside the name of the theorem. `‖linMap G‖` is written
instead of `‖G‖` for a square `G`, where Mathlib has two instances of the norm, equal but not
syntactically so.

## References

* arXiv:2603.20991v1, §2
-/

open scoped Matrix Matrix.Norms.L2Operator

namespace LivingInference

/-- The map `x ↦ W x` between Euclidean spaces that the matrix `W` describes. -/
noncomputable def linMap {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) : EuclideanSpace ℝ n →L[ℝ] EuclideanSpace ℝ m :=
  LinearMap.toContinuousLinearMap (Matrix.toEuclideanLin (𝕜 := ℝ) W)

/-- **Theorem M0 (apply)**: entry `i` of `W x` is the sum of `W i j * x j`.

Not in the paper; it says that `linMap` is multiplication by the stored matrix.

@mode property
@certificate no
-/
theorem linMap_apply {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) (x : EuclideanSpace ℝ n) (i : m) :
    (linMap W x) i = ∑ j, W i j * x j := by
  first -- two routes: uncompiled
    | exact Matrix.mulVec_apply_eq_sum W x.ofLp i
    | rfl
    | simp [linMap, Matrix.toLpLin_apply, Matrix.mulVec, dotProduct]

private theorem linMap_add_entry {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (A B : Matrix m n ℝ) (x : EuclideanSpace ℝ n) (i : m) :
    (linMap (A + B) x) i = (linMap A x) i + (linMap B x) i := by
  have hterm : ∀ j, (A + B) i j * x j = A i j * x j + B i j * x j := fun j => by
    first -- two routes: uncompiled
      | exact add_mul (A i j) (B i j) (x j)
      | rw [Matrix.add_apply, add_mul]
  have hsum : ∑ j, (A i j * x j + B i j * x j) = (∑ j, A i j * x j) + ∑ j, B i j * x j :=
    Finset.sum_add_distrib
  calc (linMap (A + B) x) i = ∑ j, (A + B) i j * x j := linMap_apply (A + B) x i
    _ = ∑ j, (A i j * x j + B i j * x j) := Finset.sum_congr rfl fun j _ => hterm j
    _ = (∑ j, A i j * x j) + ∑ j, B i j * x j := hsum
    _ = (linMap A x) i + (linMap B x) i := by rw [linMap_apply A x i, linMap_apply B x i]

private theorem linMap_add_vec {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (A B : Matrix m n ℝ) (x : EuclideanSpace ℝ n) :
    linMap (A + B) x = linMap A x + linMap B x := by
  first -- two routes: uncompiled
    | exact PiLp.ext fun i => linMap_add_entry A B x i
    | exact PiLp.ext fun i => (linMap_add_entry A B x i).trans (PiLp.add_apply _ _ _ i).symm
    | (ext i; rw [PiLp.add_apply]; exact linMap_add_entry A B x i)

/-- **Theorem M0 (add)**: the map of a sum of matrices is the sum of their maps.

Not in the paper; it carries a splitting of a stored matrix to a splitting of the map.

@mode property
@certificate no
-/
theorem linMap_add {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (A B : Matrix m n ℝ) :
    linMap (A + B) = linMap A + linMap B := by
  first -- two routes: uncompiled
    | exact ContinuousLinearMap.ext fun x => linMap_add_vec A B x
    | (simp only [linMap, map_add]; done)
    | exact map_add ((Matrix.toEuclideanLin (𝕜 := ℝ) (m := m) (n := n)).trans
        LinearMap.toContinuousLinearMap) A B

/-- **Theorem M0 (norm)**: the norm of a matrix is the norm of its map.

Not in the paper. By definition: the norm of a matrix is the operator norm on Euclidean spaces.

@mode property
@certificate no
-/
theorem norm_linMap {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) :
    ‖linMap W‖ = ‖W‖ := by
  first -- two routes: uncompiled
    | exact (Matrix.l2_opNorm_def W).symm
    | (simp only [linMap]; exact (Matrix.l2_opNorm_def (𝕜 := ℝ) W).symm)
    | rfl

/-- **Theorem M1**, Theorem 1 of arXiv:2603.20991v1, §2.1, said of a stored matrix: reusing the
output cached for an input `xc` within distance `δ` of `x` costs at most `‖W‖ * δ`.

As in the paper. The norm is the largest singular value; the entrywise maximum in its place would
make the theorem false: `[1 1]` maps `(1, 1)` to `2`, and `√2 < 2`.

@mode runtime property
@measure W weight; x activation; xc cached activation
@upper ‖W‖
@certificate yes
-/
theorem matrix_retrieval_bound {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) (x xc : EuclideanSpace ℝ n) (δ : ℝ)
    (hδ : ‖x - xc‖ ≤ δ) :
    ‖linMap W x - linMap W xc‖ ≤ ‖W‖ * δ := by
  have hmap : ‖linMap W x - linMap W xc‖ ≤ ‖linMap W‖ * δ :=
    retrieval_bound (E := EuclideanSpace ℝ n) (F := EuclideanSpace ℝ m) (linMap W) x xc δ hδ
  calc ‖linMap W x - linMap W xc‖ ≤ ‖linMap W‖ * δ := hmap
    _ = ‖W‖ * δ := by rw [norm_linMap W]

/-- **Theorem M2**, Theorem 2 of arXiv:2603.20991v1, §2.2, said of stored matrices: running the
sparse part `S` of `W` costs at most the norm of what was dropped times `‖x‖`.

As in the paper, where `S` keeps the largest entries; it holds for any splitting. `R` must be the
whole remainder: `W = 1`, `S = 0`, `R = 0`, `x = 1` gives `1 ≤ 0`.

@mode runtime property
@measure W weight; S sparse weight; x activation
@upper ‖R‖
@certificate yes
-/
theorem matrix_sparse_activation_bound {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W S R : Matrix m n ℝ) (x : EuclideanSpace ℝ n)
    (hW : W = S + R) :
    ‖linMap W x - linMap S x‖ ≤ ‖R‖ * ‖x‖ := by
  have hsum : linMap W x = linMap S x + linMap R x := by
    rw [hW]
    exact linMap_add_vec S R x
  have hrest : linMap W x - linMap S x = linMap R x := by
    first -- two routes: uncompiled
      | exact sub_eq_of_eq_add' hsum
      | rw [hsum, add_sub_cancel_left]
  have hbound : ‖linMap R x‖ ≤ ‖linMap R‖ * ‖x‖ := (linMap R).le_opNorm x
  calc ‖linMap W x - linMap S x‖ = ‖linMap R x‖ := by rw [hrest]
    _ ≤ ‖linMap R‖ * ‖x‖ := hbound
    _ = ‖R‖ * ‖x‖ := by rw [norm_linMap R]

/-- **Theorem M4c**, Theorem 4c said of stored matrices: with the low-rank part `A` read from the
cache and the residual `R` dropped, what was left out, `D + R`, acts on the whole input.

Not in the paper. This is what a pruned, low-rank, cached layer runs. It is M2 for the splitting
`W = A + (D + R)` and M1 for `A`, by the triangle inequality at `A x`.

@mode runtime property
@measure W weight; S sparse weight; A low-rank weight; x activation; xc cached activation
@upper ‖A‖
@upper ‖D + R‖
@certificate yes
-/
theorem matrix_composition_bound_dropped {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W S R A D : Matrix m n ℝ) (x xc : EuclideanSpace ℝ n) (δ : ℝ)
    (hW : W = S + R) (hS : S = A + D)
    (hδ : ‖x - xc‖ ≤ δ) :
    ‖linMap W x - linMap A xc‖ ≤ ‖A‖ * δ + ‖D + R‖ * ‖x‖ := by
  have hsplit : W = A + (D + R) := by
    have hassoc : A + D + R = A + (D + R) := add_assoc A D R
    rw [hW, hS, hassoc]
  have hleft : ‖linMap W x - linMap A x‖ ≤ ‖D + R‖ * ‖x‖ :=
    matrix_sparse_activation_bound W A (D + R) x hsplit
  have hcache : ‖linMap A x - linMap A xc‖ ≤ ‖A‖ * δ := matrix_retrieval_bound A x xc δ hδ
  have hsub : linMap W x - linMap A xc
      = (linMap W x - linMap A x) + (linMap A x - linMap A xc) :=
    (sub_add_sub_cancel (linMap W x) (linMap A x) (linMap A xc)).symm
  calc ‖linMap W x - linMap A xc‖
      = ‖(linMap W x - linMap A x) + (linMap A x - linMap A xc)‖ := by rw [hsub]
    _ ≤ ‖linMap W x - linMap A x‖ + ‖linMap A x - linMap A xc‖ := norm_add_le _ _
    _ ≤ ‖D + R‖ * ‖x‖ + ‖A‖ * δ := add_le_add hleft hcache
    _ = ‖A‖ * δ + ‖D + R‖ * ‖x‖ := add_comm _ _

/-- **Theorem N0**: the squared norm of a vector is the sum of the squares of its entries.

Not in the paper. It ties the norms that a program sums to the norm in the statements.

@mode property
@certificate no
-/
theorem euclidean_norm_sq {n : Type*} [Fintype n]
    (x : EuclideanSpace ℝ n) :
    ‖x‖ ^ 2 = ∑ j, x j ^ 2 :=
  EuclideanSpace.real_norm_sq_eq x

private theorem norm_linMap_sq {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) (x : EuclideanSpace ℝ n) :
    ‖linMap W x‖ ^ 2 = ∑ i, (∑ j, W i j * x j) ^ 2 := by
  have hentry : ∀ i, (linMap W x) i ^ 2 = (∑ j, W i j * x j) ^ 2 := fun i => by
    rw [linMap_apply W x i]
  calc ‖linMap W x‖ ^ 2 = ∑ i, (linMap W x) i ^ 2 := euclidean_norm_sq (linMap W x)
    _ = ∑ i, (∑ j, W i j * x j) ^ 2 := Finset.sum_congr rfl fun i _ => hentry i

private theorem l2_opNorm_le_sqrt {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) (c : ℝ)
    (hc : 0 ≤ c) (hW : ∀ x : EuclideanSpace ℝ n, ‖linMap W x‖ ^ 2 ≤ c * ‖x‖ ^ 2) :
    ‖W‖ ≤ Real.sqrt c := by
  have hmap : ‖linMap W‖ ≤ Real.sqrt c :=
    opNorm_le_sqrt (E := EuclideanSpace ℝ n) (F := EuclideanSpace ℝ m) (linMap W) c hc hW
  exact (norm_linMap W).symm.trans_le hmap

private theorem l2_opNorm_sq_le {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) (c : ℝ)
    (hc : 0 ≤ c) (hW : ∀ x : EuclideanSpace ℝ n, ‖linMap W x‖ ^ 2 ≤ c * ‖x‖ ^ 2) :
    ‖W‖ ^ 2 ≤ c := by
  have hmap : ‖linMap W‖ ^ 2 ≤ c :=
    opNorm_sq_le (E := EuclideanSpace ℝ n) (F := EuclideanSpace ℝ m) (linMap W) c hc hW
  rw [norm_linMap W] at hmap
  exact hmap

/-- **Theorem N1**: the norm of a matrix is at most the root of the sum of the squares of its
entries, its Frobenius norm.

Not in the paper. Cauchy–Schwarz in every row: `(W x) i ^ 2 ≤ (∑ j, W i j ^ 2) * ‖x‖ ^ 2`. Equal for
rank one; for the identity of size `n` too large by the factor `√n`.

@mode property
@certificate no
-/
theorem l2_opNorm_le_frobenius {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) :
    ‖W‖ ≤ Real.sqrt (∑ i, ∑ j, W i j ^ 2) := by
  have hpos : 0 ≤ ∑ i, ∑ j, W i j ^ 2 :=
    Finset.sum_nonneg fun i _ => Finset.sum_nonneg fun j _ => sq_nonneg (W i j)
  refine l2_opNorm_le_sqrt W (∑ i, ∑ j, W i j ^ 2) hpos fun x => ?_
  rw [norm_linMap_sq W x, euclidean_norm_sq x]
  exact sum_sq_mulVec_le_frobenius W x.ofLp

/-- **Theorem N2** (Schur test): absolute row sums at most `R` and absolute column sums at most `C`
bound the norm by `√(R * C)`.

Not in the paper. Cauchy–Schwarz in every row with the weights `|W i j|`, then the order of
summation changes. `0 ≤ R` and `0 ≤ C` are guards: with a row and a column they follow, without
one `‖W‖ = 0`. The others are needed: a row of `n` ones has norm `√n` and column sums `1`, a
column of them row sums `1`.

@mode property
@certificate no
-/
theorem l2_opNorm_le_sqrt_row_col {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) (R C : ℝ)
    (hR0 : 0 ≤ R) (hC0 : 0 ≤ C)
    (hrow : ∀ i, ∑ j, |W i j| ≤ R)
    (hcol : ∀ j, ∑ i, |W i j| ≤ C) :
    ‖W‖ ≤ Real.sqrt (R * C) := by
  refine l2_opNorm_le_sqrt W (R * C) (mul_nonneg hR0 hC0) fun x => ?_
  rw [norm_linMap_sq W x, euclidean_norm_sq x]
  exact sum_sq_mulVec_le_row_col W x.ofLp R C hR0 hrow hcol

private theorem conjTranspose_eq_transpose {m n : Type*} (W : Matrix m n ℝ) : Wᴴ = Wᵀ := by
  first -- two routes: uncompiled
    | exact Matrix.conjTranspose_eq_transpose_of_trivial W
    | exact Matrix.ext fun i j => rfl

/-- **Theorem N6**: the squared norm of a matrix is the norm of its Gram matrix.

Not in the paper. `‖W x‖² = ⟨x, WᵀW x⟩ ≤ ‖WᵀW‖ ‖x‖²` is one half, `‖WᵀW‖ ≤ ‖Wᵀ‖ ‖W‖` the other. So
bounds of the Gram matrix are bounds of `W`, and the Gram matrix may be squared again.

@mode property
@certificate no
-/
theorem l2_opNorm_sq_eq_gram {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) :
    ‖W‖ ^ 2 = ‖linMap (Wᵀ * W)‖ := by
  have hstar : Wᴴ = Wᵀ := conjTranspose_eq_transpose W
  have hgram : ‖linMap (Wᵀ * W)‖ = ‖W‖ * ‖W‖ := by
    first -- two routes: uncompiled
      | rw [← hstar]
        exact (norm_linMap (Wᴴ * W)).trans (Matrix.l2_opNorm_conjTranspose_mul_self W)
      | exact (norm_linMap (Wᵀ * W)).trans (Matrix.l2_opNorm_conjTranspose_mul_self W)
      | (have h := Matrix.l2_opNorm_conjTranspose_mul_self W
         rw [Matrix.conjTranspose_eq_transpose_of_trivial] at h
         exact (norm_linMap (Wᵀ * W)).trans h)
  exact (sq ‖W‖).trans hgram.symm

/-- **Theorem N3**: the squared norm of a matrix is at most the Frobenius norm of its Gram matrix.

Not in the paper. N6, then N1 for the Gram matrix. Never worse than N1 (by N9), and for a matrix
with `r` equal singular values it is too large by `√r` in the square, where N1 is by `r`.

@mode property
@certificate no
-/
theorem l2_opNorm_sq_le_gram {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) :
    ‖W‖ ^ 2 ≤ Real.sqrt (∑ i, ∑ j, (Wᵀ * W) i j ^ 2) := by
  have hgram : ‖W‖ ^ 2 = ‖linMap (Wᵀ * W)‖ := l2_opNorm_sq_eq_gram W
  exact hgram.trans_le
    ((norm_linMap (Wᵀ * W)).trans_le (l2_opNorm_le_frobenius (Wᵀ * W)))

/-- **Theorem N4**: the quotient `‖W x‖ / ‖x‖` is at most the norm, whatever the vector.

Not in the paper, which reports such quotients after some steps of power iteration as norms. They
are *lower* ends: put in the place of a norm on the right of a bound, they make false violations.
`x = 0` is allowed: by total division the left side is `0`.

@mode runtime property
@measure W weight; x activation
@upper ‖W‖
@certificate no
-/
theorem ratio_le_l2_opNorm {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) (x : EuclideanSpace ℝ n) :
    ‖linMap W x‖ / ‖x‖ ≤ ‖W‖ := by
  have hratio : ‖linMap W x‖ / ‖x‖ ≤ ‖linMap W‖ := (linMap W).ratio_le_opNorm x
  exact hratio.trans_eq (norm_linMap W)

private theorem norm_linMap_sq_eq_gram {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) (x : EuclideanSpace ℝ n) :
    ‖linMap W x‖ ^ 2 = ∑ j, x j * (linMap (Wᵀ * W) x) j := by
  have hentry : ∀ j, x j * ∑ k, (Wᵀ * W) j k * x k = x j * (linMap (Wᵀ * W) x) j := fun j => by
    rw [linMap_apply (Wᵀ * W) x j]
  calc ‖linMap W x‖ ^ 2 = ∑ i, (∑ j, W i j * x j) ^ 2 := norm_linMap_sq W x
    _ = ∑ j, x j * ∑ k, (Wᵀ * W) j k * x k := sum_sq_mulVec_eq_gram W x.ofLp
    _ = ∑ j, x j * (linMap (Wᵀ * W) x) j := Finset.sum_congr rfl fun j _ => hentry j

private theorem quadratic_add {n : Type*} [Fintype n] [DecidableEq n]
    (A B : Matrix n n ℝ) (x : EuclideanSpace ℝ n) :
    ∑ j, x j * (linMap (A + B) x) j
      = (∑ j, x j * (linMap A x) j) + ∑ j, x j * (linMap B x) j := by
  have hentry : ∀ j, x j * (linMap (A + B) x) j
      = x j * (linMap A x) j + x j * (linMap B x) j := fun j => by
    have hadd : (linMap (A + B) x) j = (linMap A x) j + (linMap B x) j := linMap_add_entry A B x j
    rw [hadd, mul_add]
  calc ∑ j, x j * (linMap (A + B) x) j
      = ∑ j, (x j * (linMap A x) j + x j * (linMap B x) j) :=
        Finset.sum_congr rfl fun j _ => hentry j
    _ = (∑ j, x j * (linMap A x) j) + ∑ j, x j * (linMap B x) j := Finset.sum_add_distrib

private theorem abs_quadratic_le {n : Type*} [Fintype n] [DecidableEq n]
    (D : Matrix n n ℝ) (x : EuclideanSpace ℝ n) :
    |∑ j, x j * (linMap D x) j| ≤ ‖linMap D‖ * ‖x‖ ^ 2 := by
  have hcs : (∑ j, x j * (linMap D x) j) ^ 2 ≤ (∑ j, x j ^ 2) * ∑ j, (linMap D x) j ^ 2 :=
    Finset.sum_mul_sq_le_sq_mul_sq Finset.univ (fun j => x j) fun j => (linMap D x) j
  have hsq : (∑ j, x j * (linMap D x) j) ^ 2 ≤ (‖x‖ * ‖linMap D x‖) ^ 2 := by
    rw [mul_pow ‖x‖ ‖linMap D x‖ 2, euclidean_norm_sq x, euclidean_norm_sq (linMap D x)]
    exact hcs
  have habs : |∑ j, x j * (linMap D x) j| ≤ ‖x‖ * ‖linMap D x‖ :=
    abs_le_of_sq_le_sq hsq (mul_nonneg (norm_nonneg x) (norm_nonneg (linMap D x)))
  calc |∑ j, x j * (linMap D x) j| ≤ ‖x‖ * ‖linMap D x‖ := habs
    _ ≤ ‖x‖ * (‖linMap D‖ * ‖x‖) :=
        mul_le_mul_of_nonneg_left ((linMap D).le_opNorm x) (norm_nonneg x)
    _ = ‖linMap D‖ * ‖x‖ ^ 2 := by ring

/-- **Theorem N5** (Cholesky certificate): whatever `R` is added, the norm of `WᵀW + RᵀR` bounds
the square of the norm of `W`.

Not in the paper. `‖W x‖² ≤ ‖W x‖² + ‖R x‖² = ⟨x, (WᵀW + RᵀR) x⟩`. A Cholesky factorisation of
`λI - WᵀW` that runs to its end gives an `R` with `WᵀW + RᵀR = λI + Δ`, hence `‖W‖² ≤ λ + ‖Δ‖`.

@mode property
@certificate no
-/
theorem l2_opNorm_sq_le_completed_gram {k m n : Type*} [Fintype k] [Fintype m] [Fintype n]
    [DecidableEq n]
    (W : Matrix m n ℝ) (R : Matrix k n ℝ) :
    ‖W‖ ^ 2 ≤ ‖linMap (Wᵀ * W + Rᵀ * R)‖ := by
  have hpoint : ∀ x : EuclideanSpace ℝ n,
      ‖linMap W x‖ ^ 2 ≤ ‖linMap (Wᵀ * W + Rᵀ * R)‖ * ‖x‖ ^ 2 := fun x => by
    have hW : ‖linMap W x‖ ^ 2 = ∑ j, x j * (linMap (Wᵀ * W) x) j := norm_linMap_sq_eq_gram W x
    have hR : ‖linMap R x‖ ^ 2 = ∑ j, x j * (linMap (Rᵀ * R) x) j := norm_linMap_sq_eq_gram R x
    calc ‖linMap W x‖ ^ 2 ≤ ‖linMap W x‖ ^ 2 + ‖linMap R x‖ ^ 2 :=
          le_add_of_nonneg_right (sq_nonneg ‖linMap R x‖)
      _ = (∑ j, x j * (linMap (Wᵀ * W) x) j) + ∑ j, x j * (linMap (Rᵀ * R) x) j := by rw [hW, hR]
      _ = ∑ j, x j * (linMap (Wᵀ * W + Rᵀ * R) x) j :=
          (quadratic_add (Wᵀ * W) (Rᵀ * R) x).symm
      _ ≤ |∑ j, x j * (linMap (Wᵀ * W + Rᵀ * R) x) j| := le_abs_self _
      _ ≤ ‖linMap (Wᵀ * W + Rᵀ * R)‖ * ‖x‖ ^ 2 := abs_quadratic_le (Wᵀ * W + Rᵀ * R) x
  exact l2_opNorm_sq_le W ‖linMap (Wᵀ * W + Rᵀ * R)‖ (norm_nonneg _) hpoint

private theorem norm_linMap_sq_le {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n]
    (W : Matrix m n ℝ) (x : EuclideanSpace ℝ n) :
    ‖linMap W x‖ ^ 2 ≤ ‖W‖ ^ 2 * ‖x‖ ^ 2 := by
  have happly : ‖linMap W x‖ ^ 2 ≤ ‖linMap W‖ ^ 2 * ‖x‖ ^ 2 :=
    norm_apply_sq_le (E := EuclideanSpace ℝ n) (F := EuclideanSpace ℝ m) (linMap W) x
  rw [norm_linMap W] at happly
  exact happly

private theorem linMap_mul_vec {m k n : Type*} [Fintype m] [Fintype k] [Fintype n]
    [DecidableEq k] [DecidableEq n]
    (A : Matrix m k ℝ) (B : Matrix k n ℝ) (x : EuclideanSpace ℝ n) :
    linMap (A * B) x = linMap A (linMap B x) := by
  have hinner : ∀ i l, A i l * ∑ j, B l j * x j = A i l * (linMap B x) l := fun i l => by
    rw [linMap_apply B x l]
  have hentry : ∀ i, (linMap (A * B) x) i = (linMap A (linMap B x)) i := fun i =>
    calc (linMap (A * B) x) i = ∑ j, (A * B) i j * x j := linMap_apply (A * B) x i
      _ = ∑ l, A i l * ∑ j, B l j * x j := sum_mul_mulVec A B x.ofLp i
      _ = ∑ l, A i l * (linMap B x) l := Finset.sum_congr rfl fun l _ => hinner i l
      _ = (linMap A (linMap B x)) i := (linMap_apply A (linMap B x) i).symm
  exact PiLp.ext hentry

private theorem factored_difference_le {m l k n : Type*} [Fintype m] [Fintype l] [Fintype k]
    [Fintype n] [DecidableEq k] [DecidableEq n]
    (U : Matrix m k ℝ) (R : Matrix l k ℝ) (V : Matrix k n ℝ) (x : EuclideanSpace ℝ n) :
    |‖linMap (U * V) x‖ ^ 2 - ‖linMap (R * V) x‖ ^ 2|
      ≤ ‖linMap (Uᵀ * U - Rᵀ * R)‖ * ‖V‖ ^ 2 * ‖x‖ ^ 2 := by
  have hU : ‖linMap (U * V) x‖ ^ 2
      = ∑ j, (linMap V x) j * (linMap (Uᵀ * U) (linMap V x)) j := by
    rw [linMap_mul_vec U V x]
    exact norm_linMap_sq_eq_gram U (linMap V x)
  have hR : ‖linMap (R * V) x‖ ^ 2
      = ∑ j, (linMap V x) j * (linMap (Rᵀ * R) (linMap V x)) j := by
    rw [linMap_mul_vec R V x]
    exact norm_linMap_sq_eq_gram R (linMap V x)
  have hcancel : Uᵀ * U - Rᵀ * R + Rᵀ * R = Uᵀ * U := sub_add_cancel (Uᵀ * U) (Rᵀ * R)
  have hadd := quadratic_add (Uᵀ * U - Rᵀ * R) (Rᵀ * R) (linMap V x)
  rw [hcancel] at hadd
  have hdiff : ‖linMap (U * V) x‖ ^ 2 - ‖linMap (R * V) x‖ ^ 2
      = ∑ j, (linMap V x) j * (linMap (Uᵀ * U - Rᵀ * R) (linMap V x)) j := by
    rw [hU, hR, hadd, add_sub_cancel_right]
  have hV : ‖linMap V x‖ ^ 2 ≤ ‖V‖ ^ 2 * ‖x‖ ^ 2 := norm_linMap_sq_le V x
  calc |‖linMap (U * V) x‖ ^ 2 - ‖linMap (R * V) x‖ ^ 2|
      = |∑ j, (linMap V x) j * (linMap (Uᵀ * U - Rᵀ * R) (linMap V x)) j| := by rw [hdiff]
    _ ≤ ‖linMap (Uᵀ * U - Rᵀ * R)‖ * ‖linMap V x‖ ^ 2 :=
        abs_quadratic_le (Uᵀ * U - Rᵀ * R) (linMap V x)
    _ ≤ ‖linMap (Uᵀ * U - Rᵀ * R)‖ * (‖V‖ ^ 2 * ‖x‖ ^ 2) :=
        mul_le_mul_of_nonneg_left hV (norm_nonneg _)
    _ = ‖linMap (Uᵀ * U - Rᵀ * R)‖ * ‖V‖ ^ 2 * ‖x‖ ^ 2 := (mul_assoc _ _ _).symm

private theorem l2_opNorm_sq_le_add {m l n : Type*} [Fintype m] [Fintype l] [Fintype n]
    [DecidableEq n]
    (A : Matrix m n ℝ) (B : Matrix l n ℝ) (d : ℝ)
    (hd : 0 ≤ d)
    (hAB : ∀ x : EuclideanSpace ℝ n,
      |‖linMap A x‖ ^ 2 - ‖linMap B x‖ ^ 2| ≤ d * ‖x‖ ^ 2) :
    ‖A‖ ^ 2 ≤ ‖B‖ ^ 2 + d := by
  have hpoint : ∀ x : EuclideanSpace ℝ n, ‖linMap A x‖ ^ 2 ≤ (‖B‖ ^ 2 + d) * ‖x‖ ^ 2 := fun x => by
    have hB : ‖linMap B x‖ ^ 2 ≤ ‖B‖ ^ 2 * ‖x‖ ^ 2 := norm_linMap_sq_le B x
    have hsub : ‖linMap A x‖ ^ 2 - ‖linMap B x‖ ^ 2 ≤ d * ‖x‖ ^ 2 :=
      (le_abs_self _).trans (hAB x)
    calc ‖linMap A x‖ ^ 2 ≤ ‖linMap B x‖ ^ 2 + d * ‖x‖ ^ 2 := sub_le_iff_le_add'.mp hsub
      _ ≤ ‖B‖ ^ 2 * ‖x‖ ^ 2 + d * ‖x‖ ^ 2 := add_le_add hB le_rfl
      _ = (‖B‖ ^ 2 + d) * ‖x‖ ^ 2 := (add_mul (‖B‖ ^ 2) d (‖x‖ ^ 2)).symm
  exact l2_opNorm_sq_le A (‖B‖ ^ 2 + d) (add_nonneg (sq_nonneg ‖B‖) hd) hpoint

/-- **Theorem N7**: in a product `U * V` the left factor may be replaced by any `R`; the squared
norm moves by at most the norm of the difference of the Gram matrices times `‖V‖²`.

Not in the paper. `‖U V x‖² - ‖R V x‖² = ⟨V x, (UᵀU - RᵀR) V x⟩`. With `R` the triangular factor of
`U`, the difference is rounding only, and `R * V` has few rows.

@mode property
@certificate no
-/
theorem factored_gram_error {m l k n : Type*} [Fintype m] [Fintype l] [Fintype k] [Fintype n]
    [DecidableEq k] [DecidableEq n]
    (U : Matrix m k ℝ) (R : Matrix l k ℝ) (V : Matrix k n ℝ) :
    |‖U * V‖ ^ 2 - ‖R * V‖ ^ 2| ≤ ‖linMap (Uᵀ * U - Rᵀ * R)‖ * ‖V‖ ^ 2 := by
  have hd : 0 ≤ ‖linMap (Uᵀ * U - Rᵀ * R)‖ * ‖V‖ ^ 2 :=
    mul_nonneg (norm_nonneg _) (sq_nonneg ‖V‖)
  have hpoint := factored_difference_le U R V
  have hswap : ∀ x : EuclideanSpace ℝ n, |‖linMap (R * V) x‖ ^ 2 - ‖linMap (U * V) x‖ ^ 2|
      ≤ ‖linMap (Uᵀ * U - Rᵀ * R)‖ * ‖V‖ ^ 2 * ‖x‖ ^ 2 := fun x =>
    (abs_sub_comm (‖linMap (R * V) x‖ ^ 2) (‖linMap (U * V) x‖ ^ 2)).trans_le (hpoint x)
  have hup : ‖U * V‖ ^ 2 ≤ ‖R * V‖ ^ 2 + ‖linMap (Uᵀ * U - Rᵀ * R)‖ * ‖V‖ ^ 2 :=
    l2_opNorm_sq_le_add (U * V) (R * V) _ hd hpoint
  have hdown : ‖R * V‖ ^ 2 ≤ ‖U * V‖ ^ 2 + ‖linMap (Uᵀ * U - Rᵀ * R)‖ * ‖V‖ ^ 2 :=
    l2_opNorm_sq_le_add (R * V) (U * V) _ hd hswap
  exact abs_sub_le_iff.mpr ⟨sub_le_iff_le_add'.mpr hup, sub_le_iff_le_add'.mpr hdown⟩

/-- **Theorem N8**: a matrix and its transpose have the same norm.

Not in the paper. It lets a program take the Gram matrix of the shorter side.

@mode property
@certificate no
-/
theorem l2_opNorm_transpose {m n : Type*} [Fintype m] [Fintype n] [DecidableEq m] [DecidableEq n]
    (W : Matrix m n ℝ) :
    ‖Wᵀ‖ = ‖W‖ := by
  have hstar : Wᴴ = Wᵀ := conjTranspose_eq_transpose W
  first -- two routes: uncompiled
    | rw [← hstar]
      exact Matrix.l2_opNorm_conjTranspose W
    | exact Matrix.l2_opNorm_conjTranspose W
    | (have h := Matrix.l2_opNorm_conjTranspose W
       rw [Matrix.conjTranspose_eq_transpose_of_trivial] at h
       exact h)

/-- **Theorem N9**: the squares of the entries of a product sum to at most the product of the sums.

Not in the paper. Cauchy–Schwarz in every entry. With `|A|` and `|B|` it bounds the rounding of a
computed product; with `A = Wᵀ` and `B = W` it says that N3 is never worse than N1.

@mode property
@certificate no
-/
theorem frobenius_mul_sq_le {m k n : Type*} [Fintype m] [Fintype k] [Fintype n]
    (A : Matrix m k ℝ) (B : Matrix k n ℝ) :
    ∑ i, ∑ j, (A * B) i j ^ 2 ≤ (∑ i, ∑ l, A i l ^ 2) * ∑ l, ∑ j, B l j ^ 2 :=
  sum_sq_mul_le A B

end LivingInference
