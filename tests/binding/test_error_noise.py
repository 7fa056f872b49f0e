"""The noise floor of an error that arises inside a model, at the ends of what float64 holds."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pybridge.binding.error_noise import noise_of
from pybridge.binding.steps import CleanStep, ErrorStep
from pybridge.measure.noise import relative_floor
from pybridge.runtime.enclosure import EnclosedVec, EnclosureBackend

OPS = EnclosureBackend()
DIRECTION = np.array([3.0, -4.0])


def step(scale: float, relative: float) -> ErrorStep:
    """h = scale · (3, -4), both errors `relative` times as large."""
    h, next_h, hhat, next_hhat = (
        EnclosedVec.exact(scale * factor * DIRECTION)
        for factor in (1.0, 2.0, 1.0 + relative, 2.0 + 2.0 * relative)
    )
    return ErrorStep(CleanStep(OPS, h, next_h), hhat, next_hhat)


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1.0, 1e160, 1e300])
def test_the_floor_is_relative_at_every_scale(scale: float) -> None:
    """Squares of such states overflow or vanish; the ratio does not."""
    floor = relative_floor(torch.float32)
    assert noise_of(step(scale, 2 * floor), torch.float32) is None
    assert "noise floor" in str(noise_of(step(scale, floor / 2), torch.float32))
    assert noise_of(step(scale, 0.0), torch.float32) is None


def test_what_overflows_or_vanishes_is_no_number() -> None:
    assert noise_of(step(2.2e307, 0.0), torch.float64) == "the outgoing state is not finite"
    assert noise_of(step(1e307, -1.0), torch.float64) is None
    assert noise_of(step(0.0, 0.5), torch.float64) == "the incoming state is zero"
