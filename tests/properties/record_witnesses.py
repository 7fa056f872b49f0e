"""Find a witness against every mutant and rewrite `witnesses.json`:

    python -m tests.properties.record_witnesses [--afresh] [THEOREM …]

Run it after a statement changed, read the difference, and argue what survives in `equivalents.toml`. Recorded
witnesses that still kill are kept; with `--afresh` every mutant is searched again.
"""

from __future__ import annotations

import sys

from tests.properties.mutation import Budget, record, statements, witnesses, write_witnesses

BUDGET = Budget(plain=400, coincidences=3000)
AFRESH = "--afresh"


def main(arguments: list[str]) -> None:
    names = [name for name in arguments if name != AFRESH] or list(statements())
    found = record(names, BUDGET, lambda line: print(line, flush=True), afresh=AFRESH in arguments)
    write_witnesses({name: found.get(name, witnesses().get(name, {})) for name in statements()})


if __name__ == "__main__":
    main(sys.argv[1:])
