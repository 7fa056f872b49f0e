/-
Copyright (c) 2026 The Living Inference authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
Authors: The Living Inference authors
-/
import Mathlib.Tactic.NormNum
import LivingInference

/-!
# Sentences of the paper that are false, and hypotheses that are needed

The first part refutes sentences of arXiv:2603.20991v1 as printed; the labels P1, P2, … are those
of `docs/verification.md`. The second part drops one hypothesis from one of the library's own
theorems and refutes what is left.

Not stated here but decided by exact arithmetic in
`tests/properties/test_paper_counterexamples.py`: what needs vectors of two dimensions, a whole
network or the paper's figures (P5, P6, P12, P18), and that P8 is true in Frobenius norm.

## Main results

* `rho_one_not_removable`: a layer with `ρ = 1` whose removal is far from harmless (E6, P15).
-/

namespace LivingInference

/-! ### The paper -/

/-- **P1**, Theorem 9, "if `β < α` then `(β / α) ^ 2 < 1`": `α = 1`, `β = -2` gives `4`. -/
example : ¬ ∀ α β : ℝ, β < α → (β / α) ^ 2 < 1 := by
  intro h
  have hfour : ((-2 : ℝ) / 1) ^ 2 < 1 := h 1 (-2) (by norm_num)
  norm_num at hfour

/-- **P2**, Theorem 8, `c * (1 - ρ ^ n) / (1 - ρ) ≤ c / (1 - ρ)` without `0 ≤ c`: `-1 ≤ -2`. -/
example : ¬ ∀ (c ρ : ℝ) (n : ℕ), 0 ≤ ρ → ρ < 1 →
    c * (1 - ρ ^ n) / (1 - ρ) ≤ c / (1 - ρ) := by
  intro h
  have hfalse : (-1 : ℝ) * (1 - (1 / 2) ^ 1) / (1 - 1 / 2) ≤ -1 / (1 - 1 / 2) :=
    h (-1) (1 / 2) 1 (by norm_num) (by norm_num)
  norm_num at hfalse

/-- **P2**, Theorem 8 without `0 ≤ ρ`: `1 ≤ 2 / 3`. -/
example : ¬ ∀ (c ρ : ℝ) (n : ℕ), 0 ≤ c → ρ < 1 →
    c * (1 - ρ ^ n) / (1 - ρ) ≤ c / (1 - ρ) := by
  intro h
  have hfalse : (1 : ℝ) * (1 - (-1 / 2) ^ 1) / (1 - -1 / 2) ≤ 1 / (1 - -1 / 2) :=
    h 1 (-1 / 2) 1 (by norm_num) (by norm_num)
  norm_num at hfalse

/-- **P2**, Theorem 8 without `ρ < 1`: `7 ≤ -1`. -/
example : ¬ ∀ (c ρ : ℝ) (n : ℕ), 0 ≤ c → 0 ≤ ρ →
    c * (1 - ρ ^ n) / (1 - ρ) ≤ c / (1 - ρ) := by
  intro h
  have hfalse : (1 : ℝ) * (1 - 2 ^ 3) / (1 - 2) ≤ 1 / (1 - 2) :=
    h 1 2 3 (by norm_num) (by norm_num)
  norm_num at hfalse

/-- **P3**, §5.2, the limit `c / (1 - ρ)` is "tighter than `n * max` for all models where `ρ < 1`":
at the paper's own `ρ = 0.96` and `n = 12` it is `25 * c` against `12 * c`. -/
example : ¬ ∀ (c ρ : ℝ) (n : ℕ), 0 ≤ c → 0 ≤ ρ → ρ < 1 → c / (1 - ρ) ≤ (n : ℝ) * c := by
  intro h
  have hfalse : (1 : ℝ) / (1 - 24 / 25) ≤ ((12 : ℕ) : ℝ) * 1 :=
    h 1 (24 / 25) 12 (by norm_num) (by norm_num) (by norm_num)
  norm_num at hfalse

