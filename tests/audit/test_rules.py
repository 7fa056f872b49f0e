"""Every rule has a text that turns it red, and a clean project that it passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pybridge.audit import run
from pybridge.audit.rules import RULES
from tests.audit.small_project import BOUNDS, build, spoil

B = "LivingInference/Bounds.lean"
S = "LivingInference/Scalar.lean"
L = "LivingInference/ForMathlib/Lemmas.lean"
P = "docs/proofs/Bounds.md"
DOOR = "LivingInference.lean"
RED: list[tuple[str, str, str, str, str]] = [
    # rule, file, old, new, part of the message
    ("words", B, "| linarith", "| sorry", "`sorry` has no place"),
    ("words", B, "| linarith", "| exact Lean.ofReduceBool", "`ofReduceBool`"),
    ("words", B, "simp [hn]", "native_decide", "`native_decide`"),
    ("words", B, "simp [hn]", "simp (decide := true)", "`decide :=`"),
    ("words", B, "simp [hn]", "exact?", "Write down what the search found"),
    ("words", B, "end Living", "#eval 1\n\nend Living", "`#eval`"),
    ("words", L, "namespace", "axiom a : False\n\nnamespace", "`axiom`"),
    ("words", L, "namespace", "set_option autoImplicit true\n\nnamespace", "`set_option`"),
    ("words", L, "namespace", 'local notation "N" => 3\n\nnamespace', "`notation`"),
    ("words", L, "namespace", "local instance : LE Real := leOther\n\nnamespace", "`instance`"),
    ("words", L, "namespace", "attribute [-instance] Real.instLE\n\nnamespace", "`attribute`"),
    ("words", L, "theorem", "unsafe theorem", "`unsafe`"),
    ("words", "LivingInferenceTest/RoundTrip.lean", "LivingInference.third_bound a ha", "sorry", "`sorry`"),
    ("imports", B, "Mathlib.Tactic.Linarith", "Mathlib.Tactic.Linarit", "not known to exist at the pin"),
    ("imports", B, "Mathlib.Tactic.Linarith", "Mathlib.Data.Real.Basic", "imported twice"),
    ("imports", B, "Mathlib.Tactic.Linarith", "LivingInference.Scalar", "does not come before `Bounds`"),
    ("imports", B, "Mathlib.Tactic.Linarith", "LivingInference.Nothing", "Nothing.lean does not exist"),
    ("imports", B, "Mathlib.Tactic.Linarith", "Lean.Elab.Command", "neither Mathlib nor of this library"),
    ("imports", B, "end Living", "import Mathlib.Tactic.Ring\nend Living", "stands below a command"),
    ("imports", L, "import Mathlib.Data.Real.Basic", "import LivingInference.Scalar", "is below"),
    ("imports", L, "import Mathlib.Data.Real.Basic", "import LivingInference.ForMathlib.Lemmas", "in turn"),
    ("imports", DOOR, "import LivingInference.Scalar\n", "", "Scalar.lean is not imported here"),
    ("imports", DOOR, "import LivingInference.Bounds\n", "", "Bounds.lean is not imported here"),
    ("imports", DOOR, "", "import LivingInference.Scalar\n", "not in the order"),
    ("imports", "LivingInference/Odd.lean", "", BOUNDS, "no place in LEAN_ORDER"),
    ("theorems", S, "/-- **Theorem 3**: a consequence. -/\n", "", "has no docstring"),
    ("theorems", S, "**Theorem 3**: a", "A", "does not open with"),
    ("theorems", S, "Theorem 3", "Theorem 1", "number 1 is taken by `first_bound` (LivingInference/Bounds"),
    ("theorems", S, "theorem third_bound", "theorem first_bound", "the name `first_bound` is taken by"),
    (
        "registers",
        "extracted/manifest.json",
        '"third_bound": {',
        '"other": {',
        "is not in extracted/manifest",
    ),
    ("registers", "extracted/manifest.json", '"third_bound": {', '"other": {', "`other` is not exported"),
    ("registers", "extracted/manifest.json", '"number": "3"', '"number": "33"', "the number '33', not '3'"),
    ("registers", "docs/verification.md", "| 3 | `third_bound` | yes |\n", "", "has no row in the table"),
    ("registers", "docs/verification.md", "third_bound", "thrid_bound", "`thrid_bound` is not an exported"),
    (
        "registers",
        "docs/proofs/Scalar.md",
        "### third_bound",
        "### third",
        "no section in docs/proofs/Scalar.md",
    ),
    ("brackets", B, "(n : ℝ) * a := by", "(n : ℝ * a := by", "`(` never closes"),
    ("brackets", B, "⟨n, rfl⟩", "⟨n, rfl)", "`)` stands where `⟨` of"),
    ("brackets", B, "⟨n, rfl⟩", "⟨n, rfl⟩)", "`)` closes nothing"),
    ("brackets", B, "|a| ≤ b)", "|a ≤ b)", "stands where `|` of"),
    ("brackets", B, "‖x‖ ≤ b + b", "‖x ≤ b + b", "`‖` never closes"),
    ("blocks", S, "second_bound 2 a ha", "by", "nothing follows this `by`"),
    ("blocks", B, "by simp [hn]", "by", "nothing follows this `by`"),
    ("blocks", B, "2 * b := by\n  have", "2 * b := by\nhave", "`have` stands at column 1"),
    ("blocks", B, "\n  first -- two", "\n first -- two", "stands at column 2, left of its proof"),
    ("blocks", B, "  | zero => simp\n", "  | zero =>\n", "nothing follows this `=>`"),
    ("blocks", B, "=>\n    obtain", "=>\n  obtain", "not right of column 3"),
    ("blocks", B, "    · refine", "    ·\n    refine", "what follows this bullet"),
    ("blocks", B, "    | exact hsum", "   | exact hsum", "is not below the one before"),
    ("blocks", B, "    | linarith\n    | exact", "    |\n    | exact", "this alternative is empty"),
    (
        "blocks",
        B,
        "first -- two routes: uncompiled\n    | linarith\n    | exact",
        "first; exact",
        "no alternative",
    ),
    ("listed-names", P, "| `add_le_add` |", "| |", "`add_le_add`, used in `first_bound`"),
    ("listed-names", P, "`LE.le.trans_eq`, ", "", "`.trans_eq`, used in `first_bound`"),
    ("listed-names", P, "`Or.inl`", "`Or.inr`", "`Or.inl`, used in `second_bound`"),
    ("listed-names", P, "`two_mul`", "`two_mul`, `mul_two`", "`mul_two` is listed, and no proof"),
    ("listed-names", P, "Init/Prelude.lean", "somewhere", "'somewhere' is no path"),
    ("listed-names", P, "Ring/Pow.lean", "Ring/Power.lean", "Power.lean` is not known to exist"),
    (
        "listed-names",
        P,
        " and `LivingInference/ForMathlib/Lemmas.lean`",
        "",
        "no page of docs/proofs/ covers",
    ),
    ("layout", B, "Two facts", "Two facts" + " and more" * 11, "more than 100"),
    ("layout", B, "  have hsum", "\thave hsum", "a tab"),
    ("layout", B, "| linarith\n", "| linarith \n", "blanks at the end"),
    ("layout", S, "end LivingInference\n", "end LivingInference", "no newline"),
    ("layout", S, "end LivingInference\n", "end LivingInference\n\n", "ends in an empty line"),
    ("header", S, "Copyright (c) 2026", "Copyright 2026", "does not open with the copyright"),
    ("scopes", S, "end LivingInference\n", "-- the end\n", "`namespace LivingInference` never ends"),
    ("scopes", S, "end LivingInference\n", "end Living\n", "`end Living` closes `namespace LivingInference`"),
    ("scopes", S, "namespace LivingInference\n", "", "is not in `namespace LivingInference`"),
    ("scopes", S, "namespace LivingInference\n", "", "`end LivingInference` closes nothing"),
    (
        "guards",
        B,
        "`0 ≤ b` is a guard: it is implied.",
        "`0 ≤ b` is implied.",
        "without `hb` in 12,000 examples",
    ),
]


def test_the_small_project_is_clean(tmp_path: Path) -> None:
    report = run(build(tmp_path))
    assert report.findings == ()
    assert report.exit_code == 0
    assert (report.files, report.theorems) == (5, 3)
    assert report.lines() == [
        "note: first_bound: no counterexample without `hb` in 12,000 examples",
        "5 Lean files, 3 exported theorems: clean",
    ]


@pytest.mark.parametrize(("rule", "path", "old", "new", "part"), RED)
def test_a_spoilt_text_turns_its_rule_red(
    tmp_path: Path, rule: str, path: str, old: str, new: str, part: str
) -> None:
    report = spoil(tmp_path, path, old, new)
    assert report.exit_code == 1
    told = [str(found) for found in report.findings if found.rule == rule]
    assert any(part in line for line in told), report.lines()


def test_every_rule_has_a_red_text() -> None:
    modules = {rule.__module__.rsplit(".", 1)[-1].replace("_", "-") for rule in RULES}
    assert {row[0] for row in RED} == modules


@pytest.mark.parametrize(
    "guard", ["`hb` is a guard.", "Both are guards: `hb` and\n`hx`.", "`0  ≤ b`, a guard"]
)
def test_a_guard_is_named_by_itself_or_by_its_proposition(tmp_path: Path, guard: str) -> None:
    assert spoil(tmp_path, B, "`0 ≤ b` is a guard: it is implied.", guard).findings == ()


def test_words_in_comments_and_strings_are_no_finding(tmp_path: Path) -> None:
    harmless = '-- sorry\n/- axiom /- macro -/ -/\nexample : String :=\n  "native_decide"\n\nnamespace'
    assert spoil(tmp_path, S, "namespace", harmless).findings == ()


def test_without_a_necessity_search_a_note_says_so(tmp_path: Path) -> None:
    (build(tmp_path) / "tests/properties/necessity.json").unlink()
    report = run(tmp_path)
    assert report.exit_code == 0
    assert "not searched here" in report.notes[0]


def test_an_absolute_value_may_open_a_block(tmp_path: Path) -> None:
    proof = "  have hsame : ℝ := (fun _ =>\n    |a|) b\n  have hsum"
    assert spoil(tmp_path, B, "  have hsum", proof).findings == ()
