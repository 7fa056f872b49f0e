"""Which names of a proof count as the library's, as the docstring of `pybridge.audit.identifiers` says."""

from __future__ import annotations

import pytest

from pybridge.audit.identifiers import Known, resolve, uses
from pybridge.audit.project import lean_file

HEADER = "{E F : Type*} (f : E →L[ℝ] F) (x xc : E) (δ : ℝ) (h : ‖x‖ ≤ δ) : p"


def used(body: str, header: str = HEADER) -> set[str]:
    file = lean_file(f"theorem t {header} {body}\n", "T.lean")
    return {("." if use.field else "") + use.name for use in uses(file, file.declarations[0])}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (":= f.le_opNorm x", {".le_opNorm"}),
        (":= h.le.trans_lt (norm_nonneg x)", {".le", ".trans_lt", "norm_nonneg"}),
        (":= (norm_nonneg x).trans h", {"norm_nonneg", ".trans"}),
        (":= (sub_pos.mpr h).le", {"sub_pos.mpr", ".le"}),
        (":= ⟨h.1, h.2, .inl h.symm⟩", {".inl", ".symm"}),
        (":= lemma_of (g := f) (hf := h)", {"lemma_of"}),
        (":= by\n  intro a ha\n  exact foo a ha", {"foo"}),
        (":= by\n  rintro ⟨a, rfl | b⟩ c\n  exact foo a b c", {"foo"}),
        (":= by\n  obtain ⟨a, hb⟩ | hc := bar\n  exact foo a hb hc", {"bar", "foo"}),
        (":= by\n  have key : a = b := bar\n  rw [key, ← foo, h]", {"bar", "foo", "a", "b"}),
        (":= by\n  have := bar\n  simpa using this", {"bar"}),
        (":= by\n  induction n with\n  | zero => simp\n  | succ k ih => exact foo k ih", {"n", "foo"}),
        (":= by\n  rcases foo with ⟨a, b⟩ | c\n  · exact bar a b c", {"foo", "bar"}),
        (":= by\n  by_cases hx : x = 0\n  · simp [hx]\n  · exact foo hx", {"foo"}),
        (":= by\n  first | rfl | exact add_apply f x", {"add_apply"}),
        (":= fun a (b : E) => foo a b", {"foo"}),
        (":= foo fun j _ => x j", {"foo"}),
        (
            ":= by\n  calc ∑ i ∈ Finset.range 3, f i\n      ≤ ∑ _i, x i := Finset.sum_le_sum h",
            {"Finset.sum_le_sum"},
        ),
        (":= by\n  refine foo (fun y hy => ?_) ?_", {"foo"}),
        (":= by\n  generalize hz : f x = z\n  exact foo hz z", {"foo"}),
        (":= by\n  set y := f x with hy\n  exact foo y hy", {"foo"}),
        (":= by\n  linarith [sq_nonneg x, -- a comment of foo\n    bar]", {"sq_nonneg", "bar"}),
        (":= _root_.foo x", {"foo"}),
    ],
)
def test_names_of_a_body(body: str, expected: set[str]) -> None:
    assert used(body) == expected


def test_the_longest_known_beginning_is_the_name() -> None:
    file = lean_file("theorem t : p := Finset.mem_range.mp.trans_lt.1 sub_pos.mpr sum_congr odd.mp", "T.lean")
    listed = Known(["Finset.mem_range", "sub_pos", "LE.le.trans_lt", "Finset.sum_congr"])
    resolved = [resolve(use, listed, Known(())) for use in uses(file, file.declarations[0])]
    assert resolved == [("Finset.mem_range", ["trans_lt"]), ("sub_pos", []), ("sum_congr", []), ("", [])]
    assert listed.has_field("trans_lt")
    assert not listed.has_field("lt")
