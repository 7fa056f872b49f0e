"""`python -m pybridge.pages`: exit code 0 done or fresh, 1 stale, 2 bad input."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pybridge.errors import LivingInferenceError
from pybridge.pages.command import run
from pybridge.pages.writing import PAGE


def main(arguments: list[str] | None = None) -> int:
    """Write, compare, or record. Returns: the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return run(options.root, check=options.check, result=options.record)
    except LivingInferenceError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pybridge.pages",
        description=f"Write {PAGE} from the Lean sources and from what is recorded of them.",
        epilog="Exit code 0: written, recorded or fresh. 1: the page is stale. 2: bad input.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="Write nothing; say what moved.")
    what.add_argument(
        "--record",
        type=Path,
        metavar="RESULT.json",
        help="Condense a record of `python -m pybridge.check --json` into docs/evidence/.",
    )
    parser.add_argument(
        "--root", type=Path, default=Path(), metavar="DIR", help="The clone. Default: the one you are in."
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
