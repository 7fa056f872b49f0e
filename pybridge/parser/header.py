"""One theorem header: from the `theorem` keyword to before `:=`, to a typed statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pybridge.ir import nodes as n
from pybridge.ir.classes import class_binder, class_refusal
from pybridge.ir.typing import check_statement, definition_of
from pybridge.parser import binders as b
from pybridge.parser import surface as s
from pybridge.parser.docstring import read_docstring
from pybridge.parser.elaborate import Elaborator
from pybridge.parser.lexer import Token
from pybridge.parser.pratt import ExpressionReader
from pybridge.parser.scope import Scope, included
from pybridge.parser.source import Source
from pybridge.parser.stream import Stream


@dataclass
class _Context:
    """What the binders read so far have declared."""

    source: Source
    spaces: dict[str, n.Space] = field(default_factory=dict)
    sorts: dict[str, n.Sort] = field(default_factory=dict)
    hypotheses: list[n.Hypothesis] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    def elaborator(self) -> Elaborator:
        return Elaborator(self.source, self.spaces, self.sorts, frozenset(h.name for h in self.hypotheses))

    def declare(self, name: s.Name) -> str:
        if name.text in self.spaces or name.text in self.sorts or name.text in self.order:
            self.source.fail("declared-twice", name.start, name=name.text)
        return name.text

    def add(self, group: b.Group) -> None:
        """Raises StatementError for a name declared twice, or a type, class or prop that does not fit."""
        match group:
            case b.Spaces(names=names):
                for name in names:
                    self.spaces[self.declare(name)] = n.Space(name.text, ())
            case b.Instance():
                self._add_class(group)
            case b.Data(names=names, type=written):
                sort = self.elaborator().sort(written)
                for name in names:
                    self.sorts[self.declare(name)] = sort
                    self.order.append(name.text)
            case b.Assumption(names=(name,), prop=written):
                prop = self.elaborator().prop(written)
                defines = definition_of(name.text, prop, self.sorts)
                self.hypotheses.append(n.Hypothesis(self.declare(name), prop, defines))
                self.order.append(name.text)

    def _add_class(self, group: b.Instance) -> None:
        space = self.spaces.get(group.space.text)
        if space is None:
            self.source.fail("unknown-type", group.space.start, token=group.space.text)
        word = group.class_name
        if refusal := class_refusal(word.text, space.classes):
            binder = class_binder(word.text, space.name)
            self.source.fail("class", word.start, binder=binder, refusal=refusal)
        self.spaces[space.name] = n.Space(space.name, (*space.classes, word.text))


def read_theorem(stream: Stream, scope: Scope, doc: Token | None, *, proof_required: bool) -> n.Statement:
    """The statement whose `theorem` keyword is at the cursor; leaves the cursor at its `:=`.

    Raises:
        StatementError: anything outside the grammar, at its position.
    """
    source = stream.source
    keyword = stream.take()
    name = stream.expect_label("a theorem name", f"after `{keyword.text}`")
    if "«" in name.text or name.text.startswith("_root_."):
        source.fail("bad-name", name.start, name=name.text)
    if stream.sees(".") or stream.sees(".{"):
        source.fail("universe-names", stream.next.start)
    after_name = stream.at
    groups = read_groups(stream, scope)
    stream.expect(":", "before the conclusion")
    written = ExpressionReader(stream, scope.aliases).read()
    if not stream.sees(":=") and (proof_required or stream.next.kind != "end"):
        stream.refuse("`:=`", "after the conclusion")
    mentioned = stream.names_since(after_name)

    context = _Context(source)
    for group in (*included(scope, mentioned), *groups):
        context.add(group)
    elaborator = context.elaborator()
    conclusion = elaborator.prop(written)
    namespace, _, short = ".".join((*scope.namespace, name.text)).rpartition(".")
    statement = n.Statement(
        name=short,
        namespace=namespace,
        file=source.file,
        line=source.position(keyword.start)[0],
        doc=read_docstring(source, doc, elaborator, conclusion, scope.aliases),
        spaces=tuple(context.spaces.values()),
        binders=tuple(n.Binder(*pair) for pair in context.sorts.items()),
        hypotheses=tuple(context.hypotheses),
        conclusion=conclusion,
        source=source.text[keyword.start : stream.last_end].rstrip(),
        binder_order=tuple(context.order),
    )
    check_statement(statement)
    return statement


def read_groups(stream: Stream, scope: Scope) -> list[b.Group]:
    """Binder groups at the cursor, up to the first token that opens none."""
    groups: list[b.Group] = []
    while stream.sees(*b.OPENERS):
        groups.append(b.read_group(stream, scope.aliases, space_names((*scope.variables, *groups))))
    return groups


def space_names(groups: Iterable[b.Group]) -> frozenset[str]:
    return frozenset(name.text for group in groups if isinstance(group, b.Spaces) for name in group.names)
