/-
Copyright (c) 2026 The Living Inference authors. All rights reserved.
Released under Apache 2.0 license as described in the file LICENSE.
Authors: The Living Inference authors
-/
import Mathlib.Algebra.BigOperators.Intervals
import Mathlib.Algebra.Order.BigOperators.Ring.Finset
import Mathlib.Tactic.LinearCombination
import LivingInference.Scalar
import LivingInference.Residual

/-!
# Errors through a whole network

A network of `n` layers, the error before layer `t` measured by a number `V t`. Each layer
multiplies it by at most `ρ t` and adds at most `c t`. The theorems bound `V n`.

`V` is any sequence of reals. Two readings matter: *amplitudes*, the norm of the error over the norm
of the state, whose step is Theorem 10c, with injections; and *energies*, their squares, whose step
is Theorem 10b, without.

## Main results

* `running_bound`: what a monitor computes layer by layer (D0).
* `propagation_product`, `propagation_product_Ico`: without injections, the product of the factors,
  over all layers or from layer `m` on (D1).
* `geometric_injection_bound`, `geometric_injection_limit`, `geometric_injection_uniform`: one
  factor below one and one injection for all layers (D2).
* `heterogeneous_bound`, `budget_allocation`: an injection counts with the product of the factors
  after it, and what each layer may spend of a total budget (D3, D4).
* `capped_injection_bound`: D2 under caps on the factors and injections (D5).
* `energy_injection`: the step for energies, with Young's weight (D6).
* `network_relative_error_bound`: D1 with the factors of Theorem 10b (D7).
* `nonexpansive_error_bound`: Theorem 7 made true of a network (D8).

## Implementation notes

Every hypothesis is asked only of the layers that exist. No sign of `V` is needed except where it is
listed. The proofs are inductions on the number of layers; a nonnegative factor keeps the direction
of the inequality of the induction hypothesis, which is what `0 ≤ ρ t` is for.

A factor measured on one error bounds no other error; the factors of Theorem 10b and 10c depend on
the error through `L` alone.

## References

* arXiv:2603.20991v1, §5.2, §5.4
-/

namespace LivingInference

private theorem mem_range_succ_of_mem {n t : ℕ} (ht : t ∈ Finset.range n) :
    t ∈ Finset.range (n + 1) := by
  have hlt : t < n := Finset.mem_range.mp ht
  have hlt' : t < n + 1 := by omega
  exact Finset.mem_range.mpr hlt'

/-- **Theorem D0**, behind the recursion `V (t + 1) ≤ ρ t * V t + c t` of arXiv:2603.20991v1, §5.2:
the bound that a monitor carries along from layer to layer stays above the error.

Not in the paper as a theorem. Induction on `n`. `0 ≤ ρ t` is needed: `ρ 0 = -1`, `c 0 = 0`,
`V 0 = 0` and `B 0 = 1` allow `V 1 = 0` and give `B 1 = -1`. No sign of `V`, `B` or `c` is needed.

@mode runtime property
@measure V error amplitudes; B running bound; ρ amplitude factors; c compression injections;
  n block count
@certificate no
@note the factors use the L of this pair of runs: a diagnosis, uniform over the errors with that L
-/
theorem running_bound
    (V B ρ c : ℕ → ℝ) (n : ℕ)
    (hρ : ∀ t ∈ Finset.range n, 0 ≤ ρ t)
    (hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ ρ t * V t + c t)
    (hB : ∀ t ∈ Finset.range n, B (t + 1) = ρ t * B t + c t)
    (hV0 : V 0 ≤ B 0) :
    V n ≤ B n := by
  induction n with
  | zero => exact hV0
  | succ n ih =>
    have hlast : n ∈ Finset.range (n + 1) := Finset.self_mem_range_succ n
    have hprev : V n ≤ B n :=
      ih (fun t ht => hρ t (mem_range_succ_of_mem ht))
        (fun t ht => hV t (mem_range_succ_of_mem ht))
        (fun t ht => hB t (mem_range_succ_of_mem ht))
    calc V (n + 1) ≤ ρ n * V n + c n := hV n hlast
      _ ≤ ρ n * B n + c n := add_le_add (mul_le_mul_of_nonneg_left hprev (hρ n hlast)) le_rfl
      _ = B (n + 1) := (hB n hlast).symm

