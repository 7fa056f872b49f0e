"""The rules, one a file. Each takes the project and yields findings; a note reports and fails nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pybridge.audit.project import Project
from pybridge.audit.report import Finding
from pybridge.audit.rules.blocks import blocks
from pybridge.audit.rules.brackets import brackets
from pybridge.audit.rules.guards import guards, unneeded
from pybridge.audit.rules.header import header
from pybridge.audit.rules.imports import imports
from pybridge.audit.rules.layout import layout
from pybridge.audit.rules.listed_names import listed_names, name_files, stale_rows
from pybridge.audit.rules.registers import registers
from pybridge.audit.rules.scopes import scopes
from pybridge.audit.rules.theorems import theorems
from pybridge.audit.rules.words import words

RULES: tuple[Callable[[Project], Iterator[Finding]], ...] = (
    words,
    imports,
    theorems,
    registers,
    brackets,
    blocks,
    listed_names,
    stale_rows,
    name_files,
    layout,
    header,
    scopes,
    guards,
)
NOTES: tuple[Callable[[Project], Iterator[str]], ...] = (unneeded,)
