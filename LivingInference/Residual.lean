/-
Copyright (c) 2026 The Living Inference authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
Authors: The Living Inference authors
-/
import Mathlib.Analysis.InnerProductSpace.Basic
import Mathlib.Tactic.LinearCombination
import Mathlib.Tactic.Abel
import LivingInference.Scalar

/-!
# One residual step and its relative error

A residual layer takes a state `h` to `h + u`. A second run carries an error: it is at `hhat` and
its layer adds `uhat`. The relative error energy is the squared norm of the difference of the runs
over the squared norm of the state, and `ρ` is its value after the layer over its value before. With

* `g = ‖u‖ / ‖h‖` and `cosθ`, the cosine of the angle between `h` and `u`, for the state, and
* `l = ‖u - uhat‖ / ‖h - hhat‖` and `cosφ`, the cosine of the angle between `h - hhat` and
  `u - uhat`, for the error,

the state grows by the factor `1 + 2 * g * cosθ + g ^ 2` in squared norm, the error by
`1 + 2 * l * cosφ + l ^ 2`, and `ρ` is the quotient of the two.

## Main results

* `residual_norm_sq`: the growth of the state, exactly (C0).
* `relative_error_ratio_growth`: `ρ` is the squared quotient of the two growth factors of norms
  (C1).
* `relative_error_ratio_identity`, `contraction_iff`: `ρ`, exactly, and when it is below one (10a).
* `relative_error_step`, `preln_contraction_bound`, `preln_contraction`: the bound on `ρ` that uses
  `‖u - uhat‖ ≤ L * ‖h - hhat‖` alone, and Theorem 10 said of `ρ` (10b).
* `residual_step_with_injection`, `sublayer_split`: the step of a compressed layer, which adds an
  error of its own; in norms and not in squares (10c).

## Implementation notes

The paper's Theorem 10 mentions neither states nor `ρ`; these theorems supply both. They are stated
in any real inner product space, so they apply to one token and to the whole stream under its
Frobenius norm. Division is total: `u = 0` gives `cosθ = 0`, and no exception is needed. The error
is `h - hhat`; the other sign changes neither `l` nor `cosφ` nor `ρ`.

C1 and 10c use the norm alone and hold in any normed group. The paper writes its recursion with an
injected term for squared ratios; squares of sums have a cross term, so 10c is stated for the ratios
of norms, and `LivingInference.Propagation` carries those through a network.

## References

* arXiv:2603.20991v1, §5.2
-/

namespace LivingInference

/-- **Theorem C0**, behind Theorem 10 of arXiv:2603.20991v1, §5.2: a residual step multiplies the
squared norm of the state by `1 + 2 * g * cosθ + g ^ 2`, exactly.

Not in the paper as a theorem. `h ≠ 0` is needed: at `h = 0` the right-hand side is `0`. `u = 0` is
allowed.

@mode runtime property
@measure h state; u update
@certificate no
-/
theorem residual_norm_sq {E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E]
    (h u : E) (g cosθ : ℝ)
    (hh : h ≠ 0)
    (hg : g = ‖u‖ / ‖h‖) (hcosθ : cosθ = inner ℝ h u / (‖h‖ * ‖u‖)) :
    ‖h + u‖ ^ 2 = (1 + 2 * g * cosθ + g ^ 2) * ‖h‖ ^ 2 := by
  have hnorm : ‖h‖ ≠ 0 := norm_ne_zero_iff.mpr hh
  have hgain : g * ‖h‖ = ‖u‖ := by rw [hg, div_mul_cancel₀ _ hnorm]
  have hinner : cosθ * (‖h‖ * ‖u‖) = inner ℝ h u := by
    by_cases hu : u = 0
    · first -- two routes: uncompiled
        | rw [hu, norm_zero, mul_zero, mul_zero, inner_zero_right]
        | simp [hu]
    · have hu0 : ‖u‖ ≠ 0 := norm_ne_zero_iff.mpr hu
      rw [hcosθ, div_mul_cancel₀ _ (mul_ne_zero hnorm hu0)]
  have hexpand : ‖h + u‖ ^ 2 = ‖h‖ ^ 2 + 2 * inner ℝ h u + ‖u‖ ^ 2 := norm_add_sq_real h u
  linear_combination hexpand - 2 * hinner - (‖u‖ + g * ‖h‖ + 2 * cosθ * ‖h‖) * hgain

