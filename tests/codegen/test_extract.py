"""`extract`: reproducible, atomic, and red for every way in which a generated file can be wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pybridge import extract
from pybridge.codegen import templating
from pybridge.errors import OutputError, PlanError, SettingError, StaleError, StatementError

ROOT = Path(__file__).resolve().parents[2]
LEAN = "LivingInference/Bounds.lean"
CHECK = "extracted/checks/retrieval_bound.py"
GENERATED = {
    "LivingInferenceTest/Audit.lean",
    "LivingInferenceTest/RoundTrip.lean",
    "extracted/__init__.py",
    "extracted/checks/__init__.py",
    "extracted/checks/growth.py",
    "extracted/checks/retrieval_bound.py",
    "extracted/ir/__init__.py",
    "extracted/ir/growth.json",
    "extracted/ir/retrieval_bound.json",
    "extracted/manifest.json",
    "extracted/properties/__init__.py",
    "extracted/properties/test_growth.py",
    "extracted/properties/test_retrieval_bound.py",
    "extracted/statements.lock",
}


def complaint(root: Path) -> str:
    """The message of a failing `--check`, which must not have touched anything."""
    before = _snapshot(root)
    with pytest.raises(StaleError) as caught:
        extract.run(root, check=True)
    assert _snapshot(root) == before
    return str(caught.value)


def _snapshot(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


# ---- what is written -----------------------------------------------------------------------------
def test_a_project_is_extracted_whole(project) -> None:
    assert set(project.files()) == GENERATED | {"LivingInference.lean", LEAN}
    assert extract.run(project.root, check=True) == 0


def test_twice_the_same_bytes_and_nothing_rewritten(project, capsys) -> None:
    before = project.files()
    stamps = {path: (project.root / path).stat().st_mtime_ns for path in before}
    assert extract.run(project.root) == 0
    assert project.files() == before
    assert {path: (project.root / path).stat().st_mtime_ns for path in before} == stamps
    assert "2 theorems: 0 files written, 0 removed" in capsys.readouterr().out


def test_bytes_do_not_depend_on_where_or_how(project, tmp_path_factory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for path in ("LivingInference.lean", LEAN):
        target = elsewhere / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((project.root / path).read_bytes())
    environment = os.environ | {"PYTHONHASHSEED": "7", "LC_ALL": "C", "PYTHONUTF8": "0"}
    code = (
        f"from pybridge.extract import run; run({str(elsewhere)!r}, accept='all', reason='first statement')"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, capture_output=True)
    assert project.files() == {
        path.relative_to(elsewhere).as_posix(): path.read_bytes()
        for path in elsewhere.rglob("*")
        if path.is_file()
    }


def test_no_date_no_place_no_carriage_return(project) -> None:
    for path, content in project.files().items():
        assert b"\r" not in content
        assert str(project.root).encode() not in content, path
        assert content.endswith(b"\n"), path
        assert not content.endswith(b"\n\n"), path


# ---- each kind of staleness turns it red ---------------------------------------------------------
def test_a_changed_statement(project) -> None:
    project.edit(LEAN, "≤ ‖f‖ * δ := by", "≤ 2 * ‖f‖ * δ := by")
    message = complaint(project.root)
    assert f"{CHECK}: the Lean statement at {LEAN}:9 changed" in message
    assert "extracted/properties/test_retrieval_bound.py" in message
    assert "LivingInferenceTest/RoundTrip.lean: retrieval_bound changed" in message
    assert "growth" not in message
    assert "python -m pybridge.extract" in message


def test_changed_prose(project) -> None:
    project.edit(LEAN, "reusing a cached output", "reusing an old output")
    message = complaint(project.root)
    assert (
        f"extracted/ir/retrieval_bound.json: the Lean text at {LEAN}:9 changed, its meaning did not"
        in message
    )
    assert "statements.lock" not in message
    assert extract.run(project.root) == 0


def test_a_moved_theorem(project) -> None:
    project.edit(LEAN, "namespace LivingInference\n", "namespace LivingInference\n\n")
    message = complaint(project.root)
    assert f"extracted/ir/retrieval_bound.json: the theorem stands at {LEAN}:10 now" in message
    assert "extracted/checks" not in message


def test_a_hand_edit(project) -> None:
    project.edit(CHECK, "ops.map_norm(f) * δ", "ops.map_norm(f) * δ * δ")
    message = complaint(project.root)
    assert f"{CHECK}: it was edited by hand" in message
    assert "changed" not in message
    assert extract.run(project.root) == 0
    assert extract.run(project.root, check=True) == 0


@pytest.mark.parametrize("path", sorted(GENERATED - {"extracted/statements.lock"}))
def test_a_hand_edit_of_any_generated_file(project, path: str) -> None:
    project.write(path, project.read(path) + "\n")
    assert path in complaint(project.root)


@pytest.mark.parametrize("path", sorted(GENERATED - {"extracted/statements.lock"}))
def test_a_missing_generated_file(project, path: str) -> None:
    (project.root / path).unlink()
    assert f"{path}: is" in complaint(project.root)


def test_line_ends_are_compared_too(project) -> None:
    project.write(CHECK, project.read(CHECK).replace("\n", "\r\n"))
    assert f"{CHECK}: it was edited by hand" in complaint(project.root)


def test_a_changed_template(project, tmp_path_factory, monkeypatch) -> None:
    copy = tmp_path_factory.mktemp("templates")
    for template in templating.TEMPLATES.glob("*.j2"):
        (copy / template.name).write_bytes(template.read_bytes())
    text = (copy / "check.py.j2").read_text(encoding="utf-8")
    (copy / "check.py.j2").write_text(text.replace("NAME =", "THE_NAME ="), encoding="utf-8")
    monkeypatch.setattr(templating, "TEMPLATES", copy)
    templating.environment.cache_clear()
    try:
        message = complaint(project.root)
    finally:
        templating.environment.cache_clear()
    assert f"{CHECK}: the template changed" in message


def test_a_changed_generator(project, monkeypatch) -> None:
    from pybridge.codegen import render

    monkeypatch.setattr(render, "spaces", lambda statement: ("l2",))
    message = complaint(project.root)
    assert f"{CHECK}: the generator changed (pybridge/codegen)" in message


def test_a_reading_that_changed(project, monkeypatch) -> None:
    """The same Lean text with another IR, as after a change of the reader."""
    manifest = json.loads(project.read("extracted/manifest.json"))
    manifest["theorems"]["growth"]["digests"]["ir"] = "sha256:0"
    project.write("extracted/manifest.json", json.dumps(manifest))
    project.edit("extracted/checks/growth.py", "ops.lt", "ops.le")
    assert f"the statement at {LEAN}:15 is read differently (IR)" in complaint(project.root)


def test_a_deleted_theorem(project) -> None:
    text = project.read(LEAN)
    start, end = text.index("/-- **Theorem 9**"), text.index("end LivingInference")
    project.write(LEAN, text[:start] + text[end:])
    message = complaint(project.root)
    assert "extracted/checks/growth.py: no theorem generates it any more" in message
    assert "growth: removed" in message
    assert extract.run(project.root) == 1
    assert not [path for path in project.files() if "growth" in path]
    assert extract.run(project.root, accept="growth", reason="false as stated") == 0
    assert extract.run(project.root, check=True) == 0


def test_a_stray_file_in_a_generated_folder(project) -> None:
    project.write("extracted/checks/extra.py", "NAME = 'extra'\n")
    assert "extracted/checks/extra.py: no theorem generates it any more" in complaint(project.root)


@pytest.mark.parametrize("text", ["{}", "not json", '{"manifest_version": 0, "theorems": {}, "files": {}}'])
def test_a_damaged_manifest(project, text: str) -> None:
    project.write("extracted/manifest.json", text)
    assert "manifest.json is damaged or of another version" in complaint(project.root)
    assert extract.run(project.root) == 0
    assert extract.run(project.root, check=True) == 0


# ---- the lock ------------------------------------------------------------------------------------
def test_a_weakened_statement_waits_for_acceptance(project, capsys) -> None:
    lock = project.read("extracted/statements.lock")
    project.edit(LEAN, "(hβ : 0 ≤ β) (hαβ : β < α)", "(hβ : 0 < β) (hαβ : β < α)")
    assert extract.run(project.root) == 1
    shown = capsys.readouterr().err
    assert "growth: changed" in shown
    assert "--accept growth --reason TEXT" in shown
    assert project.read("extracted/statements.lock") == lock
    assert "0 < β" in project.read("extracted/checks/growth.py")
    message = complaint(project.root)
    assert "growth: changed" in message
    assert "out of date" not in message

    assert extract.run(project.root, accept=["growth"], reason="the case β = 0 is trivial") == 0
    assert extract.run(project.root, check=True) == 0
    row = json.loads(project.read("extracted/statements.lock"))["statements"]["growth"]
    assert (row["revision"], row["reason"]) == (2, "the case β = 0 is trivial")


def test_a_new_theorem_waits_for_acceptance(project, capsys) -> None:
    project.edit(LEAN, "end LivingInference", "theorem more (a : ℝ) : a ≤ a := le_rfl\n\nend LivingInference")
    assert extract.run(project.root) == 1
    assert "more: new" in capsys.readouterr().err
    assert extract.run(project.root, accept="more", reason="reflexivity") == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"check": True, "accept": "growth", "reason": "why"}, "writes nothing"),
        ({"reason": "why"}, "name it with `--accept NAME`"),
        ({"accept": "growth"}, "needs a reason"),
        ({"accept": "growth", "reason": "why"}, "is accepted as it stands"),
        ({"accept": "grwth", "reason": "why"}, "no exported theorem"),
    ],
)
def test_options_that_do_not_fit(project, options: dict, message: str) -> None:
    before = project.files()
    with pytest.raises(SettingError) as caught:
        extract.run(project.root, **options)
    assert message in str(caught.value) or message in str(caught.value).replace("nothing to accept", message)
    assert project.files() == before


# ---- bad input and half-written files ------------------------------------------------------------
def test_a_statement_outside_the_grammar_changes_nothing(project) -> None:
    project.edit(LEAN, "(hβ : 0 ≤ β)", "(hβ : β ≥ 0)")
    before = project.files()
    with pytest.raises(StatementError, match=r"Bounds\.lean:15:"):
        extract.run(project.root)
    assert project.files() == before


def test_a_hypothesis_without_a_role_changes_nothing(project) -> None:
    project.edit(LEAN, "(hβ : 0 ≤ β)", "(hβ : β ^ 3 ≤ α ^ 3)")
    before = project.files()
    with pytest.raises(PlanError, match=r"LivingInference/Bounds\.lean:15: .*`hβ : β \^ 3 ≤ α \^ 3`"):
        extract.run(project.root)
    assert project.files() == before


def test_a_theorem_that_cannot_name_a_module(project) -> None:
    project.edit(LEAN, "theorem growth (", "theorem growth' (")
    with pytest.raises(PlanError, match="`growth'` cannot name a Python module"):
        extract.run(project.root)


def test_a_full_disk_leaves_everything_as_it_was(project, monkeypatch) -> None:
    project.edit(LEAN, "≤ ‖f‖ * δ := by", "≤ 2 * ‖f‖ * δ := by")
    before = project.files()
    written = []

    def write(self: Path, data: bytes) -> int:
        written.append(self.name)
        if len(written) == 3:
            raise OSError(28, "No space left on device", str(self))
        with open(self, "wb") as file:
            return file.write(data)

    monkeypatch.setattr(Path, "write_bytes", write)
    with pytest.raises(OutputError, match="No space left on device"):
        extract.run(project.root)
    monkeypatch.undo()
    assert len(written) == 3
    assert project.files() == before


def test_a_project_without_theorems(project) -> None:
    project.write(LEAN, "namespace LivingInference\n\nend LivingInference\n")
    before = project.files()
    with pytest.raises(SettingError, match="nothing to extract"):
        extract.run(project.root)
    assert project.files() == before


def test_a_folder_without_a_project(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"no LivingInference\.lean in .* or above it"):
        extract.run(tmp_path)


def test_a_folder_inside_a_project(project) -> None:
    assert extract.run(project.root / "extracted", check=True) == 0


# ---- this repository -----------------------------------------------------------------------------
def test_what_is_committed_is_what_the_lean_sources_say() -> None:
    assert extract.run(ROOT, check=True) == 0


def test_the_check_is_quick_and_starts_without_torch() -> None:
    code = (
        "import sys, time; from pybridge.extract import run; run(check=True); print(time.process_time()); "
        "print([m for m in ('torch', 'transformers', 'hypothesis', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    *_, seconds, loaded = done.stdout.splitlines()
    assert loaded == "[]"
    assert float(seconds) < 3


def test_the_command_line_gives_the_same_answers(project) -> None:
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, "-m", "pybridge.extract", "--root", str(project.root), *arguments]
        return subprocess.run(call, capture_output=True, text=True, cwd=project.root)

    assert command("--check").returncode == 0
    project.edit(CHECK, "NAME", "NAMES")
    stale = command("--check")
    assert stale.returncode == 2
    assert "StaleError" in stale.stderr
    assert "Traceback" not in stale.stderr
    project.edit(LEAN, "0 ≤ β", "0 < β")
    waiting = command()
    assert waiting.returncode == 1
    assert "growth: changed" in waiting.stderr
    assert command("--accept", "growth", "--reason", "stated for β > 0").returncode == 0
    assert command("--check").returncode == 0