/-- **Theorem D1**, behind §5.2 of arXiv:2603.20991v1: without injections the error is multiplied by
at most the product of the factors of the layers.

Not in the paper as a theorem. Induction on `n`. `0 ≤ ρ t` is needed: `ρ = 1, -1` allows
`V = 1, 0, 0`, and the product is `-1`. No sign of `V` is needed.

@mode runtime property
@measure V error energies; ρ step factors; n block count
@certificate no
@note the factors use the L of this pair of runs: a diagnosis, uniform over the errors with that L
-/
theorem propagation_product
    (V ρ : ℕ → ℝ) (n : ℕ)
    (hρ : ∀ t ∈ Finset.range n, 0 ≤ ρ t)
    (hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ ρ t * V t) :
    V n ≤ (∏ t ∈ Finset.range n, ρ t) * V 0 := by
  induction n with
  | zero =>
    have hempty : (∏ t ∈ Finset.range 0, ρ t) * V 0 = V 0 := by
      rw [Finset.prod_range_zero, one_mul]
    exact le_of_eq hempty.symm
  | succ n ih =>
    have hlast : n ∈ Finset.range (n + 1) := Finset.self_mem_range_succ n
    have hprev : V n ≤ (∏ t ∈ Finset.range n, ρ t) * V 0 :=
      ih (fun t ht => hρ t (mem_range_succ_of_mem ht))
        (fun t ht => hV t (mem_range_succ_of_mem ht))
    have hprod : ∏ t ∈ Finset.range (n + 1), ρ t = (∏ t ∈ Finset.range n, ρ t) * ρ n :=
      Finset.prod_range_succ ρ n
    calc V (n + 1) ≤ ρ n * V n := hV n hlast
      _ ≤ ρ n * ((∏ t ∈ Finset.range n, ρ t) * V 0) :=
        mul_le_mul_of_nonneg_left hprev (hρ n hlast)
      _ = (∏ t ∈ Finset.range (n + 1), ρ t) * V 0 := by rw [hprod]; ring

private theorem propagation_product_from (V ρ : ℕ → ℝ) (m k : ℕ)
    (hρ : ∀ t ∈ Finset.Ico m (m + k), 0 ≤ ρ t)
    (hV : ∀ t ∈ Finset.Ico m (m + k), V (t + 1) ≤ ρ t * V t) :
    V (m + k) ≤ (∏ t ∈ Finset.Ico m (m + k), ρ t) * V m := by
  have hmem : ∀ i ∈ Finset.range k, m + i ∈ Finset.Ico m (m + k) := by
    intro i hi
    have hlt : i < k := Finset.mem_range.mp hi
    exact Finset.mem_Ico.mpr ⟨by omega, by omega⟩
  have hfactor : ∀ i ∈ Finset.range k, 0 ≤ ρ (m + i) := fun i hi => hρ (m + i) (hmem i hi)
  have hgrow : ∀ i ∈ Finset.range k, V (m + (i + 1)) ≤ ρ (m + i) * V (m + i) := by
    intro i hi
    have hnext : V (m + i + 1) ≤ ρ (m + i) * V (m + i) := hV (m + i) (hmem i hi)
    rw [Nat.add_assoc m i 1] at hnext
    exact hnext
  have hshift : V (m + k) ≤ (∏ i ∈ Finset.range k, ρ (m + i)) * V (m + 0) :=
    propagation_product (fun i => V (m + i)) (fun i => ρ (m + i)) k hfactor hgrow
  have hprod : ∏ t ∈ Finset.Ico m (m + k), ρ t = ∏ i ∈ Finset.range k, ρ (m + i) := by
    first -- two routes: uncompiled
      | rw [Finset.prod_Ico_eq_prod_range ρ m (m + k), Nat.add_sub_cancel_left]
      | simp [Finset.prod_Ico_eq_prod_range]
  have hstart : V (m + 0) = V m := congrArg V (Nat.add_zero m)
  rw [hprod, ← hstart]
  exact hshift

/-- **Theorem D1 (from layer m)**, behind §5.2 of arXiv:2603.20991v1: Theorem D1 from layer `m` on,
so for an error that arises in the middle of the network.