/-- **P4**, §5.2, "23× tighter": over 12 layers the finite sum, times 23, is always above the linear
bound `12 * c`. -/
example (c ρ : ℝ) (hc : 0 < c) (hρ0 : 0 ≤ ρ) (hρ1 : ρ < 1) :
    12 * c < 23 * (c * (1 - ρ ^ 12) / (1 - ρ)) := by
  have hcap : c ≤ c * (1 - ρ ^ 12) / (1 - ρ) :=
    cap_le_geometric c ρ 12 hc.le hρ0 hρ1 (by norm_num)
  have hfactor : 12 * c < 23 * c := by linarith
  exact hfactor.trans_le (mul_le_mul_of_nonneg_left hcap (by norm_num))

/-- **P8**, §2.2, "the residual norm decreases monotonically" with the weights kept: pruning all of
`[[1, 1], [1, -1.01]]` leaves that matrix, whose squared operator norm is at most `21 / 10`; keeping
its largest entry leaves `[[1, 1], [1, 0]]`, whose squared norm is above `5 / 2`. -/
example : (∀ x y : ℝ, (x + y) ^ 2 + (x - 101 / 100 * y) ^ 2 ≤ 21 / 10 * (x ^ 2 + y ^ 2)) ∧
    ∃ x y : ℝ, 5 / 2 * (x ^ 2 + y ^ 2) < (x + y) ^ 2 + x ^ 2 := by
  constructor
  · intro x y
    have hsum : 0 ≤ (x + y) ^ 2 := sq_nonneg (x + y)
    have hx : 0 ≤ x ^ 2 := sq_nonneg x
    have hy : 0 ≤ y ^ 2 := sq_nonneg y
    have hgap : 21 / 10 * (x ^ 2 + y ^ 2) - ((x + y) ^ 2 + (x - 101 / 100 * y) ^ 2)
        = 1 / 100 * (x + y) ^ 2 + 9 / 100 * x ^ 2 + 699 / 10000 * y ^ 2 := by ring
    have hsquares : 0 ≤ 1 / 100 * (x + y) ^ 2 + 9 / 100 * x ^ 2 + 699 / 10000 * y ^ 2 :=
      add_nonneg (add_nonneg (mul_nonneg (by norm_num) hsum) (mul_nonneg (by norm_num) hx))
        (mul_nonneg (by norm_num) hy)
    exact sub_nonneg.mp (hsquares.trans_eq hgap.symm)
  · exact ⟨2, 1, by norm_num⟩

/-- **P10**, Theorem 7 as a bound on the output of a network: two layers `x ↦ 2 * x`, each computed
with an error of `1`, are off by `3` at the output, not by `2`. -/
example : ∃ f fhat : ℝ → ℝ, (∀ x, |f x - fhat x| ≤ 1) ∧ ¬ |f (f 0) - fhat (fhat 0)| ≤ 2 * 1 := by
  refine ⟨fun x => 2 * x, fun x => 2 * x + 1, ?_, ?_⟩
  · intro x
    have herror : 2 * x - (2 * x + 1) = -1 := by ring
    have habs : |2 * x - (2 * x + 1)| = 1 := by rw [herror, abs_neg, abs_one]
    exact habs.le
  · have herror : ¬ |2 * (2 * (0 : ℝ)) - (2 * (2 * 0 + 1) + 1)| ≤ 2 * 1 := by
      have hvalue : 2 * (2 * (0 : ℝ)) - (2 * (2 * 0 + 1) + 1) = -3 := by norm_num
      rw [hvalue, abs_neg, abs_of_nonneg (by norm_num : (0 : ℝ) ≤ 3)]
      norm_num
    exact herror

