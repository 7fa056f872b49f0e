"""The property tests and the mutation tests, run by pytest, theorem by theorem. They need no Lean."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.etree import ElementTree

from pybridge.crosscheck.context import Context, failed, skipped, some
from pybridge.crosscheck.evidence import Result, Status

_MUTANTS = "tests/properties/test_mutants.py"
_OF_MUTANTS = re.compile(r"test_every_mutant_is_killed_or_explained\[(?P<name>.+)\]")
_OF_PROPERTY = re.compile(r"test_(?P<name>[^\[]+)(?:\[.*\])?")


def properties(context: Context) -> Result:
    """Exact arithmetic finds no counterexample: `extracted/properties`."""
    return _pytest(context, "properties", ["extracted/properties"], _OF_PROPERTY)


def mutants(context: Context) -> Result:
    """Every mutant of every statement is killed or explained."""
    return _pytest(context, "mutants", [_MUTANTS], _OF_MUTANTS)


def _pytest(context: Context, check: str, paths: list[str], pattern: re.Pattern[str]) -> Result:
    if not context.has_module("pytest"):
        return skipped(check, "pytest is not installed; `pip install -e '.[test]'`")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = (sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}", *paths)
        answer = context.ask(command, context.project.root, context.limit_s)
        if answer.code is None:
            return failed(check, answer.trouble(context.limit_s))
        text = report.read_text(encoding="utf-8") if report.is_file() else ""
    return judge_tests(context, check, text, answer.code, pattern)


def judge_tests(context: Context, check: str, text: str, code: int, pattern: re.Pattern[str]) -> Result:
    """What a JUnit report says of each theorem: at least one test of it ran, and none failed."""
    try:
        cases = list(ElementTree.fromstring(text).iter("testcase"))
    except ElementTree.ParseError as error:
        return failed(check, f"pytest left no readable report ({error})")
    passed = _passed(cases, lambda name: match["name"] if (match := pattern.fullmatch(name)) else "")
    held = {name: passed[name] for name in context.project.theorems if name in passed}
    missing = sorted(context.project.theorems.keys() - held.keys())
    red = sorted(name for name, well in held.items() if not well)
    reason = ""
    if red:
        reason = f"red: {some(red)}"
    elif missing:
        reason = f"no test of {some(missing)}"
    elif code:
        reason = f"pytest ended with exit code {code}"
    if reason:
        return failed(check, reason, theorems=held)
    return Result(check, Status.RAN, f"{len(held)} theorems, {len(cases)} tests", {}, held)


def _passed(cases: Iterable[ElementTree.Element], theorem: Callable[[str], str]) -> dict[str, bool]:
    passed: dict[str, bool] = {}
    for case in cases:
        name = theorem(case.get("name", ""))
        if name:
            well = not any(child.tag in ("failure", "error", "skipped") for child in case)
            passed[name] = passed.get(name, True) and well
    return passed
