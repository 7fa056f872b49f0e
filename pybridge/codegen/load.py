"""A statement as a live check without a file: the same templates, run in memory (for mutated statements)."""

from __future__ import annotations

from collections.abc import Collection
from types import ModuleType

from pybridge.codegen.render import check_source, draw_source
from pybridge.ir.nodes import Statement


def load(statement: Statement, *, ignoring: Collection[str] = ()) -> ModuleType:
    """The check module of a statement, with the function `draw(d)` of its property test.

    Args:
        statement: any typed statement; the code is built from its terms only.
        ignoring: hypotheses the draws need not satisfy; the check still states them.
    Raises:
        PlanError: as `check_source` and `property_source`.
    """
    module = ModuleType(f"check of {statement.name}")
    for source in (check_source(statement), draw_source(statement, ignoring=ignoring)):
        exec(compile(source, f"<check of {statement.name}>", "exec"), module.__dict__)
    return module
