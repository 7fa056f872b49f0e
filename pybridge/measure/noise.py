"""The noise floor: below it a difference of two runs is rounding, and no number is made of it."""

from __future__ import annotations

import math

import torch

from pybridge.errors import SettingError
from pybridge.measure.steps import ErrorStep

FLOOR_IN_EPSILONS = 8


def relative_floor(dtype: torch.dtype) -> float:
    """8 × machine epsilon: the ratio ‖e‖/‖h‖ at or below which e is rounding.

    float32 9.5e-7, float16 7.8e-3, bfloat16 6.3e-2.
    """
    return FLOOR_IN_EPSILONS * torch.finfo(dtype).eps


def refuse_below_floor(eps: float, dtype: torch.dtype) -> None:
    """Raises: SettingError when a perturbation of size `eps` would drown in the rounding of `dtype`."""
    floor = relative_floor(dtype)
    if eps <= floor:
        name = str(dtype).removeprefix("torch.")
        advice = (
            "give a larger --eps" if dtype == torch.float32 else "use --dtype float32, or give a larger --eps"
        )
        raise SettingError(
            f"--eps {eps:g} is not above the noise floor of {name} ({floor:.2g} = {FLOOR_IN_EPSILONS} "
            f"machine epsilons): the error would be rounding, not perturbation; {advice}."
        )


def noise_reason(error_sq: float, state_sq: float, dtype: torch.dtype, where: str) -> str | None:
    """Why ‖e‖²/‖h‖² is not to be reported, or None when it is above the floor."""
    if state_sq == 0:
        return f"the {where} state is zero"
    return _below_floor((error_sq / state_sq) ** 0.5, dtype, where)


def _below_floor(relative: float, dtype: torch.dtype, where: str) -> str | None:
    floor = relative_floor(dtype)
    if relative > floor:
        return None
    return f"the {where} error is {relative:.1e} of the state, within the noise floor {floor:.1e}"


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
            reason = _below_floor(error_size / size, dtype, where)  # squares of float64 may overflow
            if reason is not None:
                return reason
    return None
