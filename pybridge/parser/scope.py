"""Namespaces, sections, `variable` and `open`: what surrounds a theorem in its file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pybridge.parser import binders as b

# The short names that opening a namespace makes available, as far as the grammar knows the long ones.
OPENED = {
    "Finset": {"range": "Finset.range", "Ico": "Finset.Ico"},
    "Real": {"sqrt": "Real.sqrt"},
    "Inner": {"inner": "inner"},
}


@dataclass(frozen=True)
class Scope:
    """One `namespace` or `section`, with all that it inherits.

    Attributes:
        kind: `file`, `namespace`, `section` or `mutual`.
        name: as written after the keyword; empty for none.
        namespace: components of the current namespace.
        variables: binder groups of `variable` lines, one name each, in order.
        forced: names of an `include`.
    """

    kind: str = "file"
    name: str = ""
    namespace: tuple[str, ...] = ()
    variables: tuple[b.Group, ...] = ()
    opened: frozenset[str] = frozenset()
    forced: frozenset[str] = frozenset()

    @property
    def aliases(self) -> dict[str, str]:
        return {short: full for name in self.opened for short, full in OPENED.get(name, {}).items()}

    def enter(self, kind: str, name: str) -> Scope:
        added = tuple(name.split(".")) if kind == "namespace" else ()
        return replace(self, kind=kind, name=name, namespace=self.namespace + added)

    def declaring(self, group: b.Group) -> Scope:
        """With the names of a `variable` group, each on its own, since each is included on its own."""
        apart = tuple(replace(group, names=(name,)) for name in group.names) or (group,)
        return replace(self, variables=self.variables + apart)


def included(scope: Scope, mentioned: frozenset[str]) -> Iterator[b.Group]:
    """The variables a theorem takes, by Lean's rule.

    These are the ones its statement mentions or an `include` forces, those that their types mention in turn,
    and every instance whose space is among them.
    """
    wanted = mentioned | scope.forced
    taken: set[str] = set()
    grows = True
    while grows:
        grows = False
        for group in scope.variables:
            names = {name.text for name in group.names}
            if names & wanted and not names <= taken:
                taken |= names
                wanted |= group.mentions
                grows = True
    for group in scope.variables:
        if isinstance(group, b.Instance):
            if group.mentions <= taken:
                yield group
        elif group.names[0].text in taken:
            yield group
