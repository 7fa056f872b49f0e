"""What a Lean file must open so that printed statements mean there what they mean here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pybridge.ir import nodes as n
from pybridge.ir.traverse import walk

# The notation `ᵀ`, and the one of Mathlib's matrix norms that `MatrixNorm` is.
TRANSPOSE_SCOPE, NORM_SCOPE = "Matrix", "Matrix.Norms.L2Operator"


def open_commands(statements: Iterable[n.Statement]) -> tuple[str, ...]:
    """The `open` lines, in order, of a file outside our namespace that states these statements.

    For theorems on `‖W‖` and `linMap W` these are `open LivingInference (linMap)` and
    `open scoped Matrix Matrix.Norms.L2Operator`; for theorems without matrices there are none.
    """
    every = tuple(statements)
    names = sorted({statement.namespace for statement in every if _has(statement, n.LinMap)} - {""})
    scopes = opened_scopes(every)
    return (
        *(f"open {name} (linMap)" for name in names),
        *((f"open scoped {' '.join(scopes)}",) if scopes else ()),
    )


def opened_scopes(statements: Iterable[n.Statement]) -> tuple[str, ...]:
    """Mathlib's scopes that the statements' notation comes from."""
    every = tuple(statements)
    wanted = ((TRANSPOSE_SCOPE, n.Transpose), (NORM_SCOPE, n.MatrixNorm))
    return tuple(scope for scope, kind in wanted if any(_has(statement, kind) for statement in every))


def _has(statement: n.Statement, kind: type) -> bool:
    return any(isinstance(node, kind) for prop in _props(statement) for node in walk(prop))


def _props(statement: n.Statement) -> Iterator[n.Prop]:
    yield from (hypothesis.prop for hypothesis in statement.hypotheses)
    yield statement.conclusion
