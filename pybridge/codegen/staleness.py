"""Why a committed file differs from a fresh one: Lean text, reading, template, generator or a hand edit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from pybridge.codegen.manifest import MANIFEST, content_digest


def differences(
    fresh: Mapping[str, str], committed: Mapping[str, str], old: Mapping[str, Any], new: Mapping[str, Any]
) -> list[str]:
    """One line for each file that differs, saying what moved; empty when nothing does.

    Args:
        fresh: path → text as generated now.
        committed: path → text as found, generated folders only; may hold files that are no longer generated.
        old: the committed manifest, `{}` if there is none.
        new: the fresh manifest.
    """
    lines = []
    for path in sorted(fresh.keys() | committed.keys()):
        if path == MANIFEST or fresh.get(path) == committed.get(path):
            continue
        lines.append(f"{path}: {_reason(path, fresh, committed, old, new)}")
    if not lines and fresh[MANIFEST] != committed.get(MANIFEST):
        lines.append(f"{MANIFEST}: {'was edited by hand' if MANIFEST in committed else 'is missing'}")
    return lines


def _reason(
    path: str,
    fresh: Mapping[str, str],
    committed: Mapping[str, str],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
) -> str:
    if path not in fresh:
        return "no theorem generates it any more"
    if path not in committed:
        return "is missing" if path in old.get("files", {}) else "is new"
    reasons = []
    recorded = old.get("files", {}).get(path)
    if recorded is None:
        reasons.append("the committed manifest does not know it")
    elif content_digest(committed[path]) != recorded:
        reasons.append("it was edited by hand")
    before = old.get("theorems", {}).get(_theorem(path))
    after = new["theorems"].get(_theorem(path))
    if before and after:
        reasons += moved(before, after) or _shifted(path, before, after)
    elif set(old.get("theorems", {})) != set(new["theorems"]):
        reasons.append("the set of theorems changed")
    elif _moved_theorems(old, new):
        reasons.append(f"{', '.join(_moved_theorems(old, new))} changed")
    return " and ".join(reasons) or "the generator changed (pybridge/codegen)"


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What changed between two manifest entries of one theorem."""
    where = f"{after['file']}:{after['line']}"
    source, ir, template = (
        before["digests"].get(key) != after["digests"][key] for key in ("source", "ir", "template")
    )
    reasons = []
    if source and ir:
        reasons.append(f"the Lean statement at {where} changed")
    elif source:
        reasons.append(f"the Lean text at {where} changed, its meaning did not")
    elif ir:
        reasons.append(f"the statement at {where} is read differently (IR)")
    if template:
        reasons.append("the template changed")
    return reasons


def _moved_theorems(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    theorems = old.get("theorems", {})
    return [
        name for name, after in new["theorems"].items() if name in theorems and moved(theorems[name], after)
    ]


def _shifted(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Only the IR file says where a theorem stands."""
    place = (after["file"], after["line"])
    if not path.startswith("extracted/ir/") or place == (before["file"], before["line"]):
        return []
    return [f"the theorem stands at {after['file']}:{after['line']} now"]


def _theorem(path: str) -> str:
    return PurePosixPath(path).stem.removeprefix("test_")