Not in the paper. Theorem D1 for the layers `m, m + 1, …`. `m ≤ n` is needed: for `m = 1`, `n = 0`
no layer is left, and nothing relates `V 0` to `V 1`. For `0 ≤ ρ t` see Theorem D1.

@mode runtime property
@measure V error energies; ρ step factors; m middle block; n block count
@certificate no
@note the factors use the L of this pair of runs: a diagnosis, uniform over the errors with that L
-/
theorem propagation_product_Ico
    (V ρ : ℕ → ℝ) (m n : ℕ)
    (hmn : m ≤ n)
    (hρ : ∀ t ∈ Finset.Ico m n, 0 ≤ ρ t)
    (hV : ∀ t ∈ Finset.Ico m n, V (t + 1) ≤ ρ t * V t) :
    V n ≤ (∏ t ∈ Finset.Ico m n, ρ t) * V m := by
  obtain ⟨k, rfl⟩ := Nat.exists_eq_add_of_le hmn
  exact propagation_product_from V ρ m k hρ hV

private theorem scaled_geometric_bound (V : ℕ → ℝ) (ρ c : ℝ) (n : ℕ)
    (hρ0 : 0 ≤ ρ) (hρ1 : 0 ≤ 1 - ρ)
    (hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ ρ * V t + c) :
    (V n - ρ ^ n * V 0) * (1 - ρ) ≤ c * (1 - ρ ^ n) := by
  induction n with
  | zero => exact le_of_eq (by ring)
  | succ n ih =>
    have hprev : (V n - ρ ^ n * V 0) * (1 - ρ) ≤ c * (1 - ρ ^ n) :=
      ih (fun t ht => hV t (mem_range_succ_of_mem ht))
    have hstep : V (n + 1) - ρ ^ (n + 1) * V 0 ≤ ρ * V n + c - ρ ^ (n + 1) * V 0 :=
      sub_le_sub_right (hV n (Finset.self_mem_range_succ n)) _
    calc (V (n + 1) - ρ ^ (n + 1) * V 0) * (1 - ρ)
        ≤ (ρ * V n + c - ρ ^ (n + 1) * V 0) * (1 - ρ) := mul_le_mul_of_nonneg_right hstep hρ1
      _ = ρ * ((V n - ρ ^ n * V 0) * (1 - ρ)) + c * (1 - ρ) := by ring
      _ ≤ ρ * (c * (1 - ρ ^ n)) + c * (1 - ρ) :=
        add_le_add (mul_le_mul_of_nonneg_left hprev hρ0) le_rfl
      _ = c * (1 - ρ ^ (n + 1)) := by ring

/-- **Theorem D2**, the dynamics behind Theorem 8 of arXiv:2603.20991v1, §5.2: with one factor `ρ`
below one and one injection `c` for all layers, the error is at most the decayed initial error plus
the finite geometric sum.

The paper states the sum (Theorem 8) and names the recursion; this joins them. `0 ≤ ρ` is needed:
`ρ = -1`, `c = 0` allows `V = 0, -1, 1`, where the bound is `0`. At `ρ = 1` the quotient is `0` and
`V = 0, 1` with `c = 1` is not bounded by it; above `1` the bound would still hold. No sign of `c`
or `V` is needed.

@mode runtime property
@measure V error amplitudes; ρ factor cap; c compression cap; n block count
@certificate no
@note the factors use the L of this pair of runs: a diagnosis, uniform over the errors with that L
-/
theorem geometric_injection_bound
    (V : ℕ → ℝ) (ρ c : ℝ) (n : ℕ)
    (hρ0 : 0 ≤ ρ) (hρ1 : ρ < 1)
    (hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ ρ * V t + c) :
    V n ≤ ρ ^ n * V 0 + c * (1 - ρ ^ n) / (1 - ρ) := by
  have hpos : 0 < 1 - ρ := sub_pos.mpr hρ1
  have hscaled : (V n - ρ ^ n * V 0) * (1 - ρ) ≤ c * (1 - ρ ^ n) :=
    scaled_geometric_bound V ρ c n hρ0 hpos.le hV
  have hgap : V n - ρ ^ n * V 0 ≤ c * (1 - ρ ^ n) / (1 - ρ) := (le_div_iff₀ hpos).mpr hscaled
  first -- two routes: uncompiled
    | exact sub_le_iff_le_add'.mp hgap
    | linarith

