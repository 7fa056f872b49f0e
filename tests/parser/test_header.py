"""Headers and what surrounds them: binders, variables, namespaces, sections, what is exported."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.errors import StatementError
from pybridge.ir import nodes as n
from pybridge.parser import parse_statement, read_file
from pybridge.parser.primitives import PRIMITIVES
from tests.parser.texts import ROOT

TRUE = "theorem t (x : ℝ) : x ≤ x := le_refl x\n"


def read(text: str, folder: Path) -> list[n.Statement]:
    file = folder / "A.lean"
    file.write_text(text, encoding="utf-8")
    return read_file(file, folder)


def names(text: str, folder: Path) -> list[str]:
    return [statement.full_name for statement in read(text, folder)]


# ---- one header --------------------------------------------------------------------------------------
def test_a_statement_keeps_its_order_name_and_text() -> None:
    text = "\n\ntheorem t (hx : 0 ≤ 1) (x y : ℝ)\n    (hy : y = x) (hz : x = y)  :\n    x = y"
    statement = parse_statement(text + "  := by\n  simp")
    assert statement.binder_order == ("hx", "x", "y", "hy", "hz")
    assert [binder.name for binder in statement.binders] == ["x", "y"]
    assert [(h.name, h.defines) for h in statement.hypotheses] == [("hx", None), ("hy", "y"), ("hz", None)]
    assert statement.line == 3
    assert statement.source == text.strip()


def test_spaces_keep_their_classes() -> None:
    statement = parse_statement(
        "theorem t {E F : Type*} [NormedAddCommGroup F] [NormedAddCommGroup E] [InnerProductSpace ℝ E] "
        "(x : E) : x = x"
    )
    assert statement.spaces == (
        n.Space("E", ("NormedAddCommGroup", "InnerProductSpace")),
        n.Space("F", ("NormedAddCommGroup",)),
    )


def test_spaces_index_types_and_what_stands_over_them() -> None:
    statement = parse_statement(
        "theorem t {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n] {E : Type*} [NormedAddCommGroup E] "
        "(W : Matrix m n ℝ) (x : EuclideanSpace ℝ n) (u : ℕ → EuclideanSpace ℝ m) (i : m) (f : E → E) "
        "(g : EuclideanSpace ℝ n →L[ℝ] EuclideanSpace ℝ m) (hW : W = 0) : 0 = 0"
    )
    assert statement.spaces == (
        n.Space("m", ("Fintype",)),
        n.Space("n", ("Fintype", "DecidableEq")),
        n.Space("E", ("NormedAddCommGroup",)),
    )
    assert [binder.sort for binder in statement.binders] == [
        n.Matrix("m", "n"),
        n.Vec("ℝ^n"),
        n.Seq(n.Vec("ℝ^m")),
        n.Member("m"),
        n.Function("E", "E"),
        n.Map("ℝ^n", "ℝ^m"),
    ]
    assert statement.hypotheses[0].defines == "W"


def test_a_variable_over_an_index_type_brings_it(tmp_path: Path) -> None:
    (statement,) = read(
        "variable {m n : Type*} [Fintype m] [Fintype n] [DecidableEq n] (W : Matrix m n ℝ)\n"
        "theorem t : ‖W‖ = 0 := sorry_free",
        tmp_path,
    )
    assert [space.name for space in statement.spaces] == ["m", "n"]
    assert statement.binder_order == ("W",)


@pytest.mark.parametrize(
    ("written", "defines"),
    [
        ("(ha : a = b)", "a"),
        ("(hb : a = b)", None),
        ("(ha : b = a)", None),
        ("(ha : a ≤ b)", None),
        ("(ha : a + b = b)", None),
    ],
)
def test_a_definition_is_named_after_what_it_defines(written: str, defines: str | None) -> None:
    statement = parse_statement(f"theorem t (a b : ℝ) {written} : a = a")
    assert statement.hypotheses[0].defines == defines


# ---- variables -----------------------------------------------------------------------------------------
VARIABLES = """\
variable {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E] [NormedAddCommGroup F]
variable (x : E) (a b : ℝ) (hab : a ≤ b)
"""


def test_a_variable_is_included_when_the_statement_mentions_it(tmp_path: Path) -> None:
    (statement,) = read(VARIABLES + "theorem t (c : ℝ) : b = c := sorry_free", tmp_path)
    assert (statement.spaces, statement.binder_order) == ((), ("b", "c"))


def test_a_variable_brings_its_space_and_the_instances_of_that(tmp_path: Path) -> None:
    (statement,) = read(VARIABLES + "theorem t : x = 0 := rfl", tmp_path)
    assert statement.spaces == (n.Space("E", ("NormedAddCommGroup", "NormedSpace")),)
    assert statement.binder_order == ("x",)


def test_a_hypothesis_is_not_included_because_its_variables_are(tmp_path: Path) -> None:
    (statement,) = read(VARIABLES + "theorem t : a = b := rfl", tmp_path)
    assert statement.binder_order == ("a", "b")


def test_include_forces_a_variable_and_what_it_mentions(tmp_path: Path) -> None:
    (statement,) = read(VARIABLES + "include hab\ntheorem t : 0 ≤ 1 := rfl", tmp_path)
    assert statement.binder_order == ("a", "b", "hab")


@pytest.mark.parametrize("before", ["", "/-- doc -/\n", "@[simp]\n"])
def test_variables_for_one_theorem(before: str, tmp_path: Path) -> None:
    (first, second) = read(
        f"variable (a : ℝ) in\n{before}theorem t : a = a := rfl\ntheorem u (a : ℕ) : a = a := rfl", tmp_path
    )
    assert (first.sort_of("a"), second.sort_of("a")) == (n.Real(), n.Nat())


def test_variables_end_with_their_section(tmp_path: Path) -> None:
    text = f"section\n{VARIABLES}end\ntheorem t : a = a := rfl"
    with pytest.raises(StatementError, match="`a` is no binder"):
        read(text, tmp_path)


def test_an_inner_section_sees_the_outer_variables(tmp_path: Path) -> None:
    (statement,) = read(f"section A\n{VARIABLES}section B\ntheorem t : a = a := rfl\nend B\nend A", tmp_path)
    assert statement.binder_order == ("a",)


# ---- namespaces and open -------------------------------------------------------------------------------
def test_namespaces_nest_and_end(tmp_path: Path) -> None:
    text = (
        "namespace A\nnamespace B.C\n"
        + TRUE
        + "end B.C\nsection\ntheorem D.u (x : ℝ) : x = x := rfl\nend\nend A\n"
        + TRUE
    )
    assert names(text, tmp_path) == ["A.B.C.t", "A.D.u", "t"]


def test_a_namespace_may_be_called_like_a_construct(tmp_path: Path) -> None:
    assert names("namespace Fin\n" + TRUE + "end Fin\n", tmp_path) == ["Fin.t"]


SUM = "theorem t (n : ℕ) (ε : ℕ → ℝ) : ∑ i ∈ range n, ε i = 0 := rfl\n"


@pytest.mark.parametrize(
    "opening", ["open Finset\n", "open Real Finset\n", "open Finset in\n", "open Nat\nopen Finset\n"]
)
def test_open_makes_short_names_known(opening: str, tmp_path: Path) -> None:
    (statement,) = read(opening + SUM, tmp_path)
    assert isinstance(statement.conclusion, n.Rel)
    assert isinstance(statement.conclusion.left, n.Sum)


@pytest.mark.parametrize(
    "opening",
    [
        "",
        "open Real\n",
        "open scoped Finset\n",
        "open Finset (Ico)\n",
        "open Finset hiding range\n",
        "section\nopen Finset\nend\n",
        "open Finset in\n" + TRUE,
        "open Finset in\ndef d := 1\n",
    ],
)
def test_without_open_a_short_name_is_refused(opening: str, tmp_path: Path) -> None:
    with pytest.raises(StatementError, match="`range` is no index set"):
        read(opening + SUM, tmp_path)


# ---- our own definitions, and which norm a matrix has --------------------------------------------------
LINMAP = "noncomputable def " + PRIMITIVES["linMap"].definition


@pytest.mark.parametrize(
    "definition",
    [
        LINMAP,
        "/-- The map of a matrix. -/\n@[simp] " + LINMAP,
        LINMAP.replace("\n", " ").replace(" :=", " -- as a map\n  :="),
        "abbrev " + PRIMITIVES["linMap"].definition,
        "def other := 1\n" + LINMAP,
        LINMAP + "end A\nnamespace B\nend B\nnamespace A\n",
    ],
)
def test_a_known_definition_is_passed_over(definition: str, tmp_path: Path) -> None:
    assert names(f"namespace A\n{definition}\n{TRUE}end A", tmp_path) == ["A.t"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("toEuclideanLin (𝕜 := ℝ) W", "toEuclideanLin (𝕜 := ℝ) (2 • W)"),
        ("EuclideanSpace ℝ m", "EuclideanSpace ℝ n"),
        ("[DecidableEq n] ", ""),
        (" W)", " W) + 0"),
        (" W)", ""),
    ],
)
def test_a_known_definition_that_changed_is_refused(old: str, new: str, tmp_path: Path) -> None:
    assert old in LINMAP
    with pytest.raises(StatementError, match="definition of `linMap` is not the one"):
        read(LINMAP.replace(old, new) + "\n" + TRUE, tmp_path)


def test_this_project_defines_what_python_evaluates() -> None:
    text = (ROOT / "LivingInference" / "MatrixNorm.lean").read_text(encoding="utf-8")
    assert all(f"def {name} " in text for name in PRIMITIVES)


def test_an_unknown_definition_in_a_statement_is_refused(tmp_path: Path) -> None:
    text = "def scaled (x : ℝ) := 2 * x\ntheorem t (x : ℝ) : scaled x = x := rfl"
    with pytest.raises(StatementError, match=r"`scaled` is no binder .*\n.*\n.*\n.*known here: `linMap`"):
        read(text, tmp_path)


def test_the_norm_that_matrices_have_here_may_be_opened(tmp_path: Path) -> None:
    assert names("open scoped Matrix Matrix.Norms.L2Operator\n" + TRUE, tmp_path) == ["t"]


# ---- what is exported ----------------------------------------------------------------------------------
def test_private_theorems_and_proofs_are_passed_over(tmp_path: Path) -> None:
    text = (
        "private theorem p : ∃ x, x ≥ 1 := sorry_free\n"
        "@[simp] private lemma q : ∃ x, x ≥ 1 := by\n  have theorem_like : 1 ≥ 0 := by simp\n  exact foo\n"
        'def d : String := "theorem fake : nonsense"\n'
        "/- theorem commented : nonsense -/\n-- theorem commented : nonsense\n"
        "instance : Foo := ⟨fun x => x⟩\n"
        "@[simp, norm_cast] protected theorem t (x : ℝ) : x ≤ x := le_refl x\n"
    )
    assert names(text, tmp_path) == ["t"]


def test_a_public_lemma_is_exported_like_a_theorem(tmp_path: Path) -> None:
    assert names(TRUE.replace("theorem t", "lemma l"), tmp_path) == ["l"]


def test_private_covers_one_declaration_only(tmp_path: Path) -> None:
    assert names("private def d := 1\n" + TRUE, tmp_path) == ["t"]


def test_a_docstring_belongs_to_the_declaration_after_it(tmp_path: Path) -> None:
    text = (
        "/-- **Theorem 1** one -/\ndef d := 1\n"
        + TRUE
        + "/-- **Theorem 2** two -/\n@[simp]\nprotected "
        + TRUE.replace("t (", "u (")
    )
    assert [statement.doc.number for statement in read(text, tmp_path)] == ["", "2"]


def test_a_file_theorem_needs_its_proof(tmp_path: Path) -> None:
    with pytest.raises(StatementError, match="expected `:=` after the conclusion"):
        read("theorem t (x : ℝ) : x = x", tmp_path)


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_ends_do_not_matter(ending: str, tmp_path: Path) -> None:
    text = TRUE.replace(" : x", " :\n  x").replace("\n", ending)
    (statement,) = read(text, tmp_path)
    assert statement.conclusion == parse_statement(TRUE).conclusion
