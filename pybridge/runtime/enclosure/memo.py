"""Results remembered on an operand, for as long as both operands live and no longer.

Ten theorems about one block ask for the same h + u. Remembering it must not tie vectors and maps into cycles:
their arrays are large, and a cycle keeps them until the collector happens to look.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary


class Memo:
    """What one value has been asked for, by operation and, for operations of two, by the other operand."""

    __slots__ = ("_alone", "_with")

    def __init__(self) -> None:
        self._alone: dict[str, Any] = {}
        self._with: dict[str, WeakKeyDictionary[Any, Any]] = {}

    def once(self, operation: str, compute: Callable[[], Any]) -> Any:
        """`compute()`, the first time."""
        if operation not in self._alone:
            self._alone[operation] = compute()
        return self._alone[operation]

    def once_with(self, operation: str, other: Any, compute: Callable[[], Any]) -> Any:
        """`compute()`, the first time with this very `other`, which the memory does not keep alive."""
        known = self._with.setdefault(operation, WeakKeyDictionary())
        if other not in known:
            known[other] = compute()
        return known[other]
