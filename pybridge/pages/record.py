"""From a record of `python -m pybridge.check --json` to a small evidence file."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pybridge.errors import SettingError
from pybridge.pages.evidence import FOLDER, KIND, VERDICTS, VERSION, refuse_unknown, run_of
from pybridge.pages.files import read_json, replace_file

CHECK_KIND = "living-inference check"
EMBEDDED_TEXT = "the held-out excerpt that comes with this package"
_ADVICE = "Make one with `python -m pybridge.check --json RESULT.json`."
_PROTOCOL = ("tokens", "eps", "seed", "granularity", "skip_tokens", "keep", "rank", "maps", "removals")


def record(root: Path, result: Path, theorems: Collection[str]) -> Path:
    """Condense a check record into `docs/evidence/<model>.json`. Returns: that file.

    Raises:
        SettingError: no check record, one that failed, or one that speaks of unknown theorems.
        OutputError: the folder cannot be written.
    """
    evidence = condense(read_json(result, "a check record", _ADVICE), str(result), theorems)
    target = root / FOLDER / f"{slug(evidence['model']['name'])}.json"
    replace_file(target, _text(evidence))
    return target


def condense(full: Mapping[str, Any], path: str, theorems: Collection[str]) -> dict[str, Any]:
    """Counts and the essentials of the protocol; nothing that depends on the machine or the folder."""
    if full.get("kind") != CHECK_KIND:
        raise SettingError(f"{path} is no record of `python -m pybridge.check`.\n  {_ADVICE}")
    try:
        refuse_unknown([entry["name"] for entry in full["theorems"]], theorems, path)
        name = public_name(full["model"]["name"])
        evidence = {
            "kind": KIND,
            "schema_version": VERSION,
            "model": {
                "name": name,
                "source": _source(full["model"], name),
                **{key: full["model"][key] for key in ("digest", "family", "blocks", "d_model")},
            },
            "text": {
                "embedded": full["text"]["source"] == EMBEDDED_TEXT,
                "digest": full["text"]["digest"],
            },
            "protocol": {
                **{key: full["protocol"][key] for key in _PROTOCOL},
                "dtype": full["environment"]["dtype"],
            },
            "theorems": sorted((_entry(entry) for entry in full["theorems"]), key=lambda e: e["name"]),
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SettingError(
            f"{path} is no complete record of `python -m pybridge.check`: {type(error).__name__}: {error}.\n"
            f"  {_ADVICE}"
        ) from None
    run_of(evidence, path, theorems)
    return evidence


def _text(evidence: Mapping[str, Any]) -> str:
    """A line for each theorem, so that a difference between two runs can be read."""
    head = json.dumps({**evidence, "theorems": None}, ensure_ascii=False, indent=1)
    rows = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in evidence["theorems"])
    return head.removesuffix("null\n}") + f"[\n{rows}\n ]\n}}\n"


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    tightness = entry["tightness"]
    return {
        "name": entry["name"],
        "statement": entry["statement"],
        "instances": int(entry["instances"]),
        "met": int(entry["hypotheses_met"]),
        "verdicts": {verdict: int(entry["verdicts"][verdict]) for verdict in VERDICTS},
        "tightness": None if tightness is None else float(f"{tightness:.3g}"),
        "where": entry["tightness_at"] or "",
    }


def public_name(name: str) -> str:
    """A hub id or built-in name as it is; of a folder its last part."""
    is_folder = name.startswith((".", "~", "/")) or "\\" in name or name.count("/") > 1
    return re.split(r"[\\/]", name.rstrip("\\/"))[-1] if is_folder else name


def _source(model: Mapping[str, Any], name: str) -> str:
    return model["source"] if name == model["name"] else f"the folder {name}"


def slug(name: str) -> str:
    """A file name for a model: `openai/gpt2` becomes `openai--gpt2`."""
    text = re.sub(r"[^\w.-]+", "-", name.replace("/", "--")).strip("-.")
    if not text:
        raise SettingError(f"the record names its model {name!r}, which makes no file name")
    return text