/-- **Theorem D2 (limit)**, the dynamics behind Theorem 8 of arXiv:2603.20991v1, §5.2: the bound of
Theorem D2 with the limit `c / (1 - ρ)` of the geometric sum.

Theorem D2, then Theorem 8. `0 ≤ c` is needed: at `n = 0` the statement reads `0 ≤ c / (1 - ρ)`. For
`0 ≤ ρ` and `ρ < 1` see Theorem D2.

@mode runtime property
@measure V error amplitudes; ρ factor cap; c compression cap; n block count
@certificate no
@note the factors use the L of this pair of runs: a diagnosis, uniform over the errors with that L
-/
theorem geometric_injection_limit
    (V : ℕ → ℝ) (ρ c : ℝ) (n : ℕ)
    (hρ0 : 0 ≤ ρ) (hρ1 : ρ < 1) (hc : 0 ≤ c)
    (hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ ρ * V t + c) :
    V n ≤ ρ ^ n * V 0 + c / (1 - ρ) :=
  (geometric_injection_bound V ρ c n hρ0 hρ1 hV).trans
    (add_le_add le_rfl (lyapunov_contraction_bound c ρ n hc hρ0 hρ1))

/-- **Theorem D2 (uniform)**, the dynamics behind Theorem 8 of arXiv:2603.20991v1, §5.2: one bound
for every depth, the initial error plus `c / (1 - ρ)`.

Theorem D2 (limit) and `ρ ^ n ≤ 1`. `0 ≤ V 0` is needed: `ρ = c = 0` and `V 0 = -1` allow `V 1 = 0`.

@mode runtime property
@measure V error amplitudes; ρ factor cap; c compression cap; n block count
@certificate no
@note the factors use the L of this pair of runs: a diagnosis, uniform over the errors with that L
-/
theorem geometric_injection_uniform
    (V : ℕ → ℝ) (ρ c : ℝ) (n : ℕ)
    (hρ0 : 0 ≤ ρ) (hρ1 : ρ < 1) (hc : 0 ≤ c) (hV0 : 0 ≤ V 0)
    (hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ ρ * V t + c) :
    V n ≤ V 0 + c / (1 - ρ) := by
  have hlimit : V n ≤ ρ ^ n * V 0 + c / (1 - ρ) :=
    geometric_injection_limit V ρ c n hρ0 hρ1 hc hV
  have hpow : ρ ^ n ≤ 1 := pow_le_one₀ hρ0 hρ1.le
  have hdecay : ρ ^ n * V 0 ≤ V 0 := mul_le_of_le_one_left hV0 hpow
  exact hlimit.trans (add_le_add hdecay le_rfl)

private theorem injections_succ (ρ c : ℕ → ℝ) (n : ℕ) :
    ∑ t ∈ Finset.range (n + 1), (∏ i ∈ Finset.Ico (t + 1) (n + 1), ρ i) * c t
      = ρ n * (∑ t ∈ Finset.range n, (∏ i ∈ Finset.Ico (t + 1) n, ρ i) * c t) + c n := by
  have hnewest : (∏ i ∈ Finset.Ico (n + 1) (n + 1), ρ i) * c n = c n := by
    rw [Finset.Ico_self, Finset.prod_empty, one_mul]
  have hterm : ∀ t ∈ Finset.range n, (∏ i ∈ Finset.Ico (t + 1) (n + 1), ρ i) * c t
      = ρ n * ((∏ i ∈ Finset.Ico (t + 1) n, ρ i) * c t) := by
    intro t ht
    have hlt : t < n := Finset.mem_range.mp ht
    have hle : t + 1 ≤ n := by omega
    have hprod : ∏ i ∈ Finset.Ico (t + 1) (n + 1), ρ i
        = (∏ i ∈ Finset.Ico (t + 1) n, ρ i) * ρ n := Finset.prod_Ico_succ_top hle ρ
    rw [hprod]
    ring
  have holder : ∑ t ∈ Finset.range n, (∏ i ∈ Finset.Ico (t + 1) (n + 1), ρ i) * c t
      = ρ n * (∑ t ∈ Finset.range n, (∏ i ∈ Finset.Ico (t + 1) n, ρ i) * c t) := by
    first -- two routes: uncompiled
      | rw [Finset.mul_sum]; exact Finset.sum_congr rfl hterm
      | exact (Finset.sum_congr rfl hterm).trans (Finset.mul_sum _ _ _).symm
  have hsplit : ∑ t ∈ Finset.range (n + 1), (∏ i ∈ Finset.Ico (t + 1) (n + 1), ρ i) * c t
      = (∑ t ∈ Finset.range n, (∏ i ∈ Finset.Ico (t + 1) (n + 1), ρ i) * c t)
        + (∏ i ∈ Finset.Ico (n + 1) (n + 1), ρ i) * c n :=
    Finset.sum_range_succ (fun t => (∏ i ∈ Finset.Ico (t + 1) (n + 1), ρ i) * c t) n
  rw [hsplit, hnewest, holder]

