"""No word that leaves a proof open, adds an axiom, or changes what later text means.

Comments, docstrings and strings may hold them. The generated axiom audit is a `run_cmd`.
"""

from __future__ import annotations

from collections.abc import Iterator

from pybridge.audit.lean_file import Kind
from pybridge.audit.project import Project
from pybridge.audit.report import Finding

_OPEN = "Finish the proof."
_SEARCH = "Write down what the search found."
_TRUST = "Lean's kernel would not check it. Prove it by other means."
_SYNTAX = "The text would no longer mean what the reader thinks. Do without."
_META = "The library is mathematics only. Do without."
_DEBUG = "Remove it once you have seen its answer."

FORBIDDEN: dict[str, str] = {
    **dict.fromkeys(("sorry", "sorryAx", "admit", "stop", "proof_wanted"), _OPEN),
    **dict.fromkeys(("exact?", "apply?", "rw?", "simp?", "simp_all?", "aesop?", "hint", "says"), _SEARCH),
    **dict.fromkeys(("axiom", "native_decide", "ofReduceBool", "ofReduceNat", "reduceBool"), _TRUST),
    **dict.fromkeys(("unsafe", "partial", "implemented_by", "extern", "opaque", "csimp"), _TRUST),
    **dict.fromkeys(("lcProof", "lcUnreachable", "unsafeCast", "trustCompiler"), _TRUST),
    **dict.fromkeys(("elab", "elab_rules", "macro", "macro_rules", "syntax", "declare_syntax_cat"), _SYNTAX),
    **dict.fromkeys(("notation", "notation3", "infix", "infixl", "infixr", "prefix", "postfix"), _SYNTAX),
    **dict.fromkeys(("binder_predicate", "unif_hint", "set_option", "instance", "attribute"), _SYNTAX),
    **dict.fromkeys(("run_cmd", "run_tac", "run_meta", "run_elab", "initialize", "simproc", "meta"), _META),
}
GENERATED_MAY = frozenset(("run_cmd",))
COMMANDS = (
    "eval",
    "check",
    "check_failure",
    "print",
    "reduce",
    "synth",
    "guard",
    "guard_msgs",
    "exit",
    "lint",
)


def words(project: Project) -> Iterator[Finding]:
    """Forbidden words, `#` commands, and `decide := true`, by which a tactic may trust evaluation."""
    for file in project.files:
        allowed = GENERATED_MAY if file.kind is Kind.GENERATED else frozenset()
        for token, after in zip(file.tokens, file.tokens[1:], strict=False):
            if token.kind == "name":
                for part in token.text.split("."):
                    if part in FORBIDDEN and part not in allowed:
                        yield file.finding(
                            token.start, "words", f"`{part}` has no place in this library", FORBIDDEN[part]
                        )
                if token.text == "decide" and after.text == ":=":
                    yield file.finding(
                        token.start, "words", "`decide :=` lets a tactic decide by evaluation", _TRUST
                    )
            elif token.text == "#" and after.text in COMMANDS and not after.spaced:
                yield file.finding(
                    token.start, "words", f"`#{after.text}` is for the writing of a proof", _DEBUG
                )
