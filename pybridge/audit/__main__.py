"""`python -m pybridge.audit [--root DIR]`: exit code 0 clean, 1 findings, 2 bad input."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pybridge.audit.runner import run
from pybridge.errors import LivingInferenceError


def main(arguments: list[str] | None = None) -> int:
    """Print the report of one audit. Returns: the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m pybridge.audit",
        description="Hold the Lean sources and their pages to the rules that need no Lean.",
        epilog="Exit code 0: clean. 1: findings. 2: bad input.",
    )
    parser.add_argument(
        "--root", type=Path, metavar="DIR", help="The project's folder. Default: the one you are in."
    )
    options = parser.parse_args(arguments)
    try:
        report = run(options.root)
    except LivingInferenceError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print("\n".join(report.lines()))
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
