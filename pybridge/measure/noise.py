"""The noise floor: below it a difference of two runs is rounding, and no number is made of it."""

from __future__ import annotations

import torch

from pybridge.errors import SettingError

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
    return below_floor((error_sq / state_sq) ** 0.5, dtype, where)


def below_floor(relative: float, dtype: torch.dtype, where: str) -> str | None:
    """Why an error of this size relative to its state is not to be reported, or None."""
    floor = relative_floor(dtype)
    if relative > floor:
        return None
    return f"the {where} error is {relative:.1e} of the state, within the noise floor {floor:.1e}"
