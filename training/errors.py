"""The one error of the training scripts: a message that says what, where, and what to try."""

from __future__ import annotations

from pybridge.errors import LivingInferenceError


class TrainingError(LivingInferenceError):
    """Something the person running the script can put right."""
