"""`python -m pybridge.crosscheck.print_ledger [FILE …]`: the trust ledger as a Markdown table.

Exit code 0: no link has failed. 1: one has. 2: bad input.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pybridge.crosscheck.ledger import FOLDER, Standing, table, trust_ledger
from pybridge.errors import LivingInferenceError


def main(arguments: list[str] | None = None) -> int:
    """Print the ledger. Returns: the exit code, 1 if a link has failed."""
    parser = argparse.ArgumentParser(
        prog="python -m pybridge.crosscheck.print_ledger",
        description="What holds of each theorem, link by link.",
    )
    parser.add_argument(
        "evidence", nargs="*", type=Path, help=f"Evidence files. Default: those of {FOLDER}/."
    )
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="The clone.")
    options = parser.parse_args(arguments)
    try:
        rows = trust_ledger(options.root, options.evidence or None)
    except LivingInferenceError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(table(rows))
    return int(any(Standing.FAILED in row.links.values() for row in rows))


if __name__ == "__main__":
    sys.exit(main())
