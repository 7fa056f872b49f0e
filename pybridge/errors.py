"""The exception tree: every way in which a user's input can be wrong.

A command line turns any `LivingInferenceError` into its message on stderr and exit code 2. A message says
where the trouble is, what was expected, what came, and what to try next.
"""

from __future__ import annotations


class LivingInferenceError(Exception):
    """Base of all errors that a user can cause and mend."""


class StatementError(LivingInferenceError):
    """A Lean statement outside the grammar, at a position in a file.

    Args:
        message: one sentence: what was expected and what came.
        file: path as the user knows it (relative to the project root).
        line: from 1.
        column: from 1, counted in code points.
        source_line: the offending line, shown above a caret.
        advice: what to write instead; empty when the message already says it.
    """

    def __init__(
        self, message: str, *, file: str, line: int, column: int, source_line: str = "", advice: str = ""
    ) -> None:
        self.message, self.file, self.line, self.column = message, file, line, column
        self.source_line, self.advice = source_line, advice
        super().__init__(self._render())

    def _render(self) -> str:
        lines = [f"{self.file}:{self.line}:{self.column}: {self.message}"]
        if self.source_line:
            lines += [f"    {self.source_line}", "    " + " " * (self.column - 1) + "^"]
        if self.advice:
            lines.append(f"  {self.advice}")
        return "\n".join(lines)


class TypingError(LivingInferenceError):
    """An expression whose sorts do not fit; the parser adds the position."""


class PlanError(LivingInferenceError):
    """A hypothesis with no known role, or binders that no order can draw."""


class StaleError(LivingInferenceError):
    """A generated file that does not match its source."""


class UndecidedError(LivingInferenceError):
    """An exact comparison that refinement could not decide; never a pass."""


class UnsupportedError(LivingInferenceError):
    """A verb that this arithmetic does not have; a check that needs it is UNSUPPORTED there."""


class ModelError(LivingInferenceError):
    """A model that cannot be found, opened or understood."""


class TextError(LivingInferenceError):
    """Evaluation text that is missing, unreadable or too short."""


class NonFiniteError(LivingInferenceError):
    """NaN or infinity in weights or activations; the message names the tensor."""


class SettingError(LivingInferenceError):
    """A command-line or spec value outside its range."""


class OutputError(LivingInferenceError):
    """A result that could not be written."""


class BundleError(LivingInferenceError):
    """A replay bundle that is missing, damaged or of another schema."""


class CertificateError(LivingInferenceError):
    """A certificate that is missing, damaged, of another schema, or of other weights."""


class StoreError(LivingInferenceError):
    """A file of results that is something else, of another format, or damaged."""
