"""Lean constructs that the statement grammar leaves out, each with what to write instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Construct:
    """`example` is a malformed input in which the reader trips over this construct."""

    name: str
    advice: str
    example: str


def _theorem(conclusion: str, binders: str = "(x y : ℝ)") -> str:
    return f"theorem t {binders} : {conclusion}"


_VECTORS = "{E : Type*} [NormedAddCommGroup E] [InnerProductSpace ℝ E] (x y : E) (a : ℝ)"
_ONE_RELATION = "State one relation, `∧` or `↔` of two, or split the theorem."
_INFIX_ADVICE = "Only `+ - * / ^`, application, and the relations `≤ < = ≠` join terms here."

# token -> construct; where a term or a connective is expected
CONSTRUCTS: dict[str, Construct] = {
    "∃": Construct(
        "the existential quantifier", "Existential statements are not exported.", _theorem("∃ z, z ≤ x")
    ),
    "¬": Construct("negation", "Write `≠`, or turn the relation round.", _theorem("¬ x ≤ y")),
    "∨": Construct("disjunction", _ONE_RELATION, _theorem("x ≤ y ∨ y ≤ x")),
    "→": Construct("implication", "Make what is assumed a hypothesis binder.", _theorem("x ≤ y → x ≤ y")),
    "fun": Construct("a function literal", "Name the function in a binder.", _theorem("fun z => z = x")),
    "λ": Construct("a function literal", "Name the function in a binder.", _theorem("λ z, z = x")),
    "let": Construct(
        "`let`", "Make it a binder with a hypothesis `h<var> : <var> = …`.", _theorem("let z := x; z = x")
    ),
    "have": Construct("`have`", "Make it a hypothesis binder.", _theorem("have := x; x = x")),
    "if": Construct("a conditional", "State one theorem per case.", _theorem("(if x ≤ y then x else y) ≤ y")),
    "√": Construct("the root sign", "Write `Real.sqrt x`.", _theorem("√x ≤ y")),
    "⟪": Construct("the bracket inner product", "Write `inner ℝ x y`.", _theorem("⟪x, y⟫_ℝ ≤ a", _VECTORS)),
    "•": Construct(
        "scalar multiplication",
        "There is no product of a number and a vector here.",
        _theorem("a • x = y", _VECTORS),
    ),
    "∘": Construct("composition", "Apply one map after the other.", _theorem("x ∘ y = x")),
    "⁻¹": Construct("the inverse", "Write `1 / x`.", _theorem("x⁻¹ ≤ y")),
    "⁻": Construct("the inverse", "Write `1 / x`.", _theorem("x⁻¹ ≤ y")),
    "ᴴ": Construct("the conjugate transpose", "Matrices are real; write `Wᵀ`.", _theorem("xᴴ = y")),
    "*ᵥ": Construct(
        "matrix times vector",
        "Write `linMap W x`: the norm of `W *ᵥ x` would be that of `m → ℝ`, the largest component.",
        _theorem("x *ᵥ y = x"),
    ),
    "%": Construct("the remainder", _INFIX_ADVICE, _theorem("x % y ≤ y")),
    "∣": Construct("divisibility", _INFIX_ADVICE, _theorem("x ∣ y")),
    "∈": Construct("membership", "It stands only after the index of `∑`, `∏` or `∀`.", _theorem("x ∈ y")),
    "∉": Construct(
        "non-membership", "`∈` stands only after the index of `∑`, `∏` or `∀`.", _theorem("x ∉ y")
    ),
    "⊆": Construct("inclusion", _INFIX_ADVICE, _theorem("x ⊆ y")),
    "≈": Construct("`≈`", "State a bound on the difference.", _theorem("x ≈ y")),
    "∞": Construct("infinity", "Every quantity is a real number.", _theorem("x ≤ ∞")),
    "⊤": Construct("`⊤`", "Every quantity is a real number.", _theorem("x ≤ ⊤")),
    "⊥": Construct("`⊥`", "Every quantity is a real number.", _theorem("⊥ ≤ x")),
    "∫": Construct("the integral", "Only finite sums and products are read.", _theorem("∫ z, z ≤ x")),
    "⨆": Construct("the supremum", "Bound every member instead: `∀ i ∈ …, t i ≤ v`.", _theorem("⨆ i, x ≤ y")),
    "⨅": Construct("the infimum", "Bound every member instead: `∀ i ∈ …, v ≤ t i`.", _theorem("⨅ i, x ≤ y")),
    "⟨": Construct("an anonymous constructor", "Name the parts in binders.", _theorem("⟨x, y⟩ = x")),
    "{": Construct(
        "set notation", "Only `Finset.range` and `Finset.Ico` are read as sets.", _theorem("{x} = y")
    ),
    "[": Construct("list notation", "Use a sequence `ℕ → ℝ`.", _theorem("[x] = y")),
    "@": Construct("explicit application", "Leave implicit arguments to Lean.", _theorem("@x = y")),
    "$": Construct("`$`", "Write parentheses.", _theorem("x $ y = x")),
    "<|": Construct("`<|`", "Write parentheses, and a blank before an absolute value.", _theorem("x <|y|")),
    "|>": Construct("`|>`", "Write parentheses, and a blank after an absolute value.", _theorem("|x|>y")),
    "·": Construct("a placeholder", "Name the function in a binder.", _theorem("(· + x) = y")),
    "‖₊": Construct("the nonnegative norm", "Write `‖x‖`.", _theorem("‖x‖₊ ≤ a", _VECTORS)),
    "‖ₑ": Construct("the extended norm", "Write `‖x‖`.", _theorem("‖x‖ₑ ≤ a", _VECTORS)),
    "||": Construct(
        "the token `||` (Lean's boolean or)",
        "Put the inner bars in parentheses: `|(|x|)|`.",
        _theorem("||x|| ≤ y"),
    ),
    "|-": Construct(
        "the token `|-`", "Put the inside of the bars in parentheses: `|(-x)|`.", _theorem("|-x| ≤ y")
    ),
    "&&": Construct("boolean and", "Write `∧`.", _theorem("x && y")),
    "<=": Construct("the ASCII relation", "Write `≤`.", _theorem("x <= y")),
    ">=": Construct("the ASCII relation", "Write the smaller side first, with `≤`.", _theorem("x >= y")),
    "!=": Construct("boolean inequality", "Write `≠`.", _theorem("x != y")),
    "==": Construct("boolean equality", "Write `=`.", _theorem("x == y")),
    "->": Construct(
        "the ASCII arrow", "Make what is assumed a hypothesis binder.", _theorem("x ≤ y -> x ≤ y")
    ),
    "<->": Construct("the ASCII equivalence", "Write `↔`.", _theorem("x ≤ y <-> y ≤ x")),
    "/\\": Construct("the ASCII conjunction", "Write `∧`.", _theorem("x ≤ y /\\ y ≤ x")),
    "\\/": Construct("the ASCII disjunction", _ONE_RELATION, _theorem("x ≤ y \\/ y ≤ x")),
    "Fin": Construct(
        "a numbered index type",
        "Use a sequence `ℕ → ℝ` and `Finset.range n`, or any index type `{n : Type*} [Fintype n]`.",
        _theorem("x = x", "(x : Fin n → ℝ)"),
    ),
    "Prop": Construct(
        "a proposition as a variable", "Write the hypothesis out.", _theorem("x = x", "(x : Prop)")
    ),
    "Set": Construct(
        "a set", "Only `Finset.range` and `Finset.Ico` are read as sets.", _theorem("x = x", "(x : Set ℝ)")
    ),
    "→ₗ[": Construct(
        "a linear map without continuity",
        "Write `E →L[ℝ] F`.",
        _theorem("f = f", "{E F : Type*} (f : E →ₗ[ℝ] F)"),
    ),
    "≃L[": Construct(
        "a linear equivalence", "Write `E →L[ℝ] F`.", _theorem("f = f", "{E F : Type*} (f : E ≃L[ℝ] F)")
    ),
}
# spelled differently, met at the same place
CONSTRUCTS |= {
    "exists": CONSTRUCTS["∃"],
    "not": CONSTRUCTS["¬"],
    "Not": CONSTRUCTS["¬"],
    "↦": CONSTRUCTS["fun"],
}
