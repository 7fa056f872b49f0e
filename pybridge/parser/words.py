"""Lean's reserved words, as far as the reader needs to know them."""

from __future__ import annotations

THEOREMS = ("theorem", "lemma")
DECLARATIONS = ("def", "abbrev", "instance", "example", "structure", "class", "inductive", "axiom", "opaque")
MODIFIERS = frozenset(
    (
        *("private", "protected", "public", "noncomputable", "nonrec"),
        *("unsafe", "partial", "meta", "local", "scoped"),
    )
)

# Commands after which the same characters could mean something else.
SYNTAX_COMMANDS = frozenset(
    (
        *("notation", "notation3", "infix", "infixl", "infixr", "prefix", "postfix"),
        *("macro", "macro_rules", "syntax", "elab", "elab_rules", "binder_predicate", "declare_syntax_cat"),
    )
)

# Words that are never names: they end an expression or a list of names.
KEYWORDS = frozenset(
    (
        *(*THEOREMS, *DECLARATIONS, "private", "protected", "noncomputable", "mutual", "attribute"),
        *("namespace", "section", "end", "variable", "open", "include", "omit", "universe"),
        *("set_option", "import", "export", "macro", "deriving", "extends", "where", "by", "from"),
        *("in", "at", "with", "do", "then", "else", "match", "show", "suffices", "calc", "return"),
    )
)