/-- **Theorem D3**, behind §5.2 of arXiv:2603.20991v1: the injection of layer `t` reaches the output
multiplied by the factors of the layers after it, and no other.

Not in the paper as a theorem; the paper's budget (§5.4) rests on it. Induction on `n`: a further
layer multiplies all older terms by its factor and adds its own injection. `0 ≤ ρ t` is needed, as
in Theorem D1. No sign of `V` or `c` is needed.

@mode runtime property
@measure V error amplitudes; ρ amplitude factors; c compression injections; n block count
@certificate no
@note the factors use the L of this pair of runs: a diagnosis, uniform over the errors with that L
-/
theorem heterogeneous_bound
    (V ρ c : ℕ → ℝ) (n : ℕ)
    (hρ : ∀ t ∈ Finset.range n, 0 ≤ ρ t)
    (hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ ρ t * V t + c t) :
    V n ≤ (∏ i ∈ Finset.range n, ρ i) * V 0
      + ∑ t ∈ Finset.range n, (∏ i ∈ Finset.Ico (t + 1) n, ρ i) * c t := by
  induction n with
  | zero =>
    have hempty : (∏ i ∈ Finset.range 0, ρ i) * V 0
        + ∑ t ∈ Finset.range 0, (∏ i ∈ Finset.Ico (t + 1) 0, ρ i) * c t = V 0 := by
      rw [Finset.prod_range_zero, Finset.sum_range_zero, one_mul, add_zero]
    exact le_of_eq hempty.symm
  | succ n ih =>
    have hlast : n ∈ Finset.range (n + 1) := Finset.self_mem_range_succ n
    have hprev : V n ≤ (∏ i ∈ Finset.range n, ρ i) * V 0
        + ∑ t ∈ Finset.range n, (∏ i ∈ Finset.Ico (t + 1) n, ρ i) * c t :=
      ih (fun t ht => hρ t (mem_range_succ_of_mem ht))
        (fun t ht => hV t (mem_range_succ_of_mem ht))
    have hprod : ∏ i ∈ Finset.range (n + 1), ρ i = (∏ i ∈ Finset.range n, ρ i) * ρ n :=
      Finset.prod_range_succ ρ n
    have hscaled := mul_le_mul_of_nonneg_left hprev (hρ n hlast)
    calc V (n + 1) ≤ ρ n * V n + c n := hV n hlast
      _ ≤ ρ n * ((∏ i ∈ Finset.range n, ρ i) * V 0
            + ∑ t ∈ Finset.range n, (∏ i ∈ Finset.Ico (t + 1) n, ρ i) * c t) + c n :=
        add_le_add hscaled le_rfl
      _ = (∏ i ∈ Finset.range (n + 1), ρ i) * V 0
            + ∑ t ∈ Finset.range (n + 1), (∏ i ∈ Finset.Ico (t + 1) (n + 1), ρ i) * c t := by
        rw [hprod, injections_succ ρ c n]
        ring

/-- **Theorem D4**, behind the budget of arXiv:2603.20991v1, §5.4: if each injection, multiplied by
the factors of the layers after it, is at most `τ / n`, the error of the output is at most `τ`.