/-- **Theorem C0 (nonneg)**, behind Theorem 10 of arXiv:2603.20991v1, §5.2: the growth factor of a
residual step is not negative.

Not in the paper. `h ≠ 0` is a guard: by total division the factor is `1` at `h = 0`. `hg` is a
guard too: `|cosθ| ≤ 1`, so the factor is not negative whatever `g` is.

@mode runtime property
@measure h state; u update
@certificate no
-/
theorem growth_factor_nonneg {E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E]
    (h u : E) (g cosθ : ℝ)
    (hh : h ≠ 0)
    (hg : g = ‖u‖ / ‖h‖) (hcosθ : cosθ = inner ℝ h u / (‖h‖ * ‖u‖)) :
    0 ≤ 1 + 2 * g * cosθ + g ^ 2 := by
  have hstate := residual_norm_sq h u g cosθ hh hg hcosθ
  have hprod : 0 ≤ (1 + 2 * g * cosθ + g ^ 2) * ‖h‖ ^ 2 := (sq_nonneg ‖h + u‖).trans_eq hstate
  exact nonneg_of_mul_nonneg_left hprod (pow_pos (norm_pos_iff.mpr hh) 2)

/-- **Theorem C0 (pos)**, behind Theorem 10 of arXiv:2603.20991v1, §5.2: the growth factor of a
residual step is positive unless the step ends at zero.

Not in the paper. `h ≠ 0` is a guard: by total division the factor is `1` at `h = 0`.

@mode runtime property
@measure h state; u update
@certificate no
-/
theorem growth_factor_pos {E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E]
    (h u : E) (g cosθ : ℝ)
    (hh : h ≠ 0) (hhu : h + u ≠ 0)
    (hg : g = ‖u‖ / ‖h‖) (hcosθ : cosθ = inner ℝ h u / (‖h‖ * ‖u‖)) :
    0 < 1 + 2 * g * cosθ + g ^ 2 := by
  have hstate := residual_norm_sq h u g cosθ hh hg hcosθ
  have hprod : 0 < (1 + 2 * g * cosθ + g ^ 2) * ‖h‖ ^ 2 :=
    (pow_pos (norm_pos_iff.mpr hhu) 2).trans_eq hstate
  exact pos_of_mul_pos_left hprod (sq_nonneg ‖h‖)

/-- **Theorem C1**, eq. (3) of arXiv:2603.20991v1, §5.2: the ratio of the relative error energies
after and before a layer is the square of the growth of the error over the growth of the state.

The paper prints `≤`; it is an equality of quotients, and division being total it needs no
hypothesis: where a norm is `0`, both sides are `0`.

