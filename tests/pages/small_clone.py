"""A clone of two Lean files and three theorems, with all that a page is made of, and ways to spoil it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pybridge.ir import digest
from pybridge.ir.nodes import Statement
from pybridge.parser import read_project

BOUNDS = """\
/-! # Bounds of a map

A map `f` is replaced. Two theorems.

* one
* another: `second_bound`

## Main results

* `first_bound`

## Implementation notes

`first_bound` comes first. -/

namespace LivingInference

/-- **Theorem 4a**, after Theorem 4 of arXiv:2603.20991v1, §2.4: a bound with `f`; see
`second_bound`.

Not in the paper.

`ha` is a guard: nothing depends on it.

@mode runtime property
@measure f weight; x activation
@upper ‖f‖
@certificate yes
@note the input is one of many
-/
theorem first_bound {E F : Type*} [NormedAddCommGroup E] [NormedSpace ℝ E]
    [NormedAddCommGroup F] [NormedSpace ℝ F] (f : E →L[ℝ] F) (x : E) (a : ℝ)
    (ha : 0 ≤ |a|) (hx : ‖x‖ ≤ a) : ‖f x‖ ≤ ‖f‖ * a := by
  sorry

/-- **Theorem 4** of arXiv:2603.20991v1, §2.4: a sum.

As in the paper.

@mode runtime property
@measure n block count; ε relative injections
@certificate no
-/
theorem second_bound (n : ℕ) (ε : ℕ → ℝ) (c : ℝ) (hε : ∀ i ∈ Finset.range n, ε i ≤ c) :
    ∑ i ∈ Finset.range n, ε i ≤ (n : ℝ) * c := by
  sorry

end LivingInference
"""
SCALAR = """\
/-! # Numbers

One theorem. -/

namespace LivingInference

/-- **Theorem D1 (half)**: a ratio.

@mode property
-/
theorem third_bound (a b r : ℝ) (hr : r = a / b) : r * 2 = 2 * (a / b) := by
  sorry

end LivingInference
"""
NAMES = ("first_bound", "second_bound", "third_bound")


def small_clone(root: Path) -> Path:
    """Everything in it is fresh and fits together."""
    _write(root / "LivingInference.lean", "import LivingInference.Bounds\nimport LivingInference.Scalar\n")
    _write(root / "LivingInference" / "Bounds.lean", BOUNDS)
    _write(root / "LivingInference" / "Scalar.lean", SCALAR)
    _write(root / "lean-toolchain", "leanprover/lean4:v4.32.0\n")
    rows = "".join(f"| 1 | `{name}` | yes |\n" for name in NAMES[:2])
    _write(root / "docs" / "verification.md", "| Theorem | Lean name | Proof: read |\n|---|---|---|\n" + rows)
    statements = {s.name: s for s in read_project(root)}
    _write_json(root / "extracted" / "manifest.json", manifest(statements))
    properties = root / "tests" / "properties"
    _write_json(properties / "necessity.json", necessity(statements))
    _write_json(properties / "witnesses.json", {"first_bound": {"drop:hx": {}, "flip": {}}})
    _write(properties / "equivalents.toml", '[first_bound]\n"drop:ha" = "it is always true"\n')
    return root


def manifest(statements: dict[str, Statement]) -> dict[str, Any]:
    return {
        "theorems": {
            name: {
                "full_name": s.full_name,
                "file": s.file,
                "modes": list(s.doc.modes),
                "digests": {"ir": digest(s)},
            }
            for name, s in statements.items()
        }
    }


def necessity(statements: dict[str, Statement]) -> dict[str, Any]:
    one = {"space": "l1", "values": {"f": "[1]", "x": "(1)", "a": "1"}}
    equal = [{"left": "1", "op": "≤", "right": "1", "holds": True}]
    records = {
        "first_bound": {
            "hypotheses": {
                "ha": {"none_found_in": 10002, "examples": {}, "reason": "|a| is never negative"},
                "hx": {
                    "counterexample": {
                        **one,
                        "values": {"f": "[1]", "x": "(1)", "a": "-1/2"},
                        "conclusion": [{"left": "1", "op": "≤", "right": "-1/2", "holds": False}],
                    }
                },
            },
            "instance": {**one, "conclusion": equal},
            "tightness": {"kind": "attained"},
        },
        "third_bound": {
            "hypotheses": {"hr": {"none_found_in": 10000, "examples": {}, "reason": ""}},
            "instance": {"space": "real", "values": {"a": "1", "b": "1", "r": "1"}, "conclusion": equal},
            "tightness": {"kind": "exact"},
        },
    }
    return {name: {"statement": digest(statements[name]), **record} for name, record in records.items()}


def check_record(root: Path, **changes: Any) -> dict[str, Any]:
    """What `python -m pybridge.check --json` would write of this clone."""
    statements = {s.name: s for s in read_project(root)}
    verdicts = {
        "HOLDS": 5,
        "VIOLATED": 0,
        "INCONCLUSIVE": 1,
        "HYPOTHESIS_UNMET": 2,
        "UNSUPPORTED": 0,
        "ERROR": 0,
    }
    theorems = [
        {
            "name": name,
            "statement": digest(statements[name]),
            "instances": 8,
            "hypotheses_met": 6,
            "verdicts": verdicts,
            "tightness": 0.123456789,
            "tightness_at": "map 0.q, position 3",
        }
        for name in ("second_bound", "first_bound")
    ]
    record = {
        "kind": "living-inference check",
        "model": {
            "name": "tiny-gpt2",
            "source": "tiny-gpt2: the model",
            "digest": "sha256:" + "a" * 64,
            "family": "gpt2",
            "blocks": 6,
            "d_model": 176,
        },
        "text": {"source": "the file secret.txt", "digest": "sha256:" + "b" * 64},
        "protocol": {
            "tokens": 512,
            "eps": [0.01, 0.1],
            "seed": 0,
            "granularity": "block",
            "skip_tokens": 4,
            "keep": 0.05,
            "rank": 16,
            "maps": "^0\\.",
            "removals": "all",
        },
        "environment": {"dtype": "float32", "machine": "x86_64"},
        "timing": {"open_s": 1.0},
        "theorems": theorems,
    }
    return {**record, **changes}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _write_json(path: Path, record: dict[str, Any]) -> None:
    _write(path, json.dumps(record, ensure_ascii=False))