The paper gives each layer a share proportional to one over that product; this says what such
shares guarantee, for factors that bound the error at hand. Theorem D3, then Theorem 7. `n ≠ 0` is
needed: `n = 0` leaves `0 ≤ τ` unproved. `V 0 = 0` says that the error is all injected: `n = 1`,
`ρ 0 = 1`, `V = 1, 1` and `c 0 = τ = 0` fails without it. `0 ≤ ρ t` is needed: `n = 2`,
`ρ = 0, -1`, `c = 0`, `τ = 0` and `V = 0, -1, 1` gives `1 ≤ 0`.

@mode runtime property
@measure V error amplitudes; ρ amplitude factors; c compression injections; τ error budget;
  n block count
@certificate no
@note the factors use the L of this pair of runs: a diagnosis, uniform over the errors with that L
-/
theorem budget_allocation
    (V ρ c : ℕ → ℝ) (τ : ℝ) (n : ℕ)
    (hn : n ≠ 0)
    (hρ : ∀ t ∈ Finset.range n, 0 ≤ ρ t)
    (hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ ρ t * V t + c t)
    (hV0 : V 0 = 0)
    (hc : ∀ t ∈ Finset.range n, (∏ i ∈ Finset.Ico (t + 1) n, ρ i) * c t ≤ τ / (n : ℝ)) :
    V n ≤ τ := by
  have hn' : (n : ℝ) ≠ 0 := Nat.cast_ne_zero.mpr hn
  have hstart : (∏ i ∈ Finset.range n, ρ i) * V 0 = 0 := by rw [hV0, mul_zero]
  have hspent : ∑ t ∈ Finset.range n, (∏ i ∈ Finset.Ico (t + 1) n, ρ i) * c t
      ≤ (n : ℝ) * (τ / (n : ℝ)) :=
    multi_layer_error_bound n (fun t => (∏ i ∈ Finset.Ico (t + 1) n, ρ i) * c t) (τ / (n : ℝ)) hc
  have htotal : (n : ℝ) * (τ / (n : ℝ)) = τ := mul_div_cancel₀ τ hn'
  calc V n ≤ (∏ i ∈ Finset.range n, ρ i) * V 0
        + ∑ t ∈ Finset.range n, (∏ i ∈ Finset.Ico (t + 1) n, ρ i) * c t :=
        heterogeneous_bound V ρ c n hρ hV
    _ ≤ 0 + (n : ℝ) * (τ / (n : ℝ)) := add_le_add hstart.le hspent
    _ = τ := by rw [zero_add, htotal]

/-- **Theorem D5**, the dynamics behind Theorem 8 of arXiv:2603.20991v1, §5.2: the bound of Theorem
D2 under a cap `r` below one on the factors and a cap `C` on the injections.

Theorem D2, since `ρ t * V t + c t ≤ r * V t + C`. That needs `0 ≤ V t`: `n = 1`, `V = -1, 1`,
`ρ 0 = -1`, `r = 0`, `c 0 = C = 0` fails without it. `0 ≤ r` is needed: `r = -1`, `C = 1` allows
`V = 0, 0, 1`, where the bound is `0`. At `r = 1` the quotient is `0`, as in Theorem D2.

@mode runtime property
@measure V error amplitudes; ρ amplitude factors; c compression injections; r factor cap;
  C compression cap; n block count
@certificate no
@note the factors use the L of this pair of runs: a diagnosis, uniform over the errors with that L
-/
theorem capped_injection_bound
    (V ρ c : ℕ → ℝ) (r C : ℝ) (n : ℕ)
    (hr0 : 0 ≤ r) (hr1 : r < 1)
    (hVpos : ∀ t ∈ Finset.range n, 0 ≤ V t)
    (hρ : ∀ t ∈ Finset.range n, ρ t ≤ r)
    (hc : ∀ t ∈ Finset.range n, c t ≤ C)
    (hV : ∀ t ∈ Finset.range n, V (t + 1) ≤ ρ t * V t + c t) :
    V n ≤ r ^ n * V 0 + C * (1 - r ^ n) / (1 - r) := by
  have hcapped : ∀ t ∈ Finset.range n, V (t + 1) ≤ r * V t + C := fun t ht =>
    (hV t ht).trans (add_le_add (mul_le_mul_of_nonneg_right (hρ t ht) (hVpos t ht)) (hc t ht))
  exact geometric_injection_bound V r C n hr0 hr1 hcapped