/-- **P11**, §5.2, `V(t+1) ≤ ρ_t * V(t) + c_t` for squared ratios: two errors of amplitude `1` have
the energies `1` and `1`, and together the energy `4`. -/
example : ¬ ∀ h e d : ℝ,
    ‖e + d‖ ^ 2 / ‖h‖ ^ 2 ≤ ‖e‖ ^ 2 / ‖h‖ ^ 2 + ‖d‖ ^ 2 / ‖h‖ ^ 2 := by
  intro h
  have hfalse : ‖(1 : ℝ) + 1‖ ^ 2 / ‖(1 : ℝ)‖ ^ 2
      ≤ ‖(1 : ℝ)‖ ^ 2 / ‖(1 : ℝ)‖ ^ 2 + ‖(1 : ℝ)‖ ^ 2 / ‖(1 : ℝ)‖ ^ 2 := h 1 1 1
  simp only [Real.norm_eq_abs, sq_abs] at hfalse
  norm_num at hfalse

/-- **P14**, Theorem 6, "tighter `δ` never increases error": the entry found within the smaller
radius may be the worse one; what shrinks with the radius is the bound. -/
example : ¬ ∀ x near far δ₁ δ₂ : ℝ, δ₁ ≤ δ₂ → |x - near| ≤ δ₁ → |x - far| ≤ δ₂ →
    |x - near| ≤ |x - far| := by
  intro h
  have hnear : |(0 : ℝ) - 1| = 1 := by rw [zero_sub, abs_neg, abs_one]
  have hfar : |(0 : ℝ) - 0| = 0 := by rw [sub_zero, abs_zero]
  have hradius : |(0 : ℝ) - 0| ≤ 2 := hfar.trans_le (by norm_num)
  have hfalse : |(0 : ℝ) - 1| ≤ |(0 : ℝ) - 0| := h 0 1 0 1 2 (by norm_num) hnear.le hradius
  rw [hnear, hfar] at hfalse
  norm_num at hfalse

/-- **Theorem E6**, P15: to remove the layers of small `|ρ - 1|`, as the paper's second version
proposes, is not safe. The layer `u = -2 * h` has `ρ = 1` for the error `h` itself, where
`hhat = uhat = 0`, and its removal makes a relative error energy of `4`. -/
theorem rho_one_not_removable :
    ∃ h u hhat uhat : ℝ,
      (‖(h + u) - (hhat + uhat)‖ ^ 2 / ‖h + u‖ ^ 2) / (‖h - hhat‖ ^ 2 / ‖h‖ ^ 2) = 1 ∧
      ‖(h + u) - h‖ ^ 2 / ‖h + u‖ ^ 2 = 4 := by
  refine ⟨1, -2, 0, 0, ?_, ?_⟩
  · simp only [Real.norm_eq_abs, sq_abs]
    norm_num
  · simp only [Real.norm_eq_abs, sq_abs]
    norm_num

/-! ### Hypotheses of the library -/

/-- What holds of `0` holds of every `t < 1`. -/
private theorem forall_range_one {P : ℕ → Prop} (hP : P 0) : ∀ t ∈ Finset.range 1, P t := by
  intro t ht
  have ht0 : t = 0 := Nat.lt_one_iff.mp (Finset.mem_range.mp ht)
  rw [ht0]
  exact hP

/-- D0 without `0 ≤ ρ t`: a negative factor swaps the value and its bound. -/
example : ¬ ∀ (V B ρ c : ℕ → ℝ) (n : ℕ),
    (∀ t ∈ Finset.range n, V (t + 1) ≤ ρ t * V t + c t) →
    (∀ t ∈ Finset.range n, B (t + 1) = ρ t * B t + c t) → V 0 ≤ B 0 → V n ≤ B n := by
  intro h
  have hV : ∀ t ∈ Finset.range 1, (0 : ℝ) ≤ -1 * 0 + 0 := fun _ _ => by norm_num
  have hB : ∀ t ∈ Finset.range 1, (-1 : ℝ) ^ (t + 1) = -1 * (-1) ^ t + 0 :=
    forall_range_one (by norm_num)
  have hfalse : (0 : ℝ) ≤ (-1) ^ 1 :=
    h (fun _ => 0) (fun t => (-1) ^ t) (fun _ => -1) (fun _ => 0) 1 hV hB (by norm_num)
  norm_num at hfalse

