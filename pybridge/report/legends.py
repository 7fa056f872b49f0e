"""What the columns of the tables are, said once, below the first table of each kind."""

from __future__ import annotations

LEDGER = (
    "met: instances whose hypotheses were all met. unmet: with a hypothesis that is false, or nothing to "
    "bind. tightness: the largest left side over right side, and where. Hypotheses have the names of the "
    "Lean statement."
)

BLOCKS = (
    "g = ‖u‖ / ‖h‖ of an update h → h + u, θ the angle of h and u; e = ĥ - h of the run whose h_0 is "
    "perturbed by ε, L = ‖û - u‖ / ‖e‖, φ the angle of e and û - u; ρ = V after / V with V = ‖e‖² / ‖h‖². "
    "Theorem 10a: ρ = β² / α², the growth of ‖e‖² over that of ‖h‖²; bound: Theorem 10's (1 + L)² / α²."
)

LOCKSTEP = (
    "√V = ‖h - ĥ‖ / ‖h‖ of the dense state h and the compressed model's ĥ. L = ‖u(h) - u(ĥ)‖ / ‖h - ĥ‖ of "
    "the dense block u, α the growth of ‖h‖, ε = ‖u(ĥ) - û(ĥ)‖ what the compressed block û adds (no "
    "perturbation here). Theorem 10c: √V after ≤ factor · √V + injection, with factor ρ = (1 + L) / α and "
    "injection c = ε / ‖h after‖."
)

REMOVALS = (
    "‖removal error‖²: V = ‖h - ĥ‖² / ‖h‖² after the removed block (Theorem E1). downstream: the product of "
    "Theorem 10b's constants (1 + L)² / α² of the blocks after it, with the L of this very error. "
    "bound: Theorem E3's, V times downstream. measured V_n: the same V after the last block."
)
