/-
Copyright (c) 2026 The Living Inference authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
Authors: The Living Inference authors
-/
import Mathlib.Analysis.Normed.Operator.NormedSpace
import Mathlib.Tactic.Abel

/-!
# Errors of one linear map

A linear map `f` is replaced by something cheaper: its value at a nearby cached input, a sparse
part of it, a low-rank part of that, or all three at once. The theorems bound the norm of the error
at one input `x` by operator norms of what was left out, in any normed spaces over `ℝ`.

## Main results

* `retrieval_bound`: reusing the output of a nearby input (Theorem 1).
* `sparse_activation_bound`: dropping the residual weights (Theorem 2).
* `interpolation_bound`: truncating the rank (Theorem 3).
* `composition_bound`: all three, as printed in the paper (Theorem 4).
* `composition_bound_tight`: the same without its superfluous term (Theorem 4a).
* `composition_bound_cached`, `composition_bound_cached_sharp`: the residual is cached too
  (Theorems 4b and 4b').
* `composition_bound_dropped`: the residual is dropped, as in a pruned layer (Theorem 4c).
* `adaptive_monotonicity`: the retrieval bound grows with its radius (Theorem 6).

## Implementation notes

Every bound on an error is nondecreasing in each operator norm it contains, so a certified upper
bound may stand in for the norm; `retrieval_bound_of_norm_le` says so for Theorem 1. A lower
estimate, such as power iteration gives, may not. No hypothesis `0 ≤ δ` appears: `‖x - xc‖ ≤ δ`
implies it.

## References

* arXiv:2603.20991v1, §2
-/

namespace LivingInference

private theorem apply_eq_add {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F] {f g r : E →L[ℝ] F}
    (hf : f = g + r) (x : E) : f x = g x + r x := by
  subst hf
  first | rfl | exact add_apply g r x -- two routes: uncompiled

/-- **Theorem 1** of arXiv:2603.20991v1, §2.1: reusing the output cached for an input `xc` within
distance `δ` of `x` costs at most `‖f‖ * δ`.

As in the paper; nothing had to be added. The bound is the supremum over such `x`; at a given `x` it
may be slack.

@mode runtime property
@measure f weight; x activation; xc cached activation
@upper ‖f‖
@certificate yes
-/
theorem retrieval_bound {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F]
    (f : E →L[ℝ] F) (x xc : E) (δ : ℝ)
    (hδ : ‖x - xc‖ ≤ δ) :
    ‖f x - f xc‖ ≤ ‖f‖ * δ := by
  have hmap : f x - f xc = f (x - xc) := (map_sub f x xc).symm
  rw [hmap]
  exact f.le_opNorm_of_le hδ

/-- **Theorem 1 (certified norm)**, after Theorem 1 of arXiv:2603.20991v1, §2.1: the retrieval bound
with any upper bound `N` in the place of `‖f‖`.

Not in the paper. A program cannot hold `‖f‖` exactly; this is the form it may use, with a certified
`N`.

@mode runtime property
@measure f weight; x activation; xc cached activation
@certificate yes
-/
theorem retrieval_bound_of_norm_le {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F]
    (f : E →L[ℝ] F) (x xc : E) (δ N : ℝ)
    (hN : ‖f‖ ≤ N) (hδ : ‖x - xc‖ ≤ δ) :
    ‖f x - f xc‖ ≤ N * δ := by
  have hmap : f x - f xc = f (x - xc) := (map_sub f x xc).symm
  rw [hmap]
  exact f.le_of_opNorm_le_of_le hN hδ

/-- **Theorem 2** of arXiv:2603.20991v1, §2.2: dropping the residual weights costs at most
`‖fResidual‖ * ‖x‖`.

As in the paper. The sentence that follows it there, that `‖fResidual‖` decreases monotonically with
the number of weights kept, is false for operator norms and is not claimed here.

@mode runtime property
@measure f weight; fSparse sparse weight; x activation
@upper ‖fResidual‖
@certificate yes
-/
theorem sparse_activation_bound {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F]
    (f fSparse fResidual : E →L[ℝ] F) (x : E)
    (hf : f = fSparse + fResidual) :
    ‖f x - fSparse x‖ ≤ ‖fResidual‖ * ‖x‖ := by
  have hfx : f x = fSparse x + fResidual x := apply_eq_add hf x
  have hsub : f x - fSparse x = fResidual x := by rw [hfx]; abel
  rw [hsub]
  exact fResidual.le_opNorm x

/-- **Theorem 3** of arXiv:2603.20991v1, §2.3: running the low-rank part `fApprox` instead of
`fSparse` costs at most `‖fR‖ * ‖x‖`, where `fR` is what the truncation leaves out.

As in the paper. It holds for any splitting; Eckart–Young, which the paper quotes, is not used, so a
check must take the norm of the actual remainder and not the next singular value on trust.

@mode runtime property
@measure fSparse sparse weight; fApprox low-rank weight; x activation
@upper ‖fR‖
@certificate yes
-/
theorem interpolation_bound {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F]
    (fSparse fApprox fR : E →L[ℝ] F) (x : E)
    (hfSparse : fSparse = fApprox + fR) :
    ‖fSparse x - fApprox x‖ ≤ ‖fR‖ * ‖x‖ :=
  sparse_activation_bound fSparse fApprox fR x hfSparse

/-- **Theorem 4a**, after Theorem 4 of arXiv:2603.20991v1, §2.4: with the low-rank part read from
the cache and the residual evaluated at the new input, retrieval and truncation are the only errors.

The paper's estimator with a sharper right-hand side: `fResidual x` occurs on both sides of the
difference and cancels, so the printed third term `‖fResidual‖ * δ` is not needed.

@mode runtime property
@measure f weight; fSparse sparse weight; fApprox low-rank weight; x activation;
  xc cached activation
@upper ‖fApprox‖
@upper ‖fR‖
@certificate yes
-/
theorem composition_bound_tight {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F]
    (f fSparse fResidual fApprox fR : E →L[ℝ] F) (x xc : E) (δ : ℝ)
    (hf : f = fSparse + fResidual) (hfSparse : fSparse = fApprox + fR) (hδ : ‖x - xc‖ ≤ δ) :
    ‖f x - (fApprox xc + fResidual x)‖ ≤ ‖fApprox‖ * δ + ‖fR‖ * ‖x‖ := by
  have hfx : f x = fSparse x + fResidual x := apply_eq_add hf x
  have hsx : fSparse x = fApprox x + fR x := apply_eq_add hfSparse x
  have hcache : fApprox (x - xc) = fApprox x - fApprox xc := map_sub fApprox x xc
  have hsplit : f x - (fApprox xc + fResidual x) = fApprox (x - xc) + fR x := by
    rw [hfx, hsx, hcache]; abel
  rw [hsplit]
  exact (norm_add_le _ _).trans (add_le_add (fApprox.le_opNorm_of_le hδ) (fR.le_opNorm x))

/-- **Theorem 4** of arXiv:2603.20991v1, §2.4: the errors of cache, rank truncation and sparsity
add; none multiplies another.

As in the paper, and true, but its third term is superfluous (Theorem 4a), and its estimator
evaluates the residual densely at the new input, so that pruning and caching save nothing. Theorems
4b and 4c bound the estimators that do save work.

@mode runtime property
@measure f weight; fSparse sparse weight; fApprox low-rank weight; x activation;
  xc cached activation
@upper ‖fApprox‖
@upper ‖fR‖
@upper ‖fResidual‖
@certificate yes
-/
theorem composition_bound {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F]
    (f fSparse fResidual fApprox fR : E →L[ℝ] F) (x xc : E) (δ : ℝ)
    (hf : f = fSparse + fResidual) (hfSparse : fSparse = fApprox + fR) (hδ : ‖x - xc‖ ≤ δ) :
    ‖f x - (fApprox xc + fResidual x)‖
      ≤ ‖fApprox‖ * δ + ‖fR‖ * ‖x‖ + ‖fResidual‖ * δ := by
  have htight := composition_bound_tight f fSparse fResidual fApprox fR x xc δ hf hfSparse hδ
  have hδ0 : 0 ≤ δ := (norm_nonneg (x - xc)).trans hδ
  exact htight.trans (le_add_of_nonneg_right (mul_nonneg (norm_nonneg fResidual) hδ0))

/-- **Theorem 4b**, after Theorem 4 of arXiv:2603.20991v1, §2.4: with the low-rank part and the
residual both read from the cache, all three terms of the paper's bound occur.

Not in the paper, which bounds the estimator with a fresh residual by the same right-hand side.

@mode runtime property
@measure f weight; fSparse sparse weight; fApprox low-rank weight; x activation;
  xc cached activation
@upper ‖fApprox‖
@upper ‖fR‖
@upper ‖fResidual‖
@certificate yes
-/
theorem composition_bound_cached {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F]
    (f fSparse fResidual fApprox fR : E →L[ℝ] F) (x xc : E) (δ : ℝ)
    (hf : f = fSparse + fResidual) (hfSparse : fSparse = fApprox + fR) (hδ : ‖x - xc‖ ≤ δ) :
    ‖f x - (fApprox xc + fResidual xc)‖
      ≤ ‖fApprox‖ * δ + ‖fR‖ * ‖x‖ + ‖fResidual‖ * δ := by
  have hfx : f x = fSparse x + fResidual x := apply_eq_add hf x
  have hsx : fSparse x = fApprox x + fR x := apply_eq_add hfSparse x
  have hcache : fApprox (x - xc) = fApprox x - fApprox xc := map_sub fApprox x xc
  have hstale : fResidual (x - xc) = fResidual x - fResidual xc := map_sub fResidual x xc
  have hsplit : f x - (fApprox xc + fResidual xc)
      = fApprox (x - xc) + fR x + fResidual (x - xc) := by
    rw [hfx, hsx, hcache, hstale]; abel
  rw [hsplit]
  exact le_trans norm_add₃_le (add_le_add
    (add_le_add (fApprox.le_opNorm_of_le hδ) (fR.le_opNorm x)) (fResidual.le_opNorm_of_le hδ))

/-- **Theorem 4b'**, after Theorem 4 of arXiv:2603.20991v1, §2.4: what is read from the cache is one
linear map, so one norm of the sum replaces the sum of two norms in Theorem 4b.

Not in the paper. Never larger than Theorem 4b, by the triangle inequality.

@mode runtime property
@measure f weight; fSparse sparse weight; fApprox low-rank weight; x activation;
  xc cached activation
@upper ‖fApprox + fResidual‖
@upper ‖fR‖
@certificate yes
-/
theorem composition_bound_cached_sharp {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F]
    (f fSparse fResidual fApprox fR : E →L[ℝ] F) (x xc : E) (δ : ℝ)
    (hf : f = fSparse + fResidual) (hfSparse : fSparse = fApprox + fR) (hδ : ‖x - xc‖ ≤ δ) :
    ‖f x - (fApprox xc + fResidual xc)‖ ≤ ‖fApprox + fResidual‖ * δ + ‖fR‖ * ‖x‖ := by
  have hfx : f x = fSparse x + fResidual x := apply_eq_add hf x
  have hsx : fSparse x = fApprox x + fR x := apply_eq_add hfSparse x
  have hsum : (fApprox + fResidual) (x - xc) = fApprox (x - xc) + fResidual (x - xc) :=
    apply_eq_add (g := fApprox) (r := fResidual) rfl (x - xc)
  have hcache : fApprox (x - xc) = fApprox x - fApprox xc := map_sub fApprox x xc
  have hstale : fResidual (x - xc) = fResidual x - fResidual xc := map_sub fResidual x xc
  have hsplit : f x - (fApprox xc + fResidual xc)
      = (fApprox + fResidual) (x - xc) + fR x := by
    rw [hfx, hsx, hsum, hcache, hstale]; abel
  rw [hsplit]
  exact (norm_add_le _ _).trans
    (add_le_add ((fApprox + fResidual).le_opNorm_of_le hδ) (fR.le_opNorm x))

/-- **Theorem 4c**, after Theorem 4 of arXiv:2603.20991v1, §2.4: with the low-rank part read from
the cache and the residual dropped, the left-out map `fR + fResidual` acts on the whole input.

Not in the paper. This is what a pruned, low-rank, cached layer runs.

@mode runtime property
@measure f weight; fSparse sparse weight; fApprox low-rank weight; x activation;
  xc cached activation
@upper ‖fApprox‖
@upper ‖fR + fResidual‖
@certificate yes
-/
theorem composition_bound_dropped {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F]
    (f fSparse fResidual fApprox fR : E →L[ℝ] F) (x xc : E) (δ : ℝ)
    (hf : f = fSparse + fResidual) (hfSparse : fSparse = fApprox + fR) (hδ : ‖x - xc‖ ≤ δ) :
    ‖f x - fApprox xc‖ ≤ ‖fApprox‖ * δ + ‖fR + fResidual‖ * ‖x‖ := by
  have hfx : f x = fSparse x + fResidual x := apply_eq_add hf x
  have hsx : fSparse x = fApprox x + fR x := apply_eq_add hfSparse x
  have hleft : (fR + fResidual) x = fR x + fResidual x :=
    apply_eq_add (g := fR) (r := fResidual) rfl x
  have hcache : fApprox (x - xc) = fApprox x - fApprox xc := map_sub fApprox x xc
  have hsplit : f x - fApprox xc = fApprox (x - xc) + (fR + fResidual) x := by
    rw [hfx, hsx, hleft, hcache]; abel
  rw [hsplit]
  exact (norm_add_le _ _).trans
    (add_le_add (fApprox.le_opNorm_of_le hδ) ((fR + fResidual).le_opNorm x))

/-- **Theorem 6** of arXiv:2603.20991v1: a smaller retrieval radius gives a smaller retrieval bound.

As in the paper, which words it as the *error* never growing when `δ` shrinks; what is monotone is
the bound of Theorem 1.

@mode runtime property
@measure f weight; δ₁ near radius; δ₂ far radius
@certificate yes
-/
theorem adaptive_monotonicity {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F]
    (f : E →L[ℝ] F) (δ₁ δ₂ : ℝ)
    (hδ : δ₁ ≤ δ₂) :
    ‖f‖ * δ₁ ≤ ‖f‖ * δ₂ :=
  mul_le_mul_of_nonneg_left hδ (norm_nonneg f)

end LivingInference
