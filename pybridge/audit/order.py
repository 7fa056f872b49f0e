"""The order of the Lean files: a topic imports only topics before it. The one home of this table."""

from __future__ import annotations

LIBRARY = "LivingInference"
TESTS = "LivingInferenceTest"
GENERAL = "ForMathlib"

LEAN_ORDER = ["Bounds", "Scalar", "Residual", "Propagation", "Removal", "MatrixNorm", "Rounding"]
