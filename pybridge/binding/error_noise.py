"""Whether an error that arose inside the model is above the noise floor, in enclosed numbers."""

from __future__ import annotations

import math

import torch

from pybridge.binding.steps import ErrorStep
from pybridge.measure.noise import below_floor


def noise_of(step: ErrorStep, dtype: torch.dtype) -> str | None:
    """Why an error is not to be reported over a step, or None. No error at all is exact, and no noise.

    For errors that arise inside the model; a perturbation of h_0 is never zero.
    """
    ends = (
        (step.error, step.clean.h, "incoming"),
        (step.next_error, step.clean.next_h, "outgoing"),
    )
    for error, state, where in ends:
        size, error_size = float(step.ops.vec_norm(state).hi), float(error.hi)
        if size == 0:
            return f"the {where} state is zero"
        for what, number in (("state", size), ("error", error_size)):
            if not math.isfinite(number):
                return f"the {where} {what} is not finite"
        if error_size > 0:
            reason = below_floor(error_size / size, dtype, where)  # squares of float64 may overflow
            if reason is not None:
                return reason
    return None