private theorem sq_add_le_weighted (a d η k : ℝ) (hk0 : 0 ≤ k) (hk : k * η = 1) :
    (a + d) ^ 2 ≤ (1 + η) * a ^ 2 + (1 + k) * d ^ 2 := by
  have hsquare : 0 ≤ k * (η * a - d) ^ 2 := mul_nonneg hk0 (sq_nonneg _)
  have hgap : (1 + η) * a ^ 2 + (1 + k) * d ^ 2 - (a + d) ^ 2 = k * (η * a - d) ^ 2 := by
    linear_combination (2 * a * d - η * a ^ 2) * hk
  exact sub_nonneg.mp (hsquare.trans_eq hgap.symm)

/-- **Theorem D6**, what is true of the recursion `V (t + 1) ≤ ρ t * V t + c t` of
arXiv:2603.20991v1, §5.2, for squares: squaring a step `s' ≤ r * s + d` of amplitudes costs a factor
`1 + η` on the one square and `1 + 1 / η` on the other.

Read of squared ratios, the paper's recursion is `s' ^ 2 ≤ r ^ 2 * s ^ 2 + d ^ 2`. That is false,
`s = r = d = 1` and `s' = 2` give `4 ≤ 2`. The cross term is at most
`η * r ^ 2 * s ^ 2 + d ^ 2 / η`, as `(η * r * s - d) ^ 2 / η` is not negative. `0 < η` is needed: at
`η = 0` the same numbers give `4 ≤ 2`. `0 ≤ s'` is needed: `s' = -1`, `r = s = d = 0`.

