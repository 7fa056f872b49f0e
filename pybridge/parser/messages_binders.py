"""Messages about types and binders."""

from __future__ import annotations

from pybridge.parser.message import Message

BINDERS: dict[str, Message] = {
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
        "the space {space} has no norm",
        "Put `[NormedAddCommGroup {space}]` before its first vector.",
        (
            "theorem t {E : Type*} (x : E) : x = x",
            "theorem t {E F : Type*} (f : E → F) : 1 = 1",
            "theorem t {n : Type*} [Fintype n] {E : Type*} [NormedAddCommGroup E] (f : E → n) : 1 = 1",
        ),
    ),
    "index-type": Message(
        "`{token}` is no finite index type of this theorem",
        "Declare it before: `{{{token} : Type*}} [Fintype {token}]`.",
        (
            "theorem t (x : EuclideanSpace ℝ n) : x = x",
            "theorem t (n : ℕ) (x : EuclideanSpace ℝ n) : x = x",
            "theorem t {m n : Type*} [Fintype m] (W : Matrix m n ℝ) : W = W",
            "theorem t {E : Type*} [NormedAddCommGroup E] (W : Matrix E E ℝ) : W = W",
        ),
    ),
    "no-decidable": Message(
        "`{text}` has no norm and no linear map here: its columns {columns} lack decidable equality",
        "Add `[DecidableEq {columns}]` after `[Fintype {columns}]`.",
        (
            "theorem t {m n : Type*} [Fintype m] [Fintype n] (W : Matrix m n ℝ) : ‖W‖ = 1",
            "theorem t {m n : Type*} [Fintype m] [Fintype n] (W : Matrix m n ℝ) : linMap W = 0",
            "theorem t {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n] (W : Matrix m n ℝ) : ‖Wᵀ‖ = 1",
        ),
    ),
    "no-scalars": Message(
        "the space {space} has no scalars, and a linear map needs them",
        "Add `[NormedSpace ℝ {space}]`.",
        ("theorem t {E : Type*} [NormedAddCommGroup E] (f : E →L[ℝ] E) : f = f",),
    ),
    "no-inner": Message(
        "the space {space} has no inner product",
        "Take `[InnerProductSpace ℝ {space}]` in the place of `[NormedSpace ℝ {space}]`.",
        ("theorem t {E : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E] (x : E) : inner ℝ x x = 1",),
    ),
    "unknown-class": Message(
        "`{name}` is no class of the grammar",
        "Known: {known}.",
        ("theorem t {E : Type*} [TopologicalSpace E] (x : E) : x = x",),
    ),
    "class": Message(
        "`{binder}` {refusal}",
        "Take `[NormedAddCommGroup E]` first, then `[NormedSpace ℝ E]` or `[InnerProductSpace ℝ E]`; for an "
        "index type `[Fintype n]`, then `[DecidableEq n]`.",
        (
            "theorem t {E : Type*} [NormedSpace ℝ E] (x : E) : x = x",
            "theorem t {E : Type*} [NormedAddCommGroup E] [NormedAddCommGroup E] (x : E) : x = x",
            "theorem t {n : Type*} [DecidableEq n] [Fintype n] : 1 = 1",
            "theorem t {E : Type*} [NormedAddCommGroup E] [Fintype E] : 1 = 1",
            "theorem t {E : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E] [InnerProductSpace ℝ E] : 1 = 1",
        ),
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
        "the function type `{type}`",
        "Functions are `E → F` between spaces, linear maps `E →L[ℝ] F` and sequences `ℕ → ℝ`, `ℕ → E`; "
        "vectors over an index type are of `EuclideanSpace ℝ n`.",
        (
            "theorem t (f : ℝ → ℝ) : f = f",
            "theorem t {E F : Type*} (f : E → F → E) : f = f",
            "theorem t {n : Type*} [Fintype n] (x : n → ℝ) : x = x",
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
}
