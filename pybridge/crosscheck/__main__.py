"""`python -m pybridge.crosscheck [CHECK …]`: exit code 0 all hold or skipped, 1 one failed, 2 bad input."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pybridge.crosscheck.evidence import Result, Status, require_place, write_evidence
from pybridge.crosscheck.runner import CHECKS, HOUR_S, LEAN_CHECKS, run
from pybridge.errors import LivingInferenceError, SettingError

GROUPS = {"lake": ("build", "test", "axioms")}


def main(arguments: list[str] | None = None) -> int:
    """Run the checks and print a line for each. Returns: the exit code."""
    options = _parser().parse_args(arguments)
    try:
        required = _required(options.require, options.checks or list(LEAN_CHECKS))
        if options.json is not None:
            require_place(options.json)
        evidence = run(
            options.root,
            options.checks,
            limit_s=options.timeout,
            report=lambda result: print(result.line(), flush=True),
        )
        if options.json is not None:
            write_evidence(evidence, options.json)
    except LivingInferenceError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    bad = [result for result in evidence.results if _is_bad(result, required)]
    for result in bad:
        if result.status is Status.SKIPPED:
            print(f"{result.check}: skipped, and --require makes that a failure")
    return 1 if bad else 0


def _is_bad(result: Result, required: set[str]) -> bool:
    if result.status is Status.SKIPPED:
        return result.check in required
    return result.status is Status.FAILED


def _required(words: list[str], chosen: list[str]) -> set[str]:
    """Names of the checks that may not be skipped.

    Raises:
        SettingError: one that is not run at all.
    """
    groups = {**GROUPS, "all": tuple(chosen)}
    names = {name for word in words for name in groups.get(word, (word,))}
    for name in sorted(names.difference(chosen)):
        raise SettingError(f"--require {name}: it is not among the checks to run, {', '.join(chosen)}")
    return names


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pybridge.crosscheck",
        description="Ask Lean, lean-interact, LeanDojo about this project. What is missing is skipped.",
        epilog="Exit code 0: all hold or were skipped. 1: a check failed. 2: bad input.",
    )
    parser.add_argument(
        "checks",
        nargs="*",
        metavar="CHECK",
        help=f"Any of {', '.join(CHECKS)}. Default: all but the last two, which need no Lean.",
    )
    parser.add_argument("--root", type=Path, metavar="DIR", help="The clone. Default: the one you are in.")
    parser.add_argument(
        "--require",
        action="append",
        default=[],
        choices=["all", *GROUPS, *CHECKS],
        metavar="NAME",
        help="A check whose skipping is a failure; `lake` for build, test and axioms; repeatable.",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="Write the evidence to this file.")
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=6 * HOUR_S,
        metavar="SECONDS",
        help="How long one program may take. Default: six hours, enough to build Mathlib.",
    )
    return parser


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("give a positive number of seconds")
    return value


if __name__ == "__main__":
    sys.exit(main())