/-- D1 without `0 ≤ ρ t`: from `0` by `-3` to `3`, with two factors `-1`. -/
example : ¬ ∀ (V ρ : ℕ → ℝ) (n : ℕ),
    (∀ t ∈ Finset.range n, V (t + 1) ≤ ρ t * V t) →
    V n ≤ (∏ t ∈ Finset.range n, ρ t) * V 0 := by
  intro h
  have hV : ∀ t ∈ Finset.range 2, (-2 : ℝ) ^ (t + 1) - 1 ≤ -1 * ((-2) ^ t - 1) := by
    intro t ht
    have hcases : t = 0 ∨ t = 1 := by
      have hlt : t < 2 := Finset.mem_range.mp ht
      omega
    rcases hcases with ht0 | ht1
    · rw [ht0]; norm_num
    · rw [ht1]; norm_num
  have hfalse : (-2 : ℝ) ^ 2 - 1 ≤ (∏ _t ∈ Finset.range 2, (-1 : ℝ)) * ((-2) ^ 0 - 1) :=
    h (fun t => (-2) ^ t - 1) (fun _ => -1) 2 hV
  norm_num at hfalse

/-- D2 without `ρ < 1`: at `ρ = 1` the fraction is `0 / 0 = 0`, while errors add up. -/
example : ¬ ∀ (V : ℕ → ℝ) (ρ c : ℝ) (n : ℕ), 0 ≤ ρ →
    (∀ t ∈ Finset.range n, V (t + 1) ≤ ρ * V t + c) →
    V n ≤ ρ ^ n * V 0 + c * (1 - ρ ^ n) / (1 - ρ) := by
  intro h
  have hV : ∀ t ∈ Finset.range 1, ((t + 1 : ℕ) : ℝ) ≤ 1 * (t : ℝ) + 1 :=
    forall_range_one (by norm_num)
  have hfalse : ((1 : ℕ) : ℝ) ≤ 1 ^ 1 * ((0 : ℕ) : ℝ) + 1 * (1 - 1 ^ 1) / (1 - 1) :=
    h (fun t => (t : ℝ)) 1 1 1 (by norm_num) hV
  norm_num at hfalse

/-- D2 (limit) without `0 ≤ c`: `-1 ≤ -2`. -/
example : ¬ ∀ (V : ℕ → ℝ) (ρ c : ℝ) (n : ℕ), 0 ≤ ρ → ρ < 1 →
    (∀ t ∈ Finset.range n, V (t + 1) ≤ ρ * V t + c) → V n ≤ ρ ^ n * V 0 + c / (1 - ρ) := by
  intro h
  have hV : ∀ t ∈ Finset.range 1, -((t + 1 : ℕ) : ℝ) ≤ 1 / 2 * -(t : ℝ) + -1 :=
    forall_range_one (by norm_num)
  have hfalse : -((1 : ℕ) : ℝ) ≤ (1 / 2) ^ 1 * -((0 : ℕ) : ℝ) + -1 / (1 - 1 / 2) :=
    h (fun t => -(t : ℝ)) (1 / 2) (-1) 1 (by norm_num) (by norm_num) hV
  norm_num at hfalse

/-- D2 (uniform) without `0 ≤ V 0`: `-1 / 2 ≤ -1`. -/
example : ¬ ∀ (V : ℕ → ℝ) (ρ c : ℝ) (n : ℕ), 0 ≤ ρ → ρ < 1 → 0 ≤ c →
    (∀ t ∈ Finset.range n, V (t + 1) ≤ ρ * V t + c) → V n ≤ V 0 + c / (1 - ρ) := by
  intro h
  have hV : ∀ t ∈ Finset.range 1, -(1 / 2 : ℝ) ^ (t + 1) ≤ 1 / 2 * -(1 / 2) ^ t + 0 :=
    forall_range_one (by norm_num)
  have hfalse : -(1 / 2 : ℝ) ^ 1 ≤ -(1 / 2) ^ 0 + 0 / (1 - 1 / 2) :=
    h (fun t => -(1 / 2) ^ t) (1 / 2) 0 1 (by norm_num) (by norm_num) (by norm_num) hV
  norm_num at hfalse