@mode runtime property
@measure s amplitude; s' next amplitude; r amplitude factor; d relative injection; η young weight
@certificate no
@note the factor uses the L of this pair of runs: a diagnosis, uniform over the errors with that L
-/
theorem energy_injection
    (s s' r d η : ℝ)
    (hη : 0 < η) (hs' : 0 ≤ s')
    (hstep : s' ≤ r * s + d) :
    s' ^ 2 ≤ (1 + η) * r ^ 2 * s ^ 2 + (1 + 1 / η) * d ^ 2 := by
  have hk0 : 0 ≤ 1 / η := (one_div_pos.mpr hη).le
  have hk : 1 / η * η = 1 := one_div_mul_cancel hη.ne'
  calc s' ^ 2 ≤ (r * s + d) ^ 2 := pow_le_pow_left₀ hs' hstep 2
    _ ≤ (1 + η) * (r * s) ^ 2 + (1 + 1 / η) * d ^ 2 :=
      sq_add_le_weighted (r * s) d η (1 / η) hk0 hk
    _ = (1 + η) * r ^ 2 * s ^ 2 + (1 + 1 / η) * d ^ 2 := by ring

/-- **Theorem D7**, Theorem 10 of arXiv:2603.20991v1, §5.2, for a whole network: the relative error
energy of the output is at most that of the input times the product of the factors of Theorem 10b.

Not in the paper. Theorem D1, whose hypotheses `growth_factor_nonneg` and `relative_error_step`
supply; measured on a model it is Theorem D1 with the factors of Theorem 10b, so it has no check of
its own. `h t ≠ 0` is needed: `n = 1`, `h 0 = 0`, `u 0 = uhat 0 = 1`, `hhat 0 = -1` gives `1 ≤ 0`.
The last state `h n` may be `0`.

@mode property
@certificate no
-/
theorem network_relative_error_bound {E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E]
    (h hhat u uhat : ℕ → E) (g cosθ L : ℕ → ℝ) (n : ℕ)
    (hh : ∀ t ∈ Finset.range n, h t ≠ 0)
    (hstep : ∀ t ∈ Finset.range n, h (t + 1) = h t + u t)
    (hstephat : ∀ t ∈ Finset.range n, hhat (t + 1) = hhat t + uhat t)
    (hg : ∀ t ∈ Finset.range n, g t = ‖u t‖ / ‖h t‖)
    (hcosθ : ∀ t ∈ Finset.range n, cosθ t = inner ℝ (h t) (u t) / (‖h t‖ * ‖u t‖))
    (hL : ∀ t ∈ Finset.range n, ‖u t - uhat t‖ ≤ L t * ‖h t - hhat t‖) :
    ‖h n - hhat n‖ ^ 2 / ‖h n‖ ^ 2
      ≤ (∏ t ∈ Finset.range n, (1 + L t) ^ 2 / (1 + 2 * g t * cosθ t + g t ^ 2))
        * (‖h 0 - hhat 0‖ ^ 2 / ‖h 0‖ ^ 2) := by
  have hfactor : ∀ t ∈ Finset.range n,
      0 ≤ (1 + L t) ^ 2 / (1 + 2 * g t * cosθ t + g t ^ 2) := fun t ht =>
    div_nonneg (sq_nonneg (1 + L t)) (growth_factor_nonneg (h t) (u t) (g t) (cosθ t)
      (hh t ht) (hg t ht) (hcosθ t ht))
  have hgrow : ∀ t ∈ Finset.range n,
      ‖h (t + 1) - hhat (t + 1)‖ ^ 2 / ‖h (t + 1)‖ ^ 2
        ≤ (1 + L t) ^ 2 / (1 + 2 * g t * cosθ t + g t ^ 2)
          * (‖h t - hhat t‖ ^ 2 / ‖h t‖ ^ 2) := by
    intro t ht
    rw [hstep t ht, hstephat t ht]
    exact relative_error_step (h t) (u t) (hhat t) (uhat t) (g t) (cosθ t) (L t)
      (hh t ht) (hg t ht) (hcosθ t ht) (hL t ht)
  exact propagation_product (fun t => ‖h t - hhat t‖ ^ 2 / ‖h t‖ ^ 2)
    (fun t => (1 + L t) ^ 2 / (1 + 2 * g t * cosθ t + g t ^ 2)) n hfactor hgrow

private theorem error_le_sum (e ε : ℕ → ℝ) (n : ℕ) (he0 : e 0 = 0)
    (hstep : ∀ t ∈ Finset.range n, e (t + 1) ≤ e t + ε t) :
    e n ≤ ∑ t ∈ Finset.range n, ε t := by
  induction n with
  | zero =>
    have hempty : ∑ t ∈ Finset.range 0, ε t = 0 := Finset.sum_range_zero ε
    exact le_of_eq (he0.trans hempty.symm)
  | succ n ih =>
    have hprev : e n ≤ ∑ t ∈ Finset.range n, ε t :=
      ih (fun t ht => hstep t (mem_range_succ_of_mem ht))
    have hsum : ∑ t ∈ Finset.range (n + 1), ε t = (∑ t ∈ Finset.range n, ε t) + ε n :=
      Finset.sum_range_succ ε n
    calc e (n + 1) ≤ e n + ε n := hstep n (Finset.self_mem_range_succ n)
      _ ≤ (∑ t ∈ Finset.range n, ε t) + ε n := add_le_add hprev le_rfl
      _ = ∑ t ∈ Finset.range (n + 1), ε t := hsum.symm

/-- **Theorem D8**, Theorem 7 of arXiv:2603.20991v1 made true of a network: if no layer enlarges the
error and each adds at most `εmax` to it, the error of the output is at most `n * εmax`.

The paper applies Theorem 7, which bounds a sum of numbers, to the output. That needs
`e (t + 1) ≤ e t + ε t`, layers that do not expand, which is assumed here; Theorem D3 is the general
form. The error is at most the sum of the injections, then Theorem 7. `e 0 = 0` is needed: at
`n = 0` the statement reads `e 0 ≤ 0`.

@mode runtime property
@measure e absolute errors; ε absolute injections; n block count
@certificate no
-/
theorem nonexpansive_error_bound
    (e ε : ℕ → ℝ) (εmax : ℝ) (n : ℕ)
    (he0 : e 0 = 0)
    (hstep : ∀ t ∈ Finset.range n, e (t + 1) ≤ e t + ε t)
    (hε : ∀ t ∈ Finset.range n, ε t ≤ εmax) :
    e n ≤ (n : ℝ) * εmax := by
  have hsum : e n ≤ ∑ t ∈ Finset.range n, ε t := error_le_sum e ε n he0 hstep
  exact hsum.trans (multi_layer_error_bound n ε εmax hε)

end LivingInference
