"""Every message of the reader: what it says, what it advises, and inputs that cause it.

The reader chooses from this table; a test reads every example and expects its row. Add the row before the branch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pybridge.parser.constructs import CONSTRUCTS

# A theorem's text, or the files of a project by path.
Example = str | Mapping[str, str | bytes]


class Message(NamedTuple):
    """`template` and `advice` are filled in with the fields of the place that fails."""

    template: str
    advice: str
    examples: tuple[Example, ...]


_MAPS = (
    "{E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E] [NormedAddCommGroup F] [NormedSpace ℝ F] "
    "(f g : E →L[ℝ] F) (x y : E) (z : F) (a b : ℝ) (n : ℕ) (ε : ℕ → ℝ)"
)


def _theorem(conclusion: str, binders: str = _MAPS) -> str:
    return f"theorem t {binders} : {conclusion}"


def _keys(keys: str, conclusion: str = "‖f x‖ ≤ ‖f‖ * ‖x‖ + a", binders: str = _MAPS) -> str:
    return f"/-- **Theorem 1**, §2.1: prose.\n\n{keys}\n-/\n{_theorem(conclusion, binders)}"


_DOOR = "import LivingInference.A\n"
_TRUE = "theorem t (x : ℝ) : x ≤ x := le_refl x\n"

MESSAGES: dict[str, Message] = {
    # ---- text ------------------------------------------------------------------------------------
    "open-comment": Message("this comment never closes", "Close it with `-/`; comments nest.", ("/- /- -/",)),
    "open-string": Message("this string never closes", 'Close it with `"`.', ('example := "abc',)),
    "open-attribute": Message("this attribute never closes", "Close it with `]`.", ("@[simp theorem",)),
    "not-utf8": Message(
        "this file is not UTF-8 ({reason} at byte {byte})",
        "Save it as UTF-8.",
        ({"LivingInference.lean": b"import \xff"},),
    ),
    "unreadable": Message(
        "this file cannot be read: {reason}",
        "Check that the path is a project with `LivingInference.lean` and `LivingInference/` in it.",
        ({},),
    ),
    # ---- tokens ----------------------------------------------------------------------------------
    "expected": Message(
        "expected {expected} {where}, got {got}",
        "",
        (
            _theorem("x ="),
            _theorem("a + * b = a"),
            _theorem("(a = b"),
            _theorem("‖x = y"),
            _theorem("Real.sqrt = a"),
            _theorem("inner ℂ x y = a"),
            _theorem("a = b where"),
            _theorem("a = b)"),
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
        (_theorem("a = 0.5"), _theorem("a = 0x1f")),
    ),
    "no-blank": Message(
        "a blank is missing before `{token}`",
        "Lean takes an argument only after a blank: `f (x)`, `Real.sqrt |a|`.",
        (_theorem("f(x) = z"), _theorem("Real.sqrt|a| = b"), _theorem("ε(0) = a")),
    ),
    "bar-blank": Message(
        "a blank beside `{bar}`, inside the bars",
        "Lean then takes the bar for another opening one; write `‖x‖` and `|a|`.",
        (_theorem("| a| = b"), _theorem("|a | = b"), _theorem("‖x ‖ = a"), _theorem("‖f ‖x‖‖ = a")),
    ),
    "too-deep": Message(
        "this expression is nested more than {limit} deep",
        "Name its parts in binders with hypotheses `h<var> : <var> = …`.",
        (_theorem("(" * 150 + "a" + ")" * 150 + " = a"), _theorem(" + ".join(["a"] * 150) + " = a")),
    ),
    # ---- relations and connectives ---------------------------------------------------------------
    "reversed": Message(
        "expected `≤`, `<`, `=` or `≠`, got `{token}`",
        "Write the smaller side first: `{right} {straight} {left}`.",
        (_theorem("‖f‖ * ‖x‖ ≥ ‖f x‖"), _theorem("a > b"), "theorem t (a : ℝ) (ha : a > 0) : a = a"),
    ),
    "chain": Message(
        "`{token}` does not chain",
        "Write `∧` between two relations, or parentheses around one of two `↔`.",
        (_theorem("a ≤ b ≤ a"), _theorem("a = b ↔ b = a ↔ a = a")),
    ),
    "term-as-prop": Message(
        "`{text}` is a term, and a proposition is needed",
        "Relate it to another term with `≤`, `<`, `=` or `≠`.",
        (_theorem("‖f x‖"), _theorem("a ∧ a = b"), "theorem t (a : ℝ) (h : -a) : a = a"),
    ),
    "prop-as-term": Message(
        "`{text}` is a proposition, and a term is needed",
        "Connect propositions with `∧` or `↔`.",
        (
            _theorem("a + (a = b) = a"),
            _theorem("f (a ≤ b) = z"),
            _theorem("(∀ i ∈ Finset.range n, ε i ≤ a) = a"),
        ),
    ),
    # ---- sums, products, quantifiers -------------------------------------------------------------
    "no-range": Message(
        "`{symbol} {index}` without an index set",
        "Write `{symbol} {index} ∈ Finset.range n, …` or `{symbol} {index} ∈ Finset.Ico m n, …`.",
        (
            _theorem("∀ i, ε i ≤ a"),
            _theorem("∀ i < n, ε i ≤ a"),
            _theorem("∑ i : ℕ, ε i ≤ a"),
            _theorem("∑ i j ∈ Finset.range n, ε i ≤ a"),
        ),
    ),
    "index-set": Message(
        "`{token}` is no index set of the grammar",
        "Write `Finset.range n` or `Finset.Ico m n`.",
        (
            _theorem("∀ i ∈ range n, ε i ≤ a"),
            _theorem("∑ i ∈ Finset.Icc 0 n, ε i ≤ a"),
            _theorem("∏ i ∈ (Finset.range n), ε i ≤ a"),
        ),
    ),
    "shadow": Message(
        "the index `{name}` hides another name",
        "Give the index a name of its own.",
        (
            _theorem("∑ a ∈ Finset.range n, ε a ≤ b"),
            _theorem("∑ i ∈ Finset.range n, ∑ i ∈ Finset.range n, ε i ≤ a"),
        ),
    ),
    "sum-of": Message(
        "the terms of `{symbol}` are each {sort}",
        "Only sums and products of real numbers are read; cast natural numbers with `(n : ℝ)`.",
        (
            _theorem("∑ i ∈ Finset.range n, x = y"),
            _theorem("∏ i ∈ Finset.range n, i = n"),
            _theorem("∑ i ∈ Finset.range n, 1 = 2"),
        ),
    ),
    # ---- names and sorts -------------------------------------------------------------------------
    "unknown-name": Message(
        "`{name}` is no binder of this theorem",
        "{advice}",
        (
            _theorem("fx = z"),
            _theorem("Real.exp a = b"),
            _theorem("linMap a = b"),
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
        (_theorem("ℝ = a"), _theorem("E = x"), _theorem("a = ℕ")),
    ),
    "missing-cast": Message(
        "`{text}` is a natural number, and a real number is needed",
        "Cast it: `(n : ℝ)` for a variable, `((n + 1 : ℕ) : ℝ)` for anything longer.",
        (_theorem("a ≤ n * b"), _theorem("n = a"), _theorem("Real.sqrt n ≤ a"), _theorem("|n| ≤ a")),
    ),
    "wrong-sort": Message(
        "`{text}` is {sort}, and {expected} is needed",
        "Check the types of the binders.",
        (
            _theorem("f z = z"),
            _theorem("x + a = y"),
            _theorem("x = z"),
            _theorem("a ^ b = a"),
            _theorem("ε a = b"),
            _theorem("|x| = a"),
            _theorem("a * x = y"),
            _theorem("∑ i ∈ Finset.range a, ε i = a"),
        ),
    ),
    "not-joined": Message(
        "`{token}` does not go with {sort}",
        "`*` is for numbers, `/` for reals, `^` for numbers; `≤` and `<` compare numbers.",
        (
            _theorem("x * y = x"),
            _theorem("f / g = f"),
            _theorem("x ^ 2 = x"),
            _theorem("x ≤ y"),
            _theorem("n / 2 = n"),
            _theorem("-n = n"),
            _theorem("1 / 2 ≤ 1"),
            _theorem("ε = ε"),
            _theorem("ε + ε = ε"),
        ),
    ),
    "not-function": Message(
        "`{text}` is {sort} and takes no argument",
        "Write `*` for a product.",
        (_theorem("a b = a"), _theorem("2 a = a"), _theorem("x a = y")),
    ),
    "norm-of": Message(
        "`‖·‖` of {sort}",
        "Norms are of vectors and linear maps; write `|a|` for a real number.",
        (_theorem("‖a‖ = a"), _theorem("‖n‖ = a"), _theorem("‖1‖ = a"), _theorem("‖ε‖ = a")),
    ),
    "inner-of": Message(
        "`inner` of {sort}",
        "`inner ℝ x y` is of two vectors.",
        (_theorem("inner ℝ a b = a"), _theorem("inner ℝ 0 0 = a")),
    ),
    "numeral-sort": Message(
        "the numeral {value} cannot be {sort}",
        "Only `0` is also a vector or a map.",
        (_theorem("x ≠ 1"), _theorem("f = 2"), _theorem("ε = 0 ∧ a = b"), _theorem("(3 : E) = x")),
    ),
    "ascription": Message(
        "the type written beside `{text}` changes nothing or needs Lean to guess where to cast",
        "Casts are `(n : ℝ)` for a variable and `((n + 1 : ℕ) : ℝ)` for anything longer.",
        (
            _theorem("(a : ℝ) = b"),
            _theorem("(n + 1 : ℝ) = a"),
            _theorem("(n + 1 : ℕ) = n"),
            _theorem("(x : E) = y"),
        ),
    ),
    "builtin-argument": Message(
        "`{token}` stands here without arguments of its own",
        "Put it in parentheses with its arguments: `f (Real.sqrt a)`.",
        (_theorem("f Real.sqrt a = z"), _theorem("ε inner = a")),
    ),
    # ---- types and binders -----------------------------------------------------------------------
    "unknown-type": Message(
        "`{token}` is no space of this theorem",
        "Declare it before: `{{{token} : Type*}} [NormedAddCommGroup {token}]`.",
        (
            "theorem t (x : G) : x = x",
            "theorem t (u : ℕ → G) : 1 = 1",
            "theorem t [NormedAddCommGroup G] : 1 = 1",
        ),
    ),
    "no-norm": Message(
        "the space {space} has no class yet",
        "Put `[NormedAddCommGroup {space}]` before its first vector.",
        ("theorem t {E : Type*} (x : E) : x = x",),
    ),
    "no-scalars": Message(
        "the space {space} has no scalars, and a linear map needs them",
        "Add `[NormedSpace ℝ {space}]`.",
        ("theorem t {E : Type*} [NormedAddCommGroup E] (f : E →L[ℝ] E) : f = f",),
    ),
    "no-inner": Message(
        "the space {space} has no inner product",
        "Take `[InnerProductSpace ℝ {space}]` in the place of `[NormedSpace ℝ {space}]`.",
        (_theorem("inner ℝ x y ≤ a"),),
    ),
    "unknown-class": Message(
        "`{name}` is no class of the grammar",
        "Known: {known}.",
        ("theorem t {E : Type*} [TopologicalSpace E] (x : E) : x = x",),
    ),
    "class-order": Message(
        "`{name} ℝ {space}` before `{needed} {space}`",
        "Write `[{needed} {space}]` first.",
        ("theorem t {E : Type*} [NormedSpace ℝ E] (x : E) : x = x",),
    ),
    "class-twice": Message(
        "`{name}` of {space} twice",
        "Leave one out.",
        ("theorem t {E : Type*} [NormedAddCommGroup E] [NormedAddCommGroup E] (x : E) : x = x",),
    ),
    "named-instance": Message(
        "the instance is named `{name}`",
        "Write the class alone: `[NormedAddCommGroup E]`.",
        ("theorem t {E : Type*} [i : NormedAddCommGroup E] : 1 = 1",),
    ),
    "implicit-data": Message(
        "`{name}` is an implicit variable",
        "Only types are implicit here; write `({name} : …)`.",
        ("theorem t {x : ℝ} : x = x", "theorem t {n : ℕ} : n = n"),
    ),
    "strict-implicit": Message(
        "a strict-implicit binder `⦃…⦄`", "Write `(x : …)`.", ("theorem t ⦃x : ℝ⦄ : x = x",)
    ),
    "type-binder": Message(
        "a type as an explicit argument", "Write `{{E : Type*}}`.", ("theorem t (E : Type*) : 1 = 1",)
    ),
    "function-type": Message(
        "a function from `{domain}`",
        "Functions are linear maps `E →L[ℝ] F` and sequences `ℕ → ℝ`, `ℕ → E`.",
        (
            "theorem t (f : ℝ → ℝ) : f = f",
            "theorem t {E F : Type*} (f : E → F) : f = f",
            "theorem t (f : ℕ → ℕ → ℝ) : f = f",
        ),
    ),
    "sequence-of": Message(
        "a sequence each of whose members is {sort}",
        "Sequences are `ℕ → ℝ` and `ℕ → E`.",
        ("theorem t (k : ℕ → ℕ) : k = k",),
    ),
    "universe": Message(
        "the universe of `{token}` is written out",
        "Write `Type*`.",
        ("theorem t {E : Type} : 1 = 1", "theorem t {E : Type u} : 1 = 1", "theorem t {E : Sort*} : 1 = 1"),
    ),
    "universe-names": Message(
        "universe names after the theorem's name",
        "Write `Type*` and no universe names.",
        ("theorem t.{u} (x : ℝ) : x = x",),
    ),
    "binder-without-type": Message(
        "`{name}` has no type",
        "Write `({name} : …)`; types are not inferred here.",
        ("theorem t (x) : x = x", "variable {x}\ntheorem t : 1 = 1"),
    ),
    "shared-hypothesis": Message(
        "`{first}` and `{second}` share one proposition",
        "Write each hypothesis on its own.",
        ("theorem t (a : ℝ) (h k : a = 0) : a = 0",),
    ),
    "default-value": Message(
        "a default value", "Make it a hypothesis or leave it out.", ("theorem t (x : ℝ := 2) : x = x",)
    ),
    "unnamed": Message(
        "an unnamed hypothesis", "Give it a name.", ("theorem t (a : ℝ) (_ : a = 0) : a = 0",)
    ),
    "bad-name": Message(
        "`{name}` cannot be a name here",
        "Use letters, digits, `_` and primes.",
        ("theorem t (x.y : ℝ) : 1 = 1", "theorem t («a b» : ℝ) : 1 = 1", "theorem _root_.t (x : ℝ) : x = x"),
    ),
    "declared-twice": Message(
        "`{name}` is declared twice",
        "Rename one of the two.",
        ("theorem t (x x : ℝ) : x = x", "theorem t (a : ℝ) (a : a = 0) : a = 0"),
    ),
    # ---- commands --------------------------------------------------------------------------------
    "end-without": Message(
        "`end` closes nothing", "Remove it, or open a section or namespace before.", (_TRUE + "end A",)
    ),
    "end-name": Message(
        "`end {name}` closes `{opened}`",
        "Name what was opened last.",
        ("namespace A\nend B", "section\nend A", "section A\nend"),
    ),
    "omit": Message(
        "`omit` changes which variables a theorem takes",
        "Write the binders out in the theorem.",
        ("omit [A] in\n" + _TRUE,),
    ),
    "new-syntax": Message(
        "`{token}` in a file of exported theorems changes what later text means",
        "Move it to a file under `ForMathlib/`, or do without.",
        ('local notation "N" => 3\n' + _TRUE, 'macro "m" : term => `(1)\n'),
    ),
    "one-theorem": Message(
        "expected one exported theorem in this text, found {count}",
        "",
        ("", "private " + _TRUE, _TRUE + _TRUE),
    ),
    # ---- the project -----------------------------------------------------------------------------
    "missing-topic": Message(
        "`{module}` is imported, and {file} does not exist",
        "Write the file or remove the import.",
        ({"LivingInference.lean": _DOOR},),
    ),
    "unimported-topic": Message(
        "{file} is not imported here, so Lean would never check it",
        "Add `import {module}`, or move the file under `ForMathlib/`.",
        ({"LivingInference.lean": "", "LivingInference/A.lean": _TRUE},),
    ),
    "duplicate-theorem": Message(
        "the name `{name}` is taken by {file}:{line}",
        "Rename one: generated files are named by the theorem alone, without its namespace.",
        (
            {"LivingInference.lean": _DOOR, "LivingInference/A.lean": _TRUE + _TRUE},
            {
                "LivingInference.lean": _DOOR + "import LivingInference.B\n",
                "LivingInference/A.lean": _TRUE,
                "LivingInference/B.lean": f"namespace B\n{_TRUE}end B\n",
            },
        ),
    ),
    # ---- @ keys ----------------------------------------------------------------------------------
    "unknown-key": Message(
        "`@{key}` is no key", "{advice}", (_keys("@mesure x activation"), _keys("@ upper ‖f‖"))
    ),
    "repeated-key": Message(
        "`@{key}` stands twice", "Put all of it on one line.", (_keys("@certificate yes\n@certificate yes"),)
    ),
    "empty-key": Message(
        "`@{key}` without a value", "Write the value on the same line.", (_keys("@upper"), _keys("@note"))
    ),
    "prose-after-keys": Message(
        "prose after the `@` keys",
        "Put it before them, or indent it to continue a key.",
        (_keys("@certificate yes\nmore"),),
    ),
    "unknown-mode": Message("`{word}` is no mode", "{advice}", (_keys("@mode runtme property"),)),
    "repeated-mode": Message(
        "the mode `{word}` twice", "Leave one out.", (_keys("@mode property property"),)
    ),
    "no-property-mode": Message(
        "`@mode` without `property`",
        "Every exported theorem has its property test; add `property`.",
        (_keys("@mode runtime\n@measure f weight"),),
    ),
    "runtime-unmeasured": Message(
        "mode `runtime` with nothing measured",
        "Add `@measure var meaning; …`, or leave `runtime` out.",
        (_keys("@mode runtime property"),),
    ),
    "measured-not-run": Message(
        "`@measure` without mode `runtime`",
        "Add `@mode runtime property`.",
        (_keys("@measure f weight"), _keys("@mode property\n@measure f weight")),
    ),
    "measure-form": Message(
        "`{entry}` has no meaning beside it",
        "Write `@measure var meaning; var meaning`.",
        (_keys("@mode runtime property\n@measure f"), _keys("@mode runtime property\n@measure f weight;")),
    ),
    "unknown-measured": Message(
        "`{name}` is no data binder of this theorem",
        "{advice}",
        (_keys("@mode runtime property\n@measure w weight"),),
    ),
    "measured-twice": Message(
        "`{name}` is measured twice",
        "Leave one out.",
        (_keys("@mode runtime property\n@measure f weight; f weight"),),
    ),
    "unknown-meaning": Message(
        "`{meaning}` is no meaning of the vocabulary",
        "{advice}",
        (_keys("@mode runtime property\n@measure f wieght"),),
    ),
    "meaning-sort": Message(
        "`{name}` is {sort} and cannot be `{meaning}`, which is for binders of sort {kind}",
        "Measure another binder, or correct the meaning.",
        (
            _keys("@mode runtime property\n@measure a weight"),
            _keys("@mode runtime property\n@measure f activation"),
        ),
    ),
    "mixed-scopes": Message(
        "`{first}` is measured per {one} and `{second}` per {two}",
        "All measured binders of a theorem share one scope.",
        (_keys("@mode runtime property\n@measure f weight; x state"),),
    ),
    "upper-form": Message(
        "`{text}` is no norm of a linear map", "Write `@upper ‖f‖`.", (_keys("@upper ‖x‖"), _keys("@upper f"))
    ),
    "upper-relation": Message(
        "`@upper` for a conclusion that is no `≤`",
        "Remove the key: an upper bound may stand in only on the right of `≤`.",
        (_keys("@upper ‖f‖", "‖f x‖ < ‖f‖ * a"), _keys("@upper ‖f‖", "a = b ↔ a ≤ ‖f‖")),
    ),
    "upper-place": Message(
        "an upper bound may not stand in for `{text}` here",
        "The norm must occur on the right of `≤`, and not below a `/` or after a `-`.",
        (
            _keys("@upper ‖g‖"),
            _keys("@upper ‖f‖", "‖f‖ ≤ a"),
            _keys("@upper ‖f‖", "a ≤ b - ‖f‖"),
            _keys("@upper ‖f‖", "a ≤ b / ‖f‖"),
        ),
    ),
    "upper-twice": Message(
        "`{text}` stands twice under `@upper`",
        "Leave one out.",
        (_keys("@upper ‖f‖\n@upper ‖f‖"), _keys("@upper ‖f‖; ‖f‖")),
    ),
    "certificate-form": Message(
        "`@certificate {value}`", "Write `yes` or `no`.", (_keys("@certificate maybe"),)
    ),
}