/-- D4 without `n ≠ 0`: without layers nothing bounds the budget `τ` from below. -/
example : ¬ ∀ (V ρ c : ℕ → ℝ) (τ : ℝ) (n : ℕ),
    (∀ t ∈ Finset.range n, 0 ≤ ρ t) →
    (∀ t ∈ Finset.range n, V (t + 1) ≤ ρ t * V t + c t) → V 0 = 0 →
    (∀ t ∈ Finset.range n, (∏ i ∈ Finset.Ico (t + 1) n, ρ i) * c t ≤ τ / (n : ℝ)) →
    V n ≤ τ := by
  intro h
  have hnone : ∀ P : ℕ → Prop, ∀ t ∈ Finset.range 0, P t := fun _ t ht =>
    absurd (Finset.mem_range.mp ht) (Nat.not_lt_zero t)
  have hfalse : (0 : ℝ) ≤ -1 :=
    h (fun _ => 0) (fun _ => 0) (fun _ => 0) (-1) 0 (hnone _) (hnone _) rfl (hnone _)
  norm_num at hfalse

/-- D5 without `0 ≤ V t`: a larger factor makes a negative value smaller. -/
example : ¬ ∀ (V ρ c : ℕ → ℝ) (r C : ℝ) (n : ℕ), 0 ≤ r → r < 1 →
    (∀ t ∈ Finset.range n, ρ t ≤ r) → (∀ t ∈ Finset.range n, c t ≤ C) →
    (∀ t ∈ Finset.range n, V (t + 1) ≤ ρ t * V t + c t) →
    V n ≤ r ^ n * V 0 + C * (1 - r ^ n) / (1 - r) := by
  intro h
  have hρ : ∀ t ∈ Finset.range 1, (0 : ℝ) ≤ 1 / 2 := fun _ _ => by norm_num
  have hc : ∀ t ∈ Finset.range 1, (0 : ℝ) ≤ 0 := fun _ _ => le_rfl
  have hV : ∀ t ∈ Finset.range 1, ((t + 1 : ℕ) : ℝ) - 1 ≤ 0 * ((t : ℝ) - 1) + 0 :=
    forall_range_one (by norm_num)
  have hfalse : ((1 : ℕ) : ℝ) - 1
      ≤ (1 / 2) ^ 1 * (((0 : ℕ) : ℝ) - 1) + 0 * (1 - (1 / 2) ^ 1) / (1 - 1 / 2) :=
    h (fun t => (t : ℝ) - 1) (fun _ => 0) (fun _ => 0) (1 / 2) 0 1 (by norm_num) (by norm_num)
      hρ hc hV
  norm_num at hfalse

/-- D6 without `0 < η`: at `η = -1` the right side is `0`. -/
example : ¬ ∀ s s' r d η : ℝ, 0 ≤ s' → s' ≤ r * s + d →
    s' ^ 2 ≤ (1 + η) * r ^ 2 * s ^ 2 + (1 + 1 / η) * d ^ 2 := by
  intro h
  have hfalse : (1 : ℝ) ^ 2 ≤ (1 + -1) * 0 ^ 2 * 0 ^ 2 + (1 + 1 / -1) * 1 ^ 2 :=
    h 0 1 0 1 (-1) (by norm_num) (by norm_num)
  norm_num at hfalse

