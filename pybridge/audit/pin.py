"""`python -m pybridge.audit.pin --mathlib DIR`: hold imports and tables against the pinned Mathlib.

Every imported or cited Mathlib file must exist in DIR (`.lake/packages/mathlib` after a build), and every
listed name must occur in the file that its row gives, itself or as what `to_additive` makes it from. What
exists is written to `mathlib_imports.txt`; what does not is printed.
Exit code 0: all found. 1: something is missing. 2: bad input.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from pybridge.audit.project import Project, read_project
from pybridge.audit.proof_pages import module_of
from pybridge.audit.rules.imports import imported
from pybridge.errors import LivingInferenceError, SettingError
from pybridge.files.atomic import write_atomically

LIST = Path(__file__).with_name("mathlib_imports.txt")
# what `to_additive` turns the second word of a name into
_MULTIPLICATIVE = (
    *(("add", "mul"), ("zero", "one"), ("sub", "div"), ("neg", "inv"), ("sum", "prod"), ("abs", "mabs")),
    *(("nsmul", "pow"), ("nonneg", "one_le"), ("pos", "one_lt"), ("nonpos", "le_one")),
)


def main(arguments: list[str] | None = None) -> int:
    """Write the list and print what was not found. Returns: the exit code."""
    parser = argparse.ArgumentParser(prog="python -m pybridge.audit.pin", description=__doc__)
    parser.add_argument("--mathlib", type=Path, required=True, metavar="DIR")
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR")
    options = parser.parse_args(arguments)
    try:
        missing = record(options.root, options.mathlib)
    except LivingInferenceError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print("\n".join(missing) or "all found")
    return 1 if missing else 0


def record(root: Path, mathlib: Path, target: Path = LIST) -> list[str]:
    """Write the modules that exist to `target`. Returns: what was not found, one line each.

    Raises:
        SettingError: no Mathlib there, or no project.
    """
    if not (mathlib / "Mathlib.lean").is_file():
        raise SettingError(f"no Mathlib.lean in {mathlib}; name a checkout of the pinned Mathlib")
    project = read_project(root)
    modules = sorted(set(_imports(project)) | set(_cited(project)))
    found = [module for module in modules if _path(mathlib, module).is_file()]
    comment = [line for line in target.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    write_atomically(target, ("\n".join([*comment, *found]) + "\n").encode())
    return [f"{module}: no such file" for module in modules if module not in found] + list(
        _names_missing(project, mathlib)
    )


def _imports(project: Project) -> Iterator[str]:
    for file in project.files:
        yield from (name.text for name, _ in imported(file) if name.text.startswith("Mathlib."))


def _cited(project: Project) -> Iterator[str]:
    for page in project.proofs:
        for row in page.listed:
            for file in row.files:
                if file.startswith("Mathlib/"):
                    yield module_of(file)


def _names_missing(project: Project, mathlib: Path) -> Iterator[str]:
    for page in project.proofs:
        for row in page.listed:
            paths = [_path(mathlib, module_of(file)) for file in row.files if file.startswith("Mathlib/")]
            texts = [path.read_text(encoding="utf-8") for path in paths if path.is_file()]
            if texts and not any(_declares(text, row.name.rsplit(".", 1)[-1]) for text in texts):
                yield f"{page.page.path}:{row.line}: `{row.name}` does not occur in {', '.join(row.files)}"


def _declares(text: str, name: str) -> bool:
    """Whether a file has the name as a word, or a multiplicative name that it may be made from."""
    words = {name}
    for additive, multiplicative in _MULTIPLICATIVE:
        words |= {re.sub(rf"(?<![a-z]){additive}(?![a-z])", multiplicative, word) for word in words}
    return any(re.search(rf"(?<![\w']){re.escape(word)}(?![\w'])", text) for word in words)


def _path(mathlib: Path, module: str) -> Path:
    return mathlib / (module.replace(".", "/") + ".lean")


if __name__ == "__main__":
    sys.exit(main())
