"""The commands of a Lean file: which theorems it exports, and in what scope each stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pybridge.ir import nodes as n
from pybridge.parser import binders as b
from pybridge.parser.header import read_theorem, space_names
from pybridge.parser.lexer import Token, tokens
from pybridge.parser.primitives import PRIMITIVES
from pybridge.parser.scope import Scope
from pybridge.parser.source import Source
from pybridge.parser.stream import Stream
from pybridge.parser.words import DECLARATIONS, MODIFIERS, SYNTAX_COMMANDS, THEOREMS

# Scopes of Mathlib that put another norm on matrices.
OTHER_NORMS = ("Norms.Elementwise", "Norms.Frobenius", "Norms.Operator")
# What may stand after a definition.
_COMMANDS = frozenset(
    (
        *("namespace", "section", "mutual", "end", "variable", "open", "include", "omit", "attribute", "@["),
        *(*THEOREMS, *DECLARATIONS, *MODIFIERS),
    )
)


class CommandReader:
    """Walks over the commands of one file and collects its exported statements.

    Proofs and definitions are passed over token by token: the words that matter here are reserved in Lean and
    cannot occur in them.
    """

    def __init__(self, source: Source, *, proof_required: bool) -> None:
        self.source = source
        self.stream = Stream(source, tokens(source))
        self.statements: list[n.Statement] = []
        self._proof_required = proof_required
        self._scopes = [Scope()]
        self._doc: Token | None = None
        self._modifiers: set[str] = set()
        # what `open … in` and its like make of the scope, for the next declaration only
        self._next_scope: Scope | None = None

    def read(self) -> list[n.Statement]:
        """All exported statements, in order.

        Raises:
            StatementError: a header outside the grammar, or commands that do not nest.
        """
        handlers: dict[str, Callable[[Token], None]] = {
            "namespace": self._namespace,
            "section": self._section,
            "mutual": self._section,
            "end": self._end,
            "variable": self._variable,
            "open": self._open,
            "include": self._include,
            "omit": self._omit,
        }
        while self.stream.next.kind != "end":
            token = self.stream.next
            if token.kind == "doc":
                self._doc = self.stream.take()
            elif token.text in THEOREMS and token.kind == "name":
                self._theorem()
            elif token.text in MODIFIERS and token.kind == "name":
                self._modifiers.add(self.stream.take().text)
            elif token.text == "@[":
                self._skip_attribute()
            elif token.text in SYNTAX_COMMANDS and token.kind == "name":
                self.source.fail("new-syntax", token.start, token=token.text)
            else:
                self.stream.take()
                self._forget_opening()
                if token.kind == "name" and token.text in DECLARATIONS:
                    self._next_scope = None
                    self._check_primitive()
                elif token.kind == "name" and token.text in handlers:
                    handlers[token.text](token)
        return self.statements

    def _forget_opening(self) -> None:
        self._doc = None
        self._modifiers = set()

    # ---- declarations ----------------------------------------------------------------------------
    def _theorem(self) -> None:
        if "private" in self._modifiers:
            self.stream.take()
        else:
            scope = self._scope()
            self.statements.append(
                read_theorem(self.stream, scope, self._doc, proof_required=self._proof_required)
            )
        self._next_scope = None
        self._forget_opening()

    def _check_primitive(self) -> None:
        """A definition that statements may use has the text that the bridge knows; others are passed over."""
        name = self.stream.next
        primitive = PRIMITIVES.get(name.text) if name.kind == "name" else None
        if primitive is None:
            return
        known = [token.text for token in tokens(Source(primitive.definition, "")) if token.kind != "end"]
        read = [self.stream.peek(ahead).text for ahead in range(len(known))]
        after = self.stream.peek(len(known))
        if read != known or not (after.kind in ("end", "doc") or after.text in _COMMANDS):
            definition = " ".join(primitive.definition.split())
            self.source.fail("primitive", name.start, name=name.text, definition=definition)

    def _skip_attribute(self) -> None:
        opening = self.stream.take()
        depth = 1
        while depth:
            token = self.stream.take()
            if token.kind == "end":
                self.source.fail("open-attribute", opening.start)
            depth += {"[": 1, "@[": 1, "]": -1}.get(token.text, 0)

    # ---- scopes ----------------------------------------------------------------------------------
    def _namespace(self, _: Token) -> None:
        name = self.stream.expect_label("a name", "after `namespace`")
        self._scopes.append(self._scopes[-1].enter("namespace", name.text))

    def _section(self, keyword: Token) -> None:
        self._scopes.append(self._scopes[-1].enter(keyword.text, self._name_on_line(keyword)))

    def _end(self, keyword: Token) -> None:
        name = self._name_on_line(keyword)
        if len(self._scopes) == 1:
            self.source.fail("end-without", keyword.start)
        scope = self._scopes.pop()
        if name != scope.name:
            self.source.fail(
                "end-name", keyword.start, opened=f"{scope.kind} {scope.name}".strip(), name=name
            )

    def _name_on_line(self, keyword: Token) -> str:
        between = self.source.text[keyword.end : self.stream.next.start]
        return self.stream.take().text if self.stream.sees_name() and "\n" not in between else ""

    def _scope(self) -> Scope:
        return self._next_scope or self._scopes[-1]

    def _change_scope(self, scope: Scope) -> None:
        """From here on, or with `in` for the next declaration."""
        if self.stream.accept("in"):
            self._next_scope = scope
        else:
            self._scopes[-1] = scope

    def _variable(self, _: Token) -> None:
        scope = self._scope()
        while self.stream.sees(*b.OPENERS):
            group = b.read_group(self.stream, scope.aliases, space_names(scope.variables))
            scope = scope.declaring(group)
        self._change_scope(scope)

    def _open(self, _: Token) -> None:
        """`open A B`; `open A (x)` and `open scoped A` make no short name known here."""
        scoped = self.stream.accept("scoped")
        start = self.stream.next.start
        names = self._names_on_line()
        for name in sorted(names):
            if name.endswith(OTHER_NORMS):
                self.source.fail("other-norm", start, name=name)
        partial = self.stream.sees("(") or {"hiding", "renaming"} & names
        scope = self._scope()
        self._change_scope(scope if scoped or partial else replace(scope, opened=scope.opened | names))

    def _include(self, _: Token) -> None:
        names = self._names_on_line()
        scope = self._scope()
        self._change_scope(replace(scope, forced=scope.forced | names))

    def _names_on_line(self) -> frozenset[str]:
        names: set[str] = set()
        while self.stream.sees_name() and "\n" not in self._gap():
            names.add(self.stream.take().text)
        return frozenset(names)

    def _gap(self) -> str:
        return self.source.text[self.stream.last_end : self.stream.next.start]

    def _omit(self, keyword: Token) -> None:
        self.source.fail("omit", keyword.start)
