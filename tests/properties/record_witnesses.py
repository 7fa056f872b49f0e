"""Search all mutants afresh and rewrite `witnesses.json`: `python -m tests.properties.record_witnesses
[THEOREM …]`.

Run it after a statement changed, read the difference, and argue what survives in `equivalents.toml`.
"""

from __future__ import annotations

import sys

from tests.properties.mutation import Budget, record, statements, witnesses, write_witnesses

BUDGET = Budget(plain=400, coincidences=3000)


def main(theorems: list[str]) -> None:
    names = theorems or list(statements())
    found = record(names, BUDGET, lambda line: print(line, flush=True))
    write_witnesses({name: found.get(name, witnesses().get(name, {})) for name in statements()})


if __name__ == "__main__":
    main(sys.argv[1:])
