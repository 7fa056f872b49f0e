"""Messages about terms, propositions and their sorts."""

from __future__ import annotations

from pybridge.parser.constructs import CONSTRUCTS
from pybridge.parser.message import Message, theorem

EXPRESSIONS: dict[str, Message] = {
    "expected": Message(
        "expected {expected} {where}, got {got}",
        "",
        (
            theorem("x ="),
            theorem("a + * b = a"),
            theorem("(a = b"),
            theorem("‖x = y"),
            theorem("Real.sqrt = a"),
            theorem("inner ℂ x y = a"),
            theorem("a = b where"),
            theorem("a = b)"),
            theorem("∀ i ∈ Finset.range n ε i ≤ a"),
            theorem("W = B *"),
            theorem("W i j)ᵀ = a"),
            "theorem t {m : Type*} [Fintype m] (W : Matrix m ℝ) : W = W",
            "theorem t {m : Type*} [Fintype m] (W : Matrix m m ℂ) : W = W",
            "theorem t {m : Type*} [Fintype m] (x : EuclideanSpace m) : x = x",
            "theorem t {m : Type*} [Fintype m] (x : EuclideanSpace ℝ) : x = x",
            "theorem t (∀ i, a = b) : 1 = 1",
            "theorem (x : ℝ) : x = x",
            "theorem t (x : ℝ) := x",
            "theorem t (: ℝ) : 1 = 1",
            "theorem t {E : Type*} [NormedSpace E] (x : E) : x = x",
            "theorem t (f : E →L[ℂ] F) : f = f",
            'theorem t (x : ℝ) : x = "one"',
            "namespace\n",
        ),
    ),
    "construct": Message(
        "{construct} (`{token}`) is outside the statement grammar",
        "{advice}",
        tuple(construct.example for construct in CONSTRUCTS.values()),
    ),
    "numeral": Message(
        "`{token}` is no whole number",
        "Write a quotient of whole numbers, as in `1 / 2`.",
        (theorem("a = 0.5"), theorem("a = 0x1f")),
    ),
    "no-blank": Message(
        "a blank is missing before `{token}`",
        "Lean takes an argument only after a blank: `f (x)`, `Real.sqrt |a|`.",
        (theorem("f(x) = z"), theorem("Real.sqrt|a| = b"), theorem("ε(0) = a")),
    ),
    "bar-blank": Message(
        "a blank beside `{bar}`, inside the bars",
        "Lean then takes the bar for another opening one; write `‖x‖` and `|a|`.",
        (theorem("| a| = b"), theorem("|a | = b"), theorem("‖x ‖ = a"), theorem("‖f ‖x‖‖ = a")),
    ),
    "numeral-size": Message(
        "a numeral of {digits} digits",
        "Write a power, as in `10 ^ 9`.",
        (theorem("a = " + "9" * 5000), theorem("a = " + "0" * 40)),
    ),
    "too-deep": Message(
        "this expression is nested more than {limit} deep",
        "Name its parts in binders with hypotheses `h<var> : <var> = …`.",
        (theorem("(" * 150 + "a" + ")" * 150 + " = a"), theorem(" + ".join(["a"] * 150) + " = a")),
    ),
    "reversed": Message(
        "expected `≤`, `<`, `=` or `≠`, got `{token}`",
        "Write the smaller side first: `{right} {straight} {left}`.",
        (theorem("‖f‖ * ‖x‖ ≥ ‖f x‖"), theorem("a > b"), "theorem t (a : ℝ) (ha : a > 0) : a = a"),
    ),
    "chain": Message(
        "`{token}` does not chain",
        "Write `∧` between two relations, or parentheses around one of two `↔`.",
        (theorem("a ≤ b ≤ a"), theorem("a = b ↔ b = a ↔ a = a")),
    ),
    "term-as-prop": Message(
        "`{text}` is a term, and a proposition is needed",
        "Relate it to another term with `≤`, `<`, `=` or `≠`.",
        (theorem("‖f x‖"), theorem("a ∧ a = b"), "theorem t (a : ℝ) (h : -a) : a = a"),
    ),
    "prop-as-term": Message(
        "`{text}` is a proposition, and a term is needed",
        "Connect propositions with `∧` or `↔`.",
        (
            theorem("a + (a = b) = a"),
            theorem("f (a ≤ b) = z"),
            theorem("(∀ i ∈ Finset.range n, ε i ≤ a) = a"),
        ),
    ),
    "no-range": Message(
        "`{symbol} {index}` without an index set",
        "Write `{symbol} {index} ∈ Finset.range n, …` or `{symbol} {index} ∈ Finset.Ico m n, …`; it is "
        "`{symbol} {index}, …` only over the index type of a matrix or a Euclidean space.",
        (
            theorem("∀ i, ε i ≤ a"),
            theorem("∀ i < n, ε i ≤ a"),
            theorem("∑ i : ℕ, ε i ≤ a"),
            theorem("∑ k : E, a ≤ a"),
            theorem("∑ i j ∈ Finset.range n, ε i ≤ a"),
        ),
    ),
    "unused-index": Message(
        "nothing tells over what `{symbol} {index}` runs",
        "Use it as an index of a vector or matrix, as in `v {index}`, or write `{symbol} {index} : m, …`.",
        (
            theorem("∑ j, a ≤ b"),
            theorem("∀ i, a ≤ b"),
            theorem("∑ i, ∑ j, W i k ≤ b"),
        ),
    ),
    "index-set": Message(
        "`{token}` is no index set of the grammar",
        "Write `Finset.range n` or `Finset.Ico m n`; over all of an index type, no set at all: `∑ i, v i`.",
        (
            theorem("∀ i ∈ range n, ε i ≤ a"),
            theorem("∑ i ∈ Finset.Icc 0 n, ε i ≤ a"),
            theorem("∏ i ∈ (Finset.range n), ε i ≤ a"),
        ),
    ),
    "shadow": Message(
        "the index `{name}` hides another name",
        "Give the index a name of its own.",
        (
            theorem("∑ a ∈ Finset.range n, ε a ≤ b"),
            theorem("∑ i ∈ Finset.range n, ∑ i ∈ Finset.range n, ε i ≤ a"),
            theorem("∑ v, v v ≤ a"),
            theorem("∑ l, W l l ≤ a"),
        ),
    ),
    "sum-of": Message(
        "the terms of `{symbol}` are each {sort}",
        "Only sums and products of real numbers are read; cast natural numbers with `(n : ℝ)`.",
        (
            theorem("∑ i ∈ Finset.range n, x = y"),
            theorem("∏ i ∈ Finset.range n, i = n"),
            theorem("∑ i ∈ Finset.range n, 1 = 2"),
        ),
    ),
    "unknown-name": Message(
        "`{name}` is no binder of this theorem",
        "{advice}",
        (
            theorem("fx = z"),
            theorem("Real.exp a = b"),
            theorem("frobenius W = b"),
            "theorem t (fSparse : ℝ) : fsparse = fSparse",
        ),
    ),
    "hypothesis-as-term": Message(
        "`{name}` is a hypothesis, not a term",
        "Use the binders that it speaks of.",
        ("theorem t (a : ℝ) (ha : a = 0) : ha = a",),
    ),
    "type-as-term": Message(
        "`{token}` is a type, not a term",
        "Use a binder of that type.",
        (theorem("ℝ = a"), theorem("E = x"), theorem("a = ℕ"), theorem("W k k = a"), theorem("Matrix = W")),
    ),
    "missing-cast": Message(
        "`{text}` is a natural number, and a real number is needed",
        "Cast it: `(n : ℝ)` for a variable, `((n + 1 : ℕ) : ℝ)` for anything longer.",
        (theorem("a ≤ n * b"), theorem("n = a"), theorem("Real.sqrt n ≤ a"), theorem("|n| ≤ a")),
    ),
    "wrong-sort": Message(
        "`{text}` is {sort}, and {expected} is needed",
        "Check the types of the binders.",
        (
            theorem("f z = z"),
            theorem("x + a = y"),
            theorem("x = z"),
            theorem("a ^ b = a"),
            theorem("ε a = b"),
            theorem("|x| = a"),
            theorem("a * x = y"),
            theorem("∑ i ∈ Finset.range a, ε i = a"),
            theorem("W + Wᵀ = W"),
            theorem("linMap W x = v"),
            theorem("W n n = a"),
            theorem("v a = a"),
            theorem("∑ i, W i i = a"),
            theorem("∑ i, v i * ε i = a"),
            theorem("φ v = z"),
        ),
    ),
    "not-joined": Message(
        "`{token}` does not go with {sort}",
        "`*` is for numbers, `/` for reals, `^` for numbers; `≤` and `<` compare numbers.",
        (
            theorem("x * y = x"),
            theorem("f / g = f"),
            theorem("x ^ 2 = x"),
            theorem("x ≤ y"),
            theorem("n / 2 = n"),
            theorem("-n = n"),
            theorem("1 / 2 ≤ 1"),
            theorem("ε = ε"),
            theorem("ε + ε = ε"),
            theorem("φ = φ"),
            theorem("W ≤ W"),
            theorem("W ^ 2 = W"),
            theorem("∀ i, v i = a ∧ i = i"),
        ),
    ),
    "not-function": Message(
        "`{text}` is {sort} and takes no argument",
        "Write `*` for a product.",
        (theorem("a b = a"), theorem("2 a = a"), theorem("x a = y"), theorem("∑ i, v i i = a")),
    ),
    "norm-of": Message(
        "`‖·‖` of {sort}",
        "Norms are of vectors, linear maps and matrices; write `|a|` for a real number.",
        (theorem("‖a‖ = a"), theorem("‖n‖ = a"), theorem("‖1‖ = a"), theorem("‖ε‖ = a"), theorem("‖φ‖ = a")),
    ),
    "no-matrix": Message(
        "`{text}` is {sort}, and a matrix is needed",
        "`linMap W` and `Wᵀ` are of a matrix; a zero matrix is written `(0 : Matrix m n ℝ)`.",
        (theorem("linMap a = f"), theorem("xᵀ = x"), theorem("linMap 0 v = v"), theorem("(a + b)ᵀ = a")),
    ),
    "row-of-matrix": Message(
        "`{text}` is a matrix and takes two indices",
        "Write `W i j`; a row alone is no term here. A matrix times a vector is `linMap W x`.",
        (theorem("∑ i, W i = a"), theorem("W v = v")),
    ),
    "matrix-product": Message(
        "`*` between {left} and {right}",
        "The columns of the left matrix must be the rows of the right one. Write a zero matrix with its "
        "type, and `linMap W x` for a matrix times a vector.",
        (
            theorem("W * W = W"),
            theorem("a * W = W"),
            theorem("W * 0 = W"),
            theorem("Wᵀ * a = W"),
            theorem("W * v = v"),
        ),
    ),
    "inner-of": Message(
        "`inner` of {sort}",
        "`inner ℝ x y` is of two vectors.",
        (theorem("inner ℝ a b = a"), theorem("inner ℝ 0 0 = a")),
    ),
    "numeral-sort": Message(
        "the numeral {value} cannot be {sort}",
        "Only `0` is also a vector, a map or a matrix.",
        (theorem("x ≠ 1"), theorem("f = 2"), theorem("(3 : E) = x"), theorem("W = 1"), theorem("v 0 = a")),
    ),
    "ascription": Message(
        "the type written beside `{text}` changes nothing or needs Lean to guess where to cast",
        "Casts are `(n : ℝ)` for a variable and `((n + 1 : ℕ) : ℝ)` for anything longer.",
        (
            theorem("(a : ℝ) = b"),
            theorem("(n + 1 : ℝ) = a"),
            theorem("(n + 1 : ℕ) = n"),
            theorem("(x : E) = y"),
            theorem("∑ i, (i : ℝ) * v i = a"),
        ),
    ),
    "builtin-argument": Message(
        "`{token}` stands here without arguments of its own",
        "Put it in parentheses with its arguments: `f (Real.sqrt a)`.",
        (
            theorem("f Real.sqrt a = z"),
            theorem("ε inner = a"),
            theorem("linMap = f"),
            theorem("f linMap = z"),
        ),
    ),
}