/-- D6 without `0 ≤ s'`: the square of a large negative number is large. -/
example : ¬ ∀ s s' r d η : ℝ, 0 < η → s' ≤ r * s + d →
    s' ^ 2 ≤ (1 + η) * r ^ 2 * s ^ 2 + (1 + 1 / η) * d ^ 2 := by
  intro h
  have hfalse : (-1 : ℝ) ^ 2 ≤ (1 + 1) * 0 ^ 2 * 0 ^ 2 + (1 + 1 / 1) * 0 ^ 2 :=
    h 0 (-1) 0 0 1 (by norm_num) (by norm_num)
  norm_num at hfalse

/-- E2 without `g < 1`: `h = u = 1`, `g = 1` gives `1 / 4 ≤ 0`. -/
example : ¬ ∀ h u g : ℝ, h ≠ 0 → ‖u‖ ≤ g * ‖h‖ →
    ‖(h + u) - h‖ ^ 2 / ‖h + u‖ ^ 2 ≤ g ^ 2 / (1 - g) ^ 2 := by
  intro h
  have hfalse : ‖((1 : ℝ) + 1) - 1‖ ^ 2 / ‖(1 : ℝ) + 1‖ ^ 2 ≤ (1 : ℝ) ^ 2 / (1 - 1) ^ 2 :=
    h 1 1 1 one_ne_zero (one_mul ‖(1 : ℝ)‖).ge
  simp only [Real.norm_eq_abs, sq_abs] at hfalse
  norm_num at hfalse

/-- E5 without `0 ≤ g`: `g = -1 / 2`, `L = 1`, `r = 0` gives `1 ≤ 1 / 3`. -/
example : ¬ ∀ g L r : ℝ, g < 1 → 0 ≤ L → (1 - L) / (1 + g) ≤ r → r ≤ (1 + L) / (1 - g) →
    |r - 1| ≤ (g + L) / (1 - g) := by
  intro h
  have hfalse : |(0 : ℝ) - 1| ≤ (-1 / 2 + 1) / (1 - -1 / 2) :=
    h (-1 / 2) 1 0 (by norm_num) (by norm_num) (by norm_num) (by norm_num)
  rw [zero_sub, abs_neg, abs_one] at hfalse
  norm_num at hfalse

/-- E5 without `g < 1`: `g = L = 1`, `r = 0` gives `1 ≤ 2 / 0 = 0`. -/
example : ¬ ∀ g L r : ℝ, 0 ≤ g → 0 ≤ L → (1 - L) / (1 + g) ≤ r → r ≤ (1 + L) / (1 - g) →
    |r - 1| ≤ (g + L) / (1 - g) := by
  intro h
  have hfalse : |(0 : ℝ) - 1| ≤ (1 + 1) / (1 - 1) :=
    h 1 1 0 (by norm_num) (by norm_num) (by norm_num) (by norm_num)
  rw [zero_sub, abs_neg, abs_one] at hfalse
  norm_num at hfalse

/-- F2 without `m * u < 1`: `m = 1`, `u = 2` gives `2 ≤ -2`. -/
example : ¬ ∀ (u : ℝ) (m : ℕ), 0 ≤ u → (1 + u) ^ m - 1 ≤ (m : ℝ) * u / (1 - (m : ℝ) * u) := by
  intro h
  have hfalse : (1 + (2 : ℝ)) ^ 1 - 1 ≤ ((1 : ℕ) : ℝ) * 2 / (1 - ((1 : ℕ) : ℝ) * 2) :=
    h 2 1 (by norm_num)
  norm_num at hfalse

/-- F2 without `0 ≤ u`: `m = 2`, `u = -3` gives `3 ≤ -6 / 7`. -/
example : ¬ ∀ (u : ℝ) (m : ℕ), (m : ℝ) * u < 1 →
    (1 + u) ^ m - 1 ≤ (m : ℝ) * u / (1 - (m : ℝ) * u) := by
  intro h
  have hfalse : (1 + (-3 : ℝ)) ^ 2 - 1 ≤ ((2 : ℕ) : ℝ) * -3 / (1 - ((2 : ℕ) : ℝ) * -3) :=
    h (-3) 2 (by norm_num)
  norm_num at hfalse

end LivingInference
