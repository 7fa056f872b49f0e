/-
Copyright (c) 2026 The Living Inference authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
Authors: The Living Inference authors
-/
import Mathlib.Analysis.InnerProductSpace.Basic
import Mathlib.Analysis.Real.Sqrt
import LivingInference.Residual
import LivingInference.Propagation

/-!
# Removing a layer, and what `ρ` says of it

Removing a residual layer replaces `h + u` by `h`. The relative error this makes on the spot is a
function of the gain `g = ‖u‖ / ‖h‖` and of the alignment `cosθ` alone; what becomes of it later is
a matter of propagation. The second half of the file compares that with the ratio `ρ` of relative
error energies, by which the paper ranks layers: a layer with a small gain and a small error gain
has `√ρ` near one, and the converse fails.

## Main results

* `residual_norm_lower`, `residual_norm_upper`: a step of gain `g` changes the norm of the state by
  a factor between `1 - g` and `1 + g` (E0).
* `layer_removal_identity`, `layer_removal_bound`: the error of a removal, exactly, and bounded
  (E1, E2).
* `layer_removal_downstream`: the same error at the output (E3).
* `amplitude_ratio_bracket`, `sqrt_rho_eq_amplitude_ratio`, `sqrt_rho_bracket`: `√ρ` lies between
  `(1 - L) / (1 + g)` and `(1 + L) / (1 - g)` (E4, E4').
* `sqrt_rho_deviation`, `rho_deviation`: hence `|√ρ - 1|` and `|ρ - 1|` bound the layer's gains from
  below (E5, E5').

## Implementation notes

Only E1 speaks of an angle and needs an inner product; the rest holds in any normed group. `L` is
the error gain `‖u - uhat‖ / ‖h - hhat‖` of the two runs at hand, or any bound of it. That a layer
with `ρ = 1` need not be removable is `rho_one_not_removable`, in the tests, since an existence
claim is nothing a run can be checked against.

## References

* arXiv:2603.20991v1, §5.2; its second version proposes to remove the layers of small `|ρ - 1|`
-/

namespace LivingInference

/-- **Theorem E0 (lower)**, behind the removal of layers after arXiv:2603.20991v1, §5.2: a residual
step of gain at most `g` leaves at least `(1 - g) * ‖h‖` of the state.

Not in the paper. The triangle inequality for `h = (h + u) - u`. No sign of `g`, and not `g ≤ 1`, is
needed; beyond `1` the bound says nothing.

@mode runtime property
@measure h state; u update
@certificate no
-/
theorem residual_norm_lower {E : Type*} [NormedAddCommGroup E]
    (h u : E) (g : ℝ)
    (hu : ‖u‖ ≤ g * ‖h‖) :
    (1 - g) * ‖h‖ ≤ ‖h + u‖ := by
  have htriangle : ‖h‖ ≤ ‖h + u‖ + ‖u‖ := norm_le_add_norm_add h u
  have hexpand : (1 - g) * ‖h‖ = ‖h‖ - g * ‖h‖ := one_sub_mul g ‖h‖
  linarith

/-- **Theorem E0 (upper)**, behind the removal of layers after arXiv:2603.20991v1, §5.2: a residual
step of gain at most `g` multiplies the norm of the state by at most `1 + g`.

Not in the paper. The triangle inequality for `h + u`.

@mode runtime property
@measure h state; u update
@certificate no
-/
theorem residual_norm_upper {E : Type*} [NormedAddCommGroup E]
    (h u : E) (g : ℝ)
    (hu : ‖u‖ ≤ g * ‖h‖) :
    ‖h + u‖ ≤ (1 + g) * ‖h‖ := by
  have htriangle : ‖h + u‖ ≤ ‖h‖ + ‖u‖ := norm_add_le h u
  have hexpand : (1 + g) * ‖h‖ = ‖h‖ + g * ‖h‖ := one_add_mul g ‖h‖
  linarith

/-- **Theorem E1**, on the removal of layers after arXiv:2603.20991v1, §5.2: removing a residual
layer makes a relative error energy of exactly `g ^ 2 / (1 + 2 * g * cosθ + g ^ 2)`.

Not in the paper. With the layer the state is `h + u`, without it `h`: what is lost is `u`, of
squared norm `g ^ 2 * ‖h‖ ^ 2`, and the norm of `h + u` is Theorem C0's. `h ≠ 0` is needed: at
`h = 0`, `u ≠ 0` the left side is `1` and `g` is `0`. `h + u = 0` is allowed; both sides are then
`0`. `ρ` sees of the update only how it changes the norm of the state, and what it does to an error;
this number is the size of what removal loses.

@mode runtime property
@measure h state; u update
@certificate no
-/
theorem layer_removal_identity {E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E]
    (h u : E) (g cosθ : ℝ)
    (hh : h ≠ 0)
    (hg : g = ‖u‖ / ‖h‖) (hcosθ : cosθ = inner ℝ h u / (‖h‖ * ‖u‖)) :
    ‖(h + u) - h‖ ^ 2 / ‖h + u‖ ^ 2 = g ^ 2 / (1 + 2 * g * cosθ + g ^ 2) := by
  have hnorm : ‖h‖ ≠ 0 := norm_ne_zero_iff.mpr hh
  have hgain : ‖u‖ = g * ‖h‖ := by rw [hg, div_mul_cancel₀ _ hnorm]
  have hlost : (h + u) - h = u := add_sub_cancel_left h u
  have herror : ‖(h + u) - h‖ ^ 2 = g ^ 2 * ‖h‖ ^ 2 := by rw [hlost, hgain, mul_pow]
  have hstate : ‖h + u‖ ^ 2 = (1 + 2 * g * cosθ + g ^ 2) * ‖h‖ ^ 2 :=
    residual_norm_sq h u g cosθ hh hg hcosθ
  rw [herror, hstate]
  exact mul_div_mul_right _ _ (pow_ne_zero 2 hnorm)

/-- **Theorem E2**, on the removal of layers after arXiv:2603.20991v1, §5.2: removing a residual
layer of gain at most `g < 1` makes a relative error energy of at most `g ^ 2 / (1 - g) ^ 2`,
whatever the direction of the update.

Not in the paper. Numerator at most `g * ‖h‖`, denominator at least `(1 - g) * ‖h‖` by Theorem E0.
`g < 1` is needed: `g = 1`, `u = h` gives `1 / 4` on the left and, by total division, `0` on the
right. `h ≠ 0` is a guard: at `h = 0` also `u = 0`, and the left side is `0`.

@mode runtime property
@measure h state; u update
@certificate no
-/
theorem layer_removal_bound {E : Type*} [NormedAddCommGroup E]
    (h u : E) (g : ℝ)
    (hh : h ≠ 0) (hg1 : g < 1)
    (hu : ‖u‖ ≤ g * ‖h‖) :
    ‖(h + u) - h‖ ^ 2 / ‖h + u‖ ^ 2 ≤ g ^ 2 / (1 - g) ^ 2 := by
  have hnorm : ‖h‖ ≠ 0 := norm_ne_zero_iff.mpr hh
  have hlost : (h + u) - h = u := add_sub_cancel_left h u
  have hkept : (1 - g) * ‖h‖ ≤ ‖h + u‖ := residual_norm_lower h u g hu
  have hpos : 0 < (1 - g) * ‖h‖ := mul_pos (sub_pos.mpr hg1) (norm_pos_iff.mpr hh)
  have hnum : ‖u‖ ^ 2 ≤ (g * ‖h‖) ^ 2 := pow_le_pow_left₀ (norm_nonneg u) hu 2
  have hden : ((1 - g) * ‖h‖) ^ 2 ≤ ‖h + u‖ ^ 2 := pow_le_pow_left₀ hpos.le hkept 2
  have hcancel : (g * ‖h‖) ^ 2 / ((1 - g) * ‖h‖) ^ 2 = g ^ 2 / (1 - g) ^ 2 := by
    rw [mul_pow, mul_pow, mul_div_mul_right _ _ (pow_ne_zero 2 hnorm)]
  rw [hlost, ← hcancel]
  exact div_le_div₀ (sq_nonneg (g * ‖h‖)) hnum (pow_pos hpos 2) hden

/-- **Theorem E3**, on the removal of layers after arXiv:2603.20991v1, §5.2: if removing layer
`r` leaves an error energy of at most `v`, the error energy of the output is at most `v` times the
product of the later factors.

Not in the paper. Theorem D1 from layer `r + 1` on, with the removal's own error as the start; `v`
may be the right side of Theorem E1 or E2. `r + 1 ≤ n` is needed, so that layer `r` exists:
`r = n = 0`, `V = 1, 0`, `v = 0` gives `1 ≤ 0`; `0 ≤ ρ t` too, to multiply inequalities: `r = 0`,
`n = 2`, `ρ 1 = -1`, `V 1 = V 2 = 0`, `v = 1` gives `0 ≤ -1`. The factors must bound *this* error,
as those of `relative_error_step` do; factors measured on another perturbation, an embedding error
say, make it a guess.

@mode runtime property
@measure V error energies; ρ step factors; r removed block; n block count
@certificate no
@note step factors from the same pair of runs give a diagnosis of that removal, no certificate
-/
theorem layer_removal_downstream
    (V ρ : ℕ → ℝ) (r n : ℕ) (v : ℝ)
    (hrn : r + 1 ≤ n)
    (hv : V (r + 1) ≤ v)
    (hρ : ∀ t ∈ Finset.Ico (r + 1) n, 0 ≤ ρ t)
    (hV : ∀ t ∈ Finset.Ico (r + 1) n, V (t + 1) ≤ ρ t * V t) :
    V n ≤ (∏ t ∈ Finset.Ico (r + 1) n, ρ t) * v := by
  have hlater : V n ≤ (∏ t ∈ Finset.Ico (r + 1) n, ρ t) * V (r + 1) :=
    propagation_product_Ico V ρ (r + 1) n hrn hρ hV
  have hproduct : 0 ≤ ∏ t ∈ Finset.Ico (r + 1) n, ρ t := Finset.prod_nonneg hρ
  exact hlater.trans (mul_le_mul_of_nonneg_left hv hproduct)

/-- The quotient of a factor `A`, within `L` of one, by a factor `B`, within `g` of one. -/
private theorem quotient_bracket (A B g L : ℝ) (hA : 0 ≤ A) (hg1 : g < 1)
    (hAlow : 1 - L ≤ A) (hAhigh : A ≤ 1 + L) (hBlow : 1 - g ≤ B) (hBhigh : B ≤ 1 + g) :
    (1 - L) / (1 + g) ≤ A / B ∧ A / B ≤ (1 + L) / (1 - g) := by
  have hgpos : 0 < 1 - g := sub_pos.mpr hg1
  have hB : 0 < B := hgpos.trans_le hBlow
  have hgpos' : 0 < 1 + g := hB.trans_le hBhigh
  have hcross : (1 - L) * B ≤ A * (1 + g) := mul_le_mul hAlow hBhigh hB.le hA
  exact ⟨(div_le_div_iff₀ hgpos' hB).mpr hcross,
    div_le_div₀ (hA.trans hAhigh) hAhigh hgpos hBlow⟩

/-- **Theorem E4**, on the removal of layers after arXiv:2603.20991v1, §5.2: the ratio of the
relative error amplitudes after and before a layer of gain at most `g < 1` and error gain at most
`L` lies between `(1 - L) / (1 + g)` and `(1 + L) / (1 - g)`.

Not in the paper. The ratio is the growth of the error, within `L` of one by Theorem E0, over the
growth of the state, within `g` of one. `h ≠ 0` and `h - hhat ≠ 0` are needed: else `r = 0` while
the left bound may be positive. `g < 1` too: `g = 1`, `u = -h` makes `r = 0` at `L = 0`, below
`1 / 2`. No sign of `1 - L` is needed.

@mode runtime property
@measure h state; u update; hhat perturbed state; uhat perturbed update
@certificate no
@note L taken from the same pair of runs gives a diagnosis; only an L valid on a ball would certify
-/
theorem amplitude_ratio_bracket {E : Type*} [NormedAddCommGroup E]
    (h u hhat uhat : E) (g L r : ℝ)
    (hh : h ≠ 0) (he : h - hhat ≠ 0) (hg1 : g < 1)
    (hu : ‖u‖ ≤ g * ‖h‖) (hL : ‖u - uhat‖ ≤ L * ‖h - hhat‖)
    (hr : r = (‖(h + u) - (hhat + uhat)‖ / ‖h + u‖) / (‖h - hhat‖ / ‖h‖)) :
    (1 - L) / (1 + g) ≤ r ∧ r ≤ (1 + L) / (1 - g) := by
  have hhpos : 0 < ‖h‖ := norm_pos_iff.mpr hh
  have hepos : 0 < ‖h - hhat‖ := norm_pos_iff.mpr he
  have hsub : (h + u) - (hhat + uhat) = (h - hhat) + (u - uhat) :=
    add_sub_add_comm h u hhat uhat
  have hratio : r = (‖(h - hhat) + (u - uhat)‖ / ‖h - hhat‖) / (‖h + u‖ / ‖h‖) := by
    rw [hr, hsub]
    exact div_div_div_comm _ _ _ _
  have hA : 0 ≤ ‖(h - hhat) + (u - uhat)‖ / ‖h - hhat‖ := div_nonneg (norm_nonneg _) hepos.le
  have hAlow : 1 - L ≤ ‖(h - hhat) + (u - uhat)‖ / ‖h - hhat‖ :=
    (le_div_iff₀ hepos).mpr (residual_norm_lower (h - hhat) (u - uhat) L hL)
  have hAhigh : ‖(h - hhat) + (u - uhat)‖ / ‖h - hhat‖ ≤ 1 + L :=
    (div_le_iff₀ hepos).mpr (residual_norm_upper (h - hhat) (u - uhat) L hL)
  have hBlow : 1 - g ≤ ‖h + u‖ / ‖h‖ := (le_div_iff₀ hhpos).mpr (residual_norm_lower h u g hu)
  have hBhigh : ‖h + u‖ / ‖h‖ ≤ 1 + g := (div_le_iff₀ hhpos).mpr (residual_norm_upper h u g hu)
  rw [hratio]
  exact quotient_bracket _ _ g L hA hg1 hAlow hAhigh hBlow hBhigh

/-- **Theorem E4 (sqrt)**, on the `ρ` of arXiv:2603.20991v1, §5.2: `√ρ` is the ratio of the relative
error amplitudes.

Not in the paper. Total division and the norm's sign make every hypothesis superfluous.

@mode runtime property
@measure h state; hhat perturbed state; h' next state; hhat' next perturbed state
@certificate no
-/
theorem sqrt_rho_eq_amplitude_ratio {E : Type*} [NormedAddCommGroup E]
    (h hhat h' hhat' : E) (ρ : ℝ)
    (hρ : ρ = (‖h' - hhat'‖ ^ 2 / ‖h'‖ ^ 2) / (‖h - hhat‖ ^ 2 / ‖h‖ ^ 2)) :
    Real.sqrt ρ = (‖h' - hhat'‖ / ‖h'‖) / (‖h - hhat‖ / ‖h‖) := by
  have hsquare : ρ = ((‖h' - hhat'‖ / ‖h'‖) / (‖h - hhat‖ / ‖h‖)) ^ 2 := by
    rw [hρ, div_pow, div_pow, div_pow]
  have hnonneg : 0 ≤ (‖h' - hhat'‖ / ‖h'‖) / (‖h - hhat‖ / ‖h‖) :=
    div_nonneg (div_nonneg (norm_nonneg _) (norm_nonneg _))
      (div_nonneg (norm_nonneg _) (norm_nonneg _))
  rw [hsquare]
  exact Real.sqrt_sq hnonneg

/-- **Theorem E4'**, on the removal of layers after arXiv:2603.20991v1, §5.2: for a layer of gain at
most `g < 1` and error gain at most `L`, `√ρ` lies between `(1 - L) / (1 + g)` and
`(1 + L) / (1 - g)`.

Not in the paper. Theorem E4, read through Theorem E4 (sqrt); the hypotheses are needed for the same
reasons.

@mode runtime property
@measure h state; u update; hhat perturbed state; uhat perturbed update
@certificate no
@note L taken from the same pair of runs gives a diagnosis; only an L valid on a ball would certify
-/
theorem sqrt_rho_bracket {E : Type*} [NormedAddCommGroup E]
    (h u hhat uhat : E) (g L ρ : ℝ)
    (hh : h ≠ 0) (he : h - hhat ≠ 0) (hg1 : g < 1)
    (hu : ‖u‖ ≤ g * ‖h‖) (hL : ‖u - uhat‖ ≤ L * ‖h - hhat‖)
    (hρ : ρ = (‖(h + u) - (hhat + uhat)‖ ^ 2 / ‖h + u‖ ^ 2) / (‖h - hhat‖ ^ 2 / ‖h‖ ^ 2)) :
    (1 - L) / (1 + g) ≤ Real.sqrt ρ ∧ Real.sqrt ρ ≤ (1 + L) / (1 - g) := by
  have hsqrt : Real.sqrt ρ
      = (‖(h + u) - (hhat + uhat)‖ / ‖h + u‖) / (‖h - hhat‖ / ‖h‖) :=
    sqrt_rho_eq_amplitude_ratio h hhat (h + u) (hhat + uhat) ρ hρ
  exact amplitude_ratio_bracket h u hhat uhat g L (Real.sqrt ρ) hh he hg1 hu hL hsqrt

/-- **Theorem E5**, on the removal of layers after arXiv:2603.20991v1, §5.2: a ratio within the
bracket of Theorem E4 deviates from one by at most `(g + L) / (1 - g)`.

Not in the paper. With `r = √ρ` it bounds the layer's gains from *below*: a large `|√ρ - 1|` proves
that `g` or `L` is large, not which of the two; only `g` counts in the error of a removal (Theorem
E2). A small one proves nothing: `rho_one_not_removable`. `0 ≤ g` is needed: `g = -1/2`, `L = 1`,
`r = 0` lies in the bracket and deviates by `1`, more than `1/3`. `g < 1` too: `g = L = 1`, `r = 0`
deviates by `1`, more than `2 / 0`, which is `0`. `0 ≤ L` is a guard: the bracket is empty unless
`-g ≤ L`, which would do.

@mode runtime property
@measure g gain; L lipschitz ratio; r amplitude ratio
@certificate no
@note L taken from the same pair of runs gives a diagnosis; only an L valid on a ball would certify
-/
theorem sqrt_rho_deviation
    (g L r : ℝ)
    (hg0 : 0 ≤ g) (hg1 : g < 1) (hL0 : 0 ≤ L)
    (hlow : (1 - L) / (1 + g) ≤ r)
    (hhigh : r ≤ (1 + L) / (1 - g)) :
    |r - 1| ≤ (g + L) / (1 - g) := by
  have hpos : 0 < 1 - g := sub_pos.mpr hg1
  have hpos' : 0 < 1 + g := add_pos_of_pos_of_nonneg one_pos hg0
  have hlow' : 1 - L ≤ r * (1 + g) := (div_le_iff₀ hpos').mp hlow
  have hhigh' : r * (1 - g) ≤ 1 + L := (le_div_iff₀ hpos).mp hhigh
  have habove : r - 1 ≤ (g + L) / (1 - g) := (le_div_iff₀ hpos).mpr (by linarith)
  have hbelow : 1 - r ≤ (g + L) / (1 + g) := (le_div_iff₀ hpos').mpr (by linarith)
  have hwider : (g + L) / (1 + g) ≤ (g + L) / (1 - g) :=
    div_le_div_of_nonneg_left (add_nonneg hg0 hL0) hpos (by linarith)
  exact abs_sub_le_iff.mpr ⟨habove, hbelow.trans hwider⟩

/-- **Theorem E5'**, on the removal of layers after arXiv:2603.20991v1, §5.2: Theorem E5 for
energies; `ρ = r ^ 2` deviates from one by at most `(g + L) * (2 + L - g) / (1 - g) ^ 2`.

Not in the paper. `r ^ 2 - 1` is `r - 1`, bounded by Theorem E5, times `r + 1`, which is at most
`(1 + L) / (1 - g) + 1`. `0 ≤ g` and `g < 1` are needed as in Theorem E5, with the same numbers;
`0 ≤ L` and `0 ≤ r` are guards: `r` stands for `√ρ`, and both only shorten the proof.

@mode runtime property
@measure g gain; L lipschitz ratio; r amplitude ratio
@certificate no
@note L taken from the same pair of runs gives a diagnosis; only an L valid on a ball would certify
-/
theorem rho_deviation
    (g L r : ℝ)
    (hg0 : 0 ≤ g) (hg1 : g < 1) (hL0 : 0 ≤ L) (hr0 : 0 ≤ r)
    (hlow : (1 - L) / (1 + g) ≤ r)
    (hhigh : r ≤ (1 + L) / (1 - g)) :
    |r ^ 2 - 1| ≤ (g + L) * (2 + L - g) / (1 - g) ^ 2 := by
  have hpos : 0 < 1 - g := sub_pos.mpr hg1
  have hhigh' : r * (1 - g) ≤ 1 + L := (le_div_iff₀ hpos).mp hhigh
  have hsub : |r - 1| ≤ (g + L) / (1 - g) := sqrt_rho_deviation g L r hg0 hg1 hL0 hlow hhigh
  have hadd : |r + 1| ≤ (2 + L - g) / (1 - g) := by
    rw [abs_of_nonneg (add_nonneg hr0 zero_le_one)]
    exact (le_div_iff₀ hpos).mpr (by linarith)
  have hsub0 : 0 ≤ (g + L) / (1 - g) := div_nonneg (add_nonneg hg0 hL0) hpos.le
  have hfactor : r ^ 2 - 1 = (r - 1) * (r + 1) := by ring
  calc |r ^ 2 - 1| = |r - 1| * |r + 1| := by rw [hfactor, abs_mul]
    _ ≤ (g + L) / (1 - g) * ((2 + L - g) / (1 - g)) := mul_le_mul hsub hadd (abs_nonneg _) hsub0
    _ = (g + L) * (2 + L - g) / (1 - g) ^ 2 := by rw [div_mul_div_comm, sq]

end LivingInference