@mode runtime property
@measure h state; hhat perturbed state; h' next state; hhat' next perturbed state
@certificate no
-/
theorem relative_error_ratio_growth {E : Type*} [NormedAddCommGroup E]
    (h hhat h' hhat' : E) (α β ρ : ℝ)
    (hα : α = ‖h'‖ / ‖h‖)
    (hβ : β = ‖h' - hhat'‖ / ‖h - hhat‖)
    (hρ : ρ = (‖h' - hhat'‖ ^ 2 / ‖h'‖ ^ 2) / (‖h - hhat‖ ^ 2 / ‖h‖ ^ 2)) :
    ρ = (β / α) ^ 2 := by
  have hsq : (β / α) ^ 2
      = (‖h' - hhat'‖ ^ 2 / ‖h - hhat‖ ^ 2) / (‖h'‖ ^ 2 / ‖h‖ ^ 2) := by
    rw [hβ, hα, div_pow, div_pow, div_pow]
  rw [hsq, hρ]
  first -- two routes: uncompiled
    | exact div_div_div_comm _ _ _ _
    | rw [div_div_div_eq, div_div_div_eq, mul_comm (‖h - hhat‖ ^ 2) (‖h'‖ ^ 2)]

private theorem step_sub_step {E : Type*} [NormedAddCommGroup E] (h u hhat uhat : E) :
    (h + u) - (hhat + uhat) = (h - hhat) + (u - uhat) := by
  abel

private theorem ratio_of_scaled (A B e s : ℝ) (he : e ≠ 0) (hs : s ≠ 0) :
    (A * e / (B * s)) / (e / s) = A / B := by
  first -- two routes: uncompiled
    | rw [mul_div_mul_comm A e B s, mul_div_cancel_right₀ (A / B) (div_ne_zero he hs)]
    | rw [div_div_div_comm, mul_div_cancel_right₀ A he, mul_div_cancel_right₀ B hs]

/-- **Theorem 10a**, the exact law behind Theorem 10 of arXiv:2603.20991v1, §5.2: the ratio of the
relative error energies after and before a layer is the growth factor of the error over the growth
factor of the state.

Not in the paper. `h ≠ 0` and `h - hhat ≠ 0` are needed: without either the left side is `0`, and at
`h = hhat` the right side is one over the growth factor of the state. `h + u = 0` is allowed; both
sides are then `0`.

@mode runtime property
@measure h state; u update; hhat perturbed state; uhat perturbed update
@certificate no
@note cosφ and l are those of this error; the law says nothing of another one
-/
theorem relative_error_ratio_identity {E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E]
    (h u hhat uhat : E) (g cosθ l cosφ ρ : ℝ)
    (hh : h ≠ 0) (he : h - hhat ≠ 0)
    (hg : g = ‖u‖ / ‖h‖) (hcosθ : cosθ = inner ℝ h u / (‖h‖ * ‖u‖))
    (hl : l = ‖u - uhat‖ / ‖h - hhat‖)
    (hcosφ : cosφ = inner ℝ (h - hhat) (u - uhat) / (‖h - hhat‖ * ‖u - uhat‖))
    (hρ : ρ = (‖(h + u) - (hhat + uhat)‖ ^ 2 / ‖h + u‖ ^ 2) / (‖h - hhat‖ ^ 2 / ‖h‖ ^ 2)) :
    ρ = (1 + 2 * l * cosφ + l ^ 2) / (1 + 2 * g * cosθ + g ^ 2) := by
  have hstate : ‖h + u‖ ^ 2 = (1 + 2 * g * cosθ + g ^ 2) * ‖h‖ ^ 2 :=
    residual_norm_sq h u g cosθ hh hg hcosθ
  have herror : ‖(h - hhat) + (u - uhat)‖ ^ 2
      = (1 + 2 * l * cosφ + l ^ 2) * ‖h - hhat‖ ^ 2 :=
    residual_norm_sq (h - hhat) (u - uhat) l cosφ he hl hcosφ
  have he2 : ‖h - hhat‖ ^ 2 ≠ 0 := pow_ne_zero 2 (norm_ne_zero_iff.mpr he)
  have hh2 : ‖h‖ ^ 2 ≠ 0 := pow_ne_zero 2 (norm_ne_zero_iff.mpr hh)
  rw [hρ, step_sub_step h u hhat uhat, herror, hstate]
  exact ratio_of_scaled _ _ _ _ he2 hh2

/-- **Theorem 10a (iff)**, the exact criterion behind Theorem 10 of arXiv:2603.20991v1, §5.2: the
relative error shrinks exactly when the error grows by a smaller factor than the state.

Not in the paper. `h + u ≠ 0` is needed here: otherwise `ρ = 0` while the right side reads
`2 * l * cosφ + l ^ 2 < -1`.

@mode runtime property
@measure h state; u update; hhat perturbed state; uhat perturbed update
@certificate no
@note cosφ and l are those of this error; the criterion says nothing of another one
-/
theorem contraction_iff {E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E]
    (h u hhat uhat : E) (g cosθ l cosφ ρ : ℝ)
    (hh : h ≠ 0) (hhu : h + u ≠ 0) (he : h - hhat ≠ 0)
    (hg : g = ‖u‖ / ‖h‖) (hcosθ : cosθ = inner ℝ h u / (‖h‖ * ‖u‖))
    (hl : l = ‖u - uhat‖ / ‖h - hhat‖)
    (hcosφ : cosφ = inner ℝ (h - hhat) (u - uhat) / (‖h - hhat‖ * ‖u - uhat‖))
    (hρ : ρ = (‖(h + u) - (hhat + uhat)‖ ^ 2 / ‖h + u‖ ^ 2) / (‖h - hhat‖ ^ 2 / ‖h‖ ^ 2)) :
    ρ < 1 ↔ 2 * l * cosφ + l ^ 2 < 2 * g * cosθ + g ^ 2 := by
  have hratio : ρ = (1 + 2 * l * cosφ + l ^ 2) / (1 + 2 * g * cosθ + g ^ 2) :=
    relative_error_ratio_identity h u hhat uhat g cosθ l cosφ ρ hh he hg hcosθ hl hcosφ hρ
  have hpos : 0 < 1 + 2 * g * cosθ + g ^ 2 := growth_factor_pos h u g cosθ hh hhu hg hcosθ
  rw [hratio, div_lt_one hpos]
  constructor
  · intro hlt
    linarith
  · intro hlt
    linarith

/-- **Theorem 10b (step)**, after Theorem 10 of arXiv:2603.20991v1, §5.2: one layer multiplies the
relative error energy by at most `(1 + L) ^ 2 / (1 + 2 * g * cosθ + g ^ 2)`, where `L` bounds how
much the layer's update answers to the error.

Not in the paper. Only `h ≠ 0` is needed: `h + u = 0` makes both sides `0`, and `h = hhat` forces
`u = uhat`. Uniform over all errors with this `L`, unlike a measured ratio.

@mode runtime property
@measure h state; u update; hhat perturbed state; uhat perturbed update
@certificate no
@note L taken from the same pair of runs gives a diagnosis; only an L valid on a ball would certify
-/
theorem relative_error_step {E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E]
    (h u hhat uhat : E) (g cosθ L : ℝ)
    (hh : h ≠ 0)
    (hg : g = ‖u‖ / ‖h‖) (hcosθ : cosθ = inner ℝ h u / (‖h‖ * ‖u‖))
    (hL : ‖u - uhat‖ ≤ L * ‖h - hhat‖) :
    ‖(h + u) - (hhat + uhat)‖ ^ 2 / ‖h + u‖ ^ 2
      ≤ (1 + L) ^ 2 / (1 + 2 * g * cosθ + g ^ 2) * (‖h - hhat‖ ^ 2 / ‖h‖ ^ 2) := by
  have hstate : ‖h + u‖ ^ 2 = (1 + 2 * g * cosθ + g ^ 2) * ‖h‖ ^ 2 :=
    residual_norm_sq h u g cosθ hh hg hcosθ
  have hden : 0 ≤ (1 + 2 * g * cosθ + g ^ 2) * ‖h‖ ^ 2 := (sq_nonneg ‖h + u‖).trans_eq hstate
  have hnorm : ‖(h - hhat) + (u - uhat)‖ ≤ (1 + L) * ‖h - hhat‖ := by
    have htriangle : ‖(h - hhat) + (u - uhat)‖ ≤ ‖h - hhat‖ + ‖u - uhat‖ := norm_add_le _ _
    linarith
  have hsq : ‖(h - hhat) + (u - uhat)‖ ^ 2 ≤ (1 + L) ^ 2 * ‖h - hhat‖ ^ 2 := by
    rw [← mul_pow]
    exact pow_le_pow_left₀ (norm_nonneg _) hnorm 2
  rw [step_sub_step h u hhat uhat, hstate]
  first -- two routes: uncompiled
    | exact (div_le_div_of_nonneg_right hsq hden).trans_eq (mul_div_mul_comm _ _ _ _)
    | rw [div_mul_div_comm]; exact div_le_div_of_nonneg_right hsq hden

/-- **Theorem 10b (bound)**, after Theorem 10 of arXiv:2603.20991v1, §5.2: the ratio of the relative
error energies is at most `(1 + L) ^ 2 / (1 + 2 * g * cosθ + g ^ 2)`.

Not in the paper. `h ≠ 0` and `h - hhat ≠ 0` are guards: by total division `ρ = 0` without them, and
the inequality still holds; they keep a run without an error from counting as evidence.

@mode runtime property
@measure h state; u update; hhat perturbed state; uhat perturbed update
@certificate no
@note L taken from the same pair of runs gives a diagnosis; only an L valid on a ball would certify
-/
theorem preln_contraction_bound {E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E]
    (h u hhat uhat : E) (g cosθ L ρ : ℝ)
    (hh : h ≠ 0) (he : h - hhat ≠ 0)
    (hg : g = ‖u‖ / ‖h‖) (hcosθ : cosθ = inner ℝ h u / (‖h‖ * ‖u‖))
    (hL : ‖u - uhat‖ ≤ L * ‖h - hhat‖)
    (hρ : ρ = (‖(h + u) - (hhat + uhat)‖ ^ 2 / ‖h + u‖ ^ 2) / (‖h - hhat‖ ^ 2 / ‖h‖ ^ 2)) :
    ρ ≤ (1 + L) ^ 2 / (1 + 2 * g * cosθ + g ^ 2) := by
  have hV : 0 < ‖h - hhat‖ ^ 2 / ‖h‖ ^ 2 :=
    div_pos (pow_pos (norm_pos_iff.mpr he) 2) (pow_pos (norm_pos_iff.mpr hh) 2)
  rw [hρ, div_le_iff₀ hV]
  exact relative_error_step h u hhat uhat g cosθ L hh hg hcosθ hL

/-- **Theorem 10b**, Theorem 10 of arXiv:2603.20991v1, §5.2, said of the ratio `ρ` itself: if
`(1 + L) ^ 2 < 1 + 2 * g * cosθ + g ^ 2`, the layer shrinks the relative error.

The paper's statement does not mention `ρ`; here it is defined from the two runs, and `hL` ties `L`
to the layer. Sufficient only: Theorem 10a (iff) is the exact criterion, and what separates the two,
for `L = l`, is the step `cosφ ≤ 1`. `h ≠ 0` and `h - hhat ≠ 0` are guards, as in
`preln_contraction_bound`.

@mode runtime property
@measure h state; u update; hhat perturbed state; uhat perturbed update
@certificate no
@note L taken from the same pair of runs gives a diagnosis; only an L valid on a ball would certify
-/
theorem preln_contraction {E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E]
    (h u hhat uhat : E) (g cosθ L ρ : ℝ)
    (hh : h ≠ 0) (he : h - hhat ≠ 0)
    (hg : g = ‖u‖ / ‖h‖) (hcosθ : cosθ = inner ℝ h u / (‖h‖ * ‖u‖))
    (hL : ‖u - uhat‖ ≤ L * ‖h - hhat‖)
    (hcond : (1 + L) ^ 2 < 1 + 2 * g * cosθ + g ^ 2)
    (hρ : ρ = (‖(h + u) - (hhat + uhat)‖ ^ 2 / ‖h + u‖ ^ 2) / (‖h - hhat‖ ^ 2 / ‖h‖ ^ 2)) :
    ρ < 1 := by
  have hbound : ρ ≤ (1 + L) ^ 2 / (1 + 2 * g * cosθ + g ^ 2) :=
    preln_contraction_bound h u hhat uhat g cosθ L ρ hh he hg hcosθ hL hρ
  exact hbound.trans_lt (preln_contraction_sufficient g cosθ L hcond)

/-- **Theorem 10c**, after Theorem 10 of arXiv:2603.20991v1, §5.2: a compressed layer multiplies the
relative error by at most `(1 + L) / α` and adds at most `ε / ‖h + u‖`, if its update differs from
the exact one by at most `L * ‖h - hhat‖ + ε`; `α` is the growth of the state.

The paper writes this for squared ratios, for which it is false; see `energy_injection`. By the
triangle inequality the new error is at most `(1 + L) * ‖h - hhat‖ + ε`; divide by
`‖h + u‖ = α * ‖h‖`. `h ≠ 0` is needed: `h = 0`, `u = 1`, `hhat = -1`, `uhat = 1` with `L = ε = 0`
gives `1 ≤ 0`. `h + u = 0` is allowed: both sides are then `0`.

@mode runtime property
@measure h state; u update; hhat compressed state; uhat compressed update;
  L dense lipschitz ratio; ε injected error
@certificate no
@note L taken from the same pair of runs gives a diagnosis; only an L valid on a ball would certify
-/
theorem residual_step_with_injection {E : Type*} [NormedAddCommGroup E]
    (h u hhat uhat : E) (L ε α : ℝ)
    (hh : h ≠ 0)
    (hα : α = ‖h + u‖ / ‖h‖)
    (hL : ‖u - uhat‖ ≤ L * ‖h - hhat‖ + ε) :
    ‖(h + u) - (hhat + uhat)‖ / ‖h + u‖
      ≤ (1 + L) / α * (‖h - hhat‖ / ‖h‖) + ε / ‖h + u‖ := by
  have hnorm : ‖h‖ ≠ 0 := norm_ne_zero_iff.mpr hh
  have hgrowth : α * ‖h‖ = ‖h + u‖ := by rw [hα, div_mul_cancel₀ _ hnorm]
  have herror : ‖(h - hhat) + (u - uhat)‖ ≤ (1 + L) * ‖h - hhat‖ + ε := by
    have htriangle : ‖(h - hhat) + (u - uhat)‖ ≤ ‖h - hhat‖ + ‖u - uhat‖ := norm_add_le _ _
    linarith
  have hfactor : (1 + L) / α * (‖h - hhat‖ / ‖h‖) = (1 + L) * ‖h - hhat‖ / ‖h + u‖ := by
    rw [div_mul_div_comm, hgrowth]
  have hsum : (1 + L) * ‖h - hhat‖ / ‖h + u‖ + ε / ‖h + u‖
      = ((1 + L) * ‖h - hhat‖ + ε) / ‖h + u‖ := (add_div _ _ _).symm
  rw [step_sub_step h u hhat uhat, hfactor, hsum]
  exact div_le_div_of_nonneg_right herror (norm_nonneg (h + u))

/-- **Theorem 10c (split)**, after Theorem 10 of arXiv:2603.20991v1, §5.2: the compressed update at
the compressed state differs from the dense update at the dense state by at most what the dense
update answers to the error, plus what compression changes at the compressed state.

Not in the paper. Add and subtract `f hhat`. It supplies the hypothesis of Theorem 10c. Where the
update is one linear map, Theorems 2 to 4c give an `ε`; of a whole block it has to be measured.

@mode runtime property
@measure f dense update map; fhat compressed update map; h state; hhat compressed state
@certificate no
@note L taken from the same pair of runs gives a diagnosis; only an L valid on a ball would certify
-/
theorem sublayer_split {E F : Type*} [NormedAddCommGroup E] [NormedAddCommGroup F]
    (f fhat : E → F) (h hhat : E) (L ε : ℝ)
    (hL : ‖f h - f hhat‖ ≤ L * ‖h - hhat‖)
    (hε : ‖f hhat - fhat hhat‖ ≤ ε) :
    ‖f h - fhat hhat‖ ≤ L * ‖h - hhat‖ + ε := by
  have hsplit : f h - fhat hhat = (f h - f hhat) + (f hhat - fhat hhat) :=
    (sub_add_sub_cancel (f h) (f hhat) (fhat hhat)).symm
  rw [hsplit]
  exact (norm_add_le _ _).trans (add_le_add hL hε)

end LivingInference
