"""Imports exist and go one way: a topic imports Mathlib, general lemmas and topics before it.

What exists in Mathlib at the pin is known from `mathlib_imports.txt`: the modules that this library imports
or cites, each found in a checkout of the pin by `python -m pybridge.audit.pin`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files as resource_files

from pybridge.audit.lean_file import Kind, LeanFile
from pybridge.audit.order import LEAN_ORDER, LIBRARY, TESTS
from pybridge.audit.project import Project
from pybridge.audit.report import Finding
from pybridge.parser.lexer import Token

RULE = "imports"
_KNOW = "If the pin has it, add it with `python -m pybridge.audit.pin --mathlib DIR`; else correct the name."


@cache
def known_modules() -> frozenset[str]:
    """The Mathlib modules that were found at the pin."""
    text = resource_files("pybridge.audit").joinpath("mathlib_imports.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def imported(file: LeanFile) -> Iterator[tuple[Token, int]]:
    """The module names a file imports, each with its place among the tokens."""
    for i, token in enumerate(file.tokens):
        if token.text == "import" and token.kind == "name" and file.tokens[i + 1].kind == "name":
            yield file.tokens[i + 1], i


def imports(project: Project) -> Iterator[Finding]:
    """Unknown, upward, circular, repeated or misplaced imports; a topic that the door forgets."""
    modules = {file.module: file for file in project.files}
    broken = {found.file.removesuffix(".lean").replace("/", ".") for found in project.broken}
    for file in project.files:
        if file.kind is Kind.GENERATED:
            continue
        seen: set[str] = set()
        for name, at in imported(file):
            if name.text in seen:
                yield file.finding(name.start, RULE, f"`{name.text}` is imported twice", "Remove one.")
            seen.add(name.text)
            if any(token.kind == "doc" or token.text not in _HEAD for token in _before(file, at)):
                yield file.finding(
                    name.start, RULE, "this import stands below a command", "Lean wants imports first."
                )
            yield from _judge(file, name, modules, broken)
    yield from _circles(project, modules)
    yield from _door(project)


_HEAD = frozenset(("import", "public", "all", "meta"))


def _before(file: LeanFile, at: int) -> list[Token]:
    """Tokens above an import that are not themselves part of imports."""
    names = {i + 1 for _, i in imported(file)}
    return [token for i, token in enumerate(file.tokens[:at]) if i not in names]


def _judge(file: LeanFile, name: Token, modules: dict[str, LeanFile], broken: set[str]) -> Iterator[Finding]:
    module = name.text
    top = module.split(".")[0]
    if top in (LIBRARY, TESTS):
        if module in broken:
            return
        if module not in modules:
            path = module.replace(".", "/") + ".lean"
            yield file.finding(
                name.start, RULE, f"{path} does not exist", "Write the file or remove the import."
            )
        else:
            reason = _upward(file, modules[module])
            if reason:
                yield file.finding(name.start, RULE, reason, "Move what both need to a lower file.")
    elif top == "Mathlib":
        if module not in known_modules():
            yield file.finding(name.start, RULE, f"`{module}` is not known to exist at the pin", _KNOW)
    else:
        yield file.finding(
            name.start, RULE, f"`{module}` is neither Mathlib nor of this library", "Import a Mathlib file."
        )


def _upward(file: LeanFile, target: LeanFile) -> str:
    """Why this file may not import that one; empty if it may."""
    if file.kind is Kind.DOOR:
        return "" if target.kind is Kind.TOPIC else f"the door opens on topics, and {target.path} is none"
    if file.kind is Kind.TEST:
        return "" if target.kind is not Kind.GENERATED else f"nothing imports the generated {target.path}"
    if target.kind is Kind.GENERAL:
        return ""
    if file.kind is Kind.GENERAL or target.kind is not Kind.TOPIC:
        return f"{file.path} is below {target.path} and may not import it"
    if file.topic not in LEAN_ORDER or target.topic not in LEAN_ORDER:
        return ""  # said once, of the file itself
    if LEAN_ORDER.index(target.topic) >= LEAN_ORDER.index(file.topic):
        return f"`{target.topic}` does not come before `{file.topic}` in the order {' '.join(LEAN_ORDER)}"
    return ""


def _circles(project: Project, modules: dict[str, LeanFile]) -> Iterator[Finding]:
    """General lemmas have no fixed order; they only may not go in circles."""
    below = {
        file.module: [(name, name.text) for name, _ in imported(file) if name.text in modules]
        for file in project.files
        if file.kind is Kind.GENERAL
    }
    for start, edges in below.items():
        for token, target in edges:
            if start in _reachable(target, below):
                message = f"`{target}` imports this file in turn"
                yield modules[start].finding(token.start, RULE, message, "Lean cannot build a circle.")


def _reachable(start: str, below: dict[str, list[tuple[Token, str]]]) -> set[str]:
    seen: set[str] = set()
    pending = [start]
    while pending:
        module = pending.pop()
        if module not in seen:
            seen.add(module)
            pending += [target for _, target in below.get(module, ())]
    return seen


def _door(project: Project) -> Iterator[Finding]:
    door = next((file for file in project.files if file.kind is Kind.DOOR), None)
    topics = [file for file in project.files if file.kind is Kind.TOPIC]
    for file in topics:
        if file.topic not in LEAN_ORDER:
            yield file.finding(
                0, RULE, f"`{file.topic}` has no place in LEAN_ORDER", "Add it to pybridge/audit/order.py."
            )
    if door is None:
        return
    opened = [name.text.removeprefix(f"{LIBRARY}.") for name, _ in imported(door)]
    for file in topics:
        if file.topic not in opened:
            yield door.finding(
                0,
                RULE,
                f"{file.path} is not imported here, so Lean would never check it",
                f"Add `import {file.module}`.",
            )
    ordered = [topic for topic in LEAN_ORDER if topic in opened]
    if [topic for topic in opened if topic in LEAN_ORDER] != ordered:
        yield door.finding(0, RULE, f"the topics are not in the order {' '.join(ordered)}", "Sort them.")
