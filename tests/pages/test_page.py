"""The page of a small clone: what it says, when it is stale, what stops it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pybridge.errors import SettingError
from pybridge.pages import PAGE, page, read_library
from pybridge.pages.__main__ import main
from pybridge.pages.record import record
from tests.pages.small_clone import BOUNDS, NAMES, check_record, small_clone


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return small_clone(tmp_path / "clone")


def with_run(clone: Path) -> Path:
    result = clone / "result.json"
    result.write_text(json.dumps(check_record(clone)), encoding="utf-8")
    record(clone, result, NAMES)
    return clone


def part(text: str, heading: str) -> str:
    """From a heading to the next one."""
    start = text.index(heading)
    end = text.find("\n#", start + 1)
    return text[start : end if end >= 0 else len(text)]


def test_an_entry_has_all_that_is_known(clone: Path) -> None:
    entry = part(page(read_library(with_run(clone))), "### 4a · `first_bound`")
    for line in (
        "A bound with `f`; see [`second_bound`](#second_bound).",
        r"Let $`E`$ and $`F`$ be real normed spaces, $`f \colon E \to F`$ a continuous linear map",
        "**Origin.** After Theorem 4 of arXiv:2603.20991v1, §2.4. Not in the paper.",
        "| `ha` | $`0 \\le \\lvert a \\rvert`$ | no counterexample in 10,002 examples, **a guard**: "
        "\\|a\\| is never negative |",
        "false in ℓ¹ at `f = [1]`, `x = (1)`, `a = -1/2`: the conclusion reads `1 ≤ -1/2` |",
        "All hypotheses hold in ℓ¹ at `f = [1]`, `x = (1)`, `a = 1`; the conclusion reads `1 ≤ 1`. "
        "So the bound is attained.",
        "**On a model**, with one linear map of the model and a batch of its input vectors at a time:",
        "- `f`: W, the float64 value of the stored weights, exact",
        "**certificate**",
        "any upper bound may stand for `‖f‖`",
        "*The input is one of many.*",
        "on record 2 killed, 1 explained",
        "| [tiny-gpt2](#run-tiny-gpt2) | 8 | 6 | 5 | 0 | 1 | 2 | 0 | 0.123 | map 0.q, position 3 |",
        "theorem first_bound {E F : Type*}",
    ):
        assert line in entry, line
    assert "sorry" not in entry


def test_a_statement_without_a_search_or_a_run_says_so(clone: Path) -> None:
    text = page(read_library(clone))
    assert "Not searched for this statement yet" in part(text, "### 4 · `second_bound`")
    assert "Not put to models" in part(text, "### D1 (half) · `third_bound`")
    assert "None is recorded." in part(text, "## The recorded runs")


def test_theorems_stand_by_number_not_by_proof(clone: Path) -> None:
    text = page(read_library(clone))
    assert text.index("### 4 · `second_bound`") < text.index("### 4a · `first_bound`")


def test_a_chapter_opens_with_the_file_docstring(clone: Path) -> None:
    chapter = part(page(read_library(clone)), "## Bounds of a map")
    assert "A map `f` is replaced. Two theorems." in chapter
    assert "* another: [`second_bound`](#second_bound)" in chapter
    assert "[`first_bound`](#first_bound) comes first." in chapter
    assert "Main results" not in chapter


def test_the_ledger_and_the_guards_close_the_page(clone: Path) -> None:
    text = page(read_library(with_run(clone)))
    assert "| 4a | [`first_bound`](#first_bound) | ✓ | · | · | · | · | · | ✓ | 2 + 1 | 5 |" in text
    assert "| D1 (half) | [`third_bound`](#third_bound) | · | · | · | · | · | · | – | 0 + 0 | – |" in text
    guards = part(text, "## Hypotheses that are not needed")
    assert "| 4a | [`first_bound`](#first_bound) | `ha` |" in guards
    assert "`hx`" not in guards


def test_evidence_of_another_statement_is_shown_as_stale_and_not_counted(clone: Path) -> None:
    with_run(clone)
    changed = BOUNDS.replace("‖f‖ * a", "‖f‖ * (a + 0)")
    (clone / "LivingInference" / "Bounds.lean").write_text(changed, encoding="utf-8")
    text = page(read_library(clone))
    entry = part(text, "### 4a · `first_bound`")
    assert "stale: it checked another statement" in entry
    assert "0.123" not in entry
    assert "Not searched for this statement yet" in entry
    assert "| [`first_bound`](#first_bound) | ✓ | · | · | · | · | · | ✓ | 2 + 1 | – |" in text


def test_hypotheses_that_no_run_met_are_said_to_be_unmet(clone: Path) -> None:
    full = check_record(clone)
    for entry in full["theorems"]:
        entry |= {"hypotheses_met": 0, "tightness": None, "tightness_at": None}
        entry["verdicts"] = dict.fromkeys(entry["verdicts"], 0) | {"HYPOTHESIS_UNMET": 8}
    result = clone / "result.json"
    result.write_text(json.dumps(full), encoding="utf-8")
    record(clone, result, NAMES)
    text = page(read_library(clone))
    assert "hypotheses never met" in part(text, "### 4 · `second_bound`")
    assert "| 0 + 0 | never met |" in text


def test_write_then_check_is_fresh_and_a_second_write_changes_no_byte(clone: Path) -> None:
    assert main(["--root", str(clone)]) == 0
    first = (clone / PAGE).read_bytes()
    assert main(["--root", str(clone), "--check"]) == 0
    assert main(["--root", str(clone)]) == 0
    assert (clone / PAGE).read_bytes() == first
    assert b"\r" not in first


def test_a_changed_docstring_makes_its_entry_stale(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--root", str(clone)])
    changed = BOUNDS.replace("§2.4: a sum.", "§2.4: a longer sum.")
    (clone / "LivingInference" / "Bounds.lean").write_text(changed, encoding="utf-8")
    capsys.readouterr()
    assert main(["--root", str(clone), "--check"]) == 1
    said = capsys.readouterr().out
    assert "4 · `second_bound`" in said
    assert "Contents" in said
    assert "first_bound" not in said


@pytest.mark.parametrize("edit", [lambda text: text + "\n", lambda text: text.replace("\n", "\r\n")])
def test_an_edit_by_hand_makes_the_page_stale(clone: Path, edit) -> None:
    main(["--root", str(clone)])
    path = clone / PAGE
    path.write_bytes(edit(path.read_text(encoding="utf-8")).encode())
    assert main(["--root", str(clone), "--check"]) == 1


def test_a_missing_page_is_stale(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(clone), "--check"]) == 1
    assert "does not exist" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("tests/properties/necessity.json", "{", "record_necessity"),
        ("tests/properties/necessity.json", '{"first_bound": {}}', "record_necessity"),
        ("tests/properties/witnesses.json", "[]", "record_witnesses"),
        ("tests/properties/equivalents.toml", "[", "explained mutants"),
        ("extracted/manifest.json", '{"theorems": {}}', "manifest"),
        ("docs/evidence/x.json", "nonsense", "evidence"),
        ("LivingInference/Scalar.lean", "theorem t : 1 ≥ 0 := by simp", "Scalar.lean:1"),
        ("LivingInference/Scalar.lean", "/-- no title -/\n/-- **Theorem 1**: x. -/\n"
         "theorem t (a : ℝ) : a ≤ a := by simp", "t"),
    ],
)  # fmt: skip
def test_bad_input_is_one_message_and_writes_nothing(
    clone: Path, file: str, text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = clone / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    assert main(["--root", str(clone)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
    assert not (clone / PAGE).exists()


def test_a_folder_that_is_no_clone_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path)]) == 2
    assert "LivingInference.lean" in capsys.readouterr().err


def test_a_file_without_a_title_is_refused(clone: Path) -> None:
    path = clone / "LivingInference" / "Bounds.lean"
    path.write_text(BOUNDS.replace("/-! # Bounds of a map", "/-! Bounds"), encoding="utf-8")
    with pytest.raises(SettingError, match="module docstring with a title"):
        read_library(clone)


def test_a_theorem_that_the_manifest_lacks_is_refused(clone: Path) -> None:
    path = clone / "extracted" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["theorems"]["third_bound"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(SettingError, match="third_bound"):
        read_library(clone)
