"""The tables of `docs/proofs/`: every library name that a proof uses has a row, and every row is used.

How names are told apart is said in `pybridge.audit.identifiers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pybridge.audit.identifiers import Known, resolve, uses
from pybridge.audit.lean_file import LeanFile
from pybridge.audit.project import Project
from pybridge.audit.proof_pages import FOLDER, ProofPage, module_of
from pybridge.audit.report import Finding
from pybridge.audit.rules.imports import known_modules

RULE = "listed-names"
_FILE = re.compile(r"(?:Mathlib|Init|Lean|Std|Batteries)(?:/[\w.]+)*\.lean(?::\d+)?|Lean core")


def own_names(project: Project) -> Known:
    """Everything this project declares."""
    return Known(d.full_name for file in project.files for d in file.declarations if d.name)


def pages_of(project: Project, file: LeanFile) -> list[ProofPage]:
    return [page for page in project.proofs if file.path in page.covers]


def listed_names(project: Project) -> Iterator[Finding]:
    """Names that no page of their file lists; files without a page."""
    own = own_names(project)
    for file in project.written():
        pages = pages_of(project, file)
        if not pages:
            yield file.finding(
                0, RULE, f"no page of {FOLDER}/ covers this file", "Name it in the opening lines of one."
            )
            continue
        listed = Known(row.name for page in pages for row in page.listed)
        where = " or ".join(page.page.path for page in pages)
        for declaration in file.declarations:
            seen: set[str] = set()
            for use in uses(file, declaration):
                name, fields = resolve(use, listed, own)
                missing = [
                    f".{part}" for part in fields if not (listed.has_field(part) or own.has_field(part))
                ]
                if not use.field and not name:
                    missing = [use.name]
                for text in missing:
                    if text not in seen:
                        message = f"`{text}`, used in {declaration.label}, is not in the table of {where}"
                        yield file.finding(
                            use.at, RULE, message, "Add its full name and its file at the pin."
                        )
                    seen.add(text)


def stale_rows(project: Project) -> Iterator[Finding]:
    """Rows whose name no covered file uses."""
    files = {file.path: file for file in project.files}
    own = own_names(project)
    for page in project.proofs:
        listed = Known(row.name for row in page.listed)
        used: set[str] = set()
        fields: set[str] = set()
        for file in (files[path] for path in page.covers if path in files):
            for declaration in file.declarations:
                for use in uses(file, declaration):
                    name, parts = resolve(use, listed, own)
                    used.add(name)
                    fields.update(parts)
            used.update(_outside_proofs(file))
        for row in page.listed:
            endings = {row.name.split(".", k)[-1] for k in range(row.name.count(".") + 1)}
            if not endings & used and row.name.rsplit(".", 1)[-1] not in fields:
                message = f"`{row.name}` is listed, and no proof of this page's files uses it"
                yield Finding(page.page.path, row.line, 1, RULE, message, "Remove the row.")


def _outside_proofs(file: LeanFile) -> set[str]:
    """Names of statements, and of commands such as `open`."""
    proofs = {token.start for declaration in file.declarations for token in declaration.body}
    return {token.text for token in file.tokens if token.kind == "name" and token.start not in proofs}


def name_files(project: Project) -> Iterator[Finding]:
    """File columns that name no file of Mathlib, Init or Lean, or a Mathlib file unknown at the pin."""
    for page in project.proofs:
        for row in page.listed:
            for file in row.files:
                for message, advice in _doubts(file):
                    said = f"{message}, in the row of `{row.name}`"
                    yield Finding(page.page.path, row.line, 1, RULE, said, advice)


def _doubts(file: str) -> Iterator[tuple[str, str]]:
    if not _FILE.fullmatch(file):
        yield f"{file!r} is no path such as `Mathlib/Order/Basic.lean`", "Or write `Lean core`."
    elif file.startswith("Mathlib/") and module_of(file) not in known_modules():
        advice = "Correct it, or run `python -m pybridge.audit.pin --mathlib DIR`."
        yield f"`{file}` is not known to exist at the pin", advice
