"""`extracted/manifest.json`: where each generated file came from, so that a stale one can say what moved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from pybridge.codegen.plan_draw import plan_draw
from pybridge.codegen.templating import template_digest
from pybridge.errors import StaleError
from pybridge.ir import digest, source_digest
from pybridge.ir.nodes import Statement
from pybridge.ir.serialize import IR_VERSION, NORMALISATION_VERSION
from pybridge.ir.vocabulary import scope_of

MANIFEST = "extracted/manifest.json"
MANIFEST_VERSION = 1
THEOREM_TEMPLATES = ("check.py.j2", "draw.py.j2", "property.py.j2")
# No file here can know of a Lean toolchain; docs/verification.md says how a proof is machine-checked.
PROOF_STATUS = "not checked here"


def manifest_text(statements: Sequence[Statement], files: Mapping[str, str]) -> str:
    """The manifest of all theorems and of all generated files but itself."""
    data = {
        "manifest_version": MANIFEST_VERSION,
        "ir_version": IR_VERSION,
        "normalisation_version": NORMALISATION_VERSION,
        "theorems": {s.name: entry(s) for s in sorted(statements, key=lambda s: s.name)},
        "files": {path: content_digest(files[path]) for path in sorted(files)},
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def entry(statement: Statement) -> dict[str, Any]:
    return {
        "full_name": statement.full_name,
        "number": statement.doc.number,
        "section": statement.doc.section,
        "file": statement.file,
        "line": statement.line,
        "modes": list(statement.doc.modes),
        "scope": scope_of(statement),
        "certificate": statement.doc.certificate,
        "roles": dict(plan_draw(statement).roles),
        "digests": {
            "source": source_digest(statement),
            "ir": digest(statement),
            "template": template_digest(*THEOREM_TEMPLATES),
        },
        "proof": PROOF_STATUS,
    }


def content_digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def read_manifest(text: str | None) -> dict[str, Any]:
    """A committed manifest; `{}` for one that is missing.

    Raises:
        StaleError: it is not the JSON this version writes.
    """
    if text is None:
        return {}
    try:
        data = json.loads(text)
        known = data["manifest_version"] == MANIFEST_VERSION and {"theorems", "files"} <= data.keys()
    except (ValueError, TypeError, KeyError):
        known = False
    if not known:
        raise StaleError(
            f"{MANIFEST} is damaged or of another version; delete it and run `python -m pybridge.extract`"
        )
    return data
