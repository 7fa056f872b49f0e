"""Messages about files, their commands and the project they make up."""

from __future__ import annotations

from pybridge.parser.message import Message

_DOOR = "import LivingInference.A\n"
_TRUE = "theorem t (x : ℝ) : x ≤ x := le_refl x\n"

FILES: dict[str, Message] = {
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
    "other-norm": Message(
        "`{name}` gives `‖W‖` another meaning than the operator norm between Euclidean spaces",
        "Open `Matrix.Norms.L2Operator` instead.",
        (
            "open scoped Matrix.Norms.Frobenius\n" + _TRUE,
            "open Matrix\nopen scoped Norms.Elementwise\n" + _TRUE,
            "open scoped Matrix.Norms.Operator in\n" + _TRUE,
        ),
    ),
    "primitive": Message(
        "the definition of `{name}` is not the one that Python evaluates",
        "Write `def {definition}`, or change the table of primitives and both evaluators with it.",
        (
            "noncomputable def linMap {m n : Type*} (W : Matrix m n ℝ) := 2 • W\n" + _TRUE,
            "def linMap := 1",
        ),
    ),
    "one-theorem": Message(
        "expected one exported theorem in this text, found {count}",
        "",
        ("", "private " + _TRUE, _TRUE + _TRUE),
    ),
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
}
