"""Find what each hypothesis is for and rewrite `necessity.json`:

    python -m tests.properties.record_necessity [THEOREM …]

Run it after `record_witnesses`. What is recorded and still true of an unchanged statement is kept.

The file is an object, theorem name → record, sorted by name; hypotheses stand in the order of the statement.

    statement    digest of the statement that the record speaks of
    hypotheses   name → one of
                 {"dropped": Lean text of the hypothesis, "counterexample": instance}
                     the theorem without it is false: here the other hypotheses hold, the conclusion does not
                 {"dropped": …, "none_found_in": N, "examples": {space: count}, "reason": text}
                     N ≥ 10 000 examples that meet the other hypotheses left the conclusion true; how many in
                     each kind of space; and the reviewed reason of `equivalents.toml`
    instance     an instance that meets every hypothesis, with the conclusion true
    tightness    {"kind": "attained"}   an inequality of the conclusion is an equality in the instance, not of
                                        zeros unless the statement itself compares with 0
                 {"kind": "best ratio", "ratio": decimal text, "examples": N}
                                        left over right in the instance, the greatest among N examples
                 {"kind": "exact"}      the conclusion is an equation
                 {"kind": "both"}       the conclusion is `↔`, and both sides are true in the instance
                 {"kind": "sign"}       the conclusion compares with 0, and equality was not found

An instance is

    space        `l1`, `l2` or `linf`: the norm of every space; `real` where there is none
    values       Lean name → value as text: `1/2`, a vector `(1, 0)`, a map or matrix by rows
                 `[1 0; 0 1]`, a sequence `i ↦ 1, 2, …` (its last entry goes on), a function by its table, an
                 element of an index type by its place from 0
    conclusion   one object per relation of the conclusion, left to right:
                 {"left": text, "op": one of `≤ < = ≠`, "right": text, "holds": boolean}
    exact        the same values as `pybridge.runtime.exact.witness` reads them, by Python name
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping

from tests.properties.instances import Json
from tests.properties.mutation import statements
from tests.properties.necessity import FILE, record_of, recorded


def main(theorems: list[str]) -> None:
    found = dict(recorded())
    for theorem in theorems or list(statements()):
        found[theorem] = record_of(theorem)
        free = [name for name, entry in found[theorem]["hypotheses"].items() if "none_found_in" in entry]
        print(f"{theorem}: {found[theorem]['tightness']}, not needed: {', '.join(free) or '-'}", flush=True)
        write({name: found[name] for name in statements() if name in found})


def write(records: Mapping[str, Json]) -> None:
    """The file is replaced at once."""
    fresh = FILE.with_suffix(".tmp")
    fresh.write_text(text_of_records(records), encoding="utf-8", newline="\n")
    os.replace(fresh, FILE)


ON_ONE_LINE = {"values", "conclusion", "exact", "examples", "tightness"}


def text_of_records(records: Mapping[str, Json]) -> str:
    """Sorted by theorem; what is evaluated stands on one line."""
    return _text({name: records[name] for name in sorted(records)}, 0) + "\n"


def _text(value: object, depth: int) -> str:
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    lines = [
        f"{json.dumps(key, ensure_ascii=False)}: "
        + (json.dumps(item, ensure_ascii=False) if key in ON_ONE_LINE else _text(item, depth + 1))
        for key, item in value.items()
    ]
    inner = " " * (depth + 1)
    return "{\n" + ",\n".join(inner + line for line in lines) + "\n" + " " * depth + "}" if lines else "{}"


if __name__ == "__main__":
    main(sys.argv[1:])
