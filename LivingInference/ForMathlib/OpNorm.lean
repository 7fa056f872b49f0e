/-
Copyright (c) 2026 The Living Inference authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
Authors: The Living Inference authors
-/
import Mathlib.Analysis.Normed.Operator.NormedSpace
import Mathlib.Analysis.Real.Sqrt

/-!
# Operator norms from squares

An operator norm is bounded once `‖f x‖ ^ 2 ≤ c * ‖x‖ ^ 2` for every `x`: by `√c`, and its square by
`c`.
-/

namespace LivingInference

/-- From squares to norms: `‖f x‖ ^ 2 ≤ c * ‖x‖ ^ 2` says `‖f x‖ ≤ √c * ‖x‖`. `0 ≤ c` is a guard: it
follows unless `E` is the zero space, where both sides are `0` for `c < 0`. -/
theorem opNorm_le_sqrt {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F]
    (f : E →L[ℝ] F) (c : ℝ)
    (hc : 0 ≤ c) (hf : ∀ x : E, ‖f x‖ ^ 2 ≤ c * ‖x‖ ^ 2) :
    ‖f‖ ≤ Real.sqrt c := by
  have hbound : ∀ x : E, ‖f x‖ ≤ Real.sqrt c * ‖x‖ := fun x => by
    have hsq : ‖f x‖ ^ 2 ≤ (Real.sqrt c * ‖x‖) ^ 2 := by
      rw [mul_pow, Real.sq_sqrt hc]
      exact hf x
    exact le_of_sq_le_sq hsq (mul_nonneg (Real.sqrt_nonneg c) (norm_nonneg x))
  exact f.opNorm_le_bound (Real.sqrt_nonneg c) hbound

/-- The same for the square of the norm. Here `0 ≤ c` is needed: in the zero space `c = -1`
satisfies `hf`, and `0 ≤ -1` is false. -/
theorem opNorm_sq_le {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F]
    (f : E →L[ℝ] F) (c : ℝ)
    (hc : 0 ≤ c) (hf : ∀ x : E, ‖f x‖ ^ 2 ≤ c * ‖x‖ ^ 2) :
    ‖f‖ ^ 2 ≤ c := by
  have hroot : ‖f‖ ≤ Real.sqrt c := opNorm_le_sqrt f c hc hf
  calc ‖f‖ ^ 2 ≤ Real.sqrt c ^ 2 := pow_le_pow_left₀ (norm_nonneg f) hroot 2
    _ = c := Real.sq_sqrt hc

/-- The square of `‖f x‖ ≤ ‖f‖ * ‖x‖`. -/
theorem norm_apply_sq_le {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F]
    (f : E →L[ℝ] F) (x : E) :
    ‖f x‖ ^ 2 ≤ ‖f‖ ^ 2 * ‖x‖ ^ 2 := by
  have happly : ‖f x‖ ≤ ‖f‖ * ‖x‖ := f.le_opNorm x
  calc ‖f x‖ ^ 2 ≤ (‖f‖ * ‖x‖) ^ 2 := pow_le_pow_left₀ (norm_nonneg (f x)) happly 2
    _ = ‖f‖ ^ 2 * ‖x‖ ^ 2 := mul_pow ‖f‖ ‖x‖ 2

end LivingInference
